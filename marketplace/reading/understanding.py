"""What a need's text proposes for its fields, each proposal beside the words it came from. Deterministic, explainable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.reading import conditions, library, measures
from marketplace.reading.amounts import Amount, amounts
from marketplace.reading.clauses import Clause, Sense, clauses, plain
from marketplace.reading.requirements import HARD, PLAIN, Requirement, marks, required
from marketplace.taxonomy import queries as taxonomy

LONGEST = 100_000
_CLASSES = 4
_ITEM_REACH = 24
_EDGES = " :的了(,"
_NOT_ITEMS = frozenset("个人名年月天期本户家")
_JOBS = frozenset("项次场")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for one field of a need, as `Need` keeps it, how people read it, and the words it came from.

    `field` is class_code, category, event_code, field_code, kind, mode, item, place ({"province", "city"}), wanted_on,
    within_days, budget_fen, requirement or exclusion. `start` and `end` are places in the text; both 0 when the value
    follows from another proposal, then `note` says from which. `sure` values are ticked to begin with.
    """

    field: str
    value: Any
    shown: str
    start: int = 0
    end: int = 0
    words: str = ""
    sure: bool = True
    note: str = ""


def understand(text: str, *, title: str = "", today: date) -> list[Proposal]:
    """The proposals a text makes, in the order of a need's fields. An empty text proposes nothing.

    Only the first 100,000 characters are read.
    """
    text = text[:LONGEST]
    body = plain(text)
    whole = f"{plain(title)}。{body}" if title and not body.startswith(plain(title)) else body
    shift = len(whole) - len(body)
    if not whole.strip(" 。"):
        return []
    read = _first_told(clauses(whole))
    types = _types(whole, title, read)
    found = [
        *_kinds(types),
        *_goods(read, types),
        *_conditions(read, today),
        *_requirements(whole, types),
        *_refused(read),
    ]
    return [_placed(one, shift, text) for one in found]


def _first_told(read: list[Clause]) -> list[Clause]:
    """Each clause where it first stands: what is pasted a thousand times is read once."""
    first: dict[str, Clause] = {}
    for clause in read:
        first.setdefault(clause.text, clause)
    return list(first.values())


def _types(whole: str, title: str, read: list[Clause]) -> list[tuple[str, float, str]]:
    """The likeliest product types with how likely each is and the name that stands in the text, if one does."""
    head = plain(title) or whole[:30]
    wanted = ",".join(clause.text for clause in read if clause.sense is Sense.WANTED)
    guesses = library.class_reader().read([(head, 2.0), (wanted, 1.0)], _CLASSES)
    return [(guess.code, guess.share, guess.told[0] if guess.told else "") for guess in guesses]


def _kinds(types: list[tuple[str, float, str]]) -> Iterator[Proposal]:
    """Class, field, category and event: the class from the words, the others from the class."""
    for place, (code, share, told) in enumerate(types):
        node = taxonomy.class_(code)
        if node is None or (place and share < 0.7):
            continue
        sure = place == 0 and (bool(told) or share >= 1.0)
        yield Proposal("class_code", code, node.name, words=told, sure=sure)
        if place:
            continue
        events = [taxonomy.event(event) for event in node.event_codes]
        for event in [one for one in events if one][:1]:
            yield Proposal("event_code", event.code, event.name, sure=sure, note=node.name)
            category = taxonomy.event_category(event.code)
            name = next((name for code_, name, _en in taxonomy.categories() if code_ == category), "")
            if name:
                yield Proposal("category", category, name, sure=sure, note=node.name)
        for field_code in node.field_codes[:1]:
            name = next((name for code_, name, _en in taxonomy.fields() if code_ == field_code), "")
            if name:
                yield Proposal("field_code", field_code, name, sure=False, note=node.name)


