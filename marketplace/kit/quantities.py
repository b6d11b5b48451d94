"""Numbers with units: reads what people write, converts exactly, compares in one base per dimension."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

UNITS_CSV = Path(__file__).parents[2] / "seed" / "taxonomy" / "units.csv"
Number = Decimal | int | float | str

_WIDE, _ROUNDED = 60, Context(prec=28)
_DOTS = str.maketrans({"•": "·", "∙": "·", "・": "·", "⋅": "·", "*": "·", "每": "/", "−": "-", "–": "-"})
_LEAD = re.compile(
    "^(?:[≥≤><=≈~≧≦]|大于等于|小于等于|不(?:小|大|少|低|高)于|不超过|大于|小于|约为|约|至少|最多|超过|达到|达)+"
)
_TRAIL = re.compile("(?:及?以[上下内]|左右|整)$")
_DIGITS = re.compile(r"(\d{1,3}(?:,\d{3})+(?!\d)|\d+)(\.\d+)?")
_SIGN = re.compile("^(?:零下|负|-)")
_CHINESE = re.compile("[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億点]+")
_CHINESE_DIGITS = {
    sign: value for row in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for value, sign in enumerate(row)
} | {"两": 2}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_MULTIPLIERS = {**_LARGE, "万亿": 10**12, "千": 1000, "百": 100}
_TIGHT = re.compile("^[%‰°′℃℉\u4e00-\u9fff]")


class UnitsDiffer(ValueError):
    """The two units measure different things: 台 is not 套, ppm is not mg/m³."""


class UnknownUnit(ValueError):
    """The text names no unit of units.csv."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: base value = value × factor + offset."""

    symbol: str
    name: str
    dimension: str
    factor: Fraction
    offset: Fraction


class Quantity(NamedTuple):
    """A number with its unit; `unit` is None when the text named none."""

    value: Decimal
    unit: Unit | None


class UnitTable:
    """All units of one file, found by symbol, name or alias; by trade slang when the dimension is known."""

    def __init__(self, path: Path) -> None:
        self.units: list[Unit] = []
        self.bases: dict[str, Unit] = {}
        self._exact: dict[str, Unit] = {}
        self._slang: dict[tuple[str, str], Unit] = {}
        self._loose: dict[str, Unit | None] = {}
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self._add(row)

    def _add(self, row: dict[str, str]) -> None:
        unit = Unit(row["symbol"], row["name"], row["dimension"], _fraction(row["factor"]), _fraction(row["offset"]))
        self.units.append(unit)
        if unit.factor == 1 and unit.offset == 0:
            self.bases.setdefault(unit.dimension, unit)
        for text in (unit.symbol, unit.name, *filter(None, row["aliases"].split(";"))):
            self._exact[text] = self._exact[_plain(text)] = unit
            key = _plain(text).casefold()
            self._loose[key] = unit if self._loose.get(key, unit) == unit else None
        for text in filter(None, row["context_aliases"].split(";")):
            self._slang[unit.dimension, _plain(text)] = unit

    def find(self, text: str, dimension: str | None = None) -> Unit | None:
        """The unit named by `text`; see `parse_unit`."""
        unit = self._exact.get(text)
        if unit is None:
            plain = _plain(text)
            unit = self._exact.get(plain)
            if unit is None and len(plain) > 1:
                unit = self._any_case(plain)
        if dimension is None or (unit is not None and unit.dimension == dimension):
            return unit
        return self._slang.get((dimension, _plain(text)), unit)

    def _any_case(self, plain: str) -> Unit | None:
        unit = self._loose.get(plain.casefold())
        milli_for_mega = unit is not None and {unit.symbol[0], plain[0]} == {"m", "M"}
        return None if milli_for_mega else unit


@lru_cache
def unit_table(path: Path = UNITS_CSV) -> UnitTable:
    """The table of one file, read once."""
    return UnitTable(path)


@lru_cache(maxsize=16_384)
def parse_unit(text: str, dimension: str | None = None) -> Unit | None:
    """The unit that people mean by `text`, or None. Case counts where it changes the meaning: mPa, MPa.

    With `dimension`, what is being measured decides between meanings: 吨 is tf for a force, t/h for a
    flow. A unit of another dimension is still returned, so that the caller can say that units differ.
    """
    return unit_table().find(text, dimension)


def parse_quantity(text: str, dimension: str | None = None) -> Quantity | None:
    """Read "≥3,000 m³/h", "３０００方/小时", "叁拾万元", "零下三十摄氏度"; None when it is not one quantity.

    Bounds (≥, 不小于, 以上, …) are dropped, ranges are refused. 万 and 亿 multiply, unless they belong
    to the unit (3.5万元 stays 3.5 of the unit 万元).
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DOTS).strip()
    plain = _TRAIL.sub("", _LEAD.sub("", plain)).strip()
    currency, plain = plain[:1] == "¥", plain.removeprefix("¥").strip()
    sign = _SIGN.match(plain)
    body = plain[sign.end() :].strip() if sign else plain
    quantity = _percentage(body, dimension) or _in_digits(body, dimension) or _in_chinese(body, dimension)
    if quantity is None:
        return None
    value, unit = quantity
    if currency:
        unit = unit or parse_unit("元")
    return Quantity(-value if sign else value, unit)


def convert(value: Number, from_unit: Unit | str, to_unit: Unit | str) -> Decimal:
    """The same quantity in another unit: exact where the decimals end, else to 28 digits.

    Raises: UnitsDiffer when the dimensions differ; UnknownUnit for a text that is no unit.
    """
    source, target = _unit(from_unit), _unit(to_unit)
    if source.dimension != target.dimension:
        raise UnitsDiffer(f"{source.symbol} ({source.dimension}) / {target.symbol} ({target.dimension})")
    base = Fraction(_decimal(value)) * source.factor + source.offset
    return _as_decimal((base - target.offset) / target.factor)


def canonical(value: Number, unit: Unit | str) -> tuple[Decimal, str, str]:
    """The value in the base unit of its dimension, the dimension, and the base unit's symbol."""
    source = _unit(unit)
    base = unit_table().bases[source.dimension]
    return convert(value, source, base), source.dimension, base.symbol


