"""Items and requirements: what buyers type becomes numbers with units, operators and canonical keys."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from marketplace.kit import quantities
from marketplace.kit.web import show_number
from marketplace.needs.models import Level, Operator
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Attribute

Requirement = dict[str, Any]
MAX_NUMBER = 10**12
_SIGNS = {
    Operator.AT_LEAST: r"(?:≥|≧|>=|=>|>|不小于|不低于|不少于|不短于|大于等于|大于|至少|最少)",
    Operator.AT_MOST: r"(?:≤|≦|<=|=<|<|不大于|不高于|不多于|不超过|小于等于|小于|至多|最多)",
    Operator.EQUAL: r"(?:=|等于)",
}
_TAILS = {Operator.AT_LEAST: r"(?:及?以上|或以上)", Operator.AT_MOST: r"(?:及?以下|以内|之内)"}
_RANGE = re.compile(r"^([+-]?\d[\d,.]*[^\d~至到]*?)\s*(?:~|至|到|—|–|(?<=\d)-)\s*([+-]?\d[\d,.]*.*)$")
_STARTS_WITH_NUMBER = re.compile(r"^[+-]?[\d,]+(?:\.\d+)?\s*(.*)$")
_CODE = re.compile(r"^(?:IP\s*[\dX]{2}|Ex)", re.IGNORECASE)
_MARKS = {"★": Level.HARD, "*": Level.HARD, "▲": Level.SCORED, "△": Level.SCORED}
_BY_DIRECTION = {"hi": Operator.AT_LEAST, "lo": Operator.AT_MOST}


class Unreadable(ValueError):
    """A cell cannot be read; `column` is which, the text says why."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column = column


@dataclass(frozen=True)
class Typed:
    """One requirement as typed; `item` is the place in the need's items or None for all."""

    name: str
    value: str = ""
    op: str = ""
    high: str = ""
    unit: str = ""
    level: str = ""
    words: str = ""
    item: int | None = None


def read_requirement(typed: Typed, class_code: str = "") -> Requirement:
    """Make a requirement: ">=" with "3,000 m³/h", "≥3000", "50~80", "IP67", "叁拾", "额定流量★".

    A sign or unit inside the value counts like the chosen one; without either, the attribute's direction decides. IP codes
    and Ex marks stay text and mean "this or better". Raises: Unreadable.
    """
    name, marked = _without_mark(typed.name)
    text, also_marked = _without_mark(typed.value)
    if not name:
        raise Unreadable("name", _("请填写指标名称。"))
    level = _level(typed.level, marked or also_marked)
    sign, body = _split_sign(text)
    op = _operator(typed.op, sign, text)
    row = {"name": name, "op": op, "value": body, "high": None, "unit": "", "level": level.value}
    if op in (Operator.HAS, Operator.NOT):
        row["value"] = text
    elif not body:
        raise Unreadable("value", _("请填写要求值。"))
    else:
        row |= _measured(name, op, body, typed.high, typed.unit, class_code)
    attribute = attribute_of(row, class_code)
    row["op"] = str(row["op"] or _default_operator(row["value"], attribute))
    return {**row, "key": attribute.key if attribute else "", "item": typed.item, "words": typed.words}


def read_item(name: str, class_code: str, quantity: str, unit: str, note: str) -> dict[str, Any]:
    """Make an item of what was typed; a unit behind the number wins, the class's own fills a gap.

    The class may be given by its code or its name. Raises: Unreadable.
    """
    if not name:
        raise Unreadable("name", _("请填写名称。"))
    node = taxonomy.class_(class_code) or taxonomy.class_by_name(class_code)
    if class_code and node is None:
        raise Unreadable("class", _("没有类别“%(text)s”,请重新选择。", text=class_code[:40]))
    number = None
    if quantity:
        number, inside = _number("quantity", _plain(quantity), unit, None)
        unit = inside or unit
        if not 0 < number <= MAX_NUMBER:
            raise Unreadable("quantity", _("数量必须大于 0。"))
    _check_unit(unit, None)
    unit = unit or (node.unit if node else "")
    return {"name": name, "class_code": node.code if node else "", "quantity": number, "unit": unit, "note": note}


def attribute_of(row: Requirement, class_code: str = "") -> Attribute | None:
    """The canonical attribute a requirement speaks of; None when its unit measures something else."""
    attribute = taxonomy.attribute_for(row["name"], class_code or None, row["unit"])
    if attribute is None or not attribute.dimension or not row["unit"]:
        return attribute
    unit = quantities.parse_unit(row["unit"], attribute.dimension)
    return attribute if unit is not None and unit.dimension == attribute.dimension else None


