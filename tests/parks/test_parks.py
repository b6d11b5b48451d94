"""Bases: the list taken over, enterprises that belong, staff who confirm."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Notice, OrganisationStatus, Role
from marketplace.accounts.models import OrganisationKind as Kind
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.moves import NoSuchMove
from marketplace.parks import actions, queries, rules
from marketplace.parks.errors import AlreadyTenant
from marketplace.parks.models import Base, Designation, Tenancy, TenancyStatus
from tests.conftest import NOON, ROOT
from tests.factories.accounts import make_actor, make_member, make_organisation

LIST = ROOT / "seed" / "bases.csv"


@pytest.fixture
def world(context):
    """A base with its staff, another park's staff, and an enterprise."""
    with db.transaction() as session:
        base = Base(name="试验基地", province="江苏省", city="徐州市", created_at=NOON, updated_at=NOON)
        other = Base(name="别处基地", province="四川省", city="德阳市", created_at=NOON, updated_at=NOON)
        session.add_all([base, other])
        session.flush()
        park, elsewhere, firm = make_organisation(Kind.PARK), make_organisation(Kind.PARK), make_organisation()
        actions.assign_staff(base, park, by=None, at=NOON)
        actions.assign_staff(other, elsewhere, by=None, at=NOON)

        class World:
            pass

        made = World()
        made.base, made.other, made.firm, made.park = base, other, firm, park
        made.staff, made.foreign_staff, made.owner = make_member(park), make_member(elsewhere), make_member(firm)
        made.watcher, made.clerk = make_member(park, Role.VIEWER), make_member(firm, Role.MEMBER)
        made.firm_actor = make_actor(firm, user=made.owner)
        return made


def tenancy():
    with db.reading() as session:
        return session.exec(select(Tenancy).order_by(Tenancy.id.desc())).first()


def declare(world):
    with db.transaction():
        return actions.declare_tenancy(world.firm, world.base, by=world.firm_actor, at=NOON)


def counts():
    with db.reading() as session:
        return len(session.exec(select(Base)).all()), len(session.exec(select(Designation)).all())


def test_the_list_taken_over_twice_makes_bases_or_designations_twice(context):
    with db.transaction():
        new = actions.import_bases(LIST, at=NOON)
    first = counts()
    assert new == first[0] > 20 and first[1] > 20
    with db.transaction():
        assert actions.import_bases(LIST, at=NOON) == 0
    assert counts() == first


def test_a_new_designation_of_a_known_base_is_passed_over(context, tmp_path):
    head = LIST.read_text(encoding="utf-8-sig").splitlines()[0]
    row = dict.fromkeys(head.split(","), "")
    row |= {"name": "某园区", "province": "江苏省", "city": "徐州市", "specialism": "救援装备;矿山安全"}
    path = tmp_path / "bases.csv"
    for batch in ("创建单位(2021)", "创建单位(2021);示范基地(2024)"):
        path.write_text(head + "\n" + ",".join({**row, "batch": batch}.values()) + "\n", encoding="utf-8")
        with db.transaction():
            actions.import_bases(path, at=NOON)
    with db.reading():
        [base] = queries.bases()
        names = [(d.name, d.year) for d in queries.designations([base.id])[base.id]]
    assert base.specialisms == ["救援装备", "矿山安全"]
    assert names == [("创建单位(2021)", 2021), ("示范基地(2024)", 2024)]


@pytest.mark.parametrize(
    ("name", "stage", "year"),
    [("国家安全应急产业示范基地创建单位(2021)", "growing", 2021), ("国家应急产业示范基地(2015)", "base", 2015),
     ("国家安全产业示范园区", "base", None), ("安全应急特色园区(2025)", "speciality", 2025), ("开发区", "", None)],
)  # fmt: skip
def test_a_designation_says_another_stage_or_year(name, stage, year):
    assert (rules.stage_of(name), rules.year_of(name)) == (stage, year)


def test_a_declared_enterprise_counts_as_confirmed_or_nobody_hears_of_it(world):
    row = declare(world)
    assert row.status == TenancyStatus.DECLARED and row.since.isoformat() == "2026-11-23"
    with db.reading() as session:
        told = session.exec(select(Notice.user_id)).all()
        deeds = session.exec(select(AuditEntry.action)).all()
    assert told == [world.staff.id]  # those who only watch are not asked to confirm
    assert "tenancy.declare" in deeds


