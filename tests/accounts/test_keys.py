"""Personal keys: the password opens them, the platform's own data never does."""

import base64
import time
from contextlib import contextmanager

import pyotp
import pytest
from flask import session
from sqlmodel import select

from marketplace.accounts import actions, keys, passwords
from marketplace.accounts.errors import KeyMissing, WrongPassword
from marketplace.accounts.models import Membership, User, UserKey
from marketplace.accounts.schemas import NewPerson
from marketplace.kit import clock, db, envelopes
from marketplace.kit.audit import AuditEntry
from marketplace.kit.sessions import WebSession
from tests.conftest import NOON
from tests.factories.accounts import LONG_AGO, PASSWORD, make_key, make_member, make_organisation, make_user
from tests.factories.browser import Browser

NEW = "another-long-word-43"


@pytest.fixture
def person(app):
    with app.app_context(), db.transaction():
        return make_member(make_organisation())


@pytest.fixture
def living(find):
    return lambda person: find(UserKey, user_id=person.id, retired_at=None)


@pytest.fixture
def hold_shown(app, route):
    """A page that tells the key held by whoever asks."""
    route("/held", lambda: (keys.held() or b"").hex())


@pytest.fixture
def route(app):
    """`route(address, view)` adds a page for everybody."""

    def add(address, view):
        view.guard = ""
        app.add_url_rule(address, address, view)

    return add


def private_of(visitor):
    return bytes.fromhex(visitor.get("/held").text)


def fits(row, private):
    return private != b"" and envelopes.public_of(private) == row.public


@contextmanager
def unlocking(app, person, password=PASSWORD):
    with app.app_context(), db.transaction():
        yield lambda: keys.unlock(person, password)


def actions_on(rows, kind="user_key"):
    return [entry.action for entry in rows(AuditEntry) if entry.object_type == kind]


# Made, unlocked


def test_a_new_person_has_no_key(browser, hold_shown, find, rows, living):
    visitor = browser()
    visitor.post("/register", email="new@test.example", name="王磊", password=PASSWORD)
    row = living(find(User, email="new@test.example"))
    assert fits(row, private_of(visitor))
    assert row.fingerprint == envelopes.reader_of(row.public).fingerprint
    assert actions_on(rows) == ["key.make"]


def test_somebody_invited_has_no_key(app, browser, hold_shown, find, link, living):
    with app.app_context(), db.transaction():
        admin = make_member(make_organisation())
    browser(admin).post("/organisation/members/invite", email="guest@test.example", role="member")
    guest = browser()
    guest.post(link("invitation"), name="李四", password=PASSWORD)
    assert fits(living(find(User, email="guest@test.example")), private_of(guest))


def test_somebody_from_before_there_were_keys_gets_none_or_two(browser, hold_shown, person, rows, living):
    assert living(person) is None
    first, second = browser(person), browser(person)
    assert private_of(first) == private_of(second) and fits(living(person), private_of(first))
    assert len(rows(UserKey)) == 1 and actions_on(rows) == ["key.make"]
    assert private_of(browser()) == b""


def test_a_password_alone_gives_the_key_where_codes_are_asked_for(app, hold_shown, rows, living):
    secret = pyotp.random_base32()
    with app.app_context(), db.transaction():
        person = make_user(totp_secret=secret)
    visitor = Browser(app)
    with clock.set_clock(NOON):
        visitor.post("/sign-in", email=person.email, password=PASSWORD)
        assert rows(UserKey) == [] and private_of(visitor) == b""
        visitor.post("/sign-in", email=person.email, password=PASSWORD, code=pyotp.TOTP(secret).at(NOON))
        assert fits(living(person), private_of(visitor))


def test_another_password_opens_the_key(app, person):
    with app.app_context(), db.transaction():
        made = make_key(person)
    with unlocking(app, person) as unlock:
        assert unlock() == made
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), "错误的密码一二三四"):
        with unlocking(app, person, wrong) as unlock, pytest.raises(WrongPassword) as refused:
            unlock()
        assert "密码不正确" in refused.value.message() and refused.value.status == 422


