"""Exact quantities and amounts, and how documents word them."""

from decimal import Decimal

import pytest

from marketplace.contracts import rules, wording
from marketplace.contracts.rows import average, percent


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角整"),
        (1_05, "人民币壹元零伍分"),
        (12_345_67, "人民币壹万贰仟叁佰肆拾伍元陆角柒分"),
        (10_083_333_33, "人民币壹仟零捌万叁仟叁佰叁拾叁元叁角叁分"),
        (10_010_001_00, "人民币壹仟零壹万零壹元整"),
        (1_000_000_050_00, "人民币壹拾亿零伍拾元整"),
    ],
)
def test_a_document_words_an_amount_wrongly(fen, text):
    assert wording.capital_fen(fen) == text


def test_a_section_is_numbered_wrongly():
    assert [wording.sections(n) for n in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]


def test_quantities_do_not_add_up():
    assert sum(rules.milli(q) for q in (0.1, 0.2)) == rules.milli(Decimal("0.3")) == 300
    assert [str(rules.quantity(n)) for n in (2_500, 10_000)] == ["2.5", "10"]
    assert rules.line_fen(2_500, 3_333_33) == 8_333_33  # 8,333.325 yuan


def test_a_share_or_a_mean_is_rounded_down():
    assert (percent(1, 3), percent(2, 3), percent(1, 200), percent(0, 0)) == (33, 67, 1, None)
    assert (average([4, 5]), average([5, 4, 4])) == (4.5, 4.3)


def test_exactly_a_tenth_more_is_too_much():
    assert not rules.is_over_limit(1_000, 100)
    assert rules.is_over_limit(1_000, 101) and not rules.is_over_limit(1_000, -500)
