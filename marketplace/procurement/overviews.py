"""Lists of procurements: the buyer's, the public hall, and what a desk shows of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.procedures.models import Procedure
from marketplace.procurement import officers, rules
from marketplace.procurement.contents import Content, OfficerContent
from marketplace.procurement.models import (
    Lot,
    OpeningOfficer,
    Procurement,
    ProcurementAmendment,
    ProcurementInvitation,
    ProcurementQuestion,
    ProcurementStatus,
    Round,
    Visibility,
)
from marketplace.procurement.officers import Standing
from marketplace.procurement.rules import Phase, phase_of

SOON = timedelta(days=3)
TABS: dict[str, tuple[Phase, ...]] = {
    "draft": (Phase.DRAFT,),
    "collecting": (Phase.COLLECTING,),
    "opening": (Phase.CLOSING, Phase.TO_OPEN),
    "evaluating": (Phase.EVALUATING,),
    "awarded": (Phase.OBJECTIONS, Phase.FINAL),
    "ended": (Phase.FAILED, Phase.CANCELLED),
}
_newest = (
    select(sa.func.max(Round.number))
    .where(Round.procurement_id == Procurement.id)
    .correlate(Procurement)
    .scalar_subquery()
)
_NEWEST_ROUND = sa.and_(Round.procurement_id == Procurement.id, Round.number == _newest)


@dataclass(frozen=True)
class Row:
    """A procurement in a list, with its newest round and where it stands."""

    procurement: Procurement
    round: Round
    phase: Phase
    buyer: Organisation | None = None
    procedure: Procedure | None = None
    items: list[dict[str, Any]] = field(default_factory=list)
    unanswered: int = 0
    invited: bool = False


@dataclass(frozen=True)
class HallFilter:
    """What of the public procurements is asked for; a class includes those under it. `closing` is "" for those that take
    quotes, "soon" for those of them that end in days, "over" for all others."""

    text: str = ""
    class_code: str = ""
    category: str = ""
    field_code: str = ""
    province: str = ""
    procedure: str = ""
    closing: str = ""


@dataclass(frozen=True)
class Appointment:
    """A procurement that names a person as opening officer, and what it asks of that person."""

    procurement: Procurement
    round: Round
    phase: Phase
    buyer: Organisation
    officer: OfficerContent | OpeningOfficer
    standing: Standing
    may_confirm: bool

    @property
    def open(self) -> bool:
        """Whether the opening is still to come."""
        return self.phase in (Phase.DRAFT, Phase.COLLECTING, Phase.CLOSING, Phase.TO_OPEN)

    @property
    def urgency(self) -> tuple[bool, bool, datetime]:
        """What they are sorted by: what waits for the person now, then what opens next."""
        opens = self.phase == Phase.TO_OPEN and self.standing == Standing.CONFIRMED
        return not opens, not self.may_confirm, self.round.opens_at or datetime.max.replace(tzinfo=UTC)


def own_page(actor: Actor, tab: str, text: str, at: datetime, page: int, per_page: int) -> tuple[list[Row], int]:
    """One page of the acting organisation's procurements in the phases of a tab ("" for all), last changed first."""
    wanted = [Procurement.owner_id == actor.organisation_id, *_phase_terms(tab, at), *_words(text)]
    query = select(Procurement, Round, Procedure).join(Round, _NEWEST_ROUND)
    query = query.join(Procedure, Procedure.id == Procurement.procedure_id).where(*wanted)
    order = (col(Procurement.updated_at).desc(), col(Procurement.id).desc())
    found, total = _page(query, page, per_page, *order)
    waiting = _unanswered([row.id for row, _round, _procedure in found])
    return [
        Row(p, r, phase_of(p, r, at), procedure=procedure, unanswered=waiting.get(p.id, 0)) for p, r, procedure in found
    ], total


def own_counts(actor: Actor, at: datetime) -> dict[str, int]:
    """How many procurements of the acting organisation each tab holds."""
    found = {}
    for tab in TABS:
        query = select(sa.func.count(Procurement.id)).join(Round, _NEWEST_ROUND)
        wanted = (Procurement.owner_id == actor.organisation_id, *_phase_terms(tab, at))
        found[tab] = db.session().exec(query.where(*wanted)).one()
    return found


