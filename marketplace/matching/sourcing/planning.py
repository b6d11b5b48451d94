"""The ways in: a plan for one need or a whole incident, the baseline alone, and the choice between cheap and fast."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from marketplace.matching.sourcing import ways as roads
from marketplace.matching.sourcing.assembling import Outcome, assemble
from marketplace.matching.sourcing.filling import fill
from marketplace.matching.sourcing.problem import Problem, build
from marketplace.matching.sourcing.shapes import Demand, Limits, Method, Note, Offer, Plan, Reason, Route
from marketplace.matching.sourcing.taking import Taking

WEIGHTS = (1.0, 0.75, 0.5, 0.25, 0.0)
Solve = Callable[[Problem, Taking, float], Outcome]


def plan(demands: Sequence[Demand], offers: Sequence[Offer], routes: Sequence[Route], limits: Limits) -> Plan:
    """The best combination within the limits: first as little missing as possible, then the weight of cost and time.

    Demands that share no offers are solved each for themselves, the small ones first; what they leave of the time goes to
    the others. Routes to demands or from offers that are not given are passed over. The same input gives the same plan
    unless the clock ended the search (`reason`). Raises: ValueError when a demand, an offer or a route is given twice.
    """
    begun = time.monotonic()
    problems, notes = _problems(demands, offers, routes, limits)
    outcomes = _search(problems, begun + limits.seconds)
    return assemble(demands, outcomes, notes, time.monotonic() - begun)


def greedy(demands: Sequence[Demand], offers: Sequence[Offer], routes: Sequence[Route], limits: Limits) -> Plan:
    """The baseline within the same limits: need after need, the most urgent first, takes what weighs least. Nothing is proven."""
    begun = time.monotonic()
    problems, notes = _problems(demands, offers, routes, limits)
    outcomes = [_unproven(fill(problem), Reason.ASKED) for problem in problems]
    found = assemble(demands, outcomes, notes, time.monotonic() - begun)
    return replace(found, method=Method.GREEDY, reason=Reason.ASKED)


def trade_off(
    demands: Sequence[Demand], offers: Sequence[Offer], routes: Sequence[Route], limits: Limits,
    weights: Sequence[float] = WEIGHTS,
) -> list[Plan]:  # fmt: skip
    """Plans from the cheapest to the fastest, one per weight of the cost; those that another one beats are left out.

    A plan is beaten when another leaves no more missing, costs no more and is no later, in its last and its mean arrival.
    The seconds of the limits are shared between the weights.
    """
    found: list[Plan] = []
    share = limits.seconds / max(1, len(weights))
    for weight in weights:
        one = plan(demands, offers, routes, replace(limits, cost_weight=weight, seconds=share))
        if not any(_beats(other, one, demands) for other in found):
            found = [other for other in found if not _beats(one, other, demands)] + [one]
    return sorted(found, key=lambda one: (_missing(one, demands), one.cost_fen, one.slowest_days))


def _beats(one: Plan, other: Plan, demands: Sequence[Demand]) -> bool:
    """Nowhere worse; equal plans beat each other, so the first one stays."""
    mine = (_missing(one, demands), one.cost_fen, one.slowest_days, one.mean_days)
    theirs = (_missing(other, demands), other.cost_fen, other.slowest_days, other.mean_days)
    return all(a <= b for a, b in zip(mine, theirs, strict=True))


def _missing(one: Plan, demands: Sequence[Demand]) -> int:
    return sum(one.shortfall.get(demand.id, 0) * demand.priority for demand in demands)


def _problems(
    demands: Sequence[Demand], offers: Sequence[Offer], routes: Sequence[Route], limits: Limits
) -> tuple[list[Problem], list[Note]]:
    _refuse_twice("demand", [demand.id for demand in demands])
    _refuse_twice("offer", [offer.id for offer in offers])
    _refuse_twice("route", [(route.demand_id, route.offer_id) for route in routes])
    known = {offer.id: offer for offer in offers}
    to: dict[str, list[Route]] = defaultdict(list)
    for route in routes:
        if route.offer_id in known:
            to[route.demand_id].append(route)
    wanted = sorted(demands, key=lambda demand: demand.id)
    usable = [roads.ways_of(place, demand, to[demand.id], known, limits) for place, demand in enumerate(wanted)]
    kept, notes = roads.best({place: some for place, (some, _) in enumerate(usable)}, wanted, limits)
    problems = []
    for places in roads.components(kept):
        index = {place: number for number, place in enumerate(places)}
        ways = [replace(way, demand=index[place]) for place in places for way in kept[place]]
        blocked = [usable[place][1] for place in places]
        problems.append(build([wanted[place] for place in places], ways, limits, blocked))
    return problems, notes


def _refuse_twice(what: str, keys: Sequence[object]) -> None:
    if len(set(keys)) < len(keys):
        raise ValueError(f"a {what} is given twice")


def _search(problems: Sequence[Problem], until: float) -> list[Outcome]:
    """Every component with its share of the time by its number of ways; those that needed more share what is left."""
    solve = _solver() if any(problem.ways for problem in problems) else None
    outcomes = [_unproven(fill(problem), Reason.TIME if solve else Reason.SOLVER) for problem in problems]
    for _ in range(2):
        todo = [place for place, outcome in enumerate(outcomes) if outcome.reason == Reason.TIME]
        ahead = sum(len(problems[place].ways) for place in todo)
        for place in todo:
            left, size = until - time.monotonic(), len(problems[place].ways)
            if left > 0:
                outcomes[place] = _sharper(
                    outcomes[place], solve(problems[place], outcomes[place].taking, left * size / ahead)
                )
            ahead -= size
    return outcomes


def _sharper(before: Outcome, after: Outcome) -> Outcome:
    """The later outcome, which began with the units of the earlier, with the better bounds of both."""
    return replace(
        after,
        shortage_bound=max(before.shortage_bound, after.shortage_bound),
        bound=max(before.bound, after.bound),
        method=Method.EXACT if Method.EXACT in (before.method, after.method) else Method.GREEDY,
    )


def _solver() -> Solve | None:
    """The search, loaded when the first plan is asked for: HiGHS costs half a second. None when it is not installed."""
    try:
        from marketplace.matching.sourcing.solving import solve
    except ImportError:
        return None
    return solve


def _unproven(taking: Taking, reason: Reason) -> Outcome:
    """The baseline; where there is no way at all, nothing is left to prove."""
    if not taking.problem.ways:
        return Outcome(taking, taking.shortage, 0.0, Method.EXACT, Reason.NONE)
    return Outcome(taking, 0.0, 0.0, Method.GREEDY, reason)
