"""Making an account, and proving its address."""

import re
from datetime import timedelta

import pytest

from marketplace.accounts.models import MailedToken, User
from marketplace.kit import clock
from marketplace.kit.audit import AuditEntry
from marketplace.kit.mail import OutboxMail
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_world

NEW = {"email": "New@Test.example", "name": "王磊", "password": PASSWORD}


def test_somebody_new_is_not_signed_in_or_not_asked_for_proof(browser, find, rows):
    visitor = browser()
    answer = visitor.post("/register", **NEW)
    assert (answer.status_code, answer.location) == (303, "/organisation/new")
    person = find(User, email="new@test.example")
    assert person.email_verified_at is None and person.password_hash.startswith("$argon2id$")
    assert visitor.get("/account").status_code == 200
    [mail] = rows(OutboxMail)
    assert mail.recipient == "new@test.example" and "/verify/" in mail.body
    assert "person.register" in [entry.action for entry in rows(AuditEntry)]


def test_an_address_in_use_makes_a_second_account(browser, rows):
    browser().post("/register", **NEW)
    answer = browser().post("/register", **{**NEW, "email": "new@TEST.example", "name": "别人"})
    assert answer.status_code == 422 and "该邮箱已注册" in answer.text and 'value="别人"' in answer.text
    assert [person.name for person in rows(User)] == ["王磊"] and len(rows(OutboxMail)) == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("email", "x", "格式不正确。"), ("name", "", "请填写此项。"), ("password", "short", "至少 10 个字符。"),
     ("password", "x" * 129, "最多 128 个字符。"), ("password", "password123", "密码过于常见"),
     ("password", "new@test.example", "密码过于常见")],
)  # fmt: skip
def test_a_faulty_form_makes_an_account_or_says_not_where(browser, rows, field, value, message):
    answer = browser().post("/register", **{**NEW, field: value})
    assert answer.status_code == 422
    assert re.search(rf'id="e-{field}">{message}', answer.text)
    assert rows(User) == [] and value not in re.findall(r'type="password"[^>]*value="([^"]*)"', answer.text)


def test_a_form_that_asks_for_more_than_it_may_gets_it(browser, find):
    browser().post("/register", **NEW, demo="1", email_verified_at="2026-01-01", id="77", totp_secret="X")
    person = find(User, email="new@test.example")
    assert (person.demo, person.email_verified_at, person.totp_secret) == (False, None, "") and person.id != 77


def test_many_accounts_are_made_from_one_place(browser):
    with clock.set_clock(NOON):
        visitor = browser()
        statuses = [visitor.post("/register", email="x").status_code for _n in range(21)]
    assert statuses == [422] * 20 + [429]


def test_a_mail_scanner_that_opens_the_link_proves_the_address(browser, find, link):
    browser().post("/register", **NEW)
    stranger = browser()
    assert stranger.get(link("verify")).status_code == 200
    assert find(User, email="new@test.example").email_verified_at is None
    assert stranger.post(link("verify")).status_code == 303
    assert find(User, email="new@test.example").email_verified_at is not None


def test_a_link_works_twice_or_is_stored(browser, link, rows):
    browser().post("/register", **NEW)
    url = link("verify")
    assert browser().post(url).status_code == 303
    for again in (browser().post(url), browser().get(url), browser().get("/verify/invented")):
        assert again.status_code == 410 and "链接已失效" in again.text
    assert url.rsplit("/", 1)[1] not in str([row.model_dump() for row in rows(MailedToken)])


def test_a_link_works_for_ever_or_after_a_newer_one(browser, link):
    with clock.set_clock(NOON):
        visitor = browser()
        visitor.post("/register", **NEW)
        old = link("verify")
    with clock.set_clock(NOON + timedelta(seconds=1)):
        assert visitor.post("/account/verify").status_code == 303
        new = link("verify")
        assert old != new and browser().get(old).status_code == 410
    with clock.set_clock(NOON + timedelta(hours=72, seconds=2)):
        assert browser().get(new).status_code == 410
    with clock.set_clock(NOON + timedelta(hours=72, seconds=1)):
        assert browser().get(new).status_code == 200


def test_a_link_for_one_thing_opens_another(browser, link):
    browser().post("/register", **NEW)
    token = link("verify").rsplit("/", 1)[1]
    for kind in ("reset", "invitation"):
        assert browser().get(f"/{kind}/{token}").status_code == 410


def test_links_are_mailed_without_end(context, browser):
    from marketplace.accounts.models import OrganisationKind

    [(_org, person)] = make_world(OrganisationKind.SUPPLIER)
    visitor = browser(person)
    with clock.set_clock(clock.now()):
        assert [visitor.post("/account/verify").status_code for _n in range(6)] == [303] * 5 + [429]
