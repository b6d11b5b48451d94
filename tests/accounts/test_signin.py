"""Signing in and out, and passwords forgotten or changed."""

import re
from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import delete
from sqlmodel import select

from marketplace.accounts import passwords, signin
from marketplace.accounts.models import Membership, Notice, OrganisationKind, Role, User
from marketplace.kit import clock, db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.mail import OutboxMail
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_member, make_organisation, make_world

NEW = "quite-another-word-77"


@pytest.fixture
def person(context):
    [(_org, person)] = make_world(OrganisationKind.SUPPLIER)
    return person


def plain(answer):
    """A page without what differs each time."""
    text = re.sub(
        r'nonce[-=]"?[\w-]+|csrf_token" value="\w+|X-CSRF-Token": "\w+|inlineScriptNonce": "[\w-]+', "", answer.text
    )
    return re.sub(r"[\w.]+@test\.example", "", text)


def try_in(visitor, email, password=PASSWORD, **more):
    return visitor.post("/sign-in", email=email, password=password, **more)


def test_a_right_password_leads_nowhere_or_elsewhere(browser, person, rows):
    assert try_in(browser(), f" {person.email.upper()} ").location == "/desk"
    assert try_in(browser(), person.email, next="/account").location == "/account"
    assert try_in(browser(), person.email, next="//evil.example").location == "/desk"
    assert [e.actor_id for e in rows(AuditEntry) if e.action == "person.sign_in"] == [person.id] * 3


def test_a_page_asked_for_by_a_stranger_is_forgotten(browser, person):
    visitor = browser()
    answer = visitor.get("/inbox?unread=1")
    assert answer.location == "/sign-in?next=/inbox?unread%3D1"
    assert 'value="/inbox?unread=1"' in visitor.get(answer.location).text


def test_one_can_tell_who_has_an_account(browser, person, app):
    with app.app_context(), db.transaction() as session:
        disabled = make_member(make_organisation())
        session.get(User, disabled.id).disabled_at = NOON
    answers = [
        try_in(browser(), person.email, "wrong-password-1"),
        try_in(browser(), "nobody@test.example", "wrong-password-1"),
        try_in(browser(), disabled.email, PASSWORD),
    ]
    assert {a.status_code for a in answers} == {422}
    assert len({plain(a) for a in answers}) == 1


def test_an_unknown_address_is_answered_without_the_work_of_a_known_one(browser, person, monkeypatch):
    verified = []
    real = passwords._hasher.verify
    monkeypatch.setattr(passwords, "_hasher", _Watched(real, verified))
    for email in (person.email, "nobody@test.example"):
        try_in(browser(), email, "wrong-password-1")
    assert len(verified) == 2 and verified[0].split("$")[3] == verified[1].split("$")[3]


class _Watched:
    def __init__(self, real, seen):
        self.real, self.seen = real, seen

    def verify(self, stored, password):
        self.seen.append(stored)
        return self.real(stored, password)


def test_a_password_that_begins_with_a_blank_never_works_again(browser):
    blank = "  blanks-around-it  "
    visitor = browser()
    assert visitor.post("/register", email="blank@test.example", name="空格", password=blank).status_code == 303
    assert try_in(browser(), "blank@test.example", blank).status_code == 303
    assert try_in(browser(), "blank@test.example", blank.strip()).status_code == 422
    assert visitor.post("/account/password", current=blank, password=NEW).status_code == 303


def test_an_old_hash_stays_at_its_old_cost(browser, app, find):
    from argon2 import PasswordHasher

    with app.app_context(), db.transaction() as session:
        person = make_member(make_organisation())
        session.get(User, person.id).password_hash = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    browser(person)
    assert "m=19456,t=2,p=1" in find(User, id=person.id).password_hash
    browser(person)


def test_passwords_can_be_tried_for_ever(browser, person):
    with clock.set_clock(NOON):
        statuses = [try_in(browser(), person.email, "wrong-password-1").status_code for _n in range(11)]
        assert statuses == [422] * 10 + [429]
        assert try_in(browser(), person.email).status_code == 429
        assert try_in(browser(), "other@test.example").status_code == 422
    with clock.set_clock(NOON + timedelta(minutes=15)):
        assert try_in(browser(), person.email).status_code == 303


