"""The working calendar: twelve months with days off and worked weekends, and the days people entered."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.kit import calendar, clock, forms
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page, show_day
from marketplace.procedures import calendar_days, labels, queries
from marketplace.procedures.models import CalendarDay
from marketplace.procedures.permissions import KEEP_CALENDAR
from marketplace.procedures.schemas import DaysForm
from marketplace.procedures.views import bp

FIRST_YEAR, LAST_YEAR = 2004, 2100
WEEKS = 6  # every month has as many rows, so that they stand in line


@dataclass(frozen=True)
class Square:
    """One day of a month: how it is shown and what it is called. `kind` is week, weekend, feast, worked."""

    day: date
    kind: str
    name: str
    entered: bool


@bp.get("/operations/calendar")
@guarded(KEEP_CALENDAR)
def working_calendar(form: forms.Filled | None = None, status: int = 200) -> Response:
    """A year at a glance, and the form for its days."""
    year = _year()
    extra, entered = queries.calendar_extra(), queries.calendar_days(year)
    return page(
        "procedures/calendar.html", status=status, form=form, year=year, months=_months(year, extra, entered),
        entered=entered, authors=queries.authors(entered), published=calendar.is_published(year, extra),
        years=range(max(FIRST_YEAR, year - 1), min(LAST_YEAR, year + 1) + 1), labels=labels, this_year=clock.today().year,
        working=sum(calendar.is_working_day(day, extra) for day in calendar.days_of(year)),
    )  # fmt: skip


@bp.post("/operations/calendar")
@guarded(KEEP_CALENDAR)
def declare() -> Response:
    """Enter days off or worked."""
    form = forms.read(DaysForm, request.form)
    if not form.data:
        return working_calendar(form, 422)
    told = form.data
    rows = calendar_days.declare(
        told.first, told.end, told.working, told.name, told.source, by=current_actor(), at=clock.now()
    )
    flash(_("已录入 %(n)s 天。此后计算的期限按新的安排;已经确定的截止时间不变。", n=len(rows)), "ok")
    return back_to(url_for("procedures.working_calendar", year=told.first.year))


@bp.post("/operations/calendar/<int(max=2147483647):day_id>/withdraw")
@guarded(KEEP_CALENDAR)
def withdraw(day_id: int) -> Response:
    """Take an entered day back."""
    row = calendar_days.withdraw(day_id, by=current_actor(), at=clock.now())
    flash(_("已删除 %(day)s 的录入,恢复为公布的安排。", day=show_day(row.day)), "ok")
    return back_to(url_for("procedures.working_calendar", year=row.day.year))


def _year() -> int:
    text = request.args.get("year", "")
    known = text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR
    return int(text) if known else clock.today().year


def _months(
    year: int, extra: calendar.Extra, entered: list[CalendarDay]
) -> list[tuple[date, list[list[Square | None]]]]:
    names = {row.day: row.name for row in entered}
    squares = {day: _square(day, extra, names) for day in calendar.days_of(year)}
    weeks = Calendar(firstweekday=0)
    return [
        (date(year, month, 1), [
            [squares[date(year, month, day)] if day else None for day in week]
            for week in [*weeks.monthdayscalendar(year, month), *[[0] * 7] * 2][:WEEKS]
        ])
        for month in range(1, 13)
    ]  # fmt: skip


def _square(day: date, extra: calendar.Extra, names: dict[date, str]) -> Square:
    worked, weekend = calendar.is_working_day(day, extra), day.weekday() >= 5
    if worked:
        kind = "worked" if weekend else "week"
    else:
        kind = "feast" if day in names or calendar.feast(day) or not weekend else "weekend"
    name = names.get(day) or ("" if worked else labels.feast(calendar.feast(day)))
    return Square(day, kind, name, day in names)
