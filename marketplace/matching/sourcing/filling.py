"""The baseline: demand after demand takes what weighs least. Also fills what the solver's fractions leave open."""

from collections import Counter
from collections.abc import Sequence
from math import floor

from marketplace.matching.sourcing.problem import Problem
from marketplace.matching.sourcing.supply import HORIZON_DAYS
from marketplace.matching.sourcing.taking import Taking

ALMOST = 1e-3  # a solver's 0.99999 is a unit


def fill(problem: Problem, taking: Taking | None = None) -> Taking:
    """Fill the demands, the most urgent and earliest first, with the lightest cells that every limit still allows."""
    taking = taking or Taking(problem)
    for place in sorted(range(len(problem.demands)), key=lambda place: _turn(problem, place)):
        if taking.open[place]:
            _fill_demand(problem, taking, place)
    return taking


def settle(problem: Problem, wanted: Sequence[float]) -> Taking:
    """The whole units nearest below what a solver wants of each cell, lines under their minimum dropped, then filled.

    The largest lines come first: they matter most where only so many suppliers may be chosen.
    """
    taking = Taking(problem)
    totals = [sum(wanted[cell] for cell in cells) + ALMOST for cells in problem.cells_of_way]
    for number in sorted(range(len(totals)), key=lambda number: (-totals[number], number)):
        cells, total = problem.cells_of_way[number], floor(totals[number])
        if total < problem.ways[number].least:
            continue
        goals = {cell: floor(wanted[cell] + ALMOST) for cell in cells}
        goals[cells[-1]] += total - sum(goals.values())  # what the fractions add up to can wait
        taking.put(number, goals)
    return fill(problem, taking)


def _turn(problem: Problem, place: int) -> tuple[int, int, str]:
    demand = problem.demands[place]
    return -demand.priority, HORIZON_DAYS if demand.days is None else demand.days, demand.id


def _fill_demand(problem: Problem, taking: Taking, place: int) -> None:
    cells = [cell for number in problem.ways_of_demand[place] for cell in problem.cells_of_way[number]]
    begun = taking.of_demand(place)
    _pour(taking, place, sorted(cells, key=lambda cell: (problem.cells[cell].weight, cell)))
    if taking.open[place]:
        _make_room(problem, taking, place)
    if taking.open[place] and problem.limits.max_suppliers is not None:
        first, left = taking.of_demand(place), taking.open[place]
        taking.replace(place, begun)
        _pour(taking, place, _largest_supplier_first(problem, cells))
        if taking.open[place] >= left:
            taking.replace(place, first)


def _largest_supplier_first(problem: Problem, cells: list[int]) -> list[int]:
    """Few suppliers may be chosen: the ones first that can deliver most with all their listings."""
    way_of = {cell: problem.ways[problem.cells[cell].way] for cell in cells}
    reach: Counter[int] = Counter()
    for cell in cells:
        reach[way_of[cell].offer.supplier_id] += way_of[cell].most
    return sorted(cells, key=lambda cell: (-reach[way_of[cell].offer.supplier_id], problem.cells[cell].weight, cell))


def _pour(taking: Taking, place: int, cells: list[int]) -> None:
    for cell in cells:
        if not taking.open[place]:
            return
        taking.take(cell, taking.open[place])


def _make_room(problem: Problem, taking: Taking, place: int) -> None:
    """Shorten the heaviest lines so that another's minimum order fits into what is left open."""
    for number in problem.ways_of_demand[place]:
        least = problem.ways[number].least
        if taking.lines[number] or taking.open[place] >= least:
            continue
        before = taking.of_demand(place)
        _shorten(problem, taking, before, least - taking.open[place])
        if taking.open[place] == least and any(taking.take(cell, least) for cell in problem.cells_of_way[number]):
            return
        taking.replace(place, before)


def _shorten(problem: Problem, taking: Taking, cells: list[tuple[int, int]], units: int) -> None:
    """Give back so many units, the heaviest first, no line below its minimum."""
    for cell, taken in sorted(cells, key=lambda one: (-problem.cells[one[0]].weight, one[0])):
        number = problem.cells[cell].way
        back = min(units, taken, taking.lines[number] - problem.ways[number].least)
        if back > 0:
            taking.add(cell, -back)
            units -= back
