"""Who did what, when, to which row: written in the same transaction as the deed, never changed after."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, select

from marketplace.kit import db
from marketplace.kit.columns import json_map


class AuditEntry(SQLModel, table=True):
    """One deed (审计记录). The database refuses UPDATE and DELETE here by trigger."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_object", "object_type", "object_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor_id: int | None = Field(default=None, index=True)
    organisation_id: int | None = Field(default=None, index=True)
    action: str = Field(max_length=64, index=True)
    object_type: str = Field(max_length=64)
    object_id: int | None = None
    detail: dict[str, Any] = json_map()


def record(by: Any, action: str, row: Any, at: datetime, **detail: Any) -> None:
    """Note a deed. `by` is an Actor, or None for the platform itself; `row` needs an id (flush first)."""
    db.session().add(
        AuditEntry(
            at=at,
            actor_id=getattr(by, "user_id", None),
            organisation_id=getattr(by, "organisation_id", None),
            action=action,
            object_type=type(row).__tablename__,
            object_id=row.id,
            detail=detail,
        )
    )


def trail(row: Any, limit: int = 50) -> list[AuditEntry]:
    """The latest deeds done to a row, newest first."""
    wanted = (AuditEntry.object_type == type(row).__tablename__, AuditEntry.object_id == row.id)
    return list(db.session().exec(select(AuditEntry).where(*wanted).order_by(AuditEntry.id.desc()).limit(limit)))
