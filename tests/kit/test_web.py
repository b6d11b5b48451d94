"""Ways back, page numbers, and how values look."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from marketplace.kit import clock, web
from tests.conftest import NOON


@pytest.mark.parametrize("url", ["/", "/desk", "/search?q=泵&page=2#here", "/a//b", "/中文"])
def test_a_way_back_on_this_site_is_lost(app, url):
    with app.test_request_context(query_string={"next": url}):
        assert web.safe_next("/fallback") == url


@pytest.mark.parametrize(
    "url",
    ["", "//x", "///x", "/\\x", "/\\/x", "\\\\x", "\\x", "https://x", "http:x", "javascript:alert(1)", "x", " /x", "//[x",
     "/x\r\nSet-Cookie: a=b", "/\tx", "/\n/x", "/\x00x", "/\u2028x", "/\u202ex", "https:/x", "@x", "/x\\y", "//x@y"],
)  # fmt: skip
def test_a_way_back_leads_elsewhere(app, url):
    with app.test_request_context(query_string={"next": url}):
        assert web.safe_next("/fallback") == "/fallback"


@pytest.mark.parametrize(
    "query", ["next=%0d%0aLocation:%20//x", "next=/%0d%0ax", "next=%2f%2fx", "next=/%5cx", "next=%ff"]
)
def test_a_way_back_in_escapes_leads_elsewhere(app, query):
    with app.test_request_context(query_string=query):
        assert web.safe_next("/fallback") == "/fallback"


def test_an_invented_way_back_leads_elsewhere(app):
    @given(st.text(alphabet="/\\:@.x[]%?#\t\n \u3000", max_size=12))
    def check(url):
        with app.test_request_context(query_string={"next": url}):
            back = web.safe_next("/fallback")
        assert back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable()

    check()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("7", 7),
        ("0", 1),
        ("-3", 1),
        ("x", 1),
        ("", 1),
        ("499", 499),
        ("99999", 500),
        ("9" * 50, 1),
        ("²", 1),
        ("1.5", 1),
    ],
)
def test_a_page_number_breaks_the_page(app, text, number):
    with app.test_request_context(query_string={"page": text}):
        assert web.page_number() == number


@pytest.mark.parametrize(
    ("page", "total", "numbers"),
    [
        (1, 0, [1]),
        (1, 30, [1]),
        (1, 31, [1, 2]),
        (1, 300, [1, 2, 3, None, 10]),
        (5, 300, [1, None, 3, 4, 5, 6, 7, None, 10]),
        (4, 300, [1, 2, 3, 4, 5, 6, None, 10]),
        (10, 300, [1, None, 8, 9, 10]),
        (99, 300, [1, None, 10]),
    ],
)
def test_the_pager_leaves_out_a_page_it_should_not(page, total, numbers):
    assert list(web.Pages(page, 30, total).numbers) == numbers


def test_a_changed_address_loses_what_was_chosen(app):
    with app.test_request_context(
        "/search", query_string=MultiDict([("q", "水泵"), ("t", "a"), ("t", "b"), ("page", "3")])
    ):
        assert web.url_with() == "/search?q=%E6%B0%B4%E6%B3%B5&t=a&t=b"
        assert web.url_with(page=4) == "/search?q=%E6%B0%B4%E6%B3%B5&t=a&t=b&page=4"
        assert web.url_with(t=["b"], q=None) == "/search?t=b"
        assert web.url_with(t=[], q=None) == "/search"
        assert web.url_with(q="a&b=c#d", t=None) == "/search?q=a%26b%3Dc%23d"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (3000, "3,000"),
        (3000.0, "3,000"),
        (0.5, "0.5"),
        (0.0, "0"),
        (1234.56, "1,234.56"),
        ("x", "x"),
        (100, "100"),
    ],
)
def test_a_number_reads_wrongly(value, text):
    assert web.show_number(value) == text


def test_a_time_reads_as_utc(app):
    with app.test_request_context():
        assert web.show_time(datetime(2026, 1, 31, 17, 5, tzinfo=UTC)) == "2026-02-01 01:05"
        assert web.show_day(datetime(2026, 1, 31, 17, 5, tzinfo=UTC)) == "2026-02-01"
        assert web.show_day(date(2026, 1, 31)) == "2026-01-31"
        assert web.show_time(None) == web.show_day(None) == "—"


@pytest.mark.parametrize(
    ("days", "text"),
    [(0, "今天"), (-1, "今天"), (1, "昨天"), (2, "2 天前"), (59, "59 天前"), (60, "2 个月前"), (None, "从未")],
)
def test_how_long_ago_reads_wrongly(app, days, text):
    with app.test_request_context(), clock.set_clock(NOON):
        assert web.show_ago(None if days is None else NOON - timedelta(days=days)) == text


def test_a_block_comes_with_the_page_around_it_or_stays_behind_it(app):
    asked = (({}, True), ({"HX-Request": "true"}, False), ({"HX-Request": "true", "HX-Boosted": "true"}, True))
    for headers, whole in asked:
        with app.test_request_context(headers=headers):
            answer = web.page("error.html", "content", status=418, detail="only this", extra={})
            text = answer.get_data(as_text=True)
            assert ("<html" in text) is whole and "only this" in text
            assert answer.status_code == 418 and "HX-Request" in answer.headers["Vary"]
