"""Comparing charges and payments with the ledger: what should never differ, checked every night."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import db
from marketplace.payments import differing
from marketplace.payments.models import Charge, ChargeStatus, Payment, PaymentStatus, Refund, RefundStatus
from marketplace.payments.models_ledger import Account, DifferenceClass, Entry, EntrySet, Purpose
from marketplace.payments.rules import KEY_LIVES

APPROVED = (RefundStatus.PLANNED, RefundStatus.SENT, RefundStatus.UNKNOWN, RefundStatus.CONFIRMED)


def compare(at: datetime) -> int:
    """Note where charges, payments and ledger disagree; returns how many differences there are now."""
    seen = set[str]()

    def differ(key: str, kind: DifferenceClass, **facts: object) -> None:
        seen.add(key)
        differing.note(key, kind, at, **facts)

    for charge_id, ours, posted in _receivables():
        differ(f"local:receivable:{charge_id}", DifferenceClass.STATE, charge_id=charge_id, ours_fen=ours, theirs_fen=posted,
               detail="charge_and_ledger")  # fmt: skip
    for charge_id, ours, posted in _deposits():
        differ(f"local:deposit:{charge_id}", DifferenceClass.STATE, charge_id=charge_id, ours_fen=ours, theirs_fen=posted,
               detail="deposit_and_ledger")  # fmt: skip
    for payment_id, amount in _unknown(at):
        differ(
            f"local:unknown:{payment_id}",
            DifferenceClass.STATE,
            payment_id=payment_id,
            ours_fen=amount,
            detail="long_unknown",
        )
    for set_id, amount in _unbalanced():
        differ(f"local:unbalanced:{set_id}", DifferenceClass.AMOUNT, ours_fen=amount, detail="unbalanced")
    differing.gone(["local:"], seen, at)
    return len(seen)


def _posted(purpose: Purpose) -> sa.Subquery:
    """What stands in the payees' accounts of a purpose, by charge."""
    return (
        sa.select(Entry.charge_id, sa.func.sum(Entry.amount_fen).label("fen"))
        .join(Account, Account.id == Entry.account_id)
        .join(EntrySet, EntrySet.id == Entry.set_id)
        .where(Account.purpose == purpose, EntrySet.posted, Entry.charge_id.is_not(None))
        .group_by(Entry.charge_id)
        .subquery()
    )


def _receivables() -> list[tuple[int, int, int]]:
    posted = _posted(Purpose.RECEIVABLE)
    open_ = Charge.status.in_((ChargeStatus.OPEN, ChargeStatus.PAYING))
    ours = sa.case((open_ & sa.not_(Charge.deposit), Charge.amount_fen), else_=0)
    theirs = sa.func.coalesce(posted.c.fen, 0)
    query = sa.select(Charge.id, ours, theirs).outerjoin(posted, posted.c.charge_id == Charge.id).where(ours != theirs)
    return [tuple(row) for row in db.session().connection().execute(query)]


def _deposits() -> list[tuple[int, int, int]]:
    posted = _posted(Purpose.DEPOSIT_HELD)
    back = (
        sa.select(Refund.charge_id, sa.func.sum(Refund.amount_fen).label("fen"))
        .where(Refund.status.in_(APPROVED))
        .group_by(Refund.charge_id)
        .subquery()
    )
    paid = Charge.status.in_((ChargeStatus.PAID, ChargeStatus.REFUNDED))
    ours = sa.case((paid, Charge.amount_fen - Charge.applied_fen - sa.func.coalesce(back.c.fen, 0)), else_=0)
    theirs = -sa.func.coalesce(posted.c.fen, 0)
    query = (
        sa.select(Charge.id, ours, theirs)
        .outerjoin(posted, posted.c.charge_id == Charge.id)
        .outerjoin(back, back.c.charge_id == Charge.id)
        .where(Charge.deposit, ours != theirs)
    )
    return [tuple(row) for row in db.session().connection().execute(query)]


def _unknown(at: datetime) -> list[tuple[int, int]]:
    lost = (PaymentStatus.UNKNOWN, PaymentStatus.SENT)
    query = select(Payment.id, Payment.amount_fen).where(
        Payment.status.in_(lost), Payment.gateway_id.is_(None), Payment.route != "transfer",
        Payment.sent_at < at - KEY_LIVES,
    )  # fmt: skip
    return [tuple(row) for row in db.session().exec(query)]


def _unbalanced() -> list[tuple[int, int]]:
    """Sets that were begun and never posted, or do not sum to nothing; the database makes both impossible on PostgreSQL."""
    total = sa.func.coalesce(sa.func.sum(Entry.amount_fen), 0)
    query = (
        sa.select(EntrySet.id, total)
        .outerjoin(Entry, Entry.set_id == EntrySet.id)
        .group_by(EntrySet.id)
        .having((total != 0) | (sa.func.count(sa.case((EntrySet.posted, 1))) == 0))
    )
    return [tuple(row) for row in db.session().connection().execute(query)]
