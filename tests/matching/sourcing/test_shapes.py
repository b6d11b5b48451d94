"""Shapes refuse what cannot be."""

import pytest

from marketplace.matching.sourcing.shapes import Demand, Limits, Offer, Route

NAN, ENDLESS = float("nan"), float("inf")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Demand("a", -1, 5),
        lambda: Demand("a", NAN, 5),
        lambda: Demand("a", 1.5, 5),
        lambda: Demand("a", 1, -1),
        lambda: Demand("a", 1, NAN),
        lambda: Demand("a", 1, 1, budget_fen=-1),
        lambda: Demand("a", 1, 1, priority=0),
        lambda: Offer(1, 1, -1, 0, None),
        lambda: Offer(1, 1, 0, -1, None),
        lambda: Offer(1, 1, NAN, 0, None),
        lambda: Offer(1, 1, 0, 0, -3),
        lambda: Offer(1, 1, 0, 0, 3, min_order=-1),
        lambda: Route("a", 1, -1, 0.0, 0),
        lambda: Route("a", 1, NAN, 0.0, 0),
        lambda: Route("a", 1, 1, NAN, 0),
        lambda: Route("a", 1, 1, -2.0, 0),
        lambda: Route("a", 1, 1, ENDLESS, 0),
        lambda: Route("a", 1, 1, 0.0, -1),
        lambda: Route("a", 1, 1, 0.0, 0, score=NAN),
        lambda: Route("a", 1, 1, 0.0, 0, score=1.1),
        lambda: Limits(max_supplier_share=0.0),
        lambda: Limits(max_supplier_share=NAN),
        lambda: Limits(max_region_share=1.2),
        lambda: Limits(max_suppliers=0),
        lambda: Limits(cost_weight=1.01),
        lambda: Limits(cost_weight=NAN),
        lambda: Limits(gap=-0.1),
        lambda: Limits(gap=NAN),
        lambda: Limits(seconds=-1.0),
        lambda: Limits(seconds=ENDLESS),
    ],
)
def test_a_value_that_cannot_be_is_taken(make):
    with pytest.raises(ValueError, match="must be"):
        make()


def test_a_value_that_can_be_is_refused():
    Demand("a", 0, None), Offer(1, 1, 0, 0, None, 0), Route("a", 1, 0, None, 0, 0.0), Limits(1.0, 1, 1.0, 0.0, 0.0, 0.0)
