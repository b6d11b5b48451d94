"""Tables: the versions of each procedure, and the days on which the announced calendar is overruled."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_map


class ProcedureStatus(StrEnum):
    """A version's life. A draft may be changed; one that was in use stays as it is for what runs under it."""

    DRAFT = "draft"
    IN_USE = "in_use"
    RETIRED = "retired"


def _one(status: ProcedureStatus) -> sa.Index:
    where = sa.text(f"status = '{status.value}'")
    return sa.Index(f"uq_procedure_{status.value}", "code", unique=True, sqlite_where=where, postgresql_where=where)


class Procedure(SQLModel, table=True):
    """One version of a procedure (采购程序). A running procurement points at one row for ever.

    `definition` is a schemas.ProcedureDefinition as JSON. `source_hash` is that of the shipped file the version began
    as, "" for versions people began. Of each code at most one version is in use and at most one is a draft.
    """

    __tablename__ = "procedure"
    __table_args__ = (
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version > 0", name="version_counts_from_one"),
        _one(ProcedureStatus.DRAFT),
        _one(ProcedureStatus.IN_USE),
    )
    MOVES: ClassVar[dict[ProcedureStatus, tuple[ProcedureStatus, ...]]] = {
        ProcedureStatus.DRAFT: (ProcedureStatus.IN_USE, ProcedureStatus.RETIRED),
        ProcedureStatus.IN_USE: (ProcedureStatus.RETIRED,),
    }

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=40)
    version: int
    status: ProcedureStatus = choice(ProcedureStatus, default=ProcedureStatus.DRAFT)
    name: str = Field(max_length=60)
    name_en: str = Field(default="", max_length=80)
    definition: dict[str, Any] = json_map()
    why: str = Field(default="", max_length=500)
    source_hash: str = Field(default="", max_length=64)
    by_id: int | None = foreign("user.id", index=False, nullable=True, default=None)
    created_at: datetime
    updated_at: datetime


class CalendarDay(SQLModel, table=True):
    """A day people declared working or off, over what was announced. Days are replaced, not changed: see the trail."""

    __tablename__ = "calendar_day"

    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(unique=True)
    working: bool
    name: str = Field(max_length=40)
    source: str = Field(max_length=200)
    by_id: int | None = foreign("user.id", index=False, nullable=True, default=None)
    created_at: datetime
