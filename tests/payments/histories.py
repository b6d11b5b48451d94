"""Random histories of payments against the double: lost and doubled answers and events, crashes at named points, then a look
at what must hold. Used by the tests with a few, by the benchmark with ten thousand."""

import random
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.kit.errors import Refusal
from marketplace.payments import crashing, events, paying, queries, reconciling, refunds
from marketplace.payments.errors import EventRefused
from marketplace.payments.models import Charge, ChargeStatus, Payment, Refund, Route
from marketplace.payments.models_ledger import Difference, DifferenceStatus
from marketplace.payments.paying import start_payment
from tests.payments.stripe_double import AFTER, BEFORE, FAULT_AFTER, FAULT_BEFORE, StripeDouble
from tests.payments.worlds import Sides, make_charge

DEEDS = (
    "start",
    "start",
    "pay",
    "pay",
    "pay",
    "fail",
    "give up",
    "refund",
    "deliver",
    "deliver",
    "work",
    "wait",
    "reconcile",
)
STRIDE = timedelta(days=30)  # from the beginning of one history to that of the next
FAULTS = (None, None, None, BEFORE, AFTER, FAULT_BEFORE, FAULT_AFTER)


class Crashed(BaseException):
    """The process is gone; what it had not committed is gone with it."""


@dataclass
class Outcome:
    """What one history came to."""

    seed: int
    crashes: int = 0
    payments: int = 0
    delivered: int = 0
    faults: list[str] = field(default_factory=list)


@contextmanager
def crashing_at(chance: random.Random, share: float, outcome: Outcome):
    """Within, a named point is deadly with this chance."""

    def listener(_name: str) -> None:
        if chance.random() < share:
            outcome.crashes += 1
            raise Crashed(_name)

    crashing.listener = listener
    try:
        yield
    finally:
        crashing.listener = None


def run_many(seeds: range, double: StripeDouble, sides: Sides, start: datetime) -> list[Outcome]:
    """One after the other in the same world, a month apart."""
    return [run(seed, double, sides, start + STRIDE * number) for number, seed in enumerate(seeds)]


def run(seed: int, double: StripeDouble, sides: Sides, start: datetime, *, deeds: int = 14) -> Outcome:
    """One history of two or three charges, then calm: everything is delivered, worked off and reconciled; then the look."""
    chance, outcome, now = random.Random(seed), Outcome(seed), start
    double.forget(start - 3 * STRIDE)
    double.faults.clear()
    double.outbox.clear()
    before = double.total() - _cleared()
    with clock.set_clock(now):
        charges = [make_charge(sides, chance.randint(1, 900_000)).id for _n in range(chance.randint(1, 3))]
    with crashing_at(chance, 0.06, outcome):
        for _n in range(deeds):
            now += timedelta(seconds=chance.choice((1, 20, 90, 600)))
            double.faults.extend(chance.choice(FAULTS) for _call in range(chance.randint(0, 2)))
            with clock.set_clock(now):
                now = _do(chance.choice(DEEDS), chance, double, sides, charges, now, outcome)
    double.faults.clear()
    _calm(chance, double, now, outcome)
    _look(charges, double, before, outcome)
    return outcome


def _do(
    deed: str,
    chance: random.Random,
    double: StripeDouble,
    sides: Sides,
    charges: list[int],
    now: datetime,
    outcome: Outcome,
) -> datetime:
    try:
        if deed == "start":
            wanted = chance.sample(charges, chance.randint(1, len(charges)))
            with db.transaction():
                start_payment(
                    wanted, Route.STRIPE, f"history-{outcome.seed}-{chance.randrange(3)}", by=sides.pays, at=now
                )
        elif deed in ("pay", "fail"):
            sessions = [
                o["id"] for o in double.objects.values() if o["object"] == "checkout.session" and o["status"] == "open"
            ]
            if sessions:
                getattr(double, deed)(chance.choice(sessions))
        elif deed == "give up":
            with db.transaction():
                if row := _any_payment(chance, charges):
                    paying.give_up(row, by=sides.pays, at=now)
        elif deed == "refund":
            _refund(chance, sides, charges, now, outcome)
        elif deed == "deliver":
            _deliver(chance, double, now, outcome)
        elif deed == "work":
            events.work_all()
        elif deed == "reconcile":
            reconciling.reconcile_all()
        elif deed == "wait":
            return now + timedelta(hours=chance.choice((1, 5, 25)))
    except (Refusal, Crashed):
        pass
    return now


