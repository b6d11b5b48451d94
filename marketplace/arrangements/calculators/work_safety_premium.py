"""安责险 (work-safety liability insurance): an estimate of the yearly premium, never an offer, from published factors."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SECTORS = (
    "mining", "hazardous", "fireworks", "transport", "construction", "explosives", "metallurgy", "fishery",
)  # fmt: skip
"""Who must insure: 应急〔2025〕27号第二条 (矿山、危险化学品、烟花爆竹、交通运输、建筑施工、民用爆炸物品、金属冶炼、渔业生产)."""

LEAST_LIMIT_FEN = 40_000_000
"""Limit per person, at least 40万元: 应急〔2025〕27号第十五条."""

HEAD_RATES = (Decimal("0.06"), Decimal("0.6"))
"""Permille of the limit per person a year, low and high: 30 to 300 yuan at about 50万元, 山东省安监局 2017-11-22."""

COST_RATES = (
    (100_000_000_000, Decimal("0.40")), (50_000_000_000, Decimal("0.45")), (10_000_000_000, Decimal("0.50")),
    (5_000_000_000, Decimal("0.55")), (1_000_000_000, Decimal("0.60")), (0, Decimal("0.65")),
)  # fmt: skip
"""Permille of the cost of the works beyond so many fen, for their whole duration: 山东省安全生产责任保险费率表(2018 版,建筑施工)."""

FINES_FEN = ((5_000_000, 10_000_000), (10_000_000, 20_000_000))
"""For not insuring, and when that is not corrected: 安全生产法第一百零九条."""


@dataclass(frozen=True)
class Work:
    """`adjustment` is what the insurer adds or takes off for the risk, percent. `own_rate` is a permille an insurer named.

    With `cost_fen`, for construction, the premium goes by the cost of the works and not by heads.
    """

    sector: str
    people: int
    limit_fen: int
    adjustment: Decimal = Decimal(0)
    cost_fen: int | None = None
    own_rate: Decimal | None = None


@dataclass(frozen=True)
class Factor:
    """One number of the estimate; `source` is a code for where it comes from, "asked" when the reader gave it."""

    code: str
    value: Decimal
    source: str


@dataclass(frozen=True)
class Estimate:
    """Between these two; equal when one rate is known."""

    low_fen: int
    high_fen: int
    factors: tuple[Factor, ...]


def work_safety_premium(work: Work) -> Estimate:
    """people × limit per person × rate × (1 + adjustment), or cost of works × rate × (1 + adjustment).

    The second formula is that of the table for construction, 总保险费 = 工程造价 × 费率 × (1 − 优惠); the first is the
    usual one by heads, its rates read from what heads paid in 山东.
    """
    by_cost = work.sector == "construction" and work.cost_fen is not None
    if by_cost:
        base, factors = work.cost_fen, [_factor("cost", work.cost_fen)]
        rates, source = (_cost_rate(work.cost_fen),) * 2, "shandong_2018"
    else:
        base = work.people * work.limit_fen
        factors = [_factor("people", work.people), _factor("limit", work.limit_fen)]
        rates, source = HEAD_RATES, "shandong_2017"
    if work.own_rate is not None:
        rates, source = (work.own_rate,) * 2, "asked"
    named = ("rate",) if rates[0] == rates[1] else ("rate_low", "rate_high")
    factors += [Factor(code, rate, source) for code, rate in zip(named, rates, strict=False)]
    factors.append(Factor("adjustment", work.adjustment, "asked"))
    low, high = (_fen(base * rate / 1000 * (1 + work.adjustment / 100)) for rate in rates)
    return Estimate(low, high, tuple(factors))


def _cost_rate(cost_fen: int) -> Decimal:
    return next((rate for beyond, rate in COST_RATES if cost_fen > beyond), COST_RATES[-1][1])


def _factor(code: str, value: int) -> Factor:
    return Factor(code, Decimal(value), "asked")


def _fen(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
