"""A few demands of a large problem, with what the others leave them: small enough to be searched to the end."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from marketplace.matching.sourcing.problem import Problem
from marketplace.matching.sourcing.taking import Taking

WAYS = 600  # of a part, about


@dataclass(frozen=True, slots=True)
class Part:
    """A problem of its own, with the cells of the whole problem that its cells stand for, and what is taken of them."""

    problem: Problem
    places: list[int]
    cells: list[int]
    taking: Taking


def groups(problem: Problem) -> Iterator[list[int]]:
    """Places that share most offers, together; every place is in one group at least."""
    users: dict[int, list[int]] = defaultdict(list)
    for way in problem.ways:
        users[way.offer.id].append(way.demand)
    seen: set[int] = set()
    for centre in range(len(problem.demands)):
        if centre in seen or not problem.ways_of_demand[centre]:
            continue
        group, size, shared = [centre], len(problem.ways_of_demand[centre]), Counter[int]()
        while size < WAYS:
            for number in problem.ways_of_demand[group[-1]]:
                shared.update(users[problem.ways[number].offer.id])
            others = [(-count, place) for place, count in shared.items() if place not in group]
            if not others:
                break
            group.append(min(others)[1])
            size += len(problem.ways_of_demand[group[-1]])
        seen.update(group)
        yield sorted(group)


def part(taking: Taking, places: list[int]) -> Part:
    """These demands with all their ways, and of each offer what the other demands do not take."""
    whole = taking.problem
    own = {place: taking.of_demand(place) for place in places}
    for place in places:
        taking.replace(place, [])
    problem, cells = _cut(taking, places)
    for place, some in own.items():
        taking.replace(place, some)
    part_taking, number_of = Taking(problem), {cell: number for number, cell in enumerate(cells)}
    for some in own.values():
        for cell, units in some:
            part_taking.add(number_of[cell], units)
    return Part(replace(problem, limits=replace(whole.limits, gap=whole.limits.gap / 2)), places, cells, part_taking)


def put_back(taking: Taking, one: Part, better: Taking) -> None:
    """Take over what was found for a part."""
    for place in one.places:
        taking.replace(place, [])
    for cell, units in zip(one.cells, better.cells, strict=True):
        if units:
            taking.add(cell, units)


def _cut(taking: Taking, places: list[int]) -> tuple[Problem, list[int]]:
    """The part, while nothing is taken for it; and its cells as cells of the whole."""
    whole, cells, offers = taking.problem, [], {}
    numbers = [number for place in places for number in whole.ways_of_demand[place]]
    index = {place: number for number, place in enumerate(places)}
    part = Problem(
        [whole.demands[place] for place in places],
        [replace(whole.ways[number], demand=index[whole.ways[number].demand]) for number in numbers],
        whole.limits, [whole.blocked[place] for place in places],
        supplier_cap=[whole.supplier_cap[place] for place in places],
        region_cap=[whole.region_cap[place] for place in places],
        ways_of_demand=[[] for _ in places],
    )  # fmt: skip
    for number, old in enumerate(numbers):
        part.ways_of_demand[part.ways[number].demand].append(number)
        part.cells_of_way.append([])
        for cell in whole.cells_of_way[old]:
            one = whole.cells[cell]
            if one.offer not in offers:
                offers[one.offer] = len(part.offers)
                part.offers.append(whole.offers[one.offer])
                part.days.append(whole.days[one.offer])
                part.ready.append([min(taking.spare(one.offer)[step:]) for step in range(len(whole.days[one.offer]))])
            part.cells_of_way[number].append(len(cells))
            cells.append(cell)
            part.cells.append(replace(one, way=number, offer=offers[one.offer]))
    return part, cells
