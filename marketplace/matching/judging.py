"""Whether an offer meets a requirement: the two values side by side after conversion. Pure; unknown is not a failure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from marketplace.kit import quantities
from marketplace.matching.offers import Fact, Offer
from marketplace.reading import codes
from marketplace.reading.measures import AttributeNames
from marketplace.reading.requirements import BETWEEN, HARD, HAS, NOT, ONE_OF, Requirement
from marketplace.taxonomy.reference import Attribute

MARGIN = 0.10
"""A number that misses by up to a tenth is close enough to talk about."""
MARGIN_KELVIN = 3.0
ROUNDING = 0.005
"""40 马力 is told as 29.4 kW: conversion rounds, and nobody is turned away for that."""
_SAME_NAME = 0.5
_EQUAL = 0.02


class State(StrEnum):
    """How an offer stands to a requirement. Marginal misses by a little; unknown is a question to ask."""

    MET = "met"
    MARGINAL = "marginal"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged point: what is asked, what is offered ("" when the listing is silent), and how they compare."""

    name: str
    state: State
    asked: str
    offered: str
    level: str = HARD
    topic: str = "requirement"


@dataclass(frozen=True, slots=True)
class Names:
    """What judging needs to know of attributes and certificates."""

    attributes: AttributeNames
    certificates: Mapping[str, tuple[str, ...]]


def judge(requirement: Requirement, offer: Offer, names: Names) -> Verdict:
    """The verdict on one requirement."""
    state, offered = _judged(requirement, offer, names)
    return Verdict(requirement.name, state, asked(requirement), offered, requirement.level)


def asked(requirement: Requirement) -> str:
    """A requirement's value as people read it: "≥ 3,000 m³/h", "IP67 及以上", "铝合金 / 玻璃钢"."""
    if requirement.op == ONE_OF and isinstance(requirement.value, tuple):
        return " / ".join(requirement.value)
    if isinstance(requirement.value, str):
        return requirement.value + (" 及以上" if requirement.op == ">=" else "")
    if isinstance(requirement.value, tuple):
        return " / ".join(requirement.value)
    if requirement.op == BETWEEN and requirement.high is not None:
        return f"{requirement.value:g} ~ {quantities.format_quantity(f'{requirement.high:g}', requirement.unit)}"
    sign = {">=": "≥ ", "<=": "≤ "}.get(requirement.op, "")
    return sign + quantities.format_quantity(_plain(requirement.value), requirement.unit)


def _plain(value: float) -> str:
    return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"


def _judged(requirement: Requirement, offer: Offer, names: Names) -> tuple[State, str]:
    if requirement.op == HAS:
        return _certificate(requirement, offer, names)
    if requirement.op == NOT:
        return _absent(requirement, offer)
    if requirement.op == ONE_OF or isinstance(requirement.value, tuple):
        return _one_of(requirement, offer)
    if isinstance(requirement.value, str):
        code = codes.code_of(requirement.value)
        return _code(requirement, code, offer) if code is not None else _text(requirement, offer)
    return _number(requirement, offer, names)


def _number(requirement: Requirement, offer: Offer, names: Names) -> tuple[State, str]:
    facts = _facts_for(requirement, offer, names)
    if not facts:
        return State.UNKNOWN, ""
    judged = [(_compared(requirement, fact, names), fact) for fact in facts]
    order = {State.MET: 0, State.MARGINAL: 1, State.MISSED: 2, State.UNKNOWN: 3}
    listed = [one for one in judged if one[1].listed] or judged
    state, fact = min(listed, key=lambda one: order[one[0]])
    return state, fact.said


def _facts_for(requirement: Requirement, offer: Offer, names: Names) -> list[Fact]:
    """The facts that speak of what is required: the same attribute, else one that is called alike."""
    numeric = [fact for fact in offer.facts if fact.low is not None or fact.high is not None]
    usable = [fact for fact in numeric if requirement.ends(fact.dimension) is not None and fact.dimension]
    if not requirement.unit:
        usable = [fact for fact in numeric if not fact.dimension or fact.key == requirement.key]
    same = [fact for fact in usable if requirement.key and fact.key == requirement.key]
    if same:
        return same
    rated = [(_alike(requirement, fact, names), fact) for fact in usable]
    best = max((likeness for likeness, _fact in rated), default=0.0)
    return [fact for likeness, fact in rated if likeness >= _SAME_NAME and likeness >= best - 1e-9]


