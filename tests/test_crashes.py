"""A process killed at any point of a deed: it was done whole or not at all, nobody was told of what did not happen, and doing it
again ends where one deed would have ended."""

import os
import signal

import pytest
from sqlmodel import select

from marketplace.app import create_app
from marketplace.awarding import awarding
from marketplace.awarding.awarding import Share
from marketplace.awarding.models import LIVING, Award
from marketplace.bidding import closing, opening, queries, quotes
from marketplace.bidding.models import ClosingManifest, OpenedQuote, SealedQuote, SealedStatus
from marketplace.kit import db, mail
from marketplace.kit.audit import AuditEntry
from marketplace.procurement.models import Procurement, Round
from tests.awarding.worlds import ready_to_award
from tests.bidding.opening_worlds import OPENS, content, make_tender, quote
from tests.conftest import NOON

POINTS = ("before the flush", "before the commit", "after the commit")


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def crash(app, point, deed):
    """Do the deed in a process of its own and kill it at the point."""
    settings = app.extensions["settings"]
    child = os.fork()
    if child == 0:  # nothing of the parent's connections is touched: a fresh platform on the same data
        try:
            _arm(point)
            with create_app(settings).app_context(), db.transaction():
                deed()
        finally:
            os._exit(3)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"not killed {point}: {status}"


def _arm(point):
    commit = db.Unit.commit

    def dying(unit):
        if point == "before the flush":
            _die()
        unit.session.flush()
        if point == "before the commit":
            _die()
        unit.session.commit()
        _die()

    assert commit is not dying
    db.Unit.commit = dying


def held(table, *wanted):
    """The rows there are now."""
    with db.transaction() as session:
        return list(session.exec(select(table).where(*wanted)))


def told():
    """How many deeds and mails are on record."""
    return len(held(AuditEntry)), len(held(mail.OutboxMail))


def submitting(tender, place=0, price=1000):
    """A ready envelope and the deed that hands it in; the same again is the same quote."""
    org, actor, _private = tender.suppliers[place]
    with db.transaction():
        asked = queries.asked(tender.row(Procurement))
        ready = quotes.seal_content(content(tender, org, actor, price), f"key-{price}", asked, by=actor)
    return lambda: quotes.submit(ready, by=actor, arrived=NOON, at=NOON)


@pytest.mark.parametrize("point", POINTS)
def test_a_submission_is_lost_doubled_or_half_done(app, context, point):
    tender = make_tender()
    deed, before = submitting(tender), told()
    crash(app, point, deed)
    stored = held(SealedQuote)
    assert len(stored) == (point == "after the commit")
    if not stored:
        assert told() == before, "told of what did not happen"
    with db.transaction():
        again = deed()
    rows = held(SealedQuote)
    assert [row.id for row in rows] == [again.id] and (not stored or stored[0].receipt == again.receipt)


@pytest.mark.parametrize("point", POINTS)
def test_a_replacement_leaves_none_or_two_standing(app, context, point):
    tender = make_tender()
    quote(tender, 0, price=500)
    crash(app, point, submitting(tender, price=600))
    rows = {row.sequence: row.status for row in held(SealedQuote)}
    whole = {1: SealedStatus.REPLACED, 2: SealedStatus.SUBMITTED}
    assert rows == (whole if point == "after the commit" else {1: SealedStatus.SUBMITTED})


@pytest.mark.parametrize("point", POINTS)
def test_a_withdrawal_is_half_done(app, context, point):
    tender = make_tender()
    quote(tender, 0)
    actor = tender.suppliers[0][1]
    crash(app, point, lambda: quotes.withdraw(tender.procurement_id, by=actor, arrived=NOON, at=NOON))
    [row] = held(SealedQuote)
    done = point == "after the commit"
    assert (row.status == SealedStatus.WITHDRAWN, row.withdrawn_at is not None) == (done, done)


@pytest.mark.parametrize("point", POINTS)
def test_a_round_is_closed_twice_or_differently(app, context, point):
    tender = make_tender()
    quote(tender, 0), quote(tender, 1)
    crash(app, point, lambda: closing.close_round(tender.row(Round), at=OPENS))
    first = held(ClosingManifest)
    with db.transaction():
        again = closing.close_round(tender.row(Round), at=OPENS)
    assert len(held(ClosingManifest)) == 1 and (not first or first[0].root == again.root) and again.size == 2


@pytest.mark.parametrize("place", (0, 1))
@pytest.mark.parametrize("point", POINTS)
def test_an_opening_broken_off_ends_otherwise_than_one_that_was_not(app, context, place, point):
    tender = make_tender()
    quote(tender, 0, price=1000), quote(tender, 1, price=2000)

    def act(officer):
        row, private = tender.officer(officer)
        return opening.give_shares(tender.row(Round), row, private, by=tender.acting(officer), at=OPENS)

    if place == 1:
        with db.transaction():
            act(0)
    crash(app, point, lambda: act(place))
    for officer in (0, 1):
        with db.transaction():
            left = act(officer)
    assert left == 0
    rows = held(OpenedQuote)
    assert sorted(row.totals["1"] for row in rows) == [12_000, 24_000]
    [current] = held(Round)
    assert current.opened_at == OPENS and len(current.record["quotes"]) == 2
    keys = [row.key for row in held(mail.OutboxMail)]
    assert len(keys) == len(set(keys)), "told twice"


@pytest.mark.parametrize("point", POINTS)
def test_an_award_is_made_twice_or_announced_without_being_made(app, context, point):
    world = ready_to_award()
    best = min(world.quotes, key=lambda row: row.totals["1"])
    before = told()

    def announce():
        return awarding.announce(world.seat(), world.lot(), [Share(best.id)], by=world.by, at=NOON)

    crash(app, point, announce)
    made = held(Award)
    assert len(made) == (point == "after the commit")
    if not made:
        assert told() == before, "told of what did not happen"
        with db.transaction():
            announce()
    living = held(Award, Award.status.in_(LIVING))
    assert [row.opened_quote_id for row in living] == [best.id]
