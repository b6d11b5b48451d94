"""Tables of evaluation and award: who judged what, how, and why one supplier was chosen and the others not."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map


class Outcome(StrEnum):
    """Whether an opened quote meets what must be met."""

    PENDING = "pending"
    COMPLIANT = "compliant"
    REJECTED = "rejected"


class Conflict(StrEnum):
    """What a panel member said about interests in the bidders; nobody scores before saying."""

    UNDECLARED = "undeclared"
    NONE = "none"
    DECLARED = "declared"


class SheetStatus(StrEnum):
    """A score sheet is its writer's alone until submitted."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class AwardStatus(StrEnum):
    """An award's life: announced, then taken or declined by the supplier, or taken back with a reason."""

    ANNOUNCED = "announced"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class ObjectionStatus(StrEnum):
    """An objection (质疑) is answered one way or the other, with reasons."""

    FILED = "filed"
    UPHELD = "upheld"
    REJECTED = "rejected"


LIVING = (AwardStatus.ANNOUNCED, AwardStatus.ACCEPTED)
_living = sa.text("status IN ('announced', 'accepted')")


class Compliance(SQLModel, table=True):
    """One quote against one lot's requirements, line by line (符合性审查).

    `rows` are {"item", "requirement", "name", "asked", "offered", "level", "verdict": "meets"|"fails"|"unclear",
    "source": "matching"|"quote"|"buyer", "note"}; prefilled, then decided by a person.
    """

    __tablename__ = "compliance"
    __table_args__ = (
        sa.UniqueConstraint("opened_quote_id", "lot_id"),
        sa.CheckConstraint("outcome <> 'rejected' OR reason <> ''", name="rejected_with_a_reason"),
    )
    MOVES: ClassVar[dict[Outcome, tuple[Outcome, ...]]] = {}

    id: int | None = Field(default=None, primary_key=True)
    opened_quote_id: int = foreign("opened_quote.id", index=False)
    lot_id: int = foreign("procurement_lot.id")
    rows: list[dict[str, Any]] = json_list()
    outcome: Outcome = choice(Outcome, default=Outcome.PENDING)
    reason: str = Field(default="", max_length=1000)
    decided_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    decided_at: datetime | None = None
    updated_at: datetime


