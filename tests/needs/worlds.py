"""Buyers, suppliers and needs for the tests of this room."""

from dataclasses import dataclass, field

from sqlmodel import select

from marketplace.accounts.models import Notice, Organisation, OrganisationKind, Role, User
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.needs import drafts, opening, schemas
from marketplace.needs.models import Need
from marketplace.needs.schemas import NeedForm
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member, make_organisation

PUMP_TRUCK = "3.4.6.01"
GOVERNMENT = "11410100DEM000858X"
COMPLETE = {
    "title": "城市内涝大流量排水抢险车采购",
    "text": "用于城区下穿通道和地下车库的应急抢排,要求垂直供排水,自带照明。",
    "kind": "supply",
    "mode": "purchase",
    "event_code": "NAT-WLOG",
    "class_code": PUMP_TRUCK,
    "province": "河南省",
    "city": "郑州市",
    "within_days": "120",
    "budget": "360万元",
    "items": [{"name": "大流量排水抢险车", "class": PUMP_TRUCK, "quantity": "2", "unit": "辆"}],
    "requirements": [
        {"name": "额定排水流量", "op": ">=", "value": "3000", "unit": "m³/h", "level": "hard"},
        {"name": "扬程", "op": ">=", "value": "15", "unit": "m", "level": "scored"},
    ],
}


@dataclass
class World:
    """A government buyer with a writer, a colleague and a viewer; another buyer; suppliers; an operator."""

    buyer: Organisation
    chief: Actor
    writer: Actor
    viewer: Actor
    other: Actor
    operator: Actor
    suppliers: list[Organisation] = field(default_factory=list)
    sells: list[Actor] = field(default_factory=list)


def make_world(suppliers: int = 2) -> World:
    """Commit everybody."""
    with db.transaction():
        buyer = make_organisation(OrganisationKind.BUYER, "测试市应急管理局", uscc=GOVERNMENT)
        roles = [make_actor(buyer, role) for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER)]
        other = make_actor(make_organisation(OrganisationKind.BUYER, "邻县应急管理局"))
        operator = make_actor(make_organisation(OrganisationKind.OPERATOR))
        world = World(buyer, *roles, other, operator)
        for n in range(suppliers):
            world.suppliers.append(make_organisation(OrganisationKind.SUPPLIER, f"示例装备{n:02d}号有限公司"))
            world.sells.append(make_actor(world.suppliers[n]))
    return world


def colleague(world: World, role: Role = Role.ADMIN) -> Actor:
    """Commit one more person of the buyer."""
    with db.transaction():
        return make_actor(world.buyer, role)


def need_form(**more) -> NeedForm:
    """A form that lacks nothing, but for what the test changes; call inside the app."""
    filled = schemas.read_need({"form_key": "key-for-tests", **COMPLETE, **more})
    assert filled, filled.errors
    return filled.data


def make_draft(by: Actor, **more) -> Need:
    """Commit a draft."""
    with db.transaction():
        return drafts.create_draft(
            need_form(**{"form_key": f"key-{more.get('title', '')}-draft", **more}), by=by, at=NOON
        )[0]


def make_open(by: Actor, **more) -> Need:
    """Commit a need that is open."""
    row = make_draft(by, **more)
    with db.transaction():
        row = db.session().get(Need, row.id)
        opening.open_need(row, by=by, at=NOON)
        return row


def stored(need: Need) -> Need:
    """The need inside the transaction in force."""
    return db.session().get(Need, need.id, populate_existing=True)


def rows(model, *terms) -> list:
    """All stored rows of a table."""
    with db.reading() as session:
        return list(session.exec(select(model).where(*terms)))


def told(person: Actor | User) -> list[Notice]:
    """What stands in a person's inbox."""
    user_id = person.user_id if isinstance(person, Actor) else person.id
    return rows(Notice, Notice.user_id == user_id)


def member(organisation: Organisation, role: Role = Role.MEMBER) -> User:
    """Commit a person of an organisation."""
    with db.transaction():
        return make_member(organisation, role)
