"""Tables of papers: where an organisation takes money and how its invoices are written out, and invoices asked for."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign


class InvoiceKind(StrEnum):
    """增值税普通发票 or 增值税专用发票."""

    PLAIN = "plain"
    SPECIAL = "special"


class InvoiceStatus(StrEnum):
    """An invoice's life."""

    ASKED = "asked"
    ISSUED = "issued"
    REFUSED = "refused"


class BillingProfile(SQLModel, table=True):
    """How invoices to an organisation are written out, and the account it takes transfers at (开票与收款信息)."""

    __tablename__ = "billing_profile"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = foreign("organisation.id", index=False, unique=True)
    title: str = Field(default="", max_length=120)
    tax_number: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=30)
    email: str = Field(default="", max_length=254)
    bank_name: str = Field(default="", max_length=100)
    bank_account: str = Field(default="", max_length=40)
    account_holder: str = Field(default="", max_length=120)
    created_at: datetime
    updated_at: datetime


class Invoice(SQLModel, table=True):
    """An invoice asked for a paid charge (发票申请): the title as it was then, and the payee's 发票号码 and file."""

    __tablename__ = "invoice"
    __table_args__ = (
        sa.Index("uq_invoice_living", "charge_id", unique=True, sqlite_where=sa.text("status <> 'refused'"),
                 postgresql_where=sa.text("status <> 'refused'")),
        sa.CheckConstraint("status <> 'issued' OR number <> ''", name="issued_with_a_number"),
        sa.CheckConstraint("status <> 'refused' OR why <> ''", name="refused_with_a_reason"),
        sa.Index("ix_invoice_payee", "payee_id", "status", "id"),
        sa.Index("ix_invoice_payer", "payer_id", "status", "id"),
    )  # fmt: skip
    MOVES: ClassVar[dict[InvoiceStatus, tuple[InvoiceStatus, ...]]] = {
        InvoiceStatus.ASKED: (InvoiceStatus.ISSUED, InvoiceStatus.REFUSED),
        InvoiceStatus.ISSUED: (),
        InvoiceStatus.REFUSED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    charge_id: int = foreign("charge.id", index=False)
    payer_id: int = foreign("organisation.id", index=False)
    payee_id: int = foreign("organisation.id", index=False)
    kind: InvoiceKind = choice(InvoiceKind)
    status: InvoiceStatus = choice(InvoiceStatus, default=InvoiceStatus.ASKED)
    amount_fen: int = Field(sa_type=sa.BigInteger)
    title: str = Field(max_length=120)
    tax_number: str = Field(max_length=20)
    address: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=30)
    email: str = Field(default="", max_length=254)
    bank_name: str = Field(default="", max_length=100)
    bank_account: str = Field(default="", max_length=40)
    number: str = Field(default="", max_length=20)
    issued_on: date | None = None
    file_id: int | None = foreign("stored_file.id", index=False, default=None, nullable=True)
    why: str = Field(default="", max_length=500)
    asked_by: int = foreign("user.id", index=False)
    created_at: datetime
    updated_at: datetime
