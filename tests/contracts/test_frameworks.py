"""Frameworks and reserves: what is called off, what is left, and what comes back."""

import pytest

from marketplace.contracts import calling, changing, jobs, queries, signing
from marketplace.contracts.errors import FrameworkOver, NothingDelivered, TooMuch
from marketplace.contracts.models import ChangeReason, ContractStatus
from marketplace.contracts.schemas import CallOffForm, ChangeForm
from marketplace.kit import clock, db
from tests.conftest import NOON
from tests.contracts.worlds import DAY, call_off, delivered, framework, judged, key, make_world


def left(row):
    with db.reading():
        held = queries.contract(row.id)
        return held.called_fen, [i.taken_milli for i in queries.items_of(row.id)]


def sandbags(row):
    with db.reading():
        return queries.items_of(row.id)[0].id


def confirmed(world, order, at=NOON):
    with db.transaction():
        row = queries.contract(order.id, lock=True)
        signing.accept(row, queries.version(row.id, 1).hash, by=world.sells, at=at, with_password=False)
    return row


def test_more_is_called_off_than_is_left(context):
    world = make_world()
    row = framework(world)
    item = sandbags(row)
    call_off(world, row, {item: 600})
    with pytest.raises(TooMuch):
        call_off(world, row, {item: 401})
    call_off(world, row, {item: 400})
    assert left(row) == (5_000_00, [1_000_000, 0])
    with pytest.raises(NothingDelivered):
        call_off(world, row, {})


def test_the_ceiling_does_not_hold(context):
    world = make_world()
    row = framework(world, ceiling=3_000_00)
    item = sandbags(row)
    call_off(world, row, {item: 600})
    with pytest.raises(TooMuch):
        call_off(world, row, {item: 1})
    assert left(row) == (3_000_00, [600_000, 0])


def test_something_is_called_off_after_the_last_day_or_before_the_first(context):
    world = make_world()
    today = clock.local(NOON).date()
    row = framework(world, valid_from=today + DAY, valid_until=today + 2 * DAY)
    item = sandbags(row)
    for day, refused in ((0, True), (1, False), (2, False), (3, True)):
        if refused:
            with pytest.raises(FrameworkOver):
                call_off(world, row, {item: 1}, NOON + day * DAY)
        else:
            call_off(world, row, {item: 1}, NOON + day * DAY)


def test_the_same_form_calls_off_twice(context):
    world = make_world()
    row = framework(world)
    form = {"form_key": key()}
    first = call_off(world, row, {sandbags(row): 10}, **form)
    assert call_off(world, row, {sandbags(row): 10}, **form).id == first.id
    assert left(row)[1][0] == 10_000


def test_a_refused_order_uses_up_the_framework(context):
    world = make_world()
    row = framework(world)
    order = call_off(world, row, {sandbags(row): 100})
    assert order.answer_by is not None and (order.answer_by - NOON).total_seconds() == 6 * 3600
    with db.transaction():
        signing.end_unsigned(queries.contract(order.id, lock=True), "库存不足", by=world.sells, at=NOON)
    assert left(row) == (0, [0, 0])


def test_an_order_is_delivered_under_other_prices_or_does_not_end(context):
    world = make_world()
    row = framework(world)
    order = confirmed(world, call_off(world, row, {sandbags(row): 100}))
    with db.reading():
        item, step = queries.items_of(order.id)[0], queries.milestones_of(order.id)[0]
    assert (item.unit_price_fen, order.amount_fen, order.payment_terms) == (500, 500_00, "按单结算")
    delivered(world, order, {item.id: 100}, milestone_id=step.id, completes=True)
    judged(world, order, 1)
    with db.reading():
        assert queries.contract(order.id).status == ContractStatus.COMPLETED
        assert queries.contract(row.id).status == ContractStatus.RUNNING
    assert left(row) == (500_00, [100_000, 0])


def test_an_order_made_smaller_keeps_what_it_does_not_need(context):
    world = make_world()
    row = framework(world)
    order = confirmed(world, call_off(world, row, {sandbags(row): 100}))
    with db.reading():
        item = queries.items_of(order.id)[0].id
    for quantity, fits in ((120, False), (40, True)):
        form = ChangeForm(form_key=key(), reason=ChangeReason.QUANTITY, why="用不了", quantities={item: quantity})
        with db.transaction():
            held = queries.contract(order.id, lock=True)
            if not fits:
                with pytest.raises(TooMuch):
                    changing.propose(held, form, by=world.buys, at=NOON)
                continue
            change, _new = changing.propose(held, form, by=world.buys, at=NOON)
            changing.agree(held, change, by=world.sells, at=NOON)
    assert left(row) == (200_00, [40_000, 0])


def test_a_framework_is_closed_over_a_running_order_or_never(context):
    world = make_world()
    row = framework(world)
    order = confirmed(world, call_off(world, row, {sandbags(row): 1}))
    over = NOON + 400 * DAY
    for ended in (False, True):
        with clock.set_clock(over), db.transaction():
            jobs.expire(over)
        with db.reading():
            assert (queries.contract(row.id).status == ContractStatus.COMPLETED) == ended
        if not ended:
            with db.transaction():
                changing.end_by_agreement(queries.contract(order.id, lock=True), "到期", ChangeReason.OTHER, over)


def test_a_draft_framework_can_be_called_off(context):
    from marketplace.contracts import drafting
    from tests.contracts.worlds import framework_form

    world = make_world()
    with db.transaction():
        row, _new = drafting.begin_framework(framework_form(world), world.supplier, by=world.buys, at=NOON)
    form = CallOffForm(form_key=key(), title="调用", place="城东", within_days=1, quantities={sandbags(row): 1})
    with db.transaction(), pytest.raises(FrameworkOver):
        calling.call_off(queries.contract(row.id), form, by=world.buys, at=NOON)
