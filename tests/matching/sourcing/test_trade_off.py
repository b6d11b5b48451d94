"""The choice between cheap and fast."""

from dataclasses import replace

import pytest

from marketplace.matching.sourcing import planning
from marketplace.matching.sourcing.planning import plan, trade_off
from marketplace.matching.sourcing.shapes import Demand, Limits, Offer
from tests.matching.sourcing.test_planning import EXACT, crowd, road, stock, taken


def test_the_choice_between_cheap_and_fast_has_plans_that_another_beats():
    offers = [Offer(1, 1, 0, 300, 30), stock(2, 50), stock(3, 40)]
    routes = [road(1, 60, days=2), road(2, 100, days=9), road(3, 160, days=1)]
    found = trade_off([Demand("a", 40, 60)], offers, routes, EXACT)
    assert [taken(one) for one in found] == [{("a", 1): 40}, {("a", 2): 40}, {("a", 3): 40}]
    assert [one.cost_fen for one in found] == sorted(one.cost_fen for one in found)
    assert [one.slowest_days for one in found] == sorted((one.slowest_days for one in found), reverse=True)


@pytest.mark.parametrize("order", [(1.0, 0.5, 0.0), (0.0, 0.5, 1.0), (0.5, 1.0, 0.0)])
def test_a_plan_that_another_beats_stays_when_it_comes_early_or_late(monkeypatch, order):
    """The middle one costs more than the cheap one and is as late."""
    made = plan([Demand("a", 40, 60)], [stock(1, 50)], [road(1, 60)], EXACT)
    plans = {
        1.0: replace(made, cost_fen=100, slowest_days=9, mean_days=9.0),
        0.5: replace(made, cost_fen=150, slowest_days=9, mean_days=9.0),
        0.0: replace(made, cost_fen=200, slowest_days=2, mean_days=2.0),
    }
    monkeypatch.setattr(planning, "plan", lambda demands, offers, routes, limits: plans[limits.cost_weight])
    found = trade_off([Demand("a", 40, 60)], [], [], EXACT, weights=order)
    assert [(one.cost_fen, one.slowest_days) for one in found] == [(100, 9), (200, 2)]


def test_equal_plans_are_offered_twice():
    assert len(trade_off([Demand("a", 40, 60)], [stock(1, 50)], [road(1, 60)], EXACT)) == 1
    assert len(trade_off([], [], [], EXACT)) == 1
    assert trade_off([Demand("a", 40, 60)], [stock(1, 50)], [road(1, 60)], EXACT, weights=()) == []


def test_a_crowd_is_offered_a_plan_that_is_nowhere_better():
    demands, offers, routes = crowd(60, 2)
    found = trade_off(demands, offers, routes, Limits(0.3, seconds=30.0))
    marks = [(one.cost_fen, one.slowest_days, one.mean_days) for one in found]
    assert len(found) > 2
    assert not any(a != b and all(x <= y for x, y in zip(a, b, strict=True)) for a in marks for b in marks)
