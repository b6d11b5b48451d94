"""The last minute before a deadline: 2,000 sealed quotes by 200 suppliers at once, counted to the last one."""

import asyncio
import multiprocessing
import random
import secrets
import shutil
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from flask import Flask
from sqlmodel import select

from benchmarks import bare_commits
from benchmarks.bidders import ARRIVAL, Bidder, Sent, at_full_speed, by_the_clock, signed_in
from benchmarks.throughput import WORKERS, _wait
from benchmarks.timing import Figure, Line, percentile
from marketplace import serving
from marketplace.accounts import keys
from marketplace.app import create_app
from marketplace.bidding.models import SealedQuote, SealedStatus
from marketplace.bidding.seal import bidder_tag
from marketplace.kit import clock, db
from marketplace.preparing import prepare
from marketplace.procurement.models import Participant, Round
from marketplace.settings import Settings
from tests.bidding.tenders import Tender, make_tender, register, save_draft
from tests.factories import postgres
from tests.factories.accounts import PASSWORD

BIDDERS, TENDERS, FAST_TENDERS = 200, 10, 5  # and one tender more for those who come late
WINDOW, LATE_SECONDS, LATE, AGAIN = 60.0, 2.0, 100, 0.1
CLOSE_CALL = 0.01
WRONG = ("lost", "doubled", "late_taken", "timely_refused")
SEED = 4
GOAL, GOAL_P99_MS = 0.4, 2000.0
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "shared_buffers": "128MB"}


def deadline(bidders: int = BIDDERS, window: float = WINDOW) -> Figure:
    """Goal: nothing lost, doubled, wrongly taken or refused; p99 ≤ 2 s; ≥ 40 % of the bare transaction rate."""
    runs = [
        _run(kind, bidders, window) for kind in ("SQLite", "PostgreSQL") if kind == "SQLite" or not postgres.missing()
    ]
    wrong = sum(sum(run["wrong"].values()) for run in runs)
    worst = max(run["p99_ms"] for run in runs)
    reached = not wrong and worst <= GOAL_P99_MS and all(run["ratio"] >= GOAL for run in runs)
    said = [
        f"{run['kind']}: {run['ratio']:.0%} of bare, p99 {run['p99_ms']:,.0f} ms, wrong {sum(run['wrong'].values())}"
        for run in runs
    ]
    notes = [
        f"{run['kind']}: {run['taken']:,} quotes taken, {run['wrong']}, {run['late']} late ones refused, {run['again']} sent twice; at full speed "
        f"{run['per_second']:,.0f} a second beside {run['bare_per_second']:,.0f} bare transactions."
        for run in runs
    ]  # fmt: skip
    return Figure(
        "surge", [line for run in runs for line in run.pop("lines")], "; ".join(said),
        "0 wrong, p99 ≤ 2,000 ms, ≥ 40 % of bare", reached,
        [
            *notes,
            f"{bidders} suppliers, each with its own session, connection and token; drafts saved before. {WORKERS} gunicorn workers × 8 threads; "
            f"clients, database and server on the same cores. Moments grow denser towards the deadline; arrival is told by {ARRIVAL} as a proxy "
            "would. Bare: the same rows written by the database's own driver from as many processes and threads, synced to disk as ours are.",
        ],
        {"runs": runs},
    )  # fmt: skip


def _run(kind: str, bidders: int, window: float) -> dict[str, Any]:
    with _database(kind) as settings:
        app = create_app(settings)
        with app.app_context(), patch.object(keys, "COST", (1, 8, 1)):
            prepare(app, settings, seed=False)
            fast, slow, emails = _world(bidders)
            db.database().engine.dispose()
        with _served(settings) as port:
            return {"kind": kind, **asyncio.run(_bid(app, port, fast, slow, emails, window, kind))}


async def _bid(
    app: Flask, port: int, fast: list[Tender], slow: list[Tender], emails: list[str], window: float, kind: str
) -> dict[str, Any]:
    everybody = await signed_in(port, emails, PASSWORD)
    sends = [[_sent(tender, number) for tender in fast] for number in range(len(everybody))]
    before = bare_commits.rate(app)
    seconds = await at_full_speed(everybody, sends)
    bare = (before + bare_commits.rate(app)) / 2
    until = datetime.fromtimestamp(int(time.time() + window) + 2, UTC)
    with app.app_context(), db.transaction():
        for tender in slow:
            db.session().get(Round, tender.round_id).quotes_until = until
    plan = _plan(slow, everybody, until.timestamp(), window)
    await by_the_clock(everybody, plan)
    surge = list({id(one): one for _moment, _number, one in plan}.values())
    quick = [one for mine in sends for one in mine]
    wrong = _wrong(app, surge, until)
    wrong.update(_wrong(app, quick, None))
    waited = [one.answers[0].waited_ms for one in surge]
    full = [one.answers[0].waited_ms for one in quick]
    per_second = len(quick) / seconds
    return {
        "lines": [_line(f"{kind}: submit in the last {window:.0f} s", waited), _line(f"{kind}: submit at full speed", full)],
        "wrong": {name: wrong[name] for name in WRONG}, "p99_ms": percentile(waited, 0.99), "full_p99_ms": percentile(full, 0.99), "ratio": per_second / bare,
        "per_second": per_second, "bare_per_second": bare, "again": sum(len(one.answers) > 1 for one in surge),
        "late": sum(one.answers[0].sent >= until.timestamp() for one in surge),
        "taken": sum(any(answer.status == 303 for answer in one.answers) for one in surge),
    }  # fmt: skip


