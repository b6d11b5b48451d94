"""A buyer with colleagues as opening officers, suppliers, and drafts that lack nothing but what a test is about."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import select

from marketplace.accounts.models import Notice, Organisation, OrganisationKind, Role, User
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procurement import beginning, contents, inviting, officers, publishing, queries
from marketplace.procurement.models import Procurement, Visibility
from marketplace.procurement.sources import Source
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_actor, make_key, make_member, make_organisation

PUMP_TRUCK = "3.4.6.01"
ITEM = {
    "name": "大流量排水抢险车", "class_code": PUMP_TRUCK, "quantity": 2, "unit": "辆", "note": "", "listing_id": None,
    "requirements": [
        {"name": "额定排水流量", "key": "flow", "op": ">=", "value": 3000, "high": None, "unit": "m³/h", "level": "hard",
         "words": ""},
    ],
}  # fmt: skip


@dataclass
class World:
    """Everybody, committed. `chief` and `second` serve as officers."""

    buyer: Organisation
    chief: Actor
    second: Actor
    viewer: Actor
    other: Actor
    operator: Actor
    people: dict[int, User] = field(default_factory=dict)
    suppliers: list[Organisation] = field(default_factory=list)
    sells: list[Actor] = field(default_factory=list)


def make_world(suppliers: int = 4) -> World:
    """Commit everybody; the buyer's people and the suppliers' have keys."""
    with db.transaction():
        buyer = make_organisation(OrganisationKind.BUYER, "测试市应急管理局", uscc="11410100DEM000858X")
        people = [make_member(buyer, role, name=name) for role, name in
                  ((Role.ADMIN, "陈局"), (Role.MEMBER, "李科"), (Role.VIEWER, "王监"))]  # fmt: skip
        actors = [make_actor(buyer, role, person) for role, person in
                  zip((Role.ADMIN, Role.MEMBER, Role.VIEWER), people, strict=True)]  # fmt: skip
        other = make_actor(make_organisation(OrganisationKind.BUYER, "邻县应急管理局"))
        operator = make_actor(make_organisation(OrganisationKind.OPERATOR))
        world = World(buyer, *actors, other, operator, {person.id: person for person in people})
        for person in people:
            make_key(person)
        for n in range(suppliers):
            world.suppliers.append(make_organisation(OrganisationKind.SUPPLIER, f"示例装备{n:02d}号有限公司"))
            seller = make_member(world.suppliers[n], Role.ADMIN, name=f"销售{n}")
            make_key(seller)
            world.people[seller.id] = seller
            world.sells.append(make_actor(world.suppliers[n], Role.ADMIN, seller))
    return world


def source(**more) -> Source:
    """A lot with one item at a place."""
    lots = [contents.LotContent(title="排水抢险车", items=[ITEM])]
    return Source(**{"title": "排水抢险车采购", "text": "城区抢排。", "province": "河南省", "lots": lots, **more})


def make_draft(
    world: World, procedure: str = "formal_rfq", *, invited: int = 3, confirmed: int = 2, at: datetime = NOON, **more
) -> Procurement:
    """Commit a draft with officers and invitations; by default it lacks nothing."""
    key = more.pop("form_key", f"key-{procedure}-{at:%d%H%M}-{len(rows(Procurement))}")
    content = {name: more.pop(name) for name in list(more) if name in contents.Content.model_fields}
    with db.transaction():
        row, _new = beginning.begin(source(**more), procedures.newest(procedure), key, by=world.chief, at=at)
        if content:
            contents.keep(row, contents.of(row).model_copy(update=content), by=world.chief, at=at)
        inviting.invite(row, [org.id for org in world.suppliers[:invited]], by=world.chief, at=at)
        for place, actor in enumerate((world.chief, world.second)):
            officers.appoint(row, world.people[actor.user_id], by=world.chief, at=at)
            if place < confirmed:
                officers.confirm(row, PASSWORD, by=actor, at=at)
        return row


def make_published(world: World, procedure: str = "formal_rfq", *, at: datetime = NOON, **more) -> Procurement:
    """Commit a procurement that takes quotes."""
    row = make_draft(world, procedure, at=at, **{"visibility": Visibility.INVITED, **more})
    with db.transaction():
        publishing.publish(stored(row), by=world.chief, at=at)
    return stored_now(row)


def stored(row: Procurement) -> Procurement:
    """The row inside the transaction in force."""
    return db.session().get(Procurement, row.id, populate_existing=True)


def stored_now(row: Procurement) -> Procurement:
    """The row as committed."""
    with db.reading():
        return stored(row)


def deadline(row: Procurement) -> datetime:
    """Until when it takes quotes."""
    with db.reading():
        return queries.current_round(row.id).quotes_until


def edit(row: Procurement, by: Actor, at: datetime = NOON, **update) -> None:
    """Commit an edit: of a draft at once, of a running procurement into its amendment."""
    with db.transaction():
        held = stored(row)
        contents.keep(held, contents.being_edited(held).model_copy(update=update), by=by, at=at)


def rows(model, *terms) -> list:
    """All stored rows of a table."""
    with db.reading() as session:
        return list(session.exec(select(model).where(*terms)))


def told(actor: Actor) -> list[str]:
    """The subjects in a person's inbox."""
    return [row.subject for row in rows(Notice, Notice.user_id == actor.user_id)]


LATER = NOON + timedelta(hours=1)
