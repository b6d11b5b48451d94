"""Verbs on the working calendar: declare days off or worked, and take it back."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procedures.errors import DayTaken
from marketplace.procedures.models import CalendarDay


def declare(
    first: date, last: date, working: bool, name: str, source: str, *, by: Actor, at: datetime
) -> list[CalendarDay]:
    """Declare every day from first to last worked or off; days entered before are replaced. Raises: DayTaken."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    db.session().exec(sa.delete(CalendarDay).where(CalendarDay.day.in_(days)))
    rows = [
        CalendarDay(day=day, working=working, name=name, source=source, by_id=by.user_id, created_at=at) for day in days
    ]
    db.session().add_all(rows)
    db.flush_or(DayTaken)
    for row in rows:
        audit.record(
            by, "calendar.declare", row, at, day=row.day.isoformat(), working=working, name=name, source=source
        )
    return rows


def withdraw(day_id: int, *, by: Actor, at: datetime) -> CalendarDay:
    """Take a declared day back: what was announced holds again. Raises: NotFound."""
    row = db.session().exec(select(CalendarDay).where(CalendarDay.id == day_id)).first()
    if row is None:
        raise NotFound()
    detail = {"day": row.day.isoformat(), "working": row.working, "name": row.name, "source": row.source}
    audit.record(by, "calendar.withdraw", row, at, **detail)
    db.session().delete(row)
    return row
