"""Who reads what: the one door, for every role, state, visibility and list."""

import pytest

from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus, Role
from marketplace.kit import db
from marketplace.kit.errors import Forbidden, NotFound
from marketplace.kit.permissions import Actor, SignInFirst, can, check
from marketplace.needs import amending, opening, permissions, queries, questions
from marketplace.needs.drafts import save_as_template
from marketplace.needs.errors import NotEditable, OwnNeed, TooManyInvited
from marketplace.needs.following import follow
from marketplace.needs.invitations import invite
from marketplace.needs.models import NeedFollower, NeedInvitation, NeedStatus
from marketplace.needs.rows import OpenFilter, OwnFilter
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_organisation
from tests.needs.worlds import colleague, make_draft, make_open, make_world, rows, stored, told

pytestmark = pytest.mark.usefixtures("context")
STATES = ["draft", "in_approval", "withdrawn_draft", "open", "closed", "withdrawn"]
ENTERED = ("open", "closed", "withdrawn")


def in_state(world, state, **more):
    """Commit a need of the world's buyer in a state; supplier 0 is invited."""
    row = make_draft(world.writer, title=f"需求{state}", **more)
    with db.transaction():
        row = stored(row)
        if more.get("visibility") == "invited":
            invite(row, [world.suppliers[0].id], by=world.writer, at=NOON)
        if state == "in_approval":
            opening.set_policy(True, by=world.chief, at=NOON)
        if state not in ("draft", "withdrawn_draft"):
            opening.open_need(row, by=world.writer, at=NOON)
        if state == "closed":
            amending.close_need(row, by=world.writer, at=NOON)
        if state.startswith("withdrawn"):
            amending.withdraw_need(row, "项目取消", by=world.writer, at=NOON)
    return row


def reads(need, actor):
    with db.reading():
        try:
            return queries.readable_need(need.id, actor).id == need.id
        except NotFound:
            return False


def readers(world):
    with db.transaction():
        person = Actor(make_actor(make_organisation()).user_id)  # signed in, of no organisation
        operator_viewer = make_actor(make_organisation(OrganisationKind.OPERATOR), Role.VIEWER)
    return {
        "chief": world.chief, "writer": world.writer, "viewer": world.viewer, "other": world.other, "operator": world.operator,
        "invited": world.sells[0], "uninvited": world.sells[1], "nobody": None, "person": person, "operator_viewer": operator_viewer,
    }  # fmt: skip


OWN = {"chief", "writer", "viewer"}


@pytest.mark.parametrize("state", STATES)
def test_somebody_reads_a_public_need_in_a_state_that_is_not_theirs_to_read(state):
    world = make_world()
    row = in_state(world, state)
    everybody = readers(world)
    expected = set(everybody) if state in ENTERED else OWN
    assert {name for name, actor in everybody.items() if reads(row, actor)} == expected


@pytest.mark.parametrize("state", STATES)
def test_somebody_uninvited_reads_a_need_by_invitation(state):
    world = make_world()
    row = in_state(world, state, visibility="invited")
    expected = OWN | {"invited", "operator"} if state in ENTERED else OWN
    assert {name for name, actor in readers(world).items() if reads(row, actor)} == expected


@pytest.mark.parametrize("who", ["uninvited", "other", "nobody", "person"])
def test_a_need_by_invitation_leaks_through_a_list_a_count_a_question_a_version_or_a_file(who):
    world = make_world()
    row = in_state(world, "open", visibility="invited")
    with db.transaction():
        questions.ask_question(stored(row), "是否接受联合体?", by=world.sells[0], at=NOON)
    actor = readers(world)[who]
    with db.reading():
        assert queries.open_page(OpenFilter(), 1, 20) == ([], 0) and queries.open_count() == 0
        assert queries.versions_of(row.id, actor) == [] and queries.questions_of(row.id, actor) == []
        assert queries.needs_by_id([row.id], actor) == {} and not queries.is_readable(row, actor)
        with pytest.raises(NotFound):
            queries.version(row.id, 1, actor)
        with pytest.raises(NotFound):
            queries.readable_file(row.id, "any", actor)
        if actor and actor.organisation_id:
            assert queries.invited_page(actor, 1, 20) == ([], 0) and queries.followed_page(actor, 1, 20) == ([], 0)
    if actor and actor.organisation_id:
        with pytest.raises(NotFound), db.transaction():
            follow(stored(row), by=actor, at=NOON)
    if who == "uninvited":
        with pytest.raises(NotFound), db.transaction():
            questions.ask_question(stored(row), "能让我看看吗?", by=actor, at=NOON)


