"""How drafts come before their readers."""

from datetime import timedelta

import pytest

from marketplace.accounts.errors import ReasonMissing
from marketplace.accounts.models import OrganisationKind, OrganisationStatus, Role, User
from marketplace.kit import audit, db
from marketplace.kit.errors import Forbidden, NotFound
from marketplace.kit.moves import NoSuchMove
from marketplace.needs import amending, drafts, opening, queries
from marketplace.needs.errors import (
    AuthorMayNotApprove,
    DatesPassed,
    MayNotPostYet,
    NeedIncomplete,
    NobodyToApprove,
    NotEditable,
)
from marketplace.needs.models import Need, NeedStatus, NeedVersion
from marketplace.needs.signals import needs_changed
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_organisation
from tests.needs.worlds import colleague, make_draft, make_open, make_world, need_form, rows, stored, told

pytestmark = pytest.mark.usefixtures("context")


def with_policy(world):
    with db.transaction():
        opening.set_policy(True, by=world.chief, at=NOON)


def opened(need, by, at=NOON, **more):
    with db.transaction():
        return opening.open_need(stored(need), by=by, at=at, **more)


def actions_on(need):
    with db.reading():
        return [entry.action for entry in audit.trail(need)][::-1]


def test_opening_tells_nobody_upwards_or_keeps_no_version():
    world, heard = make_world(0), []

    def listen(_sender, ids):
        heard.extend(ids)

    row = make_draft(world.writer)
    with needs_changed.connected_to(listen):
        assert opened(row, world.writer) == NeedStatus.OPEN
    (version,) = rows(NeedVersion)
    assert heard == [row.id] and (version.number, version.valid_until, version.why) == (1, None, "")
    assert version.content["title"] == row.title and version.content["budget_fen"] == 360_000_000
    assert version.content["items"][0]["quantity"] == 2 and version.content["files"] == []
    assert actions_on(row) == ["need.create", "need.open"]


def test_opening_twice_opens_twice():
    world = make_world(0)
    row = make_open(world.writer)
    with pytest.raises(NoSuchMove):
        opened(row, world.writer)
    assert len(rows(NeedVersion)) == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"class_code": "", "text": "", "requirements": []}, "class_or_text"),
        ({"event_code": ""}, "category"),
        ({"province": ""}, "province"),
        ({"items": []}, "item_quantity"),
        ({"items": [{"name": "排水车"}]}, "item_quantity"),
        ({"kind": "reserve", "mode": "", "items": []}, "item_quantity"),
        ({"kind": "financing", "mode": "", "items": [], "budget": ""}, "budget_fen"),
        ({"visibility": "invited"}, "invitations"),
        ({"requirements": [{"name": "额定排水流量", "op": ">=", "value": "3000"}]}, "req_unit"),
    ],
)
def test_a_need_opens_that_lacks_something(more, field):
    world = make_world(0)
    row = make_draft(world.writer, **more)
    with pytest.raises(NeedIncomplete) as refusal:
        opened(row, world.writer)
    assert refusal.value.details["fields"] == [field] and refusal.value.details["missing"][0] in refusal.value.message()
    assert rows(Need)[0].status == NeedStatus.DRAFT and rows(NeedVersion) == []


def test_an_empty_text_keeps_a_need_with_a_class_from_opening():
    world = make_world(0)
    assert make_open(world.writer, text="").status == NeedStatus.OPEN


@pytest.mark.parametrize(
    ("more", "field"),
    [({"wanted_on": "2026-11-22", "within_days": ""}, "wanted_on"), ({"questions_until": "2026-11-23T12:00"}, "questions_until")],
)  # fmt: skip
def test_a_need_opens_whose_day_has_passed(more, field):
    world = make_world(0)
    row = make_draft(world.writer, **more)
    with pytest.raises(DatesPassed) as refusal:
        opened(row, world.writer)
    assert refusal.value.details["fields"] == [field]


def test_an_organisation_in_review_opens_a_need_or_may_not_even_draft_one():
    make_world(0)
    with db.transaction():
        new = make_actor(make_organisation(OrganisationKind.BUYER, status=OrganisationStatus.IN_REVIEW))
    row = make_draft(new)
    with pytest.raises(MayNotPostYet):
        opened(row, new)


def test_a_person_without_a_proven_address_opens_a_need():
    world = make_world(0)
    row = make_draft(world.writer)
    with db.transaction() as session:
        session.get(User, world.writer.user_id).email_verified_at = None
    with pytest.raises(MayNotPostYet) as refusal:
        opened(row, world.writer)
    assert refusal.value.details["why"] == "email"


def test_a_member_opens_alone_where_a_second_person_must_approve():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer)
    assert opened(row, world.writer) == NeedStatus.IN_APPROVAL
    assert rows(NeedVersion) == [] and [n.link for n in told(world.chief)] == [f"/needs/{row.id}"]
    assert told(world.writer) == []
    with db.transaction():
        opening.approve_need(stored(row), by=world.chief, at=NOON)
    (row,) = rows(Need)
    assert (row.status, row.approved_by, row.version) == (NeedStatus.OPEN, world.chief.user_id, 1)
    assert ["已通过审批" in n.subject for n in told(world.writer)] == [True]
    assert actions_on(row) == ["need.create", "need.submit", "need.open"]


