"""Asking gateways, with no transaction open: noted before, recorded after, repeated with the same key until known."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.kit.i18n import told
from marketplace.kit.moves import move
from marketplace.payments import crashing, queries, refunding, rules, settling
from marketplace.payments.errors import GatewayRefused, Unanswered
from marketplace.payments.gateways import CheckoutAsk, Remote, gateway, gateways
from marketplace.payments.models import LIVING, ONLINE, Payment, PaymentStatus, Refund, RefundStatus, Route

log = logging.getLogger(__name__)
REFUNDS_LIVING = (RefundStatus.PLANNED, RefundStatus.SENT, RefundStatus.UNKNOWN)
SLACK = timedelta(minutes=5)


def work(limit: int = 50) -> int:
    """Do what is due: send what is planned, look up what is unknown, expire what nobody paid; returns how many steps."""
    now = clock.now()
    with db.reading() as session:
        payments = session.exec(_due(Payment, LIVING, now, limit).where(Payment.route.in_(list(gateways())))).all()
        online = select(Payment.id).where(Payment.route.in_(list(gateways())))
        refunds = session.exec(_due(Refund, REFUNDS_LIVING, now, limit).where(Refund.payment_id.in_(online))).all()
        late = (Payment.route == Route.TRANSFER, Payment.status == PaymentStatus.PLANNED, Payment.expires_at <= now)
        stale = session.exec(select(Payment.id).where(*late).limit(limit)).all()
    for payment_id in payments:
        work_on(payment_id)
    for refund_id in refunds:
        work_on_refund(refund_id)
    for payment_id in stale:
        _expire_transfer(payment_id, now)
    return len(payments) + len(refunds) + len(stale)


def work_on(payment_id: int) -> None:
    """One step with one payment, if it is due and nobody else has just taken it."""
    now = clock.now()
    row = _claim(payment_id, now)
    if row is None:
        return
    crashing.point("before-call")
    try:
        remote = _answer(row, now)
    except Unanswered as silence:
        log.info("payment %s: %s", row.id, silence)
        _note_unknown(row.id, now)
        return
    except GatewayRefused as refusal:
        _note_failed(row.id, str(refusal), now)
        return
    crashing.point("after-call")
    with db.transaction():
        settling.settle(row.id, remote, now)


def work_on_refund(refund_id: int) -> None:
    """One step with one refund, if it is due and nobody else has just taken it."""
    now = clock.now()
    claimed = _claim_refund(refund_id, now)
    if claimed is None:
        return
    row, payment = claimed
    crashing.point("refund-before-call")
    try:
        remote = _answer_refund(row, payment, now)
    except Unanswered as silence:
        log.info("refund %s: %s", row.id, silence)
        with db.transaction():
            if (locked := queries.refund(row.id, lock=True)).status == RefundStatus.SENT and not locked.gateway_id:
                move(locked, RefundStatus.UNKNOWN, now)
        return
    except GatewayRefused as refusal:
        with db.transaction():
            refunding.fail(queries.refund(row.id, lock=True), str(refusal), now)
        return
    crashing.point("refund-after-call")
    with db.transaction():
        settling.settle(payment.id, remote, now)


def fingerprint(row: Payment) -> str:
    """What every try under the payment's key asks for."""
    return rules.params_hash(
        {"token": row.token, "amount": row.amount_fen, "currency": row.currency, "route": str(row.route)}
    )


def _due(table: type, living: tuple, now: datetime, limit: int) -> sa.Select:
    wanted = (table.status.in_(living), table.next_try_at <= now)
    return select(table.id).where(*wanted).order_by(table.next_try_at, table.id).limit(limit)


def _claim(payment_id: int, now: datetime) -> Payment | None:
    with db.transaction():
        row = queries.payment(payment_id, lock=True)
        if row.route not in ONLINE or row.status not in LIVING or row.next_try_at > now:
            return None
        if row.params_hash != fingerprint(row):
            raise RuntimeError(f"payment {row.id} is not what was planned")
        row.tries, row.next_try_at = row.tries + 1, now + rules.pause(row.tries)
        if row.status == PaymentStatus.PLANNED:
            row.sent_at = now
            move(row, PaymentStatus.SENT, now)
        return row


def _answer(row: Payment, now: datetime) -> Remote:
    speaks = gateway(row.route)
    if row.gateway_id:
        if row.give_up_at or row.expires_at <= now:
            speaks.expire(row.gateway_id)
        return _found(speaks.fetch(row.gateway_id))
    if now - row.sent_at < rules.KEY_LIVES:
        try:
            return speaks.open_checkout(_ask(row))
        except Unanswered:
            found = speaks.find(row.token, row.sent_at - SLACK) if row.tries > 1 else None
            if found is None:
                raise
            return found
    return _found(speaks.find(row.token, row.sent_at - SLACK))


def _found(remote: Remote | None) -> Remote:
    if remote is None:
        raise GatewayRefused(told("支付机构没有收到这笔支付,未发生扣款。"))
    return remote


def _ask(row: Payment) -> CheckoutAsk:
    back = current_app.config["PUBLIC_URL"].rstrip("/") + f"/payments/{row.id}"
    what = told("平台款项 %(number)s", number=row.number)
    return CheckoutAsk(row.token, row.idempotency_key, row.amount_fen, what, back, row.expires_at)


def _note_unknown(payment_id: int, now: datetime) -> None:
    with db.transaction():
        row = queries.payment(payment_id, lock=True)
        if row.status == PaymentStatus.SENT and row.gateway_id is None:
            move(row, PaymentStatus.UNKNOWN, now)


def _note_failed(payment_id: int, why: str, now: datetime) -> None:
    with db.transaction():
        row = queries.payment(payment_id, lock=True)
        if row.status in (PaymentStatus.SENT, PaymentStatus.UNKNOWN):
            settling.release(row, PaymentStatus.FAILED, now, why or _("支付机构拒绝了这笔支付。"))


def _expire_transfer(payment_id: int, now: datetime) -> None:
    with db.transaction():
        row = queries.payment(payment_id, lock=True)
        if row.status == PaymentStatus.PLANNED:
            settling.release(row, PaymentStatus.EXPIRED, now)


def _claim_refund(refund_id: int, now: datetime) -> tuple[Refund, Payment] | None:
    with db.transaction():
        row = queries.refund(refund_id, lock=True)
        payment = queries.payment(row.payment_id)
        if payment.route not in ONLINE or row.status not in REFUNDS_LIVING or row.next_try_at > now:
            return None
        row.tries, row.next_try_at = row.tries + 1, now + rules.pause(row.tries)
        if row.status == RefundStatus.PLANNED:
            row.sent_at = now
            move(row, RefundStatus.SENT, now)
        return row, payment


def _answer_refund(row: Refund, payment: Payment, now: datetime) -> Remote:
    """The checkout with this refund in it: asked for once under its key, and only looked for after the key has died."""
    speaks, asked = gateway(payment.route), False
    if not row.gateway_id and now - row.sent_at < rules.KEY_LIVES:
        try:
            speaks.refund(payment.gateway_id, row.token, row.amount_fen, row.idempotency_key)
            asked = True
        except Unanswered:
            if row.tries == 1:
                raise
    remote = _found(speaks.fetch(payment.gateway_id))
    if any(one.token == row.token for one in remote.refunds):
        return remote
    if asked or now - row.sent_at < rules.KEY_LIVES:
        raise Unanswered("the refund does not show yet")
    raise GatewayRefused(told("支付机构没有收到这笔退款,未发生退款。"))
