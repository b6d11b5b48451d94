"""Tables of procurements: what is asked in lots, under which procedure, until when, of whom."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map


class ProcurementStatus(StrEnum):
    """What has been done. Whether quotes may still come, or may be opened, follows from the time: see rules.phase_of."""

    DRAFT = "draft"
    PUBLISHED = "published"
    EVALUATING = "evaluating"
    AWARDED = "awarded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    """Who may take part: everybody who registers, or only the invited."""

    PUBLIC = "public"
    INVITED = "invited"


class LotStatus(StrEnum):
    """How a lot went; a failed lot needs its reason."""

    OPEN = "open"
    AWARDED = "awarded"
    FAILED = "failed"


class InvitedFrom(StrEnum):
    """Why a supplier was thought of."""

    MATCH = "match"
    BASKET = "basket"
    PLAN = "plan"
    FOLLOWER = "follower"
    CHOSEN = "chosen"


_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")


class Procurement(SQLModel, table=True):
    """A request for quotes under a procedure (采购项目). It points at one version of the procedure for ever.

    `arrangements` are the kinds a quote may choose from; totals are compared over `period_months` (1 for a purchase).
    `criteria` are {"key", "name", "kind": "price"|"scored", "points", "how"} and total 100 where the procedure scores, else empty.
    `version` counts publications and amendments, 0 in a draft; `reconfirm_from` is the oldest version whose quotes still stand.
    `incident_reason` says why nothing slower would do, where the procedure asks for an incident.
    `objections_until` is null until the award is announced. `wanted_on` is null when the day of need is open.
    """

    __tablename__ = "procurement"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _revision}
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "form_key"),
        sa.CheckConstraint("budget_fen >= 0", name="budget_not_negative"),
        sa.CheckConstraint("period_months BETWEEN 1 AND 360", name="period_sensible"),
        sa.CheckConstraint("status NOT IN ('failed', 'cancelled') OR end_reason <> ''", name="ended_with_a_reason"),
        sa.CheckConstraint("status = 'draft' OR version >= 1 OR status = 'cancelled'", name="published_has_a_version"),
        sa.CheckConstraint("reconfirm_from <= version OR version = 0", name="reconfirm_from_a_version"),
        sa.Index("ix_procurement_owner", "owner_id", "status", "id"),
        sa.Index("ix_procurement_status", "status", "visibility", "id"),
    )
    MOVES: ClassVar[dict[ProcurementStatus, tuple[ProcurementStatus, ...]]] = {
        ProcurementStatus.DRAFT: (ProcurementStatus.PUBLISHED, ProcurementStatus.CANCELLED),
        ProcurementStatus.PUBLISHED: (
            ProcurementStatus.EVALUATING,
            ProcurementStatus.FAILED,
            ProcurementStatus.CANCELLED,
        ),
        ProcurementStatus.EVALUATING: (
            ProcurementStatus.AWARDED,
            ProcurementStatus.FAILED,
            ProcurementStatus.CANCELLED,
        ),
        ProcurementStatus.AWARDED: (
            ProcurementStatus.EVALUATING,
            ProcurementStatus.FAILED,
            ProcurementStatus.CANCELLED,
        ),
        ProcurementStatus.FAILED: (),
        ProcurementStatus.CANCELLED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    form_key: str = Field(max_length=40)
    number: str = Field(unique=True, max_length=20)
    status: ProcurementStatus = choice(ProcurementStatus, default=ProcurementStatus.DRAFT)
    procedure_id: int = foreign("procedure.id")
    title: str = Field(max_length=120)
    text: str = Field(default="", max_length=20_000)
    category: str = Field(default="", max_length=32)
    field_code: str = Field(default="", max_length=32)
    province: str = Field(default="", max_length=30)
    city: str = Field(default="", max_length=40)
    place: str = Field(default="", max_length=200)
    wanted_on: date | None = None
    need_id: int | None = foreign("need.id", default=None, nullable=True)
    need_version: int | None = None
    incident_id: int | None = foreign("incident.id", default=None, nullable=True)
    incident_reason: str = Field(default="", max_length=1000)
    visibility: Visibility = choice(Visibility, default=Visibility.INVITED)
    arrangements: list[str] = json_list()
    period_months: int = 1
    budget_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    budget_public: bool = True
    criteria: list[dict[str, Any]] = json_list()
    payment_terms: str = Field(default="", max_length=2000)
    acceptance_terms: str = Field(default="", max_length=2000)
    questions_until: datetime | None = None
    version: int = 0
    reconfirm_from: int = 0
    end_reason: str = Field(default="", max_length=500)
    objections_until: datetime | None = None
    created_by: int = foreign("user.id", index=False)
    published_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    published_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_revision)


class ProcurementCounter(SQLModel, table=True):
    """The last running number given on a day; counted up by the database so that no two procurements share one."""

    __tablename__ = "procurement_counter"

    day: date = Field(primary_key=True)
    last: int


class Lot(SQLModel, table=True):
    """A part of a procurement awarded for itself (包/标段).

    `items` are {"name", "class_code", "quantity", "unit", "note", "listing_id"|null, "requirements"}; requirements as in
    needs.models.Need, without "item". Quotes answer by the item's place in the list.
    """

    __tablename__ = "procurement_lot"
    __table_args__ = (
        sa.UniqueConstraint("procurement_id", "number"),
        sa.CheckConstraint("budget_fen >= 0", name="budget_not_negative"),
        sa.CheckConstraint("status <> 'failed' OR fail_reason <> ''", name="failed_with_a_reason"),
    )
    MOVES: ClassVar[dict[LotStatus, tuple[LotStatus, ...]]] = {
        LotStatus.OPEN: (LotStatus.AWARDED, LotStatus.FAILED),
        LotStatus.AWARDED: (LotStatus.OPEN, LotStatus.FAILED),
        LotStatus.FAILED: (LotStatus.OPEN,),
    }

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    number: int
    title: str = Field(max_length=120)
    items: list[dict[str, Any]] = json_list()
    budget_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    status: LotStatus = choice(LotStatus, default=LotStatus.OPEN)
    fail_reason: str = Field(default="", max_length=500)
    updated_at: datetime


class ProcurementVersion(SQLModel, table=True):
    """A procurement as it was published or amended, with why; never changed (文件版本).

    `content` is everything a supplier reads (see snapshots.content_of); `reconfirm` says that quotes sealed before must be
    confirmed again; `changes` are {"what", "before", "after"} in words.
    """

    __tablename__ = "procurement_version"
    __table_args__ = (sa.UniqueConstraint("procurement_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    number: int
    content: dict[str, Any] = json_map()
    changes: list[dict[str, Any]] = json_list()
    reconfirm: bool = False
    why: str = Field(default="", max_length=500)
    user_id: int = foreign("user.id", index=False)
    at: datetime


class ProcurementAmendment(SQLModel, table=True):
    """A change of a published procurement being written, section by section, until it is told to everybody or dropped.

    `content` is contents.Content as plain data: everything as it shall be; `version` the one it started from.
    """

    __tablename__ = "procurement_amendment"

    procurement_id: int = Field(foreign_key="procurement.id", ondelete="RESTRICT", primary_key=True)
    version: int
    content: dict[str, Any] = json_map()
    user_id: int = foreign("user.id", index=False)
    updated_at: datetime


class ProcurementFile(SQLModel, table=True):
    """A document suppliers get with a procurement (采购文件附件)."""

    __tablename__ = "procurement_file"

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id")
    file_id: int = foreign("stored_file.id", index=False)
    title: str = Field(max_length=120)


class ProcurementInvitation(SQLModel, table=True):
    """A supplier asked by name (邀请), with why it was thought of, frozen: match score and reasons, or the buyer's words."""

    __tablename__ = "procurement_invitation"
    __table_args__ = (sa.UniqueConstraint("procurement_id", "supplier_id"),)

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    supplier_id: int = foreign("organisation.id")
    came_from: InvitedFrom = choice(InvitedFrom, default=InvitedFrom.CHOSEN)
    reasons: dict[str, Any] = json_map()
    invited_by: int = foreign("user.id", index=False)
    created_at: datetime
    told_at: datetime | None = None


