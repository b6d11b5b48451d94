"""Reads of charges and payments; nobody's but their own: the callers check rows, the lists are scoped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts.models import Organisation
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.payments import rules
from marketplace.payments.models import Charge, ChargeStatus, Payment, PaymentCharge, Refund, TransferProof

UNPAID = (ChargeStatus.OPEN, ChargeStatus.PAYING)
TABS = ("", "soon", "overdue", "paid", "all")


@dataclass(frozen=True)
class Owed:
    """What an organisation has to pay: how many charges, how much, and the first of them by day."""

    count: int
    amount_fen: int
    first: list[Charge]


def due(organisation_id: int, at: datetime, *, limit: int = 5) -> Owed:
    """What this organisation has to pay within the next 14 days, not yet overdue."""
    today = clock.local(at).date()
    return _owed(organisation_id, (Charge.due_on >= today, Charge.due_on <= today + rules.SOON), limit)


def overdue(organisation_id: int, at: datetime, *, limit: int = 5) -> Owed:
    """What this organisation should have paid before today."""
    return _owed(organisation_id, (Charge.due_on < clock.local(at).date(),), limit)


def incoming(organisation_id: int, at: datetime, *, limit: int = 5) -> Owed:
    """What others should have paid this organisation before today."""
    wanted = (Charge.due_on < clock.local(at).date(),)
    return _owed(organisation_id, wanted, limit, Charge.payee_id)


def charge(charge_id: int, *, lock: bool = False) -> Charge:
    """`lock` before deciding about it. Raises: NotFound."""
    found = db.session().get(Charge, charge_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def charges_of(source_type: str, source_id: int) -> list[Charge]:
    """Everything raised from one source, such as a contract, by day."""
    query = select(Charge).where(Charge.source_type == source_type, Charge.source_id == source_id)
    return list(db.session().exec(query.order_by(Charge.due_on, Charge.id)))


def charges_by_id(ids: Sequence[int]) -> list[Charge]:
    """Charges by their ids, by day; unknown ids are passed over."""
    query = select(Charge).where(Charge.id.in_(set(ids)))
    return list(db.session().exec(query.order_by(Charge.due_on, Charge.id)))


def payment(payment_id: int, *, lock: bool = False) -> Payment:
    """`lock` before deciding about it. Raises: NotFound."""
    found = db.session().get(Payment, payment_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def payment_by_token(token: str) -> Payment | None:
    """The payment a gateway knows by this token."""
    return db.session().exec(select(Payment).where(Payment.token == token)).first()


def links_of(payment_id: int) -> list[tuple[PaymentCharge, Charge]]:
    """The charges of a payment."""
    query = select(PaymentCharge, Charge).join(Charge, Charge.id == PaymentCharge.charge_id)
    return list(db.session().exec(query.where(PaymentCharge.payment_id == payment_id).order_by(PaymentCharge.id)))


def payments_of(charge_id: int) -> list[Payment]:
    """Every payment that was begun for a charge, newest first."""
    query = select(Payment).join(PaymentCharge, PaymentCharge.payment_id == Payment.id)
    return list(db.session().exec(query.where(PaymentCharge.charge_id == charge_id).order_by(Payment.id.desc())))


def paying(charge_id: int) -> Payment | None:
    """The payment that holds, or has paid, this charge."""
    query = select(Payment).join(PaymentCharge, PaymentCharge.payment_id == Payment.id)
    return db.session().exec(query.where(PaymentCharge.charge_id == charge_id, PaymentCharge.live)).first()


def proofs_of(payment_id: int) -> list[TransferProof]:
    """The proofs shown for a transfer, newest first."""
    query = select(TransferProof).where(TransferProof.payment_id == payment_id)
    return list(db.session().exec(query.order_by(TransferProof.id.desc())))


def proof_waiting(payment_id: int, *, lock: bool = False) -> TransferProof | None:
    """The proof the payee has not answered."""
    query = select(TransferProof).where(TransferProof.payment_id == payment_id, TransferProof.confirmed.is_(None))
    return db.session().exec(query.with_for_update() if lock else query).first()


def refund(refund_id: int, *, lock: bool = False) -> Refund:
    """`lock` before deciding about it. Raises: NotFound."""
    found = db.session().get(Refund, refund_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def refunds_of(charge_id: int) -> list[Refund]:
    """The refunds of a charge, newest first."""
    return list(db.session().exec(select(Refund).where(Refund.charge_id == charge_id).order_by(Refund.id.desc())))


def owed_page(
    organisation_id: int, side: str, tab: str, at: datetime, page: int, per_page: int, *,
    text: str = "", since: date | None = None, until: date | None = None,
) -> tuple[list[tuple[Charge, Organisation]], int]:  # fmt: skip
    """One page of what is owed by (`payable`) or to (`receivable`) an organisation, each with the other side; and how many."""
    other = Charge.payee_id if side == "payable" else Charge.payer_id
    wanted = [*_mine(organisation_id, side), *_tab(tab, clock.local(at).date())]
    if text:
        wanted.append(Charge.what.icontains(text, autoescape=True) | Organisation.name.icontains(text, autoescape=True))
    if since:
        wanted.append(Charge.due_on >= since)
    if until:
        wanted.append(Charge.due_on <= until)
    query = select(Charge, Organisation).join(Organisation, Organisation.id == other).where(*wanted)
    total = db.session().exec(select(sa.func.count()).select_from(query.subquery())).one()
    order = (Charge.due_on.desc(), Charge.id.desc()) if tab in ("paid", "all") else (Charge.due_on, Charge.id)
    return list(db.session().exec(query.order_by(*order).offset((page - 1) * per_page).limit(per_page))), total


def owed_counts(organisation_id: int, side: str, at: datetime) -> dict[str, tuple[int, int]]:
    """For each tab how many charges, and how much."""
    today, counts = clock.local(at).date(), {}
    for tab in TABS:
        query = select(sa.func.count(), sa.func.coalesce(sa.func.sum(Charge.amount_fen), 0))
        found = db.session().exec(query.where(*_mine(organisation_id, side), *_tab(tab, today))).one()
        counts[tab] = (found[0], int(found[1]))
    return counts


def transfers_waiting(payee_id: int) -> list[tuple[Payment, TransferProof, Organisation]]:
    """Transfers the payee's side has to confirm or refuse, longest waiting first."""
    query = (
        select(Payment, TransferProof, Organisation)
        .join(TransferProof, TransferProof.payment_id == Payment.id)
        .join(Organisation, Organisation.id == Payment.payer_id)
        .where(Payment.payee_id == payee_id, TransferProof.confirmed.is_(None))
        .order_by(TransferProof.id)
    )
    return list(db.session().exec(query))


