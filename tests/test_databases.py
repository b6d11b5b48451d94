"""What both databases must do alike: migrations, promises kept by indexes and triggers, and values that come back whole."""

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import SQLModel, select
from werkzeug.routing import IntegerConverter

from marketplace import migrate
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import (
    JoinRequest,
    JoinStatus,
    Membership,
    Notice,
    Organisation,
    OrganisationKind,
    Role,
    User,
)
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Listing, ListingVersion
from marketplace.kit import audit, db
from marketplace.kit.db import Database
from marketplace.kit.forms import Form
from marketplace.kit.jobs import JobRun, RunStatus
from marketplace.parks.models import Base, Tenancy, TenancyStatus
from marketplace.quoting.models import Request
from tests.conftest import NOON
from tests.factories.accounts import LONG_AGO, make_member, make_organisation, make_user
from tests.factories.browser import Browser
from tests.quoting.worlds import answered, make_listing, make_world, sent

STAMPS = {"created_at": NOON, "updated_at": NOON}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


# For what the rest of the suite asks of SQLite anyway, or only PostgreSQL is strict about.
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def empty(database_kind, tmp_path, request):
    """The address of a database without any table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    cluster = request.getfixturevalue("postgres_cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


def tables_of(url):
    engine = Database(url).engine
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_the_migrations_leave_out_a_table_or_cannot_be_undone(empty):
    migrate.upgrade(empty)
    assert tables_of(empty) == {*SQLModel.metadata.tables, "alembic_version"}
    command.downgrade(migrate.config(empty), "base")
    assert tables_of(empty) == {"alembic_version"}
    migrate.upgrade(empty)
    command.check(migrate.config(empty))  # raises when a model says something else than the migrations


def test_a_promise_of_a_model_is_missing_in_the_migrated_database(empty):
    """Alembic compares neither checks nor the conditions of indexes."""
    migrate.upgrade(empty)
    engine = Database(empty).engine
    inspector = sa.inspect(engine)
    for table in SQLModel.metadata.tables.values():
        wanted = {c.name for c in table.constraints if isinstance(c, sa.CheckConstraint) and not c._type_bound}
        assert {c["name"] for c in inspector.get_check_constraints(table.name)} >= wanted
        kind = engine.dialect.name
        partial = {i.name for i in table.indexes if i.unique and i.dialect_options[kind]["where"] is not None}
        found = {i["name"] for i in inspector.get_indexes(table.name) if i["unique"] and i["dialect_options"]}
        assert found >= partial
    engine.dispose()


@pytest.fixture
def people(context):
    with db.transaction():
        org = make_organisation()
        return org.id, make_member(org).id


def broken_by(*rows):
    """Whether the database refuses these rows together."""
    try:
        with db.transaction() as session:
            for row in rows:
                session.add(row)
                session.flush()
    except IntegrityError:
        return True
    return False


def test_somebody_waits_twice_to_join_or_may_not_ask_again(people):
    org, user = people
    row = lambda status: JoinRequest(user_id=user, organisation_id=org, status=status, **STAMPS)
    assert broken_by(row(JoinStatus.WAITING), row(JoinStatus.WAITING))
    assert not broken_by(row(JoinStatus.DECLINED), row(JoinStatus.DECLINED), row(JoinStatus.WAITING))


def test_an_enterprise_belongs_to_two_bases_or_can_never_move(people):
    org, _user = people
    with db.transaction() as session:
        base = Base(name="测试基地", province="江苏省", city="徐州市", **STAMPS)
        session.add(base)
        session.flush()
    row = lambda status: Tenancy(base_id=base.id, organisation_id=org, status=status, since=NOON.date(), **STAMPS)
    assert broken_by(row(TenancyStatus.DECLARED), row(TenancyStatus.CONFIRMED))
    assert not broken_by(row(TenancyStatus.ENDED), row(TenancyStatus.ENDED), row(TenancyStatus.CONFIRMED))


def test_a_slot_is_done_twice_or_fails_only_once(context):
    row = lambda status: JobRun(job="j", slot=NOON, status=status, started_at=NOON)
    assert broken_by(row(RunStatus.DONE), row(RunStatus.DONE))
    assert not broken_by(row(RunStatus.FAILED), row(RunStatus.FAILED), row(RunStatus.DONE))


def test_a_listing_has_two_present_versions_or_a_reference_two_listings(people):
    org, _user = people
    with db.transaction():
        one, two = [make_listing(accounts.organisation(org)).id for _n in range(2)]
    version = lambda number, until=None: ListingVersion(
        listing_id=one, number=number, valid_from=LONG_AGO, valid_until=until, content={}
    )
    assert broken_by(version(1), version(2))
    assert broken_by(version(1, NOON), version(1))
    assert not broken_by(version(1, NOON), version(2, NOON), version(3))
    listing = lambda ref: Listing(owner_id=org, kind="product", name="泵", external_ref=ref, **STAMPS)
    assert broken_by(listing("A-1"), listing("A-1"))
    assert not broken_by(listing(""), listing(""), listing("A-1"), listing("a-1"))
    assert two != one


@pytest.mark.parametrize(
    "again",
    [
        lambda org, user: User(email="same@test.example", name="x", password_hash="", **STAMPS),
        lambda org, user: Organisation(kind="buyer", name="x", uscc="9" * 18, **STAMPS),
        lambda org, user: Membership(user_id=user, organisation_id=org, role=Role.VIEWER, **STAMPS),
        lambda org, user: Notice(user_id=user, key="k", subject="s", created_at=NOON),
    ],
)
def test_something_unique_is_there_twice(people, again):
    assert broken_by(again(*people), again(*people))


@pytest.mark.parametrize(
    "change", [{"status": "cancelled"}, {"status": "elsewhere"}, {"owner_id": 10**6}, {"title": None}]
)
def test_a_row_that_cannot_be_is_stored(context, change):
    request = sent(make_world(1))
    with pytest.raises((IntegrityError, StatementError, LookupError)), db.transaction() as session:
        session.exec(sa.update(Request).where(Request.id == request.id).values(**change))


def test_the_audit_trail_can_be_changed(people):
    with db.transaction():
        org = accounts.organisation(people[0])
        audit.record(None, "test.deed", org, NOON)
    for sql in ("UPDATE audit_entry SET action = 'other'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), db.transaction() as session:
            session.connection().execute(sa.text(sql))
    with db.reading():
        assert [entry.action for entry in audit.trail(org)] == ["test.deed"]


def test_a_choice_or_json_is_stored_as_something_else_than_its_value(people):
    with db.transaction():
        specs = [{"name": "排水量", "key": "flow", "value": 3000.5, "unit": "m³/h", "text": None, "😀": ["", True]}]
        row = make_listing(accounts.organisation(people[0]), specs=specs)
    with db.reading() as session:
        stored = session.connection().execute(sa.text("SELECT kind, status, specs FROM listing")).one()
        assert (stored.kind, stored.status) == ("product", "published")
        assert (json.loads(stored.specs) if isinstance(stored.specs, str) else stored.specs) == specs
        assert session.get(Listing, row.id).specs == specs


@pytest.mark.parametrize(
    "moment",
    [NOON, datetime(2026, 3, 8, 7, 30, 0, 1, UTC), datetime(1988, 7, 1, 15, 59, 59, 999999, UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)],
)  # fmt: skip
def test_a_moment_comes_back_as_another_one(context, moment):
    with db.transaction():
        person = make_user(email_verified_at=moment)
    with db.reading() as session:
        back = session.get(User, person.id).email_verified_at
        assert back == moment and back.utcoffset() == timedelta(0)
        assert session.exec(select(User.id).where(User.email_verified_at == moment)).all() == [person.id]


def test_a_moment_without_a_zone_is_stored(context):
    with pytest.raises(StatementError), db.transaction():
        make_user(email_verified_at=NOON.replace(tzinfo=None))


def test_moments_are_compared_as_text(context):
    """A fraction of a second must not sort a moment before its own second."""
    moments = [NOON, NOON + timedelta(microseconds=1), NOON + timedelta(milliseconds=100), NOON + timedelta(seconds=1)]
    with db.transaction():
        ids = [make_user(email_verified_at=moment).id for moment in reversed(moments)]
    with db.reading() as session:
        assert list(session.exec(select(User.id).order_by(User.email_verified_at))) == ids[::-1]
        assert len(session.exec(select(User.id).where(User.email_verified_at > NOON)).all()) == 3


@pytest.mark.parametrize("text", ["应急排水泵车", "𠮷龘㙍😀👩‍🚒", "Ünïcödé \u202e", "%_\\'\";--", " \t\n "])
def test_text_comes_back_changed_or_is_not_found(context, text):
    with db.transaction():
        org = make_organisation(name=text)
    with db.reading() as session:
        assert session.get(Organisation, org.id).name == text
    if text.strip():
        with db.reading():
            assert accounts.organisations_page(None, None, text, 1, 10)[1] == 1


def test_a_search_without_the_engine_depends_on_capitals(people):
    with db.transaction():
        make_listing(accounts.organisation(people[0]), model="PQ-40x")
    with db.reading():
        for text in ("PQ-40X", "pq-40x"):
            assert catalog.search_in_database(text)[1] == 1
            assert catalog.own_page(people[0], None, text, 1, 10)[1] == 1


def test_the_largest_values_of_a_listing_do_not_fit(people):
    fen = 10**15
    numbers = {"price_min_fen": fen, "price_max_fen": fen, "stock": 2 * 10**9, "monthly_capacity": 2 * 10**9}
    with db.transaction():
        row = make_listing(accounts.organisation(people[0]), name="龘" * 120, price_kind="band", **numbers)
    with db.reading() as session:
        assert session.get(Listing, row.id).price_max_fen == fen


@pytest.fixture
def everybody(make_app):
    """A platform where a supplier has answered a buyer's request; `everybody(role)` is a visitor."""
    app = make_app(seed_demo=True)  # so that a demo operator is let in without one-time codes
    with app.app_context():
        made = make_world(2)
        answered(made, sent(made), 0, 120_000_00)
        with db.transaction() as session:
            park, operator = make_organisation(OrganisationKind.PARK), make_organisation(OrganisationKind.OPERATOR)
            session.add(Base(name="测试基地", province="江苏省", city="徐州市", organisation_id=park.id, **STAMPS))
            people = {"park": make_member(park), "operator": make_member(operator, demo=True)}
            newcomer = make_user()
    people |= {"supplier": made.users[0], "buyer": made.buyer_user, "newcomer": newcomer}
    return cache(lambda role: Browser(app, people.get(role)))


