"""Working days in China and the ends of legal periods (期间), with weekends worked and weekdays off as announced.

Announced years come from the `chinesecalendar` tables; `extra` holds the days people entered and always wins. For a year
neither knows, weekends and the fixed statutory days are off: 《全国年节及纪念日放假办法》 (2024).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from marketplace.kit import clock

CLOSING = time(17, 0)
# New Year, Labour Day and National Day fall on the same days every year; the lunar feasts need an announcement.
FIXED = {(1, 1): "new_years_day", (5, 1): "labour_day", (5, 2): "labour_day", **dict.fromkeys([(10, 1), (10, 2), (10, 3)], "national_day")}  # fmt: skip
# Between which days the movable feasts and their days off fall: 春节, 清明, 端午, 中秋.
MOVABLE = (((1, 20), (2, 28)), ((4, 2), (4, 8)), ((5, 25), (6, 28)), ((9, 7), (10, 8)))
Extra = Mapping[date, bool]
NOBODYS: Extra = MappingProxyType({})


class _Announced(NamedTuple):
    """What the library knows: days off with the feast's key, weekend days worked, and the years it covers."""

    off: dict[date, str]
    worked: frozenset[date]
    years: range


@cache
def _announced() -> _Announced:
    from chinese_calendar import constants  # its tables are built on import, and not every process counts days

    keys = {feast.value: feast.name for feast in constants.Holiday}
    off = {day: keys[str(name)] for day, name in constants.holidays.items()}
    years = range(min(off).year, max(off).year + 1)
    return _Announced(off, frozenset(constants.workdays), years)


def is_published(year: int, extra: Extra = NOBODYS) -> bool:
    """Whether the year's days off are known: announced in the tables, or entered for each of the movable feasts."""
    if year in _announced().years:
        return True
    entered = {(d.month, d.day) for d, working in extra.items() if d.year == year and not working} - FIXED.keys()
    return all(any(first <= day <= last for day in entered) for first, last in MOVABLE)


def feast(day: date) -> str:
    """The key of the feast this day is off for, such as `spring_festival`; "" for all others."""
    known = _announced()
    return known.off.get(day, "") if day.year in known.years else FIXED.get((day.month, day.day), "")


def is_working_day(day: date, extra: Extra = NOBODYS) -> bool:
    """Whether offices work that day: what people entered, else what was announced, else the week."""
    if day in extra:
        return extra[day]
    return day in _announced().worked or (day.weekday() < 5 and not feast(day))


def next_working_day(day: date, extra: Extra = NOBODYS) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, extra):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int, extra: Extra = NOBODYS) -> date:
    """The working day `count` working days later, or earlier for a negative count; the day itself does not count."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left > 0:
        day += step
        left -= is_working_day(day, extra)
    return day


def working_days_between(first: date, last: date, extra: Extra = NOBODYS) -> int:
    """The working days after `first` up to and with `last`; 0 when `last` is not later."""
    return sum(is_working_day(first + timedelta(days=n), extra) for n in range(1, (last - first).days + 1))


def end_of_working_days(start: datetime, count: int, at: time = CLOSING, extra: Extra = NOBODYS) -> datetime:
    """When a period of working days ends: at office closing in Shanghai on the last of them, in the zone of `start`.

    The day of the start is not counted (民法典第201条), and the end falls on a working day. No days: the start itself.
    """
    if count <= 0:
        return start
    return _moment(add_working_days(clock.local(start).date(), count, extra), at, start)


def add_days(start: datetime, count: int, at: time = CLOSING, extra: Extra = NOBODYS) -> datetime:
    """When a period of natural days ends; a last day that is off gives way to the next working day (民法典第203条).

    The day of the start is not counted (民法典第201条). No days: the start itself.
    """
    if count <= 0:
        return start
    last = clock.local(start).date() + timedelta(days=count)
    return _moment(next_working_day(last, extra), at, start)


def before_working_days(end: datetime, count: int, at: time = CLOSING, extra: Extra = NOBODYS) -> datetime:
    """The latest office closing that leaves `count` whole working days before `end`'s day; no days: the end itself."""
    if count <= 0:
        return end
    return _moment(add_working_days(clock.local(end).date(), -count, extra), at, end)


def days_of(year: int) -> Iterator[date]:
    """Every day of the year."""
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))


def _moment(day: date, at: time, like: datetime) -> datetime:
    return datetime.combine(day, at, tzinfo=clock.SHANGHAI).astimezone(like.tzinfo)
