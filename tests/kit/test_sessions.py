"""Sessions live in the database: what ends there has ended everywhere."""

from datetime import timedelta
from hashlib import sha256

import pytest
from flask import session as web_session
from sqlmodel import select

from marketplace.accounts.models import OrganisationKind
from marketplace.kit import clock, db
from marketplace.kit.sessions import WebSession, delete_expired, end_sessions_of
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_world

LONG = "x" * 43


@pytest.fixture
def person(context):
    [(_org, person)] = make_world(OrganisationKind.SUPPLIER)
    return person


@pytest.fixture
def rows(context):
    def read():
        with db.reading() as session:
            return list(session.exec(select(WebSession)))

    return read


def sid(visitor):
    return visitor.client.get_cookie("session").value


def signed_in(visitor):
    return visitor.get("/account").status_code == 200


def test_a_cookie_copied_before_sign_out_works_after_it(browser, person, rows):
    visitor, thief = browser(person), browser()
    thief.client.set_cookie("session", sid(visitor))
    assert signed_in(thief)
    visitor.post("/sign-out")
    assert not signed_in(thief) and not signed_in(visitor)
    assert rows() == []


def test_a_name_planted_before_sign_in_is_the_name_after_it(browser, person):
    visitor, thief = browser(), browser()
    for one in (visitor, thief):
        one.client.set_cookie("session", LONG)
    assert visitor.post("/sign-in", email=person.email, password=PASSWORD).status_code == 303
    assert sid(visitor) != LONG and signed_in(visitor) and not signed_in(thief)


def test_the_database_holds_what_opens_a_session(browser, person, rows):
    visitor = browser(person)
    [row] = rows()
    assert row.id == sha256(sid(visitor).encode()).hexdigest() and sid(visitor) not in str(row.model_dump())
    assert row.user_id == person.id
    assert len(sid(visitor)) >= 43


def test_an_idle_session_goes_on_or_a_used_one_stops(browser, person):
    with clock.set_clock(NOON):
        visitor = browser(person)
    for minutes in (200, 400):
        with clock.set_clock(NOON + timedelta(minutes=minutes)):
            assert signed_in(visitor)
    with clock.set_clock(NOON + timedelta(minutes=400 + 241)):
        assert not signed_in(visitor)


def test_a_session_in_use_never_ends(browser, person):
    with clock.set_clock(NOON):
        visitor = browser(person)
    for hours in (3, 6, 9, 12):
        with clock.set_clock(NOON + timedelta(hours=hours)):
            assert signed_in(visitor)
    with clock.set_clock(NOON + timedelta(hours=12, minutes=1)):
        assert not signed_in(visitor)


@pytest.mark.parametrize("cookie", ["expired", "short", "x" * 500])
def test_a_browser_with_a_dead_cookie_cannot_sign_in(browser, person, cookie):
    with clock.set_clock(NOON):
        visitor = browser(person)
    if cookie != "expired":
        visitor.client.set_cookie("session", cookie)
    with clock.set_clock(NOON + timedelta(days=1)):
        visitor.token = ""
        assert visitor.post("/sign-in", email=person.email, password=PASSWORD).status_code == 303
        assert signed_in(visitor)


def test_a_request_on_its_way_revives_a_session_that_was_ended(app, route, browser, person, rows):
    def view():
        web_session["note"] = "written late"
        with db.transaction() as session:
            end_sessions_of(session, person.id)
        return "ok"

    route("/t", view)
    visitor = browser(person)
    assert visitor.get("/t").status_code == 200
    assert rows() == [] and not signed_in(visitor)


def test_other_sessions_live_on_after_a_password_change(browser, person):
    here, elsewhere = browser(person), browser(person)
    new = "another-long-word-43"
    assert here.post("/account/password", current=PASSWORD, password=new).status_code == 303
    assert signed_in(here) and not signed_in(elsewhere)


def test_old_sessions_pile_up_or_young_ones_go(browser, person, rows):
    with clock.set_clock(NOON - timedelta(days=3)):
        browser(person)
    with clock.set_clock(NOON):
        browser(person)
    with db.transaction() as session:
        assert delete_expired(session, NOON - timedelta(days=2)) == 1
    assert [row.seen_at for row in rows()] == [NOON]


def test_a_visitor_who_only_looks_leaves_a_row(browser, rows):
    visitor = browser()
    visitor.get("/forgot")
    visitor.get("/register")
    assert rows() == []


def test_the_cookie_goes_over_plain_http_or_to_scripts(make_app, browser):
    plain = browser().get("/forgot").headers["Set-Cookie"]
    assert "HttpOnly" in plain and "SameSite=Lax" in plain and "Path=/" in plain
    secure = (
        make_app(public_url="https://market.test.example").test_client().get("/forgot", base_url="https://localhost")
    )
    cookie = secure.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=") and "Secure" in cookie and "Domain" not in cookie