class Participant(SQLModel, table=True):
    """A supplier that took the documents and is told of changes (登记参与). Nobody but itself sees the row before the opening.

    Registering is not quoting: it says nothing about whether a quote exists.
    """

    __tablename__ = "procurement_participant"
    __table_args__ = (sa.UniqueConstraint("procurement_id", "supplier_id"),)

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    supplier_id: int = foreign("organisation.id")
    user_id: int = foreign("user.id", index=False)
    at: datetime


class ProcurementQuestion(SQLModel, table=True):
    """A supplier's question; answered, all who may take part read it, never who asked — the buyer neither (答疑)."""

    __tablename__ = "procurement_question"
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_with_text"),)

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id")
    asker_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    text: str = Field(max_length=1000)
    asked_at: datetime
    public_text: str = Field(default="", max_length=1000)
    answer: str = Field(default="", max_length=2000)
    answered_at: datetime | None = None
    answered_by: int | None = foreign("user.id", index=False, default=None, nullable=True)


class Round(SQLModel, table=True):
    """One time of quoting (轮次): quotes come until `quotes_until`, and may be opened from `opens_at` by `quorum` officers.

    The first belongs to everybody who may take part; a final round (最后报价) to the `admitted` suppliers.
    `opened_at` is null until every quote has a status; `record` is what was read out (see bidding.record).
    """

    __tablename__ = "procurement_round"
    __table_args__ = (
        sa.UniqueConstraint("procurement_id", "number"),
        sa.CheckConstraint("opens_at >= quotes_until", name="opens_after_the_deadline"),
        sa.CheckConstraint("quorum >= 2", name="quorum_at_least_two"),
    )

    id: int | None = Field(default=None, primary_key=True)
    procurement_id: int = foreign("procurement.id", index=False)
    number: int = 1
    quotes_until: datetime
    opens_at: datetime
    quorum: int = 2
    admitted: list[int] = json_list()
    opened_at: datetime | None = None
    record: dict[str, Any] = json_map()
    record_hash: str = Field(default="", max_length=64)
    created_at: datetime


class OpeningOfficer(SQLModel, table=True):
    """A named person whose key the quotes of a round are sealed to (开启人).

    The key is copied when the person confirms with the password (`confirmed_at`), so that a later change of key is seen;
    `acted_at` is when the person gave the shares at the opening.
    """

    __tablename__ = "opening_officer"
    __table_args__ = (sa.UniqueConstraint("round_id", "user_id"), sa.UniqueConstraint("round_id", "fingerprint"))

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = foreign("procurement_round.id", index=False)
    user_id: int = foreign("user.id")
    appointed_by: int = foreign("user.id", index=False)
    appointed_at: datetime
    fingerprint: str | None = Field(default=None, max_length=64)
    public_key: bytes | None = None
    confirmed_at: datetime | None = None
    acted_at: datetime | None = None
