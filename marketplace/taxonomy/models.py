"""Tables of the reference data; one shape serves every scheme."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import foreign, json_map


class Edition(SQLModel, table=True):
    """One imported edition of a scheme (分类版本). The newest is in force; older ones stay for the record."""

    __tablename__ = "taxonomy_edition"
    __table_args__ = (sa.UniqueConstraint("scheme", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    scheme: str = Field(max_length=32, index=True)
    version: str = Field(max_length=64)
    rows: int
    imported_at: datetime


class Term(SQLModel, table=True):
    """One entry of a scheme (分类条目). What only some schemes have stands in `detail`, named as in the CSV."""

    __tablename__ = "taxonomy_term"
    __table_args__ = (sa.UniqueConstraint("edition_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = foreign("taxonomy_edition.id")
    code: str = Field(max_length=80)
    parent: str = Field(default="", max_length=80)
    name: str = Field(max_length=160)
    name_en: str = Field(default="", max_length=200)
    official: bool = False
    source: str = Field(default="", max_length=200)
    confidence: str = Field(default="", max_length=32)
    position: int
    detail: dict[str, Any] = json_map()
