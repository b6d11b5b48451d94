"""Verbs of questions: suppliers ask without a name, the buyer answers for all who may take part."""

from datetime import datetime

from sqlmodel import select

from marketplace.accounts.models import Organisation, OrganisationKind
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procurement import mails, queries, rules
from marketplace.procurement.errors import AlreadyAnswered, MayNotDealYet, NamesSupplier, NotEditable, QuestionsClosed
from marketplace.procurement.models import Procurement, ProcurementQuestion, ProcurementStatus

_SELLERS = (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)


def ask(procurement_id: int, text: str, *, by: Actor, at: datetime) -> ProcurementQuestion:
    """Ask; the same question of the same organisation is the one there is. Nobody is told who asked.

    Raises: NotFound for what one may not take part in; MayNotDealYet; QuestionsClosed; NamesSupplier.
    """
    procurement = queries.taking_part(procurement_id, by, at)
    if why := queries.obstacle(by):
        raise MayNotDealYet(why=why)
    if not rules.questions_open(procurement, queries.current_round(procurement.id, share=True), at):
        raise QuestionsClosed()
    text = text.strip()
    if rules.named_in(text, [by.organisation_name]):
        raise NamesSupplier()
    known = queries.question_with_text(procurement.id, by.organisation_id, text)
    if known:
        return known
    row = ProcurementQuestion(
        procurement_id=procurement.id, asker_id=by.organisation_id, user_id=by.user_id, text=text, asked_at=at
    )
    db.session().add(row)
    db.session().flush()
    audit.record(None, "procurement.ask", row, at, procurement=procurement.id)  # whose it is, the buyer may not learn
    mails.question_asked(procurement, row, at)
    return row


def answer(
    procurement: Procurement, question: ProcurementQuestion, public_text: str, text: str, *, by: Actor, at: datetime
) -> None:
    """Answer once for all who may take part. The question may be put in other words, so that nobody is recognised.

    Raises: NotFound; AlreadyAnswered; NotEditable unless it runs; NamesSupplier.
    """
    if question.procurement_id != procurement.id:
        raise NotFound()
    if question.answered_at is not None:
        raise AlreadyAnswered()
    if procurement.status not in (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING):
        raise NotEditable()
    public_text = public_text.strip() or question.text
    # Every seller's name, not the askers': a refusal that depends on who asked would tell who asked.
    names = db.session().exec(select(Organisation.name).where(Organisation.kind.in_(_SELLERS)))
    if rules.named_in(f"{public_text}\n{text}", names):
        raise NamesSupplier()
    question.public_text, question.answer = public_text, text.strip()
    question.answered_at, question.answered_by = at, by.user_id
    db.session().flush()
    audit.record(by, "procurement.answer", question, at, procurement=procurement.id)
    mails.question_answered(procurement, question, at)
