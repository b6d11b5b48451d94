"""Changes, disputes and ratings."""

from datetime import date, timedelta

import pytest

from marketplace.contracts import changing, disputes, jobs, queries, rating, rules
from marketplace.contracts.errors import (
    BadOutcome,
    ChangeOpen,
    DisputeOpen,
    DisputeOver,
    LimitUnread,
    NothingChanged,
    RatingClosed,
    TooMuch,
)
from marketplace.contracts.models import ChangeReason, ContractStatus, PartyRole
from marketplace.contracts.models_performance import DeliveryStatus, DisputeOutcome, DisputeSubject
from marketplace.contracts.schemas import ChangeForm, DecisionForm, DisputeForm, OutcomeForm, RatingForm, StatementForm
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from tests.conftest import NOON
from tests.contracts.worlds import DAY, all_of, delivered, finished, in_force, judged, key, make_award, make_world

TODAY = clock.local(NOON).date()


def change_form(**more):
    return ChangeForm(**{"form_key": key(), "reason": ChangeReason.QUANTITY, "why": "需求增加", **more})


def propose(world, row, by=None, **more):
    with db.transaction():
        return changing.propose(queries.contract(row.id, lock=True), change_form(**more), by=by or world.buys, at=NOON)[
            0
        ]


def agree(world, row, by=None):
    with db.transaction():
        changing.agree(queries.contract(row.id, lock=True), queries.open_change(row.id), by=by or world.sells, at=NOON)
    return held(row)


def held(row):
    with db.reading():
        return queries.contract(row.id)


def quarrel(world, row, delivery=None, **more):
    form = DisputeForm(
        form_key=key(), subject=DisputeSubject.QUALITY, text="泵体有裂纹,无法使用。", delivery=delivery, **more
    )
    with db.transaction():
        return disputes.open_dispute(queries.contract(row.id, lock=True), form, by=world.buys, at=NOON)[0]


def close(world, row, dispute, outcome, at=NOON, **more):
    with db.transaction():
        form = OutcomeForm(outcome=outcome, text="经调解……", **more)
        disputes.close(
            queries.contract(row.id, lock=True), queries.dispute(dispute.id, lock=True), form, by=world.operates, at=at
        )


def marks(role, value=4):
    return {name: value for name in rules.criteria(role)}


def test_a_change_counts_before_the_other_side_agrees_or_is_not_signed_by_both(context):
    world = make_world()
    row = in_force(world)
    pump, _hose = all_of(row)
    with db.reading():
        step = queries.milestones_of(row.id)[0]
    propose(world, row, quantities={pump: 9}, days={step.id: date(2026, 12, 10)}, payment_terms="分两次付款")
    assert held(row).amount_fen == row.amount_fen
    row = agree(world, row)
    assert (row.version, row.payment_terms, row.amount_fen) == (2, "分两次付款", 1_008_333_33 - 100_000_00)
    with db.reading():
        assert [s.role for s in queries.signatures_of(row.id) if s.version == 2] == [
            PartyRole.BUYER,
            PartyRole.SUPPLIER,
        ]
        assert queries.milestones_of(row.id)[0].due_on == date(2026, 12, 10)
        assert queries.version(row.id, 2).content["items"][0]["quantity_milli"] == 9_000


def test_a_tenth_more_passes_unread_or_piecemeal(context):
    world = make_world()
    row = in_force(world)
    pump, hose = all_of(row)
    with pytest.raises(LimitUnread):
        propose(world, row, quantities={pump: 12})
    propose(world, row, quantities={pump: 11})
    agree(world, row)
    with pytest.raises(LimitUnread):
        propose(world, row, quantities={hose: 4})
    change = propose(world, row, quantities={hose: 4}, limit_read=True)
    assert change.over_limit


def test_two_proposals_wait_at_once_or_an_empty_one_is_made(context):
    world = make_world()
    row = in_force(world)
    with pytest.raises(NothingChanged):
        propose(world, row, payment_terms=row.payment_terms)
    propose(world, row, other_terms="增加培训")
    with pytest.raises(ChangeOpen):
        propose(world, row, world.sells, other_terms="另一个")


def test_less_is_ordered_than_was_delivered(context):
    world = make_world()
    row = in_force(world)
    pump = next(iter(all_of(row)))
    propose(world, row, quantities={pump: 5})
    delivered(world, row, {pump: 6}, received=False)
    with pytest.raises(TooMuch):
        agree(world, row)
    assert held(row).version == 1


