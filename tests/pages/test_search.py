"""Searching as people do: words, pinyin, typing errors, numbers in other units, and addresses nobody should type."""

import re

import pytest

from marketplace.accounts import membership
from marketplace.accounts.models import OrganisationKind, OrganisationStatus
from marketplace.accounts.queries import organisation
from marketplace.catalog.models import Listing
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.search.mirror import mirrors
from marketplace.search.port import SearchUnavailable
from tests.factories.accounts import make_world


def found(answer):
    """The ids of the listings on a results page, in order."""
    assert answer.status_code == 200, answer.text[:500]
    return [int(i) for i in re.findall(r'class="hit-name"><a href="/listings/(\d+)"', answer.text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("排水抢险车", {"big", "small"}),
        ("龙吸水", {"big", "small"}),
        ("paishui", {"big", "small"}),
        ("shengmingtanceyi", {"radar"}),
        ("smtcy", {"radar"}),
        ("生命探侧仪", {"radar"}),
        ("生命探策仪", {"radar"}),
        ("AED", {"aed"}),
        ("aed-q8", {"aed"}),
        ("排水搶險車", {"big", "small"}),
        ("徐州试水", {"big", "small"}),
    ],
)
def test_a_listing_is_not_found_by_what_people_type(browser, catalogue, text, names):
    assert set(found(browser().get(f"/search?q={text}"))) == {catalogue[n] for n in names}


def test_a_corrected_search_does_not_say_so(browser, catalogue):
    page = browser().get("/search?q=smtcy").text
    assert "已按“" in page and "insist=1" in page
    assert "已按“" not in browser().get("/search?q=smtcy&insist=1").text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("flow.min=800&flow.unit=L/s", {"big"}),
        ("flow.min=500&flow.unit=m³/h", {"big", "small"}),
        ("flow.max=200&flow.unit=L/s", {"small"}),
        ("price_max=70万", {"small", "radar"}),
        ("price_min=100万", {"big"}),
        ("lead_max=40", {"big", "radar"}),
        ("in_stock=1", {"big"}),
        ("region=广东省", {"big", "radar", "aed"}),
        ("category=natural_disaster&arrangement=operating_lease", {"big"}),
        ("field=urban_safety&field=emergency_rescue", {"big", "small", "radar", "aed"}),
        ("class=3.4", {"big", "small"}),
    ],
)
def test_a_filter_lets_the_wrong_listings_through(browser, catalogue, query, names):
    assert set(found(browser().get(f"/search?{query}"))) == {catalogue[n] for n in names}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("colour=red", "未知的筛选条件已忽略:colour"),
        ("category=volcano", "category=volcano"),
        ("price_min=abc", "最低价“abc”不是金额"),
        ("price_min=-5", "不是金额"),
        ("price_max=1e99", "不是金额"),
        ("flow.min=NaN", "不是合理的数字"),
        ("flow.min=1&flow.unit=kg", "不能用单位“kg”"),
        ("lead_max=99999", "应为 0–9999"),
        ("class=9.9.9", "没有这个类别"),
        ("sort=luck", "sort=luck"),
        ("kind=weapon", "kind=weapon"),
        (f"q={'水' * 10_000}", "搜索词过长"),
    ],
)
def test_an_odd_address_is_guessed_at_silently(browser, catalogue, query, sentence):
    answer = browser().get(f"/search?{query}")
    assert answer.status_code == 200
    assert sentence in answer.text


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=99999999999999999999", "page=²", "q=%22%22%22", "q=-20℃", "q=<script>alert(1)</script>",
     "q=%F0%9F%9A%92", "flow.min=9e999", "price_min=9" * 3, "region=" + "x" * 3000, "&".join(f"base=b{n}" for n in range(300))],
)  # fmt: skip
def test_hostile_addresses_break_the_page(browser, catalogue, query):
    answer = browser().get(f"/search?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_markup_in_a_listing_reaches_the_page_as_markup(browser, catalogue):
    page = browser().get("/search?q=穿墙").text
    assert "&lt;b&gt;" in page and "<b>穿墙" not in page


def test_a_listing_of_a_suspended_supplier_is_shown_from_a_stale_index(browser, catalogue, app):
    with app.app_context(), db.transaction() as session:
        app.extensions.pop("search_nudge")  # the mirror does not learn of it
        row = session.get(membership.Organisation, 1)
        row.status = OrganisationStatus.SUSPENDED
    assert catalogue["big"] not in found(browser().get("/search?q=排水"))


def test_a_dead_engine_takes_the_page_with_it(browser, catalogue, app, monkeypatch):
    def down(_query):
        raise SearchUnavailable("down")

    monkeypatch.setattr(mirrors_engine(app), "search", down)
    answer = browser().get("/search?q=排水")
    assert set(found(answer)) == {catalogue["big"], catalogue["small"]}
    assert "搜索服务暂时降级" in answer.text


def test_a_change_is_not_found_after_the_drain(browser, catalogue, app):
    with app.app_context():
        app.extensions.pop("search_nudge")
        with db.transaction():
            org = organisation(1)
            membership.review(org, OrganisationStatus.SUSPENDED, "演练", by=Actor(1, 1), at=org.created_at)
        assert mirrors()["products"].drain() > 0
        held = mirrors()["products"].engine.ids_and_versions()
    assert catalogue["big"] not in held and catalogue["radar"] in held


def test_reconciliation_misses_what_was_lost(catalogue, app):
    with app.app_context():
        mirror = mirrors()["products"]
        mirror.engine.wait(mirror.engine.delete([catalogue["big"]]))
        assert mirror.reconcile() == (1, 0, 0)
        assert catalogue["big"] in mirror.engine.ids_and_versions()
        assert mirror.reconcile() == (0, 0, 0)


def test_suggestions_miss_names_in_chinese_pinyin_and_initials(browser, catalogue):
    for typed in ("生命", "shengming", "smtc"):
        texts = [s["text"] for s in browser().get(f"/suggest?q={typed}").get_json()["suggestions"]]
        assert any("生命探测仪" in text for text in texts), typed
    assert browser().get("/suggest?q=" + "x" * 5000).get_json() == {"suggestions": []}


def mirrors_engine(app):
    """The engine the app asks."""
    return app.extensions["finder"].engine


def test_an_export_shows_other_listings_than_the_page_or_runs_formulas(browser, catalogue, app):
    import io

    from python_calamine import CalamineWorkbook

    with app.app_context():
        ((_org, user),) = make_world(OrganisationKind.BUYER)
        with db.transaction() as session:
            session.get(Listing, catalogue["small"]).model = "=1+1"
    answer = browser(user).get("/search/export.xlsx?category=natural_disaster")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in rows[1:]} == {"大流量排水抢险车", "小型排水抢险车"}
    assert "'=1+1" in {row[1] for row in rows[1:]}
    assert browser().get("/search/export.xlsx").status_code == 303
