"""Applicants, institutions with products, and applications for the tests of this room."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

from marketplace.accounts.models import Organisation, OrganisationKind, User
from marketplace.catalog.models import Listing, ListingKind, ListingStatus
from marketplace.financing import applications, products, queries, reviewing
from marketplace.financing.models import FinanceApplication, FinanceProduct, FinanceSubmission, ProductKind
from marketplace.financing.schemas import ApplicationForm, ItemForm, MessageForm, OfferForm, ProductForm
from marketplace.financing.sources import Beginning
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from tests.conftest import NOON
from tests.factories.accounts import LONG_AGO, make_actor, make_member, make_organisation

PUMP_TRUCK = "3.4.6.01"
DAY = timedelta(days=1)


@dataclass
class World:
    """A supplier and a buyer who apply, lessors and a bank with one product each, an operator."""

    supplier: Organisation
    supplier_user: User
    applies: Actor
    buyer: Organisation
    buyer_user: User
    buys: Actor
    operates: Actor
    operator_user: User
    institutions: list[Organisation] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    lends: list[Actor] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    products: list[FinanceProduct] = field(default_factory=list)


def key() -> str:
    """A fresh form key."""
    return secrets.token_hex(8)


def make_world(institutions: int = 3, kind: ProductKind = ProductKind.FINANCE_LEASE, **product) -> World:
    """Commit everybody, with one open product of this kind per institution."""
    with db.transaction():
        orgs = [make_organisation(OrganisationKind.SUPPLIER, "示例装备制造有限公司"), make_organisation(OrganisationKind.BUYER, "测试市消防救援支队"),
                make_organisation(OrganisationKind.OPERATOR, "平台运营")]  # fmt: skip
        users = [make_member(org) for org in orgs]
        actors = [make_actor(org, user=user) for org, user in zip(orgs, users, strict=True)]
        world = World(orgs[0], users[0], actors[0], orgs[1], users[1], actors[1], actors[2], users[2])
        for n in range(institutions):
            add_institution(world, f"示例融资租赁{n:02d}号有限公司", kind, **product)
    return world


def add_institution(world: World, name: str, kind: ProductKind, **product) -> FinanceProduct:
    """An institution with an open product; call inside a transaction."""
    org = make_organisation(OrganisationKind.INSTITUTION, name)
    user = make_member(org)
    world.institutions.append(org)
    world.users.append(user)
    world.lends.append(make_actor(org, user=user))
    listing = Listing(owner_id=org.id, name=f"{name[:6]}产品", kind=ListingKind.FINANCE, status=ListingStatus.PUBLISHED, version=1,
                      created_at=LONG_AGO, updated_at=LONG_AGO)  # fmt: skip
    db.session().add(listing)
    db.session().flush()
    world.listings.append(listing)
    row = products.save_product(listing, product_form(kind, **product), revision=None, by=world.lends[-1], at=LONG_AGO)
    world.products.append(row)
    return row


def product_form(kind: ProductKind = ProductKind.FINANCE_LEASE, **more) -> ProductForm:
    """A filled product."""
    values = {"kind": kind, "open": True, "rate": "4.2", "down": "10", "amount_least": 30_000_000, "amount_most": 3_000_000_000,
              "months_most": 60, "documents": "营业执照\n采购批复", **more}  # fmt: skip
    return ProductForm(**values)


def application_form(**more) -> ApplicationForm:
    """A filled application over a pump truck of three million yuan."""
    values = {"form_key": key(), "subject": "funding", "wanted": ["finance_lease"], "title": "排水抢险车 2 辆融资",
              "amount_fen": 300_000_000, "months": 36, "province": "江苏省", "founded_on": date(2015, 3, 1),
              "items": [ItemForm(name="排水抢险车", class_code=PUMP_TRUCK, quantity=2, unit="辆", price_fen=150_000_000)], **more}  # fmt: skip
    return ApplicationForm(**values)


def drafted(world: World, source: Beginning | None = None, by: Actor | None = None, **more) -> FinanceApplication:
    """Commit a draft."""
    with db.transaction():
        return applications.begin(application_form(**more), source or Beginning(), by=by or world.applies, at=NOON)[0]


def sent(world: World, count: int = 3, at=NOON, **more) -> tuple[FinanceApplication, list[FinanceSubmission]]:
    """Commit an application laid before the first institutions."""
    row = drafted(world, **more)
    with db.transaction():
        row = queries.own(row.id, world.applies, lock=True)
        made = applications.send(row, [one.id for one in world.products[:count]], by=world.applies, at=at)
    return row, made


def offer_form(at=NOON, **more) -> OfferForm:
    """A filled offer, valid for ten days."""
    values = {"form_key": key(), "kind": "finance_lease", "amount_fen": 300_000_000, "months": 36, "rate": "4.6", "down": "10",
              "valid_until": clock.local(at).date() + 10 * DAY, **more}  # fmt: skip
    return OfferForm(**values)


def offered(world: World, submission: FinanceSubmission, place: int, at=NOON, **more):
    """Commit an institution's offer."""
    with db.transaction():
        row, one = queries.held(submission.id, world.lends[place], institution=True)
        return reviewing.offer(row, one, offer_form(at, **more), by=world.lends[place], at=at)


def message(text: str = "请补充近两年审计报告") -> MessageForm:
    """A filled message."""
    return MessageForm(form_key=key(), text=text)


def status_of(submission: FinanceSubmission) -> str:
    """A submission's stored state now."""
    with db.reading():
        return queries.submission(submission.id).status.value