def addresses(app, method, word, number):
    """Every address of the platform that answers this method, its words and numbers filled in."""
    fill = lambda part: number if part[0].startswith("<int") else word
    return sorted({re.sub("<[^>]*>", fill, r.rule) for r in app.url_map.iter_rules() if method in r.methods})


@on_postgresql
def test_every_desk_answers_on_postgresql(everybody):
    for role in ("supplier", "buyer", "operator"):
        for url in addresses(everybody(role).client.application, "GET", "natural_disaster", "1"):
            assert everybody(role).get(url).status_code < 500, (role, url)
    own = {
        "stranger": ("/", "/search", "/classes", "/bases/1", "/listings/1", "/suppliers/2"),
        "supplier": (
            "/desk",
            "/desk/listings",
            "/desk/listings/1",
            "/desk/inquiries/1",
            "/desk/inquiries/1/receipts/1",
        ),
        "buyer": ("/desk", "/basket", "/requests", "/requests/1", "/requests/1/answers.xlsx", "/inbox"),
        "park": ("/desk", "/bases/1", "/organisation", "/organisation/members"),
        "operator": ("/desk", "/operations/audit", "/operations/jobs", "/operations/listings", "/operations/search"),
        "newcomer": ("/desk", "/organisation/new", "/account"),
    }
    for role, urls in own.items():
        assert {url: everybody(role).get(url).status_code for url in urls} == dict.fromkeys(urls, 200), role


