"""Tables of what is owed and how it was paid: charges, payments, proofs of transfers, refunds."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign


class ChargeStatus(StrEnum):
    """A charge's life; `refunded` when nothing of it is left with the payee's side as paid (deposits: all given back or used)."""

    OPEN = "open"
    PAYING = "paying"
    PAID = "paid"
    WAIVED = "waived"
    REFUNDED = "refunded"


class Route(StrEnum):
    """How money moves: through a gateway, or by bank or treasury transfer."""

    STRIPE = "stripe"
    PRACTICE = "practice"
    TRANSFER = "transfer"


ONLINE = (Route.STRIPE, Route.PRACTICE)


class PaymentStatus(StrEnum):
    """An intent's life. `unknown`: we asked and do not know what became of it; `expired`: nobody paid in time."""

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"


LIVING = (PaymentStatus.PLANNED, PaymentStatus.SENT, PaymentStatus.UNKNOWN)


class RefundStatus(StrEnum):
    """A refund's life; from `planned` on as an intent of its own."""

    ASKED = "asked"
    REFUSED = "refused"
    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"


_paying = "status IN ('planned', 'sent', 'unknown')"


class Charge(SQLModel, table=True):
    """Something one organisation owes another (应付/应收款项). Its parties and amount never change (trigger).

    `source_*` name what it came from, unique, so that the same schedule raised twice makes nothing new. `refunding_fen`
    is what was given back or is on its way back, `refunded_fen` what certainly was, `applied_fen` what of a deposit was kept.
    """

    __tablename__ = "charge"
    __table_args__ = (
        sa.UniqueConstraint("source_type", "source_id", "source_key"),
        sa.CheckConstraint("payer_id <> payee_id", name="two_sides"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("refunding_fen >= 0 AND applied_fen >= 0 AND refunding_fen + applied_fen <= amount_fen",
                           name="never_back_more_than_paid"),
        sa.CheckConstraint("refunded_fen >= 0 AND refunded_fen <= refunding_fen", name="refunded_was_asked"),
        sa.CheckConstraint("applied_fen = 0 OR deposit", name="only_deposits_are_kept"),
        sa.CheckConstraint("status <> 'waived' OR why <> ''", name="waived_with_a_reason"),
        sa.Index("ix_charge_payer", "payer_id", "status", "due_on"),
        sa.Index("ix_charge_payee", "payee_id", "status", "due_on"),
    )  # fmt: skip
    MOVES: ClassVar[dict[ChargeStatus, tuple[ChargeStatus, ...]]] = {
        ChargeStatus.OPEN: (ChargeStatus.PAYING, ChargeStatus.WAIVED, ChargeStatus.PAID),
        ChargeStatus.PAYING: (ChargeStatus.OPEN, ChargeStatus.PAID),
        ChargeStatus.PAID: (ChargeStatus.REFUNDED,),
        ChargeStatus.WAIVED: (),
        ChargeStatus.REFUNDED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    payer_id: int = foreign("organisation.id", index=False)
    payee_id: int = foreign("organisation.id", index=False)
    what: str = Field(max_length=200)
    code: str = Field(max_length=40)
    deposit: bool = False
    amount_fen: int = Field(sa_type=sa.BigInteger)
    due_on: date = Field(index=True)
    source_type: str = Field(max_length=40)
    source_id: int
    source_key: str = Field(max_length=80)
    link: str = Field(default="", max_length=200)
    status: ChargeStatus = choice(ChargeStatus, default=ChargeStatus.OPEN, index=True)
    refunding_fen: int = Field(default=0, sa_type=sa.BigInteger)
    refunded_fen: int = Field(default=0, sa_type=sa.BigInteger)
    applied_fen: int = Field(default=0, sa_type=sa.BigInteger)
    why: str = Field(default="", max_length=500)
    paid_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class Payment(SQLModel, table=True):
    """The intent to pay one or more charges of one payee (付款), stored before anybody is asked.

    `token` is all a gateway learns of us; `idempotency_key` goes with every try of the same call, `params_hash` proves that
    the tries are the same. The amount is fixed once sent (trigger). `gateway_id` is the checkout's, `captured_fen` etc. are
    what the gateway said last and we have posted.
    """

    __tablename__ = "payment"
    __table_args__ = (
        sa.UniqueConstraint("payer_id", "form_key"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("captured_fen >= 0 AND returned_fen >= 0 AND returned_fen <= captured_fen", name="captured"),
        sa.CheckConstraint("status NOT IN ('failed') OR why <> ''", name="failed_with_a_reason"),
        sa.Index("ix_payment_payer", "payer_id", "status", "id"),
        sa.Index("ix_payment_payee", "payee_id", "status", "id"),
        sa.Index("ix_payment_living", "next_try_at", sqlite_where=sa.text(_paying), postgresql_where=sa.text(_paying)),
    )
    MOVES: ClassVar[dict[PaymentStatus, tuple[PaymentStatus, ...]]] = {
        PaymentStatus.PLANNED: (PaymentStatus.SENT, PaymentStatus.FAILED, PaymentStatus.EXPIRED),
        PaymentStatus.SENT: (
            PaymentStatus.UNKNOWN,
            PaymentStatus.CONFIRMED,
            PaymentStatus.FAILED,
            PaymentStatus.EXPIRED,
        ),
        PaymentStatus.UNKNOWN: (
            PaymentStatus.SENT,
            PaymentStatus.CONFIRMED,
            PaymentStatus.FAILED,
            PaymentStatus.EXPIRED,
        ),
        PaymentStatus.EXPIRED: (PaymentStatus.CONFIRMED,),  # money may arrive after all
        PaymentStatus.FAILED: (PaymentStatus.CONFIRMED,),
        PaymentStatus.CONFIRMED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    payer_id: int = foreign("organisation.id", index=False)
    payee_id: int = foreign("organisation.id", index=False)
    form_key: str = Field(max_length=40)
    route: Route = choice(Route, index=True)
    amount_fen: int = Field(sa_type=sa.BigInteger)
    currency: str = Field(default="cny", max_length=3)
    token: str = Field(unique=True, max_length=40)
    idempotency_key: str = Field(unique=True, max_length=64)
    params_hash: str = Field(max_length=64)
    status: PaymentStatus = choice(PaymentStatus, default=PaymentStatus.PLANNED)
    gateway_id: str | None = Field(default=None, unique=True, max_length=120)
    checkout_url: str = Field(default="", max_length=2000)
    captured_fen: int = Field(default=0, sa_type=sa.BigInteger)
    returned_fen: int = Field(default=0, sa_type=sa.BigInteger)
    fee_fen: int = Field(default=0, sa_type=sa.BigInteger)
    why: str = Field(default="", max_length=500)
    tries: int = 0
    next_try_at: datetime
    give_up_at: datetime | None = None
    sent_at: datetime | None = None
    expires_at: datetime
    confirmed_at: datetime | None = None
    created_by: int = foreign("user.id", index=False)
    created_at: datetime
    updated_at: datetime

    @property
    def number(self) -> str:
        """What people call it, and write on a transfer."""
        return f"ZF{self.id:08d}"


class PaymentCharge(SQLModel, table=True):
    """A charge within a payment. While `live`, no other payment may hold the same charge (unique index)."""

    __tablename__ = "payment_charge"
    __table_args__ = (
        sa.UniqueConstraint("payment_id", "charge_id"),
        sa.Index("uq_payment_charge_live", "charge_id", unique=True, sqlite_where=sa.text("live"),
                 postgresql_where=sa.text("live")),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = foreign("payment.id", index=False)
    charge_id: int = foreign("charge.id")
    amount_fen: int = Field(sa_type=sa.BigInteger)
    live: bool = True


class TransferProof(SQLModel, table=True):
    """What the payer shows of a bank or treasury transfer (转账凭证), and what the payee's side says to it."""

    __tablename__ = "transfer_proof"
    __table_args__ = (
        sa.Index("uq_transfer_proof_waiting", "payment_id", unique=True,
                 sqlite_where=sa.text("confirmed IS NULL"), postgresql_where=sa.text("confirmed IS NULL")),
        sa.CheckConstraint("confirmed IS NULL OR confirmed OR why <> ''", name="refused_with_a_reason"),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = foreign("payment.id")
    file_id: int | None = foreign("stored_file.id", index=False, default=None, nullable=True)
    reference: str = Field(max_length=80)
    treasury: bool = False
    paid_on: date
    sent_by: int = foreign("user.id", index=False)
    sent_at: datetime
    confirmed: bool | None = None
    why: str = Field(default="", max_length=500)
    decided_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    decided_at: datetime | None = None


class Refund(SQLModel, table=True):
    """Money going back (退款) for one charge out of the payment that paid it; the return of a deposit is one too.

    `approvals_needed` is fixed when asked, by the limit in force then; the two who approve are different people.
    """

    __tablename__ = "refund"
    __table_args__ = (
        sa.UniqueConstraint("charge_id", "form_key"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("approvals_needed IN (1, 2)", name="one_or_two"),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        sa.CheckConstraint(
            "status IN ('asked', 'refused') OR (first_by IS NOT NULL AND (approvals_needed = 1 OR second_by IS NOT NULL))",
            name="approved_before_sent",
        ),
        sa.CheckConstraint("status NOT IN ('refused', 'failed') OR why <> ''", name="refused_with_a_reason"),
        sa.Index("ix_refund_payee", "payee_id", "status", "id"),
        sa.Index("ix_refund_payer", "payer_id", "status", "id"),
    )
    MOVES: ClassVar[dict[RefundStatus, tuple[RefundStatus, ...]]] = {
        RefundStatus.ASKED: (RefundStatus.PLANNED, RefundStatus.REFUSED),
        RefundStatus.PLANNED: (RefundStatus.SENT, RefundStatus.FAILED),
        RefundStatus.SENT: (RefundStatus.UNKNOWN, RefundStatus.CONFIRMED, RefundStatus.FAILED),
        RefundStatus.UNKNOWN: (RefundStatus.SENT, RefundStatus.CONFIRMED, RefundStatus.FAILED),
        RefundStatus.FAILED: (RefundStatus.CONFIRMED,),
        RefundStatus.CONFIRMED: (),
        RefundStatus.REFUSED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    charge_id: int = foreign("charge.id", index=False)
    payment_id: int = foreign("payment.id")
    payer_id: int = foreign("organisation.id", index=False)
    payee_id: int = foreign("organisation.id", index=False)
    form_key: str = Field(max_length=80)
    amount_fen: int = Field(sa_type=sa.BigInteger)
    reason: str = Field(max_length=500)
    approvals_needed: int = 1
    status: RefundStatus = choice(RefundStatus, default=RefundStatus.ASKED)
    token: str = Field(unique=True, max_length=40)
    idempotency_key: str = Field(unique=True, max_length=64)
    gateway_id: str | None = Field(default=None, unique=True, max_length=120)
    why: str = Field(default="", max_length=500)
    reference: str = Field(default="", max_length=80)
    asked_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    first_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    second_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    tries: int = 0
    next_try_at: datetime
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def number(self) -> str:
        """What people call it."""
        return f"TK{self.id:08d}"
