"""Tables of people and organisations."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_map


class OrganisationKind(StrEnum):
    """What an organisation does here."""

    SUPPLIER = "supplier"
    BUYER = "buyer"
    PARK = "park"
    INSTITUTION = "institution"
    OPERATOR = "operator"


class OrganisationStatus(StrEnum):
    """An organisation's life."""

    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class Role(StrEnum):
    """What a person may do inside an organisation."""

    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class User(SQLModel, table=True):
    """A person who signs in (用户). The e-mail is kept in lower case."""

    __tablename__ = "user"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=60)
    phone: str = Field(default="", max_length=30)
    password_hash: str = Field(max_length=200)
    email_verified_at: datetime | None = None
    totp_secret: str = Field(default="", max_length=64)
    totp_last_step: int = 0
    demo: bool = False
    created_at: datetime
    updated_at: datetime
    disabled_at: datetime | None = None


class Organisation(SQLModel, table=True):
    """A legal unit (单位) with its 统一社会信用代码; the code is unique, whoever registers first."""

    __tablename__ = "organisation"
    MOVES: ClassVar[dict[OrganisationStatus, tuple[OrganisationStatus, ...]]] = {
        OrganisationStatus.IN_REVIEW: (
            OrganisationStatus.APPROVED,
            OrganisationStatus.RETURNED,
            OrganisationStatus.REJECTED,
        ),
        OrganisationStatus.RETURNED: (OrganisationStatus.IN_REVIEW,),
        OrganisationStatus.APPROVED: (OrganisationStatus.SUSPENDED,),
        OrganisationStatus.SUSPENDED: (OrganisationStatus.APPROVED,),
        OrganisationStatus.REJECTED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    kind: OrganisationKind = choice(OrganisationKind, index=True)
    status: OrganisationStatus = choice(OrganisationStatus, default=OrganisationStatus.IN_REVIEW, index=True)
    name: str = Field(max_length=120, index=True)
    name_en: str = Field(default="", max_length=160)
    uscc: str = Field(unique=True, max_length=18)
    uscc_doubtful: bool = False
    province: str = Field(default="", max_length=30, index=True)
    city: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=200)
    website: str = Field(default="", max_length=200)
    contact_name: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=30)
    about: str = Field(default="", max_length=4000)
    demo: bool = False
    created_at: datetime
    updated_at: datetime


class Membership(SQLModel, table=True):
    """A person's role in an organisation (成员)."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("user_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = foreign("user.id")
    organisation_id: int = foreign("organisation.id")
    role: Role = choice(Role, default=Role.MEMBER)
    created_at: datetime
    updated_at: datetime


class Review(SQLModel, table=True):
    """An operator's decision about an organisation, with its reason (审核记录)."""

    __tablename__ = "organisation_review"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = foreign("organisation.id")
    decision: OrganisationStatus = choice(OrganisationStatus)
    reason: str = Field(max_length=1000)
    reviewer_id: int = foreign("user.id")
    at: datetime


class JoinStatus(StrEnum):
    """How asking to join went."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class JoinRequest(SQLModel, table=True):
    """Somebody asks to join an organisation that is registered already (加入申请)."""

    __tablename__ = "join_request"
    __table_args__ = (
        sa.Index("uq_join_request_waiting", "user_id", "organisation_id", unique=True,
                 sqlite_where=sa.text("status = 'waiting'"), postgresql_where=sa.text("status = 'waiting'")),
    )  # fmt: skip
    MOVES: ClassVar[dict[JoinStatus, tuple[JoinStatus, ...]]] = {
        JoinStatus.WAITING: (JoinStatus.ACCEPTED, JoinStatus.DECLINED),
    }

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = foreign("user.id")
    organisation_id: int = foreign("organisation.id")
    note: str = Field(default="", max_length=500)
    status: JoinStatus = choice(JoinStatus, default=JoinStatus.WAITING)
    created_at: datetime
    updated_at: datetime


class UserKey(SQLModel, table=True):
    """A person's key pair (个人密钥); the private half is locked under the person's password. One lives at a time."""

    __tablename__ = "user_key"
    __table_args__ = (
        sa.Index("uq_user_key_living", "user_id", unique=True,
                 sqlite_where=sa.text("retired_at IS NULL"), postgresql_where=sa.text("retired_at IS NULL")),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = foreign("user.id")
    fingerprint: str = Field(unique=True, max_length=64)
    public: bytes
    locked: bytes
    created_at: datetime
    retired_at: datetime | None = None


class TokenPurpose(StrEnum):
    """What a mailed link is for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"
    INVITATION = "invitation"


class MailedToken(SQLModel, table=True):
    """A link somebody was mailed; works once and not for ever. Only its hash is stored."""

    __tablename__ = "mailed_token"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=64)
    purpose: TokenPurpose = choice(TokenPurpose)
    user_id: int | None = foreign("user.id", default=None, nullable=True)
    detail: dict[str, Any] = json_map()
    expires_at: datetime
    used_at: datetime | None = None


class Notice(SQLModel, table=True):
    """A message in a person's inbox (站内通知). `key` is unique per person: one event, one notice."""

    __tablename__ = "notice"
    __table_args__ = (sa.UniqueConstraint("user_id", "key"), sa.Index("ix_notice_unread", "user_id", "read_at"))

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = foreign("user.id", index=False)
    organisation_id: int | None = foreign("organisation.id", default=None, nullable=True)
    key: str = Field(max_length=120)
    subject: str = Field(max_length=200)
    body: str = Field(default="", max_length=2000)
    link: str = Field(default="", max_length=300)
    created_at: datetime
    read_at: datetime | None = None