@pytest.mark.parametrize(("word", "number"), [("%00", "1"), ("%F0%9F%98%80", "2147483647")])
@on_postgresql
def test_a_strange_address_breaks_a_page(everybody, word, number):
    for role in ("supplier", "buyer", "operator"):
        query = "&".join(f"{name}={word}" for name in ("q", "status", "kind", "action", "as_of", "page", "id"))
        for url in addresses(everybody(role).client.application, "GET", word, number):
            assert everybody(role).get(f"{url}?{query}").status_code < 500, (role, url)


def test_a_number_in_an_address_is_too_large_for_its_column(app):
    numbers = [
        c for rule in app.url_map.iter_rules() for c in rule._converters.values() if isinstance(c, IntegerConverter)
    ]
    assert numbers and all(number.max is not None and number.max < 2**31 for number in numbers)


@pytest.mark.parametrize("text", ["a\x00b", "龘" * 310, "2147483648"])
@on_postgresql
def test_a_strange_text_in_a_form_breaks_a_page(everybody, text):
    names = {name for form in descendants(Form) for name in form.model_fields} | {"act", "note", "alt", "title", "id"}
    fields = dict.fromkeys(
        names | {"code", "notice_id", "organisation_id", "decision", "then", "spec_name", "remove"}, text
    )
    for role in ("supplier", "buyer", "operator"):
        for url in addresses(everybody(role).client.application, "POST", "x", "1"):
            if "sign-" in url or "password" in url:
                continue  # slow on purpose, or the end of the visit
            answer = everybody(role).post(url, **fields)
            assert answer.status_code < 500, (role, url)
            assert "\x00" not in text or answer.status_code == 400, (role, url)