def _plan(tenders: list[Tender], everybody: list[Bidder], until: float, window: float) -> list[tuple[float, int, Sent]]:
    """When who submits what: denser towards the end, some just in time, some late, some twice as after a lost answer."""
    chance, plan = random.Random(SEED), []
    for place, tender in enumerate(tenders):
        late = place >= TENDERS
        for bidder in everybody[:LATE] if late else everybody:
            one = _sent(tender, bidder.number)
            moment = until - (-LATE_SECONDS * chance.random() if late else window * chance.random() ** 2 + CLOSE_CALL)
            plan.append((moment, bidder.number, one))
            if chance.random() < AGAIN:
                plan.append((moment + chance.uniform(0, 3), bidder.number, one))
    return plan


def _wrong(app: Flask, sends: list[Sent], until: datetime | None) -> Counter[str]:
    """What must not be, counted from the answers and from what the database holds."""
    found = Counter[str]()
    with app.app_context(), db.reading() as session:
        rows = {}
        for row in session.exec(
            select(SealedQuote.bidder_tag, SealedQuote.submission_key, SealedQuote.status, SealedQuote.arrived_at)
        ):
            rows.setdefault(row[0], []).append(row)
        for one in sends:
            held = rows.get(bidder_tag(one.tender_id, one.supplier), [])
            taken = any(answer.status == 303 and "/receipts/" in answer.location for answer in one.answers)
            timely = until is None or one.answers[0].sent < until.timestamp()
            stands = [row for row in held if row[1] == one.key and row[2] == SealedStatus.SUBMITTED]
            found["lost"] += taken and not stands
            found["doubled"] += len(held) > 1
            found["late_taken"] += bool(held) and (not timely or (until is not None and held[0][3] >= until))
            found["timely_refused"] += timely and not taken
    return found


def _sent(tender: Tender, number: int) -> Sent:
    return Sent(tender.id, tender.suppliers[number][0].id, secrets.token_urlsafe(16))


def _line(what: str, values: list[float]) -> Line:
    return Line(what, len(values), round(percentile(values, 0.5), 1), round(percentile(values, 0.95), 1))


def _world(bidders: int) -> tuple[list[Tender], list[Tender], list[str]]:
    """Tenders for a run at full speed and for the last minute; every supplier has saved a draft in each."""
    at = clock.now()
    with db.transaction():
        tenders = [make_tender(at, suppliers=0) for _n in range(FAST_TENDERS + TENDERS + 1)]
        people = [register(tenders[0].id, at) for _n in range(bidders)]
        for tender in tenders:
            tender.suppliers = people
        rows = [
            {"procurement_id": tender.id, "supplier_id": org.id, "user_id": user.id, "at": at}
            for tender in tenders[1:] for org, user in people
        ]  # fmt: skip
        db.session().connection().execute(sa.insert(Participant), rows)
    for tender in tenders:
        with db.transaction():
            for place in range(bidders):
                save_draft(tender, at, place)
    return tenders[:FAST_TENDERS], tenders[FAST_TENDERS:], [user.email for _org, user in people]


@contextmanager
def _database(kind: str) -> Iterator[Settings]:
    """Settings of an empty platform on a real disk, on a database that syncs as in earnest."""
    more = {"seed_demo": False, "trusted_proxies": 1, "arrival_header": ARRIVAL}
    folder = Path(tempfile.mkdtemp(prefix="marketplace-surge-"))
    try:
        if kind == "SQLite":
            yield Settings(data_dir=folder, **more)
            return
        with (
            patch.dict(postgres.OPTIONS, DURABLE),
            patch.object(postgres, "MEMORY", folder / "none"),
            postgres.cluster() as cluster,
        ):
            yield Settings(data_dir=folder, database_url=cluster.url(cluster.create()), **more)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _served(settings: Settings) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, port))
    server.start()
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.join(timedelta(seconds=30).seconds)


def _serve(settings: Settings, port: int) -> None:
    serving.serve(create_app(settings), "127.0.0.1", port, WORKERS, with_jobs=False)