def _alike(requirement: Requirement, fact: Fact, names: Names) -> float:
    """How alike a fact is called: pairs of characters in common, or a word that stands for its attribute."""
    attribute = names.attributes.attributes.get(fact.key)
    called = [fact.name, *((attribute.name, *attribute.aliases) if attribute else ())]
    likeness = max((_dice(requirement.name, name) for name in called), default=0.0)
    if requirement.key and fact.key:
        own = names.attributes.attributes[requirement.key]
        if attribute is not None and own.family and own.family == attribute.family:
            return max(likeness, 0.8)
        return likeness if likeness > 0.75 else 0.0
    if fact.key:
        likeness = max(likeness, 0.9 * names.attributes.named_by(fact.key, f"{requirement.name}".lower()))
    return likeness


@lru_cache(maxsize=65_536)
def _dice(one: str, other: str) -> float:
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one.lower(), other.lower()))
    return (
        2 * len(first & second) / (len(first) + len(second)) if first and second else float(one == other and bool(one))
    )


def _compared(requirement: Requirement, fact: Fact, names: Names) -> State:
    wanted = requirement.ends(fact.dimension)
    if wanted is None:
        return State.UNKNOWN
    attribute = names.attributes.attributes.get(requirement.key or fact.key)
    low = fact.low if fact.low is not None else fact.high
    high = fact.high if fact.high is not None else fact.low
    if low is None or high is None:
        return State.UNKNOWN
    return compare(requirement.op, wanted, (low, high), fact.dimension, attribute)


def compare(
    op: str,
    wanted: tuple[float, float],
    offered: tuple[float, float],
    dimension: str,
    attribute: Attribute | None = None,
) -> State:
    """An asked number or range against an offered one, both in the base unit.

    At least: the offered range must reach it. At most: it must begin below, or end below where more is worse throughout.
    Between: the offered range contains the asked one. Equal: within 2 %.
    """
    low, high = offered
    if op == ">=":
        return _near(high - wanted[0], wanted[0], dimension)
    if op == "<=":
        return _near(wanted[1] - low, wanted[1], dimension)
    if op == BETWEEN:
        if low == high:
            inside = wanted[0] <= low <= wanted[1]
            return State.MET if inside else _near(min(low - wanted[0], wanted[1] - low), low, dimension)
        return State.MET if low <= wanted[0] and high >= wanted[1] else State.MISSED
    if attribute is not None and attribute.direction == "hi":
        return _near(high - wanted[0], wanted[0], dimension)
    if low * (1 - _EQUAL) <= wanted[0] <= high * (1 + _EQUAL) or (low <= wanted[0] <= high):
        return State.MET
    return _near(-min(abs(wanted[0] - low), abs(wanted[0] - high)), wanted[0], dimension)


def _near(surplus: float, wanted: float, dimension: str) -> State:
    if surplus >= -ROUNDING * max(1e-6, abs(wanted)):
        return State.MET
    margin = MARGIN_KELVIN if dimension == "temperature" else MARGIN * abs(wanted)
    return State.MARGINAL if -surplus <= margin * (1 + 1e-9) else State.MISSED


def _code(requirement: Requirement, code: codes.IpCode | codes.ExMark, offer: Offer) -> tuple[State, str]:
    """Protection codes: the listed ones decide, else those in the text; "非防爆" is an answer too."""
    found = [(codes.code_of(fact.text), fact) for fact in offer.facts if fact.text]
    fitting = [(own, fact) for own, fact in found if type(own) is type(code)]
    listed = [one for one in fitting if one[1].listed] or fitting
    for own, fact in listed:
        if own.covers(code):  # type: ignore[union-attr, arg-type]
            return State.MET, fact.said
    if listed:
        return State.MISSED, listed[0][1].said
    if isinstance(code, codes.ExMark) and (_NOT_EX.search(offer.says) or _NOT_EX.search(offer.denies)):
        return State.MISSED, "非防爆"
    return State.UNKNOWN, ""


