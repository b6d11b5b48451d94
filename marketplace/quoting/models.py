"""Tables of the inquiry basket, requests for quotes, and what suppliers answer."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_map

MAX_QUANTITY = 10_000_000


class RequestKind(StrEnum):
    """Which procedure a request follows. A market inquiry (市场询价/需求调查) binds nobody."""

    MARKET_INQUIRY = "market_inquiry"


class RequestStatus(StrEnum):
    """What the buyer has done. Whether a sent request is still open follows from the time: see rules.state_of."""

    SENT = "sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class QuoteStatus(StrEnum):
    """An answer's life; it may be replaced, withdrawn and given again until the answer-by time."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ANSWERED = (QuoteStatus.SUBMITTED, QuoteStatus.DECLINED)


def _revision() -> sa.Column:
    return sa.Column("revision", sa.Integer, nullable=False, server_default="1")


_request_revision, _quote_revision = _revision(), _revision()


class BasketLine(SQLModel, table=True):
    """A listing an organisation means to ask about (询价篮)."""

    __tablename__ = "basket_line"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "listing_id"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = foreign("organisation.id", index=False)
    listing_id: int = foreign("listing.id")
    quantity: int = 1
    note: str = Field(default="", max_length=300)
    added_by: int = foreign("user.id", index=False)
    created_at: datetime
    updated_at: datetime


class NumberCounter(SQLModel, table=True):
    """The last running number given on a day; counted up by the database so that no two requests share one."""

    __tablename__ = "request_counter"

    day: date = Field(primary_key=True)
    last: int


class Request(SQLModel, table=True):
    """A request for quotes (询价单). Sent once: the form's key is unique per owner.

    `wanted_on` is null when the day of need is open.
    """

    __tablename__ = "quote_request"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _request_revision}
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "form_key"),
        sa.CheckConstraint("status <> 'cancelled' OR cancel_reason <> ''", name="cancelled_with_a_reason"),
        sa.Index("ix_quote_request_owner", "owner_id", "id"),
        sa.Index("ix_quote_request_status_answer_by", "status", "answer_by"),
    )
    MOVES: ClassVar[dict[RequestStatus, tuple[RequestStatus, ...]]] = {
        RequestStatus.SENT: (RequestStatus.CLOSED, RequestStatus.CANCELLED),
        RequestStatus.CLOSED: (),
        RequestStatus.CANCELLED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    kind: RequestKind = choice(RequestKind, default=RequestKind.MARKET_INQUIRY)
    number: str = Field(unique=True, max_length=20)
    status: RequestStatus = choice(RequestStatus, default=RequestStatus.SENT)
    form_key: str = Field(max_length=40)
    title: str = Field(max_length=120)
    purpose: str = Field(max_length=2000)
    category: str = Field(max_length=32)
    province: str = Field(max_length=30)
    city: str = Field(default="", max_length=40)
    wanted_on: date | None = None
    arrangement: str = Field(max_length=32)
    answer_by: datetime
    remarks: str = Field(default="", max_length=2000)
    cancel_reason: str = Field(default="", max_length=500)
    sent_by: int = foreign("user.id", index=False)
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_request_revision)


