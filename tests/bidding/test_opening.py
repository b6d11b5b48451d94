"""The close and the opening: nothing before its time, nothing lost, nothing added."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from marketplace.bidding import closing, opening, queries, quotes, record
from marketplace.bidding.errors import (
    AlreadyClosed,
    KeyHasChanged,
    NotYetToOpen,
    OpeningStillRuns,
    QuotesStillSealed,
    StillCollecting,
    TooLate,
)
from marketplace.bidding.models import ClosingManifest, OpenedQuote, OpenedStatus, SealedQuote
from marketplace.kit import db, signing
from marketplace.kit.audit import AuditEntry
from marketplace.procurement.models import Procurement, ProcurementStatus, Round
from tests.bidding.opening_worlds import DEADLINE, OPENS, content, make_tender, quote
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)


def act(tender, place, at=OPENS):
    """One officer gives the shares; returns how many quotes are left without a status."""
    with db.transaction():
        officer, private = tender.officer(place)
        return opening.give_shares(tender.row(Round), officer, private, by=tender.acting(place), at=at)


def opened(tender):
    with db.transaction():  # the test's own reading session would still see what it saw first
        return queries.readable_quotes(tender.round_id, by=None, what="test")


def current(tender, table):
    with db.transaction():
        return tender.row(table)


def test_a_round_closes_before_the_drain_has_passed(context):
    tender = make_tender()
    with pytest.raises(StillCollecting), db.transaction():
        closing.close_round(tender.row(Round), at=DEADLINE + timedelta(seconds=59))


def test_the_manifest_lists_what_stands_in_order_of_arrival_and_is_written_once(context):
    tender = make_tender()
    second = quote(tender, 0, at=NOON + 2 * MINUTE)
    first = quote(tender, 1, at=NOON + MINUTE)
    quote(tender, 2, at=NOON, price=1)
    last = quote(tender, 2, at=NOON + 3 * MINUTE, price=2)
    with db.transaction():
        made = closing.close_round(tender.row(Round), at=OPENS)
    with db.transaction():
        again = closing.close_round(tender.row(Round), at=OPENS + MINUTE)
    lines = made.text.splitlines()[closing.HEAD_LINES :]
    assert [line.split()[3] for line in lines] == [first.envelope_hash, second.envelope_hash, last.envelope_hash]
    assert made.root == sha256(made.text.encode()).hexdigest() and again.id == made.id
    assert signing.is_ours(made.text.encode(), made.signature)


def test_a_quote_that_arrived_in_time_is_taken_within_the_drain_and_none_after_the_close(context):
    tender = make_tender()
    org, actor, _private = tender.suppliers[0]
    ready = quotes.seal_content(content(tender, org, actor, 5), "a", queries.asked(tender.row(Procurement)), by=actor)
    with db.transaction():
        quotes.submit(
            ready, by=actor, arrived=DEADLINE - timedelta(microseconds=1), at=DEADLINE + timedelta(seconds=30)
        )
    other, by, _private = tender.suppliers[1]
    late = quotes.seal_content(content(tender, other, by, 5), "b", queries.asked(tender.row(Procurement)), by=by)
    with pytest.raises(TooLate), db.transaction():
        quotes.submit(late, by=by, arrived=DEADLINE, at=DEADLINE)
    with db.transaction():
        closing.close_round(tender.row(Round), at=OPENS)
    with pytest.raises(AlreadyClosed), db.transaction():
        quotes.submit(late, by=by, arrived=DEADLINE - MINUTE, at=OPENS)


def test_the_database_takes_a_row_after_the_close(context):
    tender = make_tender()
    row = quote(tender, 0)
    with db.transaction():
        closing.close_round(tender.row(Round), at=OPENS)
    more = row.model_dump() | {"id": "0" * 32, "bidder_tag": "f" * 64, "submission_key": "later"}
    with pytest.raises(IntegrityError, match="closed"), db.transaction() as session:
        session.add(SealedQuote(**more))


def test_the_root_tells_that_nobody_quoted(context):
    tender = make_tender(suppliers=0)
    with db.transaction():
        made = closing.close_round(tender.row(Round), at=OPENS)
        guesses = {closing.manifest_text("CG20261123-0001", tender.row(Round), [], salt) for salt in ("a", "b")}
    assert made.size == 0 and len(guesses) == 2 and made.text not in guesses


def test_nobody_opens_before_the_opening_time(context):
    tender = make_tender(opens_at=OPENS + timedelta(hours=1))
    quote(tender, 0)
    for at in (NOON, DEADLINE, OPENS, OPENS + timedelta(minutes=59)):
        with pytest.raises(NotYetToOpen):
            act(tender, 0, at)
    assert db.session().exec(select(ClosingManifest)).first() is None


def test_one_officer_alone_shows_nothing_and_two_open_everything(context):
    tender = make_tender()
    for place in range(3):
        quote(tender, place, price=1000 * (place + 1), at=NOON + place * MINUTE)
    assert act(tender, 0) == 3
    with pytest.raises(QuotesStillSealed):
        opened(tender)
    with db.transaction() as session:
        assert session.exec(select(OpenedQuote)).first() is None
    assert act(tender, 1) == 0
    rows = opened(tender)
    assert [row.totals["1"] for row in rows] == [12_000, 24_000, 36_000]
    assert {row.supplier_id for row in rows} == {org.id for org, _actor, _key in tender.suppliers}
    assert current(tender, Procurement).status == ProcurementStatus.EVALUATING
    assert act(tender, 2) == 0, "a third officer changes nothing"
    assert len(opened(tender)) == 3


def test_an_officer_acting_twice_counts_once(context):
    tender = make_tender()
    quote(tender, 0)
    assert act(tender, 0) == 1 and act(tender, 0) == 1
    assert current(tender, Round).opened_at is None


def test_an_officer_with_another_key_is_refused(context):
    tender = make_tender()
    quote(tender, 0)
    officer, _private = tender.officer(0)
    _other, wrong = tender.officer(1)
    with pytest.raises(KeyHasChanged), db.transaction():
        opening.give_shares(tender.row(Round), officer, wrong, by=tender.acting(0), at=OPENS)


def test_replaced_and_withdrawn_quotes_are_opened(context):
    tender = make_tender()
    quote(tender, 0, price=1000)
    quote(tender, 0, price=2000)
    quote(tender, 1, price=3000)
    with db.transaction():
        quotes.withdraw(tender.procurement_id, by=tender.suppliers[1][1], arrived=NOON, at=NOON)
    act(tender, 0), act(tender, 1)
    assert [row.totals["1"] for row in opened(tender)] == [24_000]


def test_a_quote_for_earlier_terms_is_opened(context):
    tender = make_tender()
    quote(tender, 0)
    with db.transaction():
        row = tender.row(Procurement)
        row.version = row.reconfirm_from = 2
    quote(tender, 1, at=NOON + MINUTE)
    act(tender, 0), act(tender, 1)
    stale, good = opened(tender)
    assert (stale.status, stale.supplier_id, stale.content) == (OpenedStatus.NOT_RECONFIRMED, None, {})
    assert good.status == OpenedStatus.OPENED


def test_an_empty_round_is_never_done(context):
    tender = make_tender()
    act(tender, 0), act(tender, 1)
    assert opened(tender) == [] and current(tender, Round).record["quotes"] == []


def break_shares(quote_id):
    """Damage the officers' boxes of one quote in the database, as a failing disk or an ill will might."""
    row = db.session().get(SealedQuote, quote_id)
    envelope = row.envelope
    at = envelope.index(b'"shares":')
    start = envelope.index(b'"box":"', at) + 107  # within the share, behind the sender's point
    row.envelope = envelope[:start] + bytes([65 if envelope[start] != 65 else 66]) + envelope[start + 1 :]


