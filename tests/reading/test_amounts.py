"""Numbers with their units and directions, as tenders, suppliers and laymen write them."""

from decimal import Decimal

import pytest

from marketplace.reading.amounts import amounts
from marketplace.reading.clauses import plain
from tests.reading.hostile import HOSTILE, within


def read(text):
    """(low, high, unit, direction) of every amount, the text made plain before."""
    return [
        (float(a.low), None if a.high is None else float(a.high), a.unit.symbol if a.unit else None, a.op)
        for a in amounts(plain(text))
    ]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("流量3000m³/h", 3000, "m³/h"),
        ("3000立方米每小时", 3000, "m³/h"),
        ("３０００ｍ³／ｈ", 3000, "m³/h"),
        ("每秒0.25立方米", 0.25, "m³/s"),
        ("每小时处理500方", 500, "m³/h"),
        ("日产100吨", 100, "m³/d"),
        ("叁拾万元", 300_000, "元"),
        ("一百二十万元", 1_200_000, "元"),
        ("100万", 1_000_000, None),
        ("1,200米", 1200, "m"),
        ("一千五百米", 1500, "m"),
        ("半公分", 0.5, "cm"),
        ("四斤半", 4.5, "斤"),
        ("两吨半", 2.5, "t"),
        ("半个月", 0.5, "月"),
        ("十千瓦", 10, "kW"),
        ("三十五千伏", 35, "kV"),
        ("百分之七十", 70, "%"),
        ("百分之百", 100, "%"),
        ("200万像素", 200, "万像素"),
        ("五公斤压力", 5, "kgf/cm²"),
        ("十个", 10, "个"),
        ("-40℃", -40, "℃"),
        ("零下25℃", -25, "℃"),
        ("±2℃", 2, "℃"),
        ("正负2℃", 2, "℃"),
        ("0.5级", 0.5, "级"),
    ],
)
def test_an_amount_is_read_with_another_number_or_unit(text, number, unit):
    assert read(text) == [(number, None, unit, "")]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("两三吨", 2, 3, "t"),
        ("四五十顶", 40, 50, "顶"),
        ("十七八个", 17, 18, "个"),
        ("五六个千瓦", 5, 6, "kW"),
        ("一二十个", 10, 20, "个"),
        ("12～15kW", 12, 15, "kW"),
        ("1.5至2.5MPa", 1.5, 2.5, "MPa"),
        ("-20℃~60℃", -20, 60, "℃"),
        ("-20至60℃", -20, 60, "℃"),
    ],
)
def test_a_range_or_a_loose_number_is_read_as_one_number(text, low, high, unit):
    assert read(text) == [(low, high, unit, "")]


def test_degrees_of_cold_told_loosely_are_an_angle_or_warmer_first():
    [amount] = amounts("零下三四十度")
    assert (amount.low, amount.high, amount.about) == (Decimal(-40), Decimal(-30), True)
    assert amount.measured_as("temperature").symbol == "℃" and amount.measured_as("mass") is None


@pytest.mark.parametrize(
    ("text", "sides"),
    [("65×50公分", [65, 50]), ("3×4米", [3, 4]), ("2*3米", [2, 3])],
)
def test_the_first_side_of_a_measure_has_no_unit(text, sides):
    found = amounts(plain(text))
    assert [float(a.low) for a in found] == sides
    assert {a.dimension for a in found} == {"length"}


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("≥30米", ">="),
        (">=30米", ">="),
        ("不低于30米", ">="),
        ("不得少于30米", ">="),
        ("不能小于30米", ">="),
        ("别低于30米", ">="),
        ("至少30米", ">="),
        ("起码30米", ">="),
        ("大于等于30米", ">="),
        ("达到30米", ">="),
        ("30米以上", ">="),
        ("30米及以上", ">="),
        ("30米往上", ">="),
        ("30米起", ">="),
        ("≤30米", "<="),
        ("＜30米", "<="),
        ("不大于30米", "<="),
        ("不得超过30米", "<="),
        ("别超过30米", "<="),
        ("最多30米", "<="),
        ("顶多30米", "<="),
        ("小于等于30米", "<="),
        ("小于或等于30米", "<="),
        ("30米以内", "<="),
        ("30米以下", "<="),
        ("30米封顶", "<="),
        ("控制在30米", "<="),
        ("30米", ""),
        ("约30米", ""),
        ("30米左右", ""),
    ],
)
def test_a_direction_is_misread(text, op):
    assert read(text) == [(30, None, "m", op)]


@pytest.mark.parametrize(
    ("text", "ops"),
    [
        ("扬程不小于15米,重量别超过40斤", [">=", "<="]),
        ("每台不超过3万元", ["<="]),
        ("三天内到20台以上", ["<=", ">="]),
        ("内径50毫米", [""]),
        ("30米内径50毫米", ["", ""]),
    ],
)
def test_the_direction_of_one_amount_is_given_to_another(text, ops):
    assert [a.op for a in amounts(plain(text))] == ops


@pytest.mark.parametrize(
    "text",
    [
        "通过3C认证", "4G图传", "5G专网", "N95口罩", "IP67", "IPX7", "第三方检测", "第3台", "1. 采购内容", "2、技术要求", "一、项目概况",
        "一体机", "七上八下", "万一", "型号SM100", "三分之一", "", "。", "号码" + "9" * 25, "一" * 25 + "米",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_read_as_one(text):
    assert [a for a in amounts(plain(text)) if a.unit is not None or a.op] == []


def test_pixels_are_given_a_unit():
    assert read("640×512") == [(640, None, None, ""), (512, None, None, "")]


@pytest.mark.parametrize("text", ["三十来路", "二十几户", "五十多斤", "两三吨"])
def test_a_number_told_loosely_is_taken_as_exact(text):
    [amount] = amounts(text)
    assert amount.about


def test_a_place_is_not_where_the_amount_stands():
    text = plain("扬程不低于１５米、流量每小时５００方,净重四斤半")
    found = amounts(text)
    assert [text[a.start : a.end] for a in found] == ["15米", "500方", "四斤半"]


def test_an_amount_measures_what_its_unit_cannot():
    [weight] = amounts("五公斤")
    assert weight.in_base("mass") == (5.0, 5.0)
    assert weight.in_base("length") is None
    [span] = amounts("10-20公分")
    assert span.in_base("length") == (pytest.approx(0.1), pytest.approx(0.2))


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_fails_the_reader_or_holds_it_up(name):
    text = HOSTILE[name]
    with within(5):
        found = amounts(plain(text))
    assert all(0 <= a.start < a.end <= len(text) for a in found)
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
