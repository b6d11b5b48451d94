"""One problem in numbers: demands, ways, the days on which consignments leave, and the limits that bind them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from marketplace.matching.sourcing import supply
from marketplace.matching.sourcing.shapes import Demand, Limits, NoteKind, Offer
from marketplace.matching.sourcing.ways import Way, share_of

STEPS = 4  # consignments of an offer besides those that its last days ask for
COST_ALONE = 0.95  # from this weight of the cost on, a way has two consignments only: the stock, and the latest


@dataclass(frozen=True, slots=True)
class Cell:
    """A consignment: units of a way that are ready by a certain day of its offer (`step`, an index of its days)."""

    way: int
    offer: int
    step: int
    weight: float


@dataclass(slots=True)
class Problem:
    """Demands that share offers. `days[o]` are an offer's days, `ready[o]` what it has ready by them, cumulatively.

    Units of the cells of an offer up to a step never exceed `ready` at that step: then, and only then, the units can be
    made in the order in which they must be ready, the stock first.
    """

    demands: list[Demand]
    ways: list[Way]
    limits: Limits
    blocked: list[frozenset[NoteKind]]
    offers: list[Offer] = field(default_factory=list)
    days: list[list[int]] = field(default_factory=list)
    ready: list[list[int]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    cells_of_way: list[list[int]] = field(default_factory=list)
    ways_of_demand: list[list[int]] = field(default_factory=list)
    supplier_cap: list[int] = field(default_factory=list)
    region_cap: list[int] = field(default_factory=list)


def build(
    demands: Sequence[Demand], ways: Sequence[Way], limits: Limits, blocked: Sequence[frozenset[NoteKind]]
) -> Problem:
    """The problem of these demands; the ways' `demand` are indexes of them, `blocked` says why other routes are no ways."""
    problem = Problem(list(demands), list(ways), limits, list(blocked))
    problem.supplier_cap = [share_of(demand.quantity, limits.max_supplier_share) for demand in demands]
    problem.region_cap = [share_of(demand.quantity, limits.max_region_share) for demand in demands]
    problem.ways_of_demand = [[] for _ in demands]
    by_offer: dict[int, list[int]] = defaultdict(list)
    for number, way in enumerate(ways):
        problem.ways_of_demand[way.demand].append(number)
        by_offer[way.offer.id].append(number)
    problem.cells_of_way = [[] for _ in ways]
    for offer_id in sorted(by_offer):
        _add_offer(problem, by_offer[offer_id])
    return problem


def _add_offer(problem: Problem, numbers: list[int]) -> None:
    offer, fine = problem.ways[numbers[0]].offer, problem.limits.cost_weight < COST_ALONE
    days = supply.ready_days(offer, [problem.ways[number].last_day for number in numbers], STEPS if fine else 0)
    place = len(problem.offers)
    problem.offers.append(offer)
    problem.days.append(days)
    problem.ready.append([supply.ready_by(offer, day) for day in days])
    for number in numbers:
        way = problem.ways[number]
        steps = list(range(bisect_right(days, way.last_day)))
        for step in steps if fine else sorted({steps[0], steps[-1]}):
            problem.cells_of_way[number].append(len(problem.cells))
            problem.cells.append(Cell(number, place, step, way.weight(days[step])))
