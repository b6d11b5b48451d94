"""A write from elsewhere does nothing."""

import pytest

from marketplace.kit import csrf


@pytest.fixture
def count(route):
    """A page that counts the writes that got through."""
    done = []
    route("/t", lambda: done.append(1) or "ok")
    return done


def test_a_write_without_a_token_gets_through(browser, count):
    answer = browser().client.post("/t")
    assert answer.status_code == 400 and "来源不明" in answer.text and count == []


@pytest.mark.parametrize("token", ["", "0" * 64, "错"])
def test_a_write_with_an_invented_token_gets_through(browser, count, token):
    assert browser().client.post("/t", data={"csrf_token": token}).status_code == 400
    assert count == []


def test_a_token_of_another_browser_gets_through(browser, count):
    mine, other = browser(), browser()
    other.refresh()
    mine.refresh()
    mine.token = other.token
    assert mine.post("/t").status_code == 400 and count == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_a_write_a_foreign_page_began_gets_through(browser, count, site):
    assert browser().post("/t", headers={"Sec-Fetch-Site": site}).status_code == 400
    assert count == []


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_write_of_our_own_page_is_refused(browser, count, site):
    assert browser().post("/t", headers={"Sec-Fetch-Site": site}).status_code == 200
    assert count == [1]


def test_a_token_in_the_header_is_overlooked(browser, count):
    visitor = browser()
    visitor.refresh()
    assert visitor.client.post("/t", headers={"X-CSRF-Token": visitor.token}).status_code == 200
    assert visitor.client.post("/t", headers={"X-CSRF-Token": "0" * 64}).status_code == 400
    assert count == [1]


def test_a_page_that_asks_its_callers_in_another_way_needs_a_token(route, browser):
    route("/hook", csrf.exempt(lambda: "ok"))
    assert browser().client.post("/hook").status_code == 200
