"""Webhooks are hints: verify, store once, answer at once; later the object is fetched and the difference posted."""

import logging
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.payments import crashing, queries, rules, sending, settling
from marketplace.payments.errors import EventRefused, GatewayRefused, Unanswered
from marketplace.payments.gateways import gateway, gateways
from marketplace.payments.models import Payment, Refund
from marketplace.payments.models_gateway import EventStatus, GatewayEvent, RefusedEvent

log = logging.getLogger(__name__)
NOTED_PER_HOUR = 100
PATIENCE = timedelta(hours=1)  # how long a payment of ours that an event speaks of may be missing


def take(name: str, raw: bytes, signature: str, at: datetime) -> bool:
    """Keep a verified event, in a transaction of its own; whether it is new. Raises: EventRefused, noted."""
    try:
        hint = gateway(name).read_event(raw, signature, at)
    except EventRefused as refusal:
        _note_refused(name, raw, refusal.why, at)
        raise
    with db.transaction() as session:
        if session.get(GatewayEvent, hint.id):
            return False
        row = GatewayEvent(
            id=hint.id, gateway=name, type=hint.type, object_id=hint.object_id, token=hint.token,
            payload=raw.decode("utf-8", "replace"), next_try_at=at, received_at=at,
        )  # fmt: skip
        new = db.add_once(row)
    crashing.point("after-event")
    return new


def work(limit: int = 50) -> int:
    """Look into the events that wait; returns how many."""
    now = clock.now()
    with db.reading() as session:
        query = select(GatewayEvent.id).where(
            GatewayEvent.status == EventStatus.WAITING,
            GatewayEvent.next_try_at <= now,
            GatewayEvent.gateway.in_(list(gateways())),
        )
        waiting = session.exec(query.order_by(GatewayEvent.next_try_at).limit(limit)).all()
    for event_id in waiting:
        look_into(event_id)
    return len(waiting)


def look_into(event_id: str) -> None:
    """Fetch what an event speaks of and post the difference; it waits for a row of ours that is not committed yet."""
    now = clock.now()
    with db.transaction() as session:
        event = session.get(GatewayEvent, event_id, with_for_update=True)
        if event is None or event.status != EventStatus.WAITING:
            return
        event.tries, event.next_try_at = event.tries + 1, now + rules.pause(event.tries)
        payment = _payment_of(event)
        if payment is None:
            if not event.token or now - event.received_at > PATIENCE:
                _end(event, EventStatus.PASSED_OVER, now, "nothing of ours")
            return
    try:
        remote = gateway(event.gateway).fetch(payment.gateway_id or event.object_id)
    except (Unanswered, GatewayRefused) as fault:
        log.info("event %s: %s", event_id, fault)
        return
    with db.transaction() as session:
        if remote is not None:
            settling.settle(payment.id, remote, now)
        _end(session.get(GatewayEvent, event_id), EventStatus.DONE, now, "" if remote else "object is gone")


def work_all() -> int:
    """Everything that waits at the border: events, then payments and refunds. Called every second by the jobs process."""
    return work() + sending.work()


def _payment_of(event: GatewayEvent) -> Payment | None:
    if event.token:
        found = queries.payment_by_token(event.token)
        if found is None:
            query = select(Payment).join(Refund, Refund.payment_id == Payment.id).where(Refund.token == event.token)
            found = db.session().exec(query).first()
    else:
        found = db.session().exec(select(Payment).where(Payment.gateway_id == event.object_id)).first()
    about_checkout = event.type.startswith("checkout.session.")
    return found if found is None or found.gateway_id or about_checkout else None


def _end(event: GatewayEvent, status: EventStatus, at: datetime, note: str) -> None:
    event.status, event.done_at, event.note = status, at, note


def _note_refused(name: str, raw: bytes, why: str, at: datetime) -> None:
    with db.transaction() as session:
        recent = select(sa.func.count()).where(RefusedEvent.at > at - timedelta(hours=1))
        if session.exec(recent).one() < NOTED_PER_HOUR:
            session.add(RefusedEvent(gateway=name, why=why, sha256=sha256(raw).hexdigest(), at=at))
