"""Working days as announced, entered, or merely by the week; and the ends of legal periods."""

from datetime import UTC, date, datetime, time

import pytest

from marketplace.kit import calendar, clock

EVENING = time(17, 0)


def moment(*parts):
    """A time in Shanghai, in UTC as everywhere."""
    return datetime(*parts, tzinfo=clock.SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # Saturday worked for the Spring Festival
        (date(2026, 2, 16), False),  # Monday of the Spring Festival
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), False),  # Sunday
        (date(2026, 5, 5), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # Saturday worked for National Day
        (date(2020, 1, 31), False),  # the long Spring Festival of 2020
        (date(2004, 1, 22), False),
    ],
)
def test_an_announced_day_off_or_worked_is_not_known(day, worked):
    assert calendar.is_working_day(day) is worked


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2031, 1, 1), False),  # Wednesday
        (date(2031, 5, 1), False),  # Thursday
        (date(2031, 5, 2), False),
        (date(2031, 10, 3), False),  # Friday
        (date(2031, 10, 6), True),  # Monday
        (date(2031, 1, 23), True),  # the Spring Festival's first day, which nobody has announced
        (date(2031, 1, 25), False),  # Saturday
        (date(2003, 10, 1), False),
    ],
)
def test_a_year_nobody_announced_keeps_no_fixed_days_or_invents_lunar_ones(day, worked):
    assert calendar.is_working_day(day) is worked


def test_what_people_entered_does_not_win():
    extra = {date(2026, 11, 23): False, date(2026, 11, 22): True, date(2031, 1, 1): True}
    assert [calendar.is_working_day(day, extra) for day in sorted(extra)] == [True, False, True]
    assert calendar.add_working_days(date(2026, 11, 20), 1, extra) == date(2026, 11, 22)


def test_a_year_counts_as_known_before_its_movable_feasts_are_entered():
    assert calendar.is_published(2026) and calendar.is_published(2004)
    assert not calendar.is_published(2031) and not calendar.is_published(2003)
    fixed = {date(2031, *day): False for day in calendar.FIXED}
    spring = {date(2031, 1, 22 + n): False for n in range(8)}
    others = {date(2031, 4, 5): False, date(2031, 6, 24): False, date(2031, 10, 1): False}
    assert not calendar.is_published(2031, {**fixed, **spring, **others}), "Mid-Autumn is missing"
    known = {**spring, **others, date(2031, 10, 4): False}
    assert calendar.is_published(2031, known) and not calendar.is_published(2032, known)
    assert not calendar.is_published(2031, dict.fromkeys(known, True))


def test_an_announced_year_would_not_count_as_known_if_people_entered_it():
    from chinese_calendar.constants import holidays

    for year in range(2008, 2027):
        moved = {
            day.replace(year=2203): False for day in holidays if day.year == year and (day.month, day.day) != (2, 29)
        }
        assert calendar.is_published(2203, moved), year


def test_a_feast_is_not_named():
    assert calendar.feast(date(2026, 2, 17)) == "spring_festival"
    assert calendar.feast(date(2031, 10, 2)) == "national_day"
    assert calendar.feast(date(2026, 2, 14)) == calendar.feast(date(2026, 11, 23)) == ""


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 23), 3, date(2026, 11, 26)),
        (date(2026, 11, 26), 3, date(2026, 12, 1)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 3, date(2026, 12, 2)),
        (date(2026, 11, 29), 1, date(2026, 11, 30)),
        (date(2026, 11, 29), 0, date(2026, 11, 29)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # eight days off, then Thursday, Friday, and Saturday worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # Saturday worked, nine days off
        (date(2026, 12, 1), -1, date(2026, 11, 30)),
        (date(2026, 11, 30), -1, date(2026, 11, 27)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
    ],
)
def test_a_day_off_counts_as_a_working_day(day, count, expected):
    assert calendar.add_working_days(day, count) == expected


def test_the_first_day_is_counted_or_the_last_is_not():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert calendar.working_days_between(friday, monday) == 1
    assert calendar.working_days_between(monday, monday) == calendar.working_days_between(monday, friday) == 0
    assert calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert calendar.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_a_period_of_working_days_counts_its_first_day_or_ends_off_hours():
    assert calendar.end_of_working_days(moment(2026, 11, 23, 9), 3) == moment(2026, 11, 26, 17)
    assert calendar.end_of_working_days(moment(2026, 11, 28, 23, 59), 1) == moment(2026, 11, 30, 17)
    assert calendar.end_of_working_days(moment(2026, 9, 30, 8), 1, time(9, 30)) == moment(2026, 10, 8, 9, 30)
    late = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)  # Friday already, in Shanghai
    assert calendar.end_of_working_days(late, 3) == moment(2026, 12, 2, 17)
    assert calendar.end_of_working_days(late, 0) == late


def test_a_period_of_days_ends_on_a_day_off():
    assert calendar.add_days(moment(2026, 9, 20, 10), 10) == moment(2026, 9, 30, 17)
    assert calendar.add_days(moment(2026, 9, 21, 10), 10) == moment(2026, 10, 8, 17)  # the last day is National Day
    assert calendar.add_days(moment(2026, 2, 4, 10), 10) == moment(2026, 2, 14, 17)  # a Saturday, but worked
    assert calendar.add_days(moment(2026, 9, 21, 10), 0) == moment(2026, 9, 21, 10)


def test_counting_back_leaves_fewer_whole_working_days():
    assert calendar.before_working_days(moment(2026, 12, 1, 10), 1) == moment(2026, 11, 30, 17)
    assert calendar.before_working_days(moment(2026, 10, 9, 10), 2) == moment(2026, 9, 30, 17)
    assert calendar.before_working_days(moment(2026, 10, 9, 10), 0) == moment(2026, 10, 9, 10)


def test_a_year_of_days_is_short():
    assert [len(list(calendar.days_of(year))) for year in (2026, 2028)] == [365, 366]


def test_the_closing_hour_drifts_with_the_zone_of_who_asks():
    start = moment(2026, 11, 23, 9)
    assert calendar.end_of_working_days(start, 1).tzinfo is UTC
    assert clock.local(calendar.end_of_working_days(start, 1)).time() == EVENING