def without_unit(rows: Sequence[Requirement]) -> list[int]:
    """The places of requirements that give a number of something measured, and no unit."""
    return [place for place, row in enumerate(rows) if not row["unit"] and is_numeric(row) and _dimension(row)]


def is_numeric(row: Requirement) -> bool:
    """Whether a requirement's value is a number, or all of its values are."""
    values = row["value"] if isinstance(row["value"], list) else [row["value"]]
    return bool(values) and all(isinstance(value, int | float) for value in values)


def contradictions(rows: Sequence[Requirement]) -> list[tuple[int, int]]:
    """Pairs of places that no offer can meet both: same attribute (or name) and item, compared in one unit.

    Ranges an offer must contain (温度, 量程 …) are never against each other.
    """
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(row["key"] or "".join(row["name"].split()).casefold(), []).append(place)
    pairs = [(a, b) for group in groups.values() for n, a in enumerate(group) for b in group[n + 1 :]]
    return [(a, b) for a, b in pairs if _same_item(rows[a], rows[b]) and _exclude(rows[a], rows[b])]


def _same_item(a: Requirement, b: Requirement) -> bool:
    return None in (a["item"], b["item"]) or a["item"] == b["item"]


def _exclude(a: Requirement, b: Requirement) -> bool:
    if {a["op"], b["op"]} == {Operator.HAS, Operator.NOT}:
        return str(a["value"]).casefold() == str(b["value"]).casefold()
    if Operator.BETWEEN in (a["op"], b["op"]) or _is_range(a):
        return False
    if is_numeric(a) and is_numeric(b):
        return not any(_fits(value, b) for value in _ends(a)) and not any(_fits(value, a) for value in _ends(b))
    exact = (Operator.EQUAL, Operator.ONE_OF)
    if a["op"] in exact and b["op"] in exact and not is_numeric(a) and not is_numeric(b):
        return not _choices(a) & _choices(b)
    return False


def _ends(row: Requirement) -> list[tuple[str, float]]:
    """The values at which a requirement is just met, each with what it measures."""
    values = row["value"] if isinstance(row["value"], list) else [row["value"]]
    return [_canonical(row, value) for value in values]


def _fits(end: tuple[str, float], row: Requirement) -> bool:
    measured, number = end
    for dimension, limit in _ends(row):
        slack = 1e-9 * max(abs(number), abs(limit))
        if dimension != measured:
            return True  # not comparable, so not contradictory
        if row["op"] == Operator.AT_LEAST and number >= limit - slack:
            return True
        if row["op"] == Operator.AT_MOST and number <= limit + slack:
            return True
        if abs(number - limit) <= slack:
            return True
    return False


def _canonical(row: Requirement, value: float) -> tuple[str, float]:
    unit = quantities.parse_unit(row["unit"], _dimension(row) or None) if row["unit"] else None
    if unit is None:
        return "", float(value)
    number, dimension, _symbol = quantities.canonical(value, unit)
    return dimension, float(number)


def _choices(row: Requirement) -> set[str]:
    values = row["value"] if isinstance(row["value"], list) else [row["value"]]
    return {"".join(str(value).split()).casefold() for value in values}


def _is_range(row: Requirement) -> bool:
    attribute = taxonomy.attribute(row["key"])
    return attribute is not None and attribute.direction == "rng"


def _dimension(row: Requirement) -> str:
    attribute = taxonomy.attribute(row["key"])
    return attribute.dimension if attribute else ""


def _measured(name: str, op: str, body: str, high: str, unit: str, class_code: str) -> Requirement:
    """The value, high and unit of a requirement that compares, and its operator when the value tells it."""
    attribute = taxonomy.attribute_for(name, class_code or None, unit)
    dimension = attribute.dimension if attribute else None
    _check_unit(unit, dimension)
    if op == Operator.ONE_OF:
        return _one_of(body, unit, dimension)
    found = _RANGE.match(_plain(body))
    if op == Operator.BETWEEN or (found and not op):
        return _between(found.groups() if found else (_plain(body), _plain(high)), unit, dimension)
    if found and op in (Operator.AT_LEAST, Operator.AT_MOST):
        raise Unreadable("value", _("“%(text)s”是一个范围,请选择“介于”。", text=body[:40]))
    try:
        value, inside = _number("value", _plain(body), unit, dimension)
    except Unreadable:
        if op in (Operator.AT_LEAST, Operator.AT_MOST) and not _CODE.match(body):
            raise
        return {"value": body}
    return {"value": value, "unit": _shown_unit(inside or unit, dimension)}


