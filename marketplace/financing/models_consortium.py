"""Tables of consortium agreements: who does what together, in which words, and who has accepted them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_map


class MemberRole(StrEnum):
    """What a member does; all but the user are bidding.content.PartyRole."""

    MAKER = "maker"
    USER = "user"
    SERVICE = "service"
    LESSOR = "lessor"
    INSURER = "insurer"
    FINANCE = "finance"
    OTHER = "other"


class ConsortiumStatus(StrEnum):
    """An agreement's life: written, laid before the members, valid when all have accepted."""

    DRAFT = "draft"
    OFFERED = "offered"
    VALID = "valid"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")


class Consortium(SQLModel, table=True):
    """An agreement among maker, user, service, lessor and insurer (联合体协议). Its owner leads.

    `version` counts the texts laid before the members, 0 before the first; `returned_why` is why the last was refused.
    """

    __tablename__ = "consortium"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _revision}
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "form_key"),
        sa.CheckConstraint("status IN ('draft', 'withdrawn') OR version >= 1", name="offered_has_a_version"),
        sa.CheckConstraint("status NOT IN ('withdrawn', 'ended') OR end_reason <> ''", name="ended_with_a_reason"),
        sa.CheckConstraint("(status IN ('valid', 'ended')) = (valid_at IS NOT NULL)", name="valid_has_a_time"),
        sa.Index("ix_consortium_owner", "owner_id", "status", "id"),
    )
    MOVES: ClassVar[dict[ConsortiumStatus, tuple[ConsortiumStatus, ...]]] = {
        ConsortiumStatus.DRAFT: (ConsortiumStatus.OFFERED, ConsortiumStatus.WITHDRAWN),
        ConsortiumStatus.OFFERED: (ConsortiumStatus.VALID, ConsortiumStatus.DRAFT, ConsortiumStatus.WITHDRAWN),
        ConsortiumStatus.VALID: (ConsortiumStatus.ENDED,),
        ConsortiumStatus.WITHDRAWN: (),
        ConsortiumStatus.ENDED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    form_key: str = Field(max_length=40)
    number: str = Field(unique=True, max_length=20)
    status: ConsortiumStatus = choice(ConsortiumStatus, default=ConsortiumStatus.DRAFT)
    title: str = Field(max_length=120)
    text: str = Field(default="", max_length=20_000)
    version: int = 0
    returned_why: str = Field(default="", max_length=500)
    end_reason: str = Field(default="", max_length=500)
    created_by: int = foreign("user.id", index=False)
    offered_at: datetime | None = None
    valid_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_revision)


class ConsortiumMember(SQLModel, table=True):
    """A member with its duties and share of the price in percent (成员). The owner's row is the leading one."""

    __tablename__ = "consortium_member"
    __table_args__ = (
        sa.UniqueConstraint("consortium_id", "organisation_id"),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name="share_percent"),
        sa.Index("ix_consortium_member_organisation", "organisation_id", "consortium_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    consortium_id: int = foreign("consortium.id", index=False)
    organisation_id: int = foreign("organisation.id", index=False)
    place: int
    role: MemberRole = choice(MemberRole)
    duties: str = Field(default="", max_length=500)
    share: int | None = None


class ConsortiumVersion(SQLModel, table=True):
    """The text laid before the members, word for word; never changed. `hash` is of the canonical content."""

    __tablename__ = "consortium_version"
    __table_args__ = (sa.UniqueConstraint("consortium_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    consortium_id: int = foreign("consortium.id", index=False)
    number: int
    content: dict[str, Any] = json_map()
    hash: str = Field(max_length=64)
    at: datetime


class ConsortiumAcceptance(SQLModel, table=True):
    """A member accepted a version (签署): who, when, and the hash of what was accepted. Once per version."""

    __tablename__ = "consortium_acceptance"
    __table_args__ = (sa.UniqueConstraint("consortium_id", "version", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    consortium_id: int = foreign("consortium.id", index=False)
    version: int
    organisation_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    name: str = Field(max_length=60)
    hash: str = Field(max_length=64)
    at: datetime


class ConsortiumContract(SQLModel, table=True):
    """A contract that an agreement is named in (用于合同). Once for each pair."""

    __tablename__ = "consortium_contract"
    __table_args__ = (sa.UniqueConstraint("consortium_id", "contract_id"),)

    id: int | None = Field(default=None, primary_key=True)
    consortium_id: int = foreign("consortium.id", index=False)
    contract_id: int = foreign("contract.id")
    named_by: int = foreign("user.id", index=False)
    at: datetime