def test_an_administrator_who_did_not_write_it_must_ask_somebody_else():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer)
    assert opened(row, world.chief) == NeedStatus.OPEN and rows(Need)[0].approved_by == world.chief.user_id


def test_the_author_approves():
    world = make_world(0)
    with_policy(world)
    second = colleague(world)
    row = make_draft(world.chief)
    assert opened(row, world.chief) == NeedStatus.IN_APPROVAL
    with pytest.raises(AuthorMayNotApprove), db.transaction():
        opening.approve_need(stored(row), by=world.chief, at=NOON)
    assert [n.link for n in told(second)] == [f"/needs/{row.id}"] and told(world.chief) == []


def test_who_wrote_it_last_approves_what_a_colleague_began():
    world = make_world(0)
    with_policy(world)
    colleague(world)
    row = make_draft(world.writer)
    with db.transaction():
        drafts.save_draft(stored(row), need_form(title="管理员改写"), by=world.chief, at=NOON)
    assert opened(row, world.writer) == NeedStatus.IN_APPROVAL
    with pytest.raises(AuthorMayNotApprove), db.transaction():
        opening.approve_need(stored(row), by=world.chief, at=NOON)


@pytest.mark.parametrize("who", ["writer", "viewer", "member", "other"])
def test_somebody_else_than_an_administrator_of_the_organisation_approves(who):
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer)
    opened(row, world.writer)
    by = colleague(world, Role.MEMBER) if who == "member" else getattr(world, who)
    with pytest.raises(NotFound if who == "other" else Forbidden), db.transaction():
        opening.approve_need(stored(row), by=by, at=NOON)
    assert rows(Need)[0].status == NeedStatus.IN_APPROVAL


def test_a_need_waits_for_ever_because_nobody_can_approve():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.chief)
    with pytest.raises(NobodyToApprove):
        opened(row, world.chief)


def test_a_draft_is_approved_without_being_handed_in():
    world = make_world(0)
    row = make_draft(world.writer)
    with pytest.raises(NoSuchMove), db.transaction():
        opening.approve_need(stored(row), by=world.chief, at=NOON)


def test_a_need_that_went_stale_in_approval_opens():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer, questions_until="2026-11-24T12:00")
    opened(row, world.writer)
    with pytest.raises(DatesPassed), db.transaction():
        opening.approve_need(stored(row), by=world.chief, at=NOON + timedelta(days=2))


def test_a_returned_need_does_not_say_why_or_cannot_be_handed_in_again():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer)
    opened(row, world.writer)
    with pytest.raises(ReasonMissing), db.transaction():
        opening.return_to_draft(stored(row), "  ", by=world.chief, at=NOON)
    with db.transaction():
        opening.return_to_draft(stored(row), "预算依据不足", by=world.chief, at=NOON)
    (row,) = rows(Need)
    assert (row.status, row.return_reason) == (NeedStatus.DRAFT, "预算依据不足")
    assert ["预算依据不足" in n.body for n in told(world.writer)] == [True]
    assert opened(row, world.writer) == NeedStatus.IN_APPROVAL and rows(Need)[0].return_reason == ""


def test_any_colleague_returns_what_waits_for_approval_or_the_author_may_not_take_it_back():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer)
    opened(row, world.writer)
    member = colleague(world, Role.MEMBER)
    with pytest.raises(Forbidden), db.transaction():
        opening.return_to_draft(stored(row), "不同意", by=member, at=NOON)
    with db.transaction():
        opening.return_to_draft(stored(row), "自己再改改", by=world.writer, at=NOON)
    assert rows(Need)[0].status == NeedStatus.DRAFT and told(world.writer) == []


def test_what_waits_for_approval_is_edited():
    world = make_world(0)
    with_policy(world)
    row = make_draft(world.writer)
    opened(row, world.writer)
    with pytest.raises(NotEditable), db.transaction():
        drafts.save_draft(stored(row), need_form(title="送审后改"), by=world.writer, at=NOON)


def test_a_member_switches_approval_off():
    world = make_world(0)
    with_policy(world)
    with pytest.raises(Forbidden), db.transaction():
        opening.set_policy(False, by=world.writer, at=NOON)
    with db.reading():
        assert queries.asks_approval(world.buyer.id)


def test_a_withdrawn_draft_is_announced_or_has_no_reason():
    world, heard = make_world(0), []

    def listen(_sender, ids):
        heard.extend(ids)

    row = make_draft(world.writer)
    with pytest.raises(ReasonMissing), db.transaction():
        amending.withdraw_need(stored(row), " ", by=world.writer, at=NOON)
    with needs_changed.connected_to(listen), db.transaction():
        amending.withdraw_need(stored(row), "不再需要", by=world.writer, at=NOON)
    assert heard == [] and rows(Need)[0].status == NeedStatus.WITHDRAWN
    with pytest.raises(NotFound), db.reading():
        queries.readable_need(row.id, world.other)
    with pytest.raises(NotFound), db.reading():
        queries.readable_need(row.id, world.operator)
