"""Tiny worlds in which every possible plan can be tried: the solver must find the best of them."""

import random
from itertools import product

import pytest

from marketplace.matching.sourcing.checking import broken
from marketplace.matching.sourcing.planning import greedy, plan
from marketplace.matching.sourcing.shapes import Demand, Limits, Offer, Reason, Route

LIMITS = [
    Limits(gap=0.0),
    Limits(max_supplier_share=0.5, gap=0.0),
    Limits(max_suppliers=1, gap=0.0),
    Limits(max_supplier_share=0.7, max_suppliers=2, max_region_share=0.6, gap=0.0),
]


def tiny(seed: int, *, makes: bool):
    """One to three needs over two to four offers; prices are multiples of 100, so that waiting never outweighs one."""
    chance = random.Random(seed)
    days = chance.choices([2, 5, 8, 12, None], k=3)
    demands = [
        Demand(f"d{n}", chance.randint(1, 6), days[n], chance.choice([None, None, 700, 1200]), chance.choice([1, 1, 2]))
        for n in range(chance.randint(1, 3))
    ]
    offers = [
        Offer(
            n, chance.randint(0, 2), chance.randint(0, 4), chance.choice([0, 8, 15, 30]) if makes else 0,
            chance.choice([None, 0, 3, 6]), chance.choice([1, 1, 2, 3]), chance.choice(["", "沪", "粤"]),
        )
        for n in range(chance.randint(2, 4))
    ]  # fmt: skip
    routes = [
        Route(demand.id, offer.id, 100 * chance.randint(1, 5), 0.0, chance.randint(0, 3))
        for demand in demands for offer in offers if chance.random() < 0.8
    ]  # fmt: skip
    return demands, offers, routes[:7]


def on_time(offer: Offer, wanted: list[tuple[int, bool, int]]) -> bool:
    """Whether the units (last day, promised to a date, units) can all be ready, made day after day."""
    stock = offer.stock
    for last, dated, units in sorted(wanted):
        if offer.lead_time_days is None and dated:
            stock -= units
            if last < 0 or stock < 0:
                return False
    lead = 30 if offer.lead_time_days is None else offer.lead_time_days
    due = 0
    for last, dated, units in sorted(wanted):
        if offer.lead_time_days is None and dated:
            continue
        due += units
        thirtieths = sum(offer.monthly_capacity for day in range(lead, last + 1))
        if units and (last < 0 or due > stock + thirtieths // 30):
            return False
    return True


def possible(world, limits: Limits, units: tuple[int, ...]) -> bool:
    """Every limit from its definition."""
    demands, offers, routes = world
    by_id, need = {offer.id: offer for offer in offers}, {demand.id: demand for demand in demands}
    lines = [
        (need[route.demand_id], by_id[route.offer_id], route, n) for route, n in zip(routes, units, strict=True) if n
    ]
    if any(n < min(offer.min_order, demand.quantity) for demand, offer, _route, n in lines):
        return False
    for demand in demands:
        own = [(offer, route, n) for other, offer, route, n in lines if other is demand]
        if sum(n for *_, n in own) > demand.quantity:
            return False
        if (
            demand.budget_fen is not None
            and sum(route.unit_price_fen * n for _offer, route, n in own) > demand.budget_fen
        ):
            return False
        for share, key in ((limits.max_supplier_share, "supplier_id"), (limits.max_region_share, "region")):
            for value in {getattr(offer, key) for offer, *_ in own}:
                units_of = sum(n for offer, _route, n in own if getattr(offer, key) == value)
                if share is not None and units_of > max(1, int(share * demand.quantity + 1e-9)):
                    return False
        if limits.max_suppliers is not None and len({offer.supplier_id for offer, *_ in own}) > limits.max_suppliers:
            return False
    return all(
        on_time(offer, [
            ((365 if demand.days is None else demand.days) - route.shipping_days, demand.days is not None, n)
            for demand, other, route, n in lines if other is offer
        ])
        for offer in offers
    )  # fmt: skip


def all_plans(world, limits: Limits):
    """Every possible combination of units, as (missing by priority, cost, unit-days on the road)."""
    demands, _offers, routes = world
    need = {demand.id: demand for demand in demands}
    for units in product(*(range(need[route.demand_id].quantity + 1) for route in routes)):
        if possible(world, limits, units):
            some = list(zip(routes, units, strict=True))
            got = {name: sum(n for route, n in some if route.demand_id == name) for name in need}
            yield (
                sum((demand.quantity - got[demand.id]) * demand.priority for demand in demands),
                sum(route.unit_price_fen * n for route, n in some),
                units,
            )


def small_enough(world) -> bool:
    """Few enough combinations to try them all."""
    demands, _offers, routes = world
    need = {demand.id: demand.quantity + 1 for demand in demands}
    count = 1
    for route in routes:
        count *= need[route.demand_id]
    return count <= 6000


def missing(found, demands) -> int:
    """Missing units by priority."""
    return sum(found.shortfall.get(demand.id, 0) * demand.priority for demand in demands)


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("makes", [False, True])
def test_another_combination_is_cheaper_or_leaves_less_missing(limits, makes):
    tried = 0
    for seed in range(150):
        world = tiny(seed, makes=makes)
        if not small_enough(world):
            continue
        tried += 1
        found = plan(*world, limits)
        assert broken(found, *world, limits) == [], seed
        assert found.reason == Reason.NONE and found.shortfall_gap == 0.0, seed
        best = min(all_plans(world, limits))
        assert (missing(found, world[0]), found.cost_fen) == best[:2], seed
        baseline = greedy(*world, limits)
        assert broken(baseline, *world, limits) == [], seed
        assert (missing(baseline, world[0]), baseline.cost_fen) >= best[:2], seed
    assert tried > 50


@pytest.mark.parametrize("cost_weight", [0.0, 0.5])
def test_another_combination_of_cost_and_time_weighs_less(cost_weight):
    """From stock alone a unit arrives after its days on the road, and a day weighs a thirtieth of the median price."""
    limits = Limits(cost_weight=cost_weight, gap=0.0)
    weight, tried = max(0.02, cost_weight), 0
    for seed in range(150):
        world = demands, _offers, routes = tiny(seed, makes=False)
        if not small_enough(world):
            continue
        tried += 1
        found = plan(*world, limits)
        prices = {
            demand.id: sorted(route.unit_price_fen for route in routes if route.demand_id == demand.id)
            for demand in demands
        }
        middle = {name: some[(len(some) - 1) // 2] for name, some in prices.items() if some}
        importance = {demand.id: demand.priority for demand in demands}
        best = min(
            (short, sum(
                n * (weight * route.unit_price_fen
                     + (1 - weight) * importance[route.demand_id] * middle[route.demand_id] / 30 * route.shipping_days)
                for route, n in zip(routes, units, strict=True)
            ))
            for short, _cost, units in all_plans(world, limits)
        )  # fmt: skip
        assert missing(found, demands) == best[0], seed
        assert found.weighed == pytest.approx(best[1], rel=1e-5), seed
    assert tried > 50
