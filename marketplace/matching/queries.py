"""Reads of matches, decisions and opportunities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.matching.models import (
    MatchChoice,
    MatchRow,
    MatchRun,
    Opportunity,
    OpportunityStatus,
)
from marketplace.matching.scoring import Standing
from marketplace.needs.models import Need, NeedStatus, Visibility
from marketplace.needs.queries import OPEN


def latest_runs(need_id: int) -> dict[int, MatchRun]:
    """The newest judging of a need: one run for each item it had then."""
    newest = select(sa.func.max(MatchRun.made_at)).where(MatchRun.need_id == need_id).scalar_subquery()
    wanted = (MatchRun.need_id == need_id, MatchRun.made_at == newest)
    return {run.item: run for run in db.session().exec(select(MatchRun).where(*wanted).order_by(MatchRun.id))}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of an incident's needs that have begun and were not withdrawn: how many, how many are covered, how many were never
    matched."""

    needs: int
    covered: int
    unmatched: int


def coverage(incident_ids: Sequence[int]) -> dict[int, Coverage]:
    """How far the needs of incidents are covered by their newest judging; those without needs are left out.

    A need is covered when something stands for each of its items: meets it, or has only something to ask.
    """
    shown = (NeedStatus.OPEN, NeedStatus.CLOSED)
    wanted = select(Need.id, Need.incident_id).where(
        col(Need.incident_id).in_(list(incident_ids)), col(Need.status).in_(shown), col(Need.template).is_(False)
    )
    found: dict[int, list[bool | None]] = {}
    for need_id, incident_id in db.session().exec(wanted):
        made = latest_runs(need_id)
        stands = [bool(run.counts.get("eligible") or run.counts.get("open")) for run in made.values()]
        found.setdefault(incident_id, []).append(all(stands) if made else None)
    return {
        incident: Coverage(len(told), sum(one is True for one in told), sum(one is None for one in told))
        for incident, told in found.items()
    }


def runs_of(need_id: int) -> list[MatchRun]:
    """Every run of a need, newest first."""
    return list(
        db.session().exec(select(MatchRun).where(MatchRun.need_id == need_id).order_by(col(MatchRun.id).desc()))
    )


def run(run_id: int, need_id: int) -> MatchRun:
    """One run of a need. Raises: NotFound."""
    found = db.session().get(MatchRun, run_id)
    if found is None or found.need_id != need_id:
        raise NotFound()
    return found


def rows_of(run_id: int) -> list[MatchRow]:
    """A run's results in their order."""
    return list(db.session().exec(select(MatchRow).where(MatchRow.run_id == run_id).order_by(MatchRow.place)))


def judged_listing_ids(need_id: int) -> set[int]:
    """The listings a need was ever judged against and kept."""
    query = (
        select(MatchRow.listing_id).join(MatchRun, MatchRun.id == MatchRow.run_id).where(MatchRun.need_id == need_id)
    )
    return set(db.session().exec(query))


def choices_of(need_id: int) -> dict[int, MatchChoice]:
    """The buyer's decisions for a need by listing."""
    return {row.listing_id: row for row in db.session().exec(select(MatchChoice).where(MatchChoice.need_id == need_id))}


def choice_of(need_id: int, listing_id: int) -> MatchChoice | None:
    """The decision about one listing."""
    wanted = (MatchChoice.need_id == need_id, MatchChoice.listing_id == listing_id)
    return db.session().exec(select(MatchChoice).where(*wanted)).first()


def opportunities_page(
    actor: Actor, status: OpportunityStatus | None, page: int, per_page: int
) -> tuple[list[tuple[Opportunity, Need]], int]:
    """One page of the acting organisation's opportunities on needs still open, new ones first, and how many."""
    wanted: list[Any] = [Opportunity.supplier_id == actor.organisation_id, *OPEN]
    wanted.append(Opportunity.status == status if status else Opportunity.status != OpportunityStatus.DISMISSED)
    query = select(Opportunity, Need).join(Need, Need.id == Opportunity.need_id).where(*wanted)
    order = (col(Opportunity.status) == OpportunityStatus.NEW, col(Opportunity.id))
    rows = db.session().exec(
        query.order_by(*(one.desc() for one in order)).offset((page - 1) * per_page).limit(per_page)
    )
    count = select(sa.func.count(Opportunity.id)).join(Need, Need.id == Opportunity.need_id).where(*wanted)
    return list(rows), db.session().exec(count).one()


def new_opportunities(organisation_id: int | None) -> int:
    """How many opportunities an organisation has not looked at."""
    wanted = (Opportunity.supplier_id == organisation_id, Opportunity.status == OpportunityStatus.NEW)
    query = select(sa.func.count(Opportunity.id)).join(Need, Need.id == Opportunity.need_id)
    return db.session().exec(query.where(*wanted, *OPEN)).one()


def own_opportunity(opportunity_id: int, actor: Actor) -> Opportunity:
    """An opportunity of the acting organisation. Raises: NotFound, for another's as for an absent one."""
    found = db.session().get(Opportunity, opportunity_id)
    if found is None or found.supplier_id != actor.organisation_id:
        raise NotFound()
    return found


def open_needs_with_runs() -> list[tuple[Need, dict[int, MatchRun]]]:
    """Every open public need that has been judged, with its newest runs by item."""
    newest = select(sa.func.max(MatchRun.id)).group_by(MatchRun.need_id, MatchRun.item)
    query = (
        select(Need, MatchRun)
        .join(MatchRun, MatchRun.need_id == Need.id)
        .where(col(MatchRun.id).in_(newest), Need.status == NeedStatus.OPEN, Need.visibility == Visibility.PUBLIC)
    )
    found: dict[int, tuple[Need, dict[int, MatchRun]]] = {}
    for need, made in db.session().exec(query):
        found.setdefault(need.id, (need, {}))[1][made.item] = made
    return list(found.values())


def needs_by_id(ids: Iterable[int]) -> dict[int, Need]:
    """Needs by id, whoever asks: for jobs."""
    return {need.id: need for need in db.session().exec(select(Need).where(col(Need.id).in_(list(ids))))}


def eligible_counts(need_ids: Sequence[int]) -> dict[int, int]:
    """How many listings meet everything, by need, from the newest runs."""
    newest = (
        select(sa.func.max(MatchRun.id))
        .where(col(MatchRun.need_id).in_(list(need_ids)))
        .group_by(MatchRun.need_id, MatchRun.item)
    )
    query = (
        select(MatchRun.need_id, sa.func.count(MatchRow.id))
        .join(MatchRow, MatchRow.run_id == MatchRun.id)
        .where(col(MatchRun.id).in_(newest), MatchRow.standing == Standing.ELIGIBLE)
        .group_by(MatchRun.need_id)
    )
    return dict(db.session().exec(query).all())
