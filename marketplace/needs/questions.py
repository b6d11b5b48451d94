"""Verbs of questions to a need and their public answers."""

from datetime import datetime

from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.needs import mails, queries, rules
from marketplace.needs.errors import AlreadyAnswered, NamesSupplier, NotEditable, OwnNeed
from marketplace.needs.following import add_follower
from marketplace.needs.models import Need, NeedQuestion, NeedStatus
from marketplace.needs.opening import check_may_post


def ask_question(need: Need, text: str, *, by: Actor, at: datetime) -> NeedQuestion:
    """Ask in public without a name, and follow the need; the same question again is the one there is.

    Raises: NotFound for a need one may not read; OwnNeed; MayNotPostYet; QuestionsClosed; NamesSupplier.
    """
    need = queries.readable_need(need.id, by, lock=True)
    if need.owner_id == by.organisation_id:
        raise OwnNeed()
    check_may_post(by)
    rules.check_questions_open(need, at)
    text = text.strip()
    if rules.named_in(text, [by.organisation_name]):
        raise NamesSupplier()
    known = queries.question_with_text(need.id, by.organisation_id, text)
    if known:
        return known
    row = NeedQuestion(
        need_id=need.id, asker_id=by.organisation_id, user_id=by.user_id, text=text, asked_at=at
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    add_follower(need, by.organisation_id, at)
    audit.record(by, "need_question.ask", row, at, need=need.id)
    mails.question_asked(need, row, at)
    return row


def answer_question(need: Need, question: NeedQuestion, answer: str, *, by: Actor, at: datetime) -> None:
    """Answer for everybody who reads the need, once, also after the cut-off; followers and the asker are told.

    Raises: NotFound; AlreadyAnswered; NotEditable when the need has ended; NamesSupplier.
    """
    need = queries.own_need(need.id, by, lock=True)
    if question.need_id != need.id:
        raise NotFound()
    if question.answered_at is not None:
        raise AlreadyAnswered()
    if need.status != NeedStatus.OPEN:
        raise NotEditable()
    if rules.named_in(answer, queries.asker_names(need.id)):
        raise NamesSupplier()
    question.answer, question.answered_at, question.answered_by = answer.strip(), at, by.user_id
    db.session().flush()
    audit.record(by, "need_question.answer", question, at, need=need.id)
    mails.question_answered(need, question, at)
