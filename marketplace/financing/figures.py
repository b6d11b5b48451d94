"""What an offer costs: every payment by month, the total, and the rate it comes to. Pure, to the fen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marketplace.arrangements.calculators.internal_rate import internal_rate
from marketplace.arrangements.calculators.lease_schedule import Lease, lease_schedule
from marketplace.arrangements.errors import NoRate
from marketplace.arrangements.terms import percent_of, share, yearly_in_spans
from marketplace.financing.models import ProductKind
from marketplace.financing.schemas import OfferTerms

_START = date(2026, 1, 1)  # with 30/360 the day does not matter
REGULAR = ("instalment", "rent", "premium", "fee_yearly")


@dataclass(frozen=True)
class Payment:
    """Paid at the end of this month (0: at the start); below zero it comes back. `code` says what it is."""

    month: int
    amount_fen: int
    code: str


@dataclass(frozen=True)
class Figures:
    """`first_fen` is due at the start; `instalment_fen` is the first of `periods` regular payments, `every_months` apart.

    `monthly_fen` spreads all regular payments over the months. `cost_fen` is what it costs beyond the price financed, null
    where nothing is financed. `rate` is effective, percent a year with two decimals, null where no rate can be told.
    """

    first_fen: int
    instalment_fen: int
    periods: int
    every_months: int
    monthly_fen: int
    total_fen: int
    cost_fen: int | None
    rate: str | None
    payments: tuple[Payment, ...]

    def stored(self) -> dict[str, Any]:
        """As it is kept with the offer."""
        return asdict(self) | {"payments": [list(asdict(one).values()) for one in self.payments]}


def figures(terms: OfferTerms) -> Figures:
    """The figures of an offer. Raises: TooSmallToSpread for rents below a fen."""
    paid = [one for one in payments(terms) if one.amount_fen]
    regular = [one for one in paid if one.code in REGULAR]
    total = sum(one.amount_fen for one in paid)
    financed = terms.kind in (ProductKind.LOAN, ProductKind.FINANCE_LEASE)
    return Figures(
        first_fen=sum(one.amount_fen for one in paid if one.month == 0),
        instalment_fen=regular[0].amount_fen if regular else 0, periods=len(regular), every_months=_every(terms),
        monthly_fen=share(sum(one.amount_fen for one in regular), 1, terms.months), total_fen=total,
        cost_fen=total - terms.amount_fen if financed else None,
        rate=effective_rate(terms.amount_fen, paid) if financed else None, payments=tuple(paid),
    )  # fmt: skip


def payments(terms: OfferTerms) -> list[Payment]:
    """All payments in order of months: what comes at the start, the regular ones, what comes at the end."""
    at_start = [Payment(0, terms.fee_fen, "fee"), Payment(0, terms.deposit_fen, "deposit")]
    at_end = [Payment(terms.months, -terms.deposit_fen, "deposit_back")]
    made = {
        ProductKind.LOAN: _loan, ProductKind.FINANCE_LEASE: _finance_lease, ProductKind.OPERATING_LEASE: _rents,
        ProductKind.GUARANTEE: _guarantee,
    }.get(terms.kind, _premiums)(terms)  # fmt: skip
    return sorted([*at_start, *made, *at_end], key=lambda one: one.month)


def effective_rate(amount_fen: int, paid: Sequence[Payment]) -> str | None:
    """The yearly rate at which all payments are worth the amount: monthly internal rate i, (1 + i)^12 − 1.

    What is lent or paid for the thing comes in at the start (中国人民银行公告〔2021〕第3号: 年化利率 by the internal rate).
    """
    flows = [0] * (max((one.month for one in paid), default=0) + 1)
    flows[0] += amount_fen
    for one in paid:
        flows[one.month] -= one.amount_fen
    try:
        monthly = internal_rate(flows)
    except NoRate:
        return None
    return str((Decimal((1 + monthly) ** 12 - 1) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _every(terms: OfferTerms) -> int:
    leases = (ProductKind.LOAN, ProductKind.FINANCE_LEASE, ProductKind.OPERATING_LEASE)
    return terms.every_months if terms.kind in leases else 12


def _loan(terms: OfferTerms) -> list[Payment]:
    """Level instalments (等额本息), or interest alone and the sum at the end (先息后本)."""
    rest = terms.amount_fen if terms.repay == "bullet" else 0
    return _spread(terms, terms.amount_fen, rest, "arrears", "instalment", "principal")


def _finance_lease(terms: OfferTerms) -> list[Payment]:
    down = percent_of(terms.amount_fen, terms.down)
    first = [Payment(0, down, "down")]
    if terms.rent_fen is not None:
        return [*first, *_rents(terms), Payment(terms.months, terms.transfer_fen, "transfer")]
    return [*first, *_spread(terms, terms.amount_fen - down, terms.transfer_fen, terms.timing, "rent", "transfer")]


def _spread(terms: OfferTerms, financed_fen: int, rest_fen: int, timing: Any, code: str, last: str) -> list[Payment]:
    every = terms.every_months
    lease = Lease(financed_fen, terms.rate or Decimal(0), terms.months // every, every, rest_fen, timing, _START)
    first = 0 if timing == "advance" else 1
    return [
        Payment(terms.months, row.rent_fen, last) if row.residual
        else Payment((row.period - 1 + first) * every, row.rent_fen, code)
        for row in lease_schedule(lease)
    ]  # fmt: skip


def _rents(terms: OfferTerms) -> list[Payment]:
    first, every = (0 if terms.timing == "advance" else 1), terms.every_months
    return [Payment((n + first) * every, terms.rent_fen or 0, "rent") for n in range(terms.months // every)]


def _premiums(terms: OfferTerms) -> list[Payment]:
    """The yearly premium at the start of each year; a year begun in part pays its months."""
    return [
        Payment(first, fen, "premium") for first, _end, fen in yearly_in_spans(terms.premium_fen or 0, terms.months, 12)
    ]


def _guarantee(terms: OfferTerms) -> list[Payment]:
    """Percent a year of the sum vouched for, at the start of each year."""
    yearly = percent_of(terms.amount_fen, terms.rate or Decimal(0))
    return [Payment(first, fen, "fee_yearly") for first, _end, fen in yearly_in_spans(yearly, terms.months, 12)]
