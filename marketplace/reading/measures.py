"""Amounts with what they measure: 整机质量不超过40斤 is the attribute `mass`, at most 20 kg."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.kit.quantities import Unit
from marketplace.reading.amounts import Amount, amounts
from marketplace.taxonomy.reference import Attribute, Reference

_SURE = 1.0
_LIKELY = 0.55
_LABEL_REACH = 24
_A_SUM = 10_000
"""A number this large without a unit (每人八十万) is money."""


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount with the words it is told by and the attribute it most likely measures.

    `key` is "" when no attribute is likely; `sure` when its name stands there, `near` when its word stands right before
    the number. `unit` is the amount's unit as this
    attribute measures it. Places are those of the clause.
    """

    label: str
    amount: Amount
    key: str
    sure: bool
    near: bool
    unit: Unit | None
    clause: str
    start: int

    @property
    def end(self) -> int:
        """The place behind the amount in the text the clause was cut from."""
        return self.start + self.amount.end

    def ends(self, dimension: str) -> tuple[float, float] | None:
        """Both ends in the base unit of a dimension; plain numbers when there is no unit at all."""
        if self.amount.unit is None and not self.amount.unit_text:
            low = float(self.amount.low)
            return low, low if self.amount.high is None else float(self.amount.high)
        return self.amount.in_base(dimension)


class AttributeNames:
    """The attributes by dimension with every name and lay word for them; built once per edition."""

    def __init__(self, reference: Reference) -> None:
        self.attributes = reference.attributes
        self._words: dict[str, list[tuple[str, float]]] = {}
        for key, attribute in reference.attributes.items():
            for base, words in ((1.0, (attribute.name, *attribute.aliases)), (0.5, attribute.asked_as)):
                for word in {word.lower() for word in words if word}:
                    self._words.setdefault(word, []).append((key, base))
        sizes: dict[str, set[int]] = {}
        for word in self._words:
            sizes.setdefault(word[0], set()).add(len(word))
        self._sizes = {sign: sorted(found) for sign, found in sizes.items()}
        self._measurable: dict[tuple[Unit | None, str, bool, bool], list[Attribute]] = {}

    def named_by(self, key: str, label: str) -> float:
        """How strongly a label names the attribute: its own name over 1, a lay word below, nothing 0.

        What stands nearer the end of the label, next to the number, counts more.
        """
        return self._named_in(label).get(key, 0.0)

    def _named_in(self, label: str) -> dict[str, float]:
        """Every attribute a label names with how strongly; an attribute's own name goes before its lay words."""
        last: dict[str, int] = {}
        for place, sign in enumerate(label):
            for size in self._sizes.get(sign, ()):
                word = label[place : place + size]
                if word in self._words:
                    last[word] = place
        found: dict[str, tuple[float, float]] = {}
        for word, place in last.items():
            for key, base in self._words[word]:
                found[key] = max(found.get(key, (0.0, 0.0)), (base, _fit(word, place, label, base)))
        return {key: strength for key, (_base, strength) in found.items()}

    def of(self, amount: Amount, label: str, likely: Mapping[str, float]) -> tuple[str, float]:
        """The attribute an amount measures and how strongly that is told; ("", 0) when nothing tells.

        `likely` weighs attributes the product types in question are described by.
        """
        label, bare = bare_label(label).lower(), not amount.unit_text
        named_here = self._named_in(label)
        if bare and not named_here:
            return "", 0.0
        scored = [
            (named + 0.6 * likely.get(a.key, 0.0) + (0.15 if _AGREE.get(amount.op) == a.direction else 0.0), a.key)
            for a in self._measured_by(amount)
            for named in [named_here.get(a.key, 0.0)]
            if (
                named >= _SURE - 0.3 or (named and amount.low >= _A_SUM)
                if bare
                else named or (likely.get(a.key) and a.dimension != "time")
            )
            and (
                named >= _SURE - 0.3
                or _AGREE.get(amount.op, a.direction) == a.direction
                or a.direction not in ("hi", "lo")
            )
        ]
        if not scored:
            return "", 0.0
        scored.sort(key=lambda one: (-one[0], one[1]))
        best = scored[0]
        rivals = [score for score, _key in scored[1:2]]
        if best[0] < _LIKELY or (rivals and best[0] < _SURE and best[0] - rivals[0] < 0.05):
            return "", 0.0
        return best[1], best[0]

    def _measured_by(self, amount: Amount) -> list[Attribute]:
        kind = (amount.unit, amount.unit_text, amount.low < _A_SUM, amount.high is None)
        if kind not in self._measurable:
            self._measurable[kind] = [a for a in self.attributes.values() if _measurable(a, amount)]
        return self._measurable[kind]


