"""Sourcing plans: from the newest runs of needs to a question for the solver, and its answer told by need, class and province.

Who suits was judged in the runs and stays as it was; stock, output and prices are those of today. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from importlib import import_module
from math import ceil
from typing import Any

from marketplace.matching import queries
from marketplace.matching.conditions import comparable
from marketplace.matching.distances import road_km, shipping_days
from marketplace.matching.judging import State
from marketplace.matching.knowledge import knowledge
from marketplace.matching.models import Choice, MatchRow, MatchRun
from marketplace.matching.offers import Offer
from marketplace.matching.prepared import prepare
from marketplace.matching.scoring import Standing
from marketplace.matching.sourcing import planning, shapes
from marketplace.matching.sourcing.shapes import Demand, Limits, Line, Plan, Route
from marketplace.needs.models import Level, Need
from marketplace.reading.requirements import HARD

STEPS = planning.WEIGHTS
NEED_SECONDS, INCIDENT_SECONDS = 4.0, 10.0
LEAST_RELEVANCE, LEAST_TYPE, LEAST_WORDS = 0.45, 0.5, 0.6
"""Below these a listing has to do with a need without being the thing: quilts do not house people whose tents are missing."""
_WHOLE = frozenset({"time", "budget"})


class Obstacle(StrEnum):
    """Why a listing that suits could not be planned with."""

    PRICE = "price"
    SUPPLY = "supply"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the planner may set. `share` is per cent of the quantity, `step` 0 (cheapest) to 4 (fastest); None: as the need says.

    `partial` also takes listings that were excluded only because they cannot deliver, or the budget not pay, the whole
    quantity: the plan asks for a part of it.
    """

    share: int | None = None
    suppliers: int | None = None
    days: int | None = None
    step: int = 0
    partial: bool = False

    def limits(self, seconds: float) -> Limits:
        """The same for the solver."""
        return Limits(
            max_supplier_share=self.share / 100 if self.share else None, max_suppliers=self.suppliers,
            cost_weight=STEPS[self.step], gap=0.005, seconds=seconds,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A listing that is planned with, or would be but for an obstacle, for one demand."""

    demand_id: str
    row: MatchRow
    offer: Offer
    shortlisted: bool
    km: float | None = None
    obstacle: Obstacle | None = None

    @property
    def partial(self) -> bool:
        """Whether it was excluded for the whole quantity only."""
        return self.row.standing == Standing.EXCLUDED


@dataclass(slots=True)
class Task:
    """All that a plan is made from. `needs` and their `items` are by demand; `unmatched` were never judged, `changed` not as they are now.

    `without_quantity` names items that nothing can be planned for. `waiting` are listings that only `Terms.partial` takes,
    `unlike` counts those that have to do with a demand without being the thing, `refused` are the thing but miss something
    that must be met.
    """

    demands: dict[str, Demand] = field(default_factory=dict)
    needs: dict[str, Need] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    offers: dict[int, shapes.Offer] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    entries: dict[tuple[str, int], Entry] = field(default_factory=dict)
    left_out: list[Entry] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    unmatched: list[Need] = field(default_factory=list)
    changed: list[Need] = field(default_factory=list)
    without_quantity: list[str] = field(default_factory=list)
    refused: list[Entry] = field(default_factory=list)
    unlike: int = 0
    factors: dict[int, float] = field(default_factory=dict)

    def solve(self, limits: Limits) -> Plan:
        """The best plan within the limits and their seconds; loading the solver, half a second, does not count."""
        with suppress(ImportError):
            import_module("marketplace.matching.sourcing.solving")
        return planning.plan(list(self.demands.values()), list(self.offers.values()), self.routes, limits)


def task_of(needs: Sequence[Need], terms: Terms, today: date) -> Task:
    """What is asked for by these needs together, and the listings of their newest runs that can be planned with.

    A need with a ★ requirement counts double: a unit missing there weighs like two. Demands are numbered by when their
    needs were opened, so that the baseline serves the first opened first; the solver only knows the total.
    """
    task = Task()
    known = knowledge()
    for place, need in enumerate(sorted(needs, key=_first_opened)):
        runs = queries.latest_runs(need.id)
        if not runs:
            task.unmatched.append(need)
        elif any(run.need_version != need.version for run in runs.values()):
            task.changed.append(need)
        choices = {listing_id: row.choice for listing_id, row in queries.choices_of(need.id).items()}
        for item, demand in _demands(place, need, terms, today, task).items():
            rows = [
                row
                for row in (queries.rows_of(runs[item].id) if item in runs else [])
                if choices.get(row.listing_id) != Choice.DISMISSED
            ]
            offers = prepare([row.listing_id for row in rows], known, today)
            for row in rows:
                shortlisted = choices.get(row.listing_id) == Choice.SHORTLISTED
                if not shortlisted and not is_the_thing(row, runs[item]):
                    task.unlike += row.standing != Standing.EXCLUDED
                elif row.listing_id in offers:
                    entry = Entry(demand.id, row, offers[row.listing_id].offer, shortlisted)
                    _enter(task, demand, need, entry, terms) if may_deliver(row) else task.refused.append(entry)
    return task


def is_the_thing(row: MatchRow, run: MatchRun) -> bool:
    """Whether a listing can stand in for what is asked for, or is only about the same matter; by words where no type is known."""
    if not run.types:
        return row.parts.get("by_words", 0.0) >= LEAST_WORDS
    return row.parts.get("by_type", 0.0) >= LEAST_TYPE and row.parts.get("relevance", 0.0) >= LEAST_RELEVANCE


def may_deliver(row: MatchRow) -> bool:
    """Whether nothing speaks against a part of the quantity: not excluded, or only by the day or price of the whole."""
    return row.standing != Standing.EXCLUDED or _only_whole(row.verdicts)


def _first_opened(need: Need) -> tuple[bool, Any, int]:
    return need.opened_at is None, need.opened_at or need.created_at, need.id


def _demands(place: int, need: Need, terms: Terms, today: date, task: Task) -> dict[int, Demand]:
    """The items of a need that say how much, by their place. A part of a unit is asked for as a whole one."""
    found = {}
    starred = any(row.get("level") == Level.HARD for row in need.requirements)
    for item, row in enumerate(need.items):
        name = str(row.get("name") or need.title)
        if not row.get("quantity"):
            task.without_quantity.append(name)
            continue
        demand = Demand(
            id=f"{place:03d}-{item:03d}", quantity=ceil(row["quantity"]), days=_days(need, terms, today),
            budget_fen=need.budget_fen if len(need.items) == 1 else None, priority=2 if starred else 1,
            region=need.province, class_code=str(row.get("class_code") or need.class_code), name=name,
            unit=str(row.get("unit") or ""),
        )  # fmt: skip
        found[item] = task.demands[demand.id] = demand
        task.needs[demand.id], task.items[demand.id] = need, item
    return found


def _days(need: Need, terms: Terms, today: date) -> int | None:
    stated = [need.within_days] if need.within_days is not None else []
    if need.wanted_on is not None:
        stated.append(max(0, (need.wanted_on - today).days))
    return terms.days if terms.days is not None else min(stated, default=None)


def _enter(task: Task, demand: Demand, need: Need, entry: Entry, terms: Terms) -> None:
    """Take a listing up, or note what keeps it out."""
    offer, row = entry.offer, entry.row
    factor = comparable(demand.unit, offer.unit)
    obstacle = _obstacle(offer, factor, task.factors.get(offer.listing_id, factor))
    if entry.partial and not terms.partial:
        if obstacle is None:
            task.waiting.append(entry)
        return
    if obstacle is not None or factor is None:
        task.left_out.append(replace(entry, obstacle=obstacle))
        return
    km = road_km(offer.province, offer.city, need.province, need.city)
    task.factors[offer.listing_id] = factor
    task.offers[offer.listing_id] = _supply(offer, factor)
    task.routes.append(
        Route(demand.id, offer.listing_id, round((offer.price_fen or 0) * factor), km, shipping_days(km), row.score)
    )
    task.entries[demand.id, offer.listing_id] = replace(entry, km=km)


def _only_whole(verdicts: Iterable[Mapping[str, Any]]) -> bool:
    """Whether nothing but the day or the price of the whole quantity stands in the way."""
    failed = (State.MISSED, State.MARGINAL)
    return all(one["topic"] in _WHOLE for one in verdicts if one["level"] == HARD and one["state"] in failed)


def _obstacle(offer: Offer, factor: float | None, before: float | None) -> Obstacle | None:
    """A listing has one stock: two demands that count it in different units cannot share it."""
    if offer.price_fen is None:
        return Obstacle.PRICE
    if offer.stock is None and offer.monthly_capacity is None:
        return Obstacle.SUPPLY
    return Obstacle.UNIT if factor is None or factor != before else None


def _supply(offer: Offer, factor: float) -> shapes.Offer:
    """The listing's numbers in the unit asked for; less than a whole one is none."""
    return shapes.Offer(
        id=offer.listing_id, supplier_id=offer.supplier_id, stock=int((offer.stock or 0) / factor),
        monthly_capacity=int((offer.monthly_capacity or 0) / factor), lead_time_days=offer.lead_days,
        min_order=max(1, ceil(offer.min_order / factor)), region=offer.province,
    )  # fmt: skip


@dataclass(slots=True)
class Option:
    """One plan to choose from, and the steps between cheap and fast that lead to it."""

    steps: list[int]
    plan: Plan


def options_of(task: Task, terms: Terms, seconds: float = NEED_SECONDS) -> list[Option]:
    """The plans between cheapest and fastest, each once; the steps share the seconds. Every step is in one option."""
    found: list[Option] = []
    for step in range(len(STEPS)):
        plan = task.solve(replace(terms, step=step).limits(seconds / len(STEPS)))
        better = next((option for option in found if _no_worse(option.plan, plan, task)), None)
        if better:
            better.steps.append(step)
            continue
        worse = [option for option in found if _no_worse(plan, option.plan, task)]
        found = [option for option in found if option not in worse]
        found.append(Option(sorted([step, *(old for option in worse for old in option.steps)]), plan))
    return sorted(found, key=lambda option: option.steps)


def chosen(options: Sequence[Option], step: int) -> Option:
    """The option a step leads to."""
    return next(option for option in options if step in option.steps)


def _no_worse(one: Plan, other: Plan, task: Task) -> bool:
    mine, theirs = ((_missing(plan, task), plan.cost_fen, plan.slowest_days, plan.mean_days) for plan in (one, other))
    return all(a <= b for a, b in zip(mine, theirs, strict=True))


def _missing(plan: Plan, task: Task) -> int:
    return sum(short * task.demands[name].priority for name, short in plan.shortfall.items())


def if_it_could_wait(task: Task, terms: Terms, plan: Plan) -> Plan | None:
    """What the baseline gives when the day does not matter; None when that covers no more."""
    timed = [demand for demand in task.demands.values() if demand.days is not None]
    if not plan.shortfall or not timed:
        return None
    patient = [replace(demand, days=None) for demand in task.demands.values()]
    later = planning.greedy(patient, list(task.offers.values()), task.routes, terms.limits(1))
    return later if _missing(later, task) < _missing(plan, task) else None


@dataclass(frozen=True, slots=True)
class Part:
    """What a plan does for one demand, the `item` of its need at this place. `lines` come with the listing, the largest first."""

    demand: Demand
    need: Need
    item: int
    lines: list[tuple[Line, Entry]]
    short: int

    @property
    def covered(self) -> int:
        """Units that somebody delivers."""
        return self.demand.quantity - self.short

    @property
    def cost_fen(self) -> int:
        """For the goods."""
        return sum(line.cost_fen for line, _entry in self.lines)

    @property
    def slowest_days(self) -> int:
        """When the last unit is there; 0 without any."""
        return max((line.arrives_in_days for line, _entry in self.lines), default=0)

    @property
    def suppliers(self) -> int:
        """How many."""
        return len({line.supplier_id for line, _entry in self.lines})

    @property
    def open_share(self) -> float:
        """How much of it nobody delivers, 0 to 1."""
        return self.short / self.demand.quantity


def worth_asking(task: Task, plan: Plan, most: int = 8) -> list[Entry]:
    """Of what is the thing but misses something, the largest for demands that stay short: the buyer may know better."""
    found = {entry.row.listing_id: entry for entry in reversed(task.refused) if entry.demand_id in plan.shortfall}
    return sorted(
        found.values(), key=lambda one: (-(one.offer.stock or 0), -(one.offer.monthly_capacity or 0), one.row.id)
    )[:most]


def parts_of(task: Task, plan: Plan) -> list[Part]:
    """The plan demand by demand, in their order."""
    found = []
    for demand in task.demands.values():
        lines = [line for line in plan.lines if line.demand_id == demand.id]
        lines.sort(key=lambda line: (-line.quantity, line.offer_id))
        told = [(line, task.entries[demand.id, line.offer_id]) for line in lines]
        short = plan.shortfall.get(demand.id, 0)
        found.append(Part(demand, task.needs[demand.id], task.items[demand.id], told, short))
    return found


def invitable_suppliers(need_id: int) -> set[int]:
    """The suppliers in the newest runs of a need whom the buyer has not put aside: whom a plan can name."""
    dismissed = {id_ for id_, row in queries.choices_of(need_id).items() if row.choice == Choice.DISMISSED}
    rows = (row for run in queries.latest_runs(need_id).values() for row in queries.rows_of(run.id))
    return {row.supplier_id for row in rows if row.listing_id not in dismissed and may_deliver(row)}
