"""Many at once on both databases: one award per lot, one answer per award."""

import threading

import pytest
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from marketplace.awarding import awarding
from marketplace.awarding.awarding import Share
from marketplace.awarding.models import Award
from marketplace.kit import db
from marketplace.kit.errors import Refusal, Stale
from marketplace.procurement.models import Procurement
from tests.awarding.worlds import ready_to_award
from tests.conftest import NOON

THREADS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


@pytest.fixture
def race(app):
    """`race(run)` calls `run(number)` in several threads at once; returns what each gave or the refusal it met."""

    def start(run, threads=THREADS):
        ready, results = threading.Barrier(threads), [None] * threads

        def one(number):
            ready.wait()
            try:
                with app.app_context():
                    results[number] = run(number)
            except StaleDataError:
                results[number] = Stale()
            except Exception as fault:
                results[number] = fault

        running = [threading.Thread(target=one, args=(n,)) for n in range(threads)]
        [thread.start() for thread in running]
        [thread.join() for thread in running]
        assert [r for r in results if isinstance(r, Exception) and not isinstance(r, Refusal)] == []
        return results

    return start


def living():
    with db.transaction() as session:
        return [a for a in session.exec(select(Award)) if a.status in ("announced", "accepted")]


def test_two_who_announce_at_once_award_twice(context, race):
    world = ready_to_award()

    def announce(number):
        with db.transaction():
            quote = world.quotes[2 if number % 2 else 0]
            return awarding.announce(world.seat(), world.lot(), [Share(quote.id, "理由")], by=world.by, at=NOON)[0].id

    results = race(announce)
    assert len(living()) == 1 and sum(isinstance(r, int) for r in results) == 1
    assert {r.code for r in results if isinstance(r, Refusal)} <= {"already-awarded", "stale", "not-yet-evaluating"}


def test_two_lots_awarded_at_once_leave_the_procurement_in_evaluation(context, race):
    world = ready_to_award(lots=2)

    def announce(number):
        with db.transaction():
            return awarding.announce(
                world.seat(), world.lot(number), [Share(world.quotes[2].id)], by=world.by, at=NOON
            )[0].id

    race(announce, threads=2)
    with db.transaction() as session:
        assert len(living()) == 2 and session.get(Procurement, world.procurement.id).status == "awarded"


def test_an_award_is_accepted_and_revoked_at_once(context, race):
    world = ready_to_award()
    with db.transaction():
        [award] = awarding.announce(world.seat(), world.lot(), [Share(world.quotes[2].id)], by=world.by, at=NOON)

    def act(number):
        with db.transaction():
            if number % 2:
                awarding.decline(award, "产线检修", by=world.sells[2], at=NOON)
            else:
                awarding.accept(award, by=world.sells[2], at=NOON)
            return number % 2

    results = race(act)
    assert len([r for r in results if isinstance(r, int)]) == 1
    with db.transaction() as session:
        status = session.get(Award, award.id).status
        lot = world.lot().status
    assert (status, lot) in {("accepted", "awarded"), ("declined", "open")}
