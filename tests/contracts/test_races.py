"""Two at the same moment, on both databases: exactly one happens."""

import threading

import pytest
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from benchmarks import silence
from marketplace.contracts import calling, deliveries, drafting, jobs, queries, rating, signing
from marketplace.contracts.models import Contract, Signature
from marketplace.contracts.models_performance import Inspection
from marketplace.contracts.schemas import CallOffForm, RatingForm
from marketplace.kit import clock, db
from marketplace.kit.errors import Refusal
from tests.conftest import NOON
from tests.contracts.test_disagreeing import marks
from tests.contracts.worlds import (
    all_of,
    announce_form,
    delivered,
    drafted,
    finished,
    framework,
    in_force,
    key,
    make_world,
)

THREADS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


@pytest.fixture
def race(app):
    """`race(deed)` runs the deed in several transactions at once; what each gave, or the code of the refusal it met."""

    def start(deed):
        ready, given = threading.Barrier(THREADS), []

        def one():
            ready.wait()
            with app.app_context():
                try:
                    with db.transaction():
                        given.append(deed())
                except Refusal as refusal:
                    given.append(refusal.code)
                except StaleDataError:
                    given.append("stale")  # as kit.site answers
                except Exception as fault:
                    given.append(fault)

        threads = [threading.Thread(target=one) for _n in range(THREADS)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert [g for g in given if isinstance(g, Exception)] == []
        return given

    return start


def all_rows(kind):
    with db.reading() as session:
        return list(session.exec(select(kind)))


def test_the_buyer_and_the_clock_both_judge_a_delivery(context, app):
    _took, found = silence.race(app, make_world(items=silence.many(25)), 25)
    assert found["wrong"] == 0 and found["buyer"] + found["clock"] == 25


def test_the_clock_judges_twice(context, race):
    world = make_world()
    row = in_force(world)
    delivery = delivered(world, row, all_of(row))
    with clock.set_clock(delivery.accept_by):
        race(lambda: jobs.record_silence(NOON))
    assert len(all_rows(Inspection)) == 1
    with db.reading():
        assert [i.accepted_milli for i in queries.items_of(row.id)] == [10_000, 2_500]


def test_an_award_makes_two_contracts_at_once(context, race):
    world = make_world()
    assert (
        len(
            set(race(lambda: drafting.conclude(world.procurement, world.award, by=world.buys, at=NOON).id))
            - {"already-concluded"}
        )
        == 1
    )
    assert len(all_rows(Contract)) == 1


def test_a_contract_is_signed_twice_by_one_side(context, race):
    world = make_world()
    row = drafted(world)
    with db.transaction():
        digest = signing.offer(queries.contract(row.id), by=world.buys, at=NOON).hash
    given = race(lambda: signing.accept(queries.contract(row.id, lock=True), digest, by=world.sells, at=NOON).id)
    assert given.count("no-such-move") == THREADS - 1 and len(all_rows(Signature)) == 2


def test_all_together_send_more_than_was_ordered(context, race):
    world = make_world()
    row = in_force(world)
    pump = next(iter(all_of(row)))

    def send():
        form = announce_form(NOON, {pump: 4})
        return deliveries.announce(queries.contract(row.id, lock=True), form, by=world.sells, at=NOON)[0].number

    given = race(send)
    assert sorted(g for g in given if isinstance(g, int)) == [1, 2] and given.count("too-much") == THREADS - 2


def test_all_together_call_off_more_than_there_is(context, race):
    world = make_world()
    row = framework(world)
    with db.reading():
        item = queries.items_of(row.id)[0].id

    def call():
        form = CallOffForm(form_key=key(), title="调用", place="城东", within_days=1, quantities={item: 400})
        return calling.call_off(queries.contract(row.id), form, by=world.buys, at=NOON)[
            0
        ].id  # no lock: the counters alone judge

    given = race(call)
    with db.reading():
        assert queries.items_of(row.id)[0].taken_milli == 400_000 * sum(isinstance(g, int) for g in given) <= 1_000_000


def test_one_side_rates_twice_at_once(context, race):
    world = make_world()
    row = finished(world)
    form = RatingForm(scores=marks("buyer"))
    given = race(lambda: rating.rate(queries.contract(row.id), form, by=world.buys, at=NOON).id)
    assert given.count("rating-closed") == THREADS - 1
