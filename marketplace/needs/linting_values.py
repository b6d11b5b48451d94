"""Checks of a draft's values: its dates, its requirements among themselves, its budget, and what it leaves out."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from marketplace.kit import calendar, quantities
from marketplace.kit.money import format_compact
from marketplace.needs import linting_words as words
from marketplace.needs.linting_shapes import Draft, Requirement, Rules

FEN_OF_WAN = 1_000_000
MANY = 5
MANY_EXACT = 4
LONGEST_VALUE = 60
SHORTEST = {
    "open": "open.days", "invited": "open.days", "consultation": "cons.days", "negotiation": "neg.days",
    "inquiry": "rfq.days",
}  # fmt: skip
Bound = tuple[Decimal | None, Decimal | None]


class Hit(NamedTuple):
    """A finding before it is put into words; `rule_id` where the code's own row is not the right one."""

    code: str
    quote: str = ""
    start: int | None = None
    end: int | None = None
    values: dict[str, Any] = {}
    rule_id: str = ""


def of_values(draft: Draft, text: str, *, today: date, rules: Rules) -> Iterator[Hit]:
    """Everything that is wrong with the values, in a fixed order. `text` is title and text in plain signs."""
    procedure = procedure_of(draft, text)
    yield from _dates(draft, procedure, today, rules)
    yield from _contradictions(draft.requirements)
    yield from _weights(draft, text)
    yield from _budget(draft, procedure, text, rules)
    yield from _missing(draft, text)


def procedure_of(draft: Draft, text: str) -> str:
    """The procurement procedure the draft speaks of, a code of PROCEDURES; "" when it speaks of none."""
    if draft.procedure:
        return draft.procedure
    return next((code for code, said in words.PROCEDURES.items() if said.search(text)), "")


def _dates(draft: Draft, procedure: str, today: date, rules: Rules) -> Iterator[Hit]:
    wanted, until = draft.wanted_by, draft.quote_until
    if wanted and wanted < today:
        yield Hit("date.past", wanted.isoformat())
    elif wanted == today:
        yield Hit("date.zero", wanted.isoformat())
    if until and until < today:
        yield Hit("date.past", until.isoformat())
    elif until and procedure in SHORTEST:
        rule = rules[SHORTEST[procedure]]
        working = rule.unit != words.CALENDAR_DAYS
        given = calendar.working_days_between(today, until) if working else (until - today).days
        if given < rule.number:
            told = {"least": rule.value, "working_days": working}
            yield Hit("date.too_short", until.isoformat(), values=told, rule_id=rule.rule_id)
    if wanted and until and today <= wanted <= until:
        yield Hit("date.order", until.isoformat())


def _contradictions(requirements: tuple[Requirement, ...]) -> Iterator[Hit]:
    """Names whose highest lower bound is above their lowest upper bound, as far as units can be compared."""
    named: dict[tuple[str, str], list[tuple[Requirement, Bound]]] = defaultdict(list)
    for requirement in requirements:
        for dimension, bound in _bounds(requirement):
            named[("".join(requirement.name.split()).lower(), dimension)].append((requirement, bound))
    for bounds in named.values():
        low = max(((b[0], n) for n, (_r, b) in enumerate(bounds) if b[0] is not None), default=None)
        high = min(((b[1], n) for n, (_r, b) in enumerate(bounds) if b[1] is not None), default=None)
        if low and high and low[0] > high[0]:
            first, second = (bounds[n][0] for n in sorted((low[1], high[1])))
            both = [first] if first is second else [first, second]
            yield Hit("numbers.contradict", " / ".join(f"{r.name}{_sign(r)}{r.value}" for r in both))


def _bounds(requirement: Requirement) -> Iterator[tuple[str, Bound]]:
    ends = words.RANGE.match(requirement.value[:LONGEST_VALUE])
    if ends:
        low, high = _number(ends[1] + _unit_of(ends[2])) or _number(ends[1]), _number(ends[2])
    else:
        low = high = _number(requirement.value)
    if low and high and low[1] == high[1]:
        at_least = requirement.operator in (">=", "=", "between")
        at_most = requirement.operator in ("<=", "=", "between")
        yield low[1], (low[0] if at_least else None, high[0] if at_most else None)


def _number(text: str) -> tuple[Decimal, str] | None:
    """The number in the base unit of its dimension, with the dimension ("" without a unit)."""
    quantity = quantities.parse_quantity(text[:LONGEST_VALUE])
    if quantity is None:
        return None
    if quantity.unit is None:
        return quantity.value, ""
    value, _symbol, dimension = quantities.canonical(quantity.value, quantity.unit)
    return value, dimension


def _unit_of(text: str) -> str:
    return re.sub(r"^[\s\d.,]+", "", text)


def _sign(requirement: Requirement) -> str:
    return {">=": "≥", "<=": "≤", "=": "="}.get(requirement.operator, " ")


def _weights(draft: Draft, text: str) -> Iterator[Hit]:
    """Everything a must, or many values that allow one number only."""
    items = draft.requirements
    if len(items) >= MANY and all(item.level == "hard" for item in items):
        yield Hit("hard.all", values={"count": len(items)})
    elif not items:
        numbered = len(words.NUMBERED.findall(text))
        if numbered >= MANY and len(words.STARRED.findall(text)) >= numbered:
            yield Hit("hard.all", values={"count": numbered})
    exact = [i for i in items if i.operator == "=" and _number(i.value) is not None]
    if len(exact) >= MANY_EXACT and len(exact) * 2 >= len(items):
        yield Hit("exact.combination", f"{exact[0].name}={exact[0].value}", values={"count": len(exact)})


def _budget(draft: Draft, procedure: str, text: str, rules: Rules) -> Iterator[Hit]:
    if draft.budget_fen is None or draft.kind == "financing":
        return
    shown = format_compact(draft.budget_fen)
    limit, survey, reserve = (rules[rule] for rule in ("limit.central", "need.survey", "sme.reserve"))
    if draft.budget_fen >= limit.number * FEN_OF_WAN and procedure != "open":
        yield Hit("budget.open_tender", shown, values={"limit": limit.value})
    if draft.budget_fen >= survey.number * FEN_OF_WAN:
        yield Hit("budget.survey", shown, values={"limit": survey.value})
    if procedure and draft.budget_fen <= reserve.number * FEN_OF_WAN and not words.SMALL_FIRMS.search(text):
        yield Hit("sme.reserve", values={"limit": reserve.value})


def _missing(draft: Draft, text: str) -> Iterator[Hit]:
    """Of the essentials, those neither filled in nor spoken of. Money and technology have no quantity and no place."""
    goods = draft.kind in ("supply", "reserve")
    given = {
        "missing.quantity": draft.quantity is not None or not goods,
        "missing.place": bool(draft.province) or not goods,
        "missing.date": draft.wanted_by is not None,
        "missing.acceptance": not goods,
        "missing.budget": draft.budget_fen is not None,
    }
    for code, said in words.ESSENTIALS.items():
        if not given[code] and not said.search(text):
            yield Hit(code)
