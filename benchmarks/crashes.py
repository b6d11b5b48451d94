"""Workers killed with `kill -9` at random moments while quotes come in: what became of every receipt that was given."""

import asyncio
import os
import random
import secrets
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlmodel import select

from benchmarks.bidders import Answer, Bidder, signed_in
from benchmarks.surge import _database, _served, _world
from benchmarks.timing import Figure, line
from marketplace.accounts import keys
from marketplace.app import create_app
from marketplace.bidding import opening, queries
from marketplace.bidding.models import OpenedQuote, OpenedStatus, SealedQuote, SealedStatus
from marketplace.bidding.seal import bidder_tag
from marketplace.kit import clock, db, mail
from marketplace.kit.permissions import Actor
from marketplace.preparing import prepare
from marketplace.procurement.models import OpeningOfficer, Round
from tests.bidding.tenders import Tender
from tests.factories import postgres
from tests.factories.accounts import PASSWORD

KILLS, BIDDERS, SEED = 200, 20, 4
PAUSE_SECONDS = (0.05, 0.5)
PATIENCE = 60
OFFICERS = 2


@dataclass
class Said:
    """What a bidder was told last about a tender: the key of the quote that stands, or None after a withdrawal."""

    tender: Tender
    supplier: int
    key: str | None


def killed(kills: int = KILLS) -> Figure:
    """Goal: every receipt ends opened, replaced or withdrawn; nothing doubled; nobody told of what did not happen."""
    runs = [_run(kind, kills) for kind in ("SQLite", "PostgreSQL") if kind == "SQLite" or not postgres.missing()]
    wrong = sum(sum(run["wrong"].values()) for run in runs)
    notes = [
        f"{run['kind']}: {run['kills']} workers killed, {run['receipts']} receipts given, {run['retries']} answers lost and asked for "
        f"again, {run['opened']} quotes opened in the end; wrong {run['wrong']}."
        for run in runs
    ]  # fmt: skip
    return Figure(
        "crashes", [line(f"{run['kind']}: answer, retries included", run["waited"]) for run in runs],
        f"{wrong} wrong of {sum(run['receipts'] for run in runs):,} receipts", "0 wrong", not wrong, notes,
        {"runs": [{name: value for name, value in run.items() if name != "waited"} for run in runs]},
    )  # fmt: skip


def _run(kind: str, kills: int) -> dict[str, Any]:
    with _database(kind) as settings:
        app = create_app(settings)
        with app.app_context(), patch.object(keys, "COST", (1, 8, 1)):
            prepare(app, settings, seed=False)
            fast, slow, emails = _world(BIDDERS)
            tenders = [*fast, *slow]
            db.database().engine.dispose()
        with _served(settings) as port:
            told = asyncio.run(_bid_under_fire(port, tenders, emails, kills))
        with app.app_context():
            return {"kind": kind, "kills": kills, **told[1], **_judge(app, tenders, told[0])}


async def _bid_under_fire(port: int, tenders: list[Tender], emails: list[str], kills: int) -> tuple[list[Said], dict]:
    bidders = await signed_in(port, emails, PASSWORD)
    over, counts, waited = asyncio.Event(), Counter[str](), list[float]()

    async def bid(bidder: Bidder) -> list[Said]:
        chance = random.Random(SEED + bidder.number)
        said = [Said(tender, tender.suppliers[bidder.number][0].id, None) for tender in tenders]
        while not over.is_set():
            one = chance.choice(said)
            if one.key is not None and chance.random() < 0.2:
                await _until_answered(bidder, f"/tenders/{one.tender.id}/quote/withdraw", {}, counts, waited)
                one.key = None
            else:
                key = secrets.token_urlsafe(16)
                fields = {"submission_key": key, "version": "1"}
                answer = await _until_answered(bidder, f"/tenders/{one.tender.id}/quote/submit", fields, counts, waited)
                if answer.status != 303 or "/receipts/" not in answer.location:
                    raise RuntimeError(f"no receipt: {answer.status} {answer.location}")
                one.key = key
                counts["receipts"] += 1
        return said

    work = [asyncio.create_task(bid(bidder)) for bidder in bidders]
    await _kill(port, kills)
    over.set()
    said = [one for mine in await asyncio.gather(*work) for one in mine]
    return said, {"receipts": counts["receipts"], "retries": counts["retries"], "waited": waited}


async def _until_answered(bidder: Bidder, path: str, fields: dict, counts: Counter, waited: list[float]) -> Answer:
    """Send until an answer comes: a lost answer says nothing about what happened, the same key makes one quote of it."""
    begun = asyncio.get_running_loop().time()
    last: object = None
    for _try in range(PATIENCE):
        try:
            last = answer = await bidder.post(path, fields)
            if answer.status < 500:
                waited.append((asyncio.get_running_loop().time() - begun) * 1000)
                return answer
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as fault:
            last = fault
        counts["retries"] += 1
        bidder.drop()
        await asyncio.sleep(0.2)
    raise RuntimeError(f"no answer from {path}: {last}")


async def _kill(port: int, kills: int) -> None:
    chance = random.Random(SEED)
    for _n in range(kills):
        await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
        workers = _workers()
        if workers:
            os.kill(chance.choice(workers), signal.SIGKILL)


def _workers() -> list[int]:
    """The gunicorn workers: the children of our child, but not those of a database server."""
    servers = [child for child in _children(os.getpid()) if "postgres" not in _name(child)]
    return [worker for server in servers for worker in _children(server)]


def _name(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text()


def _children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task")
    found = [(task / "children").read_text().split() for task in tasks.iterdir()] if tasks.exists() else []
    return [int(child) for some in found for child in some]


def _judge(app: Flask, tenders: list[Tender], said: list[Said]) -> dict[str, Any]:
    """Open everything and compare with what the bidders were told."""
    at = clock.now() + timedelta(days=30)
    for tender in tenders:
        _open(tender, at)
    wrong = Counter[str](lost=0, doubled=0, risen=0, unopened=0, phantom_mail=0)
    with db.transaction() as session:
        rows = list(session.exec(select(SealedQuote)))
        opened = {row.quote_id: row.status for row in session.exec(select(OpenedQuote))}
        wrong["phantom_mail"] = sum(
            "quote" in one.key or "sealed" in one.key for one in session.exec(select(mail.OutboxMail))
        )
    for one in said:
        tag = bidder_tag(one.tender.id, one.supplier)
        mine = [row for row in rows if row.bidder_tag == tag]
        standing = [row for row in mine if row.status == SealedStatus.SUBMITTED]
        wrong["doubled"] += len(standing) > 1
        wrong["risen"] += one.key is None and bool(standing)
        wrong["lost"] += one.key is not None and [row.submission_key for row in standing] != [one.key]
    wrong["unopened"] = sum(
        row.status == SealedStatus.SUBMITTED and opened.get(row.id) != OpenedStatus.OPENED for row in rows
    )
    return {"wrong": dict(wrong), "opened": sum(status == OpenedStatus.OPENED for status in opened.values())}


def _open(tender: Tender, at: datetime) -> None:
    """Two officers open a tender's round after its time."""
    for person, private in tender.officers[:OFFICERS]:
        with db.transaction() as session:
            current = session.get(Round, tender.round_id)
            mine = (OpeningOfficer.round_id == current.id, OpeningOfficer.user_id == person.id)
            officer = session.exec(select(OpeningOfficer).where(*mine)).one()
            opening.give_shares(current, officer, private, by=Actor(person.id, name=person.name), at=at)
    with db.transaction():
        queries.readable_quotes(tender.round_id, by=None, what="benchmark")
