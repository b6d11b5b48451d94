"""Quantities: what people write is read, converted exactly, and refused when it means something else."""

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kit.quantities import (
    UNITS_CSV,
    UnitsDiffer,
    UnknownUnit,
    canonical,
    canonical_number,
    chinese_number,
    convert,
    format_quantity,
    parse_quantity,
    parse_unit,
    unit_table,
)

SYMBOLS = [row["symbol"] for row in csv.DictReader(UNITS_CSV.open(encoding="utf-8"))]
BY_DIMENSION: dict[str, list[str]] = {}
for _symbol in SYMBOLS:
    BY_DIMENSION.setdefault(parse_unit(_symbol).dimension, []).append(_symbol)
PAIRS = [(a, b) for group in BY_DIMENSION.values() for a in group for b in group if a != b]


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "L/s", "m³/h", "3.6"),
        (3000, "m³/h", "L/s", "833.3333333333333333333333333"),
        (50, "方每分钟", "立方米每小时", "3000"),
        (1, "t/h", "m³/h", "1"),
        (24, "m³/d", "m³/h", "1"),
        (1, "马力", "kW", "0.73549875"),
        (100, "匹", "千瓦", "73.549875"),
        (3.5, "万元", "元", "35000"),
        (12000, "元", "万元", "1.2"),
        (1, "亿元", "万元", "10000"),
        (12, "英寸", "mm", "304.8"),
        (6, '"', "cm", "15.24"),
        (1, "公里", "m", "1000"),
        (3, "斤", "公斤", "1.5"),
        (0, "℃", "K", "273.15"),
        (212, "℉", "℃", "100"),
        (-40, "℃", "℉", "-40"),
        (8, "公斤压力", "MPa", "0.784532"),
        (30, "MPa", "bar", "300"),
        (1, "kgf/cm²", "kPa", "98.0665"),
        (70, "吨力", "kN", "686.4655"),
        (1, "kWh", "kJ", "3600"),
        (1000, "大卡", "kJ", "4184"),
        (36, "km/h", "m/s", "10"),
        (1, "节", "km/h", "1.852"),
        (2, "年", "月", "24"),
        (1.5, "h", "min", "90"),
        (1, "MB/s", "Mbps", "8"),
        (1, "亩", "㎡", "666.6666666666666666666666667"),
        (5, "方", "升", "5000"),
        (800, "万像素", "百万像素", "8"),
    ],
)
def test_a_conversion_that_is_not_exact(value, source, target, expected):
    assert convert(value, source, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("台", "套"),
        ("艘", "辆"),
        ("ppm", "mg/m³"),
        ("dB(A)", "dB"),
        ("%LEL", "%VOL"),
        ("%", "°"),
        ("t", "tf"),
        ("kg", "kgf/cm²"),
        ("kW", "kVA"),
        ("台·天", "台·月"),
        ("天", "工作日"),
        ("lm", "lx"),
    ],
)
def test_a_conversion_between_things_that_differ(source, target):
    with pytest.raises(UnitsDiffer):
        convert(1, source, target)


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(PAIRS))
def test_a_conversion_that_does_not_come_back(value, pair):
    there, back = pair
    again = convert(convert(value, there, back), back, there)
    assert abs(again - value) <= Decimal("1e-12") * max(abs(value), 1)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("m3/h", "m³/h"),
        ("㎥/h", "m³/h"),
        ("立方米 / 小时", "m³/h"),
        ("方/小时", "m³/h"),
        ("KW", "kW"),
        ("mpa", "MPa"),
        ("mPa", "mPa"),
        ("MW", "MW"),
        ("mW", "mW"),
        ("KN", "kN"),
        ("kn", "kn"),
        ("kg／cm2", "kgf/cm²"),
        ("㎡", "m²"),
        ("℃", "℃"),
        ("ｍ", "m"),
        ("台/月", "台·月"),
        ("个月", "月"),
        ("米每秒", "m/s"),
        ("分贝", "dB"),
        ("％", "%"),
    ],
)
def test_a_unit_that_is_not_recognised(text, symbol):
    assert parse_unit(text).symbol == symbol


@pytest.mark.parametrize("text", ["", "mJ", "Mv", "mw", "x y", "吨米秒", "元/台", "3"])
def test_a_text_that_is_taken_for_a_unit(text):
    assert parse_unit(text) is None


@pytest.mark.parametrize(
    ("text", "dimension", "symbol"),
    [
        ("吨", "force", "tf"),
        ("吨", "mass", "t"),
        ("公斤", "pressure", "kgf/cm²"),
        ("方", "volume_flow", "m³/h"),
        ("度", "temperature", "℃"),
        ("度", "energy", "kWh"),
        ("度", "angle", "°"),
        ("分贝", "sound_level", "dB(A)"),
        ("M", "length", "m"),
        ("台", "force", "台"),
    ],
)
def test_a_word_of_the_trade_misread_though_the_dimension_is_known(text, dimension, symbol):
    assert parse_unit(text, dimension).symbol == symbol


