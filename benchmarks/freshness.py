"""From the commit of a publication to being findable by another process."""

import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks import world
from benchmarks.timing import Figure, line, percentile
from marketplace.accounts import founding
from marketplace.accounts.queries import user_by_email
from marketplace.catalog import actions
from marketplace.catalog.models import Listing, ReviewDecision
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.search.port import Query

LISTINGS = 20_000
TIMES = 200
GIVE_UP_SECONDS = 10.0
PAUSE_SECONDS = 0.02


def publication(listings: int = LISTINGS, times: int = TIMES) -> Figure:
    """Goal: p99 ≤ 1 s."""
    with world.scratch(listings) as folder:
        ours, theirs = multiprocessing.Pipe()
        searcher = multiprocessing.get_context("spawn").Process(target=_search, args=(folder, theirs), daemon=True)
        searcher.start()
        ours.recv()
        taken = _publish(folder, times, ours)
        ours.send(None)
        searcher.join(10)
    late = percentile(taken, 0.99)
    return Figure(
        "freshness",
        [line(f"commit → findable in another process, {listings:,} listings", taken)],
        f"p99 {late:.0f} ms", "p99 ≤ 1,000 ms", late <= 1000,
        [f"{times} publications one after the other by an operator's decision; the other process asks every {PAUSE_SECONDS * 1000:.0f} ms."],
        {"ms": taken},
    )  # fmt: skip


def _publish(folder: Path, times: int, searcher: Connection) -> list[float]:
    app, taken = world.platform(folder), []
    with app.app_context(), app.test_request_context():
        founding.create_operator(
            "op@bench.example", "演示·运营", "a-long-bench-word-1", "示例运营中心", "91110000MA00000BEN"
        )
        with db.reading():
            operator = Actor(user_by_email("op@bench.example").id)
        for number in range(times):
            word = f"新鲜度{number:05d}"
            with db.transaction() as session:
                row = session.get(Listing, number + 1)
                actions.withdraw_listing(row, by=operator, at=clock.now())
                row.name = word
                actions.submit_listing(row, by=operator, at=clock.now())
            _wait_until_drained(app)
            with db.transaction() as session:
                row = session.get(Listing, number + 1)
                actions.decide_listing(row, ReviewDecision.APPROVE, by=operator, at=clock.now())
            committed = time.monotonic()
            searcher.send((word, committed))
            taken.append(searcher.recv())
    return taken


def _wait_until_drained(app) -> None:
    mirror = app.extensions["mirrors"]["products"]
    until = time.monotonic() + GIVE_UP_SECONDS
    while mirror._waiting() and time.monotonic() < until:
        time.sleep(PAUSE_SECONDS)


def _search(folder: Path, publisher: Connection) -> None:
    app = world.platform(folder)
    engine = app.extensions["finder"].engine
    engine.search(Query(text="水泵"))
    publisher.send("ready")
    while (asked := publisher.recv()) is not None:
        word, committed = asked
        while not engine.search(Query(text=word)).total and time.monotonic() - committed < GIVE_UP_SECONDS:
            time.sleep(PAUSE_SECONDS)
        publisher.send((time.monotonic() - committed) * 1000)
