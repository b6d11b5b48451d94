"""Charges are paid at most once: by the practice gateway, by transfer with proof, given up, expired, paid late."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.kit import clock, db
from marketplace.kit.moves import NoSuchMove
from marketplace.payments import events, paying, queries, sending, settling, transfers
from marketplace.payments.errors import EventRefused, NotPayable, OnePayeeOnly, PaidBefore, ProofWaiting, StillMoving
from marketplace.payments.gateways import Remote, gateway
from marketplace.payments.models import Charge, ChargeStatus, Payment, PaymentStatus, Route
from marketplace.payments.models_gateway import GatewayEvent, RefusedEvent
from marketplace.payments.models_ledger import Difference
from marketplace.payments.schemas import ProofForm
from tests.conftest import NOON
from tests.payments.worlds import balances, make_charge, make_sides, pay_by, read


def pay(payment: Payment) -> None:
    with db.transaction():
        gateway("practice").pay(payment.gateway_id, clock.now())


def test_a_practice_payment_does_not_arrive_on_both_sides(context, at_noon):
    sides = make_sides()
    charges = [make_charge(sides, 120_000), make_charge(sides, 30_000)]
    payment = pay_by(Route.PRACTICE, sides, *charges)
    assert payment.status == PaymentStatus.SENT and payment.checkout_url.startswith("/payments/practice/")
    pay(payment)
    assert read(Payment, payment.id).status == PaymentStatus.CONFIRMED
    assert {read(Charge, c.id).status for c in charges} == {ChargeStatus.PAID}
    assert balances() == {
        f"{sides.payee.id}:practice_clearing": 150_000, f"{sides.payee.id}:revenue": -150_000,
        f"{sides.payer.id}:expense": 150_000, f"{sides.payer.id}:cash_bank": -150_000,
    }  # fmt: skip


def test_a_double_click_pays_twice(context, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    first = pay_by(Route.PRACTICE, sides, charge, key="the-same-key")
    assert pay_by(Route.PRACTICE, sides, charge, key="the-same-key").id == first.id
    with pytest.raises(NotPayable):
        pay_by(Route.TRANSFER, sides, charge)


def test_charges_of_two_payees_or_of_somebody_else_are_paid_together(context, at_noon):
    sides, others = make_sides(), make_sides()
    mine, theirs = make_charge(sides), make_charge(others)
    with pytest.raises(NotPayable):
        pay_by(Route.PRACTICE, sides, mine, theirs)
    with pytest.raises(OnePayeeOnly):
        pay_by(Route.PRACTICE, sides, mine, make_charge(sides, payee_id=others.payee.id))


@pytest.mark.parametrize("route", [Route.PRACTICE, Route.TRANSFER])
def test_a_payment_given_up_keeps_its_charge(context, at_noon, route):
    sides = make_sides()
    charge = make_charge(sides)
    payment = pay_by(route, sides, charge)
    with clock.set_clock(NOON + timedelta(minutes=1)), db.transaction():
        paying.give_up(payment, by=sides.pays, at=clock.now())
    assert read(Payment, payment.id).status == PaymentStatus.EXPIRED
    assert read(Charge, charge.id).status == ChargeStatus.OPEN
    pay_by(route, sides, charge)


def test_giving_up_a_payment_that_was_just_paid_opens_its_charge_again(context, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    payment = pay_by(Route.PRACTICE, sides, charge)
    practice = gateway("practice")
    with db.transaction() as session:  # paid, and the event lost
        practice.pay(payment.gateway_id, clock.now())
        session.flush()
        db.unit().waiting.clear()
    with clock.set_clock(NOON + timedelta(minutes=1)), db.transaction():
        paying.give_up(payment, by=sides.pays, at=clock.now())
    assert read(Charge, charge.id).status == ChargeStatus.PAID


def test_what_nobody_pays_stays_paying_for_ever(context, at_noon):
    sides = make_sides()
    online, bank = make_charge(sides), make_charge(sides)
    pay_by(Route.PRACTICE, sides, online)
    pay_by(Route.TRANSFER, sides, bank)
    with clock.set_clock(NOON + timedelta(days=31)):
        sending.work()
    assert {read(Charge, c.id).status for c in (online, bank)} == {ChargeStatus.OPEN}


def test_money_that_comes_after_all_pays_nothing(context, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    late = pay_by(Route.PRACTICE, sides, charge)
    with db.transaction():
        settling.release(queries.payment(late.id, lock=True), PaymentStatus.EXPIRED, at_noon)
    remote = Remote(late.gateway_id, late.token, "", "complete", "cny", late.amount_fen)
    with db.transaction():
        settling.settle(late.id, remote, at_noon)
    assert read(Charge, charge.id).status == ChargeStatus.PAID


def test_money_that_comes_twice_pays_a_charge_twice(context, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    late = pay_by(Route.PRACTICE, sides, charge)
    with db.transaction():
        settling.release(queries.payment(late.id, lock=True), PaymentStatus.EXPIRED, at_noon)
    pay(pay_by(Route.PRACTICE, sides, charge))
    remote = Remote(late.gateway_id, late.token, "", "complete", "cny", late.amount_fen)
    for _n in range(2):
        with db.transaction():
            settling.settle(late.id, remote, at_noon)
    assert balances()[f"{sides.payee.id}:suspense"] == -120_000
    assert balances()[f"{sides.payee.id}:revenue"] == -120_000
    with db.reading() as session:
        assert [d.detail for d in session.exec(sa.select(Difference)).scalars()] == ["paid_twice"]


@pytest.mark.parametrize("change", ["token", "currency", "id", "captured_fen"])
def test_a_checkout_that_does_not_fit_is_believed(context, at_noon, change):
    sides = make_sides()
    charge = make_charge(sides)
    row = pay_by(Route.PRACTICE, sides, charge)
    facts = {"id": row.gateway_id, "token": row.token, "url": "", "state": "complete", "currency": "cny",
             "captured_fen": row.amount_fen}  # fmt: skip
    facts[change] = {"token": "x", "currency": "usd", "id": "cs_other", "captured_fen": 7}[change]
    with db.transaction():
        settling.settle(row.id, Remote(**facts), at_noon)
    assert read(Charge, charge.id).status == ChargeStatus.PAYING
    with db.reading() as session:
        assert len(session.exec(sa.select(Difference)).all()) == 1
    assert sum(balances().values()) == 0


def test_the_amount_of_a_sent_payment_can_change(context, at_noon):
    sides = make_sides()
    row = pay_by(Route.PRACTICE, sides, make_charge(sides))
    with pytest.raises(sa.exc.IntegrityError), db.transaction() as session:
        session.connection().execute(sa.text("UPDATE payment SET amount_fen = 1"))
    assert read(Payment, row.id).amount_fen == 120_000


def test_an_event_counts_twice_or_a_false_one_once(context, at_noon):
    sides = make_sides()
    row = pay_by(Route.PRACTICE, sides, make_charge(sides))
    pay(row)
    with db.reading() as session:
        event = session.exec(sa.select(GatewayEvent)).scalar_one()
    practice, raw, stamp = gateway("practice"), event.payload.encode(), str(int(at_noon.timestamp()))
    assert events.take("practice", raw, f"{stamp}.{practice._sign(stamp, raw)}", at_noon) is False
    for signature in ("", "1.2", f"{stamp}.{practice._sign(stamp, raw + b' ')}"):
        with pytest.raises(EventRefused, match="signature"):
            events.take("practice", raw, signature, at_noon)
    old = str(int(stamp) - 301)
    with pytest.raises(EventRefused, match="old"):
        events.take("practice", raw, f"{old}.{practice._sign(old, raw)}", at_noon)
    with db.reading() as session:
        assert len(session.exec(sa.select(RefusedEvent)).all()) == 4


def proof(**more) -> ProofForm:
    return ProofForm(**{"reference": "2026112300017", "paid_on": date(2026, 11, 23), **more})


def test_a_transfer_is_believed_without_the_payee(context, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    row = pay_by(Route.TRANSFER, sides, charge)
    with db.transaction():
        transfers.send_proof(row, proof(), None, by=sides.pays, at=at_noon)
    assert read(Charge, charge.id).status == ChargeStatus.PAYING
    with pytest.raises(ProofWaiting), db.transaction():
        transfers.send_proof(row, proof(), None, by=sides.pays, at=at_noon)
    with pytest.raises(StillMoving), db.transaction():
        paying.give_up(row, by=sides.pays, at=at_noon)
    with db.transaction():
        transfers.confirm(row, by=sides.takes, at=at_noon)
    assert read(Charge, charge.id).status == ChargeStatus.PAID
    assert balances()[f"{sides.payee.id}:cash_bank"] == 120_000
    with pytest.raises(NoSuchMove), db.transaction():
        transfers.confirm(row, by=sides.takes, at=at_noon)


def test_a_refused_transfer_keeps_its_charge_or_loses_its_reason(context, at_noon):
    sides = make_sides()
    charge = make_charge(sides)
    row = pay_by(Route.TRANSFER, sides, charge)
    with pytest.raises(PaidBefore), db.transaction():
        transfers.send_proof(row, proof(paid_on=date(2026, 11, 24)), None, by=sides.pays, at=at_noon)
    with db.transaction():
        transfers.send_proof(row, proof(), None, by=sides.pays, at=at_noon)
    with db.transaction():
        transfers.refuse(row, "银行流水中没有这笔款项", by=sides.takes, at=at_noon)
    assert read(Payment, row.id).why == "银行流水中没有这笔款项"
    assert read(Charge, charge.id).status == ChargeStatus.OPEN
