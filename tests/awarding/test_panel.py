"""The panel: who sits on it, who reads, who scores, and what stays hidden."""

import pytest
from sqlmodel import select

from marketplace.awarding import concluding, panel, queries, sheets
from marketplace.awarding.errors import (
    AlreadyOnPanel,
    BidderOnPanel,
    ConsensusMissing,
    DeclareFirst,
    NoMajority,
    NoSuchPerson,
    NotADeclaration,
    NothingRanked,
    NotYetEvaluating,
    OutOfPanel,
    PanelAtWork,
    PanelTooSmall,
    SheetIncomplete,
    SheetsMissing,
    SheetSubmitted,
)
from marketplace.awarding.models import Conflict, PanelMember, ScoreSheet
from marketplace.bidding.models import QuoteReading
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procurement.models import Round
from tests.awarding.worlds import CRITERIA, concluded, decide_all, final_round, make_world, score_all, seat_judges
from tests.conftest import NOON
from tests.factories.accounts import make_member, make_user

POINTS = [(3000, 2000), (2500, 2500), (2000, 2000)]


def scored_world(judges=3):
    world = make_world(code="consultation", judges=judges, criteria=CRITERIA)
    final_round(world, (0, 880_00), (1, 960_00), (2, 790_00))
    decide_all(world)
    return world


def appoint(world, email, **more):
    with db.transaction():
        return panel.appoint(world.procurement, email, **{"expert": True, "by": world.by, "at": NOON, **more})


def member(world, n=0):
    return queries.member_of(world.procurement.id, world.judges[n].user_id)


def test_a_bidder_a_stranger_or_the_same_person_twice_is_appointed(context):
    world = make_world()
    with db.transaction():
        expert = make_user()
    appoint(world, expert.email.upper())
    with pytest.raises(AlreadyOnPanel):
        appoint(world, expert.email)
    with pytest.raises(NoSuchPerson):
        appoint(world, "nobody@test.example")
    with pytest.raises(BidderOnPanel):
        appoint(world, world.users[1].email)


def test_a_member_reads_a_quote_before_declaring_or_with_a_conflict(context):
    world = make_world()
    with db.transaction():
        seat_judges(world, 1, Conflict.UNDECLARED)
    by, current = world.judges[0], queries.opened_round(world.procurement.id)
    with pytest.raises(DeclareFirst), db.transaction():
        queries.readable(world.seat(by), current, by=by, what="x")
    with db.transaction():
        panel.declare(member(world), Conflict.DECLARED, "曾任该公司监事", by=by, at=NOON)
    with pytest.raises(OutOfPanel), db.transaction():
        queries.readable(world.seat(by), current, by=by, what="x")
    with db.transaction() as session:
        assert session.exec(select(QuoteReading)).all() == []


def test_one_of_the_buyers_people_reads_on_with_a_conflict(context):
    world = make_world()
    with db.transaction():
        session = db.session()
        session.add(PanelMember(procurement_id=world.procurement.id, user_id=world.buyer_user.id, conflict=Conflict.DECLARED,
                                conflict_text="亲属", appointed_by=world.buyer_user.id, appointed_at=NOON))  # fmt: skip
    assert not world.seat().reads


def test_a_declaration_is_given_before_the_names_are_known_or_taken_back(context):
    world = make_world()
    with db.transaction() as session:
        seat_judges(world, 1, Conflict.UNDECLARED)
        current = session.exec(select(Round)).one()
        opened, current.opened_at = current.opened_at, None
    with pytest.raises(NotYetEvaluating), db.transaction():
        panel.declare(member(world), Conflict.NONE, "", by=world.judges[0], at=NOON)
    with db.transaction() as session:
        session.exec(select(Round)).one().opened_at = opened
    with pytest.raises(NotADeclaration), db.transaction():
        panel.declare(member(world), Conflict.DECLARED, " ", by=world.judges[0], at=NOON)
    with db.transaction():
        panel.declare(member(world), Conflict.NONE, "", by=world.judges[0], at=NOON)
    with pytest.raises(NotADeclaration), db.transaction():
        panel.declare(member(world), Conflict.DECLARED, "后来想起", by=world.judges[0], at=NOON)


def test_a_bidders_new_employee_declares_no_interests(context):
    world = make_world()
    with db.transaction():
        [row] = seat_judges(world, 1, Conflict.UNDECLARED)
        user = make_member(world.suppliers[0])
        row.user_id = user.id
    with pytest.raises(BidderOnPanel), db.transaction() as session:
        panel.declare(session.get(PanelMember, row.id), Conflict.NONE, "", by=Actor(user.id), at=NOON)


@pytest.mark.parametrize("judges", [0, 1, 2, 4])
def test_a_panel_too_small_or_even_concludes(context, judges):
    world = make_world(judges=judges)
    decide_all(world)
    with pytest.raises(PanelTooSmall) as refused, db.transaction():
        concluding.propose(world.seat(), world.lot())
    assert "政府采购法第40条" in refused.value.message()


def test_a_panel_goes_on_while_somebody_has_not_declared(context):
    world = make_world(judges=2)
    with db.transaction():
        seat_judges(world, 1, Conflict.UNDECLARED)
    decide_all(world)
    with pytest.raises(PanelTooSmall), db.transaction():
        concluding.propose(world.seat(), world.lot())