def test_a_person_without_a_key_is_told_the_password_is_wrong(app, person):
    with unlocking(app, person) as unlock, pytest.raises(KeyMissing) as refused:
        unlock()
    assert "重新登录" in refused.value.message()


def test_a_sign_in_whose_password_does_not_open_the_key_makes_another(app, browser, person, rows, living):
    with app.app_context(), db.transaction():
        make_key(person)
    row = living(person)
    with app.app_context(), db.transaction() as store:
        store.get(User, person.id).password_hash = passwords.hash_password(NEW)  # as only a hand in the data does
    answer = Browser(app).post("/sign-in", email=person.email, password=NEW)
    assert answer.status_code == 422 and "密码不正确" in answer.text
    assert living(person).locked == row.locked and len(rows(UserKey)) == 1


def test_a_key_costs_a_guesser_less_than_the_password_does(app, person, monkeypatch):
    monkeypatch.undo()
    assert keys.COST == passwords.COST
    with app.app_context(), db.transaction():
        make_key(person)
        row = db.session().exec(select(UserKey)).one()
        assert keys._COST_AS_BYTES.unpack_from(row.locked) == passwords.COST
        begun = time.perf_counter()
        keys.unlock(person, PASSWORD)
        assert 0.01 < time.perf_counter() - begun < 1


def test_a_key_locked_at_another_cost_does_not_open(app, person, monkeypatch):
    with app.app_context(), db.transaction():
        made = make_key(person)
    monkeypatch.setattr(keys, "COST", (2, 64, 1))
    with unlocking(app, person) as unlock:
        assert unlock() == made


def test_a_demo_persons_key_is_dear(app, monkeypatch):
    monkeypatch.undo()
    new = NewPerson(email="demo@test.example", name="演示员", password=PASSWORD)
    with app.app_context(), db.transaction():
        actions.register_person(new, at=NOON, verified=True, demo=True)
        row = db.session().exec(select(UserKey)).one()
        assert keys._COST_AS_BYTES.unpack_from(row.locked) == (1, 8, 1)


# Kept while signed in


def test_the_database_holds_what_opens_a_key(browser, hold_shown, person, rows, living):
    visitor = browser(person)
    private, [row], held = private_of(visitor), rows(UserKey), rows(WebSession)[0]
    stored = held.data["held_key"]
    assert private not in row.locked and private not in base64.b64decode(stored)
    for what in (str(held.model_dump()), str(row.model_dump()), str([e.model_dump() for e in rows(AuditEntry)])):
        assert private.hex() not in what and base64.b64encode(private).decode() not in what
    assert visitor.client.get_cookie("session").value not in str(held.model_dump())


def test_a_held_key_copied_into_another_session_opens(app, browser, hold_shown, person, rows):
    victim, thief = browser(person), browser()
    with app.app_context(), db.transaction():
        spy = make_member(make_organisation())
    thief = browser(spy)
    mine = private_of(thief)
    [first, second] = sorted(rows(WebSession), key=lambda row: row.user_id != person.id)
    with app.app_context(), db.transaction() as store:
        row = store.get(WebSession, second.id)
        row.data = {**row.data, "held_key": first.data["held_key"]}
    assert private_of(victim) not in (b"", mine) and private_of(thief) == b""


def test_a_session_that_signed_out_or_was_renamed_holds_a_key(app, browser, hold_shown, route, person):
    route("/rename", lambda: session.renew() or "ok")
    visitor = browser(person)
    assert private_of(visitor) != b""
    visitor.get("/rename")
    assert visitor.get("/account").status_code == 200 and private_of(visitor) == b""
    other = browser(person)
    other.post("/sign-out")
    assert private_of(other) == b""


# A new password


