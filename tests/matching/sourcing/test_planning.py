"""Plans whose best answer one can work out by hand, each limit for itself, and what a plan says about itself."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest

from marketplace.matching.sourcing import planning
from marketplace.matching.sourcing.checking import broken
from marketplace.matching.sourcing.planning import greedy, plan
from marketplace.matching.sourcing.shapes import Demand, Limits, Method, NoteKind, Offer, Reason, Route

EXACT = Limits(gap=0.0)
BOTH = pytest.mark.parametrize("make", [plan, greedy])


def stock(number: int, units: int, **more) -> Offer:
    """An offer of its own supplier that has so many in stock and makes nothing."""
    return Offer(
        **({"id": number, "supplier_id": number, "stock": units, "monthly_capacity": 0, "lead_time_days": None} | more)
    )


def road(number: int, price: int, to: str = "a", days: int = 1, km: float = 0.0) -> Route:
    """A route to demand "a"."""
    return Route(to, number, price, km, days)


def taken(found) -> dict[tuple[str, int], int]:
    """Units by demand and offer."""
    return {(line.demand_id, line.offer_id): line.quantity for line in found.lines}


def sound(make, *world_and_limits):
    """The plan, after every limit was looked at anew."""
    found = make(*world_and_limits)
    assert broken(found, *world_and_limits) == []
    return found


@BOTH
def test_a_need_that_no_single_supplier_fills_stays_short(make):
    offers = [stock(1, 60), stock(2, 50), stock(3, 50)]
    found = sound(make, [Demand("a", 100, 10)], offers, [road(1, 300), road(2, 100), road(3, 200)], EXACT)
    assert taken(found) == {("a", 2): 50, ("a", 3): 50}
    assert (found.cost_fen, found.coverage, found.shortfall, found.slowest_days) == (15_000, 1.0, {}, 1)


@BOTH
def test_a_plan_takes_more_from_an_offer_than_it_can_deliver(make):
    offers = [Offer(1, 1, 5, 30, 10)]
    found = sound(make, [Demand("a", 100, 20)], offers, [road(1, 100, days=2)], EXACT)
    [line] = found.lines
    assert (line.from_stock, line.from_production, line.arrives_in_days) == (
        5,
        9,
        20,
    )  # day 10 to 18, two days on the road
    assert found.shortfall == {"a": 86}
    assert [(note.kind, note.count) for note in found.notes] == [(NoteKind.SUPPLY, 86)]


@BOTH
def test_what_is_made_arrives_later_than_on_the_day_it_is_ready(make):
    found = sound(make, [Demand("a", 8, 60)], [Offer(1, 1, 5, 30, 10)], [road(1, 100, days=2)], EXACT)
    assert found.lines[0].arrives_in_days == 14  # the third unit is made on day 12
    assert found.mean_days == pytest.approx((5 * 2 + 3 * 14) / 8)


@BOTH
def test_production_without_a_lead_time_is_promised_for_a_date(make):
    offers = [Offer(1, 1, 5, 3000, None)]
    assert sound(make, [Demand("a", 10, 300)], offers, [road(1, 100)], EXACT).shortfall == {"a": 5}
    assert sound(make, [Demand("a", 10, None)], offers, [road(1, 100)], EXACT).shortfall == {}


@BOTH
def test_two_needs_take_the_same_units(make):
    demands = [Demand("a", 8, 10), Demand("b", 8, 10)]
    found = sound(make, demands, [stock(1, 10)], [road(1, 100), road(1, 100, "b")], EXACT)
    assert sum(found.shortfall.values()) == 6


@BOTH
def test_an_early_need_does_not_eat_into_what_a_later_one_could_have(make):
    """One unit a day from day 0: by day 9 ten are made, by day 19 twenty."""
    demands = [Demand("early", 10, 9), Demand("late", 15, 19)]
    found = sound(make, demands, [Offer(1, 1, 0, 30, 0)], [road(1, 1, "early", 0), road(1, 1, "late", 0)], EXACT)
    assert taken(found) == {("early", 1): 10, ("late", 1): 10}
    assert [line.arrives_in_days for line in found.lines] == [9, 19]


@pytest.mark.parametrize("many", [10, 10**13 + 10])
def test_a_late_need_takes_what_only_an_early_one_can_use(many):
    """The greedy baseline gives the urgent-looking need the stock; the plan lets it wait for its own production."""
    demands = [Demand("first", many, 30, priority=2), Demand("soon", many, 2)]
    offers = [stock(1, many, min_order=many // 2), Offer(2, 2, 0, 30 * many, 5)]
    routes = [road(1, 100, "first"), road(2, 101, "first"), road(1, 100, "soon")]
    assert sound(greedy, demands, offers, routes, EXACT).shortfall == {"soon": many}
    assert sound(plan, demands, offers, routes, EXACT).shortfall == {}


@BOTH
def test_the_missing_units_are_those_of_the_more_important_need(make):
    demands = [Demand("a", 8, 10), Demand("b", 8, 10, priority=2)]
    found = sound(make, demands, [stock(1, 10)], [road(1, 1), road(1, 999, "b")], EXACT)
    assert found.shortfall == {"a": 6}


@BOTH
def test_a_line_is_smaller_than_the_minimum_order(make):
    offers = [stock(1, 90), stock(2, 50, min_order=20), stock(3, 50)]
    routes = [road(1, 100), road(2, 200), road(3, 900)]
    found = sound(make, [Demand("a", 100, 10)], offers, routes, EXACT)
    if make is plan:
        assert taken(found) == {("a", 1): 80, ("a", 2): 20}
    assert sound(make, [Demand("a", 100, 10)], offers[:2], routes[:2], EXACT).shortfall == {}  # the baseline makes room


@BOTH
def test_a_small_need_is_refused_for_the_minimum_order(make):
    assert taken(sound(make, [Demand("a", 3, 10)], [stock(1, 9, min_order=5)], [road(1, 1)], EXACT)) == {("a", 1): 3}


@BOTH
def test_what_is_left_below_every_minimum_order_has_another_reason(make):
    offers = [stock(1, 99), stock(2, 1000, min_order=100)]
    found = sound(make, [Demand("a", 150, 10)], offers, [road(1, 1), road(2, 9)], EXACT)
    assert found.shortfall == {}
    offers = [stock(1, 50, min_order=50), stock(2, 1000, min_order=60)]
    found = sound(make, [Demand("a", 100, 10)], offers, [road(1, 1), road(2, 9)], EXACT)
    if make is plan:
        assert taken(found) == {("a", 2): 100}
    else:
        assert [note.kind for note in found.notes] == [NoteKind.MIN_ORDER]


@BOTH
def test_a_suppliers_share_is_counted_per_listing(make):
    offers = [stock(1, 90, supplier_id=7), stock(2, 90, supplier_id=7), stock(3, 90)]
    limits = replace(EXACT, max_supplier_share=0.6)
    found = sound(make, [Demand("a", 100, 10)], offers, [road(1, 1), road(2, 2), road(3, 9)], limits)
    assert taken(found) == {("a", 1): 60, ("a", 3): 40}
    found = sound(make, [Demand("a", 100, 10)], offers[:2], [road(1, 1), road(2, 2)], limits)
    assert found.shortfall == {"a": 40}
    assert [note.kind for note in found.notes] == [NoteKind.LIMITS]


@BOTH
def test_a_share_leaves_no_room_for_a_single_unit(make):
    limits = replace(EXACT, max_supplier_share=0.4)
    assert sound(make, [Demand("a", 1, 10)], [stock(1, 9)], [road(1, 1)], limits).shortfall == {}


@BOTH
def test_a_share_is_off_by_the_error_of_a_float(make):
    limits = replace(EXACT, max_supplier_share=0.29)
    assert sound(make, [Demand("a", 100, 10)], [stock(1, 100)], [road(1, 1)], limits).shortfall == {"a": 71}


@BOTH
def test_a_region_delivers_more_than_its_share(make):
    offers = [stock(1, 90, region="江苏"), stock(2, 90, region="江苏"), stock(3, 90, region="")]
    limits = replace(EXACT, max_region_share=0.5)
    found = sound(make, [Demand("a", 100, 10)], offers, [road(1, 1), road(2, 2), road(3, 9)], limits)
    assert taken(found) == {("a", 1): 50, ("a", 3): 50}


@BOTH
def test_more_suppliers_are_chosen_than_allowed(make):
    offers = [stock(1, 10), stock(2, 10), stock(3, 50), stock(4, 60)]
    routes = [road(1, 1), road(2, 2), road(3, 30), road(4, 40)]
    found = sound(make, [Demand("a", 100, 10)], offers, routes, replace(EXACT, max_suppliers=2))
    assert taken(found) == {("a", 3): 50, ("a", 4): 50} or make is greedy
    assert found.shortfall == {}


@BOTH
def test_two_listings_of_a_supplier_count_as_two_suppliers(make):
    offers = [stock(1, 50, supplier_id=7), stock(2, 50, supplier_id=7), stock(3, 60)]
    routes = [road(1, 20), road(2, 20), road(3, 1)]
    found = sound(make, [Demand("a", 100, 10)], offers, routes, replace(EXACT, max_suppliers=1))
    assert taken(found) == {("a", 1): 50, ("a", 2): 50}


@BOTH
def test_a_budget_is_overspent_and_nobody_says_so(make):
    demand = Demand("a", 100, 10, budget_fen=7_000)
    found = sound(make, [demand], [stock(1, 50), stock(2, 90)], [road(1, 50), road(2, 150)], EXACT)
    assert taken(found) == {("a", 1): 50, ("a", 2): 30}
    assert [(note.kind, note.demand_id, note.count) for note in found.notes] == [(NoteKind.BUDGET, "a", 20)]


@BOTH
def test_a_budget_below_every_minimum_order_has_another_reason(make):
    demand = Demand("a", 100, 10, budget_fen=700)
    found = sound(make, [demand], [stock(1, 50, min_order=20)], [road(1, 50)], EXACT)
    assert (found.lines, [note.kind for note in found.notes]) == ((), [NoteKind.BUDGET])


def test_the_baseline_spends_a_budget_better():
    """Fast and dear first leaves the baseline without money; the plan delivers all of it."""
    demand = Demand("a", 10, 30, budget_fen=1_000)
    offers, routes = [stock(1, 10), stock(2, 10)], [road(1, 200, days=1), road(2, 100, days=29)]
    limits = replace(EXACT, cost_weight=0.0)
    assert sound(greedy, [demand], offers, routes, limits).shortfall == {"a": 5}
    assert taken(sound(plan, [demand], offers, routes, limits)) == {("a", 2): 10}


@BOTH
def test_something_arrives_after_its_day(make):
    found = sound(
        make, [Demand("a", 5, 3)], [stock(1, 9), stock(2, 9)], [road(1, 1, days=4), road(2, 9, days=3)], EXACT
    )
    assert taken(found) == {("a", 2): 5}
    found = sound(make, [Demand("a", 5, 3)], [stock(1, 9)], [road(1, 1, days=4)], EXACT)
    assert (found.shortfall, [note.kind for note in found.notes]) == ({"a": 5}, [NoteKind.TOO_LATE])


@BOTH
def test_a_distance_weighs_nothing(make):
    found = sound(make, [Demand("a", 5, 9)], [stock(1, 9), stock(2, 9)], [road(1, 100, km=2000.0), road(2, 101)], EXACT)
    assert taken(found) == {("a", 2): 5}
    assert found.cost_fen == 505  # the freight is weighed, not charged


@BOTH
@pytest.mark.parametrize(
    ("demands", "offers", "routes"),
    [
        ([], [], []),
        ([Demand("a", 5, 3)], [], []),
        ([Demand("a", 5, 3)], [], [road(1, 1)]),
        ([], [stock(1, 5)], [road(1, 1)]),
        ([Demand("a", 5, 0)], [stock(1, 5)], []),
        ([Demand("a", 5, 3)], [stock(1, 0, min_order=0)], [road(1, 1)]),
    ],
)
def test_nothing_to_plan_with_is_an_error(make, demands, offers, routes):
    found = make(demands, offers, routes, EXACT)
    assert (found.lines, found.shortfall) == ((), {demand.id: 5 for demand in demands})
    assert (found.coverage, found.gap, found.shortfall_gap) == (0.0 if demands else 1.0, 0.0, 0.0)
    assert [note.count for note in found.notes] == [5 for _ in demands]


@BOTH
def test_a_need_for_nothing_is_short(make):
    found = sound(make, [Demand("a", 0, 3)], [stock(1, 5)], [road(1, 1)], EXACT)
    assert (found.lines, found.shortfall, found.coverage) == ((), {}, 1.0)


@pytest.mark.parametrize(
    "world",
    [
        ([Demand("a", 1, 1), Demand("a", 2, 2)], [], []),
        ([], [stock(1, 1), stock(1, 2)], []),
        ([Demand("a", 1, 1)], [stock(1, 1)], [road(1, 1), road(1, 2)]),
    ],
)
def test_the_same_thing_is_given_twice_and_taken(world):
    with pytest.raises(ValueError, match="twice"):
        plan(*world, EXACT)


@BOTH
def test_huge_numbers_lose_units(make):
    many, price = 10**15 + 7, 10**12 + 1
    offers = [stock(1, many // 3, min_order=1000), Offer(2, 2, 5, 10**16, 0), stock(3, many // 2, min_order=10**9)]
    found = sound(
        make, [Demand("a", many, 90)], offers, [road(1, price), road(2, price + 9), road(3, price // 2)], Limits()
    )
    assert found.shortfall == {}
    assert found.cost_fen == sum(line.quantity * line.unit_price_fen for line in found.lines)
    assert taken(found)["a", 3] == many // 2
    assert math.isfinite(found.gap)


@BOTH
def test_free_goods_break_a_budget_of_nothing(make):
    found = sound(make, [Demand("a", 5, 9, budget_fen=0)], [stock(1, 3), stock(2, 9)], [road(1, 0), road(2, 1)], EXACT)
    assert taken(found) == {("a", 1): 3}


def crowd(offers: int = 60, needs: int = 4):
    """An incident that takes some thought: minimum orders, several days, shared stock."""
    demands = [Demand(f"n{n}", 90 + 13 * n, 10 + 7 * n, priority=1 + n % 2) for n in range(needs)]
    made = [
        Offer(i, i // 2, 7 * i % 31, 40 * (i % 4), 3 + i % 40, 1 + 9 * (i % 3), "京沪粤"[i % 3]) for i in range(offers)
    ]
    routes = [
        Route(demand.id, offer.id, 1000 + 37 * offer.id % 600 + 11 * n, 10.0 * offer.id, 1 + offer.id % 5)
        for n, demand in enumerate(demands)
        for offer in made
        if (offer.id + n) % 3
    ]
    return demands, made, routes


@pytest.mark.parametrize("limits", [Limits(), Limits(0.2, 7, 0.6, 0.5), Limits(cost_weight=0.0)])
def test_the_same_input_in_another_order_gives_another_plan(limits):
    demands, offers, routes = crowd()
    limits = replace(limits, seconds=60.0)
    first = sound(plan, demands, offers, routes, limits)
    assert first == plan(demands, offers, routes, limits)
    again = plan(demands[::-1], offers[::-1], routes[::-1], limits)
    assert (again.lines, again.shortfall) == (first.lines, first.shortfall)


def test_a_plan_without_time_hides_that_it_is_the_baseline():
    demands, offers, routes = crowd()
    found = sound(plan, demands, offers, routes, Limits(seconds=0.0))
    assert (found.method, found.reason) == (Method.GREEDY, Reason.TIME)
    assert found.lines == greedy(demands, offers, routes, Limits()).lines
    assert (found.bound, found.gap) == (0.0, 1.0)


def test_a_plan_without_a_solver_is_an_error(monkeypatch):
    demands, offers, routes = crowd()
    monkeypatch.setattr(planning, "_solver", lambda: None)
    found = sound(plan, demands, offers, routes, Limits())
    assert (found.method, found.reason) == (Method.GREEDY, Reason.SOLVER)
    assert found.lines == greedy(demands, offers, routes, Limits()).lines


@pytest.mark.parametrize(("offers", "needs"), [(300, 8), (600, 12)])
def test_the_search_goes_on_long_after_its_time(offers, needs):
    demands, offers, routes = crowd(offers, needs)
    found = sound(plan, demands, offers, routes, Limits(0.2, 6, 0.5, 0.5, gap=0.0, seconds=1.0))
    assert found.seconds < 4.0  # a busy machine
    assert found.reason == Reason.TIME and 0 < found.gap <= 1


def test_a_plan_is_worse_than_the_baseline_or_its_own_gap():
    demands, offers, routes = crowd()
    for limits in (Limits(gap=0.001), Limits(0.2, 9, 0.6, 0.5, gap=0.001), Limits(cost_weight=0.0, gap=0.001)):
        found, baseline = (
            sound(make, demands, offers, routes, replace(limits, seconds=60.0)) for make in (plan, greedy)
        )
        assert found.reason == Reason.NONE and found.gap <= 0.001 and found.shortfall_gap == 0.0
        missing = [sum(one.shortfall.get(need.id, 0) * need.priority for need in demands) for one in (found, baseline)]
        assert (missing[0], found.weighed) <= (missing[1], baseline.weighed)
        assert found.bound <= found.weighed * (1 + 1e-9)


def test_needs_that_share_nothing_are_planned_otherwise_than_alone():
    demands, offers, routes = crowd(60, 2)
    apart = [
        Route("z", 1000 + route.offer_id, route.unit_price_fen, 5.0, 2) for route in routes if route.demand_id == "n0"
    ]
    others = [replace(offer, id=1000 + offer.id, supplier_id=1000 + offer.supplier_id) for offer in offers]
    limits = Limits(0.3, gap=0.0, seconds=60.0)
    alone = plan(demands, offers, routes, limits), plan([Demand("z", 80, 30)], others, apart, limits)
    found = sound(plan, [*demands, Demand("z", 80, 30)], [*offers, *others], [*routes, *apart], limits)
    assert found.lines == alone[0].lines + alone[1].lines
    assert found.bound == pytest.approx(alone[0].bound + alone[1].bound)


def test_too_many_routes_are_all_searched_in_silence():
    offers = [stock(number, 1) for number in range(1, 4001)]
    routes = [road(number, 1000 + number) for number in range(1, 4001)]
    found = sound(plan, [Demand("a", 500, 10)], offers, routes, EXACT)
    assert max(line.offer_id for line in found.lines) == 500
    [note] = found.notes
    assert note.kind == NoteKind.SET_ASIDE and 2000 <= note.count <= 3000
    assert sound(plan, [Demand("a", 3900, 10)], offers, routes, EXACT).shortfall == {}


def test_the_solver_is_loaded_with_the_module_or_talks():
    ask = (
        "import sys; from marketplace.matching.sourcing import planning, checking; from marketplace.matching.sourcing.shapes import *;"
        "assert not {'highspy', 'numpy'} & set(sys.modules);"
        "planning.plan([Demand('a', 5, 9)], [Offer(1, 1, 9, 0, None, 3)], [Route('a', 1, 5, 1.0, 1)], Limits());"
        "assert 'highspy' in sys.modules"
    )
    ran = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