def _any_payment(chance: random.Random, charges: list[int]) -> Payment | None:
    rows = queries.payments_of(chance.choice(charges))
    return chance.choice(rows) if rows else None


def _refund(chance: random.Random, sides: Sides, charges: list[int], now: datetime, outcome: Outcome) -> None:
    with db.transaction():
        charge = queries.charge(chance.choice(charges))
        amount = chance.choice((charge.amount_fen, max(1, charge.amount_fen // 3)))
        row = refunds.ask(charge, amount, "随机退款", f"r{outcome.seed}-{chance.randrange(3)}", by=sides.takes, at=now)
    for person in (sides.takes, sides.second):
        with db.transaction():
            refunds.approve(queries.refund(row.id), by=person, at=now)


def _deliver(chance: random.Random, double: StripeDouble, now: datetime, outcome: Outcome) -> None:
    """Some of the waiting events, in any order, some twice, some signed wrongly, some lost for ever."""
    waiting, double.outbox = double.outbox, []
    chance.shuffle(waiting)
    for event in waiting:
        fate = chance.random()
        if fate < 0.2:
            continue
        if fate < 0.35:
            double.outbox.append(event)
        for _n in range(chance.choice((1, 1, 2))):
            raw, signature = double.signed(event, secret="whsec_wrong" if fate > 0.9 else "whsec_double")
            try:
                events.take("stripe", raw, signature, now)
                outcome.delivered += 1
            except EventRefused:
                pass


def _calm(chance: random.Random, double: StripeDouble, now: datetime, outcome: Outcome) -> None:
    for _n in range(30):
        now += timedelta(hours=2)
        with clock.set_clock(now):
            if not events.work_all() and not _living():
                break
    now += timedelta(hours=2)
    with clock.set_clock(now):
        reconciling.reconcile_all()


def _living() -> bool:
    with db.reading() as session:
        payments = (
            sa.select(sa.func.count()).select_from(Payment).where(Payment.status.in_(("planned", "sent", "unknown")))
        )
        back = sa.select(sa.func.count()).select_from(Refund).where(Refund.status.in_(("planned", "sent", "unknown")))
        return bool(session.connection().scalar(payments) + session.connection().scalar(back))


def _cleared() -> int:
    query = sa.text(
        "SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
        "JOIN ledger_entry_set s ON s.id = e.set_id WHERE s.posted AND a.purpose = 'stripe_clearing'"
    )
    with db.reading() as session:
        return int(session.connection().scalar(query))


def _look(charges: list[int], double: StripeDouble, before: int, outcome: Outcome) -> None:
    """What must hold when all is calm."""
    with db.reading() as session:
        if total := session.connection().scalar(sa.text("SELECT SUM(amount_fen) FROM ledger_entry")):
            outcome.faults.append(f"the ledger is out by {total}")
        for row in session.exec(select(Charge).where(Charge.id.in_(charges))):
            _look_at(row, double, outcome)
        for row in session.exec(select(Difference).where(Difference.status == DifferenceStatus.OPEN)):
            outcome.faults.append(f"unexplained: {row.kind} {row.detail} {row.key}")
    if double.total() - _cleared() != before:
        outcome.faults.append(f"Stripe has {double.total()}, the ledger {_cleared()}")
    if _living():
        outcome.faults.append("something is still under way")


def _look_at(row: Charge, double: StripeDouble, outcome: Outcome) -> None:
    payments = queries.payments_of(row.id)
    outcome.payments += len(payments)
    tokens = {payment.token for payment in payments}
    paid = sum(
        1 for o in double.objects.values() if o["object"] == "charge" and o["metadata"].get("intent_id") in tokens
    )
    done = sum(1 for payment in payments if payment.status == "confirmed")
    if paid > 1 or done > 1:
        outcome.faults.append(f"charge {row.id} was paid {paid} times, confirmed {done} times")
    if bool(paid) != (row.status in (ChargeStatus.PAID, ChargeStatus.REFUNDED)):
        outcome.faults.append(f"charge {row.id} is {row.status}, paid {paid} times")
    back = sum(o["amount"] for o in double.objects.values()
               if o["object"] == "refund" and o["metadata"].get("intent_id") in {r.token for r in queries.refunds_of(row.id)})  # fmt: skip
    if back != row.refunded_fen or back > row.amount_fen:
        outcome.faults.append(f"charge {row.id} has {row.refunded_fen} back, Stripe {back}")
