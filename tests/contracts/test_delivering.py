"""Deliveries, their inspection, and the buyer's silence."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from marketplace.accounts.models import Notice
from marketplace.contracts import deliveries, inspecting, jobs, queries, rules
from marketplace.contracts.errors import (
    AlreadyJudged,
    BadDay,
    ClockHasRun,
    NothingDelivered,
    NotInForce,
    ProofMissing,
    TooMuch,
)
from marketplace.contracts.models import ContractStatus
from marketplace.contracts.models_performance import Delivery, DeliveryStatus, Inspection, Verdict
from marketplace.contracts.schemas import AgainForm, InspectionForm
from marketplace.kit import clock, db
from marketplace.kit.moves import NoSuchMove
from tests.conftest import NOON
from tests.contracts.worlds import (
    DAY,
    all_of,
    announce_form,
    delivered,
    drafted,
    finished,
    in_force,
    judged,
    make_world,
)

TODAY = clock.local(NOON).date()


def first_item(row):
    return next(iter(all_of(row)))


def items(row):
    with db.reading():
        return [(i.taken_milli, i.accepted_milli) for i in queries.items_of(row.id)]


def held(row):
    with db.reading():
        return queries.contract(row.id)


def test_more_is_delivered_than_was_ordered(context):
    world = make_world()
    row = in_force(world)
    item = first_item(row)
    delivered(world, row, {item: 8}, received=False)
    with pytest.raises(TooMuch):
        delivered(world, row, {item: 2.001}, received=False)
    delivered(world, row, {item: 2}, received=False)
    assert items(row)[0] == (10_000, 0)


def test_the_database_lets_more_through_than_was_ordered(context):
    row = in_force(make_world())
    with pytest.raises(IntegrityError), db.transaction() as session:
        queries.items_of(row.id)[0].taken_milli = 10_001
        session.flush()


def test_something_is_delivered_under_a_contract_nobody_signed_or_nothing_at_all(context):
    world = make_world()
    row = drafted(world)
    with pytest.raises(NotInForce):
        delivered(world, row, all_of(row))
    row = in_force(world, row=row)
    with pytest.raises(NothingDelivered):
        delivered(world, row, {})


def test_goods_are_sent_tomorrow_or_received_before_they_were_sent(context):
    world = make_world()
    row = in_force(world)
    with pytest.raises(BadDay):
        delivered(world, row, all_of(row), sent_on=TODAY + DAY, arrives_on=TODAY + DAY)
    with db.transaction():
        held_row = queries.contract(row.id)
        delivery, _new = deliveries.announce(held_row, announce_form(NOON, all_of(row)), by=world.sells, at=NOON)
        for day in (TODAY - DAY, TODAY + DAY):
            with pytest.raises(BadDay):
                deliveries.receive(held_row, delivery, day, by=world.buys, at=NOON)


def test_a_double_click_sends_the_goods_twice(context):
    world = make_world()
    row = in_force(world)
    form = announce_form(NOON, {first_item(row): 3})
    for _n in range(2):
        with db.transaction():
            deliveries.announce(queries.contract(row.id, lock=True), form, by=world.sells, at=NOON)
    with db.reading() as session:
        assert len(session.exec(select(Delivery)).all()) == 1
    assert items(row)[0] == (3_000, 0)


def test_a_contract_is_not_complete_when_everything_has_passed_or_is_before(context):
    world = make_world()
    row = in_force(world)
    item, hose = all_of(row)
    with db.reading():
        first, second = queries.milestones_of(row.id)
    delivered(world, row, {item: 4}, milestone_id=first.id, completes=True)
    assert held(row).status == ContractStatus.RUNNING
    judged(world, row, 1)
    delivered(world, row, {item: 6, hose: 2.5}, milestone_id=second.id, completes=True)
    assert held(row).status == ContractStatus.RUNNING
    judged(world, row, 2)
    row = held(row)
    assert (row.status, row.ended_at) == (ContractStatus.COMPLETED, NOON)
    with db.reading():
        assert [m.met_on for m in queries.milestones_of(row.id)] == [TODAY, TODAY]


def test_a_lease_is_over_with_its_delivery(context):
    from marketplace.bidding.content import Part

    terms = {"kind": "operating_lease", "months": 12}
    world = make_world(parts=[Part(kind="operating_lease", terms=terms)], period_months=12)
    row = finished(world)
    assert row.status == ContractStatus.RUNNING
    with db.transaction(), pytest.raises(inspecting.NotComplete):
        inspecting.complete(queries.contract(row.id), by=world.buys, at=NOON + 300 * DAY)
    with db.transaction():
        inspecting.complete(queries.contract(row.id), by=world.buys, at=NOON + 366 * DAY)
    assert held(row).status == ContractStatus.COMPLETED


def test_what_did_not_pass_is_lost_instead_of_sent_again(context):
    world = make_world()
    row = in_force(world)
    item = first_item(row)
    delivered(world, row, {item: 10}, milestone_id=None)
    judged(world, row, 1, passed={item: 7}, findings={item: "三台漏油"})
    assert items(row)[0] == (7_000, 7_000)
    with pytest.raises(TooMuch):
        delivered(world, row, {item: 4})
    delivered(world, row, {item: 3})
    with pytest.raises(TooMuch):
        judged(world, row, 2, passed={item: 5})


def test_rework_loses_the_goods_or_the_first_finding(context):
    world = make_world()
    row = in_force(world)
    item = first_item(row)
    delivered(world, row, {item: 10})
    with pytest.raises(BadDay):
        judged(world, row, 1, Verdict.REWORK, reason="漏油")
    judged(world, row, 1, Verdict.REWORK, reason="漏油", redo_by=TODAY + 5 * DAY)
    assert items(row)[0] == (10_000, 0)
    form = AgainForm(sent_on=TODAY, arrives_on=TODAY, note="已更换密封圈")
    with db.transaction():
        held_row = queries.contract(row.id, lock=True)
        deliveries.send_again(held_row, queries.delivery(row.id, 1), form, by=world.sells, at=NOON)
        deliveries.receive(held_row, queries.delivery(row.id, 1), TODAY, by=world.buys, at=NOON)
    judged(world, row, 1)
    with db.reading():
        shipment = queries.folder(held(row)).shipments[0]
    assert [(i.round, i.verdict) for i in shipment.inspections] == [(1, "rework"), (2, "accepted")]
    assert items(row)[0] == (10_000, 10_000)


def test_the_buyer_waits_for_ever_for_rework_or_gives_up_too_early(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    judged(world, row, 1, Verdict.REWORK, reason="漏油", redo_by=TODAY + DAY)
    with db.transaction(), pytest.raises(BadDay):
        inspecting.give_up_rework(
            queries.contract(row.id), queries.delivery(row.id, 1), "逾期", by=world.buys, at=NOON + DAY
        )
    with db.transaction():
        inspecting.give_up_rework(
            queries.contract(row.id), queries.delivery(row.id, 1), "逾期", by=world.buys, at=NOON + 2 * DAY
        )
    assert items(row) == [(0, 0), (0, 0)]


def test_a_refused_delivery_uses_up_the_order(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    judged(world, row, 1, Verdict.REJECTED, reason="型号不符")
    assert items(row) == [(0, 0), (0, 0)]
    with pytest.raises(AlreadyJudged):
        judged(world, row, 1)


def test_a_cancelled_delivery_uses_up_the_order_or_a_received_one_is_cancelled(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, {first_item(row): 4}, received=False)
    delivered(world, row, {first_item(row): 4})
    with db.transaction():
        deliveries.cancel(queries.contract(row.id), queries.delivery(row.id, 1), by=world.sells, at=NOON)
    with db.transaction(), pytest.raises(NoSuchMove):
        deliveries.cancel(queries.contract(row.id), queries.delivery(row.id, 2), by=world.sells, at=NOON)
    assert items(row)[0] == (4_000, 0)


def test_the_suppliers_word_alone_starts_the_clock(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row), received=False)
    with db.transaction(), pytest.raises(ProofMissing):
        deliveries.hand_over(queries.contract(row.id), queries.delivery(row.id, 1), TODAY, [], by=world.sells, at=NOON)


def test_silence_is_not_acceptance_or_is_too_early(context):
    world = make_world()
    row = in_force(world)
    delivery = delivered(world, row, all_of(row))
    assert clock.local(delivery.accept_by).isoformat() == "2026-12-02T17:00:00+08:00"  # seven working days
    before = delivery.accept_by - timedelta(seconds=1)
    with db.transaction():
        assert inspecting.settle(queries.contract(row.id, lock=True), at=before) == []
    with db.reading():
        shipment = queries.folder(held(row)).shipments[0]
        assert shipment.standing(before) == DeliveryStatus.RECEIVED
        assert shipment.standing(delivery.accept_by) == DeliveryStatus.ACCEPTED
    with pytest.raises(ClockHasRun):
        judged(world, row, 1, Verdict.REJECTED, delivery.accept_by, reason="不要了")
    for _n in range(2):
        with clock.set_clock(delivery.accept_by), db.transaction():
            jobs.record_silence(NOON)
    with db.reading() as session:
        inspections = session.exec(select(Inspection)).all()
    assert [(i.automatic, i.user_id, i.verdict) for i in inspections] == [(True, None, "accepted")]
    assert items(row) == [(10_000, 10_000), (2_500, 2_500)]


def test_the_last_moment_before_the_clock_runs_out_is_too_late(context):
    world = make_world()
    row = in_force(world)
    delivery = delivered(world, row, all_of(row))
    judged(world, row, 1, Verdict.REJECTED, delivery.accept_by - timedelta(microseconds=1), reason="不合格")
    with clock.set_clock(delivery.accept_by + DAY), db.transaction():
        jobs.record_silence(NOON)
    assert items(row) == [(0, 0), (0, 0)]


def test_nobody_or_only_one_side_is_told_two_days_before(context):
    world = make_world()
    row = in_force(world)
    delivery = delivered(world, row, all_of(row))
    for moment in (
        delivery.accept_by - rules.WARNED_BEFORE - DAY,
        delivery.accept_by - DAY,
        delivery.accept_by - DAY / 2,
    ):
        with clock.set_clock(moment), db.transaction():
            jobs.remind(moment)
    with db.reading() as session:
        notices = session.exec(select(Notice).where(Notice.key.contains("-warn"))).all()
    assert sorted(n.user_id for n in notices) == [world.buyer_user.id, world.supplier_user.id]
    assert {n.created_at for n in notices} == {delivery.accept_by - DAY}


def test_a_supplier_is_not_reminded_of_a_step_or_twice(context):
    world = make_world()
    in_force(world)
    for day in (6, 7, 8):
        with clock.set_clock(NOON + day * DAY), db.transaction():
            jobs.remind(NOON)
    with db.reading() as session:
        notices = session.exec(select(Notice).where(Notice.key.contains("-step-"))).all()
    assert [(n.user_id, n.created_at) for n in notices] == [(world.supplier_user.id, NOON + 7 * DAY)]


def test_an_inspection_without_signing_for_the_goods_first_is_refused(context):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row), received=False)
    judged(world, row, 1)
    with db.reading():
        assert queries.delivery(row.id, 1).received_on == TODAY


@pytest.mark.parametrize("verdict", [Verdict.REWORK, Verdict.REJECTED])
def test_the_database_keeps_a_refusal_without_a_reason(context, verdict):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    with pytest.raises(AlreadyJudged), db.transaction():
        form = InspectionForm(verdict=verdict, redo_by=TODAY)
        inspecting.judge(queries.contract(row.id), queries.delivery(row.id, 1), form, by=world.buys, at=NOON)