def _goods(read: list[Clause], types: list[tuple[str, float, str]]) -> Iterator[Proposal]:
    """Things with a quantity: 采购帐篷100顶、折叠床200张."""
    reader, seen = library.class_reader(), set()
    for clause in read:
        if clause.sense is not Sense.WANTED:
            continue
        floor = 0
        for amount in amounts(clause.text):
            before = clause.text[floor : amount.start]
            floor = amount.end
            if not _counts(amount) or (amount.unit_text in _JOBS and not re.search("服务|演练|培训|项目|保险", before)):
                continue
            told = before.split("、")[-1][-_ITEM_REACH:]
            named = reader.named(told)
            code, name = next(reversed(named.items()), (types[0][0] if types else "", ""))
            node = taxonomy.class_(code)
            if not named and (types and seen):
                continue
            if code in seen:
                continue
            seen.add(code)
            value = {"name": name or (node.name if node else told.strip(_EDGES)), "class_code": code,
                     "quantity": int(amount.low), "unit": amount.unit_text, "note": ""}  # fmt: skip
            start = clause.start + amount.start - (len(told) if named else 0)
            shown = f"{value['name']} {value['quantity']} {value['unit']}"
            yield Proposal("item", value, shown, start, clause.start + amount.end, sure=bool(named) or len(seen) == 1)


def _counts(amount: Amount) -> bool:
    """Whether an amount counts things to be had, not people, times or what one thing holds."""
    return (
        (amount.dimension.startswith("count_") or amount.unit_text in _JOBS)
        and not amount.op
        and amount.high is None
        and amount.unit_text not in _NOT_ITEMS
        and 1 <= amount.low == int(amount.low)
    )


def _conditions(read: list[Clause], today: date) -> Iterator[Proposal]:
    quantity = next((int(a.low) for c in read if c.sense is Sense.WANTED for a in amounts(c.text) if _counts(a)), None)
    wanted = [clause for clause in read if clause.sense is Sense.WANTED]
    for told in (
        conditions.mode(wanted), conditions.place(read), conditions.day(wanted, today), conditions.budget(wanted, quantity)
    ):  # fmt: skip
        if told is not None:
            yield Proposal(told.field, told.value, told.shown, told.start, told.end, sure=told.sure, note=told.note)


def _requirements(whole: str, types: list[tuple[str, float, str]]) -> Iterator[Proposal]:
    reference = taxonomy.reference()
    known = library.attribute_names()
    likely = measures.likely_keys(reference, {code: share for code, share, _told in types if share >= 0.6})
    unmarked = PLAIN if marks(whole) else HARD  # who marks some with ★ means the others less strictly
    for one in required(whole, known, likely, dict(taxonomy.certificate_kinds()), unmarked=unmarked):
        yield Proposal(
            "requirement", stored(one), _shown(one), one.start, one.end, sure=bool(one.key) or one.op == "has"
        )


def stored(one: Requirement) -> dict[str, Any]:
    """A requirement as `Need.requirements` keeps it."""
    value = list(one.value) if isinstance(one.value, tuple) else one.value
    return {"name": one.name, "key": one.key, "op": one.op, "value": value, "high": one.high, "unit": one.unit,
            "level": one.level, "item": None, "words": one.words}  # fmt: skip


def _shown(one: Requirement) -> str:
    sign = {">=": "≥", "<=": "≤", "=": "=", "has": "", "between": "", "in": ""}.get(one.op, one.op)
    value = f"{one.value:g}" if isinstance(one.value, float) else str(one.value)
    span = f"{value}~{one.high:g}" if one.high is not None else value
    return f"{one.name} {sign}{span} {one.unit}".strip() if one.op != "has" else f"{one.name}"


def _refused(read: list[Clause]) -> Iterator[Proposal]:
    for clause in read:
        if clause.sense is Sense.REFUSED and 1 < len(clause.text.strip()) <= 60:
            yield Proposal("exclusion", clause.text.strip(), clause.text.strip(), clause.start, clause.end)


def _placed(one: Proposal, shift: int, text: str) -> Proposal:
    """The proposal with places in the text itself; what came from the title has none there."""
    start, end = one.start - shift, one.end - shift
    if not one.end or end <= 0:
        return Proposal(one.field, one.value, one.shown, 0, 0, one.words, one.sure, one.note)
    start = max(0, start)
    return Proposal(one.field, one.value, one.shown, start, end, text[start:end].strip(), one.sure, one.note)


def fields_of(found: list[Proposal]) -> Mapping[str, list[Proposal]]:
    """Proposals by field, in order."""
    by_field: dict[str, list[Proposal]] = {}
    for one in found:
        by_field.setdefault(one.field, []).append(one)
    return by_field
