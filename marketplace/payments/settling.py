"""Posting the difference between what a gateway says of a checkout and what is posted: order and repetition do not matter."""

from datetime import datetime, timedelta

from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.moves import may_move, move
from marketplace.payments import crashing, differing, ledger, mails, queries, refunding, rules
from marketplace.payments.gateways import Remote, RemoteRefund
from marketplace.payments.ledger import Posting
from marketplace.payments.models import Charge, ChargeStatus, Payment, PaymentStatus, Refund, RefundStatus
from marketplace.payments.models_ledger import DifferenceClass


def settle(payment_id: int, remote: Remote, at: datetime) -> None:
    """Bring a payment, its charges, refunds and postings to what the fetched checkout says; in one transaction.

    A checkout in another currency, with a foreign token or beside the one we know is not believed: it is a difference.
    """
    row = queries.payment(payment_id, lock=True)
    if remote.token != row.token:
        _differ(row, remote, DifferenceClass.UNKNOWN_METADATA, at, "foreign_token")
        return
    if remote.currency != row.currency:
        _differ(row, remote, DifferenceClass.CURRENCY, at, "other_currency")
        return
    if row.gateway_id is None:
        row.gateway_id, row.checkout_url = remote.id, remote.url
    elif row.gateway_id != remote.id:
        _differ(row, remote, DifferenceClass.DUPLICATE, at, "second_checkout")
        return
    _capture(row, remote, at)
    _fee(row, remote, at)
    for refund in remote.refunds:
        _refund(row, refund, at)
    _state(row, remote, at)


def pay_charges(row: Payment, at: datetime, *, reference: str = "") -> list[Charge]:
    """The whole amount has come in: pay the charges this payment holds, or that nobody has paid meanwhile.

    Returns the charges that could not be paid, because they are paid or waived: their money is unexplained.
    """
    left = []
    for link, charge in queries.links_of(row.id):
        db.session().refresh(charge, with_for_update=True)
        held_by_other = charge.status == ChargeStatus.PAYING and not link.live
        if held_by_other or not may_move(charge, ChargeStatus.PAID):
            left.append(charge)
            continue
        move(charge, ChargeStatus.PAID, at)
        charge.paid_at, link.live = at, True
        ledger.post(
            Posting(f"paid:{row.id}:{charge.id}", "payment", rules.on_paid(charge, row.route), row.id, row.route,
                    reference or row.gateway_id or "", charge.what), at,
        )  # fmt: skip
        audit.record(None, "charge.paid", charge, at, payment=row.number)
    row.confirmed_at, row.checkout_url = at, ""
    move(row, PaymentStatus.CONFIRMED, at)
    audit.record(None, "payment.confirm", row, at, amount_fen=row.amount_fen)
    mails.paid(row, at)
    return left


def release(row: Payment, to: PaymentStatus, at: datetime, why: str = "") -> None:
    """End a payment without money; its charges may be paid in another way."""
    row.why = why[:500] or row.why
    move(row, to, at)
    for link, charge in queries.links_of(row.id):
        if link.live:
            link.live = False
            if charge.status == ChargeStatus.PAYING:
                move(charge, ChargeStatus.OPEN, at)
    db.session().flush()


def _capture(row: Payment, remote: Remote, at: datetime) -> None:
    more = remote.captured_fen - row.captured_fen
    if more <= 0:
        return
    whole = row.captured_fen == 0 and more == row.amount_fen
    row.captured_fen = remote.captured_fen
    if whole:
        left = pay_charges(row, at)
        unexplained, kind, detail = sum(charge.amount_fen for charge in left), DifferenceClass.DUPLICATE, "paid_twice"
    else:
        unexplained, kind, detail = more, DifferenceClass.AMOUNT, "other_amount"
    if unexplained:
        key = f"{row.route}:{remote.id}:captured:{remote.captured_fen}"
        ledger.post(Posting(key, "suspense", rules.on_suspense(row, unexplained), row.id, row.route, remote.id), at)
        _differ(row, remote, kind, at, detail, ours_fen=row.amount_fen, theirs_fen=remote.captured_fen)
    db.session().flush()
    crashing.point("after-posting")


def _fee(row: Payment, remote: Remote, at: datetime) -> None:
    more = remote.fee_fen - row.fee_fen
    if more:
        key = f"{row.route}:{remote.id}:fee:{remote.fee_fen}"
        ledger.post(Posting(key, "fee", rules.on_fee(row, more), row.id, row.route, remote.id), at)
        row.fee_fen = remote.fee_fen


def _refund(row: Payment, remote: RemoteRefund, at: datetime) -> None:
    ours = None
    if remote.token:
        ours = db.session().exec(select(Refund).where(Refund.token == remote.token).with_for_update()).first()
    if ours is None or ours.payment_id != row.id:
        _foreign_refund(row, remote, at)
        return
    if ours.gateway_id is None:
        ours.gateway_id = remote.id
    if ours.status == RefundStatus.UNKNOWN:
        move(ours, RefundStatus.SENT, at)
    if remote.state == "done":
        if refunding.confirm(ours, at):
            row.returned_fen += ours.amount_fen
    elif remote.state == "failed":
        refunding.fail(ours, remote.why or "refused", at)


def _foreign_refund(row: Payment, remote: RemoteRefund, at: datetime) -> None:
    """Somebody gave money back at the gateway itself: it is booked, and explained by an operator."""
    if remote.state != "done":
        return
    key = f"{row.route}:{remote.id}:refunded:{remote.amount_fen}"
    if ledger.post(
        Posting(key, "suspense", rules.on_suspense(row, -remote.amount_fen), row.id, row.route, remote.id), at
    ):
        row.returned_fen += remote.amount_fen
        differing.note(
            f"settle:refund:{remote.id}", DifferenceClass.MISSING_LOCALLY, at, gateway=row.route, external_id=remote.id,
            payment_id=row.id, theirs_fen=remote.amount_fen, detail="foreign_refund",
        )  # fmt: skip


def _state(row: Payment, remote: Remote, at: datetime) -> None:
    row.updated_at = at
    if row.status not in (PaymentStatus.SENT, PaymentStatus.UNKNOWN):
        return
    if remote.state == "expired" and remote.captured_fen == 0:
        release(row, PaymentStatus.EXPIRED, at)
        return
    if row.status == PaymentStatus.UNKNOWN:
        move(row, PaymentStatus.SENT, at)
    if row.give_up_at and remote.state == "open":
        row.next_try_at = min(row.next_try_at, at + timedelta(seconds=1))


def _differ(row: Payment, remote: Remote, kind: DifferenceClass, at: datetime, detail: str, **facts: int) -> None:
    differing.note(
        f"settle:{detail}:{remote.id}", kind, at, gateway=row.route, external_id=remote.id, payment_id=row.id,
        detail=detail, **facts,
    )  # fmt: skip
