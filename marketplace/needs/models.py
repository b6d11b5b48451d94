"""Tables of needs, every opened state of them, questions about them, and the incidents they belong to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map


class NeedKind(StrEnum):
    """What is looked for: goods or services, a technology, money, or stock to be held for the day it is needed."""

    SUPPLY = "supply"
    TECHNOLOGY = "technology"
    FINANCING = "financing"
    RESERVE = "reserve"


class Mode(StrEnum):
    """How it is to be acquired (获取方式)."""

    PURCHASE = "purchase"
    OPERATING_LEASE = "operating_lease"
    FINANCE_LEASE = "finance_lease"
    SERVICE = "service"
    RESERVE_AGREEMENT = "reserve_agreement"
    TECHNOLOGY = "technology"
    FINANCING = "financing"


class Visibility(StrEnum):
    """Who may read an open need: everybody, or the invited suppliers only."""

    PUBLIC = "public"
    INVITED = "invited"


class NeedStatus(StrEnum):
    """A need's life. An amended need stays open; its version counts up."""

    DRAFT = "draft"
    IN_APPROVAL = "in_approval"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """How much a requirement weighs: ★ must be met, ▲ is scored, plain is wished for."""

    HARD = "hard"
    SCORED = "scored"
    PLAIN = "plain"


class Operator(StrEnum):
    """How an offered value is compared with the asked one.

    `>=` on an IP code or Ex mark means this protection or better; `has` asks for a certificate or a feature, `not`
    refuses one; `in` allows any of a list; `between` asks that the offered range contains the asked one.
    """

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="
    BETWEEN = "between"
    ONE_OF = "in"
    HAS = "has"
    NOT = "not"


class IncidentStatus(StrEnum):
    """Whether an incident still goes on."""

    DECLARED = "declared"
    ENDED = "ended"


_need_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")


class Incident(SQLModel, table=True):
    """Something that has happened, with several needs at once (事件). `level` is 1 (特别重大) to 4 (一般)."""

    __tablename__ = "incident"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="level_known"),
        sa.Index("uq_incident_declared_name", "owner_id", "name", unique=True,
                 sqlite_where=sa.text("status = 'declared'"), postgresql_where=sa.text("status = 'declared'")),
    )  # fmt: skip
    MOVES: ClassVar[dict[IncidentStatus, tuple[IncidentStatus, ...]]] = {
        IncidentStatus.DECLARED: (IncidentStatus.ENDED,),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id")
    status: IncidentStatus = choice(IncidentStatus, default=IncidentStatus.DECLARED)
    name: str = Field(max_length=120)
    event_code: str = Field(default="", max_length=32)
    level: int = 4
    province: str = Field(max_length=30)
    city: str = Field(default="", max_length=40)
    note: str = Field(default="", max_length=2000)
    declared_by: int = foreign("user.id", index=False)
    declared_at: datetime
    ended_at: datetime | None = None
    updated_at: datetime


class Need(SQLModel, table=True):
    """Something looked for (需求). Readable by others while open, for everybody or for whom it invites.

    `items` are {"name", "class_code", "quantity", "unit", "note"}. `requirements` are {"name", "key", "op", "value",
    "high", "unit", "level", "item", "words"}: `key` is the canonical attribute or "", `value` a number, a text or a list,
    `high` the upper end of `between`, `item` the place in `items` it belongs to or null for all, `words` what of the text it
    came from. `exclusions` are words of what is not wanted. The day of need is `wanted_on`, or `within_days` after the
    contract; both null when open. `template` marks a draft kept for copying; `understood` that a person has
    gone through what its text was read as, so that matching does not read it again. `version` is the number of the newest
    NeedVersion, 0 before the first opening; `revision` counts every change, so that two editors never overwrite each other.
    `edited_by` wrote its content last: like who created it, this person does not approve it.
    """

    __tablename__ = "need"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _need_revision}
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "form_key"),
        sa.CheckConstraint("budget_fen >= 0", name="budget_not_negative"),
        sa.CheckConstraint("within_days >= 0", name="within_days_not_negative"),
        sa.CheckConstraint("status <> 'withdrawn' OR end_reason <> ''", name="withdrawn_with_a_reason"),
        sa.CheckConstraint("status <> 'open' OR version >= 1", name="open_has_a_version"),
        sa.Index("ix_need_owner_status", "owner_id", "status", "id"),
        sa.Index("ix_need_status_class", "status", "class_code"),
    )
    MOVES: ClassVar[dict[NeedStatus, tuple[NeedStatus, ...]]] = {
        NeedStatus.DRAFT: (NeedStatus.IN_APPROVAL, NeedStatus.OPEN, NeedStatus.WITHDRAWN),
        NeedStatus.IN_APPROVAL: (NeedStatus.OPEN, NeedStatus.DRAFT, NeedStatus.WITHDRAWN),
        NeedStatus.OPEN: (NeedStatus.CLOSED, NeedStatus.WITHDRAWN),
        NeedStatus.CLOSED: (),
        NeedStatus.WITHDRAWN: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    number: str = Field(unique=True, max_length=20)
    form_key: str = Field(max_length=40)
    kind: NeedKind = choice(NeedKind, default=NeedKind.SUPPLY)
    status: NeedStatus = choice(NeedStatus, default=NeedStatus.DRAFT)
    template: bool = False
    understood: bool = False
    title: str = Field(max_length=120)
    text: str = Field(default="", max_length=100_000)
    category: str = Field(default="", max_length=32)
    event_code: str = Field(default="", max_length=32)
    field_code: str = Field(default="", max_length=32)
    class_code: str = Field(default="", max_length=32)
    mode: Mode = choice(Mode, default=Mode.PURCHASE)
    items: list[dict[str, Any]] = json_list()
    requirements: list[dict[str, Any]] = json_list()
    exclusions: list[str] = json_list()
    province: str = Field(default="", max_length=30)
    city: str = Field(default="", max_length=40)
    place: str = Field(default="", max_length=200)
    wanted_on: date | None = None
    within_days: int | None = None
    budget_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    visibility: Visibility = choice(Visibility, default=Visibility.PUBLIC)
    questions_until: datetime | None = None
    incident_id: int | None = foreign("incident.id", default=None, nullable=True)
    copied_from_id: int | None = foreign("need.id", index=False, default=None, nullable=True)
    end_reason: str = Field(default="", max_length=500)
    return_reason: str = Field(default="", max_length=500)
    version: int = 0
    created_by: int = foreign("user.id", index=False)
    edited_by: int = foreign("user.id", index=False)
    approved_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_need_revision)