def test_the_invited_cannot_find_what_they_were_invited_to():
    world = make_world()
    row = in_state(world, "open", visibility="invited")
    with db.reading():
        ((need, buyer, invitation),), total = queries.invited_page(world.sells[0], 1, 20)
        assert (need.id, buyer.id, total) == (row.id, world.buyer.id, 1) and invitation.supplier_id == world.suppliers[
            0
        ].id
        assert [v.number for v in queries.versions_of(row.id, world.sells[0])] == [1]
        assert queries.invitation(row.id, world.suppliers[1].id) is None


def test_an_invitation_shows_a_draft():
    world = make_world()
    row = make_draft(world.writer)
    with db.transaction():
        invite(stored(row), [world.suppliers[0].id], by=world.writer, at=NOON)
    assert told(world.sells[0]) == [] and not reads(row, world.sells[0])
    with db.reading():
        assert queries.invited_page(world.sells[0], 1, 20) == ([], 0)


def test_another_organisation_finds_a_need_among_its_own():
    world = make_world()
    row = in_state(world, "open")
    for actor in (world.other, world.operator, world.sells[0]):
        with pytest.raises(NotFound), db.reading():
            queries.own_need(row.id, actor)
    with db.reading():
        assert queries.own_need(row.id, world.viewer).id == row.id


def test_a_suspended_organisation_goes_on_asking_or_a_suspended_supplier_goes_on_reading():
    world = make_world()
    public, hidden = in_state(world, "open"), in_state(world, "closed", visibility="invited")
    suspended = Actor(**{**world.sells[0].__dict__, "approved": False})
    assert reads(public, suspended) and not reads(hidden, suspended)
    with db.transaction() as session:
        session.get(Organisation, world.buyer.id).status = OrganisationStatus.SUSPENDED
    assert [reads(public, actor) for actor in (None, world.sells[0], world.operator, world.writer)] == [
        False,
        False,
        True,
        True,
    ]
    with db.reading():
        assert queries.open_count() == 0


@pytest.mark.parametrize(
    ("may", "allowed"),
    [
        (permissions.EDIT_NEED, {"chief", "writer"}),
        (permissions.SEE_OWN_NEEDS, {"chief", "writer", "viewer"}),
        (permissions.APPROVE_NEED, {"chief"}),
        (permissions.ASK_ABOUT_NEED, {"invited", "uninvited"}),
        (permissions.FOLLOW_NEED, {"invited", "uninvited", "other"}),
        (permissions.OVERSEE_NEEDS, {"operator"}),
    ],
)
def test_a_role_may_do_with_a_need_what_is_not_its_to_do(may, allowed):
    world = make_world()
    row = in_state(world, "open")
    everybody = readers(world)
    found = {name for name, actor in everybody.items() if actor and can(may, row, actor)}
    assert found == allowed


def test_another_organisations_need_answers_otherwise_than_an_absent_one():
    world = make_world()
    row = in_state(world, "draft")
    with pytest.raises(NotFound):
        check(permissions.EDIT_NEED, row, world.other)
    with pytest.raises(Forbidden):
        check(permissions.EDIT_NEED, row, world.viewer)
    with pytest.raises(SignInFirst):
        check(permissions.EDIT_NEED, row, None)


def test_the_list_of_open_needs_finds_what_was_not_asked_for():
    world = make_world(0)
    truck = make_open(world.writer, title="大流量排水抢险车", text="城区排涝")
    boat = make_open(
        world.other,
        title="冲锋舟",
        text="水域救援,100%国产_认证",
        class_code="3.4.7.01",
        event_code="NAT-FLOOD",
        province="湖南省",
        requirements=[],
    )
    rescue = make_open(
        world.writer,
        title="排涝技术攻关",
        kind="technology",
        mode="",
        items=[],
        event_code="ACC-MINE",
        field_code="mining",
    )
    make_draft(world.writer, title="排水车草稿")

    def found(**wanted):
        with db.reading():
            page, total = queries.open_page(OpenFilter(**wanted), 1, 20)
            assert len(page) == total
            return {need.id for need, _buyer in page}

    assert found() == {truck.id, boat.id, rescue.id}
    assert found(text="排水 抢险") == {truck.id} and found(text="排涝") == {truck.id, rescue.id}
    assert found(text="%") == {boat.id} and found(text="_") == {boat.id} and found(text="没有的词") == set()
    assert found(class_code="3.4.7") == {boat.id} and found(class_code="3.4.6.01") == {truck.id, rescue.id}
    assert found(class_code="3.4.6.0") == set() and found(class_code="3") == {truck.id, boat.id, rescue.id}
    assert found(kind="technology") == {rescue.id} and found(mode="purchase") == {truck.id, boat.id}
    assert found(category="accident_disaster") == {rescue.id} and found(field_code="mining") == {rescue.id}
    assert found(province="湖南省") == {boat.id} and found(event_code="NAT-WLOG") == {truck.id}
    with db.reading():
        page, total = queries.open_page(OpenFilter(), 2, 2)
        assert (len(page), total) == (1, 3)


