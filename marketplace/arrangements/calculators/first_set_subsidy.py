"""首台(套): what the state adds to the premium that insures the first sets of major equipment."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.arrangements.terms import percent_of


@dataclass(frozen=True)
class Programme:
    """`rate_cap` in percent of the insured value; `shares` in percent of the premium, one for each year it helps."""

    code: str
    rate_cap: Decimal
    shares: tuple[Decimal, ...]


PROGRAMMES: tuple[Programme, ...] = (
    Programme("national", Decimal(3), (Decimal(80),) * 3),
    Programme("zhejiang_international", Decimal(2), (Decimal(90),)),
    Programme("zhejiang_national", Decimal(2), (Decimal(80),)),
    Programme("zhejiang_provincial", Decimal(2), (Decimal(70),)),
)
"""National: rate ≤ 3 %, 80 % of the year's premium, at most 3 years without a gap (财政部、工信部、银保监会 2019 notice;
since 2024 工信部联重装〔2024〕89号 and each year's call decide). Zhejiang: rate ≤ 2 %, first-year share by the level at
which the set is recognised (浙江省制造业首台(套) 2024); later years fall by rules not published with it and are left out."""
BY_CODE = {programme.code: programme for programme in PROGRAMMES}


@dataclass(frozen=True)
class PolicyYear:
    """One policy year: what is paid, what of it counts, what comes back."""

    year: int
    premium_fen: int
    counted_fen: int
    share: Decimal
    subsidy_fen: int


def first_set_subsidy(programme: Programme, insured_fen: int, rate: Decimal, years: int) -> list[PolicyYear]:
    """A policy year each: subsidy = insured value × min(rate, cap) × share, to the fen; none once the years are over.

    `rate` is the policy's yearly premium in percent of the insured value.
    """
    premium = percent_of(insured_fen, rate)
    counted = percent_of(insured_fen, min(rate, programme.rate_cap))
    shares = [*programme.shares, *([Decimal(0)] * years)][:years]
    return [PolicyYear(n, premium, counted, share, percent_of(counted, share)) for n, share in enumerate(shares, 1)]
