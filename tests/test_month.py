"""A whole procedure of a month, deed after deed by its verbs, with the clock moved by hand: from sealed quotes to the last delivery."""

from datetime import timedelta

from marketplace.accounts.models import User
from marketplace.accounts.queries import organisation
from marketplace.awarding import awarding
from marketplace.awarding.awarding import Share
from marketplace.bidding import queries as bidding
from marketplace.contracts import drafting
from marketplace.contracts.models import Contract, ContractStatus
from marketplace.kit import db
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement
from tests.awarding import worlds as judging
from tests.bidding.opening_worlds import OPENS, make_tender, quote
from tests.bidding.test_opening import act
from tests.conftest import NOON
from tests.contracts import worlds as performing


def test_a_month_cannot_be_gone_through_by_moving_the_clock(context):
    tender = make_tender()
    for place in range(3):
        quote(tender, place, price=1000_00 + place, at=NOON + timedelta(hours=place))
    act(tender, 0), act(tender, 1)
    world = _judged(tender)

    announced = OPENS + timedelta(days=2)
    with db.transaction():
        [award] = awarding.announce(world.seat(), world.lot(), [Share(world.quotes[0].id)], by=world.by, at=announced)
    with db.transaction():
        awarding.accept(award, by=tender.suppliers[0][1], at=announced + timedelta(days=1))
    concluded = announced + timedelta(days=14)
    contract = _performed(tender, world, award, concluded)
    assert contract.status == ContractStatus.COMPLETED
    assert contract.ended_at - NOON >= timedelta(days=30)


def _judged(tender) -> judging.World:
    """The evaluation of the opened quotes, up to the conclusion."""
    with db.transaction() as session:
        user = session.get(User, tender.buyer.user_id)
        world = judging.World(organisation(tender.buyer.organisation_id), user, tender.buyer)
        world.procurement, world.lots = tender.row(Procurement), procurements.lots_of(tender.procurement_id)
        world.suppliers = [org for org, _actor, _key in tender.suppliers]
        world.quotes = bidding.opened_in(tender.round_id)
        judging.seat_judges(world, 3)
    at = OPENS + timedelta(days=1)
    judging.decide_all(world, at=at)
    judging.concluded(world, at=at)
    return world


def _performed(tender, world, award, at) -> Contract:
    """The contract, signed by both, delivered whole and accepted."""
    org, sells, _key = tender.suppliers[0]
    with db.transaction() as session:
        row = drafting.conclude(tender.row(Procurement), session.get(type(award), award.id), by=tender.buyer, at=at)
    parties = performing.World(
        world.buyer, org, org, tender.buyer, sells, tender.buyer, world.buyer_user, world.buyer_user, world.buyer_user, world.buyer_user
    )  # fmt: skip
    signed = performing.in_force(parties, at=at, row=row)
    ended = performing.finished(parties, at=at + timedelta(days=10), row=signed)
    with db.transaction() as session:
        return session.get(Contract, ended.id)