def test_a_quote_with_one_bad_share_is_lost_although_enough_good_ones_are_there(context):
    tender = make_tender()
    sealed = quote(tender, 0)
    with db.transaction():
        break_shares(sealed.id)
    left = [act(tender, place) for place in range(3)]
    assert left[-1] == 0 and opened(tender)[0].status == OpenedStatus.OPENED


def test_prices_show_while_a_quote_has_no_status_and_the_bidder_cannot_help(context):
    tender = make_tender(officers=2)
    quote(tender, 0, price=1000)
    broken = quote(tender, 1, price=2000, at=NOON + MINUTE)
    with db.transaction():
        break_shares(broken.id)
    act(tender, 0)
    assert act(tender, 1) == 1
    with pytest.raises(QuotesStillSealed):
        opened(tender)
    with pytest.raises(OpeningStillRuns), db.transaction():
        opening.conclude(tender.row(Round), by=tender.buyer, at=OPENS + timedelta(minutes=29))
    _org, actor, private = tender.suppliers[1]
    with db.transaction():
        row = db.session().get(SealedQuote, broken.id)
        assert opening.hand_in_key(tender.row(Round), row, private, by=actor, at=OPENS + MINUTE) == 0
    assert [row.totals["1"] for row in opened(tender)] == [12_000, 24_000]


def test_an_opening_never_ends_when_a_bidder_does_not_help(context):
    tender = make_tender(officers=2)
    quote(tender, 0)
    broken = quote(tender, 1, at=NOON + MINUTE)
    with db.transaction():
        break_shares(broken.id)
    act(tender, 0), act(tender, 1)
    with db.transaction():
        opening.conclude(tender.row(Round), by=tender.buyer, at=OPENS + timedelta(minutes=30))
    assert [row.status for row in opened(tender)] == [OpenedStatus.OPENED, OpenedStatus.UNOPENABLE]
    assert opened(tender)[1].reason


def test_the_record_can_be_changed_unseen(context):
    tender = make_tender()
    quote(tender, 0)
    act(tender, 0), act(tender, 1)
    row = current(tender, Round)
    said = record.signed(row)
    assert said["sha256"] == sha256(record.canonical(row.record)).hexdigest()
    assert signing.is_ours(record.canonical(row.record), said["signature"])
    assert not signing.is_ours(record.canonical({**row.record, "title": "x"}), said["signature"])
    assert len([one for one in said["record"]["officers"] if one["acted_at"]]) == 2


def test_the_audit_trail_names_a_bidder_before_the_opening(context):
    tender = make_tender()
    quote(tender, 0)
    act(tender, 0)
    ids = {actor.user_id for _org, actor, _key in tender.suppliers}
    orgs = {org.id for org, _actor, _key in tender.suppliers}
    with db.transaction() as session:
        entries = session.exec(select(AuditEntry)).all()
    assert entries
    for entry in entries:
        assert entry.actor_id not in ids and entry.organisation_id not in orgs or entry.action.startswith("key.")