def test_a_stranger_locks_somebody_out_of_a_known_device(browser, person):
    with clock.set_clock(NOON):
        known = browser(person)
        known.post("/sign-out")
        for _n in range(11):
            refused = try_in(browser(), person.email, "wrong-password-1")
        assert refused.status_code == 429
        assert try_in(known, person.email).status_code == 303


def test_a_device_known_to_one_account_opens_tries_at_another(context, browser, person):
    [(_org, victim)] = make_world(OrganisationKind.BUYER)
    with clock.set_clock(NOON):
        attacker = browser(person)
        attacker.post("/sign-out")
        statuses = [try_in(attacker, victim.email, "wrong-password-1").status_code for _n in range(6)]
        statuses += [try_in(browser(), victim.email, "wrong-password-1").status_code for _n in range(5)]
    assert statuses == [422] * 10 + [429]


def test_another_network_is_locked_out_too(app, browser, person):
    with clock.set_clock(NOON):
        for _n in range(11):
            try_in(browser(), person.email, "wrong-password-1")
        elsewhere = browser()
        elsewhere.refresh()
        form = {"csrf_token": elsewhere.token, "email": person.email, "password": PASSWORD}
        there = {"REMOTE_ADDR": "198.51.100.9"}
        assert elsewhere.client.post("/sign-in", data=form, environ_overrides=there).status_code == 303


def test_a_right_password_leaves_the_wrong_tries_standing(browser, person):
    with clock.set_clock(NOON):
        for _n in range(2):
            for _m in range(9):
                try_in(browser(), person.email, "wrong-password-1")
            assert try_in(browser(), person.email).status_code == 303


def test_somebody_dismissed_goes_on_working(app, browser, person):
    visitor = browser(person)
    assert visitor.get("/account").status_code == 200
    with app.app_context(), db.transaction() as session:
        session.get(User, person.id).disabled_at = NOON
    assert visitor.get("/account").status_code == 303
    assert try_in(browser(), person.email).status_code == 422


def test_signing_out_leaves_pages_in_the_browser(browser, person):
    answer = browser(person).post("/sign-out")
    assert answer.location == "/" and "cache" in answer.headers["Clear-Site-Data"]


def test_one_can_tell_whose_password_can_be_reset(browser, person, rows):
    answers = []
    for email in (person.email, "nobody@test.example"):
        visitor = browser()
        answers.append((visitor.post("/forgot", email=email), visitor.get("/sign-in")))
    (one, page), (other, same) = answers
    assert one.status_code == other.status_code == 303 and one.location == other.location
    assert plain(page) == plain(same) and "如果该邮箱已注册" in page.text
    assert [m.recipient for m in rows(OutboxMail)] == [person.email]


def test_a_reset_works_twice_or_leaves_a_session_open(browser, person, link):
    open_session = browser(person)
    browser().post("/forgot", email=person.email)
    url = link("reset")
    assert browser().get(url).status_code == 200
    assert browser().post(url, password=NEW).status_code == 303
    assert open_session.get("/account").status_code == 303
    assert try_in(browser(), person.email).status_code == 422
    assert try_in(browser(), person.email, NEW).status_code == 303
    assert browser().post(url, password="a-third-word-altogether").status_code == 410


def test_a_reset_link_works_after_an_hour(browser, person, link):
    with clock.set_clock(NOON):
        browser().post("/forgot", email=person.email)
    with clock.set_clock(NOON + timedelta(hours=1)):
        assert browser().get(link("reset")).status_code == 200
    with clock.set_clock(NOON + timedelta(hours=1, seconds=1)):
        assert browser().post(link("reset"), password=NEW).status_code == 410


