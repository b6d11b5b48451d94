"""Verbs of the payer: beginning a payment over one of the routes, and giving it up."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.payments import crashing, queries, rules, sending, settling
from marketplace.payments.errors import NoSuchRoute, NotPayable, OnePayeeOnly, StillMoving
from marketplace.payments.gateways import gateways
from marketplace.payments.models import (
    ONLINE,
    Charge,
    ChargeStatus,
    Payment,
    PaymentCharge,
    PaymentStatus,
    Route,
)


def start_payment(charge_ids: Sequence[int], route: Route, form_key: str, *, by: Actor, at: datetime) -> Payment:
    """Store the intent to pay these charges of one payee; the gateway is asked after the commit, by `sending`.

    The same `form_key` gives the same payment, so that a double click pays once.
    Raises: NotPayable, OnePayeeOnly, NoSuchRoute.
    """
    again = select(Payment).where(Payment.payer_id == by.organisation_id, Payment.form_key == form_key)
    before = db.session().exec(again).first()
    if before is not None:
        return before
    if route in ONLINE and route not in gateways():
        raise NoSuchRoute()
    rows = _payable(charge_ids, by.organisation_id)
    row = _plan(rows, route, form_key, by, at)
    for charge in rows:
        db.session().add(PaymentCharge(payment_id=row.id, charge_id=charge.id, amount_fen=charge.amount_fen))
        move(charge, ChargeStatus.PAYING, at)
    db.flush_or(NotPayable)
    audit.record(by, "payment.start", row, at, route=route, amount_fen=row.amount_fen, charges=[c.id for c in rows])
    if route in ONLINE:
        db.after_commit(_begin, row.id)
    return row


def give_up(row: Payment, *, by: Actor | None, at: datetime) -> None:
    """The payer does not want to go on: its charges are open again once it is certain that nothing was paid.

    Raises: StillMoving for a transfer whose proof the payee has not answered, and for what is settled.
    """
    row = queries.payment(row.id, lock=True)
    if row.status == PaymentStatus.PLANNED:
        settling.release(row, PaymentStatus.EXPIRED, at)
    elif row.route in ONLINE and row.status in (PaymentStatus.SENT, PaymentStatus.UNKNOWN):
        row.give_up_at, row.next_try_at, row.updated_at = row.give_up_at or at, at, at
        db.after_commit(sending.work_on, row.id)
    else:
        raise StillMoving()
    audit.record(by, "payment.give_up", row, at)


def _begin(payment_id: int) -> None:
    crashing.point("after-plan")
    sending.work_on(payment_id)


def _payable(charge_ids: Sequence[int], payer_id: int | None) -> list[Charge]:
    ids = set(charge_ids)
    query = select(Charge).where(Charge.id.in_(ids)).order_by(Charge.id).with_for_update()
    rows = list(db.session().exec(query.execution_options(populate_existing=True)))
    mine = bool(ids) and len(rows) == len(ids) <= rules.MAX_CHARGES and all(row.payer_id == payer_id for row in rows)
    if not mine or any(row.status != ChargeStatus.OPEN for row in rows):
        raise NotPayable()
    if len({row.payee_id for row in rows}) != 1:
        raise OnePayeeOnly()
    return rows


def _plan(rows: list[Charge], route: Route, form_key: str, by: Actor, at: datetime) -> Payment:
    token, amount = secrets.token_urlsafe(24), sum(row.amount_fen for row in rows)
    row = Payment(
        payer_id=rows[0].payer_id, payee_id=rows[0].payee_id, form_key=form_key[:40], route=route, amount_fen=amount,
        token=token, idempotency_key=f"pay-{token}", params_hash="", next_try_at=at,
        expires_at=at + rules.lives(route), created_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip
    row.params_hash = sending.fingerprint(row)
    db.session().add(row)
    db.flush_or(NotPayable)
    return row
