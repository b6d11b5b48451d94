"""How quotes are ordered: lowest compliant price, weighted points, or price alone as advice. Pure; points are hundredths.

Price points = base ÷ price × full points, the base being the lowest price that meets everything (财政部令第87号第55条).
A deduction for small enterprises lowers the price that is ranked, never the one that is paid (财库〔2022〕19号).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WIDE_SHARE = 30
"""Points of one criterion differ widely when the highest and the lowest lie more than so many percent of its full points apart."""


class Tie(StrEnum):
    """What decided between two quotes of equal standing."""

    NONE = "none"
    PRICE = "price"
    PLACE = "place"


@dataclass(frozen=True)
class Criterion:
    """One line of the score: its full points in hundredths. Exactly one of a procurement is the price."""

    key: str
    name: str
    price: bool
    full: int
    how: str = ""


@dataclass(frozen=True)
class Bid:
    """A quote as it is ranked. `arrived` is its place in the manifest; `why_not` says why it is rejected, else ""."""

    opened_quote_id: int
    supplier_id: int
    total_fen: int
    arrived: int
    small: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class Ranked:
    """Where a bid came. `place` is None for a rejected one; `tie` says what put it before or behind an equal one."""

    bid: Bid
    place: int | None
    ranked_fen: int
    price_points: int | None = None
    scored_points: int | None = None
    tie: Tie = Tie.NONE

    @property
    def points(self) -> int | None:
        """All points in hundredths; None where the method gives none."""
        return None if self.price_points is None else self.price_points + (self.scored_points or 0)


@dataclass(frozen=True)
class Spread:
    """What members gave one quote for one criterion: mean half up, lowest, highest; `wide` when they differ much."""

    mean: int
    low: int
    high: int
    wide: bool


def ranked_fen(bid: Bid, deduction: int) -> int:
    """The price that is ranked: a small enterprise's less so many percent, to the fen half up."""
    return _half_up(bid.total_fen * (100 - deduction), 100) if bid.small else bid.total_fen


def price_points(base_fen: int, price_fen: int, full: int) -> int:
    """base ÷ price × full points, half up. A free offer gets all."""
    return full if price_fen <= 0 else _half_up(base_fen * full, price_fen)


def mean(points: Sequence[int]) -> int:
    """The average in hundredths, half up; 0 of nothing."""
    return _half_up(sum(points), len(points)) if points else 0


def spread(points: Sequence[int], full: int) -> Spread:
    """How members' points for one criterion lie."""
    low, high = min(points, default=0), max(points, default=0)
    return Spread(mean(points), low, high, (high - low) * 100 > WIDE_SHARE * full)


def lowest(bids: Sequence[Bid], deduction: int = 0) -> list[Ranked]:
    """By ranked price; equal ones by what is paid, then by arrival. The rejected come last, by arrival."""
    prices = {bid.opened_quote_id: ranked_fen(bid, deduction) for bid in bids}
    good = sorted((b for b in bids if not b.why_not), key=lambda b: (prices[b.opened_quote_id], b.total_fen, b.arrived))
    found = [Ranked(bid, place, prices[bid.opened_quote_id]) for place, bid in enumerate(good, 1)]
    return [_with_tie(found, n, lambda r: (r.ranked_fen,)) for n in range(len(found))] + _rejected(bids, prices)


def scored(
    bids: Sequence[Bid],
    criteria: Sequence[Criterion],
    given: Mapping[int, Mapping[str, Sequence[int]]],
    deduction: int = 0,
) -> list[Ranked]:
    """By points; equal ones by ranked price (财政部令第87号第57条), then by arrival. `given` are the members' points in
    hundredths by opened quote id and criterion key."""
    prices = {bid.opened_quote_id: ranked_fen(bid, deduction) for bid in bids}
    good = [bid for bid in bids if not bid.why_not]
    base = min((prices[bid.opened_quote_id] for bid in good), default=0)
    full = next((c.full for c in criteria if c.price), 0)
    drafts = [
        Ranked(
            bid, None, prices[bid.opened_quote_id], price_points(base, prices[bid.opened_quote_id], full),
            sum(mean(given.get(bid.opened_quote_id, {}).get(c.key, ())) for c in criteria if not c.price),
        )
        for bid in good
    ]  # fmt: skip
    drafts.sort(key=lambda r: (-(r.points or 0), r.ranked_fen, r.bid.arrived))
    found = [Ranked(r.bid, place, r.ranked_fen, r.price_points, r.scored_points) for place, r in enumerate(drafts, 1)]
    return [_with_tie(found, n, lambda r: (r.points,)) for n in range(len(found))] + _rejected(bids, prices)


def _with_tie(rows: Sequence[Ranked], n: int, standing: Callable[[Ranked], object]) -> Ranked:
    """The row, noting what decided when a neighbour stands equal."""
    row, tie = rows[n], Tie.NONE
    equal = [o for o in rows if o is not row and standing(o) == standing(row)]
    if equal:
        tie = Tie.PLACE if any(_paid(o) == _paid(row) for o in equal) else Tie.PRICE
    return Ranked(row.bid, row.place, row.ranked_fen, row.price_points, row.scored_points, tie)


def _paid(row: Ranked) -> tuple[int, int]:
    # With points the ranked price decides; by lowest price it is equal already and what is paid decides.
    return (row.ranked_fen, 0) if row.price_points is not None else (row.ranked_fen, row.bid.total_fen)


def _rejected(bids: Sequence[Bid], prices: Mapping[int, int]) -> list[Ranked]:
    out = sorted((bid for bid in bids if bid.why_not), key=lambda bid: bid.arrived)
    return [Ranked(bid, None, prices[bid.opened_quote_id]) for bid in out]


def _half_up(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)
