"""The table of the pages room: searches people keep."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list


class Alert(StrEnum):
    """How often a person hears of what is new."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


class SavedSearch(SQLModel, table=True):
    """A search somebody keeps (收藏搜索), for one person within one organisation.

    `address` is the results page's query string in canonical form, `fingerprint` its SHA-256: addresses are too long
    for an index. `remembered` are the listings known to fit or already told, the latest first, bounded. `looked_at` is
    null while the next look has nothing to compare with and only remembers; `tried_at` when a look failed since the
    last good one. `news` are the listings last told of, as many as are shown; `news_count` is how many there were.
    """

    __tablename__ = "saved_search"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "organisation_id", "fingerprint"),
        sa.CheckConstraint("news_count >= 0", name="news_count_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = foreign("user.id", index=False)
    organisation_id: int = foreign("organisation.id", index=False)
    name: str = Field(max_length=60)
    address: str = Field(max_length=4000)
    fingerprint: str = Field(max_length=64)
    alert: Alert = choice(Alert, default=Alert.NONE)
    remembered: list[int] = json_list()
    looked_at: datetime | None = None
    tried_at: datetime | None = None
    news: list[int] = json_list()
    news_count: int = 0
    told_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
