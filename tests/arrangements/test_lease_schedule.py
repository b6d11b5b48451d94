"""The lease schedule against published examples, an exact reference and its own sums."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketplace.arrangements.calculators.lease_schedule import Lease, lease_schedule
from marketplace.arrangements.errors import TooSmallToSpread

START = date(2026, 1, 31)


def lease(financed, rate, periods, residual=0, timing="arrears", every=1, day_count="30/360"):
    return Lease(financed, Decimal(rate), periods, every, residual, timing, START, day_count)


@pytest.mark.parametrize(
    ("asked", "rent"),
    [
        (lease(20_000_000, "7.5", 180), 185_402),  # numpy-financial, `pmt`: 200,000 at 7.5 % over 15 years, 1,854.02
        (lease(1_000_000, "8", 10), 103_703),  # Excel, PMT(8%/12, 10, 10000) = 1,037.03
        (lease(1_000_000, "8", 10, timing="advance"), 103_016),  # Excel, PMT(8%/12, 10, 10000, 0, 1) = 1,030.16
    ],
)
def test_a_level_rent_differs_from_the_published_one(asked, rent):
    assert lease_schedule(asked)[0].rent_fen == rent


def test_a_residual_lowers_the_rent_by_another_sum_than_its_sinking_fund():
    """Excel: PMT(6%/12, 18×12, 0, 50000) = 129.08."""
    whole, less = (lease_schedule(lease(20_000_000, "6", 216, f))[0].rent_fen for f in (0, 5_000_000))
    assert abs(whole - less - 12_908) <= 1


def test_the_rows_differ_from_the_published_table():
    """numpy-financial, `ipmt`: 2,500 at 8.24 % over 12 months; principal, interest, balance."""
    published = [
        (20058, 1717, 229942), (20196, 1579, 209746), (20335, 1440, 189411), (20474, 1301, 168937),
        (20615, 1160, 148322), (20756, 1018, 127566), (20899, 876, 106667), (21042, 732, 85625),
        (21187, 588, 64438), (21332, 442, 43105), (21479, 296, 21626), (21626, 149, 0),
    ]  # fmt: skip
    for row, (principal, interest, balance) in zip(lease_schedule(lease(250_000, "8.24", 12)), published, strict=True):
        assert abs(row.principal_fen - principal) <= 2 and abs(row.interest_fen - interest) <= 1
        assert abs(row.balance_fen - balance) <= 2


TERMS = st.builds(
    lease,
    financed=st.integers(1_000_000, 10**12),
    rate=st.decimals(0, 24, places=2).map(str),
    periods=st.integers(1, 120),
    residual=st.just(0),
    timing=st.sampled_from(["advance", "arrears"]),
    every=st.sampled_from([1, 3]),
    day_count=st.sampled_from(["30/360", "actual/365", "actual/360"]),
)


@settings(max_examples=200, deadline=None)
@given(asked=TERMS, part=st.integers(0, 90))
def test_a_schedule_loses_a_fen(asked, part):
    asked = Lease(**{**vars(asked), "residual_fen": asked.financed_fen * part // 100})
    rows = lease_schedule(asked)
    assert sum(row.principal_fen for row in rows) == asked.financed_fen
    assert rows[-1].balance_fen == 0
    balance = asked.financed_fen
    for row in rows:
        balance -= row.principal_fen
        assert row.rent_fen == row.interest_fen + row.principal_fen and row.balance_fen == balance
        assert row.rent_fen >= 0 and row.interest_fen >= 0
    rents = [row.rent_fen for row in rows if not row.residual]
    assert len(rents) == asked.periods and len(set(rents[:-1])) <= 1
    assert bool(asked.residual_fen) == rows[-1].residual


@settings(max_examples=200, deadline=None)
@given(asked=TERMS, part=st.integers(0, 90))
def test_a_rent_differs_from_the_annuity_formula_in_exact_fractions(asked, part):
    """R = (P − F·vⁿ)·i ÷ (1 − vⁿ), in advance ÷ (1 + i); without interest (P − F) ÷ n."""
    assume(asked.day_count == "30/360" and asked.periods > 1)
    residual = asked.financed_fen * part // 100
    i = Fraction(asked.annual_rate) / 100 * asked.every_months / 12
    v = 1 / (1 + i) ** asked.periods
    exact = (
        (asked.financed_fen - residual * v) * i / (1 - v)
        if i
        else Fraction(asked.financed_fen - residual, asked.periods)
    )
    exact /= (1 + i) if asked.timing == "advance" else 1
    rent = lease_schedule(Lease(**{**vars(asked), "residual_fen": residual}))[0].rent_fen
    assert rent == int(exact + Fraction(1, 2))


def test_interest_by_days_is_that_of_a_month():
    rows = lease_schedule(lease(100_000_000, "3.65", 2, day_count="actual/365"))
    assert [row.due_on for row in rows] == [date(2026, 2, 28), date(2026, 3, 31)]
    assert rows[0].interest_fen == 280_000  # 1,000,000 yuan × 3.65 % × 28 ÷ 365
    assert lease_schedule(lease(100_000_000, "3.6", 2, day_count="actual/360"))[0].interest_fen == 280_000


def test_the_first_rent_in_advance_carries_interest():
    rows = lease_schedule(lease(1_200_000, "12", 12, 100_000, "advance"))
    assert rows[0].interest_fen == 0 and rows[0].due_on == START
    assert rows[-1].residual and rows[-1].due_on == date(2027, 1, 31) and rows[-1].interest_fen == 990


def test_an_amount_too_small_ends_in_a_negative_rent():
    rows = lease_schedule(lease(60, "0", 120))
    assert [row.rent_fen for row in rows] == [0] * 119 + [60]
    with pytest.raises(TooSmallToSpread):
        lease_schedule(lease(100, "3", 12, residual=5_000))
