"""Money in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kit.money import MAX_FEN, NotMoney, fen_from_yuan, format_compact, format_fen, parse_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("80", 80_00),
        ("¥80", 80_00),
        ("￥80.5", 80_50),
        ("1,200.50", 1200_50),
        ("1 200", 1200_00),
        ("１，２００．５０", 1200_50),
        ("３.５万元", 35_000_00),
        ("3.5万", 35_000_00),
        ("1.23456万", 12_345_60),
        ("2亿", 200_000_000_00),
        ("0.0001万", 1_00),
        ("12元", 12_00),
        ("10000000000000", MAX_FEN),
    ],
)
def test_an_amount_as_people_type_it_is_misread(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "元", "-5", "－5", "1.234", "0.00001万分", "5.001", "$5", "5 USD", "€5", "12美元", "1e9", "0x10", "NaN", "inf",
     "1,2,3", "12,00", "1.", ".5", "1..2", "五百", "10000000000000.01", "9" * 400, "1." + "0" * 40 + "1", "1万亿", "12\n万"],
)  # fmt: skip
def test_something_that_is_no_amount_is_taken_for_one(text):
    with pytest.raises(NotMoney):
        parse_yuan(text)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -0.01, 0.001, "1e999999", "x", 10**14])
def test_a_number_that_is_no_price_becomes_fen(number):
    with pytest.raises(NotMoney):
        fen_from_yuan(number)


@given(st.integers(0, MAX_FEN))
def test_an_amount_changes_on_its_way_out_and_in_again(fen):
    assert parse_yuan(format_fen(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0"), (5, "¥0.05"), (1200_00, "¥1,200"), (1200_50, "¥1,200.50"), (-1_50, "-¥1.50"), (-2_00, "-¥2")],
)
def test_an_amount_reads_wrongly(fen, text):
    assert format_fen(fen) == text


@pytest.mark.parametrize(
    ("fen", "text"),
    [(9_999_99, "¥9,999.99"), (10_000_00, "¥1万"), (1_280_000_00, "¥128万"), (12_345_678_00, "¥1234.57万"),
     (200_000_000_00, "¥2亿"), (123_456_789_00, "¥1.23亿")],
)  # fmt: skip
def test_a_short_amount_reads_wrongly(fen, text):
    assert format_compact(fen) == text
