"""Lease or buy: what each costs today, month by month, for whoever has the use of the thing over the same period."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.arrangements.terms import Timing


@dataclass(frozen=True)
class Question:
    """`discount_rate` is effective, percent a year. Upkeep is what the buyer spends a year beside the price or rent."""

    months: int
    discount_rate: Decimal
    price_fen: int
    resale_fen: int
    buy_upkeep_fen: int
    rent_fen: int
    deposit_fen: int
    lease_upkeep_fen: int
    timing: Timing = "advance"


@dataclass(frozen=True)
class Year:
    """Payments of one year (income below zero) and what was spent up to its end, discounted; year 0 is the beginning."""

    year: int
    buy_fen: int
    lease_fen: int
    buy_present_fen: int
    lease_present_fen: int


@dataclass(frozen=True)
class Answer:
    """`years` add up to the two sums; `cheaper` is "buy", "lease" or "" when they cost the same.

    `even_rent_fen` is the monthly rent at which both would cost the same; below zero where no rent is low enough.
    `path` is (month, buy, lease): discounted costs so far, the last month twice, before and after what comes back.
    """

    buy_fen: int
    lease_fen: int
    buy_present_fen: int
    lease_present_fen: int
    cheaper: str
    even_rent_fen: int
    years: tuple[Year, ...]
    path: tuple[tuple[int, int, int], ...]


def lease_or_buy(asked: Question) -> Answer:
    """Net present cost NPC = Σ payment_m × v^m with v = (1 + rate)^(−1/12), month by month (Brealey, Myers & Allen,
    Principles of Corporate Finance, ch. "Leasing", without taxes: public bodies pay none on profit).

    Buying: price now, upkeep at the end of each month as 1/12, resale at the end. Leasing: deposit now and back at the
    end, rent every month, upkeep likewise.
    """
    factor = (1 + float(asked.discount_rate) / 100) ** (-1 / 12)
    buy, lease = _buying(asked), _leasing(asked, asked.rent_fen)
    years, path = _years(asked.months, buy, lease, factor), _path(asked, buy, lease, factor)
    buy_present, lease_present = _present(buy, factor), _present(lease, factor)
    without_rent = _present(_leasing(asked, 0), factor)
    rents = _present(_rents(asked, 1), factor)
    a, b = round(buy_present), round(lease_present)
    return Answer(
        round(sum(buy)), round(sum(lease)), a, b, "buy" if a < b else "lease" if b < a else "",
        round((buy_present - without_rent) / rents), years, path,
    )  # fmt: skip


def _buying(asked: Question) -> list[float]:
    flows = [0.0] * (asked.months + 1)
    flows[0] += asked.price_fen
    flows[-1] -= asked.resale_fen
    return _with_upkeep(flows, asked.buy_upkeep_fen)


def _leasing(asked: Question, rent_fen: int) -> list[float]:
    flows = _rents(asked, rent_fen)
    flows[0] += asked.deposit_fen
    flows[-1] -= asked.deposit_fen
    return _with_upkeep(flows, asked.lease_upkeep_fen)


def _rents(asked: Question, rent_fen: int) -> list[float]:
    first = 0 if asked.timing == "advance" else 1
    return [float(rent_fen) if first <= month < asked.months + first else 0.0 for month in range(asked.months + 1)]


def _with_upkeep(flows: list[float], year_fen: int) -> list[float]:
    return [flows[0], *(flow + year_fen / 12 for flow in flows[1:])]


def _present(flows: list[float], factor: float) -> float:
    return sum(flow * factor**month for month, flow in enumerate(flows))


def _years(months: int, buy: list[float], lease: list[float], factor: float) -> tuple[Year, ...]:
    """The beginning, then each year; sums to a fen of what they are summed from, the last year taking the rest."""
    ends = [0, *range(12, months, 12), months]
    rows, before = [], [0, 0]
    for number, end in enumerate(ends):
        sums = [round(sum(flows[: end + 1])) for flows in (buy, lease)]
        present = [round(_present(flows[: end + 1], factor)) for flows in (buy, lease)]
        rows.append(Year(number, sums[0] - before[0], sums[1] - before[1], *present))
        before = sums
    return tuple(rows)


def _path(asked: Question, buy: list[float], lease: list[float], factor: float) -> tuple[tuple[int, int, int], ...]:
    spent, found = [0.0, 0.0], []
    back = (asked.resale_fen, asked.deposit_fen)
    for month in range(asked.months + 1):
        spent = [sofar + flows[month] * factor**month for sofar, flows in zip(spent, (buy, lease), strict=True)]
        if month == asked.months:
            before = [sofar + fen * factor**month for sofar, fen in zip(spent, back, strict=True)]
            found.append((month, round(before[0]), round(before[1])))
        found.append((month, round(spent[0]), round(spent[1])))
    return tuple(found)
