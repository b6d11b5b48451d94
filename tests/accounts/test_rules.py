"""Codes, passwords and addresses judged by literals."""

import pytest

from marketplace.accounts import rules
from marketplace.accounts.schemas import NewPerson
from marketplace.kit import forms


@pytest.mark.parametrize(
    ("code", "shaped", "checked"),
    [
        ("91350100M000100Y43", True, True),
        ("91333846MAKUJJ8W60", True, True),  # the weighted sum is a multiple of 31: the check character is 0
        ("91350100M0001TGQXM", True, False),
        ("91350100M000100Y44", True, False),
        ("91333846MAKUJJ8W6Z", False, False),
        ("91350100M000100Y4", False, False),
        ("91350100M000100Y433", False, False),
        ("9135O100M000100Y43", False, False),
        ("91350100M000100y43", False, True),
        ("", False, False),
    ],
)
def test_a_code_is_misjudged(code, shaped, checked):
    assert rules.is_uscc_shaped(code) is shaped
    assert rules.is_uscc_checked(code) is checked


@pytest.mark.parametrize(
    "typed",
    [" 91350100m000100y43 ", "９１３５０１００Ｍ０００１００Ｙ４３", "9135 0100 M000 100Y 43", "91350100M000100Y43\n"],
)
def test_a_code_as_people_type_it_is_not_recognised(typed):
    assert rules.clean_uscc(typed) == "91350100M000100Y43"


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaa", "1234512345", "password123", "PASSWORD2026", "qwertyuiop", "admin12345", "12345678ab", "woaini5201",
     "wanglei2026", "testworks99"],
)  # fmt: skip
def test_a_password_anybody_would_try_is_strong(password):
    assert rules.is_weak_password(password, "wanglei@testworks.example", "王磊")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "a-long-test-word-42", "排涝泵站运行十年安全", "wanglei-and-eleven-pumps"]
)
def test_a_good_password_is_weak(password):
    assert not rules.is_weak_password(password, "wanglei@testworks.example", "王磊")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.200", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("2001:db8::1", "2001:db8:0:5::9", True),
        ("2001:db8::1", "2001:db8:1::1", False),
        ("::ffff:203.0.113.7", "203.0.113.9", True),
        ("::ffff:203.0.113.7", "::ffff:198.51.100.7", False),
        ("", "unix:", True),
    ],
)
def test_neighbours_are_strangers_or_strangers_neighbours(one, other, same):
    assert (rules.network_of(one) == rules.network_of(other)) is same


@pytest.mark.parametrize(
    ("typed", "code"), [("123 456", "123456"), ("１２３４５６", "123456"), (" 123\t456 ", "123456"), ("", "")]
)
def test_a_one_time_code_as_people_type_it_is_not_recognised(typed, code):
    assert rules.digits(typed) == code


@pytest.mark.parametrize("email", ["a@b.cn", "Wang.Lei+test@sub.example.com", "x_1@a-b.example", " a@b.cn "])
def test_an_ordinary_address_is_refused(app, email):
    assert "email" not in _person(app, email).errors


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a@@b.cn", "a b@b.cn", "a@b.c", "a@[x.com", "a(b)@x.cn", "a@x..cn", ".a@x.cn", "a@-x.cn", '"a"@x.cn',
     "a@x.cn,b@y.cn", "张@x.cn", "a@x.cn\nBcc: b@y.cn", "a" * 250 + "@x.cn", "a@x.cn\x00"[:-1] + "。"],
)  # fmt: skip
def test_an_address_no_mail_reaches_is_accepted(app, email):
    assert "email" in _person(app, email).errors


def _person(app, email):
    with app.test_request_context():
        return forms.read(NewPerson, {"email": email, "name": "王磊", "password": "a-long-test-word-42"})