class NeedCounter(SQLModel, table=True):
    """The last running number given on a day; counted up by the database so that no two needs share one."""

    __tablename__ = "need_counter"

    day: date = Field(primary_key=True)
    last: int


class NeedVersion(SQLModel, table=True):
    """A need as it stood open from one moment to another, with why it was amended (变更记录). Never changed but for its end."""

    __tablename__ = "need_version"
    __table_args__ = (sa.UniqueConstraint("need_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id", index=False)
    number: int
    valid_from: datetime
    valid_until: datetime | None = None
    content: dict[str, Any] = json_map()
    why: str = Field(default="", max_length=500)
    user_id: int = foreign("user.id", index=False)


class NeedFile(SQLModel, table=True):
    """A document that comes with a need (附件)."""

    __tablename__ = "need_file"

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id")
    file_id: int = foreign("stored_file.id", index=False)
    title: str = Field(max_length=120)


class NeedQuestion(SQLModel, table=True):
    """A supplier's question; with its answer it is public to all who may read the need, without the asker's name (答疑)."""

    __tablename__ = "need_question"

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id")
    asker_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    text: str = Field(max_length=1000)
    asked_at: datetime
    answer: str = Field(default="", max_length=2000)
    answered_at: datetime | None = None
    answered_by: int | None = foreign("user.id", index=False, default=None, nullable=True)


class NeedInvitation(SQLModel, table=True):
    """A supplier asked by name to look at a need (邀请), once."""

    __tablename__ = "need_invitation"
    __table_args__ = (sa.UniqueConstraint("need_id", "supplier_id"),)

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id", index=False)
    supplier_id: int = foreign("organisation.id")
    note: str = Field(default="", max_length=500)
    invited_by: int = foreign("user.id", index=False)
    created_at: datetime


class NeedFollower(SQLModel, table=True):
    """An organisation that is told when a need changes: it asked, was invited, or said it is interested (关注)."""

    __tablename__ = "need_follower"
    __table_args__ = (sa.UniqueConstraint("need_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id", index=False)
    organisation_id: int = foreign("organisation.id")
    created_at: datetime


class BuyerPolicy(SQLModel, table=True):
    """How an organisation handles its own needs: whether a second person approves before opening (内部审批)."""

    __tablename__ = "buyer_policy"

    organisation_id: int = Field(foreign_key="organisation.id", primary_key=True)
    approval: bool = False
    updated_at: datetime
