"""The ramp of production, and the days on which consignments leave."""

import pytest

from marketplace.matching.sourcing import supply
from marketplace.matching.sourcing.shapes import Offer


@pytest.mark.parametrize(
    ("capacity", "lead", "day", "made"),
    [
        (30, 10, 9, 0),
        (30, 10, 10, 1),  # the first day's output, when the lead time just meets the date
        (30, 10, 39, 30),  # a month's capacity after a month of production
        (300, 0, 0, 10),
        (7, 0, 3, 0),  # a unit takes 30/7 days
        (7, 0, 4, 1),
        (0, 0, 300, 0),
        (30, None, 29, 0),  # an unstated lead time is taken for a month
        (30, None, 30, 1),
    ],
)
def test_production_has_other_units_ready_than_its_ramp_says(capacity, lead, day, made):
    assert supply.made_by(Offer(1, 1, 5, capacity, lead), day) == made


@pytest.mark.parametrize("capacity", [1, 7, 29, 30, 31, 1000])
def test_the_day_on_which_a_unit_is_made_is_not_the_first_by_which_it_is_ready(capacity):
    offer = Offer(1, 1, 0, capacity, 4)
    for units in range(1, 80):
        day = supply.day_made(offer, units)
        assert supply.made_by(offer, day) >= units > supply.made_by(offer, day - 1)


def test_stock_is_ready_before_today():
    assert supply.ready_by(Offer(1, 1, 5, 0, None), -1) == 0
    assert supply.ready_by(Offer(1, 1, 5, 0, None), 0) == 5


def test_production_of_an_unstated_lead_time_counts_towards_a_date():
    offer = Offer(1, 1, 5, 3000, None)
    assert supply.last_ready_day(offer, 60, 2) == 0
    assert supply.last_ready_day(offer, None, 2) == supply.HORIZON_DAYS - 2
    assert supply.last_ready_day(offer, 1, 2) == -1


def test_a_consignment_leaves_with_nothing_more_than_the_one_before():
    offer = Offer(1, 1, 5, 30, 10)
    assert supply.ready_days(offer, [4, 9, 12], 0) == [0, 12]
    assert supply.ready_days(offer, [4, 38], 4) == [0, 10, 17, 24, 31, 38]
    assert supply.ready_days(Offer(1, 1, 0, 30, 10), [20], 0) == [20]