_AGREE = {">=": "hi", "<=": "lo"}
_CUES = re.compile(
    r"(?:[不别未勿](?:得|能|可|宜|应|准|要|许)?)?(?:低于|小于|少于|高于|大于|多于|超过|超出|突破|超)|[≥≤<>=]|至少|最多|不宜|应当?|须|"
    r"每(?:小时|分钟|秒|天|日)|以$"
)


_BOUND = re.compile("及?以[上下内]")


def told_as_span(attribute: Attribute) -> bool:
    """Whether an attribute only makes sense from one end to the other: a temperature to work at."""
    return attribute.direction == "rng" and attribute.dimension == "temperature"


def bare_label(label: str) -> str:
    """The words for what is measured, without those for its direction and rate."""
    return _CUES.sub("", label).rstrip(": 、的得了在是为")


def _measurable(attribute: Attribute, amount: Amount) -> bool:
    if not attribute.dimension:
        return False
    if amount.unit is None and not amount.unit_text:
        return amount.low < _A_SUM or attribute.dimension == "money"
    if told_as_span(attribute) and amount.high is None:
        return False
    return amount.measured_as(attribute.dimension) is not None


def _fit(word: str, place: int, label: str, base: float) -> float:
    nearness = 1 - min(len(label) - place - len(word), 12) / 24
    return (base + 0.1 * min(len(word), 8)) * nearness


def measures(
    clause: str, start: int, known: AttributeNames, likely: Mapping[str, float], before: str = ""
) -> list[Measure]:
    """Every amount of a clause with what it measures. `before` is the clause before, for a label that stands there."""
    found: list[Measure] = []
    floor = 0
    read: Sequence[Amount] = amounts(clause)
    told_before = before[-_LABEL_REACH:] if read and before and not amounts(before) else ""
    for place, amount in enumerate(read):
        label = clause[max(floor, amount.start - _LABEL_REACH) : amount.start]
        key, strength = known.of(amount, label, likely)
        if not key or (amount.unit_text and strength < _SURE):
            until = read[place + 1].start if place + 1 < len(read) else len(clause)
            behind = _BOUND.sub(" ", clause[amount.end : min(until, amount.end + 8)])
            for words, damp in (
                (behind, 0.9),
                (told_before if len(label.strip()) < 4 else "", 0.8),
            ):
                other, other_strength = known.of(amount, words, likely) if words else ("", 0.0)
                if other and other_strength * damp > strength and (amount.unit_text or other_strength >= _SURE):
                    key, strength = other, other_strength * damp
        unit = amount.measured_as(known.attributes[key].dimension) if key else amount.unit
        near = bool(key) and known.named_by(key, bare_label(label).lower()[-7:]) > 0
        found.append(Measure(label, amount, key, strength >= _SURE, near, unit, clause, start))
        floor = amount.end
    return found


def likely_keys(reference: Reference, shares: Mapping[str, float]) -> dict[str, float]:
    """How likely each attribute is, from the product types in question and how likely these are (0 to 1)."""
    found: dict[str, float] = {}
    for code, share in shares.items():
        for spec in reference.template(code):
            found[spec.key] = max(found.get(spec.key, 0.0), share)
    return found
