"""Verbs of giving back: asked by the payee's side, approved by one or two administrators, then sent."""

import secrets
from datetime import datetime

from flask import current_app
from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.payments import ledger, mails, queries, refunding, rules, sending
from marketplace.payments.errors import ApproveTwice, BadCharge, NotPayable, TooMuchBack
from marketplace.payments.ledger import Posting
from marketplace.payments.models import ONLINE, Charge, Refund, RefundStatus, Route


def ask(charge: Charge, amount_fen: int, reason: str, form_key: str, *, by: Actor | None, at: datetime) -> Refund:
    """Ask that part of a paid charge, or of a deposit, goes back; what is asked is reserved at once.

    Above the limit of the settings two administrators must approve. The same `form_key` asks once.
    Raises: TooMuchBack beyond what was captured and is not on its way back or kept; BadCharge.
    """
    before = select(Refund).where(Refund.charge_id == charge.id, Refund.form_key == form_key[:80])
    if again := db.session().exec(before).first():
        return again
    if not rules.is_amount(amount_fen):
        raise BadCharge(amount_fen=str(amount_fen))
    charge = queries.charge(charge.id, lock=True)
    payment = queries.paying(charge.id)
    if payment is None or amount_fen > rules.returnable_fen(charge):
        raise TooMuchBack(left_fen=rules.returnable_fen(charge))
    charge.refunding_fen, charge.updated_at = charge.refunding_fen + amount_fen, at
    token = secrets.token_urlsafe(24)
    limit = current_app.config["REFUND_SECOND_ABOVE_FEN"]
    row = Refund(
        charge_id=charge.id, payment_id=payment.id, payer_id=charge.payer_id, payee_id=charge.payee_id,
        form_key=form_key[:80], amount_fen=amount_fen, reason=reason.strip()[:500],
        approvals_needed=rules.approvals_needed(amount_fen, limit), token=token, idempotency_key=f"refund-{token}",
        asked_by=by.user_id if by else None, next_try_at=at, created_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(TooMuchBack)
    audit.record(by, "refund.ask", row, at, charge=charge.id, amount_fen=amount_fen, reason=row.reason)
    mails.refund_asked(row, at)
    return row


def approve(row: Refund, *, by: Actor, at: datetime) -> None:
    """An administrator of the payee approves; with the last approval the money is owed back and sent.

    Raises: ApproveTwice, NoSuchMove.
    """
    row = queries.refund(row.id, lock=True)
    if row.status != RefundStatus.ASKED:
        raise NoSuchMove(was=str(row.status), to=str(RefundStatus.PLANNED))
    if row.first_by == by.user_id:
        raise ApproveTwice()
    if row.first_by is None:
        row.first_by = by.user_id
    else:
        row.second_by = by.user_id
    audit.record(by, "refund.approve", row, at, amount_fen=row.amount_fen)
    row.updated_at = at
    if row.approvals_needed == 2 and row.second_by is None:
        return
    move(row, RefundStatus.PLANNED, at)
    charge, payment = queries.charge(row.charge_id), queries.payment(row.payment_id)
    ledger.post(
        Posting(
            refunding.owed_key(row),
            "refund",
            rules.on_refund_approved(charge, row.amount_fen),
            payment.id,
            memo=charge.what,
        ),
        at,
    )
    if payment.route in ONLINE:
        row.next_try_at = at
        db.after_commit(sending.work_on_refund, row.id)


def refuse(row: Refund, why: str, *, by: Actor, at: datetime) -> None:
    """No refund: what was reserved is free again. Raises: NoSuchMove."""
    row = queries.refund(row.id, lock=True)
    row.why = why.strip()[:500]
    move(row, RefundStatus.REFUSED, at)
    refunding.free(row, at)
    audit.record(by, "refund.refuse", row, at, why=row.why)


def mark_transferred(row: Refund, reference: str, *, by: Actor, at: datetime) -> None:
    """The payee's side has given the money back by bank transfer. Raises: NoSuchMove, NotPayable for an online payment."""
    row = queries.refund(row.id, lock=True)
    if queries.payment(row.payment_id).route != Route.TRANSFER:
        raise NotPayable()
    if row.status != RefundStatus.PLANNED:
        raise NoSuchMove(was=str(row.status), to=str(RefundStatus.CONFIRMED))
    row.reference = reference.strip()[:80]
    move(row, RefundStatus.SENT, at)
    payment = queries.payment(row.payment_id, lock=True)
    if refunding.confirm(row, at):
        payment.returned_fen += row.amount_fen
    audit.record(by, "refund.transferred", row, at, reference=row.reference)
