"""Signing raises what the terms foresee, to the fen, once."""

from sqlmodel import select

from marketplace.contracts import charging
from marketplace.contracts.models import Contract
from marketplace.kit import db
from marketplace.payments.models import Charge
from tests.contracts.worlds import in_force, make_world


def owed(contract):
    with db.transaction() as session:
        wanted = (Charge.source_type == "contract", Charge.source_id == contract.id)
        return list(session.exec(select(Charge).where(*wanted).order_by(Charge.id)))


def test_signing_raises_other_than_the_price_or_raises_it_twice(context):
    world = make_world()
    contract = in_force(world)
    charges = owed(contract)
    assert sum(one.amount_fen for one in charges) == contract.amount_fen
    assert {(one.payer_id, one.payee_id) for one in charges} == {(world.buyer.id, world.supplier.id)}
    with db.transaction() as session:
        charging.raise_for(session.get(Contract, contract.id), by=world.buys, at=contract.signed_at)
    assert [one.id for one in owed(contract)] == [one.id for one in charges]
