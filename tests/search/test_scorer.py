"""How documents are measured against a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.search.plan import Planner, spans
from marketplace.search.port import LOT_CEILING, Query, lot
from marketplace.search.scorer import Card, card, covered, ordered, rank
from marketplace.search.text import Cutter
from tests.search.worlds import CONFIG, document, hand_written

cutter = Cutter(CONFIG.dictionary)
planner = Planner(cutter, dict(CONFIG.weights))


def cards(*rows):
    return [card(document(n, *row), CONFIG, cutter) for n, row in enumerate(rows, 1)]


def order(text, *rows, **more):
    return [one.id for one in ordered(planner.plan(Query(text, **more)), cards(*rows))]


@pytest.mark.parametrize(
    ("text", "name", "share"),
    [
        ("卫星 电话", "卫星电话", 1.0),
        ("卫星 电话", "卫星站", 0.5),
        ("卫星 设备", "卫星站", 1 / 1.35),
        ("采购卫星", "卫星站", 1.0),
        ("采购", "采购平台", 1.0),
        ("火星", "卫星站", 0.0),
        ("", "卫星站", 1.0),
    ],
)
def test_the_covered_share_counts_words_by_their_weight(text, name, share):
    [one] = cards((name,))
    assert covered(planner.plan(Query(text)), one) == pytest.approx(share)


def test_a_synonym_covers_its_term_but_ranks_behind_it():
    same = (("龙吸水", ("排水抢险车",)),)

    assert order("龙吸水", ("排水抢险车",), ("龙吸水",), ("水泵",), synonyms=same) == [2, 1, 3]
    plan = planner.plan(Query("龙吸水", synonyms=same))
    assert covered(plan, cards(("大流量排水抢险车",))[0]) == 1.0


def test_titles_count_double_and_a_name_ends_with_what_the_thing_is():
    assert order("灭火器", ("箱", "放灭火器"), ("灭火器箱",), ("手提式灭火器",), ("灭火器",)) == [4, 3, 2, 1]


def test_whole_cover_in_the_text_comes_before_half_cover_in_the_title():
    assert order("便携 气体 检测", ("便携灯",), ("仪表", "便携 气体 检测")) == [2, 1]


def test_repeating_a_word_gains_nothing():
    [once, often] = cards(("水泵", "排水"), ("水泵", "排水 " * 50))
    plan = planner.plan(Query("排水"))
    assert rank(plan, once) == rank(plan, often)


@given(st.permutations(hand_written()), st.sampled_from(["灭火器", "卫星 电话 服务", "检测", ""]))
def test_the_order_does_not_depend_on_the_order_of_arrival(documents, text):
    plan = planner.plan(Query(text))
    arrived = [card(one, CONFIG, cutter) for one in documents]
    assert ordered(plan, arrived) == ordered(plan, sorted(arrived, key=lambda one: one.id))


def test_the_draw_is_fixed_even_and_blind_to_age():
    draws = [lot(n) for n in range(2000)]

    assert all(0 <= one < LOT_CEILING for one in draws) and len(set(draws)) == 2000
    assert abs(sum(draws) / len(draws) / LOT_CEILING - 0.5) < 0.02
    assert abs(sum(draws[:1000]) - sum(draws[1000:])) / 1000 / LOT_CEILING < 0.05
    assert lot(1) == draws[1]


def test_a_card_comes_back_from_the_engine_as_it_went_in():
    for one in hand_written():
        kept = card(one, CONFIG, cutter)
        assert Card.load(kept.dump()) == kept


def test_a_latin_word_is_not_marked_inside_another():
    [one] = cards(("LED灯 sealed MJ-PW-50 mjpw501",))
    marked = [(s.start, s.end) for s in spans(planner.plan(Query("led mjpw50")), {**one.titles, **one.bodies})]
    assert marked == [(0, 3), (12, 20)]
