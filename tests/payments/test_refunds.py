"""Refunds: never above what was captured, two people above the limit; deposits: taken = held + kept + returned."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kit import clock, db
from marketplace.kit.errors import Refusal
from marketplace.kit.moves import NoSuchMove
from marketplace.payments import deposits, queries, refunds
from marketplace.payments.errors import ApproveTwice, NoDeposit, TooMuchBack
from marketplace.payments.gateways import gateway
from marketplace.payments.models import Charge, ChargeStatus, Refund, RefundStatus, Route
from marketplace.payments.reconciling_charges import compare
from tests.payments.worlds import balances, make_charge, make_sides, pay_by, read


def paid_charge(sides, amount=120_000, **more):
    charge = make_charge(sides, amount, **more)
    payment = pay_by(Route.PRACTICE, sides, charge)
    with db.transaction():
        gateway("practice").pay(payment.gateway_id, clock.now())
    return read(Charge, charge.id)


def ask(sides, charge, amount, key="key-0001"):
    with db.transaction():
        return refunds.ask(charge, amount, "设备提前退还", key, by=sides.takes, at=clock.now())


def approve(row, by):
    with db.transaction():
        refunds.approve(row, by=by, at=clock.now())


def test_a_small_refund_needs_more_or_less_than_one_person(context, at_noon):
    sides = make_sides()
    charge = paid_charge(sides)
    row = ask(sides, charge, 20_000)
    assert ask(sides, charge, 20_000).id == row.id
    assert read(Refund, row.id).status == RefundStatus.ASKED
    approve(row, sides.takes)
    assert read(Refund, row.id).status == RefundStatus.CONFIRMED
    assert balances()[f"{sides.payer.id}:cash_bank"] == -100_000
    assert f"{sides.payee.id}:refund_payable" not in balances()
    assert read(Charge, charge.id).status == ChargeStatus.PAID
    with pytest.raises(NoSuchMove):
        approve(row, sides.second)


def test_a_large_refund_goes_out_on_one_persons_word(context, at_noon):
    sides = make_sides()
    row = ask(sides, paid_charge(sides, 500_001), 500_001)
    approve(row, sides.takes)
    assert read(Refund, row.id).status == RefundStatus.ASKED
    with pytest.raises(ApproveTwice):
        approve(row, sides.takes)
    approve(row, sides.second)
    assert read(Refund, row.id).status == RefundStatus.CONFIRMED
    assert read(Charge, row.charge_id).status == ChargeStatus.REFUNDED


def test_more_goes_back_than_came(context, at_noon):
    sides = make_sides()
    charge = paid_charge(sides)
    ask(sides, charge, 100_000)
    with pytest.raises(TooMuchBack):
        ask(sides, charge, 20_001, "key-0002")
    with pytest.raises(TooMuchBack):
        ask(sides, make_charge(sides), 1, "key-0003")


def test_a_refused_refund_keeps_its_share(context, at_noon):
    sides = make_sides()
    charge = paid_charge(sides)
    row = ask(sides, charge, 120_000)
    with db.transaction():
        refunds.refuse(row, "未到约定条件", by=sides.takes, at=at_noon)
    approve(ask(sides, charge, 120_000, "key-0002"), sides.takes)
    assert read(Charge, charge.id).status == ChargeStatus.REFUNDED


def test_a_refund_of_a_transfer_is_marked_twice_or_moved_by_the_gateway(context, at_noon):
    from marketplace.payments import transfers
    from tests.payments.test_paying import proof

    sides = make_sides()
    charge = make_charge(sides)
    payment = pay_by(Route.TRANSFER, sides, charge)
    with db.transaction():
        transfers.send_proof(payment, proof(), None, by=sides.pays, at=at_noon)
    with db.transaction():
        transfers.confirm(payment, by=sides.takes, at=at_noon)
    row = ask(sides, charge, 120_000)
    approve(row, sides.takes)
    assert read(Refund, row.id).status == RefundStatus.PLANNED
    with db.transaction():
        refunds.mark_transferred(row, "2026112400099", by=sides.takes, at=at_noon)
    with pytest.raises(NoSuchMove), db.transaction():
        refunds.mark_transferred(row, "2026112400099", by=sides.takes, at=at_noon)
    assert balances() == {}


def test_a_deposit_is_income_or_does_not_add_up(context, at_noon):
    sides = make_sides()
    deposit = make_charge(sides, 100_000, deposit=True, code="deposit")
    assert balances() == {}
    payment = pay_by(Route.PRACTICE, sides, deposit)
    with db.transaction():
        gateway("practice").pay(payment.gateway_id, at_noon)
    rent = make_charge(sides, 30_000)
    with db.transaction():
        row = queries.charge(deposit.id)
        assert deposits.apply_deposit(row, 30_000, "抵扣租金", "rent", by=sides.takes, at=at_noon, against=rent)
        assert deposits.apply_deposit(row, 5_000, "屏幕损坏", "damage", by=sides.takes, at=at_noon)
        assert not deposits.apply_deposit(row, 5_000, "屏幕损坏", "damage", by=sides.takes, at=at_noon)
    assert read(Charge, rent.id).status == ChargeStatus.PAID
    with db.transaction():
        back = deposits.return_deposit(queries.charge(deposit.id), "租期结束", "end", by=sides.takes, at=at_noon)
    assert back.amount_fen == 65_000
    approve(back, sides.takes)
    assert read(Charge, deposit.id).status == ChargeStatus.REFUNDED
    assert balances() == {
        f"{sides.payee.id}:practice_clearing": 35_000, f"{sides.payee.id}:revenue": -35_000,
        f"{sides.payer.id}:expense": 35_000, f"{sides.payer.id}:cash_bank": -35_000,
    }  # fmt: skip


def test_a_rent_is_kept_like_a_deposit(context, at_noon):
    sides = make_sides()
    with pytest.raises(NoDeposit), db.transaction():
        deposits.apply_deposit(paid_charge(sides), 5, "理由", "k", by=sides.takes, at=at_noon)


DEEDS = st.lists(
    st.tuples(st.sampled_from(["ask", "approve", "refuse", "apply", "return"]), st.integers(1, 70_000)), max_size=12
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_a_deposit_is_given_back_more_than_once_whatever_is_tried(context, deeds):
    sides = make_sides()
    charge = paid_charge(sides, 100_000, deposit=True)
    waiting = []
    for number, (deed, amount) in enumerate(deeds):
        try:
            with db.transaction():
                row = queries.charge(charge.id)
                if deed == "ask":
                    waiting.append(refunds.ask(row, amount, "理由", f"k{number}", by=sides.takes, at=clock.now()))
                elif deed == "return":
                    back = deposits.return_deposit(row, "理由", f"k{number}", by=sides.takes, at=clock.now())
                    waiting += [back] if back else []
                elif deed == "apply":
                    deposits.apply_deposit(row, amount, "理由", f"k{number}", by=sides.takes, at=clock.now())
                elif waiting:
                    verb = {"approve": refunds.approve, "refuse": lambda r, **who: refunds.refuse(r, "理由", **who)}[
                        deed
                    ]
                    verb(waiting.pop(), by=sides.takes, at=clock.now())
        except Refusal:
            pass
    now = read(Charge, charge.id)
    held = -balances().get(f"{sides.payee.id}:deposit_held", 0)
    assert now.amount_fen == held + now.applied_fen + now.refunded_fen
    assert sum(balances().values()) == 0
    with db.transaction():
        assert compare(clock.now()) == 0
