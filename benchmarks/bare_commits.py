"""The rate at which a database itself takes the rows of a submission: no pages, no sealing, its own driver."""

import multiprocessing
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.queues import Queue

import psycopg
import sqlalchemy as sa
from flask import Flask

from benchmarks.throughput import WORKERS
from marketplace.kit import db

THREADS, SECONDS = 8, 4.0
_ROUND = "SELECT id FROM procurement_round ORDER BY id LIMIT 1"
_QUOTE = (
    "INSERT INTO sealed_quote (id, round_id, bidder_tag, sequence, submission_key, version, status, envelope, envelope_hash, content_hash, "
    "receipt, signature, arrived_at, updated_at) VALUES ({})"
)
_NOTE = "INSERT INTO audit_entry (at, action, object_type, detail) VALUES ({})"
ENVELOPE, RECEIPT = 8_700, 480
"""Bytes of an envelope as the drafts of the run become, and of its receipt."""


def rate(app: Flask) -> float:
    """Transactions a second by as many processes and threads as serve requests; each writes a quote and its audit entry."""
    with app.app_context():
        url = db.database().engine.url
        with db.reading() as session:
            [round_id] = session.connection().execute(sa.text(_ROUND)).one()
    context = multiprocessing.get_context("spawn")
    done: Queue[int] = context.Queue()
    starting = context.Barrier(WORKERS)
    workers = [context.Process(target=_work, args=(url, round_id, starting, done)) for _n in range(WORKERS)]
    for worker in workers:
        worker.start()
    counts = [done.get(timeout=60) for _n in workers]
    for worker in workers:
        worker.join()
    _clean(app)
    return sum(counts) / SECONDS


def _work(url: sa.URL, round_id: int, starting: threading.Barrier, done: Queue) -> None:
    counts = [0] * THREADS
    sqlite = url.get_backend_name() == "sqlite"
    starting.wait()
    until = time.monotonic() + SECONDS

    def write(place: int) -> None:
        commit = _sqlite(url, round_id) if sqlite else _postgresql(url, round_id)
        while time.monotonic() < until:
            commit()
            counts[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.put(sum(counts))


def _sqlite(url: sa.URL, round_id: int) -> Callable[[], None]:
    connection = sqlite3.connect(url.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    quote, note = _QUOTE.format(",".join("?" * 14)), _NOTE.format("?,?,?,?")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(quote, _row(round_id))
        connection.execute(note, (_now().replace("T", " ")[:26], "bare", "sealed_quote", "{}"))
        connection.execute("COMMIT")

    return commit


def _postgresql(url: sa.URL, round_id: int) -> Callable[[], None]:
    connection = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    quote, note = _QUOTE.format(",".join(["%s"] * 14)), _NOTE.format("%s,%s,%s,%s")

    def commit() -> None:
        connection.execute(quote, _row(round_id))
        connection.execute(note, (_now(), "bare", "sealed_quote", "{}"))
        connection.commit()

    return commit


def _row(round_id: int) -> tuple:
    name, now = secrets.token_hex(16), _now()
    body, text = secrets.token_bytes(ENVELOPE), "r" * RECEIPT
    return (name, round_id, name * 2, 1, name, 1, "submitted", body, name * 2, name * 2, text, "s" * 88, now, now)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _clean(app: Flask) -> None:
    """Take the rows away again, but for the trail's, which stay by law."""
    with app.app_context(), db.transaction() as session:
        session.connection().execute(sa.text("DELETE FROM sealed_quote WHERE bidder_tag = id || id"))
