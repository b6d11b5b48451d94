"""Reads of procedures and of the working calendar; what other rooms ask."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts.models import User
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.procedures.models import CalendarDay, Procedure, ProcedureStatus
from marketplace.procedures.schemas import ProcedureDefinition


def procedure(procedure_id: int) -> Procedure:
    """The version with this id, whatever its status. Raises: NotFound."""
    row = db.session().get(Procedure, procedure_id)
    if row is None:
        raise NotFound()
    return row


def locked(procedure_id: int) -> Procedure:
    """The version, its row locked until the commit. Raises: NotFound."""
    query = select(Procedure).where(Procedure.id == procedure_id).with_for_update()
    row = db.session().exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound()
    return row


def in_use() -> list[Procedure]:
    """The version in use of each procedure that has one, in the order in which they came to the platform."""
    first = sa.func.min(Procedure.id).label("first")
    born = sa.select(Procedure.code, first).group_by(Procedure.code).subquery()
    query = select(Procedure).join(born, born.c.code == Procedure.code).order_by(born.c.first)
    return list(db.session().exec(query.where(Procedure.status == ProcedureStatus.IN_USE)))


def newest(code: str) -> Procedure | None:
    """The version in use of this procedure; None where there is none."""
    wanted = (Procedure.code == code, Procedure.status == ProcedureStatus.IN_USE)
    return db.session().exec(select(Procedure).where(*wanted)).first()


def definition(row: Procedure) -> ProcedureDefinition:
    """The settings of a version, judged again on reading."""
    return ProcedureDefinition.of(row.definition)


def versions(code: str) -> list[Procedure]:
    """Every version of a procedure, newest first."""
    query = select(Procedure).where(Procedure.code == code).order_by(Procedure.version.desc())
    return list(db.session().exec(query))


def draft_of(code: str) -> Procedure | None:
    """The draft people work on, if there is one."""
    wanted = (Procedure.code == code, Procedure.status == ProcedureStatus.DRAFT)
    return db.session().exec(select(Procedure).where(*wanted)).first()


def families() -> list[list[Procedure]]:
    """Every procedure as its versions, newest first; procedures in the order in which they came to the platform."""
    found: dict[str, list[Procedure]] = {}
    for row in db.session().exec(select(Procedure).order_by(Procedure.id)):
        found.setdefault(row.code, []).insert(0, row)
    return list(found.values())


def authors(rows: Sequence[Procedure | CalendarDay]) -> dict[int, str]:
    """The names of the people who wrote these rows, by id."""
    ids = {row.by_id for row in rows if row.by_id is not None}
    return dict(db.session().exec(select(User.id, User.name).where(User.id.in_(ids))).all())


def calendar_extra() -> dict[date, bool]:
    """The days people entered, for the working-day engine: whether each is worked."""
    return dict(db.session().exec(select(CalendarDay.day, CalendarDay.working)).all())


def calendar_days(year: int) -> list[CalendarDay]:
    """The days people entered for this year, in order."""
    within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return list(db.session().exec(select(CalendarDay).where(within).order_by(CalendarDay.day)))
