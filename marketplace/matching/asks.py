"""What a need asks for, as matching judges it: words, product types, requirements, conditions, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.matching import refusals, relevance
from marketplace.matching.conditions import Conditions
from marketplace.matching.knowledge import Knowledge
from marketplace.matching.refusals import Refusals
from marketplace.needs.models import Need
from marketplace.reading import measures, requirements
from marketplace.reading.amounts import amounts
from marketplace.reading.clauses import Clause, Sense, clauses, plain
from marketplace.reading.requirements import HAS, Requirement
from marketplace.reading.tokens import Token

_SERVICE_MODES = ("service", "financing")
_OTHER_KIND = 0.5
_LEAST_SHARE, _SHARPNESS = 0.45, 2.5
_LIKELY = 0.8
_TELLS_LITTLE = 12


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a need looks for: its text, or one of its items.

    `types` are product types with how likely each is meant, the best 1; `tokens` its words with their weights; `names` the
    names of the likely types, `today` the day it is judged on.
    """

    item: int
    title: str
    types: Mapping[str, float]
    tokens: Mapping[Token, float]
    requirements: tuple[Requirement, ...]
    conditions: Conditions
    refusals: Refusals = field(default_factory=Refusals)
    names: str = ""
    chosen: str = ""
    today: date | None = None

    @property
    def best_type(self) -> str:
        """The product type most likely meant; "" when nothing tells."""
        return max(self.types, key=lambda code: self.types[code], default="")


def asks_of(need: Need, known: Knowledge, today: date) -> list[Ask]:
    """One ask for each item of a need; for a need of one item or none, its whole text is the ask."""
    items = need.items or [{}]
    if len(items) == 1:
        return [_ask(need, 0, items[0], need.title, need.text, known, today)]
    return [
        _ask(need, place, item, str(item.get("name") or need.title), str(item.get("note") or ""), known, today)
        for place, item in enumerate(items)
    ]


def _ask(need: Need, place: int, item: Mapping[str, Any], title: str, text: str, known: Knowledge, today: date) -> Ask:
    read = clauses(f"{title}。{text}" if text.strip() != title.strip() else title)
    chosen = str(item.get("class_code") or (need.class_code if len(need.items) < 2 else ""))
    stated = [r for r in need.requirements if _meant_for(r, place, need, known)]
    parts = _parts(title, read)
    keys = [str(r.get("key") or "") for r in stated]
    types = _types(need, parts + [(" ".join(str(r.get("name") or "") for r in stated), 0.5)], chosen, keys, known)
    likely = measures.likely_keys(known.reference, types)
    required = [_requirement(r, likely, known) for r in stated]
    if not need.understood:
        required = _with_read(required, need, title, text, likely, known)
    names = ",".join(known.reference.classes[code].name for code, share in types.items() if share >= _LIKELY)
    if len(title) + len(text) < _TELLS_LITTLE and not chosen:
        names = ""
    return Ask(
        item=place, title=title, types=types, tokens=relevance.weights(parts, known.tokens.of), requirements=tuple(required),
        conditions=_conditions(need, item, text, today), names=names, chosen=chosen, today=today,
        refusals=refusals.read(title, [*read, *_refused(need)], types, names, known),
    )  # fmt: skip


def _meant_for(requirement: Mapping[str, Any], place: int, need: Need, known: Knowledge) -> bool:
    """Whether a requirement is about this item: it says so, or it says of none and describes this item's class."""
    if len(need.items) < 2 or requirement.get("item") is not None:
        return len(need.items) < 2 or requirement["item"] == place
    described = [
        requirement.get("key") in {spec.key for spec in known.reference.template(str(item.get("class_code") or ""))}
        for item in need.items
    ]
    return described[place] or not any(described)


def _refused(need: Need) -> list[Clause]:
    return [Clause(0, phrase, Sense.REFUSED) for phrase in need.exclusions]


def _parts(title: str, read: Sequence[Clause]) -> list[tuple[str, float]]:
    """The title, which counts twice, and what the text wants."""
    end = len(title)
    told = ",".join(c.text for c in read if c.sense is Sense.WANTED and c.start < end) or title
    return [(told, 2.0), (",".join(c.text for c in read if c.sense is Sense.WANTED and c.start >= end), 1.0)]


