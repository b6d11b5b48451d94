"""Verbs of questions and answers around a request."""

from datetime import datetime

from marketplace.accounts import queries as accounts
from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.quoting import mails, queries, rules
from marketplace.quoting.answers import acknowledge
from marketplace.quoting.errors import AlreadyAnswered, NamesSupplier
from marketplace.quoting.models import Question, Request, RequestStatus
from marketplace.quoting.rows import Inquiry
from marketplace.quoting.schemas import NewAnswer


def ask(inquiry: Inquiry, text: str, *, by: Actor, at: datetime) -> Question:
    """Ask the buyer; the same question again is the one there is. Raises: NoLongerOpen; NamesSupplier."""
    rules.check_open(inquiry.request, at)
    if rules.named_in(text, [accounts.organisation(by.organisation_id).name]):
        raise NamesSupplier()
    mine = queries.questions_of(inquiry.request.id, by.organisation_id)
    known = next((q for q in mine if q.asked_by == by.organisation_id and q.text == text), None)
    if known:
        return known
    row = Question(request_id=inquiry.request.id, asked_by=by.organisation_id, text=text, asked_at=at)
    db.session().add(row)
    acknowledge(inquiry, at=at)
    db.session().flush()
    audit.record(by, "question.ask", row, at)
    mails.question_asked(inquiry.request, row, at)
    return row


def answer(request: Request, question: Question, new: NewAnswer, *, by: Actor, at: datetime) -> None:
    """Answer to every asked supplier at once; possible until the request is closed or cancelled by hand.

    Raises: NamesSupplier; AlreadyAnswered; NoLongerOpen.
    """
    if question.answered_at is not None:
        raise AlreadyAnswered()
    if request.status != RequestStatus.SENT:
        rules.check_open(request, at)
    names = [org.name for _invitation, org in queries.invitations_of(request.id)]
    if rules.named_in(new.text, names) or rules.named_in(new.answer, names):
        raise NamesSupplier()
    question.public_text, question.answer, question.answered_at = new.text, new.answer, at
    audit.record(by, "question.answer", question, at)
    mails.question_answered(request, question, at)
