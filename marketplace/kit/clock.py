"""The one place that reads the time: UTC inside, Asia/Shanghai at the edge."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _system_time() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system_time


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _read()


def today() -> date:
    """The calendar day in Shanghai."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment as people in China read it. Naive times are refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be placed")
    return moment.astimezone(SHANGHAI)


@contextmanager
def set_clock(moment: datetime) -> Iterator[None]:
    """Freeze `now()` for tests and seeding."""
    global _read
    before, _read = _read, lambda: moment
    try:
        yield
    finally:
        _read = before
