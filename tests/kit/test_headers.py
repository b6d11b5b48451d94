"""Headers that keep browsers from doing what others want."""

import re

import pytest

from tests.factories.accounts import make_world


@pytest.mark.parametrize("url", ["/forgot", "/no-such-page", "/account"])
def test_an_answer_goes_out_without_its_guards(browser, url):
    headers = browser().get(url).headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy and "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


def test_a_broken_page_goes_out_without_its_guards(app, route, browser):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    route("/t", lambda: 1 / 0)
    answer = browser().get("/t")
    assert answer.status_code == 500 and "nonce-" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("url", ["/forgot", "/no-such-page"])
def test_two_answers_share_a_nonce_or_a_page_does_not_know_its_own(browser, url):
    visitor, nonces = browser(), set()
    for _n in range(2):
        answer = visitor.get(url)
        [nonce] = set(re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"]))
        scripts = re.findall(r"<script[^>]*>", answer.text)
        assert scripts and all(f'nonce="{nonce}"' in tag for tag in scripts)
        nonces.add(nonce)
    assert len(nonces) == 2


def test_strict_transport_is_promised_over_plain_http_or_not_over_https(browser):
    visitor = browser()
    assert "Strict-Transport-Security" not in visitor.get("/forgot").headers
    secure = visitor.get("/forgot", base_url="https://localhost").headers
    assert "max-age=31536000" in secure["Strict-Transport-Security"]


def test_a_page_of_a_signed_in_person_is_kept_by_the_browser(app, context, browser):
    from marketplace.accounts.models import OrganisationKind

    [(_org, person)] = make_world(OrganisationKind.SUPPLIER)
    assert browser(person).get("/account").headers["Cache-Control"] == "no-store"
    assert browser().get("/forgot").headers["Cache-Control"] == "no-cache"
