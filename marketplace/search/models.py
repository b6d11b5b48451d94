"""Tables of the search mirror: what must be brought up to date, and how the mirror stands."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class IndexNote(SQLModel, table=True):
    """A row whose document may have changed (待同步). Written in the transaction of the change; a queue, never a cursor:
    reading by id or time loses what a slower transaction commits later."""

    __tablename__ = "index_note"

    id: int | None = Field(default=None, primary_key=True)
    collection: str = Field(max_length=32, index=True)
    object_id: int
    noted_at: datetime


class MirrorState(SQLModel, table=True):
    """How one collection's mirror stands (索引状态)."""

    __tablename__ = "mirror_state"

    collection: str = Field(primary_key=True, max_length=32)
    fingerprint: str = Field(default="", max_length=64)
    synced_at: datetime | None = None
    rebuilt_at: datetime | None = None
    checked_at: datetime | None = None
    in_database: int = 0
    in_index: int = 0
    missing: int = 0
    extra: int = 0
    stale: int = 0
    error: str = Field(default="", max_length=500)
    error_at: datetime | None = None
