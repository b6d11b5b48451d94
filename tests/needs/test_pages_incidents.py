"""Pages of incidents: declared once, for their owner and the operators, with needs that add up, and ended."""

import pytest

from marketplace.accounts.models import OrganisationKind, User
from marketplace.kit import db
from marketplace.needs import amending, incidents
from marketplace.needs.models import Incident, IncidentStatus, Need
from marketplace.needs.schemas import IncidentForm
from tests.conftest import NOON
from tests.needs.worlds import COMPLETE, PUMP_TRUCK, make_draft, make_open, make_world, rows, stored

pytestmark = pytest.mark.usefixtures("context", "at_noon")
FLOOD = {
    "name": "7·20 城区内涝",
    "event_code": "NAT-WLOG",
    "level": "2",
    "province": "河南省",
    "city": "郑州市",
    "note": "46 处积水",
}


@pytest.fixture
def world():
    return make_world(1)


@pytest.fixture
def visit(browser):
    """`visit(actor)` is a browser signed in as that person; `visit(None)` a stranger's."""
    known = {}

    def enter(actor):
        key = actor.user_id if actor else None
        if key not in known:
            with db.reading() as session:
                user = session.get(User, key) if key else None
            known[key] = browser(user)
            if actor and actor.kind == OrganisationKind.OPERATOR:
                with db.transaction() as session:  # operators work with one-time codes set up
                    session.get(User, key).totp_secret = "SECRET"
        return known[key]

    return enter


@pytest.fixture
def flood(world):
    with db.transaction():
        return incidents.declare_incident(IncidentForm(**FLOOD), by=world.writer, at=NOON)[0]


def attach(need, incident, by):
    with db.transaction():
        incidents.attach_to_incident(stored(need), db.session().get(Incident, incident.id), by=by, at=NOON)
    return need


def test_sending_the_form_twice_declares_two_incidents(visit, world):
    chief = visit(world.chief)
    first, second = chief.post("/incidents", **FLOOD), chief.post("/incidents", **FLOOD)
    assert first.status_code == second.status_code == 303 and first.location == second.location
    (row,) = rows(Incident)
    assert (row.name, row.level, row.province, row.owner_id) == (FLOOD["name"], 2, "河南省", world.buyer.id)
    assert "没有重复登记" in chief.get(first.location).text
    listed = chief.get("/incidents").text
    assert FLOOD["name"] in listed and "Ⅱ 重大" in listed and "处置中" in listed


@pytest.mark.parametrize(
    "fault", [{"name": ""}, {"name": "水" * 121}, {"level": "5"}, {"level": "x"}, {"province": "某省"}, {"province": ""},
              {"event_code": "NOTHING"}, {"note": "长" * 2001}],
)  # fmt: skip
def test_a_faulty_form_is_taken_or_loses_what_was_typed(visit, world, fault):
    answer = visit(world.chief).post("/incidents", **{**FLOOD, **fault})
    assert answer.status_code == 422 and "invalid-feedback" in answer.text and "处需要修改" in answer.text
    assert ("46 处积水" if "note" not in fault else FLOOD["name"]) in answer.text
    assert rows(Incident) == []


def test_who_is_no_government_body_declares_or_is_not_told_why(visit, world):
    for actor in (world.other, world.sells[0]):
        page = visit(actor).get("/incidents")
        assert page.status_code == 200 and 'name="level"' not in page.text
        assert "突发事件由政府部门和事业单位登记" in page.text
    assert visit(world.other).post("/incidents", **FLOOD).status_code == 403
    assert visit(world.sells[0]).post("/incidents", **FLOOD).status_code == 403
    assert 'name="level"' not in visit(world.viewer).get("/incidents").text
    assert visit(world.viewer).post("/incidents", **FLOOD).status_code == 403
    assert visit(None).get("/incidents").status_code in (302, 303, 401)
    assert rows(Incident) == []


def test_anothers_incident_is_seen_or_changed(visit, world, flood):
    need = make_open(world.writer)
    attach(need, flood, world.writer)
    url = f"/incidents/{flood.id}"
    for actor in (world.writer, world.viewer, world.operator):
        assert visit(actor).get(url).status_code == 200
    for actor in (world.other, world.sells[0]):
        assert visit(actor).get(url).status_code == visit(actor).get("/incidents/999").status_code == 404
    assert visit(None).get(url).status_code in (302, 303, 401)
    assert FLOOD["name"] not in visit(world.other).get("/incidents").text
    for post in ("needs", "needs/remove", "end"):
        assert visit(world.other).post(f"{url}/{post}", need_id=need.id).status_code == 404
        for actor in (world.viewer, world.sells[0], world.operator):
            assert visit(actor).post(f"{url}/{post}", need_id=need.id).status_code == 403
    assert rows(Incident)[0].status == IncidentStatus.DECLARED and rows(Need)[0].incident_id == flood.id


