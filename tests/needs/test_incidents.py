"""Incidents with several needs at once."""

import pytest

from marketplace.accounts.models import OrganisationKind
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.forms import read
from marketplace.kit.moves import NoSuchMove
from marketplace.needs import amending, incidents
from marketplace.needs.errors import IncidentOver, NotEditable, NotGovernment
from marketplace.needs.models import Incident, IncidentStatus, Need
from marketplace.needs.schemas import IncidentForm
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_organisation
from tests.needs.worlds import make_draft, make_open, make_world, rows, stored

pytestmark = pytest.mark.usefixtures("context")
FLOOD = {"name": "7·20 特大暴雨", "event_code": "NAT-FLOOD", "level": "1", "province": "河南省"}


def declare(by, **more):
    with db.transaction():
        return incidents.declare_incident(read(IncidentForm, {**FLOOD, **more}).data, by=by, at=NOON)


def attach(need, incident, by):
    with db.transaction():
        again = db.session().get(Incident, incident.id) if incident else None
        incidents.attach_to_incident(stored(need), again, by=by, at=NOON)


def test_declaring_the_same_incident_twice_makes_two():
    world = make_world(0)
    first, new = declare(world.writer)
    second, again = declare(world.chief, level="2")
    assert (first.id, new, again) == (second.id, True, False) and len(rows(Incident)) == 1
    with db.reading():
        assert audit.trail(first)[0].action == "incident.declare"


def test_an_enterprise_or_a_supplier_declares_an_incident():
    world = make_world(1)
    for actor in (world.other, world.sells[0], world.operator):
        with pytest.raises(NotGovernment):
            declare(actor)
    with db.transaction():
        park = make_actor(make_organisation(OrganisationKind.PARK, uscc="12421300DEM001121C"))
    assert declare(park)[1]


@pytest.mark.parametrize("more", [{"name": ""}, {"level": "5"}, {"level": "0"}, {"province": ""}, {"event_code": "X"}])
def test_an_incident_is_declared_without_what_it_needs(more):
    make_world(0)
    assert not read(IncidentForm, {**FLOOD, **more})


def test_an_ended_incident_does_not_say_what_remains_or_takes_more_needs():
    world = make_world(0)
    incident, _new = declare(world.writer)
    needs = [
        make_open(world.writer, title="排水泵"),
        make_draft(world.writer, title="冲锋艇"),
        make_open(world.writer, title="帐篷"),
    ]
    for need in needs:
        attach(need, incident, world.writer)
    with db.transaction():
        amending.close_need(stored(needs[2]), by=world.writer, at=NOON)
    with db.transaction():
        ended = incidents.own_incident(incident.id, world.writer, lock=True)
        assert incidents.end_incident(ended, by=world.writer, at=NOON) == 2
    assert rows(Incident)[0].status == IncidentStatus.ENDED and rows(Incident)[0].ended_at == NOON
    with pytest.raises(IncidentOver):
        attach(make_draft(world.writer, title="晚了"), incident, world.writer)
    with pytest.raises(NoSuchMove), db.transaction():
        incidents.end_incident(incidents.own_incident(incident.id, world.writer), by=world.writer, at=NOON)
    assert declare(world.writer)[1]  # the same name again is another incident


def test_a_need_joins_anothers_incident_or_an_ended_need_any():
    world = make_world(0)
    incident, _new = declare(world.writer)
    with pytest.raises(NotFound):
        attach(make_draft(world.other), incident, world.other)
    ended = make_open(world.writer)
    with db.transaction():
        amending.close_need(stored(ended), by=world.writer, at=NOON)
    with pytest.raises(NotEditable):
        attach(ended, incident, world.writer)
    with pytest.raises(NotFound), db.reading():
        incidents.own_incident(incident.id, world.other)


def test_the_sums_of_an_incident_are_wrong_or_tell_what_one_may_not_read():
    world = make_world(0)
    incident, _new = declare(world.writer)
    boats = [
        {"name": "艇", "class": "3.4.7.01", "quantity": "3", "unit": "艘"},
        {"name": "绳", "quantity": "10", "unit": "根"},
    ]
    more = [{"name": "冲锋艇", "class": "3.4.7.01", "quantity": "2", "unit": "艘"}]
    first = make_open(world.writer, title="需求甲", items=boats, budget="10万元")
    second = make_open(world.writer, title="需求乙", items=more, budget="")
    draft = make_draft(world.writer, title="需求丙", items=more, budget="5万元")
    gone = make_open(world.writer, title="需求丁", items=more, budget="99万元")
    for need in (first, second, draft, gone):
        attach(need, incident, world.writer)
    with db.transaction():
        amending.withdraw_need(stored(gone), "重复", by=world.writer, at=NOON)
    with db.reading():
        own, public = incidents.sheet(incident.id, world.viewer), incidents.sheet(incident.id, None)
        assert (own.budget_fen, own.without_budget, len(own.needs)) == (15_000_000, 1, 4)
        assert (public.budget_fen, public.without_budget, len(public.needs)) == (10_000_000, 1, 3)
        assert own.by_status == {"open": 2, "draft": 1, "withdrawn": 1}
        assert [(s.name, s.unit, s.quantity, s.needs) for s in own.items] == [("艇", "艘", 7, 3), ("绳", "根", 10, 1)]
        assert incidents.counts([incident.id]) == {incident.id: 4}
        assert [row.id for row in incidents.incidents_of(world.buyer.id, going_on=True)] == [incident.id]


def test_an_incident_without_readable_needs_is_seen_by_strangers_or_hidden_from_operators():
    world = make_world(0)
    incident, _new = declare(world.writer)
    attach(make_draft(world.writer), incident, world.writer)
    for stranger in (None, world.other):
        with pytest.raises(NotFound), db.reading():
            incidents.sheet(incident.id, stranger)
    with db.reading():
        assert incidents.sheet(incident.id, world.operator).needs == []
        with pytest.raises(NotFound):
            incidents.sheet(incident.id + 1, world.operator)


def test_a_need_cannot_leave_its_incident():
    world = make_world(0)
    incident, _new = declare(world.writer)
    need = make_draft(world.writer)
    attach(need, incident, world.writer)
    attach(need, None, world.writer)
    assert rows(Need)[0].incident_id is None