def _between(ends: tuple[str, str], unit: str, dimension: str | None) -> Requirement:
    if not ends[1]:
        raise Unreadable("high", _("请填写上限。"))
    high, inside = _number("high", ends[1], unit, dimension)
    low, also_inside = _number("value", ends[0], inside or unit, dimension)
    if inside and also_inside and inside != also_inside:
        raise Unreadable("unit", _("上下限的单位不一致:%(a)s、%(b)s。", a=also_inside, b=inside))
    if low > high:
        raise Unreadable("high", _("上限不能低于下限。"))
    used = _shown_unit(inside or also_inside or unit, dimension)
    return {"op": Operator.BETWEEN, "value": low, "high": high, "unit": used}


def _one_of(body: str, unit: str, dimension: str | None) -> Requirement:
    plain = _plain(body)
    ends = "[、;|]" if re.search("[、;|]", plain) else ","
    parts = [part.strip() for part in re.split(ends, plain) if part.strip()]
    try:
        read = [_number("value", part, unit, dimension) for part in parts]
    except Unreadable:
        return {"value": parts}
    units = {inside for _value, inside in read if inside} or {unit}
    if len(units) > 1:
        return {"value": parts}
    return {"value": [value for value, _inside in read], "unit": _shown_unit(units.pop(), dimension)}


def _number(column: str, text: str, unit: str, dimension: str | None) -> tuple[int | float, str]:
    """The number and the unit written behind it. Raises: Unreadable naming what is no unit or no number."""
    found = quantities.parse_quantity(text, dimension)
    if found is None:
        tail = _STARTS_WITH_NUMBER.match(text)
        if tail and tail[1]:
            raise Unreadable(column, _("不认识单位“%(text)s”。", text=tail[1][:20]))
        raise Unreadable(column, _("“%(text)s”不是数字。", text=text[:40]))
    if abs(found.value) > MAX_NUMBER:
        raise Unreadable(column, _("数值过大,请检查。"))
    return plain_number(found.value), found.unit.symbol if found.unit else ""


def plain_number(value: Decimal) -> int | float:
    """A number as JSON keeps it: whole ones without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


def typed_value(value: Any) -> str:
    """How a stored value stands in a form field again."""
    if isinstance(value, list):
        return "、".join(map(typed_value, value))
    return show_number(value).replace(",", "") if isinstance(value, int | float) else str(value or "")


def _check_unit(unit: str, dimension: str | None) -> None:
    if unit and quantities.parse_unit(unit, dimension or None) is None:
        raise Unreadable("unit", _("不认识单位“%(text)s”。", text=unit[:20]))


def _shown_unit(unit: str, dimension: str | None) -> str:
    """The unit in the buyer's words, unless only what is measured tells what they mean: 方 of a flow is m³/h."""
    meant = quantities.parse_unit(unit, dimension or None) if unit else None
    return unit if meant is None or quantities.parse_unit(unit) == meant else meant.symbol


def _operator(chosen: str, sign: Operator | None, text: str) -> str:
    if chosen and chosen not in set(Operator):
        raise Unreadable("op", _("请从列出的选项中选择。"))
    if sign and chosen and chosen != sign:
        raise Unreadable("op", _("选择的比较方式与填写的“%(text)s”不一致,请核对。", text=text[:40]))
    return chosen or sign or ""


def _default_operator(value: Any, attribute: Attribute | None) -> Operator:
    if isinstance(value, str):
        return Operator.AT_LEAST if _CODE.match(value) else Operator.EQUAL
    return _BY_DIRECTION.get(attribute.direction if attribute else "", Operator.EQUAL)


def _split_sign(text: str) -> tuple[Operator | None, str]:
    for op, pattern in _SIGNS.items():
        if found := re.match(rf"^{pattern}\s*", text):
            return op, text[found.end() :].strip()
    for op, pattern in _TAILS.items():
        if found := re.search(rf"\s*{pattern}$", text):
            return op, text[: found.start()].strip()
    return None, text


def _without_mark(text: str) -> tuple[str, Level | None]:
    bare = text.strip()
    for mark, level in _MARKS.items():
        if bare.startswith(mark) or (mark != "*" and bare.endswith(mark)):
            return bare.strip(mark).strip(), level
    return bare, None


def _level(chosen: str, marked: Level | None) -> Level:
    if chosen and chosen not in set(Level):
        raise Unreadable("level", _("请从列出的选项中选择。"))
    if marked and chosen in ("", Level.PLAIN):
        return marked
    return Level(chosen or Level.PLAIN)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u301c", "~").strip()
