"""The internal rate against published examples and its own meaning."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.arrangements.calculators.internal_rate import (
    dated_rate,
    dated_worths,
    internal_rate,
    sign_changes,
    worths,
)
from marketplace.arrangements.errors import NoRate


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ([-100, 39, 59, 55, 20], 0.28095),  # numpy-financial, `irr`
        ([-100, 0, 0, 74], -0.0955),
        ([-100, 100, 0, -7], -0.0833),
        ([-100, 100, 0, 7], 0.06206),
        ([-50, 105, 10, -80, 10], 0.0886),
        ([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000], 0.0866),  # Excel, IRR
        ([-70_000, 12_000, 15_000, 18_000, 21_000], -0.0212),
    ],
)
def test_a_rate_differs_from_the_published_one(flows, rate):
    assert internal_rate(flows) == pytest.approx(rate, abs=5e-5)


def test_a_dated_rate_differs_from_the_published_one():
    """Excel, XIRR: 37.3362535 %."""
    flows = [
        (date(2008, 1, 1), -10_000), (date(2008, 3, 1), 2_750), (date(2008, 10, 30), 4_250),
        (date(2009, 2, 15), 3_250), (date(2009, 4, 1), 2_750),
    ]  # fmt: skip
    assert dated_rate(flows) == pytest.approx(0.373362535, abs=1e-8)
    assert dated_rate(flows[::-1]) == pytest.approx(dated_rate(flows))


@settings(max_examples=200, deadline=None)
@given(outlay=st.integers(10_000, 10**11), back=st.lists(st.integers(1, 10**11), min_size=1, max_size=60))
def test_flows_at_their_rate_are_worth_something(outlay, back):
    flows = [-outlay, *back]
    try:
        rate = internal_rate(flows)
    except NoRate:
        assert sum(back) > outlay * 100 or sum(back) < outlay / 99
        return
    worth = worths(rate, flows)
    assert abs(sum(worth)) <= 1e-6 * sum(map(abs, worth))
    days = [(date(2026, 1, 1) + timedelta(days=30 * n), flow) for n, flow in enumerate(flows)]
    try:
        yearly = dated_rate(days)
    except NoRate:
        return
    worth = dated_worths(yearly, days)
    assert abs(sum(worth)) <= 1e-6 * sum(map(abs, worth))


@pytest.mark.parametrize("flows", [[], [5], [0, 0], [100, 200], [-100, 0, -1]])
def test_flows_to_one_side_have_a_rate(flows):
    with pytest.raises(NoRate):
        internal_rate(flows)


def test_payments_of_one_day_have_a_yearly_rate():
    with pytest.raises(NoRate):
        dated_rate([(date(2026, 1, 1), -100), (date(2026, 1, 1), 110)])


def test_the_nearest_of_several_rates_is_not_given():
    assert internal_rate([-100, 230, -132]) == pytest.approx(0.1)  # 20 % fits as well
    assert sign_changes([-100, 0, 230, -132]) == 2


def test_waiting_for_the_first_payment_changes_the_rate():
    assert internal_rate([0] * 150 + [-100, 110]) == pytest.approx(0.1)


def test_a_rate_beyond_sense_breaks_the_page(browser):
    zeros = "0%0A" * 190
    for flows in (f"1%0A{zeros}10000%0A-1", f"{zeros}10000%0A-1", "0001-01-01+-5%0A9999-12-31+6", "-1%0A99999999999"):
        answer = browser().get(f"/tools/internal-rate?flows={flows}")
        assert answer.status_code == 422 and 'id="e-flows"' in answer.text
