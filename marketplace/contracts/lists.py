"""Which contracts stand on which tab of the list, and how many wait for an organisation."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.contracts import queries
from marketplace.contracts.models import FRAMEWORKS, IN_FORCE, Contract, ContractStatus
from marketplace.contracts.rows import Folder
from marketplace.contracts.steps import Step, Turn, next_step
from marketplace.kit import db

LIVING = (ContractStatus.DRAFT, ContractStatus.OFFERED, *IN_FORCE)
MOST = 200


class Tab(StrEnum):
    """The tabs of the list."""

    OPEN = "open"
    FRAMEWORKS = "frameworks"
    ENDED = "ended"


def page_of(organisation_id: int | None, tab: Tab, number: int, per_page: int) -> tuple[list[Contract], int]:
    """One page of a tab, last changed first, and how many there are."""
    wanted = [queries.readable(organisation_id), _of(tab)]
    total = db.session().exec(select(sa.func.count()).select_from(Contract).where(*wanted)).one()
    query = select(Contract).where(*wanted).order_by(col(Contract.updated_at).desc(), col(Contract.id).desc())
    return list(db.session().exec(query.offset((number - 1) * per_page).limit(per_page))), total


def counts(organisation_id: int | None) -> dict[Tab, int]:
    """How many contracts stand on each tab."""
    count = select(sa.func.count()).select_from(Contract)
    return {tab: db.session().exec(count.where(queries.readable(organisation_id), _of(tab))).one() for tab in Tab}


def waiting(organisation_id: int | None, at: datetime, limit: int = 6) -> tuple[list[tuple[Folder, Step]], int]:
    """What waits for this organisation, the late first, and how many there are: for its desk."""
    ended = Contract.ended_at > at - queries.RATED_TIME
    query = select(Contract).where(queries.readable(organisation_id), sa.or_(col(Contract.status).in_(LIVING), ended))
    rows: Sequence[Contract] = list(db.session().exec(query.order_by(col(Contract.updated_at).desc()).limit(MOST)))
    found = [(f, next_step(f, f.side_of(organisation_id), at)) for f in queries.folders(rows)]
    mine = sorted((pair for pair in found if pair[1].turn == Turn.MINE), key=lambda pair: not pair[1].late)
    return mine[:limit], len(mine)


def _of(tab: Tab) -> Any:
    framework = col(Contract.kind).in_(FRAMEWORKS)
    living = col(Contract.status).in_(LIVING)
    return {Tab.OPEN: sa.and_(living, ~framework), Tab.FRAMEWORKS: sa.and_(living, framework), Tab.ENDED: ~living}[tab]