class PanelMember(SQLModel, table=True):
    """Somebody who judges the quotes of a procurement (评审成员); a declared conflict takes the person out, and so does
    `removed_at` with its reason. The row stays: who was asked and why not is part of the file.
    """

    __tablename__ = "panel_member"
    __table_args__ = (
        sa.UniqueConstraint("procurement_id", "user_id"),
        sa.CheckConstraint("conflict <> 'declared' OR conflict_text <> ''", name="conflict_in_words"),
        sa.CheckConstraint("removed_at IS NULL OR remove_reason <> ''", name="removed_with_a_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    user_id: int = foreign("user.id")
    expert: bool = False
    conflict: Conflict = choice(Conflict, default=Conflict.UNDECLARED)
    conflict_text: str = Field(default="", max_length=500)
    declared_at: datetime | None = None
    appointed_by: int = foreign("user.id", index=False)
    appointed_at: datetime
    removed_at: datetime | None = None
    remove_reason: str = Field(default="", max_length=300)


class ScoreSheet(SQLModel, table=True):
    """What one member gave each quote of a lot (评分表). `scores` are {opened quote id: {criterion key: {"points", "note"}}};
    points are hundredths. Nobody else reads it before every member has submitted.
    """

    __tablename__ = "score_sheet"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "lot_id", "round_id"),
        sa.CheckConstraint("(status = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_a_time"),
    )
    MOVES: ClassVar[dict[SheetStatus, tuple[SheetStatus, ...]]] = {
        SheetStatus.DRAFT: (SheetStatus.SUBMITTED,),
        SheetStatus.SUBMITTED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = foreign("panel_member.id", index=False)
    lot_id: int = foreign("procurement_lot.id")
    round_id: int = foreign("procurement_round.id", index=False)
    status: SheetStatus = choice(SheetStatus, default=SheetStatus.DRAFT)
    scores: dict[str, Any] = json_map()
    submitted_at: datetime | None = None
    updated_at: datetime


class PanelOpinion(SQLModel, table=True):
    """What a member says of the order proposed for a lot (评审意见): agrees, or keeps another view with its reason.

    `digest` is that of the proposed order; when scores or the compliance change it no longer counts. Only added.
    """

    __tablename__ = "panel_opinion"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "lot_id", "round_id", "digest"),
        sa.CheckConstraint("agrees OR text <> ''", name="dissent_with_a_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = foreign("panel_member.id", index=False)
    lot_id: int = foreign("procurement_lot.id")
    round_id: int = foreign("procurement_round.id", index=False)
    digest: str = Field(max_length=64)
    agrees: bool
    text: str = Field(default="", max_length=1000)
    at: datetime


class Ranking(SQLModel, table=True):
    """The agreed order of a lot's quotes (评审结论), with how it came about; a new conclusion adds a row, the newest counts.

    `rows` are {"opened_quote_id", "supplier_id", "place"|null, "total_fen", "ranked_fen", "price_points", "scored_points",
    "points", "why"}: place is null for a rejected quote and `why` says the reason in words that can be sent to that
    supplier. `ranked_fen` is the price after deductions that serve the ranking only; points are hundredths, null where the
    method gives none. `agreed_by` are the user ids of the members who agreed.
    """

    __tablename__ = "ranking"
    __table_args__ = (sa.Index("ix_ranking_lot", "lot_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    lot_id: int = foreign("procurement_lot.id", index=False)
    round_id: int = foreign("procurement_round.id", index=False)
    method: str = Field(max_length=32)
    rows: list[dict[str, Any]] = json_list()
    consensus: str = Field(default="", max_length=4000)
    agreed_by: list[int] = json_list()
    concluded_by: int = foreign("user.id", index=False)
    at: datetime


class Award(SQLModel, table=True):
    """A lot, or one part of it where the procedure may split, given to one quote (成交). At most one living award per part.

    `quantities` are the awarded quantities by item place; empty for the whole lot. `lines` are what is published of it,
    frozen: {"item", "name", "product", "quantity", "unit", "unit_price_fen", "per"}.
    """

    __tablename__ = "award"
    __table_args__ = (
        sa.Index("uq_award_living", "lot_id", "part", unique=True, sqlite_where=_living, postgresql_where=_living),
        sa.CheckConstraint("part >= 1", name="part_positive"),
        sa.CheckConstraint("status NOT IN ('declined', 'revoked') OR end_reason <> ''", name="ended_with_a_reason"),
        sa.Index("ix_award_supplier", "supplier_id", "status"),
    )
    MOVES: ClassVar[dict[AwardStatus, tuple[AwardStatus, ...]]] = {
        AwardStatus.ANNOUNCED: (AwardStatus.ACCEPTED, AwardStatus.DECLINED, AwardStatus.REVOKED),
        AwardStatus.ACCEPTED: (AwardStatus.REVOKED,),
        AwardStatus.DECLINED: (),
        AwardStatus.REVOKED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    lot_id: int = foreign("procurement_lot.id", index=False)
    part: int = 1
    opened_quote_id: int = foreign("opened_quote.id")
    supplier_id: int = foreign("organisation.id", index=False)
    ranking_id: int = foreign("ranking.id", index=False)
    place: int
    amount_fen: int = Field(sa_type=sa.BigInteger)
    quantities: dict[str, Any] = json_map()
    lines: list[dict[str, Any]] = json_list()
    status: AwardStatus = choice(AwardStatus, default=AwardStatus.ANNOUNCED)
    why: str = Field(default="", max_length=1000)
    end_reason: str = Field(default="", max_length=500)
    announced_by: int = foreign("user.id", index=False)
    announced_at: datetime
    ended_at: datetime | None = None
    updated_at: datetime


class Objection(SQLModel, table=True):
    """A bidder doubts the result (质疑), within the time for it; the buyer answers with reasons."""

    __tablename__ = "objection"
    __table_args__ = (
        sa.UniqueConstraint("procurement_id", "supplier_id", "form_key"),
        sa.CheckConstraint("(status = 'filed') = (decided_at IS NULL)", name="decided_has_a_time"),
        sa.CheckConstraint("status = 'filed' OR reply <> ''", name="decided_with_a_reply"),
    )
    MOVES: ClassVar[dict[ObjectionStatus, tuple[ObjectionStatus, ...]]] = {
        ObjectionStatus.FILED: (ObjectionStatus.UPHELD, ObjectionStatus.REJECTED),
        ObjectionStatus.UPHELD: (),
        ObjectionStatus.REJECTED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    lot_id: int | None = foreign("procurement_lot.id", index=False, default=None, nullable=True)
    supplier_id: int = foreign("organisation.id")
    user_id: int = foreign("user.id", index=False)
    form_key: str = Field(max_length=40)
    text: str = Field(max_length=4000)
    filed_at: datetime
    status: ObjectionStatus = choice(ObjectionStatus, default=ObjectionStatus.FILED)
    reply: str = Field(default="", max_length=4000)
    decided_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    decided_at: datetime | None = None
    updated_at: datetime
