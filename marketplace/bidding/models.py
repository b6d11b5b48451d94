"""Tables of sealed quotes. Before the opening no row here names a supplier: a keyed tag stands in its place."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_map


class SealedStatus(StrEnum):
    """A sealed quote's life until the deadline; whether it must be reconfirmed follows from the version it answers."""

    SUBMITTED = "submitted"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class OpenedStatus(StrEnum):
    """What the opening made of an effective quote. Prices show only when every quote of the round has one."""

    OPENED = "opened"
    UNOPENABLE = "unopenable"
    INVALID = "invalid"
    NOT_RECONFIRMED = "not_reconfirmed"


class QuoteDraft(SQLModel, table=True):
    """A quote being written (报价草稿), sealed to the writer's own people only. One per bidder and round."""

    __tablename__ = "quote_draft"
    __table_args__ = (sa.UniqueConstraint("round_id", "bidder_tag"),)

    id: str = Field(primary_key=True, max_length=32)
    round_id: int = foreign("procurement_round.id", index=False)
    bidder_tag: str = Field(max_length=64)
    envelope: bytes
    revision: int = 1
    updated_at: datetime


class SealedQuote(SQLModel, table=True):
    """One submission (密封报价). Rows are only added; of a bidder's rows at most one is submitted at a time.

    `sequence` counts this bidder's own submissions, so that no receipt tells how many others there are. `version` is the
    procurement version the quote answers. `submission_key` comes with the form: the same form again is the same quote.
    `arrived_at` is when the last byte of the request was here; `receipt` is the signed text the supplier keeps.
    """

    __tablename__ = "sealed_quote"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "bidder_tag", "sequence"),
        sa.UniqueConstraint("round_id", "bidder_tag", "submission_key"),
        sa.Index("uq_sealed_quote_standing", "round_id", "bidder_tag", unique=True,
                 sqlite_where=sa.text("status = 'submitted'"), postgresql_where=sa.text("status = 'submitted'")),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_a_time"),
    )  # fmt: skip
    MOVES: ClassVar[dict[SealedStatus, tuple[SealedStatus, ...]]] = {
        SealedStatus.SUBMITTED: (SealedStatus.REPLACED, SealedStatus.WITHDRAWN),
        SealedStatus.REPLACED: (),
        SealedStatus.WITHDRAWN: (),
    }

    id: str = Field(primary_key=True, max_length=32)
    round_id: int = foreign("procurement_round.id", index=False)
    bidder_tag: str = Field(max_length=64)
    sequence: int
    submission_key: str = Field(max_length=40)
    version: int
    status: SealedStatus = choice(SealedStatus, default=SealedStatus.SUBMITTED)
    envelope: bytes
    envelope_hash: str = Field(max_length=64)
    content_hash: str = Field(max_length=64)
    receipt: str
    signature: str = Field(max_length=120)
    arrived_at: datetime
    withdrawn_at: datetime | None = None
    updated_at: datetime


class SealedFile(SQLModel, table=True):
    """An attachment under its own key, which stands only inside the quote (密封附件). `sha256` is of the sealed bytes."""

    __tablename__ = "sealed_file"

    id: str = Field(primary_key=True, max_length=32)
    round_id: int = foreign("procurement_round.id")
    bidder_tag: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    size: int
    created_at: datetime


class ClosingManifest(SQLModel, table=True):
    """What was there at the close (收口清单): one line per standing quote, and the SHA-256 of the text as its root.

    Written once, after it no quote is taken. The root is public at once, the lines from the opening time on.
    """

    __tablename__ = "closing_manifest"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = foreign("procurement_round.id", unique=True, index=False)
    text: str
    root: str = Field(max_length=64)
    size: int
    signature: str = Field(max_length=120)
    made_at: datetime


class OpeningShare(SQLModel, table=True):
    """An officer's share of one quote's key, given at the opening; worth nothing before the quorum is met."""

    __tablename__ = "opening_share"
    __table_args__ = (sa.UniqueConstraint("officer_id", "quote_id"),)

    id: int | None = Field(default=None, primary_key=True)
    officer_id: int = foreign("opening_officer.id", index=False)
    quote_id: str = foreign("sealed_quote.id", max_length=32)
    share: bytes
    given_at: datetime


class OpenedQuote(SQLModel, table=True):
    """A quote of the manifest after the opening (已开启报价). `supplier_id` is null when the quote could not be read.

    `content` is bidding.content.QuoteContent; `totals` are fen by lot number over the asked period, comparable across arrangements.
    """

    __tablename__ = "opened_quote"
    __table_args__ = (
        sa.CheckConstraint("status <> 'opened' OR supplier_id IS NOT NULL", name="opened_names_the_supplier"),
        sa.CheckConstraint("status = 'opened' OR reason <> ''", name="not_opened_has_a_reason"),
        sa.Index("ix_opened_quote_supplier", "supplier_id", "round_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = foreign("procurement_round.id")
    quote_id: str = foreign("sealed_quote.id", unique=True, index=False, max_length=32)
    place: int
    supplier_id: int | None = foreign("organisation.id", index=False, default=None, nullable=True)
    status: OpenedStatus = choice(OpenedStatus)
    reason: str = Field(default="", max_length=500)
    content: dict[str, Any] = json_map()
    totals: dict[str, int] = json_map()
    opened_at: datetime


class QuoteReading(SQLModel, table=True):
    """Somebody read an opened quote (查阅记录): who, when, on which page or export. Only added."""

    __tablename__ = "quote_reading"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = foreign("procurement_round.id")
    user_id: int = foreign("user.id", index=False)
    organisation_id: int | None = foreign("organisation.id", index=False, default=None, nullable=True)
    what: str = Field(max_length=60)
    at: datetime