def refunds_page(organisation_id: int, page: int, per_page: int) -> tuple[list[tuple[Refund, Charge]], int]:
    """One page of refunds this organisation gives or gets, newest first, and how many."""
    mine = (Refund.payee_id == organisation_id) | (Refund.payer_id == organisation_id)
    total = db.session().exec(select(sa.func.count()).select_from(Refund).where(mine)).one()
    query = select(Refund, Charge).join(Charge, Charge.id == Refund.charge_id).where(mine).order_by(Refund.id.desc())
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def _owed(organisation_id: int, wanted: Sequence[sa.ColumnElement[bool]], limit: int, side: object = None) -> Owed:
    mine = (side if side is not None else Charge.payer_id) == organisation_id
    wanted = [mine, Charge.status.in_(UNPAID), *wanted]
    query = select(sa.func.count(), sa.func.coalesce(sa.func.sum(Charge.amount_fen), 0)).where(*wanted)
    count, amount = db.session().exec(query).one()
    first = db.session().exec(select(Charge).where(*wanted).order_by(Charge.due_on, Charge.id).limit(limit))
    return Owed(count, int(amount), list(first))


def _mine(organisation_id: int, side: str) -> list[sa.ColumnElement[bool]]:
    return [(Charge.payer_id if side == "payable" else Charge.payee_id) == organisation_id]


def _tab(tab: str, today: date) -> list[sa.ColumnElement[bool]]:
    open_ = Charge.status.in_(UNPAID)
    return {
        "": [open_],
        "soon": [open_, Charge.due_on >= today, Charge.due_on <= today + rules.SOON],
        "overdue": [open_, Charge.due_on < today],
        "paid": [Charge.status.in_((ChargeStatus.PAID, ChargeStatus.REFUNDED))],
    }.get(tab, [])
