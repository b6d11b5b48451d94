"""What every engine promises about finding, held against each of them: the embedded one and Meilisearch."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.search.embedded import EmbeddedEngine
from marketplace.search.port import (
    WINDOW,
    AnyOf,
    Facet,
    FacetValue,
    Flag,
    Match,
    Query,
    Range,
    SearchMisused,
    Sort,
    Stats,
    lot,
)
from tests.search.worlds import (
    CONFIG,
    counted,
    document,
    found_by,
    hand_written,
    random_filter,
    random_query,
    random_things,
)

ALL_WORDS = {
    "排水": {1, 2, 40},
    "排水泵": {40},
    "处理": {5, 6},
    "待处理": {5},
    "灭火器": {9, 10, 11},
    "灭火器 干粉": {9, 11},
    "生命探测仪": {3, 4},
    "生命探测仪 SM-100": {3},
    "sm100": {3},
    "SM 100": {3},
    "mj-pw-50": {29, 30},
    "MJPW50": {29, 30},
    "无人机": {15, 16},
    "無人機": {15, 16},
    "氣體檢測儀": {18, 19},
    "UAV TEST": {17},
    "ｕａｖ": {17},
    "500kw": {22, 23},
    "500千瓦": {22, 23},
    "500 KW": {22, 23},
    "1500m³/h": {2},
    "3000": {1},
    "12平方米": {25, 26},
    "-20℃": {33, 34},
    "ip68": {20},
    "卫星": {21, 28},
    "卫星 电话": {21},
    "采购防爆的": {20},
    "设备": {5, 16},
    "服务 租赁": {39},
    "火星": set(),
    "除颤 火星": set(),
    "paishuibeng": set(),
}
ANY_WORD = {
    "待处理": {5, 6},
    "灭火器": {9, 10, 11, 14},
    "卫星 电话": {21, 28},
    "租赁 排水": {1, 2, 39, 40},
    "服务 租赁": {36, 37, 38, 39, 40},
    "除颤 火星": {31},
    "paishuibeng": {40},
    "psb": {40},
    "火星": set(),
}
LADDER = {"除颤 火星": ({31}, True), "灭火器 干粉": ({9, 11}, False), "火星": (set(), True), "psb": ({40}, True)}


def ids(engine, text="", **more) -> list[int]:
    return [hit.id for hit in engine.search(Query(text, **{"per_page": 100} | more)).hits]


# What is found


def test_every_word_of_a_query_must_occur_and_any_word_suffices_on_the_lower_rung(filled):
    engine = filled(hand_written())

    assert {text: set(ids(engine, text, match=Match.ALL)) for text in ALL_WORDS} == ALL_WORDS
    assert {text: set(ids(engine, text, match=Match.ANY)) for text in ANY_WORD} == ANY_WORD


def test_the_ladder_steps_down_only_when_too_few_have_every_word_and_says_so(filled):
    engine = filled(hand_written())

    answers = {text: engine.search(Query(text)) for text in LADDER}
    assert {text: ({hit.id for hit in a.hits}, a.relaxed) for text, a in answers.items()} == LADDER
    few = engine.search(Query("灭火器 干粉", enough=3))
    assert few.relaxed and few.total == 4


def test_a_synonym_stands_for_its_term_and_not_for_the_other_words(filled):
    engine = filled(hand_written())
    same = (("龙吸水", ("大流量排水抢险车", "移动泵车")),)

    assert set(ids(engine, "龙吸水", synonyms=same)) == {1, 2}
    assert ids(engine, "龙吸水 内涝", synonyms=same, match=Match.ALL) == [1]
    assert ids(engine, "大流量排水抢险车", synonyms=((("大流量排水抢险车"), ("移动泵车",)),)) == [1, 2]


def test_a_query_of_twenty_words_still_asks_for_every_one(filled):
    words = "应急 照明 帐篷 担架 水泵 消防 通信 卫星 雷达 气体 检测 防爆 头盔 手套 口罩 绳索 滑轮 锚点 背包 哨子"
    engine = filled([document(1, "甲", words), document(2, "乙", words.replace("哨子", ""))])

    assert ids(engine, words, match=Match.ALL) == [1]
    assert set(ids(engine, words, match=Match.ANY)) == {1, 2}


# Filters, facets and stats


def check_world(engine, things, query):
    facets = tuple(Facet(name, limit=50) for name in ("kind", "class", "supplier"))
    results = engine.search(replace(query, facets=facets, stats=("price", "spec_flow")))
    expected = found_by(things, query)

    assert {hit.id for hit in results.hits} == {thing.id for thing in expected}
    assert results.total == len(expected) and results.exact_total
    for facet in facets:
        counts = [(value.value, value.count) for value in results.facets[facet.field]]
        assert counts == counted(found_by(things, query, without=facet.field), facet.field)
    for name in ("price", "spec_flow"):
        values = [value for thing in expected for value in thing.numbers[name]]
        assert results.stats.get(name) == (Stats(min(values), max(values)) if values else None)


@pytest.mark.parametrize("seed", range(4))
def test_filters_facets_totals_and_stats_agree_with_an_oracle(filled, seed):
    chance = random.Random(seed)
    things = random_things(chance)
    engine = filled([thing.document() for thing in things])

    for _ in range(25):
        check_world(engine, things, random_query(chance))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_any_world_and_any_pair_of_filters_agree_with_the_oracle(tmp_path_factory, seed):
    chance = random.Random(seed)
    things = random_things(chance, size=25)
    engine = EmbeddedEngine(tmp_path_factory.mktemp("world"), CONFIG)
    engine.upsert([thing.document() for thing in things])

    for _ in range(8):
        filters = (random_filter(chance), random_filter(chance))
        check_world(engine, things, replace(random_query(chance), filters=filters))


def test_a_facet_shows_no_more_values_than_its_limit_and_orders_equals_by_value(filled):
    engine = filled([document(n, "泵", filters={"supplier": [f"s{n % 7}"], "kind": ["k"]}) for n in range(1, 16)])

    by_count = engine.search(Query("泵", facets=(Facet("supplier", limit=3),))).facets["supplier"]
    by_value = engine.search(Query("泵", facets=(Facet("supplier", 2, order="value"),))).facets["supplier"]
    nothing = engine.search(Query("火星", facets=(Facet("supplier"),)))

    assert by_count == (FacetValue("s1", 3), FacetValue("s0", 2), FacetValue("s2", 2))
    assert by_value == (FacetValue("s0", 2), FacetValue("s1", 3))
    assert nothing.total == 0 and nothing.facets["supplier"] == ()


def test_a_range_is_met_by_one_value_and_never_by_two_values_on_its_two_sides(filled):
    engine = filled([document(1, "泵", numbers={"spec_flow": [10, 3000]}), document(2, "泵")])

    assert ids(engine, filters=(Range("spec_flow", 100, 200),)) == []
    assert ids(engine, filters=(Range("spec_flow", 100, 200, unknown=True),)) == [2]
    assert ids(engine, filters=(Range("spec_flow", 3000, 3000),)) == [1]
    assert ids(engine, filters=(Flag("spec_flow", False),)) == [2]


def test_a_field_that_is_not_declared_is_refused_as_misuse(engine):
    for query in (
        Query(filters=(AnyOf("price", ("1",)),)),
        Query(filters=(Range("kind", 1, 2),)),
        Query(facets=(Facet("nonsense"),)),
        Query(sort=Sort("kind")),
    ):
        with pytest.raises(SearchMisused):
            engine.search(query)
    with pytest.raises(SearchMisused):
        engine.upsert([document(1, "泵", numbers={"price": "42"})])


# Pages and order


@pytest.mark.parametrize(
    ("text", "match"), [("", Match.ALL), ("水泵", Match.ALL), ("水泵 排水", Match.ANY)], ids=["blank", "all", "any"]
)
def test_the_pages_together_hold_every_hit_once_and_the_total_stays(filled, text, match):
    count = WINDOW + 37
    engine = filled([document(n, f"水泵 {n}", "排水" if n % 3 else "") for n in range(1, count + 1)])

    pages = [engine.search(Query(text, match=match, page=page, per_page=25)) for page in range(1, 8)]
    found = [hit.id for page in pages for hit in page.hits]

    assert sorted(found) == list(range(1, count + 1))
    assert [len(page.hits) for page in pages] == [25, 25, 25, 25, 25, count - 125, 0]
    assert {page.total for page in pages} == {count}
    assert engine.search(Query(text, match=match, page=900)).hits == ()


def test_sorting_goes_both_ways_with_missing_values_last_and_equals_by_their_draw(filled):
    prices = {n: [None, 10.0, 10.0, 20.0, -1.5, 10.0][n % 6] for n in range(1, 31)}
    numbers = {n: {} if price is None else {"price": price} for n, price in prices.items()}
    engine = filled([document(n, "水泵", numbers=numbers[n]) for n in prices])

    def expected(sign):
        missing = float("inf")
        return sorted(prices, key=lambda n: (missing if prices[n] is None else sign * prices[n], lot(n)))

    for text in ("", "水泵"):
        rising = [ids(engine, text, sort=Sort("price"), page=page, per_page=7) for page in range(1, 6)]
        assert sum(rising, []) == expected(1)
        assert ids(engine, text, sort=Sort("price", descending=True)) == expected(-1)


def test_equals_are_ordered_by_a_draw_that_neither_age_nor_name_decides(filled):
    engine = filled([document(n, "救援绳") for n in range(1, 41)])
    by_draw = sorted(range(1, 41), key=lot)

    assert ids(engine, "救援绳") == by_draw
    assert ids(engine) == by_draw
    engine.wait(engine.upsert([document(by_draw[-1], "救援绳", version=2)]))
    assert ids(engine, "救援绳") == by_draw


def test_what_answers_more_in_its_title_comes_first(filled):
    engine = filled(
        [
            document(1, "配件", "适用于手提式灭火器"),
            document(2, "手提式灭火器箱"),
            document(3, "手提式灭火器"),
            document(4, "手提箱", "灭火毯 仪器 式样"),
        ]
    )

    assert ids(engine, "手提式灭火器", match=Match.ANY) == [3, 2, 1, 4]


def test_the_order_is_the_scorers_whatever_the_engine_finds_first(filled):
    engine = filled(hand_written())

    assert ids(engine, "消防 机器人 服务", match=Match.ANY)[0] == 12
    assert ids(engine, "便携 卫星 通信 电话", match=Match.ANY) == [28, 21]
    assert ids(engine, "灭火器", match=Match.ANY) == [*sorted((9, 11), key=lot), 10, 14]


# Scores and spans


def test_a_score_is_the_covered_share_and_does_not_depend_on_other_documents(filled):
    engine = filled(hand_written())
    before = {hit.id: hit.score for hit in engine.search(Query("卫星 电话", match=Match.ANY)).hits}
    more = [document(n, "卫星 电话") for n in range(100, 120)]
    engine.wait(engine.upsert(more))
    after = {hit.id: hit.score for hit in engine.search(Query("卫星 电话", match=Match.ANY, per_page=50)).hits}

    assert before == {21: 1.0, 28: 0.5}
    assert all(after[one] == pytest.approx(score, abs=1e-9) for one, score in before.items())
    assert all(hit.score == 1.0 for hit in engine.search(Query("灭火器")).hits)


def test_spans_lie_in_the_original_text_and_show_the_words_asked_for(filled):
    texts = {
        "name": "ＳＭ－１００ <em>無人機</em> ½㎡ MJ-PW-50",
        "summary": "用於應急救援，流量50 ㎥/h",
        "body": "待处理 & 处理器",
    }
    engine = filled([{"id": 1, "version": 1, "texts": texts}])

    def marked(text):
        [hit] = engine.search(Query(text, match=Match.ANY)).hits
        return [(span.field, texts[span.field][span.start : span.end]) for span in hit.spans]

    assert marked("无人机") == [("name", "無人機")]
    assert marked("sm100 mjpw50") == [("name", "ＳＭ－１００"), ("name", "MJ-PW-50")]
    assert marked("救援") == [("summary", "救援")]
    assert marked("处理") == [("body", "处理"), ("body", "处理")]
    assert engine.search(Query("处理", without_spans=True)).hits[0].spans == ()


HOSTILE = [
    "-20℃", '"', '"无人机', "电池 -20", "，。！？", "灭火器" * 1700, "a" * 5000, "9" * 5000 + "kw", "🔥🚒",
    "灭\x00火", "灭", " ", "\t\n", "\\", "' OR 1=1", "kind = \"x\"", "[]{}()^$.*+?|", "NOT EXISTS", "\ud800",
    "İstanbul ﬁ ǆ", "_geo(1,2)", "\u202e\u200b", " ".join(f"词{n}" for n in range(400)),
]  # fmt: skip


def test_no_text_makes_a_search_fail_or_means_its_opposite(filled):
    engine = filled(hand_written())

    for text in HOSTILE:
        for match in Match:
            results = engine.search(Query(text, match=match, facets=(Facet("kind"),)))
            assert 0 <= results.total <= 40, text[:20]
    assert 34 in ids(engine, "电池 -20℃")
    assert 34 in ids(engine, '"低温电池"')


# Ids only


def first_ids(engine, text="", **more) -> list[int]:
    [found] = engine.find_ids([Query(text, **{"per_page": 100} | more)])
    return found


def test_ids_alone_are_others_than_a_search_finds(filled):
    engine = filled(hand_written())

    for match, expected in ((Match.ALL, ALL_WORDS), (Match.ANY, ANY_WORD)):
        answers = engine.find_ids([Query(text, match=match, per_page=100) for text in expected])
        assert [set(found) for found in answers] == list(expected.values())
        assert all(len(found) == len(set(found)) for found in answers)
    assert first_ids(engine, "除颤 火星", match=Match.LADDER) == []


@pytest.mark.parametrize("seed", range(2))
def test_ids_alone_disagree_with_the_oracle_about_filters(filled, seed):
    chance = random.Random(seed)
    things = random_things(chance)
    engine = filled([thing.document() for thing in things])

    queries = [random_query(chance) for _ in range(25)]
    for query, found in zip(queries, engine.find_ids(queries), strict=True):
        assert set(found) == {thing.id for thing in found_by(things, query)}
        assert set(found) == {hit.id for hit in engine.search(query).hits}


def test_more_ids_are_found_than_asked_for_or_a_query_gets_anothers(filled):
    engine = filled([document(n, "水泵 救援" if n % 2 else "帐篷", filters={"kind": ["k"]}) for n in range(1, 41)])
    of_kind = (AnyOf("kind", ("k",)),)
    some, none, tents, everything = engine.find_ids(
        [
            Query("水泵", per_page=7),
            Query("火星"),
            Query("帐篷", filters=of_kind, per_page=30),
            Query("", filters=of_kind, per_page=13),
        ]
    )

    assert len(some) == 7 and all(one % 2 for one in some)
    assert none == [] and sorted(tents) == list(range(2, 41, 2))
    assert len(set(everything)) == 13
    assert engine.find_ids([]) == []


def test_a_blank_text_finds_ids_in_another_order_than_the_draw(filled):
    engine = filled([document(n, "救援绳") for n in range(1, 41)])
    by_draw = sorted(range(1, 41), key=lot)

    assert first_ids(engine) == by_draw
    assert first_ids(engine, " ", per_page=5) == by_draw[:5]


def test_ids_are_found_by_a_field_that_is_not_declared(filled):
    engine = filled([document(1, "泵")])

    for wrong in (AnyOf("price", ("1",)), Range("kind", 1, 2), AnyOf("nonsense", ("1",))):
        with pytest.raises(SearchMisused):
            engine.find_ids([Query("泵"), Query("泵", filters=(wrong,))])


def test_a_hostile_text_makes_finding_ids_fail(filled):
    engine = filled(hand_written())

    for match in Match:
        for found in engine.find_ids([Query(text, match=match) for text in HOSTILE]):
            assert set(found) <= set(range(1, 41))