def test_the_own_list_mixes_templates_states_or_organisations():
    world = make_world(0)
    draft, row = make_draft(world.writer, title="草稿甲"), make_open(world.writer, title="公开乙")
    make_open(world.other, title="别人的")
    with db.transaction():
        template, _new = save_as_template(stored(row), by=world.writer, at=NOON)

    def found(**wanted):
        with db.reading():
            page, total = queries.own_page(world.buyer.id, OwnFilter(**wanted), 1, 20)
            assert len(page) == total
            return {need.id for need in page}

    assert found() == {draft.id, row.id} and found(template=True) == {template.id}
    assert (
        found(status=NeedStatus.OPEN) == {row.id}
        and found(text="草稿") == {draft.id}
        and found(text=row.number) == {row.id}
    )
    with db.reading():
        counted = queries.own_counts(world.buyer.id)
        assert (counted["draft"], counted["open"], counted["closed"], counted["templates"]) == (1, 1, 0, 1)
        everything = queries.counts()
        assert (everything["draft"], everything["open"]) == (1, 2)
        assert queries.all_page(None, "", 1, 20)[1] == 2 and queries.all_page(NeedStatus.CLOSED, "", 1, 20)[1] == 0


def test_a_supplier_is_told_twice_invited_twice_or_somebody_unfit_is_invited():
    world = make_world(2)
    row = make_open(world.writer)
    with db.transaction():
        banned = make_organisation(status=OrganisationStatus.SUSPENDED)
    ids = [
        world.suppliers[0].id,
        world.suppliers[0].id,
        banned.id,
        world.other.organisation_id,
        world.buyer.id,
        999_999,
    ]
    with db.transaction():
        new, passed = invite(stored(row), ids, "贵单位产品符合要求", by=world.writer, at=NOON)
    assert new == [world.suppliers[0].id] and passed == [
        banned.id,
        world.other.organisation_id,
        world.buyer.id,
        999_999,
    ]
    with db.transaction():
        new, passed = invite(stored(row), [s.id for s in world.suppliers], by=world.writer, at=NOON)
    assert (new, passed) == ([world.suppliers[1].id], [world.suppliers[0].id])
    assert [("邀请贵单位" in n.subject, "符合要求" in n.body) for n in told(world.sells[0])] == [(True, True)]
    assert len(told(world.sells[1])) == 1 and len(rows(NeedInvitation)) == 2 and len(rows(NeedFollower)) == 2


def test_the_invited_are_told_before_opening_or_not_at_all():
    world = make_world(1)
    row = in_state(world, "draft", visibility="invited")
    assert told(world.sells[0]) == []
    with db.transaction():
        opening.open_need(stored(row), by=world.writer, at=NOON)
    assert len(told(world.sells[0])) == 1


def test_an_ended_need_or_a_crowd_is_invited():
    world = make_world(1)
    row = in_state(world, "closed")
    with pytest.raises(NotEditable), db.transaction():
        invite(stored(row), [world.suppliers[0].id], by=world.writer, at=NOON)
    with db.transaction():
        crowd = [make_organisation().id for _n in range(201)]
    another = make_open(world.writer)
    with pytest.raises(TooManyInvited), db.transaction():
        invite(stored(another), crowd, by=world.writer, at=NOON)


def test_somebody_follows_their_own_need_or_follows_twice():
    world = make_world(1)
    row = make_open(world.writer)
    with pytest.raises(OwnNeed), db.transaction():
        follow(stored(row), by=world.writer, at=NOON)
    with db.transaction():
        assert follow(stored(row), by=world.sells[0], at=NOON)
        assert not follow(stored(row), by=world.sells[0], at=NOON)
    with db.reading():
        ((need, _buyer),), total = queries.followed_page(world.sells[0], 1, 20)
        assert (need.id, total) == (row.id, 1)


def test_a_colleague_cannot_see_who_may_approve():
    world = make_world(0)
    second = colleague(world)
    row = make_draft(world.chief)
    with db.reading():
        assert [person.id for person in queries.approvers_of(stored(row))] == [second.user_id]
