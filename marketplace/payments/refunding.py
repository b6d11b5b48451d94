"""What became of a refund: the money is certainly back, or certainly not."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.payments import ledger, mails, queries, rules
from marketplace.payments.ledger import Posting
from marketplace.payments.models import Charge, ChargeStatus, Refund, RefundStatus


def confirm(row: Refund, at: datetime) -> bool:
    """The money is certainly back; False when that was known."""
    if row.status == RefundStatus.CONFIRMED:
        return False
    charge, payment = queries.charge(row.charge_id, lock=True), queries.payment(row.payment_id)
    if row.status == RefundStatus.FAILED:  # it was given up as lost and has happened after all
        charge.refunding_fen += row.amount_fen
        ledger.post(
            Posting(f"{owed_key(row)}:again", "refund", rules.on_refund_approved(charge, row.amount_fen), payment.id),
            at,
        )
    move(row, RefundStatus.CONFIRMED, at)
    row.confirmed_at = at
    charge.refunded_fen, charge.updated_at = charge.refunded_fen + row.amount_fen, at
    lines = rules.on_refunded(charge, payment.route, row.amount_fen)
    ledger.post(
        Posting(f"refunded:{row.id}", "refund", lines, payment.id, payment.route, row.gateway_id or row.reference), at
    )
    close_if_nothing_left(charge, at)
    db.session().flush()
    audit.record(None, "refund.confirm", row, at, amount_fen=row.amount_fen)
    mails.refunded(row, at)
    return True


def fail(row: Refund, why: str, at: datetime) -> None:
    """The gateway will not give it back: nothing is owed by this refund any more, another may be asked."""
    if row.status in (RefundStatus.FAILED, RefundStatus.CONFIRMED):
        return
    row.why = why[:500]
    move(row, RefundStatus.FAILED, at)
    ledger.reverse(owed_key(row), f"{owed_key(row)}:failed", "refund", at)
    free(row, at)
    audit.record(None, "refund.fail", row, at, why=row.why)


def close_if_nothing_left(charge: Charge, at: datetime) -> None:
    """All of it was given back, or of a deposit given back and kept."""
    if charge.status == ChargeStatus.PAID and charge.refunded_fen + charge.applied_fen == charge.amount_fen:
        move(charge, ChargeStatus.REFUNDED, at)


def owed_key(row: Refund) -> str:
    """Under which key the debt of a refund is posted."""
    return f"refund-owed:{row.id}"


def free(row: Refund, at: datetime) -> None:
    """What was reserved for it may be given back otherwise."""
    less = sa.update(Charge).where(Charge.id == row.charge_id)
    db.session().exec(less.values(refunding_fen=Charge.refunding_fen - row.amount_fen, updated_at=at))