def descendants(kind):
    """All classes below this one."""
    return {below for one in kind.__subclasses__() for below in {one, *descendants(one)}}


@pytest.mark.parametrize(
    "bad", ['"a\\u0000b"', '"a\\ud800b"', "1e400", "NaN", "-1e400", "9" * 400, '{"a\\u0000": "\\ud800"}']
)
def test_a_strange_value_in_an_import_breaks_it(everybody, bad):
    keys = (
        "id",
        "name",
        "summary",
        "stock",
        "price_min",
        "category",
        "class_name",
        "specs",
        "certificates",
        "no column",
    )
    lines = [f'{{"name": "泵车", "{key}": {bad}}}' for key in keys]
    lines += [
        f'{{"name": "泵车", "specs": [{{"name": "流量", "{key}": {bad}}}]}}' for key in ("name", "value", "min", "unit")
    ]
    file = (BytesIO("\n".join(lines).encode()), "a.jsonl")
    answer = everybody("supplier").post("/desk/listings/import", files={"file": file})
    assert answer.status_code in (303, 422), answer.text
    if answer.status_code == 303:
        page = answer.location
        assert everybody("supplier").get(page).status_code == 200
        assert everybody("supplier").post(page, act="confirm", only_good="1").status_code < 500
        assert everybody("supplier").get("/desk/listings").status_code == 200


def test_a_nul_in_a_table_breaks_its_import(everybody):
    file = (BytesIO("名称,型号,参数\n泵\0车,A\0,流量=3\0 L/s\n".encode()), "a\0b.csv")
    assert everybody("supplier").post("/desk/listings/import", files={"file": file}).status_code < 500
