"""Suppliers: submitting, replacing, declining, withdrawing, the deadline, receipts, questions."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from marketplace.accounts.errors import NotReady
from marketplace.accounts.models import Notice, Role
from marketplace.kit import db
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.moves import NoSuchMove
from marketplace.quoting import answers, queries, questions, requests, rules
from marketplace.quoting.comparison import Standing
from marketplace.quoting.errors import AlreadyAnswered, NamesSupplier, NoLongerOpen
from marketplace.quoting.models import BasketLine, Quote, QuoteLine, QuoteRevision, QuoteStatus
from marketplace.quoting.schemas import NewAnswer, read_quote
from tests.conftest import NOON
from tests.factories.accounts import make_actor
from tests.quoting.worlds import answered, inquiry_of, make_world, quote_form, sent

TICK = timedelta(microseconds=1)


def _all(model):
    with db.reading() as session:
        return list(session.exec(select(model)))


def _read(query, *arguments):
    """Read with fresh eyes: a session looks at the database as it was when it first looked."""
    with db.reading():
        return query(*arguments)


def _do(world, row, verb, *arguments, n=0, at=NOON, **more):
    with db.transaction():
        return verb(inquiry_of(world, row, n, at), *arguments, by=world.sells[n], at=at, **more)


def test_a_receipt_holds_word_for_word_what_was_submitted(context):
    world = make_world(1)
    row = sent(world)
    revision = answered(world, row, 0, 678_95)
    stored = _all(QuoteRevision)[0]
    said = stored.content["answer"]["lines"][0]
    assert (said["unit_price_fen"], said["quantity"], said["version_number"]) == (67895, 2, 3)
    assert stored.hash == revision.hash == rules.receipt_hash(stored.content)
    assert stored.content["supplier"] == world.suppliers[0].name and stored.content["request"] == row.number
    told = [n for n in _all(Notice) if n.link == f"/requests/{row.id}"]
    assert told and world.suppliers[0].name in told[0].subject and "678" not in told[0].subject + told[0].body


def test_replacing_keeps_what_was_said_before(context):
    world = make_world(1)
    row = sent(world)
    answered(world, row, 0, 100)
    answered(world, row, 0, 90)
    assert [r.content["answer"]["lines"][0]["unit_price_fen"] for r in _all(QuoteRevision)] == [100, 90]
    assert [line.unit_price_fen for line in _all(QuoteLine)] == [90]
    assert _read(queries.comparison_of, row, NOON).rows[0].cells[0].taxed_fen == 90


def test_saying_the_same_twice_is_one_submission(context):
    world = make_world(1)
    row = sent(world)
    first = answered(world, row, 0, 100)
    second = answered(world, row, 0, 100, revision=0)
    assert first.hash == second.hash and len(_all(QuoteRevision)) == 1


def test_two_threads_submitting_different_answers_do_not_overwrite_each_other(app):
    with app.app_context():
        world = make_world(1)
        row = sent(world)
    gate, outcomes = threading.Barrier(4), []

    def submit(price: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                with db.transaction():
                    queries.request(row.id, lock=True)
                    form = quote_form(price)
                    answers.submit_quote(inquiry_of(world, row), form, by=world.sells[0], at=NOON)
                outcomes.append(price)
            except Stale:
                outcomes.append(None)

    threads = [threading.Thread(target=submit, args=(price,)) for price in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        won = [price for price in outcomes if price]
        assert len(outcomes) == 4 and len(won) == 1
        assert [line.unit_price_fen for line in _all(QuoteLine)] == won and len(_all(QuoteRevision)) == 1


def test_the_last_microsecond_counts_and_the_deadline_itself_does_not(context):
    world = make_world(1)
    row = sent(world)
    with pytest.raises(NoLongerOpen):
        answered(world, row, 0, 100, at=row.answer_by)
    assert _all(Quote) == []
    assert answered(world, row, 0, 100, at=row.answer_by - TICK).sequence == 1
    for verb, *more in ((answers.withdraw_quote,), (answers.save_draft, quote_form(1)), (answers.decline, "不做了")):
        with pytest.raises(NoLongerOpen):
            _do(world, row, verb, *more, at=row.answer_by)


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_an_ended_request_takes_no_answers(context, end):
    world = make_world(1)
    row = sent(world)
    with db.transaction():
        held = queries.request(row.id, lock=True)
        if end == "close":
            requests.close_request(held, by=world.asks, at=NOON)
        else:
            requests.cancel_request(held, "取消", by=world.asks, at=NOON)
    with pytest.raises(NoLongerOpen):
        answered(world, row, 0, 100)


def test_a_draft_is_read_by_nobody_else(context):
    world = make_world(1)
    row = sent(world)
    _do(world, row, answers.save_draft, quote_form(100))
    table = _read(queries.comparison_of, row, NOON)
    assert table.columns[0].standing == Standing.WAITING and table.rows[0].cells[0].answer is None
    assert not [n for n in _all(Notice) if n.link == f"/requests/{row.id}"]


def test_a_submitted_answer_does_not_fall_back_to_a_draft(context):
    world = make_world(1)
    row = sent(world)
    answered(world, row, 0, 100)
    with pytest.raises(NoSuchMove):
        _do(world, row, answers.save_draft, quote_form(1, revision=_all(Quote)[0].revision))
    with pytest.raises(NoSuchMove):
        _do(world, row, answers.decline, "改主意")


def test_a_withdrawn_answer_disappears_for_the_buyer_and_may_be_given_again(context):
    world = make_world(1)
    row = sent(world)
    answered(world, row, 0, 100)
    _do(world, row, answers.withdraw_quote)
    table = _read(queries.comparison_of, row, NOON)
    assert table.columns[0].standing == Standing.WITHDRAWN and table.rows[0].cells[0].answer is None
    assert len(_read(queries.revisions_of, _all(Quote)[0])) == 1
    assert answered(world, row, 0, 100).sequence == 2


def test_declining_shows_the_reason_until_a_quote_comes_after_all(context):
    world = make_world(1)
    row = sent(world)
    _do(world, row, answers.decline, "产能已满")
    column = _read(queries.comparison_of, row, NOON).columns[0]
    assert (column.standing, column.reason) == (Standing.DECLINED, "产能已满")
    answered(world, row, 0, 100)
    assert _read(queries.comparison_of, row, NOON).columns[0].reason == ""


def test_a_colleagues_change_is_not_overwritten(context):
    world = make_world(1)
    row = sent(world)
    answered(world, row, 0, 100)
    with pytest.raises(Stale):
        answered(world, row, 0, 90, revision=0)


def test_a_supplier_in_review_does_not_answer(context):
    world = make_world(1)
    row = sent(world)
    stopped = make_actor(world.suppliers[0], Role.ADMIN, world.users[0])
    stopped = type(stopped)(**{**stopped.__dict__, "approved": False})
    with pytest.raises(NotReady), db.transaction():
        answers.submit_quote(inquiry_of(world, row), quote_form(1), by=stopped, at=NOON)


def test_who_was_not_asked_finds_nothing(context):
    world, other = make_world(1), make_world(1, uscc="91110000MA00000ZZ1")
    row = sent(world)
    with pytest.raises(NotFound):
        queries.inquiry(row.id, other.suppliers[0].id)


def test_an_answer_reaches_every_asked_supplier_without_the_asker(context):
    world = make_world(2)
    row = sent(world)
    question = _do(world, row, questions.ask, "是否含拖车?")
    assert _read(queries.questions_of, row.id, world.suppliers[1].id) == []
    with db.transaction():
        held = queries.question(row.id, question.id)
        questions.answer(row, held, NewAnswer(text="是否含拖车?", answer="含。"), by=world.asks, at=NOON)
    assert [q.answer for q in _read(queries.questions_of, row.id, world.suppliers[1].id)] == ["含。"]
    told = [n for n in _all(Notice) if "答疑" in n.subject]
    assert {n.user_id for n in told} >= {user.id for user in world.users}
    assert not any(org.name in n.subject + n.body for n in told for org in world.suppliers)
    with pytest.raises(AlreadyAnswered), db.transaction():
        again = NewAnswer(text="问题", answer="再答")
        questions.answer(row, queries.question(row.id, question.id), again, by=world.asks, at=NOON)


def test_questions_and_answers_that_name_a_supplier_are_refused(context):
    world = make_world(2)
    row = sent(world)
    with pytest.raises(NamesSupplier):
        _do(world, row, questions.ask, f"{world.suppliers[0].name} 想问规格")
    question = _do(world, row, questions.ask, "规格?")
    for new in (NewAnswer(text="规格?", answer=f"同 {world.suppliers[1].name}"),
                NewAnswer(text=f"{world.suppliers[1].name} 的规格?", answer="是")):  # fmt: skip
        with pytest.raises(NamesSupplier), db.transaction():
            questions.answer(row, queries.question(row.id, question.id), new, by=world.asks, at=NOON)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("basket_line", "quantity = 0"),
        ("request_line", "quantity = 0"),
        ("quote_line", "unit_price_fen = -1"),
        ("quote_line", "unit_price_fen = NULL, note = ''"),
        ("quote", "status = 'submitted', receipt_hash = ''"),
        ("quote", "tax_rate = 101"),
        ("quote_request", "status = 'cancelled'"),
    ],
)
def test_the_database_itself_refuses_impossible_rows(context, table, values):
    world = make_world(1)
    answered(world, sent(world), 0, 100)
    with db.transaction() as session:
        line = {"organisation_id": world.buyer.id, "listing_id": world.listings[0].id, "added_by": world.buyer_user.id}
        session.add(BasketLine(**line, created_at=NOON, updated_at=NOON))
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.connection().execute(sa.text(f"UPDATE {table} SET {values}"))


def test_a_second_quote_of_one_supplier_is_refused_by_the_database(context):
    world = make_world(1)
    row = sent(world)
    answered(world, row, 0, 100)
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.add(Quote(request_id=row.id, supplier_id=world.suppliers[0].id, created_at=NOON, updated_at=NOON))
    assert _all(Quote)[0].status == QuoteStatus.SUBMITTED


TERMS = {"valid_days": "30", "tax_included": "0", "tax_rate": "0"}


@pytest.mark.parametrize(
    ("sent_fields", "final", "faulty"),
    [
        ({**TERMS, "price-1": "12.5", "delivery_days-1": "0"}, True, set()),
        ({**TERMS, "price-1": "1.2万", "delivery_days-1": "3"}, True, set()),
        ({}, False, set()),
        ({}, True, {"valid_days", "tax_included", "tax_rate", "price-1"}),
        ({**TERMS}, True, {"price-1"}),
        ({**TERMS, "price-1": "12"}, True, {"delivery_days-1"}),
        ({**TERMS, "price-1": "-1", "delivery_days-1": "0"}, True, {"price-1"}),
        ({**TERMS, "price-1": "abc", "delivery_days-1": "x"}, True, {"price-1", "delivery_days-1"}),
        ({**TERMS, "skipped-1": "1"}, True, {"price-1"}),
        ({**TERMS, "skipped-1": "1", "note-1": "停产"}, True, {""}),
        ({**TERMS, "skipped-1": "1", "price-1": "3", "note-1": "停产"}, False, {"price-1"}),
        ({"note-1": "稍后补"}, False, {"price-1"}),
        ({**TERMS, "tax_rate": "101", "price-1": "1", "delivery_days-1": "0"}, True, {"tax_rate"}),
        ({**TERMS, "valid_days": "0", "price-1": "1", "delivery_days-1": "0"}, True, {"valid_days"}),
    ],
)
def test_a_quote_form_says_which_field_is_wrong(context, sent_fields, final, faulty):
    filled = read_quote(sent_fields, 1, final=final)
    assert set(filled.errors) == faulty and bool(filled) is not bool(faulty)