@pytest.mark.parametrize(
    ("text", "value", "symbol"),
    [
        ("3000立方米每小时", "3000", "m³/h"),
        ("３０００方/小时", "3000", "m³/h"),
        ("≥3,000 m³/h", "3000", "m³/h"),
        ("不小于40米", "40", "m"),
        ("40米以上", "40", "m"),
        ("约1.5t", "1.5", "t"),
        ("3.5万元", "3.5", "万元"),
        ("¥80万", "800000", "元"),
        ("叁拾万元整", "300000", "元"),
        ("3万立方米每小时", "30000", "m³/h"),
        ("800万像素", "800", "万像素"),
        ("三千", "3000", None),
        ("1.2亿", "120000000", None),
        ("两百五十公斤", "250", "kg"),
        ("两万五千米", "25000", "m"),
        ("十千瓦", "10", "kW"),
        ("十万千瓦", "100000", "kW"),
        ("三点五吨", "3.5", "t"),
        ("半年", "0.5", "年"),
        ("两台", "2", "台"),
        ("百分之九十五", "95", "%"),
        ("-30℃", "-30", "℃"),
        ("零下三十摄氏度", "-30", "℃"),
    ],
)
def test_a_quantity_misread(text, value, symbol):
    quantity = parse_quantity(text)
    assert quantity.value == Decimal(value)
    assert (quantity.unit and quantity.unit.symbol) == symbol


@pytest.mark.parametrize("text", ["", "米", "10-20m", "1,00,0", "10 000", "abc", "万元", "百元", "3台套辆", "IP67"])
def test_a_text_that_is_not_one_quantity_is_read_as_one(text):
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0),
        ("十", 10),
        ("十八", 18),
        ("一百二", 120),
        ("一百零二", 102),
        ("三百零五万", 3_050_000),
        ("两万五", 25_000),
        ("贰仟叁佰伍拾", 2350),
        ("一亿三千万", 130_000_000),
        ("三十二亿五千万", 3_250_000_000),
        ("一万零五十", 10_050),
        ("二〇二六", 2026),
    ],
)
def test_a_chinese_numeral_misread(text, number):
    assert chinese_number(text) == number


@pytest.mark.parametrize("text", ["", "十千", "百", "万", "三三百", "一百千", "米", "三点"])
def test_a_chinese_text_that_is_no_numeral_is_counted(text):
    assert chinese_number(text) is None


def test_a_dimension_without_exactly_one_base_unit():
    bases = [unit.dimension for unit in map(parse_unit, SYMBOLS) if (unit.factor, unit.offset) == (1, 0)]
    assert sorted(bases) == sorted(BY_DIMENSION)


def test_a_symbol_that_does_not_parse_as_itself():
    assert [s for s in SYMBOLS if parse_unit(s).symbol != s] == []


def test_equal_quantities_with_different_canonical_numbers():
    assert canonical(100, "L/s") == (Decimal(360), "volume_flow", "m³/h")
    assert canonical_number(450, "L/min") == canonical_number("27", "方/小时") == canonical_number(7.5, "L/s")
    assert canonical_number(1, "年") == canonical_number(12, "个月")


@pytest.mark.parametrize(
    ("value", "unit"),
    [(None, "m"), ("很多", "m"), ("nan", "m"), (float("inf"), "m"), (3, None), (3, ""), (3, "神秘单位")],
)
def test_a_number_made_of_nothing(value, unit):
    assert canonical_number(value, unit) is None


def test_a_number_of_another_dimension_used_as_a_filter():
    assert canonical_number(30, "台", "volume_flow") is None
    assert canonical_number(100, "方", "volume_flow") == 100


def test_an_unknown_unit_converted():
    with pytest.raises(UnknownUnit):
        convert(1, "神秘单位", "m")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3000, "m³/h", "3,000 m³/h"),
        ("0.50", "%", "0.5%"),
        (-20, "℃", "-20℃"),
        (12, "台", "12台"),
        (1e-5, "kg", "0.00001 kg"),
        (Decimal("1E+3"), None, "1,000"),
    ],
)
def test_a_quantity_shown_in_a_way_nobody_writes(value, unit, text):
    assert format_quantity(value, unit) == text


def test_a_table_handed_in_that_is_not_used(tmp_path):
    path = tmp_path / "units.csv"
    header = "symbol,name,name_en,dimension,factor,offset,aliases,context_aliases,official,source,confidence"
    path.write_text(f"{header}\n桶,桶,barrel,oil,1,0,barrel,,0,test,low\n", encoding="utf-8")
    assert unit_table(path).find("barrel").dimension == "oil"
