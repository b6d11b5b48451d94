"""Through the official client against a double that loses answers, repeats errors and doubles events: nothing is paid twice."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.payments import events, reconciling, refunds, sending
from marketplace.payments.errors import EventRefused
from marketplace.payments.models import Charge, ChargeStatus, Payment, PaymentStatus, Refund, RefundStatus, Route
from marketplace.payments.models_gateway import GatewayEvent
from marketplace.payments.models_ledger import Difference, DifferenceStatus
from tests.conftest import NOON
from tests.payments import histories
from tests.payments.stripe_double import AFTER, BEFORE, FAULT_AFTER, FAULT_BEFORE
from tests.payments.worlds import balances, make_charge, make_sides, pay_by, read


def sessions(double):
    return [o for o in double.objects.values() if o["object"] == "checkout.session"]


def deliver(double, *chosen):
    for event in chosen or double.outbox:
        events.take("stripe", *double.signed(event), clock.now())


@pytest.fixture
def begun(stripe_app, double, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    return sides, charge, pay_by(Route.STRIPE, sides, charge)


def test_stripe_learns_a_name_or_anything_but_the_token(begun, double):
    _sides, _charge, row = begun
    [session] = sessions(double)
    assert session["metadata"] == session["_metadata"] == {"intent_id": row.token}
    assert "customer_email" not in session and session["currency"] == "cny"
    assert row.status == PaymentStatus.SENT and row.checkout_url == session["url"]


def test_a_payment_is_claimed_before_stripe_says_so(begun, double):
    sides, charge, row = begun
    double.pay(row.gateway_id)
    assert read(Charge, charge.id).status == ChargeStatus.PAYING
    deliver(double)
    events.work()
    assert read(Charge, charge.id).status == ChargeStatus.PAID
    assert balances()[f"{sides.payee.id}:stripe_clearing"] == double.total() == 120_000 - 720


@pytest.mark.parametrize("fault", [BEFORE, AFTER, FAULT_BEFORE, FAULT_AFTER])
def test_a_lost_answer_makes_two_sessions_or_none(stripe_app, double, at_noon, fault):
    sides = make_sides()
    charge = make_charge(sides)
    double.faults.append(fault)
    row = pay_by(Route.STRIPE, sides, charge)
    assert row.status == PaymentStatus.UNKNOWN
    for minutes in (5, 10, 60 * 25):
        with clock.set_clock(NOON + timedelta(minutes=minutes)):
            sending.work()
    row = read(Payment, row.id)
    assert len(sessions(double)) == (0 if fault == FAULT_BEFORE else 1)
    assert row.status == (PaymentStatus.FAILED if fault == FAULT_BEFORE else PaymentStatus.EXPIRED)
    assert read(Charge, charge.id).status == ChargeStatus.OPEN


def test_an_unknown_payment_is_sent_again_under_a_new_key_after_a_day(stripe_app, double, at_noon):
    sides = make_sides()
    double.faults.extend([AFTER])
    row = pay_by(Route.STRIPE, sides, make_charge(sides))
    [session] = sessions(double)
    session["expires_at"] += 86_400 * 3
    double.pay(session["id"])
    with clock.set_clock(NOON + timedelta(hours=30)):
        sending.work()
    assert len(sessions(double)) == 1
    assert read(Payment, row.id).status == PaymentStatus.CONFIRMED


def test_the_order_of_events_or_their_repetition_matters(stripe_app, double, at_noon):
    finals = set()
    sides = make_sides()
    for order in permutations(range(4)):
        charge = make_charge(sides)
        row = pay_by(Route.STRIPE, sides, charge)
        double.fail(row.gateway_id)
        double.pay(row.gateway_id)
        told = [*double.outbox, double.outbox[-1]]
        double.outbox = []
        for place in order:
            deliver(double, told[place])
            events.work()
        charge = read(Charge, charge.id)
        finals.add((charge.status, read(Payment, row.id).status, double.total() - sum(
            fen for key, fen in balances().items() if key.endswith("stripe_clearing"))))  # fmt: skip
    assert finals == {(ChargeStatus.PAID, PaymentStatus.CONFIRMED, 0)}


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("signature", {"secret": "whsec_wrong"}),
        ("old", {"age": 301}),
        ("old", {"age": -301}),
        ("mode", {"livemode": True}),
    ],
)
def test_a_false_webhook_is_taken(begun, double, browser_of, why, more):
    _sides, charge, row = begun
    double.pay(row.gateway_id)
    raw, signature = double.signed(double.outbox[-1], **more)
    with pytest.raises(EventRefused, match=why):
        events.take("stripe", raw, signature, clock.now())
    assert (
        browser_of.post("/payments/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature}).status_code
        == 400
    )
    raw, signature = double.signed(double.outbox[-1])
    for _n in range(2):
        answer = browser_of.post("/payments/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature})
        assert answer.status_code == 200
    with db.reading() as session:
        assert len(session.exec(select(GatewayEvent)).all()) == 1
    assert read(Charge, charge.id).status == ChargeStatus.PAYING  # the answer is at once, the work comes after
    events.work()
    assert read(Charge, charge.id).status == ChargeStatus.PAID


@pytest.fixture
def browser_of(stripe_app):
    from tests.factories.browser import Browser

    return Browser(stripe_app).client


def paid(begun, double):
    sides, charge, row = begun
    double.pay(row.gateway_id)
    deliver(double)
    events.work()
    return sides, read(Charge, charge.id), read(Payment, row.id)


@pytest.mark.parametrize("fault", [None, BEFORE, AFTER, FAULT_BEFORE, FAULT_AFTER])
def test_a_refund_with_a_lost_answer_goes_out_twice(begun, double, fault):
    sides, charge, _row = paid(begun, double)
    with db.transaction():
        back = refunds.ask(charge, 50_000, "部分退租", "refund-key", by=sides.takes, at=NOON)
    double.faults.extend([None, fault])  # the first call looks for the payment, the second gives back
    with db.transaction():
        refunds.approve(back, by=sides.takes, at=NOON)
    for minutes in (5, 10, 60 * 25, 60 * 27):
        with clock.set_clock(NOON + timedelta(minutes=minutes)):
            sending.work()
    made = [o for o in double.objects.values() if o["object"] == "refund"]
    never = fault == FAULT_BEFORE
    assert len(made) == (0 if never else 1)
    assert read(Refund, back.id).status == (RefundStatus.FAILED if never else RefundStatus.CONFIRMED)
    assert read(Charge, charge.id).refunding_fen == (0 if never else 50_000)
    assert balances()[f"{sides.payee.id}:stripe_clearing"] == double.total()


def found(at=NOON + timedelta(hours=3)):
    with clock.set_clock(at):
        reconciling.reconcile("stripe")
    with db.reading() as session:
        rows = session.exec(select(Difference).where(Difference.status == DifferenceStatus.OPEN)).all()
    return sorted(f"{row.kind}" for row in rows)


def test_a_lost_event_is_never_caught_up(begun, double):
    _sides, charge, row = begun
    double.pay(row.gateway_id)
    assert found() == []
    assert read(Charge, charge.id).status == ChargeStatus.PAID


DIFFERENCES = {
    "unknown_metadata": lambda double, row: double.strange(700),
    "duplicate": lambda double, row: double.strange(row.amount_fen, row.token),
    "dispute": lambda double, row: double.dispute(row_intent(double, row)),
    "missing_locally": lambda double, row: double.refund_by_hand(row_intent(double, row), 900),
    "missing_remotely": lambda double, row: double.balance.clear(),
    "amount": lambda double, row: double.balance[0].update(amount=1),
    "fee": lambda double, row: double.balance[0].update(fee=1),
    "currency": lambda double, row: double.strange(700, currency="hkd"),
    "payout": lambda double, row: double.payout(-700),
}


def row_intent(double, row):
    return double.objects[row.gateway_id]["payment_intent"]


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_a_difference_is_not_found_or_found_twice(begun, double, kind):
    _sides, _charge, row = paid(begun, double)
    DIFFERENCES[kind](double, row)
    assert found() == [kind]
    assert found(NOON + timedelta(hours=30)) == [kind]
    assert found(NOON + timedelta(days=9)) == [kind]
    assert sum(balances().values()) == 0


def test_a_payment_long_unknown_is_no_difference(stripe_app, double, at_noon):
    sides = make_sides()
    double.faults.extend([BEFORE] * 99)
    pay_by(Route.STRIPE, sides, make_charge(sides))
    with clock.set_clock(NOON + timedelta(hours=25)):
        reconciling.reconcile_all()
    with db.reading() as session:
        assert [d.detail for d in session.exec(select(Difference))] == ["long_unknown"]


def test_a_payout_is_a_difference_or_is_not_posted(begun, double):
    paid(begun, double)
    double.payout(100_000)
    assert found() == []
    assert balances()["platform:cash_bank"] == 100_000
    assert sum(fen for key, fen in balances().items() if key.endswith("stripe_clearing")) == double.total()


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_a_random_history_ends_wrong(stripe_app, double, at_noon, first):
    outcomes = histories.run_many(range(first, first + 10), double, make_sides(), NOON)
    assert {outcome.seed: outcome.faults for outcome in outcomes if outcome.faults} == {}
