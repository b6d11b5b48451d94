"""The demo world: invented enterprises, buyers and institutions who do with the platform's own verbs what people do."""

import io
import json
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from flask import Flask
from rich.progress import Progress
from sqlmodel import select
from werkzeug.datastructures import FileStorage

from marketplace.accounts import actions as accounts
from marketplace.accounts import membership, queries
from marketplace.accounts.models import Notice, Organisation, OrganisationKind, OrganisationStatus, Role, User
from marketplace.accounts.schemas import NewOrganisation, NewPerson
from marketplace.catalog import actions as catalog
from marketplace.catalog import attachments, certificates
from marketplace.catalog.models import Listing, ReviewDecision
from marketplace.catalog.rows import Words, read_row
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.parks import actions as parks
from marketplace.parks import queries as parks_queries
from marketplace.search.mirror import mirrors
from marketplace.searching import learn_vocabulary
from marketplace.seeding import deals, funds, procured, wants
from marketplace.seeding.drawings import draw
from marketplace.settings import ROOT

FOLDER = ROOT / "seed" / "demo"
PASSWORD = "demo-2026-marketplace"
ROLES = {
    OrganisationKind.SUPPLIER: "供应企业",
    OrganisationKind.BUYER: "采购单位",
    OrganisationKind.PARK: "园区管理",
    OrganisationKind.INSTITUTION: "金融保险",
    OrganisationKind.OPERATOR: "平台运营",
}
VARIANTS = 4
BEGUN = timedelta(days=240)
READ_AFTER = timedelta(days=4)


class World:
    """What has been made so far, by the keys of the seed files."""

    def __init__(self, now: datetime) -> None:
        self.now, self.begun = now, now - BEGUN
        self.password = PASSWORD
        self.organisations: dict[str, int] = {}
        self.actors: dict[str, Actor] = {}
        self.people: dict[str, list[Actor]] = {}
        self.listings: dict[str, int] = {}
        self.words = Words()


def exists(app: Flask) -> bool:
    """Whether the platform has people already; then nothing is seeded."""
    with app.app_context(), db.reading() as session:
        return session.exec(select(User.id).limit(1)).first() is not None


def build(app: Flask, progress: Progress) -> None:
    """Build the world in transactions of one organisation each; the index is filled once at the end."""
    nudge = app.extensions.pop("search_nudge", None)
    with app.app_context():
        world = World(clock.now())  # inside the app: the words come from the reference data
        _people_and_organisations(world, progress)
        _listings(world, progress)
        deals.build(world, list(_rows("inquiries")), progress)
        wants.build(world, list(_rows("needs")), progress)
        funds.build(world, list(_rows("finance_products")), progress)
        procured.build(world, tomllib.loads((FOLDER / "procurements.toml").read_text("utf-8")), progress)
        _read_old_notices(world)
        task = progress.add_task("搜索索引", total=None)
        for mirror in mirrors().values():
            mirror.rebuild()
        learn_vocabulary(app)
        progress.update(task, total=1, completed=1)
    if nudge:
        app.extensions["search_nudge"] = nudge


def sign_ins(app: Flask) -> list[tuple[str, str]]:
    """One demo sign-in per role: (role, e-mail)."""
    with app.app_context(), db.reading() as session:
        query = (
            select(Organisation.kind, User.email)
            .join_from(User, queries.Membership, queries.Membership.user_id == User.id)
            .join(Organisation, Organisation.id == queries.Membership.organisation_id)
            .where(User.demo, queries.Membership.role == Role.ADMIN, Organisation.status == OrganisationStatus.APPROVED)
            .order_by(User.id)
        )
        found: dict[str, str] = {}
        for kind, email in session.exec(query):
            found.setdefault(kind, email)
    return [(words, found[kind]) for kind, words in ROLES.items() if kind in found]


def _read_old_notices(world: World) -> None:
    """People have seen what came long ago."""
    with db.transaction() as session:
        old = sa.update(Notice).where(Notice.created_at < world.now - READ_AFTER)
        session.exec(old.values(read_at=Notice.created_at))


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as text:
        for line in text:
            if line.strip():
                yield json.loads(line)


def _people_and_organisations(world: World, progress: Progress) -> None:
    people: dict[str, list[dict]] = {}
    for person in _rows("people"):
        people.setdefault(person["org"], []).append(person)
    rows = sorted(_rows("organisations"), key=lambda row: row["kind"] != OrganisationKind.OPERATOR)
    task = progress.add_task("单位与人员", total=len(rows))
    for number, row in enumerate(rows):
        waits = row.get("state", "approved") != "approved"
        at = world.now - (timedelta(hours=9 + 5 * number % 40) if waits else BEGUN - timedelta(hours=7 * number))
        with clock.set_clock(at), db.transaction():
            _organisation(world, row, people[row["key"]], at)
        progress.advance(task)


