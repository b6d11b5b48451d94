"""Beginning, checking and publishing."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts import keys
from marketplace.accounts.errors import WrongPassword
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.needs.incidents import declare_incident, end_incident
from marketplace.needs.schemas import IncidentForm
from marketplace.procedures import queries as procedures
from marketplace.procurement import beginning, contents, inviting, officers, publishing, queries
from marketplace.procurement.errors import MayNotDealYet, NotReadyToPublish, OfficerRefused, OtherWay
from marketplace.procurement.models import (
    InvitedFrom,
    OpeningOfficer,
    Procurement,
    ProcurementStatus,
    Round,
    Visibility,
)
from marketplace.procurement.rules import Phase, phase_of
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_actor, make_organisation
from tests.procurement.worlds import (
    LATER,
    deadline,
    edit,
    make_draft,
    make_published,
    make_world,
    rows,
    source,
    stored,
    stored_now,
    told,
)

pytestmark = pytest.mark.usefixtures("context")


def missing(row, at=NOON):
    with db.reading():
        held = stored(row)
        return {point.section for point in publishing.review(held, contents.of(held), at).missing}


def publish(row, by, at=NOON):
    with db.transaction():
        return publishing.publish(stored(row), by=by, at=at)


def test_a_double_click_begins_two_procurements():
    world = make_world()
    first = make_draft(world, form_key="one-form")
    with db.transaction():
        again, new = beginning.begin(source(), procedures.newest("negotiation"), "one-form", by=world.second, at=LATER)
    assert (again.id, new) == (first.id, False) and len(rows(Procurement)) == 1
    assert first.number == "CG20261123-0001"


@pytest.mark.parametrize("code", ["market_inquiry", "framework_calloff"])
def test_a_procedure_without_sealed_quotes_begins_a_procurement(code):
    world = make_world()
    with db.transaction(), pytest.raises(OtherWay):
        beginning.begin(source(), procedures.newest(code), "key", by=world.chief, at=NOON)


def test_a_complete_draft_cannot_be_published_or_leaves_its_suppliers_untold():
    world = make_world()
    row = make_draft(world)
    assert missing(row) == set()
    version = publish(row, world.chief)
    row = stored_now(row)
    assert (row.status, row.version, row.reconfirm_from) == (ProcurementStatus.PUBLISHED, 1, 1)
    assert version.content["title"] == row.title and len(version.content["officers"]) == 2
    assert [any("邀请" in subject for subject in told(actor)) for actor in world.sells] == [True, True, True, False]
    with db.reading():
        assert [entry.action for entry in audit.trail(row)][0] == "procurement.publish"
        assert phase_of(row, queries.current_round(row.id), NOON) == Phase.COLLECTING


def test_the_first_deadline_falls_short_of_the_rule_or_is_not_the_usual_one():
    world = make_world()
    row = make_draft(world)
    usual = deadline(row)
    assert usual.isoformat() == "2026-11-30T09:00:00+00:00"  # five working days later, 17:00 in Shanghai
    (current,) = rows(Round)
    assert current.opens_at - current.quotes_until == timedelta(minutes=1)
    edit(row, world.chief, quotes_until=NOON + timedelta(days=2), opens_at=NOON + timedelta(days=3))
    assert missing(row) == {"times"}
    with pytest.raises(NotReadyToPublish, match="not-ready") as refused:
        publish(row, world.chief)
    assert "财政部令第74号第45条" in refused.value.message()


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("head", {"province": ""}),
        ("lots", {"lots": []}),
        ("lots", {"lots": [contents.LotContent(title="空包")]}),
        ("terms", {"arrangements": []}),
        ("terms", {"arrangements": ["pilot_loan"]}),
        ("terms", {"payment_terms": ""}),
        ("terms", {"acceptance_terms": ""}),
        ("times", {"opens_at": datetime(2026, 11, 30, 9, 0, 30, tzinfo=UTC)}),
        ("times", {"questions_until": NOON + timedelta(days=300)}),
        ("officers", {"officers": []}),
    ],
)
def test_a_draft_is_published_without_something(section, change):
    world = make_world()
    row = make_draft(world)
    edit(row, world.chief, **change)
    assert missing(row) == {section}
    with pytest.raises(NotReadyToPublish):
        publish(row, world.chief)


def test_a_draft_is_published_with_fewer_suppliers_than_the_procedure_asks():
    world = make_world()
    row = make_draft(world, invited=2)
    assert missing(row) == {"invitations"}
    edit(row, world.chief, visibility=Visibility.PUBLIC)
    assert missing(row) == set()


def test_a_draft_is_published_before_the_officers_confirmed_or_does_not_say_who_has_not():
    world = make_world()
    row = make_draft(world, confirmed=1)
    with pytest.raises(NotReadyToPublish) as refused:
        publish(row, world.chief)
    assert "李科" in refused.value.message() and "陈局" not in refused.value.message()


def test_an_officer_who_changed_the_key_still_counts():
    world = make_world()
    row = make_draft(world)
    with db.transaction():
        keys.replace_key(world.people[world.second.user_id], "another-long-word-43", NOON)
    assert missing(row) == {"officers"}
    with db.transaction():
        officers.confirm(stored(row), "another-long-word-43", by=world.second, at=LATER)
    assert missing(row) == set()


def test_a_wrong_password_or_somebody_else_confirms_an_officer():
    world = make_world()
    row = make_draft(world, confirmed=0)
    with db.transaction(), pytest.raises(WrongPassword):
        officers.confirm(stored(row), "not the password", by=world.chief, at=NOON)
    with db.transaction(), pytest.raises(NotFound):
        officers.confirm(stored(row), PASSWORD, by=world.sells[0], at=NOON)
    assert [one.confirmed_at for one in rows(OpeningOfficer)] == [None, None]


def test_a_suppliers_person_serves_as_officer():
    world = make_world()
    row = make_draft(world)
    with db.transaction(), pytest.raises(OfficerRefused):
        officers.appoint(stored(row), world.people[world.sells[3].user_id], by=world.chief, at=NOON)


def test_criteria_are_published_with_another_total_or_a_price_weight_out_of_bounds():
    world = make_world()
    row = make_draft(world, "consultation")
    with db.reading():
        proposed = stored(row).criteria
    assert missing(row) == set() and sum(one["points"] for one in proposed) == 100
    edit(row, world.chief, criteria=[*proposed[:-1], {**proposed[-1], "points": proposed[-1]["points"] + 1}])
    assert missing(row) == {"criteria"}
    cheap = [{**proposed[0], "points": 20}, {**proposed[1], "points": proposed[1]["points"] + 10}, *proposed[2:]]
    edit(row, world.chief, criteria=cheap)
    with db.reading():
        held = stored(row)
        texts = [point.text for point in publishing.review(held, contents.of(held), NOON).missing]
    assert len(texts) == 1 and "财库〔2014〕214号第24条" in texts[0]


def test_an_emergency_call_goes_out_without_a_declared_incident_or_takes_the_ordinary_time():
    world = make_world()
    row = make_draft(world, "emergency_call", incident_reason="汛情紧急,来不及。")
    assert missing(row) == {"head"}
    with db.transaction():
        form = IncidentForm(name="城区内涝", province="河南省")
        incident, _new = declare_incident(form, by=world.chief, at=NOON)
    soon = NOON + timedelta(hours=2)
    edit(
        row,
        world.chief,
        incident_id=incident.id,
        quotes_until=soon,
        opens_at=soon + timedelta(minutes=1),
        questions_until=None,
    )
    assert missing(row) == set()
    edit(row, world.chief, incident_id=None)
    assert missing(row) == {"head", "times"}
    edit(row, world.chief, incident_id=incident.id)
    with db.transaction():
        end_incident(db.session().merge(incident), by=world.chief, at=NOON)
    assert missing(row) == {"head"}


def test_an_unapproved_buyer_publishes():
    world = make_world()
    row = make_draft(world)
    doubtful = Actor(**{**world.chief.__dict__, "approved": False})
    with pytest.raises(MayNotDealYet):
        publish(row, doubtful)


def test_another_organisation_reaches_a_draft():
    world = make_world()
    row = make_draft(world)
    for stranger in (world.other, world.operator, world.sells[0]):
        with db.reading(), pytest.raises(NotFound):
            queries.own(row.id, stranger)
        with db.reading(), pytest.raises(NotFound):
            queries.readable_procurement(row.id, stranger)


def test_an_invitation_goes_to_who_sells_nothing_or_twice():
    world = make_world()
    row = make_draft(world, invited=0)
    with db.transaction():
        bank = make_organisation()
        buyer = make_actor(make_organisation(world.buyer.kind))
        new, passed = inviting.invite(
            stored(row), [bank.id, bank.id, buyer.organisation_id, world.buyer.id], by=world.chief, at=NOON
        )
    assert new == [bank.id] and passed == [buyer.organisation_id, world.buyer.id]
    with db.reading():
        assert [invited.came_from for invited, _org in queries.invitations_of(row.id)] == [InvitedFrom.CHOSEN]


def test_a_published_procurement_is_read_by_who_is_not_invited():
    world = make_world()
    row = make_published(world)
    with db.reading():
        assert queries.readable_procurement(row.id, world.sells[0]).id == row.id
        assert queries.taking_part(row.id, world.sells[0], NOON).id == row.id
        for stranger in (None, world.sells[3], world.other):
            with pytest.raises(NotFound):
                queries.readable_procurement(row.id, stranger)
        with pytest.raises(NotFound):
            queries.taking_part(row.id, world.sells[3], NOON)
