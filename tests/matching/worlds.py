"""A buyer, suppliers with published listings, and open needs for the tests of this room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from marketplace.accounts.models import Organisation, User
from marketplace.catalog.models import Listing
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.matching import changes, judging, runs
from marketplace.matching.models import MatchRun
from marketplace.matching.offers import Offer
from marketplace.needs.models import Need
from marketplace.reading.measures import AttributeNames
from marketplace.taxonomy import queries as taxonomy
from tests.catalog.worlds import make_published
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member
from tests.needs import worlds as needs
from tests.needs.worlds import make_open, stored


@dataclass
class World:
    """The people of a market with one pump truck per supplier."""

    needs: needs.World
    people: list[User]
    buyer: User
    listings: list[Listing]

    @property
    def by(self) -> Actor:
        """Who acts for the buyer."""
        return self.needs.writer

    @property
    def suppliers(self) -> Sequence[Organisation]:
        """Who offers."""
        return self.needs.suppliers


def make_world(suppliers: int = 2, **more) -> World:
    """Commit everybody, each supplier with one published pump truck."""
    world = needs.make_world(suppliers)
    with db.transaction():
        buyer = make_member(world.buyer)
        people = [make_member(org) for org in world.suppliers]
        listings = [
            make_published(org, by, world.operator, NOON, model=f"LK-{n}", **more)
            for n, (org, by) in enumerate(zip(world.suppliers, world.sells, strict=True))
        ]
    return World(world, people, buyer, listings)


def add_listing(world: World, place: int = 0, at: datetime = NOON, **more) -> Listing:
    """Commit one more published listing of a supplier."""
    org, by = world.needs.suppliers[place], world.needs.sells[place]
    with db.transaction():
        return make_published(org, by, world.needs.operator, at, **more)


def opened(world: World, **more) -> Need:
    """Commit an open need for pump trucks."""
    return make_open(world.by, **more)


def matched(need: Need, at: datetime = NOON) -> list[MatchRun]:
    """Commit a judging."""
    with db.transaction():
        return runs.match_need(stored(need), changes.engine(), at=at)


def colleague_of(world: World, place: int) -> Actor:
    """Commit one more person of a supplier."""
    with db.transaction():
        return make_actor(world.needs.suppliers[place])


@lru_cache
def names() -> judging.Names:
    """What judging knows of attributes and certificates; call inside an app first."""
    return judging.Names(AttributeNames(taxonomy.reference()), dict(taxonomy.certificate_kinds()))


def offer(**more) -> Offer:
    """A pump truck that says everything, but for what the test changes."""
    values = {
        "listing_id": 1, "version": 1, "supplier_id": 1, "supplier": "示例装备有限公司", "name": "排水抢险车", "model": "LK-1",
        "kind": "product", "class_code": "3.4.6.01", "province": "江苏省", "city": "徐州市", "modes": frozenset({"purchase"}),
        "regions": frozenset({"全国"}), "price_fen": 100_00, "unit": "辆", "stock": 5, "monthly_capacity": 10,
        "lead_days": 30, "min_order": 1, "certificates": frozenset(), "facts": (), "says": "", "denies": "",
        "headline": "", **more,
    }  # fmt: skip
    return Offer(**values)
