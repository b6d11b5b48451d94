"""Two sides that owe each other money, for the tests of the payments room."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import sqlalchemy as sa

from marketplace.accounts.models import Organisation, OrganisationKind, Role, User
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.payments.charging import ChargeAsk, raise_charges
from marketplace.payments.models import Charge, Payment, Route
from marketplace.payments.paying import start_payment
from tests.factories.accounts import make_actor, make_member, make_organisation

_numbers = count(1)


@dataclass
class Sides:
    """A payer and a payee with two administrators each."""

    payer: Organisation
    payee: Organisation
    pays: Actor
    takes: Actor
    second: Actor
    people: dict[str, User]


def make_sides() -> Sides:
    """Commit both sides."""
    with db.transaction():
        payer = make_organisation(OrganisationKind.BUYER)
        payee = make_organisation(OrganisationKind.SUPPLIER)
        people = {
            "payer": make_member(payer),
            "payee": make_member(payee),
            "second": make_member(payee),
            "viewer": make_member(payer, Role.VIEWER),
        }
        return Sides(
            payer, payee, make_actor(payer, user=people["payer"]), make_actor(payee, user=people["payee"]),
            make_actor(payee, user=people["second"]), people,
        )  # fmt: skip


def ask(sides: Sides, amount_fen: int = 120_000, **more) -> ChargeAsk:
    """A rent due in ten days; each a new source."""
    values = {
        "payer_id": sides.payer.id, "payee_id": sides.payee.id, "what": "演示设备 12 月租金", "code": "rent",
        "amount_fen": amount_fen, "due_on": date(2026, 12, 3), "source_type": "test", "source_id": 1,
        "source_key": f"k{next(_numbers)}", **more,
    }  # fmt: skip
    return ChargeAsk(**values)


def make_charge(sides: Sides, amount_fen: int = 120_000, **more) -> Charge:
    """A committed charge."""
    with db.transaction():
        return raise_charges([ask(sides, amount_fen, **more)], by=None, at=clock.now())[0]


def pay_by(route: Route, sides: Sides, *charges: Charge, key: str = "") -> Payment:
    """Begin a payment and let the gateway be asked."""
    with db.transaction():
        row = start_payment(
            [c.id for c in charges], route, key or f"form-key-{next(_numbers)}", by=sides.pays, at=clock.now()
        )
    return read(Payment, row.id)


def read(table, id_):
    """The row as it is in the database now."""
    with db.reading() as session:
        return session.get(table, id_)


def balances() -> dict[str, int]:
    """Every account's balance by its key; their sum is always 0."""
    query = sa.text(
        "SELECT a.key, SUM(e.amount_fen) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
        "JOIN ledger_entry_set s ON s.id = e.set_id WHERE s.posted GROUP BY a.key"
    )
    with db.reading() as session:
        return {key: int(fen) for key, fen in session.connection().execute(query) if fen}


def later(moment: datetime, **span) -> datetime:
    """A later moment."""
    return moment + timedelta(**span)
