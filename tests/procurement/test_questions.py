"""Registering to take part, questions without names, and what nobody learns."""

from datetime import timedelta

import pytest

from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import NotFound
from marketplace.procurement import participation, queries, questions
from marketplace.procurement.errors import AlreadyAnswered, DeadlinePassed, NamesSupplier, QuestionsClosed
from marketplace.procurement.models import Participant, Visibility
from tests.procurement.worlds import LATER, deadline, make_published, make_world, rows, stored, stored_now, told

pytestmark = pytest.mark.usefixtures("context")
MICROSECOND = timedelta(microseconds=1)


def ask(row, by, text="泵车须带照明灯塔吗?", at=LATER):
    with db.transaction():
        return questions.ask(row.id, text, by=by, at=at)


def answer(row, question, world, public="", text="须带照明灯塔。"):
    with db.transaction():
        held = queries.question(row.id, question.id)
        questions.answer(stored(row), held, public, text, by=world.chief, at=LATER)


def register(row, by, at=LATER):
    with db.transaction():
        return participation.register(row.id, by=by, at=at)


def test_a_supplier_registers_twice_late_or_uninvited():
    world = make_world()
    row = make_published(world)
    assert register(row, world.sells[0], deadline(row) - MICROSECOND) and not register(row, world.sells[0])
    with pytest.raises(NotFound):
        register(row, world.sells[3])
    with pytest.raises(DeadlinePassed):
        register(row, world.sells[1], deadline(row))
    assert [one.supplier_id for one in rows(Participant)] == [world.suppliers[0].id]


def test_the_trail_or_an_inbox_names_who_registered():
    world = make_world()
    row = make_published(world, visibility=Visibility.PUBLIC)
    before = [told(actor) for actor in (world.chief, world.operator, world.sells[0])]
    register(row, world.sells[3])
    (entry,) = rows(AuditEntry, AuditEntry.action == "sealed.register")
    assert (entry.actor_id, entry.organisation_id, entry.detail) == (None, None, {})
    assert [told(actor) for actor in (world.chief, world.operator, world.sells[0])] == before


def test_the_buyer_or_a_competitor_learns_who_asked():
    world = make_world()
    row = make_published(world)
    question = ask(row, world.sells[0])
    assert ask(row, world.sells[0]).id == question.id
    (entry,) = rows(AuditEntry, AuditEntry.action == "procurement.ask")
    assert (entry.actor_id, entry.organisation_id) == (None, None)
    with db.reading():
        (seen,) = queries.questions_of(row.id, world.chief)
        assert not hasattr(seen, "asker") and not seen.mine
        assert queries.questions_of(row.id, world.sells[1]) == []
        assert queries.questions_of(row.id, world.sells[0])[0].mine
    answer(row, question, world, public="是否要求照明?")
    with db.reading():
        assert queries.questions_of(row.id, world.sells[1])[0].text == "是否要求照明?"
        assert queries.questions_of(row.id, world.sells[0])[0].text == "泵车须带照明灯塔吗?"
    assert sum("答疑" in s for s in told(world.sells[2])) == 1
    with pytest.raises(AlreadyAnswered):
        answer(row, question, world)


def test_a_public_text_names_a_supplier_or_the_refusal_depends_on_who_asked():
    world = make_world()
    row = make_published(world)
    with pytest.raises(NamesSupplier):
        ask(row, world.sells[0], f"{world.suppliers[0].name}想问交期")
    question = ask(row, world.sells[0])
    for supplier in world.suppliers:  # also of those that never asked
        with pytest.raises(NamesSupplier):
            answer(row, question, world, text=f"请{supplier.name}自行联系。")


def test_questions_are_taken_after_the_cut_off():
    world = make_world()
    row = stored_now(make_published(world))
    ask(row, world.sells[0], at=row.questions_until - MICROSECOND)
    with pytest.raises(QuestionsClosed):
        ask(row, world.sells[0], "还能问吗?", at=row.questions_until)


def test_a_stranger_asks():
    world = make_world()
    row = make_published(world)
    with pytest.raises(NotFound):
        ask(row, world.sells[3])
