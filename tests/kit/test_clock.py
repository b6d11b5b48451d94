"""The one clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.kit import clock


def test_the_time_comes_without_a_zone_or_not_in_utc():
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_day_turns_at_utc_midnight_instead_of_shanghais():
    with clock.set_clock(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 1)
    with clock.set_clock(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)


def test_a_time_without_a_zone_is_placed_somewhere():
    with pytest.raises(ValueError):
        clock.local(datetime(2026, 3, 1))


def test_summer_time_of_1988_is_forgotten():
    assert clock.local(datetime(1988, 7, 1, 0, 0, tzinfo=UTC)).hour == 9


def test_a_set_clock_keeps_standing_after_its_test_failed():
    with pytest.raises(RuntimeError), clock.set_clock(datetime(2026, 1, 1, tzinfo=UTC)):
        raise RuntimeError
    assert clock.now() > datetime(2026, 2, 1, tzinfo=UTC)
