"""Incidents: something has happened, several needs at once, and what they come to together."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.permissions import is_operator
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.needs import queries, rules
from marketplace.needs.errors import IncidentOver, NotEditable, NotGovernment
from marketplace.needs.models import Incident, IncidentStatus, Need, NeedStatus
from marketplace.needs.opening import check_may_post
from marketplace.needs.rows import IncidentSheet, ItemSum
from marketplace.needs.schemas import IncidentForm


def declare_incident(form: IncidentForm, *, by: Actor, at: datetime) -> tuple[Incident, bool]:
    """Note that something has happened; True when it is new. One of this name that still goes on is the same incident.

    Raises: NotGovernment; MayNotPostYet.
    """
    if not may_declare(by):
        raise NotGovernment()
    check_may_post(by)
    known = _going_on(by.organisation_id, form.name)
    if known:
        return known, False
    row = Incident(
        **form.model_dump(), owner_id=by.organisation_id, declared_by=by.user_id, declared_at=at, updated_at=at
    )  # fmt: skip
    if not db.add_once(row):
        return _going_on(by.organisation_id, form.name), False
    audit.record(by, "incident.declare", row, at, level=row.level)
    return row, True


def end_incident(incident: Incident, *, by: Actor, at: datetime) -> int:
    """The incident is over; returns how many of its needs remain, which stay as they are. Moves: declared → ended."""
    move(incident, IncidentStatus.ENDED, at)
    incident.ended_at = at
    db.session().flush()
    remaining = queries.unended(incident.id)
    audit.record(by, "incident.end", incident, at, remaining=remaining)
    return remaining


def attach_to_incident(need: Need, incident: Incident | None, *, by: Actor, at: datetime) -> None:
    """Say which incident of one's own a need belongs to, None for none.

    Raises: NotFound for another organisation's incident; IncidentOver; NotEditable for an ended need or a template.
    """
    if incident is not None and incident.owner_id != need.owner_id:
        raise NotFound()
    if incident is not None and incident.status != IncidentStatus.DECLARED:
        raise IncidentOver()
    if need.status not in rules.UNENDED or need.template:
        raise NotEditable()
    need.incident_id, need.updated_at = (incident.id if incident else None), at
    db.session().flush()
    audit.record(by, "need.attach_to_incident", need, at, incident=need.incident_id)


def may_declare(by: Actor) -> bool:
    """Whether the organisation acted for is a government body or public institution that buys."""
    if by.organisation_id is None:
        return False
    return rules.is_government(by.kind, accounts.organisation(by.organisation_id).uscc)


def own_incident(incident_id: int, actor: Actor, *, lock: bool = False) -> Incident:
    """An incident of the organisation acted for. Raises: NotFound."""
    found = db.session().get(Incident, incident_id, with_for_update=lock, populate_existing=lock)
    if found is None or found.owner_id != actor.organisation_id:
        raise NotFound()
    return found


def incidents_of(owner_id: int, *, going_on: bool = False) -> list[Incident]:
    """An organisation's incidents, latest first; only those that go on, if asked."""
    terms = [Incident.owner_id == owner_id, *([Incident.status == IncidentStatus.DECLARED] if going_on else [])]
    return list(db.session().exec(select(Incident).where(*terms).order_by(col(Incident.id).desc())))


def all_page(status: IncidentStatus | None, page: int, per_page: int) -> tuple[list[Incident], int]:
    """One page of everybody's incidents, latest first, and how many there are; for operators."""
    terms = [Incident.status == status] if status else []
    query = select(Incident).where(*terms).order_by(col(Incident.id).desc())
    total = db.session().exec(select(sa.func.count()).select_from(Incident).where(*terms)).one()
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def sheet(incident_id: int, actor: Actor | None) -> IncidentSheet:
    """An incident with the needs this person may read, and their sums.

    Others than its owner and operators see it by its readable needs. Raises: NotFound when there are none.
    """
    incident = db.session().get(Incident, incident_id)
    terms = (Need.incident_id == incident_id, col(Need.template).is_(False), queries.readable(actor))
    needs = list(db.session().exec(select(Need).where(*terms).order_by(Need.id)))
    inside = (
        actor is not None
        and incident is not None
        and (actor.organisation_id == incident.owner_id or is_operator(actor))
    )
    if incident is None or not (needs or inside):
        raise NotFound()
    counted = [need for need in needs if need.status != NeedStatus.WITHDRAWN]
    return IncidentSheet(
        incident=incident,
        needs=needs,
        by_status=dict(Counter(need.status.value for need in needs)),
        budget_fen=sum(need.budget_fen or 0 for need in counted),
        without_budget=sum(need.budget_fen is None for need in counted),
        items=_sums(counted),
    )


def counts(incident_ids: Sequence[int]) -> dict[int, int]:
    """How many needs each incident has, for its owner's list."""
    query = select(Need.incident_id, sa.func.count()).where(col(Need.incident_id).in_(list(incident_ids)))
    return dict(db.session().exec(query.group_by(Need.incident_id)).all())


def _going_on(owner_id: int, name: str) -> Incident | None:
    terms = (Incident.owner_id == owner_id, Incident.name == name, Incident.status == IncidentStatus.DECLARED)
    return db.session().exec(select(Incident).where(*terms)).first()


def _sums(needs: Sequence[Need]) -> list[ItemSum]:
    found: dict[tuple[str, str], ItemSum] = {}
    seen: dict[tuple[str, str], set[int]] = {}
    for need in needs:
        for row in need.items:
            key = (row["class_code"] or row["name"], row["unit"])
            seen.setdefault(key, set()).add(need.id)
            before = found[key].quantity if key in found else 0
            name = found[key].name if key in found else row["name"]
            total = before + (row["quantity"] or 0)
            found[key] = ItemSum(name, row["class_code"], row["unit"], total, len(seen[key]))
    return list(found.values())