def hall_page(wanted: HallFilter, actor: Actor | None, at: datetime, page: int, per_page: int) -> tuple[list[Row], int]:
    """One page of what is published to everybody or inviting the reader: what invites first, then what takes quotes and
    ends soonest, then what has ended, latest first."""
    mine = _invited_ids(actor)
    shown = sa.or_(Procurement.visibility == Visibility.PUBLIC, col(Procurement.id).in_(mine))
    approved = Organisation.status == OrganisationStatus.APPROVED
    query = select(Procurement, Round, Organisation, Procedure).join(Round, _NEWEST_ROUND)
    query = query.join(Organisation, Organisation.id == Procurement.owner_id)
    query = query.join(Procedure, Procedure.id == Procurement.procedure_id)
    query = query.where(Procurement.version >= 1, shown, approved, *_hall_terms(wanted, at))
    running = _taking(at)
    order = (
        sa.case((sa.and_(running, col(Procurement.id).in_(mine)), 0), (running, 1), else_=2),
        sa.case((running, Round.quotes_until), else_=None),
        col(Procurement.published_at).desc(),
        col(Procurement.id).desc(),
    )
    found, total = _page(query, page, per_page, *order)
    invited = set(db.session().exec(mine)) if actor else set()
    items = _items([row[0].id for row in found])
    return [
        Row(p, r, phase_of(p, r, at), buyer, procedure, items.get(p.id, []), invited=p.id in invited)
        for p, r, buyer, procedure in found
    ], total


def waiting_for(actor: Actor, at: datetime, limit: int = 8) -> list[Row]:
    """Own procurements somebody must do something about: drafts, unanswered questions, openings, evaluations."""
    rows, _total = own_page(actor, "", "", at, 1, 100)
    urgent = [
        row
        for row in rows
        if row.phase in (Phase.DRAFT, Phase.TO_OPEN, Phase.EVALUATING)
        or (row.phase == Phase.COLLECTING and row.unanswered)
    ]
    order = {Phase.TO_OPEN: 0, Phase.COLLECTING: 1, Phase.EVALUATING: 2}
    return sorted(urgent, key=lambda row: order.get(row.phase, 3))[:limit]


def open_invitations(actor: Actor, at: datetime, limit: int = 8) -> list[Row]:
    """Procurements that invite the acting supplier and still take quotes, the soonest deadline first."""
    query = select(Procurement, Round, Organisation).join(Round, _NEWEST_ROUND)
    query = query.join(Organisation, Organisation.id == Procurement.owner_id).where(
        col(Procurement.id).in_(_invited_ids(actor)),
        Procurement.status == ProcurementStatus.PUBLISHED,
        col(Round.quotes_until) > at,
    )
    found = db.session().exec(query.order_by(col(Round.quotes_until)).limit(limit))
    return [Row(p, r, phase_of(p, r, at), buyer, invited=True) for p, r, buyer in found]


def appointments_of(user_id: int, at: datetime) -> list[Appointment]:
    """Where a person is named as opening officer, in rounds or in an amendment being written; the most urgent first, what is
    opened or ended after that, latest first."""
    query = select(Procurement, Round, Organisation, OpeningOfficer).join(Round, _NEWEST_ROUND)
    query = query.join(OpeningOfficer, OpeningOfficer.round_id == Round.id)
    query = query.join(Organisation, Organisation.id == Procurement.owner_id)
    found: dict[int, tuple[Procurement, Round, Organisation, Any]] = {}
    for row in db.session().exec(query.where(OpeningOfficer.user_id == user_id)):
        found[row[0].id] = tuple(row)
    for procurement, current, owner, told in _in_amendments(user_id):
        found[procurement.id] = (procurement, current, owner, told)
    rows = [_appointment(*parts, user_id, at) for _id, parts in sorted(found.items(), reverse=True)]
    shown = [row for row in rows if row.phase != Phase.CANCELLED or row.procurement.version]
    return sorted((r for r in shown if r.open), key=lambda row: row.urgency) + [r for r in shown if not r.open]


