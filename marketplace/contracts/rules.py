"""Pure decisions of contracts: exact quantities and amounts, whose silence counts as what, and until when."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any

from marketplace.bidding.content import Part, part_fen
from marketplace.contracts.models import (
    FRAMEWORKS,
    IN_FORCE,
    Contract,
    ContractItem,
    ContractKind,
    ContractStatus,
    Milestone,
    PartyRole,
)
from marketplace.contracts.models_performance import Delivery, DeliveryStatus, Rating
from marketplace.kit import calendar, clock
from marketplace.procedures import citations

MILLI = 1000
WARNED_BEFORE = timedelta(days=2)
RATING_TIME = timedelta(days=14)
DEFAULT_ACCEPT_DAYS = 7
SIGNING_DAYS = 30
LEAST_CONTRACTS = 3
DUE_SOON = timedelta(days=7)
SUPPLIER_CRITERIA = ("delivery", "quality", "service")
BUYER_CRITERIA = ("payment", "clarity", "cooperation")
_DAILY_HOURS = 24


def milli(quantity: float | Decimal) -> int:
    """A quantity in thousandths of its unit, half up."""
    return int((Decimal(str(quantity)) * MILLI).quantize(Decimal(1), ROUND_HALF_UP))


def quantity(thousandths: int | None) -> Decimal | None:
    """Thousandths as a number without needless zeros; None stays None."""
    if thousandths is None:
        return None
    whole, rest = divmod(thousandths, MILLI)
    return (Decimal(thousandths) / MILLI).normalize() if rest else Decimal(whole)


def line_fen(thousandths: int, unit_price_fen: int) -> int:
    """Quantity × unit price; half a fen rounds up."""
    return (thousandths * unit_price_fen + MILLI // 2) // MILLI


def lines_fen(items: Sequence[ContractItem]) -> int:
    """The sum of all lines; items without a quantity add nothing."""
    return sum(line_fen(item.quantity_milli or 0, item.unit_price_fen) for item in items)


def total_fen(parts: list[dict[str, Any]], lines: int, months: int) -> int:
    """What the buyer pays over the period under all parts; the first prices the lines, the others bring their own price."""
    if not parts:
        return lines
    main, *others = [Part.model_validate(part) for part in parts]
    return part_fen(main, lines, months) + sum(part_fen(part, part.price_fen or 0, months) for part in others)


def added_fen(contract: Contract, before: Sequence[ContractItem], quantities: dict[int, int]) -> int:
    """What new quantities, by item id, add to the amount; below zero they save."""
    old = lines_fen(before)
    new = sum(line_fen(quantities.get(i.id, i.quantity_milli or 0), i.unit_price_fen) for i in before)
    if contract.kind in FRAMEWORKS:
        return new - old
    return total_fen(contract.parts, new, contract.period_months) - total_fen(
        contract.parts, old, contract.period_months
    )


def is_over_limit(first_fen: int, added: int) -> bool:
    """Whether all that was added exceeds a tenth of the first amount (rule contract.addl)."""
    rule = citations.rule("contract.addl")
    return added > 0 and rule is not None and Decimal(added) > Decimal(rule.value) * first_fen


def sign_by(told_at: datetime) -> date:
    """The last day for signing after the award was told (rule contract.sign)."""
    rule = citations.rule("contract.sign")
    days = rule.period.amount if rule and rule.period else SIGNING_DAYS
    return clock.local(told_at).date() + timedelta(days=days)


def accept_by(received_at: datetime, working_days: int, extra: calendar.Extra) -> datetime:
    """When silence becomes acceptance: at office closing on the last working day; the day of receipt does not count."""
    return calendar.end_of_working_days(received_at, working_days, extra=extra)


def is_due_alone(delivery: Delivery, at: datetime) -> bool:
    """Whether the buyer has been silent for too long; from this very moment on nobody else judges the delivery."""
    return delivery.status == DeliveryStatus.RECEIVED and delivery.accept_by is not None and at >= delivery.accept_by


def standing(delivery: Delivery, at: datetime) -> DeliveryStatus:
    """Where a delivery stands at a moment, whether or not somebody has recorded the silence yet."""
    return DeliveryStatus.ACCEPTED if is_due_alone(delivery, at) else delivery.status


def is_late(delivery: Delivery, today: date) -> bool:
    """Whether a delivery has not come by the day announced, or rework by the day set."""
    if delivery.status == DeliveryStatus.REWORK:
        return delivery.redo_by is not None and today > delivery.redo_by
    return delivery.status == DeliveryStatus.ANNOUNCED and today > delivery.arrives_on


def is_all_accepted(items: Sequence[ContractItem], milestones: Sequence[Milestone]) -> bool:
    """Whether everything ordered passed, and every step of the plan is met."""
    return all(i.accepted_milli >= (i.quantity_milli or 0) for i in items) and all(m.met_on for m in milestones)


def ends_with_delivery(contract: Contract) -> bool:
    """Whether nothing is left to do once all is accepted: a purchase, not a lease, service or framework."""
    kinds = {part["kind"] for part in contract.parts}
    return contract.kind not in FRAMEWORKS and kinds <= {"purchase"}


def period_end(contract: Contract) -> date | None:
    """The day on which the agreed period is over; None before signing."""
    if contract.valid_until is not None:
        return contract.valid_until
    if contract.signed_at is None:
        return None
    day = clock.local(contract.signed_at).date()
    return day if ends_with_delivery(contract) else day + timedelta(days=round(contract.period_months * 365.25 / 12))


def is_valid_on(contract: Contract, day: date) -> bool:
    """Whether something may be called off a framework on this day."""
    begun = contract.valid_from is None or day >= contract.valid_from
    over = contract.valid_until is not None and day > contract.valid_until
    return contract.kind in FRAMEWORKS and contract.status in IN_FORCE and begun and not over


def response_hours(parts: list[dict[str, Any]]) -> int | None:
    """How soon what is held in reserve must come, as its terms promise."""
    for part in parts:
        if part["kind"] == "reserve_agreement":
            return int(part["terms"].get("ready_hours", _DAILY_HOURS))
        if part["kind"] == "capacity_reserve":
            return int(part["terms"].get("ramp_up_days", 3)) * _DAILY_HOURS or _DAILY_HOURS
    return None


def kind_for(parts: list[dict[str, Any]]) -> ContractKind:
    """What sort of contract an arrangement makes."""
    kinds = {"reserve_agreement": ContractKind.RESERVE, "capacity_reserve": ContractKind.CAPACITY}
    return kinds.get(parts[0]["kind"], ContractKind.SUPPLY) if parts else ContractKind.SUPPLY


def criteria(rater: PartyRole) -> tuple[str, ...]:
    """What a side judges the other by."""
    return SUPPLIER_CRITERIA if rater == PartyRole.BUYER else BUYER_CRITERIA


def may_rate(contract: Contract, at: datetime) -> bool:
    """Ratings are given within the fixed time after the end, so that nobody can answer one he has read with another."""
    was_running = contract.signed_at is not None
    ended = contract.status in (ContractStatus.COMPLETED, ContractStatus.TERMINATED) and contract.ended_at is not None
    return was_running and ended and at < contract.ended_at + RATING_TIME


def ratings_shown(contract: Contract, ratings: Sequence[Rating], at: datetime) -> bool:
    """Both have rated, or the time for it is over."""
    return len(ratings) >= 2 or (contract.ended_at is not None and at >= contract.ended_at + RATING_TIME)


def canonical_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
