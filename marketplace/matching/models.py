"""Tables of matches as they were judged, what buyers decided about them, and what suppliers were told."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map
from marketplace.matching.scoring import Standing


class ListingReading(SQLModel, table=True):
    """What was read from a listing's words (供给读取结果), so that a match need not read them again. Derived: may be emptied.

    `rules` is the fingerprint of the code and the reference editions that read, `source` that of the words; when one is
    another by now, the listing is read again. `content` is packed by `matching.readings`.
    """

    __tablename__ = "listing_reading"
    __table_args__ = (sa.Index("ix_listing_reading_rules", "rules", "listing_id"),)

    listing_id: int = foreign("listing.id", index=False, primary_key=True)
    rules: str = Field(max_length=32)
    source: str = Field(max_length=32)
    content: bytes
    read_at: datetime


class MatchRun(SQLModel, table=True):
    """One judging of one item of a need at one version, by one set of rules (匹配记录). Never changed.

    `rules` is the fingerprint of the weights and the reference editions; `types` the product types meant, `best_words` the
    largest share of its words any listing had; `counts` how many stood where.
    """

    __tablename__ = "match_run"
    __table_args__ = (sa.Index("ix_match_run_need", "need_id", "item", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id", index=False)
    item: int = 0
    need_version: int
    rules: str = Field(max_length=32)
    engine: str = Field(default="", max_length=32)
    types: dict[str, float] = json_map()
    best_words: float = 1.0
    counts: dict[str, int] = json_map()
    made_at: datetime


class MatchRow(SQLModel, table=True):
    """One listing as it was judged in a run, frozen with the version judged (匹配结果).

    `verdicts` are {"name", "state", "asked", "offered", "level", "topic"}; `parts` the parts of the score.
    """

    __tablename__ = "match_row"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "listing_id"),
        sa.Index("ix_match_row_supplier", "supplier_id", "run_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = foreign("match_run.id", index=False)
    listing_id: int = foreign("listing.id")
    listing_version: int
    supplier_id: int = foreign("organisation.id", index=False)
    place: int
    standing: Standing = choice(Standing)
    score: float
    newcomer: bool = False
    parts: dict[str, Any] = json_map()
    verdicts: list[dict[str, Any]] = json_list()


class Choice(StrEnum):
    """What a buyer decided about a match."""

    SHORTLISTED = "shortlisted"
    DISMISSED = "dismissed"


class MatchChoice(SQLModel, table=True):
    """A buyer's decision about a listing for a need, with the reason of a dismissal (候选与排除). One for each."""

    __tablename__ = "match_choice"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "listing_id"),
        sa.CheckConstraint("choice <> 'dismissed' OR reason <> ''", name="dismissed_with_a_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id", index=False)
    listing_id: int = foreign("listing.id")
    choice: Choice = choice(Choice)
    reason: str = Field(default="", max_length=300)
    user_id: int = foreign("user.id", index=False)
    at: datetime


class OpportunityStatus(StrEnum):
    """What a supplier did with an opportunity."""

    NEW = "new"
    INTERESTED = "interested"
    DISMISSED = "dismissed"


class Opportunity(SQLModel, table=True):
    """A need that fits something a supplier offers (商机), told once.

    `lacking` says in plain words what is missed or must be answered; `digest_at` is null until a daily digest named it.
    """

    __tablename__ = "opportunity"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "supplier_id"),
        sa.Index("ix_opportunity_supplier", "supplier_id", "status", "id"),
        sa.Index("ix_opportunity_digest", "digest_at"),
    )
    MOVES: ClassVar[dict[OpportunityStatus, tuple[OpportunityStatus, ...]]] = {
        OpportunityStatus.NEW: (OpportunityStatus.INTERESTED, OpportunityStatus.DISMISSED),
        OpportunityStatus.INTERESTED: (OpportunityStatus.DISMISSED,),
        OpportunityStatus.DISMISSED: (OpportunityStatus.INTERESTED,),
    }

    id: int | None = Field(default=None, primary_key=True)
    need_id: int = foreign("need.id", index=False)
    supplier_id: int = foreign("organisation.id", index=False)
    listing_id: int = foreign("listing.id")
    listing_version: int
    need_version: int
    standing: Standing = choice(Standing)
    score: float
    verdicts: list[dict[str, Any]] = json_list()
    status: OpportunityStatus = choice(OpportunityStatus, default=OpportunityStatus.NEW)
    told_at: datetime
    digest_at: datetime | None = None
    updated_at: datetime
