"""Tables of what suppliers offer, every published state of it, and what proves it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map


class ListingKind(StrEnum):
    """What is offered."""

    PRODUCT = "product"
    SERVICE = "service"
    TECHNOLOGY = "technology"
    FINANCE = "finance"


class ListingStatus(StrEnum):
    """A listing's life."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"


class PriceKind(StrEnum):
    """How a price is told: one price, from … to …, or on request."""

    FIXED = "fixed"
    BAND = "band"
    REQUEST = "request"


_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")
_NOT_NEGATIVE = ("price_min_fen", "price_max_fen", "stock", "monthly_capacity", "lead_time_days", "version")


class Listing(SQLModel, table=True):
    """Something offered (供给). Public while published by an approved organisation.

    `version` is the number of the newest ListingVersion, 0 before the first publication; `reviewed_version` the newest
    one an operator has looked at. `revision` counts every change of the row, so that two editors never overwrite each
    other. `lead_time_days`, `stock` and `monthly_capacity` are null when not stated.
    """

    __tablename__ = "listing"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _revision}
    __table_args__ = (
        *(sa.CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative") for name in _NOT_NEGATIVE),
        sa.CheckConstraint("min_order >= 1", name="min_order_positive"),
        sa.CheckConstraint("price_max_fen >= price_min_fen", name="price_band_in_order"),
        sa.CheckConstraint("price_kind <> 'request' OR price_min_fen IS NULL", name="price_on_request_has_no_amount"),
        sa.CheckConstraint("reviewed_version <= version", name="reviewed_what_exists"),
        sa.CheckConstraint("status <> 'published' OR version >= 1", name="published_has_a_version"),
        sa.Index("uq_listing_external_ref", "owner_id", "external_ref", unique=True,
                 sqlite_where=sa.text("external_ref <> ''"), postgresql_where=sa.text("external_ref <> ''")),
        sa.Index("ix_listing_owner_status", "owner_id", "status", "id"),
        sa.Index("ix_listing_status_updated", "status", "updated_at"),
    )  # fmt: skip
    MOVES: ClassVar[dict[ListingStatus, tuple[ListingStatus, ...]]] = {
        ListingStatus.DRAFT: (ListingStatus.IN_REVIEW, ListingStatus.WITHDRAWN),
        ListingStatus.IN_REVIEW: (ListingStatus.PUBLISHED, ListingStatus.RETURNED),
        ListingStatus.RETURNED: (ListingStatus.IN_REVIEW, ListingStatus.WITHDRAWN),
        ListingStatus.PUBLISHED: (ListingStatus.WITHDRAWN, ListingStatus.SUSPENDED),
        ListingStatus.WITHDRAWN: (ListingStatus.IN_REVIEW,),
        ListingStatus.SUSPENDED: (ListingStatus.PUBLISHED,),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    kind: ListingKind = choice(ListingKind)
    status: ListingStatus = choice(ListingStatus, default=ListingStatus.DRAFT)
    class_code: str | None = Field(default=None, max_length=32, index=True)
    name: str = Field(max_length=120)
    name_en: str = Field(default="", max_length=160)
    model: str = Field(default="", max_length=80)
    summary: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=8000)
    emergency_categories: list[str] = json_list()
    field_codes: list[str] = json_list()
    event_codes: list[str] = json_list()
    specs: list[dict[str, Any]] = json_list()
    price_kind: PriceKind = choice(PriceKind, default=PriceKind.REQUEST)
    price_min_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    price_max_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    unit: str = Field(default="", max_length=20)
    min_order: int | None = None
    stock: int | None = None
    monthly_capacity: int | None = None
    lead_time_days: int | None = None
    confirmed_at: datetime | None = None
    stale_told_at: datetime | None = None
    service_regions: list[str] = json_list()
    arrangements: list[str] = json_list()
    external_ref: str = Field(default="", max_length=80)
    version: int = 0
    reviewed_version: int = 0
    published_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_revision)


class ListingVersion(SQLModel, table=True):
    """Everything public about a listing as it stood from one moment to another (历史版本). Never changed but for its end."""

    __tablename__ = "listing_version"
    __table_args__ = (
        sa.UniqueConstraint("listing_id", "number"),
        sa.CheckConstraint("valid_until >= valid_from", name="ends_after_start"),
        sa.Index("uq_listing_version_current", "listing_id", unique=True,
                 sqlite_where=sa.text("valid_until IS NULL"), postgresql_where=sa.text("valid_until IS NULL")),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = foreign("listing.id", index=False)
    number: int
    valid_from: datetime
    valid_until: datetime | None = None
    content: dict[str, Any] = json_map()
    user_id: int | None = foreign("user.id", index=False, default=None, nullable=True)


class ListingImage(SQLModel, table=True):
    """A picture of a listing in two sizes, redrawn by us (图片)."""

    __tablename__ = "listing_image"

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = foreign("listing.id")
    large_id: int = foreign("stored_file.id", index=False)
    small_id: int = foreign("stored_file.id", index=False)
    position: int = 0
    alt: str = Field(default="", max_length=120)
    width: int
    height: int


class ListingDocument(SQLModel, table=True):
    """A document anybody may download with a listing: manual, brochure, test report (资料)."""

    __tablename__ = "listing_document"

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = foreign("listing.id")
    file_id: int = foreign("stored_file.id", index=False)
    title: str = Field(max_length=120)


class Certificate(SQLModel, table=True):
    """A certificate of an organisation, or of one of its listings (证书).

    `valid_until` is null when it does not expire or is not stated. `told_days` is the last reminder sent (60, 30, 7 or 0
    days before the end), null before the first.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.CheckConstraint("valid_until >= valid_from", name="ends_after_start"),
        sa.Index("ix_certificate_valid_until", "valid_until"),
    )

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id")
    listing_id: int | None = foreign("listing.id", default=None, nullable=True)
    kind: str = Field(max_length=80)
    number: str = Field(default="", max_length=80)
    issuer: str = Field(default="", max_length=120)
    valid_from: date | None = None
    valid_until: date | None = None
    file_id: int | None = foreign("stored_file.id", index=False, default=None, nullable=True)
    told_days: int | None = None
    created_at: datetime
    updated_at: datetime


class ReviewDecision(StrEnum):
    """What an operator decides about a listing."""

    APPROVE = "approve"
    RETURN = "return"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    KEEP = "keep"


class ListingReview(SQLModel, table=True):
    """An operator's decision about a listing, with its reason (审核记录)."""

    __tablename__ = "listing_review"

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = foreign("listing.id")
    decision: ReviewDecision = choice(ReviewDecision)
    reason: str = Field(default="", max_length=1000)
    version: int
    reviewer_id: int = foreign("user.id", index=False)
    at: datetime


class ImportStatus(StrEnum):
    """How far an import got."""

    PREVIEWED = "previewed"
    IMPORTED = "imported"
    DISCARDED = "discarded"


class ImportRun(SQLModel, table=True):
    """A file that was read and shown; confirming imports exactly these rows, once (批量导入)."""

    __tablename__ = "import_run"
    MOVES: ClassVar[dict[ImportStatus, tuple[ImportStatus, ...]]] = {
        ImportStatus.PREVIEWED: (ImportStatus.IMPORTED, ImportStatus.DISCARDED),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id")
    user_id: int = foreign("user.id", index=False)
    status: ImportStatus = choice(ImportStatus, default=ImportStatus.PREVIEWED)
    file_name: str = Field(max_length=200)
    rows: list[dict[str, Any]] = json_list()
    errors: list[dict[str, Any]] = json_list()
    result: dict[str, int] = json_map()
    created_at: datetime
    updated_at: datetime