_NOT_EX = re.compile(r"非防爆|不防爆|无防爆|不带防爆|不具备防爆|未做防爆|没有防爆|不可用于(?:防爆|爆炸)|不得用于爆炸")


def _certificate(requirement: Requirement, offer: Offer, names: Names) -> tuple[State, str]:
    """A certificate held and in force is met; one the text says is missing is missed; silence is a question."""
    kind = canonical_certificate(str(requirement.value), names)
    called = sorted({str(requirement.value), kind, *names.certificates.get(kind, ())}, key=len, reverse=True)
    if kind in offer.certificates or str(requirement.value) in offer.certificates:
        return State.MET, kind
    texts = (offer.says, offer.denies)
    for name in called:
        if len(name) < 2:
            continue
        if any(lacks(name, text) for text in texts):
            return State.MISSED, f"无{name}"
    for name in called:
        place = re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", offer.says) if len(name) > 1 else None
        if place:
            return State.MET, name
    return State.UNKNOWN, ""


def canonical_certificate(name: str, names: Names) -> str:
    """The kind of certificate that is meant; the name itself when it is not known."""
    for kind, aliases in names.certificates.items():
        if name == kind or name in aliases:
            return kind
    inside = [
        kind
        for kind, aliases in names.certificates.items()
        for alias in (kind, *aliases)
        if len(alias) > 2 and alias in name
    ]
    return inside[0] if inside else name


def lacks(name: str, text: str) -> bool:
    """Whether a text says that something is not there: 未取得3C, 无防爆证, 没有安标, 不带…."""
    before = r"(?:无|未(?:取得|办理|获得|做|通过|经)?|没有?|不具备|不含|不带|暂无|缺少?|尚未\S{0,3})[^,。;]{0,4}"
    after = r"[^,。;]{0,4}(?:正在办理|办理中|申请中|申报中|暂未|尚未|未取得|待取|已过期|过期)"
    return bool(re.search(before + re.escape(name) + "|" + re.escape(name) + after, text))


def _one_of(requirement: Requirement, offer: Offer) -> tuple[State, str]:
    values = requirement.value if isinstance(requirement.value, tuple) else (str(requirement.value),)
    told = [
        fact
        for fact in offer.facts
        if fact.text and (fact.key and fact.key == requirement.key or _dice(fact.name, requirement.name) >= _SAME_NAME)
    ]
    for fact in told:
        if any(_within(value, fact.text) for value in values):
            return State.MET, fact.text
    if told:
        return State.MISSED, told[0].text
    said = [value for value in values if _within(value, offer.says)]
    return (State.MET, said[0]) if said else (State.UNKNOWN, "")


def _text(requirement: Requirement, offer: Offer) -> tuple[State, str]:
    value = str(requirement.value)
    told = [
        fact
        for fact in offer.facts
        if fact.text and (fact.key and fact.key == requirement.key or _dice(fact.name, requirement.name) >= _SAME_NAME)
    ]
    for fact in told:
        if _within(value, fact.text) or _within(fact.text, value):
            return State.MET, fact.text
    if told:
        return State.MISSED, told[0].text
    if _within(value, offer.says):
        return State.MET, value
    return (State.MISSED, f"无{value}") if _within(value, offer.denies) else (State.UNKNOWN, "")


def _absent(requirement: Requirement, offer: Offer) -> tuple[State, str]:
    """A feature that is refused: missed when the listing boasts of it."""
    values = requirement.value if isinstance(requirement.value, tuple) else (str(requirement.value),)
    said = [value for value in values if _within(value, offer.headline)]
    return (State.MISSED, said[0]) if said else (State.MET, "")


def _within(value: str, text: str) -> bool:
    return bool(value) and value.lower() in text.lower()


def count(verdicts: Iterable[Verdict], state: State, hard: bool | None = None) -> int:
    """How many verdicts are so; of the hard ones, the others, or all."""
    return sum(v.state is state and (hard is None or (v.level == HARD) is hard) for v in verdicts)
