"""From what was taken to the plan that people read: lines with their days, why something is missing, what is proven."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.matching.sourcing import supply
from marketplace.matching.sourcing.problem import Problem
from marketplace.matching.sourcing.shapes import Demand, Line, Method, Note, NoteKind, Plan, Reason
from marketplace.matching.sourcing.taking import Taking


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found for one component: units, the bounds of shortage and weight, and why it is not closer to them."""

    taking: Taking
    shortage_bound: float
    bound: float
    method: Method
    reason: Reason


def assemble(demands: Sequence[Demand], outcomes: Sequence[Outcome], notes: Sequence[Note], seconds: float) -> Plan:
    """One plan of all components; `notes` are those that were made on the way there."""
    takings = [outcome.taking for outcome in outcomes]
    timed = sorted(
        (one for taking in takings for one in _lines(taking)), key=lambda one: (one[0].demand_id, one[0].offer_id)
    )
    lines = tuple(line for line, _days in timed)
    short = {demand.id: demand.quantity for demand in demands}
    for line in lines:
        short[line.demand_id] -= line.quantity
    short = {name: left for name, left in short.items() if left}
    asked = sum(demand.quantity * demand.priority for demand in demands)
    weighed, bound = sum(taking.weight for taking in takings), sum(outcome.bound for outcome in outcomes)
    missing = sum(max(0.0, outcome.taking.shortage - outcome.shortage_bound) for outcome in outcomes)
    found = [note for taking in takings for note in _short_notes(taking)]
    return Plan(
        lines=lines, shortfall=short, coverage=_coverage(demands, short), cost_fen=sum(line.cost_fen for line in lines),
        slowest_days=max((line.arrives_in_days for line in lines), default=0),
        mean_days=sum(days for _line, days in timed) / max(1, sum(line.quantity for line in lines)),
        weighed=weighed, bound=bound, gap=max(0.0, 1 - bound / weighed) if weighed else 0.0,
        shortfall_gap=missing / asked if asked else 0.0,
        method=_method(outcomes),
        reason=next((one.reason for one in outcomes if one.reason != Reason.NONE), Reason.NONE),
        notes=tuple(sorted([*notes, *found], key=lambda note: (note.demand_id, note.kind))), seconds=seconds,
    )  # fmt: skip


def _method(outcomes: Sequence[Outcome]) -> Method:
    searched = [outcome.method for outcome in outcomes if outcome.taking.problem.ways]
    return Method.EXACT if Method.EXACT in searched or not searched else Method.GREEDY


def _coverage(demands: Sequence[Demand], short: dict[str, int]) -> float:
    shares = [1 - short.get(demand.id, 0) / demand.quantity if demand.quantity else 1.0 for demand in demands]
    return sum(shares) / len(shares) if shares else 1.0


def _lines(taking: Taking) -> list[tuple[Line, float]]:
    """Each line with its unit-days. Of each offer, what must be ready first is given first: the stock, then as it is made."""
    problem = taking.problem
    by_offer: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, units in enumerate(taking.lines):
        if units:
            last = max(cell for cell in problem.cells_of_way[number] if taking.cells[cell])
            by_offer[problem.cells[last].offer].append((problem.cells[last].step, number, units))
    return [one for place, some in by_offer.items() for one in _served(problem, place, sorted(some))]


def _served(problem: Problem, place: int, some: list[tuple[int, int, int]]) -> list[tuple[Line, float]]:
    offer, made, lines = problem.offers[place], 0, []
    stock = offer.stock
    for _step, number, units in some:
        way = problem.ways[number]
        held = min(stock, units)
        stock, made = stock - held, made + units - held
        arrives = way.shipping + (supply.day_made(offer, made) if units > held else 0)
        line = Line(problem.demands[way.demand].id, offer.id, offer.supplier_id, held, units - held, arrives,
                    units * way.price, way.price)  # fmt: skip
        lines.append((line, held * way.shipping + (units - held) * arrives))
    return lines


def _short_notes(taking: Taking) -> list[Note]:
    return [
        Note(_why(taking, place), demand.id, taking.open[place])
        for place, demand in enumerate(taking.problem.demands)
        if taking.open[place]
    ]


def _why(taking: Taking, place: int) -> NoteKind:
    """What keeps a demand short: money, limits and minimum orders only where somebody still has units."""
    problem = taking.problem
    kinds = set(problem.blocked[place])
    for number in problem.ways_of_demand[place]:
        free = taking.available(problem.cells_of_way[number][-1])
        needed = max(1, problem.ways[number].least - taking.lines[number])
        if free < needed:
            continue
        if taking.open[place] < needed:
            kinds.add(NoteKind.MIN_ORDER)
        elif taking.within_limits(number) < needed:
            kinds.add(NoteKind.LIMITS)
        else:
            kinds.add(NoteKind.BUDGET)
    if problem.ways_of_demand[place]:
        kinds -= {NoteKind.TOO_LATE}
    order = (NoteKind.BUDGET, NoteKind.LIMITS, NoteKind.MIN_ORDER, NoteKind.TOO_LATE, NoteKind.NO_OFFER)
    return next((kind for kind in order if kind in kinds), NoteKind.SUPPLY)
