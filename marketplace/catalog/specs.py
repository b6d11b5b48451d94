"""Specs: what suppliers type becomes a name, a number with its unit or a text, and a canonical key and number."""

import re
from typing import Any

from marketplace.kit import quantities
from marketplace.kit.web import show_number
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Attribute

_NUMBER = r"[+-]?\d[\d,]*(?:\.\d+)?"
_RANGE = re.compile(rf"^({_NUMBER})\s*(?:~|～|至|到|—|-|–|\.\.\.)\s*({_NUMBER})\s*(.*)$")
_UPPER = re.compile(rf"^(?:≤|<=|≦|不大于|不超过|小于等于|最大|最高)\s*({_NUMBER})\s*(.*)$")
_LOWER = re.compile(rf"^(?:≥|>=|≧|不小于|不低于|大于等于|至少)\s*({_NUMBER})\s*(.*)$")

Spec = dict[str, Any]


def read_spec(name: str, text: str, unit: str = "") -> Spec:
    """Make a spec of what was typed: "3000", "50 L/s", "-20~50", "≤0.5", "IP67".

    IP and Ex codes and anything that is no number stay text. A unit written after the number wins over `unit`.
    """
    text, unit = text.strip(), unit.strip()
    if found := _RANGE.match(text):
        low, high = _number(found[1]), _number(found[2])
        if low <= high and (tail := _unit(found[3], unit)) is not None:
            return {"name": name, "min": low, "max": high, "unit": tail}
    for pattern, side in ((_UPPER, "max"), (_LOWER, "min")):
        if (found := pattern.match(text)) and (tail := _unit(found[2], unit)) is not None:
            return {"name": name, side: _number(found[1]), "unit": tail}
    if text[:1].isdigit() or text[:1] in "+-":
        if found := re.match(rf"^({_NUMBER})\s*(.*)$", text):
            if (tail := _unit(found[2], unit)) is not None:
                return {"name": name, "value": _number(found[1]), "unit": tail}
    return {"name": name, "text": text}


def typed_value(spec: Spec) -> str:
    """How a spec's value stands in a form field again."""
    if "text" in spec:
        return spec["text"]
    if "value" in spec:
        return plain_number(spec["value"])
    low, high = spec.get("min"), spec.get("max")
    if low is not None and high is not None:
        return f"{plain_number(low)}~{plain_number(high)}"
    return f"≤{plain_number(high)}" if low is None else f"≥{plain_number(low)}"


def shown_value(spec: Spec) -> str:
    """How a spec's value reads: "3,000 m³/h", "-20~50 ℃", "IP67"."""
    if "text" in spec:
        return spec["text"]
    unit = spec.get("unit", "")
    if "value" in spec:
        return f"{show_number(spec['value'])} {unit}".strip()
    low, high = spec.get("min"), spec.get("max")
    if low is not None and high is not None:
        return f"{show_number(low)} ~ {show_number(high)} {unit}".strip()
    return (f"≤ {show_number(high)} {unit}" if low is None else f"≥ {show_number(low)} {unit}").strip()


def with_keys(specs: list[Spec], class_code: str | None) -> list[Spec]:
    """The specs with the canonical key their names stand for; key None when the name is not known."""
    return [{**spec, "key": key_of(spec["name"], class_code, spec.get("unit") or "")} for spec in specs]


def key_of(name: str, class_code: str | None, unit: str = "") -> str | None:
    """The canonical key a supplier's name for a spec, given in this unit, stands for."""
    attribute = taxonomy.attribute_for(name, class_code, unit)
    return attribute.key if attribute else None


def numbers(spec: Spec) -> list[float]:
    """A spec's numbers in the base unit of what it measures; empty when it has none that can be compared."""
    attribute = taxonomy.attribute(spec.get("key") or "")
    if attribute is None or "text" in spec:
        return []
    told = [spec[side] for side in ("value", "min", "max") if spec.get(side) is not None]
    if not attribute.dimension and not attribute.unit:
        return [float(value) for value in told]
    unit = spec.get("unit") or ""
    found = [quantities.canonical_number(value, unit, attribute.dimension or None) for value in told]
    return [number for number in found if number is not None]


def hint(spec: Spec) -> str:
    """ "≈ 180 m³/h" when the supplier used another unit than the trade's usual one; else ""."""
    attribute = taxonomy.attribute(spec.get("key") or "")
    if attribute is None or not attribute.unit or "text" in spec or not spec.get("unit"):
        return ""
    ours, theirs = (
        quantities.parse_unit(attribute.unit),
        quantities.parse_unit(spec["unit"], attribute.dimension or None),
    )
    if ours is None or theirs is None or ours == theirs or ours.dimension != theirs.dimension:
        return ""
    told = {side: spec[side] for side in ("value", "min", "max") if spec.get(side) is not None}
    converted = {side: _rounded(quantities.convert(value, theirs, ours)) for side, value in told.items()}
    return "≈ " + shown_value({**converted, "unit": attribute.unit})


def plain_number(value: float) -> str:
    """A number as one types it: 3000, 0.5."""
    return show_number(value).replace(",", "")


def attribute_of(spec: Spec) -> Attribute | None:
    """The attribute behind a spec."""
    return taxonomy.attribute(spec.get("key") or "")


def _number(text: str) -> float | int:
    value = float(text.replace(",", ""))
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def _unit(tail: str, typed: str) -> str | None:
    # Words after a number that are no unit make the whole a text: "4G全网通" is not four of anything.
    tail = tail.strip()
    if not tail:
        return typed
    return tail if quantities.parse_unit(tail) else None


def _rounded(value: Any) -> float:
    return float(f"{float(value):.4g}")
