"""Two platforms alike to the byte, but for 25 sealed quotes in one of them: nobody can tell which is which."""

import io
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import Notice, OrganisationKind, User
from marketplace.app import create_app
from marketplace.bidding import drafts, quotes
from marketplace.bidding.models import SealedQuote
from marketplace.kit import clock, db, mail
from marketplace.kit.mail import OutboxMail
from marketplace.procurement.models import Visibility
from marketplace.search.mirror import drain_all, mirrors
from marketplace.settings import Settings
from tests.bidding.tenders import make_tender, register, save_draft, seal_and_submit
from tests.conftest import NOON
from tests.factories.accounts import make_member, make_organisation
from tests.factories.browser import Browser

QUOTES, HOURS = 25, 2
CANARY = "金丝雀甲乙丙"
TEXTS = ("consultation", "lots")
"""What stands in an address in place of a text; the rest of a walk answers "not found" alike in both worlds."""
MASKED = re.compile(
    r'(name="csrf_token" value=|"X-CSRF-Token": |nonce=|"inlineScriptNonce": |name="(?:submission_key|form_key|key)" value=)'
    r'"[^"]*"|<code class="totp-secret">.*'  # a new person's secret for two-step sign-in is drawn at each look
)
ABOUT_TENDERS = re.compile(
    r"tenders|procurements|quotes|receipts|appointments|desk|operations/(audit|mails|jobs)|inbox"
)


class World:
    """One platform, and a visitor in every role."""

    def __init__(self, folder, people) -> None:
        self.app = create_app(Settings(data_dir=folder, seed_demo=False))
        self.app.config["PROPAGATE_EXCEPTIONS"] = False  # a broken page is broken in both
        self.visitors = {role: Browser(self.app, email or None) for role, email in people.items()}
        with self.app.app_context(), db.transaction() as session:
            session.exec(sa.update(User).values(totp_secret="SECRET"))  # operators must have set up one-time codes

    def told(self, role, url):
        """All that a visitor could compare: status, headers, length and body, without what is new in every answer."""
        answer = self.visitors[role].get(url)
        headers = {
            name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Security-Policy")
        }
        if "officedocument" in answer.mimetype:  # a workbook tells when it was made
            return (answer.status_code,)
        body = (
            MASKED.sub(lambda m: m[1] or "", answer.get_data(as_text=True))
            if answer.mimetype.startswith("text")
            else answer.data
        )
        return answer.status_code, headers, len(answer.data), body


@pytest.fixture
def worlds(tmp_path, template_data, at_noon):
    """A world without quotes and its copy with them; the people by role."""
    bare, full = tmp_path / "bare", tmp_path / "full"
    bare.mkdir()
    shutil.copy(template_data / "marketplace.db", bare / "marketplace.db")
    app = create_app(Settings(data_dir=bare, seed_demo=False))
    with app.app_context():
        with db.transaction():
            tender, people = _people(at_noon)
        drain_all()
        db.database().engine.dispose()
    with closing(sqlite3.connect(bare / "marketplace.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(bare, full)
    pair = World(bare, people), World(full, people)
    with pair[1].app.app_context():
        _quote(tender, at_noon)
    yield pair, tender, people
    for world in pair:
        with world.app.app_context():
            db.database().engine.dispose()


def _people(at):
    tender = make_tender(at, suppliers=QUOTES, hours=HOURS, visibility=Visibility.PUBLIC)
    watcher, officer = register(tender.id, at)[1], tender.officers[0][0]
    people = {
        "nobody": "", "buyer's admin": tender.buyer[1].email, "opening officer": officer.email,
        "registered supplier": watcher.email,
    }  # fmt: skip
    for kind in OrganisationKind:
        people[f"other {kind}"] = make_member(make_organisation(kind)).email
    return tender, people


def _quote(tender, at):
    """Drafts for all, quotes of all, some replaced, some withdrawn, some with an attachment."""
    for place in range(QUOTES):
        with db.transaction():
            asked = tender.asked()
            file = FileStorage(io.BytesIO(b"%PDF-1.4 " + CANARY.encode() * 2000), "a.pdf")
            drafts.add_files(asked.procurement, asked.round, [], [file], by=tender.actor(place), at=at)
            save_draft(tender, at, place, note=CANARY)
            seal_and_submit(tender, at, place, note=CANARY)
            if place % 3 == 0:
                seal_and_submit(tender, at, place, price="1234567.89")
            if place % 5 == 0:
                quotes.withdraw(tender.id, by=tender.actor(place), arrived=at, at=at)
    mail.send_waiting()
    drain_all()


def addresses(app, only=None):
    """Every page there is, with ids that exist."""
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or (only and not only.search(rule.rule)):
            continue
        choices = [{}]
        for name in sorted(rule.arguments):
            numbers = rule._converters[name].__class__.__name__ == "IntegerConverter"
            choices = [{**one, name: value} for one in choices for value in ((1,) if numbers else TEXTS)]
        with app.test_request_context():
            for one in choices:
                built = rule.build(one, append_unknown=False)
                if built:
                    yield built[1]


def _differences(pair, people, urls):
    bare, full = pair
    found = []
    for role in people:
        for url in urls:
            one, other = bare.told(role, url), full.told(role, url)
            if one != other:
                found.append(f"{role} {url}: {_first(one, other)}")
    return "\n".join(found)


def _first(one, other):
    """Where two answers part."""
    a, b = next((str(a), str(b)) for a, b in zip(one, other, strict=True) if a != b)
    at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[max(0, at - 60) : at + 60], b[max(0, at - 60) : at + 60]


def test_somebody_can_tell_that_there_are_quotes(worlds):
    pair, tender, people = worlds
    with pair[1].app.app_context():
        assert len(db.session().exec(select(SealedQuote)).all()) == QUOTES + 9, "the other world is not empty"
    urls = [*addresses(pair[0].app), f"/search?q={CANARY}", f"/suggest?q={CANARY}", f"/tenders?q={CANARY}",
            "/operations/audit?action=sealed"]  # fmt: skip
    assert len(urls) > 100
    assert _differences(pair, people, urls) == ""
    seen = (("other operator", "/operations/audit"), ("nobody", f"/tenders/{tender.id}"), ("buyer's admin", f"/procurements/{tender.id}"),
            ("registered supplier", f"/tenders/{tender.id}/quote"), ("opening officer", f"/procurements/{tender.id}/opening"))  # fmt: skip
    for role, url in seen:
        assert pair[0].told(role, url)[0] == 200, f"the walk reaches {url}"


def test_somebody_can_tell_after_the_deadline_but_before_the_opening(worlds):
    pair, tender, people = worlds
    with clock.set_clock(NOON + timedelta(hours=HOURS, seconds=30)):
        near = ("buyer's admin", "opening officer", "registered supplier", "other operator")
        assert _differences(pair, near, list(addresses(pair[0].app, ABOUT_TENDERS))) == ""


def test_a_mail_a_notice_or_the_index_tells(worlds):
    pair, tender, people = worlds
    told = []
    for world in pair:
        with world.app.app_context():
            rows = [one.model_dump() for table in (OutboxMail, Notice) for one in db.session().exec(select(table))]
            told.append((rows, {name: mirror.engine.health() for name, mirror in mirrors().items()}))
    assert told[0] == told[1]