class RequestLine(SQLModel, table=True):
    """One listing asked about, as it stood when the request was sent (询价明细)."""

    __tablename__ = "request_line"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "listing_id"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.Index("ix_request_line_supplier", "request_id", "supplier_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = foreign("quote_request.id", index=False)
    listing_id: int = foreign("listing.id")
    version_number: int
    supplier_id: int = foreign("organisation.id", index=False)
    class_code: str = Field(default="", max_length=32)
    name: str = Field(max_length=120)
    model: str = Field(default="", max_length=80)
    quantity: int
    unit: str = Field(default="", max_length=20)
    note: str = Field(default="", max_length=300)


class Invitation(SQLModel, table=True):
    """A supplier asked by a request; times are null until it happened (邀请)."""

    __tablename__ = "quote_invitation"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "supplier_id"),
        sa.Index("ix_quote_invitation_supplier", "supplier_id", "request_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = foreign("quote_request.id", index=False)
    supplier_id: int = foreign("organisation.id", index=False)
    seen_at: datetime | None = None
    reminded_at: datetime | None = None
    declined_reason: str = Field(default="", max_length=500)
    created_at: datetime


class Quote(SQLModel, table=True):
    """A supplier's answer to a request (报价). `sequence` counts what was submitted; 0 before the first time.

    Terms are null while a draft leaves them open.
    """

    __tablename__ = "quote"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _quote_revision}
    __table_args__ = (
        sa.UniqueConstraint("request_id", "supplier_id"),
        sa.CheckConstraint("valid_days > 0", name="valid_days_positive"),
        sa.CheckConstraint("tax_rate >= 0 AND tax_rate <= 100", name="tax_rate_is_percent"),
        sa.CheckConstraint("sequence >= 0", name="sequence_not_negative"),
        sa.CheckConstraint(
            "status <> 'submitted' OR (submitted_at IS NOT NULL AND receipt_hash <> '' AND sequence > 0 "
            "AND valid_days IS NOT NULL AND tax_included IS NOT NULL AND tax_rate IS NOT NULL)",
            name="submitted_is_complete",
        ),
    )
    MOVES: ClassVar[dict[QuoteStatus, tuple[QuoteStatus, ...]]] = {
        QuoteStatus.DRAFT: (QuoteStatus.DRAFT, QuoteStatus.SUBMITTED, QuoteStatus.DECLINED),
        QuoteStatus.SUBMITTED: (QuoteStatus.SUBMITTED, QuoteStatus.WITHDRAWN),
        QuoteStatus.DECLINED: (QuoteStatus.DRAFT, QuoteStatus.SUBMITTED),
        QuoteStatus.WITHDRAWN: (QuoteStatus.DRAFT, QuoteStatus.SUBMITTED, QuoteStatus.DECLINED),
    }

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = foreign("quote_request.id", index=False)
    supplier_id: int = foreign("organisation.id")
    status: QuoteStatus = choice(QuoteStatus, default=QuoteStatus.DRAFT)
    submitted_at: datetime | None = None
    valid_days: int | None = None
    tax_included: bool | None = None
    tax_rate: int | None = None
    note: str = Field(default="", max_length=2000)
    receipt_hash: str = Field(default="", max_length=64)
    sequence: int = 0
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_quote_revision)


class QuoteLine(SQLModel, table=True):
    """The answer to one line; a null price says 不报价, the note why. A line without a row is not answered yet."""

    __tablename__ = "quote_line"
    __table_args__ = (
        sa.UniqueConstraint("quote_id", "request_line_id"),
        sa.CheckConstraint("unit_price_fen >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint("delivery_days >= 0", name="delivery_days_not_negative"),
        sa.CheckConstraint("unit_price_fen IS NOT NULL OR note <> ''", name="no_price_has_a_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    quote_id: int = foreign("quote.id", index=False)
    request_line_id: int = foreign("request_line.id")
    unit_price_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    delivery_days: int | None = None
    note: str = Field(default="", max_length=500)


class QuoteRevision(SQLModel, table=True):
    """What was submitted once, word for word, with its receipt; never changed (报价存证)."""

    __tablename__ = "quote_revision"
    __table_args__ = (sa.UniqueConstraint("quote_id", "sequence"),)

    id: int | None = Field(default=None, primary_key=True)
    quote_id: int = foreign("quote.id", index=False)
    sequence: int
    content: dict[str, Any] = json_map()
    hash: str = Field(unique=True, max_length=64)
    user_id: int = foreign("user.id", index=False)
    at: datetime


class Question(SQLModel, table=True):
    """A supplier's question; once answered every asked supplier reads `public_text`, never who asked (答疑)."""

    __tablename__ = "quote_question"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_with_text"),
        sa.Index("ix_quote_question_request", "request_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = foreign("quote_request.id", index=False)
    asked_by: int = foreign("organisation.id", index=False)
    text: str = Field(max_length=1000)
    public_text: str = Field(default="", max_length=1000)
    answer: str = Field(default="", max_length=2000)
    asked_at: datetime
    answered_at: datetime | None = None