def test_an_agreed_end_leaves_the_clock_running(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    propose(world, row, ends=True)
    row = agree(world, row)
    assert (row.status, row.end_reason) == (ContractStatus.TERMINATED, "需求增加")
    with clock.set_clock(NOON + 60 * DAY), db.transaction():
        jobs.record_silence(NOON)
    with db.reading():
        assert queries.delivery(row.id, 1).status == DeliveryStatus.RECEIVED


def test_the_clock_runs_while_the_sides_quarrel_or_never_again(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    dispute = quarrel(world, row, 1)
    with clock.set_clock(NOON + 60 * DAY), db.transaction():
        jobs.record_silence(NOON)
    with db.reading():
        assert queries.delivery(row.id, 1).accept_by is None
    with db.transaction():
        disputes.withdraw(
            queries.contract(row.id, lock=True), queries.dispute(dispute.id), by=world.buys, at=NOON + 60 * DAY
        )
    with db.reading():
        assert queries.delivery(row.id, 1).accept_by > NOON + 65 * DAY


def test_a_quarrel_stops_a_clock_that_has_run_out(context):
    world = make_world()
    row = in_force(world)
    delivery = delivered(world, row, all_of(row))
    form = DisputeForm(form_key=key(), subject=DisputeSubject.QUALITY, text="泵体有裂纹,无法使用。", delivery=1)
    with db.transaction():
        disputes.open_dispute(queries.contract(row.id, lock=True), form, by=world.buys, at=delivery.accept_by)
    with db.reading():
        assert queries.delivery(row.id, 1).accept_by == delivery.accept_by


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (DisputeOutcome.ACCEPTED, DeliveryStatus.ACCEPTED),
        (DisputeOutcome.REWORK, DeliveryStatus.REWORK),
        (DisputeOutcome.REJECTED, DeliveryStatus.REJECTED),
        (DisputeOutcome.SETTLED, DeliveryStatus.RECEIVED),
    ],
)
def test_the_outcome_of_a_quarrel_changes_nothing(context, outcome, status):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    dispute = quarrel(world, row, 1)
    close(world, row, dispute, outcome, redo_by=TODAY + 3 * DAY)
    with db.reading():
        delivery = queries.delivery(row.id, 1)
    assert delivery.status == status and (delivery.accept_by is not None) == (status == DeliveryStatus.RECEIVED)
    with db.transaction(), pytest.raises(DisputeOver):
        statement = StatementForm(form_key=key(), text="还有话说")
        disputes.state(queries.contract(row.id), queries.dispute(dispute.id), statement, by=world.buys, at=NOON)


def test_a_quarrel_about_nothing_delivered_settles_a_delivery_or_cannot_end_the_contract(context):
    world = make_world()
    row = in_force(world)
    dispute = quarrel(world, row)
    with pytest.raises(BadOutcome):
        close(world, row, dispute, DisputeOutcome.REJECTED)
    with pytest.raises(DisputeOpen):
        quarrel(world, row)
    close(world, row, dispute, DisputeOutcome.TERMINATED)
    assert held(row).status == ContractStatus.TERMINATED


def rate(world, row, by, role, at=NOON, value=4, **more):
    with db.transaction():
        form = RatingForm(scores=marks(role, value), **more)
        return rating.rate(queries.contract(row.id, lock=True), form, by=by, at=at)


def test_a_contract_is_rated_before_its_end_twice_or_weeks_later(context):
    world = make_world()
    row = in_force(world)
    with pytest.raises(RatingClosed):
        rate(world, row, world.buys, PartyRole.BUYER)
    row = finished(world, row=row)
    rate(world, row, world.buys, PartyRole.BUYER)
    with pytest.raises(RatingClosed):
        rate(world, row, world.buys, PartyRole.BUYER)
    with pytest.raises(RatingClosed):
        rate(world, row, world.sells, PartyRole.SUPPLIER, NOON + 14 * DAY)


def test_a_rating_shows_before_the_other_side_can_no_longer_answer_in_kind(context):
    world = make_world()
    row = finished(world)
    first = rate(world, row, world.buys, PartyRole.BUYER, text="很好")
    for moment, shown in ((NOON + 14 * DAY - timedelta(seconds=1), False), (NOON + 14 * DAY, True)):
        assert rules.ratings_shown(row, [first], moment) == shown
    with db.transaction(), pytest.raises(NotFound):
        rating.reply(queries.contract(row.id), first, "谢谢", by=world.sells, at=NOON)
    second = rate(world, row, world.sells, PartyRole.SUPPLIER)
    assert rules.ratings_shown(row, [first, second], NOON)


def test_a_hidden_rating_still_counts_or_a_small_sample_is_shown(context):
    world = make_world()
    for number in range(3):
        if number:
            with db.transaction():
                make_award(world)
        with db.reading():
            assert not queries.scorecard(world.supplier.id, NOON + DAY).shown
        row = finished(world, received_after=20 * number)
        rate(world, row, world.buys, PartyRole.BUYER, row.ended_at, value=5 - number)
    later = NOON + 90 * DAY
    with db.reading():
        card = queries.scorecard(world.supplier.id, later)
        about = rating.rating_about(queries.contract(row.id), world.supplier.id)
    assert (card.contracts, card.steps, card.on_time, card.first_time, card.disputed) == (3, 6, 50, 100, 0)
    assert (card.ratings, card.averages["quality"], card.overall) == (3, 4.0, 4.0)
    with db.transaction():
        row = queries.contract(row.id)
        report = rating.report(row, rating.rating_about(row, world.supplier.id), "与事实不符", by=world.sells, at=later)
    with db.transaction():
        rating.decide(
            rating.report_of(report.id), DecisionForm(hide=True, reason="含人身攻击"), by=world.operates, at=later
        )
    with db.transaction(), pytest.raises(RatingClosed):
        rating.decide(
            rating.report_of(report.id), DecisionForm(hide=False, reason="改主意"), by=world.operates, at=later
        )
    with db.reading():
        card = queries.scorecard(world.supplier.id, later)
    assert (card.ratings, card.averages["quality"], about.id) == (2, 4.5, report.rating_id)


def test_rework_counts_as_accepted_at_once(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    from marketplace.contracts.models_performance import Verdict
    from marketplace.contracts.rows import Scorecard

    judged(world, row, 1, Verdict.REWORK, reason="漏油", redo_by=TODAY)
    with db.reading():
        folder = queries.folder(held(row))
    assert Scorecard.of([folder] * 4, 1, NOON).first_time == 0
    assert Scorecard.of([folder] * 4, 1, NOON).disputed == 25
