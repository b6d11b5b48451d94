"""What the procurement room does by the clock. Nothing here opens, closes or ends anything."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from marketplace.kit import clock, db
from marketplace.kit.jobs import job
from marketplace.procurement import mails
from marketplace.procurement.models import Procurement, ProcurementStatus, Round
from marketplace.procurement.rules import may_open_from

BEFORE = timedelta(hours=24)
_RUNNING = (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING)


@job("procurement.remind", "*/15 * * * *")
def remind(_slot: datetime) -> str:
    """A day before the deadline everybody who may take part is reminded, whether it has quoted or not."""
    at = clock.now()
    due = _rounds(col(Round.quotes_until) > at, col(Round.quotes_until) <= at + BEFORE)
    for procurement, current in due:
        begun = current.created_at if current.number > 1 else procurement.published_at
        if current.quotes_until - begun > BEFORE:  # a short round has just been told
            mails.deadline_near(procurement, current, at)
    return f"{len(due)} deadlines"


@job("procurement.opening_time", "* * * * *")
def opening_time(_slot: datetime) -> str:
    """At the opening time the officers and the buyer are told, whatever there is to open."""
    at = clock.now()
    due = [
        (procurement, current)
        for procurement, current in _rounds(col(Round.opened_at).is_(None), col(Round.quotes_until) <= at)
        if at >= may_open_from(current) and current.quotes_until > at - timedelta(days=7)
    ]
    for procurement, current in due:
        mails.may_open(procurement, current, at)
    return f"{len(due)} openings"


def _rounds(*terms: object) -> list[tuple[Procurement, Round]]:
    query = select(Procurement, Round).join(Round, Round.procurement_id == Procurement.id)
    return list(db.session().exec(query.where(col(Procurement.status).in_(_RUNNING), *terms).order_by(Round.id)))