def test_an_enterprise_belongs_to_two_bases(world):
    declare(world)
    with pytest.raises(AlreadyTenant), db.transaction():
        actions.declare_tenancy(world.firm, world.other, by=world.firm_actor, at=NOON)
    with pytest.raises(IntegrityError), db.transaction() as session:
        more = {"since": NOON.date(), "created_at": NOON, "updated_at": NOON}
        session.add(Tenancy(base_id=world.other.id, organisation_id=world.firm.id, status="confirmed", **more))


def test_an_enterprise_that_left_cannot_come_back(world):
    row = declare(world)
    with db.transaction() as session:
        row = session.get(Tenancy, row.id)
        actions.confirm_tenancy(row, by=None, at=NOON)
        actions.end_tenancy(row, by=world.firm_actor, at=NOON)
    assert tenancy().until.isoformat() == "2026-11-23"
    assert declare(world).id != row.id


def test_a_belonging_that_ended_goes_on(world):
    row = declare(world)
    with db.transaction() as session:
        row = session.get(Tenancy, row.id)
        actions.end_tenancy(row, by=world.firm_actor, at=NOON)
        with pytest.raises(NoSuchMove):
            actions.confirm_tenancy(row, by=None, at=NOON)


def test_an_enterprise_not_approved_stands_on_the_list(world):
    declare(world)
    with db.transaction() as session:
        assert [org.id for _t, org in queries.tenants(world.base.id)] == [world.firm.id]
        assert queries.tenant_counts() == {world.base.id: 1}
        assert queries.base_names([world.firm.id]) == {world.firm.id: "试验基地"}
        session.merge(accounts.organisation(world.firm.id)).status = OrganisationStatus.SUSPENDED
        session.flush()
        assert queries.tenants(world.base.id) == [] and queries.tenant_counts() == {}


def test_somebody_without_organisation_runs_a_base_without_staff(world):
    with db.transaction() as session:
        session.get(Base, world.other.id).organisation_id = None
    with db.reading():
        assert queries.base_of_staff(None) is None
        assert queries.base_of_staff(world.park.id).id == world.base.id


def test_an_enterprise_cannot_declare_itself_or_anybody_else_can(world, browser):
    url = f"/bases/{world.base.id}/join"
    for person in (world.staff, world.clerk):
        assert browser(person).post(url).status_code == 403
    assert browser().post(url).location.startswith("/sign-in")
    owner = browser(world.owner)
    assert owner.post("/bases/987654/join").status_code == 404
    assert owner.post(url).status_code == 303
    assert tenancy().organisation_id == world.firm.id
    again = owner.post(url)
    assert again.status_code == 409 and "已属于一个基地" in again.text


@pytest.mark.parametrize("act", ["confirm", "end"])
def test_others_than_the_bases_own_staff_decide(world, browser, act):
    row = declare(world)
    url = f"/tenancies/{row.id}"
    for person in (world.owner, world.watcher):
        assert browser(person).post(url, act=act).status_code == 403
    foreign = browser(world.foreign_staff)
    absent, others = foreign.post("/tenancies/987654", act=act), foreign.post(url, act=act)
    assert absent.status_code == others.status_code == 404
    assert "没有找到" in absent.text and "没有找到" in others.text
    assert tenancy().status == TenancyStatus.DECLARED
    assert browser(world.staff).post(url, act=act).status_code == 303
    assert tenancy().status == {"confirm": TenancyStatus.CONFIRMED, "end": TenancyStatus.ENDED}[act]


def test_an_unknown_act_does_something(world, browser):
    row = declare(world)
    assert browser(world.staff).post(f"/tenancies/{row.id}", act="delete").status_code == 404
    assert tenancy().status == TenancyStatus.DECLARED


def test_a_page_of_bases_breaks_or_offers_buttons_to_strangers(world, browser):
    declare(world)
    assert "试验基地" in browser().get("/bases").text
    page = browser().get(f"/bases/{world.base.id}").text
    assert world.firm.name in page and "/tenancies/" not in page and "/join" not in page
    assert "/tenancies/" in browser(world.staff).get(f"/bases/{world.base.id}").text
    assert "/tenancies/" not in browser(world.foreign_staff).get(f"/bases/{world.base.id}").text
    assert browser().get("/bases/987654").status_code == 404
    assert browser().get("/bases/99999999999999999999").status_code == 404
