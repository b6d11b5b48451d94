"""Listings and files for the catalog's tests."""

import io
from datetime import datetime

from PIL import Image
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import Organisation, OrganisationKind
from marketplace.catalog import actions
from marketplace.catalog.models import Listing, ReviewDecision
from marketplace.catalog.schemas import ListingForm
from marketplace.kit.permissions import Actor
from tests.factories.accounts import make_actor, make_member, make_organisation

DRAINAGE = "3.4.6.01"
COMPLETE = {
    "kind": "product",
    "class_code": DRAINAGE,
    "name": "大流量排水抢险车",
    "model": "LK-3000",
    "summary": "垂直供排水,每小时 3000 方",
    "description": "适用于城市内涝、下穿通道和地下车库抢排,十分钟展开,配八米吸程泵组与照明灯塔。",
    "emergency_categories": ["natural_disaster"],
    "field_codes": ["urban_safety"],
    "event_codes": ["NAT-WLOG"],
    "price_kind": "fixed",
    "price_min_fen": 128_000_000,
    "unit": "辆",
    "stock": 2,
    "lead_time_days": 30,
    "service_regions": ["全国"],
    "arrangements": ["purchase"],
    "specs": [
        {"name": "额定排水流量", "value": 3000, "unit": "m³/h"},
        {"name": "扬程", "value": 15, "unit": "m"},
        {"name": "防护等级", "text": "IP55"},
    ],
}


def form(**more) -> ListingForm:
    """A form that lacks nothing, but for what the test changes."""
    return ListingForm.model_validate({**COMPLETE, **more})


def make_supplier(**more) -> tuple[Organisation, Actor]:
    """An approved supplier with a person who works there."""
    org = make_organisation(**more)
    return org, make_actor(org)


def make_operator() -> Actor:
    """A person of the operating organisation."""
    return make_actor(make_organisation(OrganisationKind.OPERATOR))


def make_published(owner: Organisation, by: Actor, operator: Actor, at: datetime, **more) -> Listing:
    """A listing that went all the way."""
    row = actions.create_listing(owner, form(**more), by=by, at=at)
    actions.submit_listing(row, by=by, at=at)
    actions.decide_listing(row, ReviewDecision.APPROVE, by=operator, at=at)
    return row


def demo_operator() -> tuple[Organisation, object]:
    """An operator's organisation and a person in it who needs no second factor in a demo."""
    org = make_organisation(OrganisationKind.OPERATOR)
    return org, make_member(org, demo=True)


def upload(content: bytes, name: str) -> FileStorage:
    """A file as the browser sends it."""
    return FileStorage(io.BytesIO(content), filename=name)


def picture(size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "#175a9c").save(out, kind)
    return out.getvalue()
