"""Buyers, suppliers, listings and requests for the tests of this room."""

from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.accounts.models import Organisation, OrganisationKind, User
from marketplace.catalog.models import Listing, ListingKind, ListingStatus
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.quoting import answers, basket, queries, requests
from marketplace.quoting.models import QuoteRevision, Request
from marketplace.quoting.rows import Inquiry
from marketplace.quoting.schemas import LineAnswer, NewBasketLine, NewRequest, QuoteForm
from tests.conftest import NOON
from tests.factories.accounts import LONG_AGO, make_actor, make_member, make_organisation

PUMP, BOAT = "移动排水泵车", "冲锋舟"


@dataclass
class World:
    """One buyer and some suppliers with a listing each; actors act, users sign in."""

    buyer: Organisation
    buyer_user: User
    asks: Actor
    suppliers: list[Organisation] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    sells: list[Actor] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)


def make_listing(owner: Organisation, name: str = PUMP, **more) -> Listing:
    """A published listing; call inside a transaction."""
    values = {"kind": ListingKind.PRODUCT, "status": ListingStatus.PUBLISHED, "unit": "台", "version": 3,
              "created_at": LONG_AGO, "updated_at": LONG_AGO, **more}  # fmt: skip
    row = Listing(owner_id=owner.id, name=name, **values)
    db.session().add(row)
    db.session().flush()
    return row


def make_world(suppliers: int = 2, **buyer) -> World:
    """Commit a buyer and suppliers with one pump each."""
    with db.transaction():
        org = make_organisation(OrganisationKind.BUYER, "测试市应急管理局", **buyer)
        user = make_member(org)
        world = World(org, user, make_actor(org, user=user))
        for n in range(suppliers):
            seller = make_organisation(OrganisationKind.SUPPLIER, f"示例供应{n:02d}号有限公司")
            world.suppliers.append(seller)
            world.users.append(make_member(seller))
            world.sells.append(make_actor(seller, user=world.users[-1]))
            world.listings.append(make_listing(seller, model=f"P-{n}"))
    return world


def new_request(lines: list[int], **more) -> NewRequest:
    """A filled form."""
    values = {
        "form_key": "key-for-tests", "title": "防汛泵车询价", "purpose": "城区内涝排水", "category": "natural_disaster",
        "province": "江苏省", "city": "徐州市", "arrangement": "purchase", "answer_by": NOON + timedelta(days=3),
        "lines": lines, **more,
    }  # fmt: skip
    return NewRequest.model_construct(**{"wanted_on": None, "remarks": "", **values})


def fill_basket(world: World, quantity: int = 2) -> list[int]:
    """Commit every listing into the basket; the lines' ids."""
    with db.transaction():
        lines = [
            basket.add_to_basket(NewBasketLine(listing_id=row.id, quantity=quantity), by=world.asks, at=NOON)[0]
            for row in world.listings
        ]
        return [line.id for line in lines]


def sent(world: World, **more) -> Request:
    """Commit a request to every supplier of the world."""
    ids = fill_basket(world)
    with db.transaction():
        return requests.send_request(new_request(ids, **more), by=world.asks, at=NOON)[0]


def quote_form(*prices: int | None, **more) -> QuoteForm:
    """An answer with these unit prices in fen; None is 不报价."""
    skipped = LineAnswer(skipped=True, note="暂不生产")
    lines = [skipped if price is None else LineAnswer(price=price, delivery_days=7) for price in prices]
    values = {"valid_days": 30, "tax_included": True, "tax_rate": 13, **more}
    return QuoteForm(lines=lines, **values)


def inquiry_of(world: World, request: Request, n: int = 0, at=NOON) -> Inquiry:
    """The request as supplier `n` knows it."""
    return queries.inquiry(request.id, world.suppliers[n].id, at)


def answered(world: World, request: Request, n: int, *prices: int | None, at=NOON, **more) -> QuoteRevision:
    """Commit supplier `n`'s answer."""
    with db.transaction():
        inquiry = inquiry_of(world, request, n, at)
        revision = inquiry.quote.revision if inquiry.quote else 0
        form = quote_form(*prices, **{"revision": revision, **more})
        return answers.submit_quote(inquiry, form, by=world.sells[n], at=at)
