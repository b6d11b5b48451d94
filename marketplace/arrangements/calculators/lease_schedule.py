"""The schedule of a lease with level rents: what each rent pays of interest and of principal, to the fen."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import pairwise
from typing import Literal

from marketplace.arrangements.errors import TooSmallToSpread
from marketplace.arrangements.terms import Timing, months_after

DayCount = Literal["30/360", "actual/365", "actual/360"]
_EXACT = Context(prec=50)


@dataclass(frozen=True)
class Lease:
    """`annual_rate` in percent, nominal; `residual_fen` is paid at the end of the last period, beside the rents."""

    financed_fen: int
    annual_rate: Decimal
    periods: int
    every_months: int
    residual_fen: int
    timing: Timing
    start: date
    day_count: DayCount = "30/360"


@dataclass(frozen=True)
class Row:
    """One payment: `rent_fen` = `interest_fen` + `principal_fen`; `balance_fen` is what is owed after it.

    `residual` marks the last row that pays the residual; there is none when the residual is 0.
    """

    period: int
    due_on: date
    rent_fen: int
    interest_fen: int
    principal_fen: int
    balance_fen: int
    residual: bool = False


def lease_schedule(lease: Lease) -> list[Row]:
    """Level rents, Σ principal = financed amount exactly; the last rent absorbs what rounding left.

    The level rent R solves  financed = Σ R·v_k + residual·v_n  where v_k discounts from the k-th day of payment: the
    annuity formula, with equal periods R = (P − F·v^n)·i / (1 − v^n) in arrears, the same ÷ (1 + i) in advance
    (Kellison, The Theory of Interest, ch. 3; numpy-financial `pmt`). Interest of a period is balance × rate × fraction
    of a year, rounded half up: every_months ÷ 12 for 30/360, else days ÷ 365 or 360. In advance the first rent carries
    no interest, and the row of the residual carries that of the last period.
    Raises: TooSmallToSpread when rounding would make the last rent negative.
    """
    with localcontext(_EXACT):
        rates = _rates(lease)
        level = _level_rent(lease, rates)
        for rounding in (ROUND_HALF_UP, ROUND_DOWN):
            rows = _rows(lease, rates, int(level.quantize(Decimal(1), rounding)))
            if all(row.rent_fen >= 0 for row in rows):
                return rows
    raise TooSmallToSpread()


def _days(lease: Lease) -> list[date]:
    return [months_after(lease.start, n * lease.every_months) for n in range(lease.periods + 1)]


def _rates(lease: Lease) -> list[Decimal]:
    """Interest of each period per unit of balance."""
    yearly = lease.annual_rate / 100
    if lease.day_count == "30/360":
        return [yearly * lease.every_months / 12] * lease.periods
    year = 365 if lease.day_count == "actual/365" else 360
    return [yearly * (after - before).days / year for before, after in pairwise(_days(lease))]


def _level_rent(lease: Lease, rates: list[Decimal]) -> Decimal:
    discounts = [Decimal(1)]
    for rate in rates:
        discounts.append(discounts[-1] / (1 + rate))
    paid = discounts[:-1] if lease.timing == "advance" else discounts[1:]
    return (lease.financed_fen - lease.residual_fen * discounts[-1]) / sum(paid)


def _rows(lease: Lease, rates: list[Decimal], level: int) -> list[Row]:
    days, balance, rows = _days(lease), lease.financed_fen, []
    ahead = lease.timing == "advance"
    left = _fen(lease.residual_fen / (1 + rates[-1])) if ahead else lease.residual_fen
    for n in range(lease.periods):
        bearing = rates[n] if not ahead else rates[n - 1] if n else Decimal(0)
        interest = _fen(balance * bearing)
        rent = level if n < lease.periods - 1 else balance + interest - left
        balance += interest - rent
        rows.append(Row(n + 1, days[n if ahead else n + 1], rent, interest, rent - interest, balance))
    if lease.residual_fen:
        interest = lease.residual_fen - balance
        rows.append(Row(lease.periods + 1, days[-1], lease.residual_fen, interest, balance, 0, residual=True))
    return rows


def _fen(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