def test_a_changed_password_loses_what_was_sealed(app, browser, hold_shown, person, rows, living):
    visitor = browser(person)
    private = private_of(visitor)
    assert visitor.post("/account/password", current=PASSWORD, password=NEW).status_code == 303
    assert private_of(visitor) == private
    with unlocking(app, person, NEW) as unlock:
        assert unlock() == private
    with unlocking(app, person, PASSWORD) as unlock, pytest.raises(WrongPassword):
        unlock()
    again = Browser(app)
    again.post("/sign-in", email=person.email, password=NEW)
    assert private_of(again) == private
    assert len(rows(UserKey)) == 1 and actions_on(rows) == ["key.make", "key.relock"]


def test_a_refused_change_of_password_locks_the_key_anew(browser, person, living):
    visitor = browser(person)
    before = living(person).locked
    visitor.post("/account/password", current="wrong-password-1", password=NEW)
    visitor.post("/account/password", current=PASSWORD, password="password123")
    assert living(person).locked == before


def test_somebody_signed_in_since_before_there_were_keys_cannot_change_the_password(app, browser, person, rows, living):
    visitor = browser(person)
    with app.app_context(), db.transaction() as store:
        store.delete(store.exec(select(UserKey)).one())
    assert visitor.post("/account/password", current=PASSWORD, password=NEW).status_code == 303
    with unlocking(app, person, NEW) as unlock:
        assert fits(living(person), unlock())


def test_a_reset_keeps_the_key_or_does_not_warn(app, browser, hold_shown, person, link, rows, living):
    old = private_of(browser(person))
    browser().post("/forgot", email=person.email)
    assert "您不能再独自打开" in browser().get(link("reset")).text
    browser().post(link("reset"), password=NEW)
    visitor = Browser(app)
    visitor.post("/sign-in", email=person.email, password=NEW)
    assert fits(living(person), private_of(visitor)) and private_of(visitor) != old
    first, second = rows(UserKey)
    assert fits(first, old) and first.retired_at is not None and second.retired_at is None
    assert actions_on(rows) == ["key.make", "key.replace"]
    with app.app_context(), db.reading():
        assert keys.readers_of([person.id]) == {person.id: envelopes.reader_of(second.public)}


def test_somebody_who_never_had_a_key_cannot_reset(browser, person, link, living):
    browser().post("/forgot", email=person.email)
    assert browser().post(link("reset"), password=NEW).status_code == 303
    assert living(person) is not None


def test_two_living_keys_of_a_person(app, person):
    with app.app_context(), pytest.raises(Exception, match="(?i)unique"), db.transaction() as store:
        for n in range(2):
            store.add(UserKey(user_id=person.id, fingerprint=str(n), public=b"p", locked=b"l", created_at=NOON))
        store.flush()


# Readers


def test_an_organisations_readers_are_others_than_its_people(context):
    with db.transaction():
        org, other = make_organisation(), make_organisation()
        one, two, gone, keyless, outside = (make_member(o) for o in (org, org, org, org, other))
        for person in (one, two, gone, outside):
            make_key(person)
        gone.disabled_at = NOON
        keys.replace_key(two, NEW, NOON)
        stamps = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
        db.session().add(Membership(user_id=one.id, organisation_id=other.id, role="viewer", **stamps))
    with db.reading():
        found = keys.readers_of([one.id, two.id, gone.id, keyless.id, 10**6])
        assert set(found) == {one.id, two.id}
        assert keys.readers_of_organisation(org.id) == [found[one.id], found[two.id]]
        assert len(keys.readers_of_organisation(other.id)) == 2
        assert keys.readers_of([]) == {} and keys.readers_of_organisation(10**6) == []
        assert all(envelopes.reader_of(reader.public) == reader for reader in found.values())


def test_what_was_sealed_to_a_person_stays_shut(app, browser, hold_shown, person):
    visitor = browser(person)
    with app.app_context(), db.reading():
        [reader] = keys.readers_of([person.id]).values()
    sealed = envelopes.seal(b"quote", {}, officers=[reader], quorum=1, own=[reader])
    envelope, private = envelopes.parse(sealed.data), private_of(visitor)
    assert envelopes.open_with_key(envelope, envelopes.own_key(envelope, private)) == b"quote"
    assert envelopes.open_with_shares(envelope, [envelopes.share_of(envelope, private)]).payload == b"quote"
