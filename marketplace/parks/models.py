"""Tables of bases."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list


class Base(SQLModel, table=True):
    """A national or provincial demonstration base (示范基地), or a park on its way to become one."""

    __tablename__ = "base"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=120)
    province: str = Field(max_length=30, index=True)
    city: str = Field(max_length=40)
    specialisms: list[str] = json_list()
    source: str = Field(default="", max_length=100)
    confidence: str = Field(default="", max_length=32)
    organisation_id: int | None = foreign("organisation.id", default=None, nullable=True)
    created_at: datetime
    updated_at: datetime


class Designation(SQLModel, table=True):
    """A name a base was given, from a day on and perhaps until one (认定). A base may bear several."""

    __tablename__ = "designation"
    __table_args__ = (sa.UniqueConstraint("base_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    base_id: int = foreign("base.id")
    name: str = Field(max_length=160)
    year: int | None = None
    ended_on: date | None = None
    source: str = Field(default="", max_length=100)
    confidence: str = Field(default="", max_length=32)


class TenancyStatus(StrEnum):
    """Whether the base agrees that the enterprise is one of its own."""

    DECLARED = "declared"
    CONFIRMED = "confirmed"
    ENDED = "ended"


class Tenancy(SQLModel, table=True):
    """An enterprise in a base, from a day on (入驻)."""

    __tablename__ = "tenancy"
    __table_args__ = (
        sa.Index("uq_tenancy_current", "organisation_id", unique=True,
                 sqlite_where=sa.text("status <> 'ended'"), postgresql_where=sa.text("status <> 'ended'")),
    )  # fmt: skip
    MOVES: ClassVar[dict[TenancyStatus, tuple[TenancyStatus, ...]]] = {
        TenancyStatus.DECLARED: (TenancyStatus.CONFIRMED, TenancyStatus.ENDED),
        TenancyStatus.CONFIRMED: (TenancyStatus.ENDED,),
        TenancyStatus.ENDED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    base_id: int = foreign("base.id")
    organisation_id: int = foreign("organisation.id", index=False)
    status: TenancyStatus = choice(TenancyStatus, default=TenancyStatus.DECLARED)
    since: date
    until: date | None = None
    created_at: datetime
    updated_at: datetime
