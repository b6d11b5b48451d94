"""The buyer's verdict against the clock: of both at the same moment, exactly one stands, and the counters agree with it."""

import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlmodel import select

from benchmarks.timing import Figure, line
from marketplace.app import create_app
from marketplace.contracts import inspecting, queries
from marketplace.contracts.models_performance import DeliveryStatus, Inspection, Verdict
from marketplace.contracts.schemas import InspectionForm
from marketplace.kit import db
from marketplace.kit.errors import Refusal
from marketplace.preparing import prepare
from marketplace.settings import Settings
from tests.contracts.worlds import World, delivered, in_force, make_world

ROUNDS = 1_000
MOMENT = timedelta(microseconds=1)


def accept_or_silence(rounds: int = ROUNDS) -> Figure:
    """Goal: 0 wrong in 1,000: no round with two verdicts or none, no counter beside its verdict."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), seed_demo=False)
        app = create_app(settings)
        prepare(app, settings)
        with app.app_context():
            took, found = race(app, make_world(items=many(rounds)), rounds)
            db.database().engine.dispose()
    notes = [f"{found['buyer']} by the buyer, {found['clock']} by the clock"]
    return Figure("accept/auto-accept", [line("one race", took)], f"{found['wrong']} wrong in {rounds:,}", "0 wrong",
                  not found["wrong"], notes)  # fmt: skip


def many(rounds: int) -> list[dict]:
    """Items of which one piece is delivered per round, and one more that never comes, so that the contract goes on."""
    rest = {"class_code": "", "unit": "件", "note": "", "listing_id": None, "requirements": []}
    return [{"name": "照明灯", "quantity": rounds, **rest}, {"name": "备件", "quantity": 1, **rest}]


def race(app: Flask, world: World, rounds: int) -> tuple[list[float], Counter]:
    """Let the buyer refuse a delivery in its last moment while the clock runs out; milliseconds, and who won how often."""
    row = in_force(world)
    took, found, expected = [], Counter(buyer=0, clock=0, wrong=0), 0
    with db.reading():
        item = queries.items_of(row.id)[0].id
    for number in range(1, rounds + 1):
        deadline = delivered(world, row, {item: 1}).accept_by
        begun = time.perf_counter()
        _both(app, world, row.id, number, deadline)
        took.append((time.perf_counter() - begun) * 1000)
        with db.reading() as session:
            one, held = queries.delivery(row.id, number), queries.items_of(row.id)[0]
            verdicts = session.exec(select(Inspection).where(Inspection.delivery_id == one.id)).all()
            silent = one.status == DeliveryStatus.ACCEPTED
            expected += silent
            right = (
                len(verdicts) == 1
                and verdicts[0].automatic == silent
                and held.accepted_milli == held.taken_milli == 1000 * expected
            )
        found["wrong" if not right else "clock" if silent else "buyer"] += 1
    return took, found


def _both(app: Flask, world: World, contract_id: int, number: int, deadline) -> None:
    ready = threading.Barrier(2)

    def buyer() -> None:
        form = InspectionForm(verdict=Verdict.REJECTED, reason="不合格")
        row = queries.contract(contract_id, lock=True)
        inspecting.judge(row, queries.delivery(contract_id, number), form, by=world.buys, at=deadline - MOMENT)

    def clock() -> None:
        inspecting.settle(queries.contract(contract_id, lock=True), at=deadline)

    def run(deed) -> None:
        ready.wait()
        with app.app_context():
            try:
                with db.transaction():
                    deed()
            except Refusal:
                pass  # the other was faster

    threads = [threading.Thread(target=run, args=(deed,)) for deed in (buyer, clock)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
