"""The ledger balances, is append-only, and takes each business fact once; on both databases the database itself refuses."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kit import clock, db
from marketplace.payments import ledger
from marketplace.payments.ledger import Posting
from marketplace.payments.models_ledger import Account, Entry, EntrySet, Purpose
from marketplace.payments.rules import Line
from tests.factories import postgres
from tests.payments.worlds import ask, balances, make_charge, make_sides

ON_BOTH = pytest.mark.parametrize(
    "database_kind",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(bool(postgres.missing()), reason="no PostgreSQL"))],
)


def _lines(sides, *amounts):
    purposes = list(Purpose)
    return [Line(sides.payer.id, purposes[n % len(purposes)], fen) for n, fen in enumerate(amounts)]


@ON_BOTH
@pytest.mark.parametrize("amounts", [(5, -4), (5,), (1, 1, -3)])
def test_a_set_that_does_not_balance_is_posted(context, amounts):
    sides = make_sides()
    with pytest.raises(sa.exc.IntegrityError), db.transaction():
        ledger.post(Posting("k", "test", _lines(sides, *amounts)), clock.now())
    assert balances() == {}


@ON_BOTH
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount_fen = amount_fen + 1",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_entry_set",
        "UPDATE ledger_entry_set SET memo = 'other'",
        "UPDATE ledger_entry_set SET posted = false",
        "INSERT INTO ledger_entry (set_id, account_id, amount_fen) SELECT set_id, account_id, 7 FROM ledger_entry",
        "UPDATE charge SET amount_fen = amount_fen + 1",
        "UPDATE charge SET payer_id = payee_id, payee_id = payer_id",
        "UPDATE charge SET refunding_fen = amount_fen + 1",
    ],
)
def test_what_is_posted_or_owed_can_be_changed(context, statement):
    make_charge(make_sides())
    before = balances()
    with pytest.raises(sa.exc.IntegrityError), db.transaction() as session:
        session.connection().execute(sa.text(statement))
    assert balances() == before


@ON_BOTH
def test_a_set_that_was_never_posted_counts(context):
    sides = make_sides()
    with db.transaction():
        account = Account(key="x", owner_id=sides.payer.id, purpose=Purpose.CASH_BANK, created_at=clock.now())
        db.session().add(account)
        db.session().flush()
    begun = EntrySet(key="begun", kind="test", occurred_at=clock.now())
    try:
        with db.transaction() as session:
            session.add(begun)
            session.flush()
            session.add(Entry(set_id=begun.id, account_id=account.id, amount_fen=9))
    except sa.exc.IntegrityError:
        pass  # PostgreSQL refuses at the commit; on SQLite it stays unposted
    assert balances() == {}


def test_the_same_fact_is_posted_twice(context):
    sides = make_sides()
    for _n in range(2):
        with db.transaction():
            ledger.post(Posting("fact", "test", _lines(sides, 5, -5)), clock.now())
    assert sorted(balances().values()) == [-5, 5]


def test_a_reversal_leaves_something_or_happens_twice(context):
    sides = make_sides()
    with db.transaction():
        ledger.post(Posting("fact", "test", _lines(sides, 5, -5)), clock.now())
    with db.transaction():
        assert ledger.reverse("fact", "fact:back", "test", clock.now())
    with db.transaction():
        assert not ledger.reverse("fact", "fact:back", "test", clock.now())
    assert balances() == {}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(-(10**15), 10**15).filter(bool), min_size=1, max_size=6), key=st.integers(0, 10**9))
def test_the_ledger_does_not_balance_whatever_is_tried(context, amounts, key):
    sides = getattr(context, "sides", None) or make_sides()
    context.sides = sides
    try:
        with db.transaction():
            ledger.post(Posting(f"any-{key}-{amounts}", "test", _lines(sides, *amounts)), clock.now())
        posted = True
    except sa.exc.IntegrityError:
        posted = False
    assert posted == (sum(amounts) == 0 and len(amounts) > 1)
    assert sum(balances().values()) == 0


def test_a_charge_does_not_balance_for_each_side_by_itself(context):
    sides = make_sides()
    make_charge(sides, 120_000)
    held = balances()
    assert held == {
        f"{sides.payee.id}:receivable": 120_000, f"{sides.payee.id}:revenue": -120_000,
        f"{sides.payer.id}:expense": 120_000, f"{sides.payer.id}:payable": -120_000,
    }  # fmt: skip
    assert ask(sides).amount_fen == 120_000
