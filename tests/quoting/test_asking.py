"""Buyers: the basket, sending once, more time, closing, cancelling, asking again."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from marketplace.accounts.errors import NotReady
from marketplace.accounts.models import Notice, OrganisationStatus
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.mail import OutboxMail
from marketplace.kit.moves import NoSuchMove
from marketplace.quoting import basket, jobs, queries, requests
from marketplace.quoting.errors import BadAnswerBy, NoLongerOpen, NothingToAsk, TooManySuppliers
from marketplace.quoting.models import BasketLine, Invitation, Request, RequestLine
from marketplace.quoting.rules import State
from marketplace.quoting.schemas import NewBasketLine
from tests.conftest import NOON
from tests.factories.accounts import LONG_AGO
from tests.quoting.worlds import answered, fill_basket, make_world, new_request, sent

DAY = timedelta(days=1)


def _all(model):
    with db.reading() as session:
        return list(session.exec(select(model)))


def test_a_listing_lies_in_the_basket_once(context):
    world = make_world(1)
    fill_basket(world, quantity=5)
    with db.transaction():
        again = NewBasketLine(listing_id=world.listings[0].id, quantity=9)
        line, new = basket.add_to_basket(again, by=world.asks, at=NOON)
    assert not new and line.quantity == 5 and len(_all(BasketLine)) == 1


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.WITHDRAWN, ListingStatus.SUSPENDED])
def test_what_is_not_public_cannot_be_put_into_the_basket(context, status):
    world = make_world(1)
    with db.transaction() as session:
        session.get(Listing, world.listings[0].id).status = status
    with pytest.raises(NotFound), db.transaction():
        basket.add_to_basket(NewBasketLine(listing_id=world.listings[0].id), by=world.asks, at=NOON)


def test_sending_asks_each_supplier_once_and_empties_the_basket(context):
    world = make_world(3)
    row = sent(world)
    assert row.number == "XJ20261123-0001"
    assert {i.supplier_id for i in _all(Invitation)} == {org.id for org in world.suppliers}
    assert {(line.supplier_id, line.version_number, line.name) for line in _all(RequestLine)} == {
        (org.id, 3, "移动排水泵车") for org in world.suppliers
    }
    assert _all(BasketLine) == []
    told = _all(Notice)
    assert {n.user_id for n in told} >= {user.id for user in world.users}
    assert all(world.buyer.name in n.subject and n.link == f"/desk/inquiries/{row.id}" for n in told)
    assert len(_all(OutboxMail)) == len(told)


def test_the_same_form_sent_twice_is_one_request(context):
    world = make_world(1)
    form = new_request(fill_basket(world))
    with db.transaction():
        first, new = requests.send_request(form, by=world.asks, at=NOON)
    with db.transaction():
        second, again = requests.send_request(form, by=world.asks, at=NOON)
    assert (first.id, new, again) == (second.id, True, False) and len(_all(Request)) == 1


def test_two_threads_sending_the_same_form_make_one_request(app):
    with app.app_context():
        world = make_world(2)
        form = new_request(fill_basket(world))
    gate, ids = threading.Barrier(4), []

    def send() -> None:
        with app.app_context():
            gate.wait()
            with db.transaction():
                ids.append(requests.send_request(form, by=world.asks, at=NOON)[0].id)

    threads = [threading.Thread(target=send) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert len(ids) == 4 and len(set(ids)) == 1 and len(_all(Request)) == 1 and len(_all(Invitation)) == 2


def test_numbers_count_up_within_a_day_of_shanghai(context):
    world = make_world(1)
    late = NOON + timedelta(hours=13)  # 01:00 the next day there
    numbers = []
    for key, at in (("first-key", NOON), ("second-key", NOON), ("third-key", late)):
        ids = fill_basket(world)
        with db.transaction():
            numbers.append(requests.send_request(new_request(ids, form_key=key), by=world.asks, at=at)[0].number)
    assert numbers == ["XJ20261123-0001", "XJ20261123-0002", "XJ20261124-0001"]


def test_an_organisation_in_review_fills_its_basket_but_does_not_send(context):
    world = make_world(1, status=OrganisationStatus.IN_REVIEW)
    ids = fill_basket(world)
    with pytest.raises(NotReady) as refusal, db.transaction():
        requests.send_request(new_request(ids), by=world.asks, at=NOON)
    assert "审核" in refusal.value.message() and len(_all(BasketLine)) == 1


def test_a_person_without_a_proven_address_does_not_send(context):
    world = make_world(1)
    ids = fill_basket(world)
    with db.transaction() as session:
        session.merge(world.buyer_user).email_verified_at = None
    with pytest.raises(NotReady) as refusal, db.transaction():
        requests.send_request(new_request(ids), by=world.asks, at=NOON)
    assert "邮箱" in refusal.value.message()


def test_withdrawn_listings_and_suspended_suppliers_are_left_out(context):
    world = make_world(3)
    ids = fill_basket(world)
    with db.transaction() as session:
        session.get(Listing, world.listings[0].id).status = ListingStatus.WITHDRAWN
        session.merge(world.suppliers[1]).status = OrganisationStatus.SUSPENDED
    with db.transaction():
        row, _new = requests.send_request(new_request(ids), by=world.asks, at=NOON)
    assert [line.supplier_id for line in queries.lines_of(row.id)] == [world.suppliers[2].id]
    assert len(_all(BasketLine)) == 2


def test_lines_of_another_organisations_basket_are_not_sent(context):
    mine, other = make_world(1), make_world(1, uscc="91110000MA00000ZZ1")
    theirs = fill_basket(other)
    with pytest.raises(NothingToAsk), db.transaction():
        requests.send_request(new_request(theirs), by=mine.asks, at=NOON)


def test_a_deadline_too_soon_and_too_many_suppliers_are_refused(context, monkeypatch):
    world = make_world(2)
    ids = fill_basket(world)
    with pytest.raises(BadAnswerBy), db.transaction():
        requests.send_request(new_request(ids, answer_by=NOON + timedelta(hours=3)), by=world.asks, at=NOON)
    monkeypatch.setattr(requests, "MAX_SUPPLIERS", 1)
    with pytest.raises(TooManySuppliers), db.transaction():
        requests.send_request(new_request(ids), by=world.asks, at=NOON)


def _change(row, verb, *arguments, world, at=NOON):
    with db.transaction():
        verb(queries.request(row.id, lock=True), *arguments, by=world.asks, at=at)


def test_extending_reopens_and_tells_the_suppliers(context):
    world = make_world(1)
    row = sent(world)
    later = NOON + 5 * DAY
    _change(row, requests.extend_request, NOON + 9 * DAY, world=world, at=later)
    assert queries.inquiry(row.id, world.suppliers[0].id, later).state == State.OPEN
    assert any("延期" in n.subject for n in _all(Notice))


def test_closing_ends_at_once_and_cannot_be_undone(context):
    world = make_world(1)
    row = sent(world)
    _change(row, requests.close_request, world=world)
    assert queries.inquiry(row.id, world.suppliers[0].id, NOON).state == State.CLOSED
    with pytest.raises(NoSuchMove):
        _change(row, requests.extend_request, NOON + 9 * DAY, world=world)
    with pytest.raises(NoLongerOpen):
        _change(row, requests.close_request, world=world)


def test_cancelling_tells_the_suppliers_why(context):
    world = make_world(2)
    row = sent(world)
    _change(row, requests.cancel_request, "预算调整", world=world)
    told = [n for n in _all(Notice) if "取消" in n.subject]
    assert len({n.user_id for n in told}) >= 2 and all("预算调整" in n.body for n in told)
    with pytest.raises(NoSuchMove):
        _change(row, requests.cancel_request, "再次", world=world)


def test_asking_again_fills_the_basket_with_what_is_still_offered(context):
    world = make_world(2)
    row = sent(world)
    with db.transaction() as session:
        session.get(Listing, world.listings[0].id).status = ListingStatus.WITHDRAWN
    with db.transaction():
        assert requests.ask_again(row, by=world.asks, at=NOON) == (1, 1)
    assert [(line.listing_id, line.quantity) for line in _all(BasketLine)] == [(world.listings[1].id, 2)]
    with db.transaction():
        assert requests.ask_again(row, by=world.asks, at=NOON) == (0, 1)


def test_only_silent_suppliers_are_reminded_and_only_once(context, monkeypatch):
    world = make_world(2)
    row = sent(world)
    answered(world, row, 1, 100)

    def run(at):
        monkeypatch.setattr(jobs.clock, "now", lambda: at)
        with db.transaction():
            return jobs.remind(at)

    assert run(NOON + 2 * DAY - timedelta(minutes=1)) == "0 reminders"
    assert run(NOON + 2 * DAY) == "1 reminders"
    assert run(NOON + 2 * DAY + timedelta(hours=1)) == "0 reminders"
    reminded = {n.user_id for n in _all(Notice) if "即将截止" in n.subject}
    assert world.users[0].id in reminded and world.users[1].id not in reminded


def test_a_request_that_gave_less_than_a_day_reminds_nobody(context):
    world = make_world(1)
    sent(world, answer_by=NOON + timedelta(hours=20))
    assert queries.to_remind(NOON + timedelta(hours=1)) == []


def test_the_lists_agree_with_the_rule_about_what_is_open(context):
    world = make_world(1)
    row = sent(world)
    for at, state in ((row.answer_by - timedelta(seconds=1), State.OPEN), (row.answer_by, State.ENDED)):
        for wanted in State:
            rows, total = queries.requests_page(world.buyer.id, wanted, at, 1, 10)
            assert (total == 1) is (wanted == state) and all(r.state == state for r in rows)
    assert LONG_AGO < NOON and queries.counts_by_state(NOON)["open"] == 1
