"""Column types used by every room's tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def choice(kind: type[StrEnum], **more: Any) -> Any:
    """A column that stores the enum's *value*, so partial indexes on values really fire; other values are refused."""
    stored = sa.Enum(
        kind, native_enum=False, length=32, validate_strings=True, values_callable=lambda e: [m.value for m in e]
    )
    return Field(sa_type=stored, **more)


def json_list(**more: Any) -> Any:
    """A JSON list. Assign a new list to change it: changes in place are not seen."""
    return Field(default_factory=list, sa_type=_json(), **more)


def json_map(**more: Any) -> Any:
    """A JSON object. Assign a new dict to change it: changes in place are not seen."""
    return Field(default_factory=dict, sa_type=_json(), **more)


def foreign(target: str, *, index: bool = True, **more: Any) -> Any:
    """A foreign key to `table.column`, indexed, restricting deletes: history must not vanish."""
    return Field(foreign_key=target, index=index, ondelete="RESTRICT", **more)


def _json() -> sa.types.TypeEngine:
    return sa.JSON().with_variant(JSONB(), "postgresql")


class Stamped(SQLModel):
    """When a row came into being and was last changed, in UTC."""

    created_at: datetime
    updated_at: datetime
