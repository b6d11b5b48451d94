"""What is owed is raised once per source, never for nonsense, and waived only while open."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.payments import queries
from marketplace.payments.charging import raise_charges, waive
from marketplace.payments.errors import BadCharge, NotWaivable
from marketplace.payments.models import Charge, ChargeStatus, Route
from marketplace.payments.models_ledger import Difference
from tests.payments.worlds import ask, balances, make_charge, make_sides, pay_by, read


def test_the_same_schedule_raised_twice_makes_something_new(context, at_noon):
    sides = make_sides()
    asks = [ask(sides, 1000 + n, source_key=f"month-{n}") for n in range(700)]
    with db.transaction():
        first = [row.id for row in raise_charges(asks, by=None, at=at_noon)]
    before = balances()
    with db.transaction():
        assert [row.id for row in raise_charges([*asks, asks[0]], by=None, at=at_noon)] == [*first, first[0]]
    assert balances() == before
    assert len(first) == len(set(first)) == 700


def test_a_charge_raised_again_with_another_amount_changes_or_goes_unnoticed(context, at_noon):
    sides = make_sides()
    one = ask(sides, 1000)
    with db.transaction():
        row = raise_charges([one], by=None, at=at_noon)[0]
    with db.transaction():
        assert raise_charges([replace(one, amount_fen=2000)], by=None, at=at_noon)[0].amount_fen == 1000
    with db.reading() as session:
        noted = session.exec(select(Difference)).one()
    assert (noted.charge_id, noted.ours_fen, noted.theirs_fen) == (row.id, 1000, 2000)


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, 10**15 + 1, "100"])
def test_nonsense_is_owed(context, at_noon, amount):
    sides = make_sides()
    with pytest.raises(BadCharge), db.transaction():
        raise_charges([ask(sides, amount)], by=None, at=at_noon)
    with pytest.raises(BadCharge), db.transaction():
        raise_charges([ask(sides, payee_id=sides.payer.id)], by=None, at=at_noon)


def test_a_waived_charge_leaves_something_on_the_books(context, at_noon):
    sides = make_sides()
    row = make_charge(sides)
    with db.transaction():
        waive(queries.charge(row.id), "设备停用一个月", by=sides.takes, at=at_noon)
    assert read(Charge, row.id).status == ChargeStatus.WAIVED
    assert balances() == {}


def test_a_charge_being_paid_is_waived(context, at_noon):
    sides = make_sides()
    row = make_charge(sides)
    pay_by(Route.TRANSFER, sides, row)
    with pytest.raises(NotWaivable), db.transaction():
        waive(queries.charge(row.id), "误操作", by=sides.takes, at=at_noon)


def test_what_is_due_and_overdue_is_counted_wrongly(context, at_noon):
    sides = make_sides()
    for due_on, amount in (
        (date(2026, 11, 22), 1),
        (date(2026, 11, 23), 2),
        (date(2026, 12, 7), 4),
        (date(2026, 12, 8), 8),
    ):
        make_charge(sides, amount, due_on=due_on)
    with db.reading():
        assert queries.overdue(sides.payer.id, at_noon).amount_fen == 1
        assert queries.due(sides.payer.id, at_noon).amount_fen == 6
        assert queries.due(sides.payee.id, at_noon).count == 0
        assert queries.incoming(sides.payee.id, at_noon).amount_fen == 1
        counts = queries.owed_counts(sides.payer.id, "payable", clock.now())
    assert counts[""] == (4, 15) and counts["overdue"] == (1, 1) and counts["soon"] == (2, 6)