def test_somebody_without_a_seat_learns_that_there_is_an_evaluation(context):
    world = make_world()
    with pytest.raises(NotFound):
        world.seat(world.sells[0])


def test_others_scores_show_before_all_have_submitted(context):
    world = scored_world()
    for judge in world.judges[:2]:
        with db.transaction():
            _current, quotes = sheets.to_score(world.seat(judge), world.lot())
            said = {q.id: {"c1": {"points": 100}, "c2": {"points": 100}} for q in quotes}
            sheets.save(world.seat(judge), world.lot(), said, submit=True, by=judge, at=NOON)
    for by in (world.by, *world.judges):
        with pytest.raises(SheetsMissing), db.transaction():
            concluding.propose(world.seat(by), world.lot())


def test_a_sheet_is_submitted_with_a_gap_too_many_points_or_twice(context):
    world = scored_world()
    judge = world.judges[0]

    def save(points, submit=True):
        with db.transaction():
            _current, quotes = sheets.to_score(world.seat(judge), world.lot())
            said = {q.id: {"c1": {"points": points}, "c2": {"points": 0}} for q in quotes}
            return sheets.save(world.seat(judge), world.lot(), said, submit=submit, by=judge, at=NOON)

    for bad in (None, 4001, -1):
        with pytest.raises(SheetIncomplete):
            save(bad)
    save(None, submit=False)
    save(4000)
    with pytest.raises(SheetSubmitted):
        save(3999, submit=False)


def test_somebody_scores_who_does_not_judge(context):
    world = scored_world()
    with pytest.raises(OutOfPanel), db.transaction():
        sheets.save(world.seat(), world.lot(), {}, submit=False, by=world.by, at=NOON)


def test_the_mean_of_three_judges_does_not_decide(context):
    world = scored_world()
    score_all(world, [POINTS, [(3500, 2000), (1000, 2500), (2000, 2000)], POINTS])
    with db.transaction():
        proposal = concluding.propose(world.seat(), world.lot())
    assert proposal.wide
    best = proposal.rows[0]
    assert (best["supplier_id"], best["scored_points"], best["price_points"]) == (
        world.suppliers[0].id,
        3167 + 2000,
        2693,
    )
    assert best["points"] == 7860 and "78.60" in best["why"]


def test_a_conclusion_needs_no_majority(context):
    world = scored_world()
    score_all(world, [POINTS] * 3)
    with db.transaction():
        proposal = concluding.propose(world.seat(), world.lot())
    for n, agrees in enumerate((True, False)):
        with db.transaction():
            judge = world.judges[n]
            concluding.give_opinion(
                world.seat(judge), world.lot(), proposal.digest, agrees, "偏高" * (not agrees), by=judge, at=NOON
            )
    with pytest.raises(NoMajority), db.transaction():
        concluding.conclude(world.seat(), world.lot(), proposal.digest, "同意", by=world.by, at=NOON)
    with db.transaction():
        judge = world.judges[2]
        concluding.give_opinion(world.seat(judge), world.lot(), proposal.digest, True, "", by=judge, at=NOON)
    with pytest.raises(ConsensusMissing), db.transaction():
        concluding.conclude(world.seat(), world.lot(), proposal.digest, "", by=world.by, at=NOON)
    with db.transaction():
        row = concluding.conclude(
            world.seat(), world.lot(), proposal.digest, "一名成员保留意见,已讨论", by=world.by, at=NOON
        )
    assert row.agreed_by == [world.judges[0].user_id, world.judges[2].user_id]


def test_a_member_dissents_in_silence_or_agrees_to_an_order_that_has_changed(context):
    world = scored_world()
    score_all(world, [POINTS] * 3)
    judge = world.judges[0]
    with db.transaction():
        digest = concluding.propose(world.seat(judge), world.lot()).digest
    with pytest.raises(ConsensusMissing), db.transaction():
        concluding.give_opinion(world.seat(judge), world.lot(), digest, False, "", by=judge, at=NOON)
    with pytest.raises(NothingRanked), db.transaction():
        concluding.give_opinion(world.seat(judge), world.lot(), "0" * 64, True, "", by=judge, at=NOON)


def test_a_member_who_has_submitted_is_replaced(context):
    world = scored_world(judges=4)
    with db.transaction():
        panel.remove(world.procurement, member(world, 3), "临时有事", by=world.by, at=NOON)
    with pytest.raises(OutOfPanel), db.transaction():
        queries.check_reads(world.seat(world.judges[3]))
    world.judges.pop()
    score_all(world, [POINTS] * 3)
    with pytest.raises(PanelAtWork), db.transaction():
        panel.remove(world.procurement, member(world, 0), "改变主意", by=world.by, at=NOON)


def test_a_new_conclusion_overwrites_the_old_one(context):
    world = scored_world()
    score_all(world, [POINTS] * 3)
    first = concluded(world)
    second = concluded(world, at=NOON.replace(hour=5))
    assert [row.id for row in queries.rankings_of(world.lots[0].id)] == [second.id, first.id]
    with db.transaction() as session:
        assert len(session.exec(select(ScoreSheet)).all()) == 3
