"""kill -9 at each named point: the next process finishes, nothing is paid, posted or given back twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from marketplace.kit import clock, db
from marketplace.payments import crashing, events, queries, reconciling
from marketplace.payments.models import Charge, ChargeStatus, Payment
from marketplace.payments.reconciling_charges import compare
from tests.conftest import ROOT
from tests.payments.worlds import balances, make_charge, make_sides, read


@pytest.fixture
def process(stripe_app, tmp_path, double):
    """`process(charge, sides, event, crash)` runs the life of one payment elsewhere; its exit code."""

    def run(charge, sides, event="-", crash=""):
        people = [sides.pays.user_id, sides.payer.id, sides.takes.user_id, sides.payee.id]
        settings = stripe_app.extensions["settings"]
        words = [tmp_path, settings.database, settings.stripe_api, charge.id, *people, event]
        command = [sys.executable, "-m", "tests.payments.killed", *map(str, words)]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "CRASHPOINT": crash}, timeout=120, **quiet)
        assert done.returncode in (0, -signal.SIGKILL), done.stdout[-3000:]
        return done.returncode

    return run


BEFORE_PAYING = ("after-plan", "before-call", "after-call")


@pytest.mark.parametrize("point", crashing.POINTS)
def test_a_kill_leaves_money_lost_or_moved_twice(process, double, tmp_path, point):
    sides = make_sides()
    charge = make_charge(sides, 120_000)
    killed = process(charge, sides, crash=point if point in BEFORE_PAYING else "")
    assert (killed == -signal.SIGKILL) == (point in BEFORE_PAYING)
    with clock.set_clock(clock.now() + timedelta(minutes=5)):
        events.work_all()
    sessions = [o for o in double.objects.values() if o["object"] == "checkout.session"]
    assert len(sessions) == 1
    double.pay(sessions[0]["id"])
    raw, signature = double.signed(double.outbox[-1])
    told = tmp_path / "event"
    told.write_text(f"{signature}\n{raw.decode()}")
    if point not in BEFORE_PAYING:
        assert process(charge, sides, str(told), crash=point) == -signal.SIGKILL
    assert process(charge, sides, str(told)) == 0
    with clock.set_clock(clock.now() + timedelta(hours=3)):
        events.work_all()
        reconciling.reconcile_all()
    with db.reading():
        [payment] = queries.payments_of(charge.id)
        [back] = queries.refunds_of(charge.id)
    assert (read(Charge, charge.id).status, read(Payment, payment.id).status, back.status) == (
        ChargeStatus.PAID,
        "confirmed",
        "confirmed",
    )
    assert [o["amount"] for o in double.objects.values() if o["object"] == "refund"] == [5000]
    assert balances()[f"{sides.payee.id}:stripe_clearing"] == double.total()
    with db.transaction():
        assert compare(clock.now()) == 0
