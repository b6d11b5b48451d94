"""The three-way comparison: what the gateway moved, what the ledger has posted, what the charges say."""

import logging
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.kit.locks import try_lock
from marketplace.payments import crashing, differing, mails, reconciling_charges, rules, settling
from marketplace.payments.errors import GatewayRefused, Unanswered
from marketplace.payments.gateways import Movement, gateway, gateways
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.payments.models_ledger import Difference, DifferenceStatus, Reconciliation
from marketplace.payments.reconciling_movements import Comparison

log = logging.getLogger(__name__)
BACK = timedelta(days=3)
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
CHUNK = 500


def reconcile_all() -> list[Reconciliation]:
    """Compare every gateway of this platform, and the charges; tell the operators of what has stood for a day."""
    done = [row for name in gateways() if (row := reconcile(name)) is not None]
    now = clock.now()
    with db.transaction() as session:
        reconciling_charges.compare(now)
        red = (Difference.status == DifferenceStatus.OPEN, Difference.found_at < now - rules.RED_AFTER)
        if count := session.exec(select(sa.func.count()).where(*red)).one():
            mails.differences(count, now)
    return done


def reconcile(name: str) -> Reconciliation | None:
    """Compare one gateway since three days before the last time, or earlier where need be; what is missing here and can be fetched is posted first.

    None when the gateway does not answer or somebody else compares: nothing is written, the next run covers it.
    """
    with try_lock(f"reconcile-{name}") as got:
        if not got:
            return None
        now = clock.now()
        with db.reading():
            base, since = _span(name)
        try:
            moved = list(gateway(name).movements(since))
        except (Unanswered, GatewayRefused) as fault:
            log.warning("reconciliation of %s: %s", name, fault)
            return None
        booked = _catch_up(name, moved, now)
        crashing.point("during-reconciliation")
        with db.transaction() as session:
            compared = Comparison(name, base, now)
            compared.compare(moved)
            left = differing.gone([f"reconcile:{name}:"], compared.seen, now)
            row = Reconciliation(
                gateway=name, since=since, until=now, movements=len(moved), booked=booked + compared.booked,
                found=len(compared.seen), gone=left, at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
        return row


def _span(name: str) -> tuple[datetime, datetime]:
    """From when on what we have confirmed is looked for, and from when on the gateway's movements are read.

    The first is three days before the watermark, or before the oldest open difference, lest it seem gone. The second is
    earlier where something confirmed since then was begun earlier: its money may have moved long before we knew.
    """
    session = db.session()
    until = session.exec(select(sa.func.max(Reconciliation.until)).where(Reconciliation.gateway == name)).one()
    if until is None:
        return BEGINNING, BEGINNING
    still_open = (Difference.status == DifferenceStatus.OPEN, Difference.gateway == name)
    oldest = session.exec(select(sa.func.min(Difference.found_at)).where(*still_open)).one()
    base = min(moment for moment in (until, oldest) if moment is not None) - BACK
    paid = select(sa.func.min(Payment.created_at)).where(Payment.route == name, Payment.confirmed_at >= base)
    back = select(sa.func.min(Refund.created_at)).join(Payment, Payment.id == Refund.payment_id)
    begun = [
        session.exec(paid).one(),
        session.exec(back.where(Payment.route == name, Refund.confirmed_at >= base)).one(),
    ]
    return base, min(moment for moment in (base, *begun) if moment is not None)


def _catch_up(name: str, moved: list[Movement], now: datetime) -> int:
    """Fetch and post the payments whose movements are not all posted; returns how many were brought up to date."""
    with db.reading():
        late = _late(moved)
    for number, payment in enumerate(late):
        try:
            found = gateway(name)
            remote = (
                found.fetch(payment.gateway_id) if payment.gateway_id else found.find(payment.token, payment.created_at)
            )
        except (Unanswered, GatewayRefused) as fault:
            log.warning("payment %s: %s", payment.id, fault)
            continue
        if remote is not None:
            with db.transaction():
                settling.settle(payment.id, remote, now)
        if number == 0:
            crashing.point("during-reconciliation")
    return len(late)


def _late(moved: list[Movement]) -> list[Payment]:
    tokens = sorted({m.token for m in moved if m.token and m.kind in ("payment", "refund")})
    found: dict[int, Payment] = {}
    for start in range(0, len(tokens), CHUNK):
        part = tokens[start : start + CHUNK]
        unpaid = select(Payment).where(Payment.token.in_(part), Payment.status != PaymentStatus.CONFIRMED)
        back = select(Payment).join(Refund, Refund.payment_id == Payment.id)
        unreturned = back.where(Refund.token.in_(part), Refund.status != RefundStatus.CONFIRMED)
        for row in [*db.session().exec(unpaid), *db.session().exec(unreturned)]:
            found[row.id] = row
    return list(found.values())
