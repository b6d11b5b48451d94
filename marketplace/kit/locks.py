"""One process at a time for a named piece of work, across all processes of the platform."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from marketplace.kit import db

PAUSE_SECONDS = 0.05


@contextmanager
def try_lock(name: str, *, patience_seconds: float = 0) -> Iterator[bool]:
    """Yield whether we got the lock, at once or within the patience.

    It is a file lock beside SQLite, an advisory lock on PostgreSQL; both vanish with their process, so a killed holder
    never blocks anybody.
    """
    until = time.monotonic() + patience_seconds
    while True:
        with _file_lock(name) if db.database().sqlite else _postgres_lock(name) as got:
            if got or time.monotonic() >= until:
                yield got
                return
        time.sleep(PAUSE_SECONDS)


@contextmanager
def _file_lock(name: str) -> Iterator[bool]:
    folder = Path(current_app.config["DATA_DIR"]) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _postgres_lock(name: str) -> Iterator[bool]:
    key = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
    with db.database().engine.connect() as connection:
        got = connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
        connection.commit()  # the lock belongs to the connection, not to a transaction held open meanwhile
        try:
            yield bool(got)
        finally:
            if got:
                connection.scalar(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()