def canonical_number(value: Number | None, unit_text: str | None, dimension: str | None = None) -> float | None:
    """The value in the base unit, for filters and sorting; equal quantities give equal floats.

    None when the value is no finite number, the unit is missing or unknown, or does not measure `dimension`.
    """
    unit = parse_unit(unit_text, dimension) if unit_text else None
    if unit is None or value is None or (dimension is not None and unit.dimension != dimension):
        return None
    try:
        return float(canonical(value, unit)[0])
    except ValueError:
        return None


def symbols(dimension: str) -> list[str]:
    """The symbols of a dimension's units, in the order of the file."""
    return list(dict.fromkeys(unit.symbol for unit in unit_table().units if unit.dimension == dimension))


def format_quantity(value: Number, unit: Unit | str | None) -> str:
    """ "3,000 m³/h", "95%", "12台": grouped thousands, no trailing zeros, no exponent."""
    number = f"{_decimal(value):,f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    symbol = unit.symbol if isinstance(unit, Unit) else unit or ""
    return f"{number}{symbol}" if not symbol or _TIGHT.match(symbol) else f"{number} {symbol}"


def _in_digits(text: str, dimension: str | None) -> Quantity | None:
    match = _DIGITS.match(text)
    if not match:
        return None
    value = Decimal(match[1].replace(",", "") + (match[2] or ""))
    rest = text[match.end() :].strip()
    if not rest:
        return Quantity(value, None)
    if unit := parse_unit(rest, dimension):
        return Quantity(value, unit)
    for word in ("万亿", "万", "亿", "千", "百"):
        if rest.startswith(word):
            tail = rest.removeprefix(word).strip()
            unit = parse_unit(tail, dimension) if tail else None
            return Quantity(value * _MULTIPLIERS[word], unit) if unit or not tail else None
    return None


def _in_chinese(text: str, dimension: str | None) -> Quantity | None:
    for numeral, rest in _splits(text):
        unit = parse_unit(rest, dimension) if rest else None
        value = Decimal("0.5") if numeral == "半" else chinese_number(numeral)
        if value is not None and (unit or not rest):
            return Quantity(value, unit)
    return None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    # The longest numeral first: 两万五千米 is 25,000 m; 十千瓦 is 十 + 千瓦, for 十千 is no numeral.
    if text.startswith("半"):
        yield "半", text[1:]
    match = _CHINESE.match(text)
    for end in range(match.end() if match else 0, 0, -1):
        yield text[:end], text[end:]


def _percentage(text: str, dimension: str | None) -> Quantity | None:
    if not text.startswith("百分之"):
        return None
    number = _in_digits(text[3:], None) or _in_chinese(text[3:], None)
    return Quantity(number.value, parse_unit("%", dimension)) if number and number.unit is None else None


def chinese_number(text: str) -> Decimal | None:
    """The number that a Chinese numeral names (三千, 叁拾万, 一百二, 三点五), or None when it is not one."""
    whole, point, decimals = text.partition("点")
    value = _chinese_integer(whole)
    if value is None or not point:
        return None if value is None else Decimal(value)
    if not decimals or any(sign not in _CHINESE_DIGITS for sign in decimals):
        return None
    return Decimal(f"{value}." + "".join(str(_CHINESE_DIGITS[sign]) for sign in decimals))


def _chinese_integer(text: str) -> int | None:
    if not text:
        return None
    if len(text) > 1 and all(sign in _CHINESE_DIGITS for sign in text):  # 二〇二六: digits read one by one
        return int("".join(str(_CHINESE_DIGITS[sign]) for sign in text))
    total, section, digit = 0, 0, None
    last = 10**9  # the size of the last unit: sizes fall within a section, and 一百二 is 120, 两万五 25,000
    for sign in text:
        if sign in _CHINESE_DIGITS:
            if digit:
                return None
            digit = _CHINESE_DIGITS[sign]
            last = 1 if digit == 0 else last
        elif sign in _SMALL:
            size = _SMALL[sign]
            if size >= last > 1 or (digit is None and size > 10):
                return None
            section, digit, last = section + (1 if digit is None else digit) * size, None, size
        elif sign in _LARGE:
            size, part = _LARGE[sign], section + (digit or 0)
            if not part and not total:
                return None
            total = (total + part) * size if total < size else total + part * size
            section, digit, last = 0, None, size
        else:
            return None
    return total + section + (digit or 0) * (last // 10 if 10 <= last < 10**9 else 1)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_DOTS).split())


def _fraction(text: str) -> Fraction:
    over, _, under = text.partition("/")
    return Fraction(over) / Fraction(under or "1")


def _unit(unit: Unit | str) -> Unit:
    found = parse_unit(unit) if isinstance(unit, str) else unit
    if found is None:
        raise UnknownUnit(unit)
    return found


def _decimal(value: Number) -> Decimal:
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation as fault:
        raise ValueError(f"not a number: {value!r}") from fault
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number


def _as_decimal(value: Fraction) -> Decimal:
    context = Context(prec=_WIDE)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return _ROUNDED.plus(quotient) if context.flags[Inexact] else quotient