def _organisation(world: World, row: dict, people: list[dict], at: datetime) -> None:
    people = sorted(people, key=lambda p: p["role"] != Role.ADMIN)
    users = [
        accounts.register_person(
            NewPerson(email=p["email"], name=p["name"], password=PASSWORD), at=at, verified=True, demo=True
        )
        for p in people
    ]
    operates = row["kind"] == OrganisationKind.OPERATOR
    kind = OrganisationKind.PARK if operates else OrganisationKind(row["kind"])
    details = {
        k: row.get(k) or ""
        for k in ("name", "name_en", "province", "city", "address", "website", "contact_name", "phone", "about")
    }
    org = membership.register_organisation(
        NewOrganisation(kind=kind, uscc=row["uscc"], **details), by=users[0], at=at, demo=True
    )
    if operates:  # no page makes an operator; the founding command does
        org.kind = OrganisationKind.OPERATOR
    for user, person in zip(users[1:], people[1:], strict=True):
        membership.add_member(org, user, Role(person["role"]), by=None, at=at)
    world.organisations[row["key"]] = org.id
    world.people[row["key"]] = [
        Actor(user.id, org.id, org.kind, Role(person["role"]), True, user.name, org.name)
        for user, person in zip(users, people, strict=True)
    ]
    admin = world.actors[row["key"]] = world.people[row["key"]][0]
    if operates:
        world.actors["operator"] = admin
    state, reason = row.get("state", "approved"), row.get("reason", "")
    if state in ("approved", "returned"):
        membership.review(
            org, OrganisationStatus(state), reason, by=world.actors["operator"], at=at + timedelta(hours=3)
        )
    _base(world, row, org, at)


def _base(world: World, row: dict, org: Organisation, at: datetime) -> None:
    base = parks_queries.base_by_name(row["base"]) if row.get("base") else None
    if base is None:
        return
    if org.kind == OrganisationKind.PARK:
        parks.assign_staff(base, org, by=world.actors["operator"], at=at)
    elif org.kind == OrganisationKind.SUPPLIER:
        tenancy = parks.declare_tenancy(org, base, by=world.actors[row["key"]], at=at)
        if org.id % 9:  # a few wait for their base's confirmation, so that its desk has work
            parks.confirm_tenancy(tenancy, by=None, at=at + timedelta(days=2))


def _listings(world: World, progress: Progress) -> None:
    by_owner: dict[str, list[dict]] = {}
    for row in _rows("listings"):
        by_owner.setdefault(row["org"], []).append(row)
    task = progress.add_task("产品与服务", total=sum(map(len, by_owner.values())))
    for key, rows in by_owner.items():
        for row in rows:
            at = world.now - _age(row)
            with clock.set_clock(at), db.transaction():
                world.listings[row["id"]] = _listing(world, key, row, at)
            progress.advance(task)


def _listing(world: World, key: str, raw: dict, at: datetime) -> int:
    actor, operator = world.actors[key], world.actors["operator"]
    owner = queries.organisation(world.organisations[key])
    row = read_row(number_of(raw["id"]), raw, world.words, is_json=True)
    if row.form is None:
        raise ValueError(f"{raw['id']}: {row.faults}")
    listing = catalog.create_listing(owner, row.form, by=actor, at=at)
    picture = _picture(raw["drawing"], number_of(raw["id"]) % VARIANTS)
    attachments.add_image(listing, picture, raw["name"], by=actor, at=at)
    for certificate in row.certificates:
        certificates.add_certificate(owner, certificate, listing=listing, by=actor, at=at)
    _advance(listing, raw, actor, operator, at)
    listing.confirmed_at = max(at, world.now - timedelta(days=raw.get("confirmed_days_ago", 30)))
    return listing.id


def _advance(listing: Listing, row: dict, actor: Actor, operator: Actor, at: datetime) -> None:
    state = row.get("state", "published")
    if state == "draft":
        return
    catalog.submit_listing(listing, by=actor, at=at + timedelta(minutes=20))
    if state == "published":
        catalog.decide_listing(listing, ReviewDecision.APPROVE, by=operator, at=at + timedelta(hours=5))
    elif state == "returned":
        catalog.decide_listing(listing, ReviewDecision.RETURN, row["reason"], by=operator, at=at + timedelta(hours=5))


def _age(row: dict) -> timedelta:
    """How long ago a listing was written: what still waits is fresh, the rest is spread over half a year."""
    draw_of_lots = crc32(row["id"].encode())
    if row.get("state", "published") != "published":
        return timedelta(days=1, minutes=draw_of_lots % 4000)
    return timedelta(days=6, minutes=draw_of_lots % (190 * 1440))


def number_of(key: str) -> int:
    """The digits of a seed key."""
    return int("".join(c for c in key if c.isdigit()) or 0)


def _picture(family: str, variant: int) -> FileStorage:
    return FileStorage(io.BytesIO(_drawn(family, variant)), filename=f"{family}.webp")


@lru_cache(maxsize=400)
def _drawn(family: str, variant: int) -> bytes:
    return draw(family, f"{family}-{variant}")
