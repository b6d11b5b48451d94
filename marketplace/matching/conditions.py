"""The commercial conditions of a need against an offer: mode, region, time, price, quantity. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kit import money, quantities
from marketplace.matching.judging import State, Verdict
from marketplace.matching.offers import Offer
from marketplace.reading.requirements import HARD, SCORED

LATE_MARGIN = 0.20
PRICE_MARGIN = 0.10
NATIONWIDE = "全国"
_BUNDLES = ("product_service", "product_insurance", "product_service_insurance")  # bought or leased
_SERVES = {
    "purchase": {"purchase", *_BUNDLES},
    "operating_lease": {"operating_lease", "rental_daily", "equipment_as_a_service", *_BUNDLES},
    "finance_lease": {"finance_lease", *_BUNDLES},
    "service": {"service", "insurance"},
    "reserve_agreement": {"reserve_agreement", "capacity_reserve"},
}
_KIND_OF_MODE = {"technology": "technology", "financing": "finance"}
_PIECES = frozenset("台套辆艘顶只件个具支把根条张副部架座面块片组樘付樽")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a need asks besides the thing itself. Null: not asked. `pieces` is how many at once when `unit` is a period."""

    mode: str = "purchase"
    province: str = ""
    within_days: int | None = None
    budget_fen: int | None = None
    quantity: int | None = None
    unit: str = ""
    pieces: int | None = None


def judge(conditions: Conditions, offer: Offer) -> list[Verdict]:
    """A verdict for every condition asked, in the order people read them."""
    found = [_mode(conditions, offer), _region(conditions, offer), _time(conditions, offer), _budget(conditions, offer)]
    found.append(_quantity(conditions, offer))
    return [verdict for verdict in found if verdict is not None]


def modes_that_serve(mode: str) -> set[str]:
    """The arrangements that answer a mode of acquisition; none for a technology or a loan, which are kinds of listing."""
    return set() if mode in _KIND_OF_MODE else _SERVES.get(mode, {mode})


def offers_mode(mode: str, offer: Offer) -> bool:
    """Whether it can be had this way; a technology or a loan is of that kind."""
    if mode in _KIND_OF_MODE:
        return offer.kind == _KIND_OF_MODE[mode]
    return bool(modes_that_serve(mode) & offer.modes)


def serves(province: str, offer: Offer) -> bool | None:
    """Whether it is supplied to a province; None when the supplier does not say where."""
    if not offer.regions:
        return None
    return NATIONWIDE in offer.regions or province in offer.regions


def _mode(conditions: Conditions, offer: Offer) -> Verdict:
    state = State.MET if offers_mode(conditions.mode, offer) else State.MISSED
    return Verdict("mode", state, conditions.mode, ",".join(sorted(offer.modes)), HARD, "mode")


def _region(conditions: Conditions, offer: Offer) -> Verdict | None:
    if not conditions.province:
        return None
    answer = serves(conditions.province, offer)
    state = State.UNKNOWN if answer is None else State.MET if answer else State.MISSED
    return Verdict("region", state, conditions.province, ",".join(sorted(offer.regions)), HARD, "region")


def _time(conditions: Conditions, offer: Offer) -> Verdict | None:
    """Late by up to a fifth is marginal; late with enough in stock is a question: stock may go out at once."""
    days, lead = conditions.within_days, offer.lead_days
    if days is None:
        return None
    if lead is None:
        state = State.UNKNOWN
    elif lead <= days:
        state = State.MET
    elif offer.stock is not None and offer.stock >= _pieces(conditions):
        state = State.UNKNOWN
    else:
        state = State.MARGINAL if lead <= days * (1 + LATE_MARGIN) else State.MISSED
    return Verdict("time", state, str(days), "" if lead is None else str(lead), HARD, "time")


def _pieces(conditions: Conditions) -> int:
    """How many pieces must be there at once: 30 台·天 may be one machine for a month, unless the text says how many."""
    if conditions.pieces:
        return conditions.pieces
    return 1 if "·" in conditions.unit else conditions.quantity or 1


def _budget(conditions: Conditions, offer: Offer) -> Verdict | None:
    """Price times quantity within the budget; a price of another unit cannot be compared and is no point."""
    if conditions.budget_fen is None:
        return None
    if offer.price_fen is None:
        return Verdict("budget", State.UNKNOWN, money.format_fen(conditions.budget_fen), "", HARD, "budget")
    total = total_fen(conditions, offer)
    if total is None:
        return None
    if total <= conditions.budget_fen:
        state = State.MET
    else:
        state = State.MARGINAL if total <= conditions.budget_fen * (1 + PRICE_MARGIN) else State.MISSED
    return Verdict("budget", state, money.format_fen(conditions.budget_fen), money.format_fen(total), HARD, "budget")


def total_fen(conditions: Conditions, offer: Offer) -> int | None:
    """What the asked quantity costs at the listed price; None when the price is for another unit or unknown."""
    if offer.price_fen is None or conditions.quantity is None:
        return None
    factor = comparable(conditions.unit, offer.unit)
    return None if factor is None else round(offer.price_fen * conditions.quantity * factor)


def comparable(asked: str, offered: str) -> float | None:
    """How many of the offered unit one of the asked is; None when they cannot be compared.

    Pieces of any name count as pieces; periods and persons only as themselves; metres and square metres convert.
    """
    if asked == offered:
        return 1.0
    if asked in _PIECES and offered in _PIECES:
        return 1.0
    one, other = quantities.parse_unit(asked), quantities.parse_unit(offered)
    if one is None or other is None or one.dimension != other.dimension:
        return {("延米", "m"): 1.0, ("米", "延米"): 1.0}.get((asked, offered))
    if one.dimension.startswith("count"):
        return 1.0 if one.symbol == other.symbol else None
    return float(one.factor / other.factor)


def _quantity(conditions: Conditions, offer: Offer) -> Verdict | None:
    if conditions.quantity is None or (offer.stock is None and offer.monthly_capacity is None):
        return None
    if comparable(conditions.unit, offer.unit) is None:
        return None
    available = can_deliver(offer, conditions.within_days)
    if available is None:
        return None
    state = State.MET if available >= conditions.quantity else State.MISSED
    return Verdict("quantity", state, str(conditions.quantity), str(available), SCORED, "quantity")


def can_deliver(offer: Offer, within_days: int | None) -> int | None:
    """How many by the day: the stock, and what is made until then. None when neither is stated, or no day is asked."""
    if within_days is None:
        return None
    made = (offer.monthly_capacity or 0) * within_days / 30
    return int((offer.stock or 0) + made)
