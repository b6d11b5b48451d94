"""Questions in public, without names, until their cut-off."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import OrganisationStatus
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.needs import amending, queries, questions
from marketplace.needs.errors import (
    AlreadyAnswered,
    MayNotPostYet,
    NamesSupplier,
    NotEditable,
    OwnNeed,
    QuestionsClosed,
)
from marketplace.needs.following import follow
from marketplace.needs.models import NeedFollower, NeedQuestion
from tests.conftest import NOON
from tests.needs.worlds import make_draft, make_open, make_world, rows, stored, told

pytestmark = pytest.mark.usefixtures("context")
TEXT, ANSWER = "是否接受进口底盘?", "不接受。"


def ask(need, by, text=TEXT, at=NOON):
    with db.transaction():
        return questions.ask_question(stored(need), text, by=by, at=at)


def answer(need, question, by, text=ANSWER, at=NOON):
    with db.transaction():
        questions.answer_question(stored(need), db.session().get(NeedQuestion, question.id), text, by=by, at=at)


def seen(need, actor):
    with db.reading():
        return [(q.text, q.answer, q.mine, q.asker) for q in queries.questions_of(need.id, actor)]


def test_a_question_shows_who_asked_to_anybody_but_the_asker():
    world = make_world(2)
    row = make_open(world.writer)
    question = ask(row, world.sells[0])
    name = world.suppliers[0].name
    assert seen(row, world.sells[0]) == [(TEXT, "", True, name)]
    assert seen(row, world.viewer) == seen(row, world.operator) == [(TEXT, "", False, "")]
    assert seen(row, world.sells[1]) == seen(row, world.other) == seen(row, None) == []
    answer(row, question, world.chief)
    for reader in (world.writer, world.sells[1], world.other, world.operator, None):
        assert seen(row, reader) == [(TEXT, ANSWER, False, "")]
    assert seen(row, world.sells[0]) == [(TEXT, ANSWER, True, name)]
    assert [name in f"{n.subject}{n.body}" for n in told(world.chief)] == [False]
    with db.reading():
        assert audit.trail(question)[0].action == "need_question.answer"


def test_the_same_question_twice_is_two_questions():
    world = make_world(1)
    row = make_open(world.writer)
    assert ask(row, world.sells[0]).id == ask(row, world.sells[0], f" {TEXT} ").id
    assert len(rows(NeedQuestion)) == 1 and len(told(world.chief)) == 1 and len(rows(NeedFollower)) == 1


def test_a_question_comes_after_the_cut_off_or_an_answer_may_not():
    world = make_world(1)
    row = make_open(world.writer, questions_until="2026-11-24T12:00")
    question = ask(row, world.sells[0], at=NOON + timedelta(hours=23, minutes=59))
    for late in (timedelta(days=1), timedelta(days=2)):
        with pytest.raises(QuestionsClosed):
            ask(row, world.sells[0], "还能问吗?", at=NOON + late)
    answer(row, question, world.writer, at=NOON + timedelta(days=3))


def test_a_question_without_a_cut_off_comes_too_late_or_one_to_an_ended_need_in_time():
    world = make_world(1)
    row = make_open(world.writer)
    question = ask(row, world.sells[0], at=NOON + timedelta(days=300))
    with db.transaction():
        amending.close_need(stored(row), by=world.writer, at=NOON)
    with pytest.raises(QuestionsClosed):
        ask(row, world.sells[0], "还能问吗?")
    with pytest.raises(NotEditable):
        answer(row, question, world.writer)


def test_the_buyer_asks_itself_or_somebody_asks_about_a_draft():
    world = make_world(1)
    with pytest.raises(OwnNeed):
        ask(make_open(world.writer), world.writer)
    with pytest.raises(NotFound):
        ask(make_draft(world.writer, title="草稿"), world.sells[0])


def test_a_supplier_in_review_asks():
    world = make_world(1)
    row = make_open(world.writer)
    with db.transaction():
        stored_supplier = db.session().get(type(world.suppliers[0]), world.suppliers[0].id)
        stored_supplier.status = OrganisationStatus.SUSPENDED
    with pytest.raises(MayNotPostYet):
        ask(row, Actor(**{**world.sells[0].__dict__, "approved": False}))


def test_a_name_stands_in_a_question_or_an_answer():
    world = make_world(1)
    row = make_open(world.writer)
    with pytest.raises(NamesSupplier):
        ask(row, world.sells[0], f"{world.suppliers[0].name[:4]} {world.suppliers[0].name[4:]}的车行吗?")
    question = ask(row, world.sells[0])
    with pytest.raises(NamesSupplier):
        answer(row, question, world.writer, f"{world.suppliers[0].name}可以。")


def test_an_answer_is_given_twice_or_by_somebody_else_or_to_another_need():
    world = make_world(1)
    row, other = make_open(world.writer), make_open(world.writer, title="第二份")
    question = ask(row, world.sells[0])
    with pytest.raises(NotFound):
        answer(row, question, world.other)
    with pytest.raises(NotFound):
        answer(other, question, world.writer)
    with pytest.raises(NotFound), db.reading():
        queries.question(other.id, question.id)
    answer(row, question, world.writer)
    with pytest.raises(AlreadyAnswered):
        answer(row, question, world.chief, "改主意了")
    assert rows(NeedQuestion)[0].answer == ANSWER


def test_a_follower_hears_nothing_of_an_answer_or_a_stranger_does():
    world = make_world(3)
    row = make_open(world.writer)
    with db.transaction():
        follow(stored(row), by=world.sells[1], at=NOON)
    answer(row, ask(row, world.sells[0]), world.writer)
    assert [len(told(actor)) for actor in world.sells] == [1, 1, 0]
    assert ANSWER in told(world.sells[1])[0].body


def test_an_unanswered_question_is_missing_on_the_desk():
    world = make_world(1)
    row = make_open(world.writer)
    question = ask(row, world.sells[0])
    with db.reading():
        assert queries.own_counts(world.buyer.id)["unanswered"] == 1
    answer(row, question, world.writer)
    with db.reading():
        assert queries.own_counts(world.buyer.id)["unanswered"] == 0