@pytest.mark.parametrize("weak", ["short", "password123", "1111111111", "person-name"])
def test_a_weak_password_comes_in_by_the_back_door(app, browser, link, weak):
    with app.app_context(), db.transaction():
        person = make_member(make_organisation(), email="person-name@test.example")
    visitor = browser(person)
    refused = visitor.post("/account/password", current=PASSWORD, password=weak)
    browser().post("/forgot", email=person.email)
    by_link = browser().post(link("reset"), password=weak)
    for answer in (refused, by_link):
        assert answer.status_code == 422 and 'id="e-password"' in answer.text
    assert try_in(browser(), person.email).status_code == 303
    assert browser().post(link("reset"), password=NEW).status_code == 303


def test_a_password_is_changed_by_somebody_who_does_not_know_it(browser, person):
    visitor = browser(person)
    answer = visitor.post("/account/password", current="wrong-password-1", password=NEW)
    assert answer.status_code == 422 and "当前密码不正确" in answer.text
    assert try_in(browser(), person.email).status_code == 303


def test_a_demotion_takes_effect_later_than_the_next_click(app, browser, person):
    visitor = browser(person)
    assert visitor.get("/organisation/edit").status_code == 200
    with app.app_context(), db.transaction() as session:
        session.exec(select(Membership).where(Membership.user_id == person.id)).one().role = Role.VIEWER
    assert visitor.get("/organisation/edit").status_code == 403


def test_one_acts_for_an_organisation_one_does_not_belong_to(context, browser):
    with db.transaction():
        first, second, foreign = make_organisation(), make_organisation(), make_organisation()
        person = make_member(first)
        stamps = {"created_at": NOON, "updated_at": NOON}
        db.session().add(Membership(user_id=person.id, organisation_id=second.id, role=Role.VIEWER, **stamps))
    visitor = browser(person)
    assert first.name in visitor.get("/organisation").text
    visitor.post("/organisation/switch", organisation_id=str(foreign.id))
    assert first.name in visitor.get("/organisation").text
    visitor.post("/organisation/switch", organisation_id=str(second.id))
    assert second.name in visitor.get("/organisation").text
    assert visitor.get("/organisation/edit").status_code == 403
    with db.transaction() as session:
        session.exec(delete(Membership).where(Membership.organisation_id == second.id))
    assert first.name in visitor.get("/organisation").text
    for odd in ("", "x", "9" * 40):
        assert visitor.post("/organisation/switch", organisation_id=odd).status_code == 303


def test_an_inbox_shows_or_changes_anothers_notices(context, browser, rows):
    (_one, mine), (_two, other) = make_world(OrganisationKind.SUPPLIER, OrganisationKind.BUYER)
    with db.transaction() as session:
        for person in (mine, other):
            for n in range(2):
                subject = f"只给{person.id}的第{n}条"
                session.add(Notice(user_id=person.id, key=str(n), subject=subject, link="/account", created_at=NOON))
    visitor = browser(mine)
    page = visitor.get("/inbox").text
    assert f"只给{mine.id}的第1条" in page and f"只给{other.id}" not in page
    foreign = [n for n in rows(Notice) if n.user_id == other.id]
    visitor.post("/inbox/read", notice_id=str(foreign[0].id))
    for odd in ("x", "-1", "9" * 40):
        assert visitor.post("/inbox/read", notice_id=odd).status_code == 404
    assert visitor.get("/inbox?unread=1").text.count("只给") == 2
    assert [n.read_at for n in rows(Notice) if n.user_id == other.id] == [None, None]
    first = next(n for n in rows(Notice) if n.user_id == mine.id)
    assert visitor.post("/inbox/read", notice_id=str(first.id), next="/account").location == "/account"
    assert visitor.get("/inbox?unread=1").text.count("只给") == 1
    visitor.post("/inbox/read")
    assert all((n.read_at is not None) == (n.user_id == mine.id) for n in rows(Notice))


def test_a_stranger_is_known_to_the_next_request(app, browser, person):
    browser(person)
    with app.test_request_context("/"):
        app.preprocess_request()
        assert g.actor is None and signin.must_set_up_totp() is False


def test_a_choice_of_language_is_forgotten_at_sign_in(browser, person):
    visitor = browser()
    visitor.post("/language", language="en")
    try_in(visitor, person.email)
    assert 'lang="en"' in visitor.get("/account").text