def test_an_operator_reads_drafts_or_is_offered_buttons(visit, world, flood):
    attach(make_draft(world.writer, title="还是草稿的需求"), flood, world.writer)
    attach(make_open(world.writer, title="已经发布的需求"), flood, world.writer)
    own, seen = (visit(actor).get(f"/incidents/{flood.id}").text for actor in (world.viewer, world.operator))
    assert "还是草稿的需求" in own and "已经发布的需求" in own
    assert "还是草稿的需求" not in seen and "已经发布的需求" in seen
    for text in (own, seen):
        assert f"/incidents/{flood.id}/end" not in text and 'name="need_id"' not in text


def test_needs_of_an_incident_do_not_add_up(visit, world, flood):
    two = [{"name": "大流量排水抢险车", "class": PUMP_TRUCK, "quantity": "3", "unit": "辆"}]
    for n, more in enumerate(({}, {"items": two}, {"budget": ""})):
        attach(make_open(world.writer, title=f"排水车 {n}", **more), flood, world.writer)
    gone = attach(make_open(world.writer, title="撤回的需求"), flood, world.writer)
    with db.transaction():
        amending.withdraw_need(stored(gone), "重复", by=world.writer, at=NOON)
    text = visit(world.chief).get(f"/incidents/{flood.id}").text
    assert "<strong>7</strong> 辆" in text and "3 份" in text, "2 + 3 + 2, the withdrawn one left out"
    assert "¥720万" in text and "1 份未填预算" in text and "撤回的需求" in text


def test_a_need_is_added_twice_or_one_of_another_or_an_ended_one_is_taken(visit, world, flood):
    chief, url = visit(world.chief), f"/incidents/{flood.id}/needs"
    own, ended = make_draft(world.writer, title="自己的需求"), make_open(world.writer, title="结束的需求")
    with db.transaction():
        amending.close_need(stored(ended), by=world.writer, at=NOON)
    anothers = make_draft(world.other, title="邻县的需求")
    offered = chief.get(f"/incidents/{flood.id}").text
    assert "自己的需求" in offered and "结束的需求" not in offered and "邻县的需求" not in offered
    for said in ("已加入", "已在本事件中"):
        assert chief.post(url, need_id=own.id).status_code == 303
        assert said in chief.get(f"/incidents/{flood.id}").text
    assert chief.post(url, need_id=anothers.id).status_code == 404
    assert chief.post(url, need_id=ended.id).status_code == 409
    for nonsense in ("", "x", "-1", "99999999999", "²"):
        assert chief.post(url, need_id=nonsense).status_code == 404
    assert {need.title: need.incident_id for need in rows(Need)} == {
        "自己的需求": flood.id, "结束的需求": None, "邻县的需求": None,
    }  # fmt: skip
    for _n in range(2):
        assert chief.post(f"{url}/remove", need_id=own.id).status_code == 303
    assert {need.incident_id for need in rows(Need)} == {None}


def test_an_incident_ends_twice_or_hides_how_many_needs_remain_open(visit, world, flood):
    attach(make_open(world.writer), flood, world.writer)
    chief, url = visit(world.chief), f"/incidents/{flood.id}"
    assert "还有 1 份需求未结束" in chief.get(url).text
    assert chief.post(f"{url}/end").status_code == 303
    assert "还有 1 份需求未结束" in chief.get(url).text
    assert chief.post(f"{url}/end").status_code == 303
    text = chief.get(url).text
    assert "此前已经结束" in text and f"{url}/end" not in text and "还有 1 份需求没有关闭或撤回" in text
    late = make_draft(world.writer, title="事后的需求")
    assert chief.post(f"{url}/needs", need_id=late.id).status_code == 409
    assert rows(Incident)[0].status == IncidentStatus.ENDED
    assert chief.post("/incidents", **FLOOD).location != url, "the same name may happen again"


def test_an_incidents_name_becomes_markup(visit, world):
    nasty = "<script>alert(1)</script>"
    place = visit(world.chief).post("/incidents", **{**FLOOD, "name": nasty, "note": nasty, "city": nasty}).location
    attach(make_open(world.writer, **{**COMPLETE, "title": nasty}), rows(Incident)[0], world.writer)
    for url in (place, "/incidents", f"/needs/{rows(Need)[0].id}"):
        text = visit(world.chief).get(url).text
        assert "&lt;script&gt;" in text and nasty not in text and " style=" not in text
