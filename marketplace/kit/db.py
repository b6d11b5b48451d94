"""One session per request, one commit per good write, and what is told after the commit.

Reading requests use BEGIN DEFERRED, writing ones BEGIN IMMEDIATE on SQLite: a deferred transaction that turns into a
writer fails with "database is locked" as soon as two of them meet.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Semaphore
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
TURN_SECONDS = 10
_turn = Semaphore()
"""SQLite lets writers try again and again until one is lucky; within a process they rather wait for their turn."""
log = logging.getLogger(__name__)


class Database:
    """The engine of one app, with a reading and a writing face."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(
            url,
            pool_pre_ping=not url.startswith("sqlite"),
            pool_size=10,
            max_overflow=10,
            json_serializer=partial(json.dumps, ensure_ascii=False),  # Chinese as itself, not six letters a character
        )
        self.sqlite = self.engine.dialect.name == "sqlite"
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            for end in ("commit", "rollback"):
                event.listen(self.engine, end, _pass_turn)
        self._reading = self.engine.execution_options(sqlite_begin="DEFERRED")

    def open(self, *, write: bool) -> Session:
        """A new session; the caller closes it."""
        return Session(self.engine if write else self._reading, expire_on_commit=False)


class Unit:
    """A session and the calls that wait for its commit."""

    def __init__(self, database: Database, *, write: bool) -> None:
        self.session, self.write = database.open(write=write), write
        self.waiting: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def commit(self) -> None:
        """Commit, then make the waiting calls; their failures are logged and never undo the commit."""
        self.session.commit()
        waiting, self.waiting = self.waiting, []
        for call, arguments in waiting:
            try:
                call(*arguments)
            except Exception:
                log.exception("after commit: %s failed", getattr(call, "__name__", call))

    def rollback(self) -> None:
        """Undo everything since the last commit, the waiting calls included."""
        self.waiting.clear()
        self.session.rollback()


def init_app(app: Any, url: str) -> Database:
    """Give the app its database and close every request's session."""
    database = app.extensions["database"] = Database(url)
    app.teardown_appcontext(_close)
    return database


def database() -> Database:
    """The current app's database."""
    return current_app.extensions["database"]


def session() -> Session:
    """The session of this request, or of the `transaction()` around us."""
    return unit().session


def unit() -> Unit:
    """The unit of work in force; opened at first use, for writing only where the method writes."""
    if "unit" not in g:
        write = has_request_context() and request.method not in SAFE_METHODS
        g.unit = Unit(database(), write=write)
    return g.unit


@contextmanager
def transaction() -> Iterator[Session]:
    """A write transaction of its own for jobs, the command line and seeding; commits when the block ends well."""
    outer = g.pop("unit", None)
    g.unit = inner = Unit(database(), write=True)
    try:
        yield inner.session
        inner.commit()
    except BaseException:
        inner.rollback()
        raise
    finally:
        inner.session.close()
        g.pop("unit", None)
        if outer is not None:
            g.unit = outer


@contextmanager
def reading() -> Iterator[Session]:
    """A short look of its own, closed at once; it leaves the request's own unit, perhaps not yet begun, alone.

    Looking up who asks must not begin a write transaction, which SQLite would hold against everybody else.
    """
    outer = g.pop("unit", None)
    g.unit = inner = Unit(database(), write=False)
    try:
        yield inner.session
    finally:
        inner.session.close()
        g.pop("unit", None)
        if outer is not None:
            g.unit = outer


def after_commit(call: Callable[..., Any], *arguments: Any) -> None:
    """Make this call once the current unit has committed. Hand down ids, never rows: rows may be stale by then."""
    unit().waiting.append((call, arguments))


def flush_or(refusal: type[Exception]) -> None:
    """Flush, and answer a broken unique index or check with the given refusal: the database judges races."""
    try:
        session().flush()
    except IntegrityError as broken:
        raise refusal() from broken


def add_once(row: Any) -> bool:
    """Add a row unless its unique key is taken, also by a twin that commits at this very moment; whether it is new.

    Flushes. Ask for the key first where it is often taken: a refused insert costs a savepoint.
    """
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError:
        return False
    return True


def _close(_error: BaseException | None) -> None:
    left = g.pop("unit", None)
    if left is not None:
        left.session.close()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    # FULL: what somebody holds a receipt for must outlast a power cut, not only a crash of ours.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    if kind == "IMMEDIATE" and _turn.acquire(timeout=TURN_SECONDS):
        connection.info["turn"] = True
    try:
        connection.exec_driver_sql(f"BEGIN {kind}")
    except BaseException:
        _pass_turn(connection)
        raise


def _pass_turn(connection: sa.Connection) -> None:
    if connection.info.pop("turn", False):
        _turn.release()
