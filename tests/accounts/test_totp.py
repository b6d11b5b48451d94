"""One-time codes at sign-in."""

import re
from datetime import timedelta

import pyotp
import pytest

from marketplace.accounts.models import OrganisationKind, Role, User
from marketplace.kit import clock, db
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_member, make_organisation
from tests.factories.browser import Browser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(moment=NOON, secret=SECRET):
    return pyotp.TOTP(secret).at(moment)


@pytest.fixture
def person(app):
    with app.app_context(), db.transaction():
        return make_member(make_organisation(), totp_secret=SECRET)


def try_in(browser, person, typed):
    return browser().post("/sign-in", email=person.email, password=PASSWORD, code=typed)


def test_a_password_alone_opens_an_account_with_codes(browser, person):
    with clock.set_clock(NOON):
        asked = browser().post("/sign-in", email=person.email, password=PASSWORD)
        assert asked.status_code == 422 and 'name="code"' in asked.text
        wrong = browser().post("/sign-in", email=person.email, password="wrong-password-1", code=code())
        assert wrong.status_code == 422 and 'name="code"' not in wrong.text
        assert try_in(browser, person, code()).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 303), (0, 303), (30, 303), (60, 422)])
def test_a_code_fits_too_early_or_too_late(browser, person, seconds, status):
    with clock.set_clock(NOON):
        assert try_in(browser, person, code(NOON + timedelta(seconds=seconds))).status_code == status


@pytest.mark.parametrize(
    "change", [lambda c: f" {c[:3]} {c[3:]} ", lambda c: c.translate({48 + n: 0xFF10 + n for n in range(10)})]
)
def test_a_code_as_people_type_it_is_refused(browser, person, change):
    with clock.set_clock(NOON):
        assert try_in(browser, person, change(code())).status_code == 303


@pytest.mark.parametrize("typed", ["000000x", "一二三四五六", "é", "-1", "😀"])
def test_a_strange_code_opens_the_account_or_breaks_the_page(browser, person, typed):
    with clock.set_clock(NOON):
        assert try_in(browser, person, typed).status_code == 422


def test_a_code_works_twice_or_an_older_one_after_a_newer(browser, person):
    with clock.set_clock(NOON):
        assert try_in(browser, person, code()).status_code == 303
        assert try_in(browser, person, code()).status_code == 422
        assert try_in(browser, person, code(NOON - timedelta(seconds=30))).status_code == 422
    with clock.set_clock(NOON + timedelta(seconds=30)):
        assert try_in(browser, person, code(NOON + timedelta(seconds=30))).status_code == 303


def test_a_code_of_a_refused_sign_in_is_used_up_or_tries_are_free(browser, person):
    with clock.set_clock(NOON):
        for _n in range(10):
            assert try_in(browser, person, "000000").status_code == 422
        assert try_in(browser, person, code()).status_code == 429
    with clock.set_clock(NOON + timedelta(minutes=15)):
        assert try_in(browser, person, code(NOON + timedelta(minutes=15))).status_code == 303


def test_codes_are_turned_on_or_off_without_one(app, browser, find):
    with app.app_context(), db.transaction():
        person = make_member(make_organisation())
    with clock.set_clock(NOON):
        visitor = browser(person)
        secret = _shown(visitor)
        assert visitor.post("/account/totp", code="000000").status_code == 303
        assert find(User, id=person.id).totp_secret == ""
        visitor.post("/account/totp", code=code(secret=secret))
        assert find(User, id=person.id).totp_secret == secret
        assert secret not in visitor.get("/account").text
        visitor.post("/account/totp", code=code(secret=secret))
        assert find(User, id=person.id).totp_secret == secret, "a used code turned codes off"
    with clock.set_clock(NOON + timedelta(seconds=30)):
        visitor.post("/account/totp", code=code(NOON + timedelta(seconds=30), secret))
        assert find(User, id=person.id).totp_secret == ""
        assert _shown(visitor) != secret, "the secret turned off is offered again"


def _shown(visitor):
    return re.search(r'totp-secret">([A-Z2-7]+)<', visitor.get("/account").text)[1]


@pytest.fixture
def production(make_app):
    return make_app(env="production", secret_key="k" * 43)


def operator(app, **more):
    with app.app_context(), db.transaction():
        return make_member(make_organisation(OrganisationKind.OPERATOR), Role.ADMIN, **more)


def test_an_operator_without_codes_reaches_what_operators_do(production):
    visitor = Browser(production, operator(production, demo=True))
    for url in ("/operations/organisations", "/operations/organisations/1", "/organisation/edit"):
        assert visitor.get(url).location == "/account#totp", url
    assert visitor.post("/operations/organisations/1", decision="approved").location == "/account#totp"
    asked = visitor.get("/operations/organisations", headers={"Accept": "application/json"})
    assert asked.status_code == 401 and asked.json["title"] == "set-up-totp"
    page = visitor.get("/account")
    assert page.status_code == 200 and "须开启两步验证" in page.text


def test_an_operator_who_set_codes_up_is_still_sent_to_do_it(production):
    with clock.set_clock(NOON):
        visitor = Browser(production, operator(production))
        visitor.post("/account/totp", code=code(secret=_shown(visitor)))
        assert visitor.get("/operations/organisations").status_code == 200


def test_a_demo_operator_needs_a_telephone(app, make_app):
    demo = make_app(seed_demo=True)
    assert Browser(demo, operator(demo, demo=True)).get("/operations/organisations").status_code == 200
    assert Browser(demo, operator(demo)).get("/operations/organisations").location == "/account#totp"


def test_others_are_made_to_set_codes_up(production):
    with production.app_context(), db.transaction():
        person = make_member(make_organisation())
    assert Browser(production, person).get("/organisation/edit").status_code == 200
