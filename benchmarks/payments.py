"""Random histories of payments against a double of Stripe: answers lost, events doubled, reordered and lost, crashes at every point."""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import Figure, line

HISTORIES = 10_000
PER_WORLD = 125
PROCESSES = 2
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def random_histories(histories: int = HISTORIES) -> Figure:
    """How many of so many histories ended with the ledger out, a charge paid twice, or a difference unexplained."""
    starts = range(0, histories, PER_WORLD)
    parts = [range(first, min(first + PER_WORLD, histories)) for first in starts]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        worlds = list(pool.imap_unordered(_world, parts))
    taken = [ms for world in worlds for ms in world["ms"]]
    faults = {seed: told for world in worlds for seed, told in world["faults"].items()}
    sums = {name: sum(world[name] for world in worlds) for name in ("crashes", "payments", "delivered", "calls")}
    note = (
        f"{sums['payments']:,} payments begun, {sums['calls']:,} calls answered or lost, {sums['delivered']:,} events taken, "
        f"{sums['crashes']:,} crashes at named points. Wrong: the ledger out of balance or other than Stripe's, a charge paid twice "
        "or paid here and not there, refunds that differ, an unexplained difference after reconciliation, anything still under way."
    )
    return Figure(
        "payments", [line("one history, on SQLite", taken)], f"{len(faults)} wrong of {histories:,}", "0", not faults,
        [note], {"faults": faults, **sums},
    )  # fmt: skip


def _world(seeds: range) -> dict:
    """So many histories in one fresh platform."""
    from marketplace import migrate
    from marketplace.app import create_app
    from marketplace.kit import db
    from marketplace.settings import Settings
    from tests.payments import histories
    from tests.payments.stripe_double import KEY, SECRET, StripeDouble, serving
    from tests.payments.worlds import make_sides

    double = StripeDouble()
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as folder, serving(double) as address:
        keys = {"stripe_secret_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api": address}
        settings = Settings(data_dir=Path(folder), seed_demo=False, **keys)
        app = create_app(settings)
        logging.disable(logging.CRITICAL)
        found: dict = {"ms": [], "faults": {}, "crashes": 0, "payments": 0, "delivered": 0, "calls": 0}
        with app.app_context():
            migrate.upgrade(settings.database)
            sides = make_sides()
            for number, seed in enumerate(seeds):
                begun = time.perf_counter()
                outcome = histories.run(seed, double, sides, START + histories.STRIDE * number)
                found["ms"].append((time.perf_counter() - begun) * 1000)
                found["calls"] += len(double.calls)
                for name in ("crashes", "payments", "delivered"):
                    found[name] += getattr(outcome, name)
                if outcome.faults:
                    found["faults"][seed] = outcome.faults
            db.database().engine.dispose()
    return found
