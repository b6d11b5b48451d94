"""Tables of the ledger and of what it is compared with: accounts, balanced sets of entries, differences."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign


class Purpose(StrEnum):
    """What an account is for. Debit is positive: assets and costs grow with positive entries, debts and income with negative."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"
    CASH_BANK = "cash_bank"
    STRIPE_CLEARING = "stripe_clearing"
    PRACTICE_CLEARING = "practice_clearing"
    DEPOSIT_HELD = "deposit_held"
    DEPOSIT_PAID = "deposit_paid"
    REVENUE = "revenue"
    EXPENSE = "expense"
    REFUND_PAYABLE = "refund_payable"
    REFUND_RECEIVABLE = "refund_receivable"
    FEES = "fees"
    SUSPENSE = "suspense"


CLEARING = {"stripe": Purpose.STRIPE_CLEARING, "practice": Purpose.PRACTICE_CLEARING, "transfer": Purpose.CASH_BANK}


class Account(SQLModel, table=True):
    """One organisation's, or with no owner the platform's, account of one purpose (账户); `key` makes it one."""

    __tablename__ = "ledger_account"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=60)
    owner_id: int | None = foreign("organisation.id", default=None, nullable=True)
    purpose: Purpose = choice(Purpose)
    created_at: datetime


class EntrySet(SQLModel, table=True):
    """One balanced posting (记账凭证). Only posted sets count; nothing changes after (triggers). Corrections are reversals.

    `key` is unique: the same business fact is posted once, however often it is told.
    """

    __tablename__ = "ledger_entry_set"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=160)
    kind: str = Field(max_length=40, index=True)
    memo: str = Field(default="", max_length=200)
    payment_id: int | None = foreign("payment.id", default=None, nullable=True)
    reverses_id: int | None = foreign("ledger_entry_set.id", index=False, unique=True, default=None, nullable=True)
    gateway: str = Field(default="", max_length=20)
    external_id: str = Field(default="", max_length=120, index=True)
    occurred_at: datetime = Field(index=True)
    posted: bool = False


class Entry(SQLModel, table=True):
    """One line of a posting (分录). Debit positive, credit negative; the sum of a set is 0 (database)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        sa.Index("ix_ledger_entry_account", "account_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    set_id: int = foreign("ledger_entry_set.id")
    account_id: int = foreign("ledger_account.id", index=False)
    charge_id: int | None = foreign("charge.id", default=None, nullable=True)
    amount_fen: int = Field(sa_type=sa.BigInteger)


class DifferenceClass(StrEnum):
    """How ledger, gateway and charges may disagree."""

    MISSING_LOCALLY = "missing_locally"
    MISSING_REMOTELY = "missing_remotely"
    AMOUNT = "amount"
    CURRENCY = "currency"
    STATE = "state"
    DUPLICATE = "duplicate"
    FEE = "fee"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    UNKNOWN_METADATA = "unknown_metadata"


class DifferenceStatus(StrEnum):
    """Open until it is gone by itself, or an operator has explained it."""

    OPEN = "open"
    EXPLAINED = "explained"
    GONE = "gone"


class Difference(SQLModel, table=True):
    """Something the three-way reconciliation found (对账差异); `key` is one thing, seen again rather than found anew."""

    __tablename__ = "difference"
    __table_args__ = (
        sa.CheckConstraint("status <> 'explained' OR note <> ''", name="explained_with_words"),
        sa.Index("ix_difference_status", "status", "found_at"),
    )
    MOVES: ClassVar[dict[DifferenceStatus, tuple[DifferenceStatus, ...]]] = {
        DifferenceStatus.OPEN: (DifferenceStatus.EXPLAINED, DifferenceStatus.GONE),
        DifferenceStatus.GONE: (DifferenceStatus.OPEN,),
        DifferenceStatus.EXPLAINED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=160)
    kind: DifferenceClass = choice(DifferenceClass, index=True)
    status: DifferenceStatus = choice(DifferenceStatus, default=DifferenceStatus.OPEN)
    gateway: str = Field(default="", max_length=20)
    external_id: str = Field(default="", max_length=120)
    payment_id: int | None = foreign("payment.id", default=None, nullable=True)
    charge_id: int | None = foreign("charge.id", default=None, nullable=True)
    ours_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    theirs_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    detail: str = Field(default="", max_length=500)
    note: str = Field(default="", max_length=500)
    found_at: datetime
    seen_at: datetime
    updated_at: datetime
    decided_by: int | None = foreign("user.id", index=False, default=None, nullable=True)


class Reconciliation(SQLModel, table=True):
    """One finished comparison (对账记录). `until` is the watermark: the next one begins three days before it."""

    __tablename__ = "reconciliation"

    id: int | None = Field(default=None, primary_key=True)
    gateway: str = Field(max_length=20, index=True)
    since: datetime
    until: datetime
    movements: int = 0
    booked: int = 0
    found: int = 0
    gone: int = 0
    at: datetime
