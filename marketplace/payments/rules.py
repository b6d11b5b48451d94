"""Pure decisions about money: what postings a deed makes, how many must approve, what may still be returned."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from marketplace.kit.money import MAX_FEN
from marketplace.payments.models import Charge, ChargeStatus, Payment, Route
from marketplace.payments.models_ledger import CLEARING, Purpose

SOON = timedelta(days=14)
CHECKOUT_LIVES = timedelta(hours=23)  # the gateway repeats an answer under the same key for 24 hours
TRANSFER_LIVES = timedelta(days=30)
KEY_LIVES = timedelta(hours=24)
TRIES_LAST = timedelta(minutes=60)
RED_AFTER = timedelta(hours=24)
MAX_CHARGES = 50


@dataclass(frozen=True)
class Line:
    """One line of a posting: debit positive. `owner_id` None is the platform."""

    owner_id: int | None
    purpose: Purpose
    amount_fen: int
    charge_id: int | None = None


def on_raise(charge: Charge) -> list[Line]:
    """What is owed arises on both sides; a deposit is no income and arises only with the money."""
    if charge.deposit:
        return []
    return _both(charge, charge.amount_fen, Purpose.RECEIVABLE, Purpose.REVENUE, Purpose.EXPENSE, Purpose.PAYABLE)


def on_paid(charge: Charge, route: str) -> list[Line]:
    """Money for a charge came in."""
    theirs = Purpose.DEPOSIT_HELD if charge.deposit else Purpose.RECEIVABLE
    ours = Purpose.DEPOSIT_PAID if charge.deposit else Purpose.PAYABLE
    return _both(charge, charge.amount_fen, CLEARING[route], theirs, ours, Purpose.CASH_BANK)


def on_suspense(payment: Payment, amount_fen: int) -> list[Line]:
    """Money came in (or, negative, went out) that no charge or refund of ours explains."""
    payee, payer = payment.payee_id, payment.payer_id
    return [
        Line(payee, CLEARING[payment.route], amount_fen),
        Line(payee, Purpose.SUSPENSE, -amount_fen),
        Line(payer, Purpose.SUSPENSE, amount_fen),
        Line(payer, Purpose.CASH_BANK, -amount_fen),
    ]


def on_fee(payment: Payment, amount_fen: int) -> list[Line]:
    """The gateway kept a fee from what it holds for the payee."""
    payee = payment.payee_id
    return [Line(payee, Purpose.FEES, amount_fen), Line(payee, CLEARING[payment.route], -amount_fen)]


def on_refund_approved(charge: Charge, amount_fen: int) -> list[Line]:
    """What was income, or held, is now owed back."""
    kept = Purpose.DEPOSIT_HELD if charge.deposit else Purpose.REVENUE
    paid = Purpose.DEPOSIT_PAID if charge.deposit else Purpose.EXPENSE
    return _both(charge, amount_fen, kept, Purpose.REFUND_PAYABLE, Purpose.REFUND_RECEIVABLE, paid)


def on_refunded(charge: Charge, route: str, amount_fen: int) -> list[Line]:
    """The money went back."""
    owed, held = Purpose.REFUND_PAYABLE, CLEARING[route]
    return _both(charge, amount_fen, owed, held, Purpose.CASH_BANK, Purpose.REFUND_RECEIVABLE)


def on_applied(charge: Charge, amount_fen: int, against: Charge | None) -> list[Line]:
    """Part of a deposit is kept: as income of its own, or for another charge that is open."""
    if against is None:
        return _both(charge, amount_fen, Purpose.DEPOSIT_HELD, Purpose.REVENUE, Purpose.EXPENSE, Purpose.DEPOSIT_PAID)
    return [
        Line(charge.payee_id, Purpose.DEPOSIT_HELD, amount_fen, charge.id),
        Line(charge.payee_id, Purpose.RECEIVABLE, -amount_fen, against.id),
        Line(charge.payer_id, Purpose.PAYABLE, amount_fen, against.id),
        Line(charge.payer_id, Purpose.DEPOSIT_PAID, -amount_fen, charge.id),
    ]


def on_payout(gateway: str, amount_fen: int) -> list[Line]:
    """The gateway paid its balance out to the platform's bank account."""
    return [Line(None, Purpose.CASH_BANK, amount_fen), Line(None, CLEARING[gateway], -amount_fen)]


def on_unplaced(gateway: str, amount_fen: int) -> list[Line]:
    """The gateway moved money for reasons unknown to us; it waits with the platform until explained."""
    return [Line(None, CLEARING[gateway], amount_fen), Line(None, Purpose.SUSPENSE, -amount_fen)]


def _both(charge: Charge, fen: int, up: Purpose, down: Purpose, payer_up: Purpose, payer_down: Purpose) -> list[Line]:
    return [
        Line(charge.payee_id, up, fen, charge.id),
        Line(charge.payee_id, down, -fen, charge.id),
        Line(charge.payer_id, payer_up, fen, charge.id),
        Line(charge.payer_id, payer_down, -fen, charge.id),
    ]


def returnable_fen(charge: Charge) -> int:
    """What may still be given back or kept."""
    if charge.status != ChargeStatus.PAID:
        return 0
    return charge.amount_fen - charge.refunding_fen - charge.applied_fen


def approvals_needed(amount_fen: int, limit_fen: int) -> int:
    """Two people above the limit, one up to it."""
    return 2 if amount_fen > limit_fen else 1


def is_amount(value: object) -> bool:
    """A positive whole number of fen that can be true. A float or a bool is none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_FEN


def params_hash(params: Mapping[str, Any]) -> str:
    """The fingerprint of what is asked under one idempotency key."""
    return sha256(json.dumps(params, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def lives(route: Route) -> timedelta:
    """How long a payment may stay unpaid."""
    return TRANSFER_LIVES if route == Route.TRANSFER else CHECKOUT_LIVES


def pause(tries: int) -> timedelta:
    """How long to wait before the next try: 10 s, 20 s, 40 s … up to an hour."""
    return min(timedelta(seconds=10 * 2 ** min(tries, 12)), TRIES_LAST)


def standing(charge: Charge, today: date) -> str:
    """Where a charge stands for the reader: its status, or how near its day is."""
    if charge.status in (ChargeStatus.OPEN, ChargeStatus.PAYING):
        if charge.due_on < today:
            return "overdue"
        if charge.status == ChargeStatus.OPEN and charge.due_on <= today + SOON:
            return "soon"
    return str(charge.status)


def is_red(found_at: datetime, at: datetime) -> bool:
    """A difference nobody explained within a day."""
    return at - found_at > RED_AFTER


def on_gateway_fee(gateway: str, amount_fen: int) -> list[Line]:
    """A fee of the gateway for no payment in particular."""
    return [Line(None, Purpose.FEES, amount_fen), Line(None, CLEARING[gateway], -amount_fen)]
