"""What only large problems use: parts of them, suppliers chosen by dives, and a shortage told to one in ten thousand."""

from dataclasses import replace

import pytest

from benchmarks.sourcing import invented
from marketplace.matching.sourcing import parts, planning, solving
from marketplace.matching.sourcing.checking import broken
from marketplace.matching.sourcing.filling import fill
from marketplace.matching.sourcing.planning import greedy, plan
from marketplace.matching.sourcing.shapes import Limits


@pytest.fixture
def soon_large(monkeypatch):
    """What a hundred ways are is large already."""
    monkeypatch.setattr(solving, "LARGE", 100)
    monkeypatch.setattr(parts, "WAYS", 60)


def problem_of(world, limits):
    """The one component of a knotted world."""
    [problem], _notes = planning._problems(world.demands, world.offers, world.routes, limits)
    return problem


@pytest.mark.parametrize("limits", [Limits(0.4), Limits(0.4, cost_weight=0.3), Limits(0.4, 4, 0.6, 0.5)])
def test_a_large_plan_breaks_a_limit_or_is_worse_than_the_baseline(soon_large, limits):
    for seed in range(2):
        world = invented(seed, 12, 150, 3, neighbours=0.1)
        limits = replace(limits, gap=0.001, seconds=1.5)
        found, baseline = (make(world.demands, world.offers, world.routes, limits) for make in (plan, greedy))
        assert broken(found, world.demands, world.offers, world.routes, limits) == []
        missing = [
            sum(one.shortfall.get(need.id, 0) * need.priority for need in world.demands) for one in (found, baseline)
        ]
        assert missing[0] <= missing[1]
        assert missing[0] < missing[1] or found.weighed <= baseline.weighed
        assert found.bound <= found.weighed * (1 + 1e-9)


def test_the_bound_of_a_large_plan_is_above_what_the_whole_search_finds(soon_large, monkeypatch):
    world = invented(5, 8, 90, 2, neighbours=0.1)
    limits = Limits(0.4, cost_weight=0.5, gap=0.0, seconds=4.0)
    in_parts = plan(world.demands, world.offers, world.routes, limits)
    monkeypatch.setattr(solving, "LARGE", 10**9)
    whole = plan(world.demands, world.offers, world.routes, replace(limits, seconds=30.0))
    assert in_parts.shortfall_gap == whole.shortfall_gap == 0.0
    assert in_parts.bound <= whole.weighed * (1 + 1e-6)
    assert in_parts.weighed <= whole.weighed * 1.03


def test_a_need_is_in_no_part(soon_large):
    problem = problem_of(invented(2, 12, 150, 3, neighbours=0.2), Limits(0.4))
    groups = list(parts.groups(problem))
    assert len(groups) > 2
    assert {place for group in groups for place in group} == set(range(12))


def test_taking_a_part_out_and_putting_it_back_changes_something(soon_large):
    problem = problem_of(invented(2, 12, 150, 3, neighbours=0.2), Limits(0.4, cost_weight=0.5))
    taking = fill(problem)
    before = list(taking.cells), list(taking.open), taking.weight
    for places in parts.groups(problem):
        one = parts.part(taking, places)
        assert one.taking.open == [taking.open[place] for place in places]
        parts.put_back(taking, one, one.taking)
    assert (list(taking.cells), list(taking.open), taking.weight) == before
    assert all(units >= 0 for place in range(len(problem.offers)) for units in taking.spare(place))


def test_what_others_take_is_offered_to_a_part(soon_large):
    problem = problem_of(invented(2, 12, 150, 3, neighbours=0.2), Limits(0.4, cost_weight=0.5))
    taking = fill(problem)
    for places in parts.groups(problem):
        one = parts.part(taking, places)
        parts.put_back(taking, one, fill(one.problem))
        assert all(units >= 0 for place in range(len(problem.offers)) for units in taking.spare(place))