def _types(
    need: Need, parts: Sequence[tuple[str, float]], chosen: str, keys: Sequence[str], known: Knowledge
) -> dict[str, float]:
    """The product types meant. A class the buyer named is meant above all; the text only orders what is below it."""
    kinds = ("service", "finance") if str(need.mode) in _SERVICE_MODES else ("product", "technology")
    if str(need.mode) == "technology":
        kinds = ("technology", "service")
    asked = {key for key in keys if key}
    scores = {
        guess.code: guess.score * _kind_fit(guess.code, kinds, known) * _key_fit(guess.code, asked, known)
        for guess in known.classes.read(parts, 16)
    }
    best = max(scores.values(), default=0.0)
    types = {code: (s / best) ** _SHARPNESS for code, s in scores.items() if s > _LEAST_SHARE * best}
    if not chosen:
        return types
    types = {code: share * 0.6 for code, share in types.items()}
    below = [
        code
        for code, node in known.reference.classes.items()
        if chosen in node.path and code not in known.reference.children
    ]
    return types | dict.fromkeys(below, 1.0)


def _kind_fit(code: str, kinds: Sequence[str], known: Knowledge) -> float:
    return 1.0 if known.reference.classes[code].kind in kinds else _OTHER_KIND


def _key_fit(code: str, asked: Iterable[str], known: Knowledge) -> float:
    """A little more for a type that is described by what is required."""
    asked = set(asked)
    if not asked:
        return 1.0
    return 0.85 + 0.3 * len(asked & {spec.key for spec in known.reference.template(code)}) / len(asked)


def _requirement(row: Mapping[str, Any], likely: Mapping[str, float], known: Knowledge) -> Requirement:
    """A stored requirement; a name nobody knows is read with the help of the likely product types."""
    value = row.get("value")
    value = tuple(map(str, value)) if isinstance(value, list) else value
    name, unit, key = str(row.get("name") or ""), str(row.get("unit") or ""), str(row.get("key") or "")
    number = isinstance(value, int | float)
    if not key and number and unit:
        told = amounts(plain(f"{value:f}".rstrip("0").rstrip(".") + unit))
        key = known.attributes.of(told[0], name, likely)[0] if told else ""
    high = row.get("high")
    return Requirement(
        name, key, str(row.get("op") or "="), float(value) if number else value if value is not None else "", unit,
        str(row.get("level") or "hard"), float(high) if high is not None else None, words=str(row.get("words") or ""),
    )  # fmt: skip


def _with_read(
    stated: list[Requirement], need: Need, title: str, text: str, likely: Mapping[str, float], known: Knowledge
) -> list[Requirement]:
    """What the text requires besides, as long as nobody has gone through it."""
    have = {r.key or r.name for r in stated} | {str(r.value) for r in stated if r.op == HAS}
    whole = f"{title}。{text}" if text != title else title
    found = requirements.required(whole, known.attributes, likely, known.certificates, len(title))
    return stated + [r for r in found if (r.key or r.name) not in have and str(r.value) not in have]


def _conditions(need: Need, item: Mapping[str, Any], text: str, today: date) -> Conditions:
    days = need.within_days
    if need.wanted_on is not None:
        left = max(0, (need.wanted_on - today).days)
        days = left if days is None else min(days, left)
    quantity, unit = item.get("quantity"), str(item.get("unit") or "")
    budget = need.budget_fen if len(need.items) < 2 else None
    return Conditions(
        mode=str(need.mode), province=need.province, within_days=days, budget_fen=budget,
        quantity=int(quantity) if quantity is not None else None, unit=unit, pieces=_pieces(unit, text),
    )  # fmt: skip


_MACHINES = frozenset({"count_台", "count_套", "count_辆", "count_部", "count_架"})


def _pieces(unit: str, text: str) -> int | None:
    """How many machines a text speaks of when the quantity counts periods (8 台·月 are two machines for four months)."""
    if "·" not in unit:
        return None
    told = (a for c in re.split("[,,。;;]", plain(text)) for a in amounts(c))
    return next((int(a.low) for a in told if a.dimension in _MACHINES and not a.op), None)