def _appointment(
    procurement: Procurement, current: Round, owner: Organisation, officer: Any, user_id: int, at: datetime
) -> Appointment:
    standing = officers.standings([officer])[user_id]
    asked = rules.may_edit(procurement, current, at) and standing != Standing.CONFIRMED
    phase = phase_of(procurement, current, at)
    return Appointment(procurement, current, phase, owner, officer, standing, asked)


def _in_amendments(user_id: int) -> list[tuple[Procurement, Round, Organisation, OfficerContent]]:
    """Amendments wait in small numbers; whom they name stands inside their content."""
    query = select(Procurement, Round, Organisation, ProcurementAmendment).join(Round, _NEWEST_ROUND)
    query = query.join(Organisation, Organisation.id == Procurement.owner_id)
    query = query.join(ProcurementAmendment, ProcurementAmendment.procurement_id == Procurement.id)
    found = []
    for procurement, current, owner, waiting in db.session().exec(query):
        content = Content.model_validate(waiting.content)
        found += [(procurement, current, owner, one) for one in content.officers if one.user_id == user_id]
    return found


def _phase_terms(tab: str, at: datetime) -> list[Any]:
    """The SQL of rules.phase_of, for a tab."""
    running = col(Procurement.status).in_((ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING))
    unopened = col(Round.opened_at).is_(None)
    terms = {
        "draft": [Procurement.status == ProcurementStatus.DRAFT],
        "collecting": [running, unopened, col(Round.quotes_until) > at],
        "opening": [running, unopened, col(Round.quotes_until) <= at],
        "evaluating": [running, col(Round.opened_at).is_not(None)],
        "awarded": [Procurement.status == ProcurementStatus.AWARDED],
        "ended": [col(Procurement.status).in_((ProcurementStatus.FAILED, ProcurementStatus.CANCELLED))],
    }
    return terms.get(tab, [])


def _hall_terms(wanted: HallFilter, at: datetime) -> list[Any]:
    terms: list[Any] = _words(wanted.text)
    names = ("category", "field_code", "province")
    terms += [getattr(Procurement, name) == value for name in names if (value := getattr(wanted, name))]
    if wanted.procedure:
        terms.append(Procedure.code == wanted.procedure)
    if wanted.class_code:
        code = f'"class_code": "{wanted.class_code}'
        asked = sa.cast(Lot.items, sa.Text)
        inside = select(Lot.procurement_id).where(
            asked.contains(f'{code}"', autoescape=True) | asked.contains(f"{code}.", autoescape=True)
        )
        terms.append(col(Procurement.id).in_(inside))
    terms.append(sa.not_(_taking(at)) if wanted.closing == "over" else _taking(at))
    if wanted.closing == "soon":
        terms.append(col(Round.quotes_until) <= at + SOON)
    return terms


def _taking(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Procurement.status == ProcurementStatus.PUBLISHED, col(Round.quotes_until) > at)


def _words(text: str) -> list[sa.ColumnElement[bool]]:
    columns = (Procurement.title, Procurement.number, Procurement.text)
    return [sa.or_(*(col(c).icontains(word, autoescape=True) for c in columns)) for word in text.split()[:8]]


def _invited_ids(actor: Actor | None) -> Any:
    supplier_id = actor.organisation_id if actor and actor.approved else None
    return select(ProcurementInvitation.procurement_id).where(ProcurementInvitation.supplier_id == supplier_id)


def _items(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    query = select(Lot).where(col(Lot.procurement_id).in_(ids)).order_by(col(Lot.procurement_id), col(Lot.number))
    for lot in db.session().exec(query):
        found.setdefault(lot.procurement_id, []).extend(lot.items)
    return found


def _unanswered(ids: list[int]) -> dict[int, int]:
    query = select(ProcurementQuestion.procurement_id, sa.func.count()).where(
        col(ProcurementQuestion.procurement_id).in_(ids), col(ProcurementQuestion.answered_at).is_(None)
    )
    return dict(db.session().exec(query.group_by(ProcurementQuestion.procurement_id)).all())


def _page(query: Any, page: int, per_page: int, *order: Any) -> tuple[list[Any], int]:
    total = (
        db.session().exec(select(sa.func.count()).select_from(query.with_only_columns(Procurement.id).subquery())).one()
    )
    return list(db.session().exec(query.order_by(*order).offset((page - 1) * per_page).limit(per_page))), total
