"""Verbs of applicants: writing the one form, sending it, answering questions, accepting one offer, withdrawing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from werkzeug.datastructures import FileStorage

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import OrganisationStatus
from marketplace.financing import attachments, fitting, mails, queries
from marketplace.financing.errors import (
    AlreadyAccepted,
    AlreadySaved,
    DoesNotFit,
    NotComplete,
    NothingChosen,
    NotOffered,
    NotYetDealing,
    OfferLapsed,
    OfferReplaced,
)
from marketplace.financing.models import (
    LIVING,
    ApplicationStatus,
    FinanceApplication,
    FinanceMessage,
    FinanceSubmission,
    Origin,
    SubmissionStatus,
)
from marketplace.financing.numbers import next_number
from marketplace.financing.rows import Fit
from marketplace.financing.rules import DECISION_DAYS, SUBJECTS, Standing
from marketplace.financing.schemas import ApplicationForm, MessageForm
from marketplace.financing.sources import Beginning
from marketplace.kit import audit, calendar, db
from marketplace.kit.i18n import told as _
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.needs import queries as needs
from marketplace.procedures import queries as procedures

REQUIRED = ("wanted", "amount_fen", "months", "province")


def begin(form: ApplicationForm, source: Beginning, *, by: Actor, at: datetime) -> tuple[FinanceApplication, bool]:
    """Keep a draft; True when it is new, False when the same form was saved before.

    Raises: AlreadySaved when a twin is saved at this very moment.
    """
    known = queries.with_key(by.organisation_id, form.form_key)
    if known is not None:
        return known, False
    row = FinanceApplication(
        owner_id=by.organisation_id, form_key=form.form_key, number=next_number("RZ", at), title=form.title,
        origin=source.origin, origin_id=source.origin_id, origin_title=source.origin_title, created_by=by.user_id,
        created_at=at, updated_at=at,
    )  # fmt: skip
    _fill(row, form)
    db.session().add(row)
    db.flush_or(AlreadySaved)
    audit.record(by, "finance.draft", row, at, number=row.number)
    return row, True


def edit(row: FinanceApplication, form: ApplicationForm, *, by: Actor, at: datetime) -> None:
    """Change a draft. Raises: NoSuchMove once it is sent: what institutions judge does not move under their hands."""
    if row.status != ApplicationStatus.DRAFT:
        raise NoSuchMove()
    _fill(row, form)
    row.updated_at = at
    db.session().flush()
    audit.record(by, "finance.edit", row, at)


def _fill(row: FinanceApplication, form: ApplicationForm) -> None:
    for name in (
        "subject",
        "title",
        "purpose",
        "amount_fen",
        "months",
        "province",
        "founded_on",
        "people",
        "revenue_fen",
        "security",
    ):
        setattr(row, name, getattr(form, name))
    row.wanted = [kind.value for kind in form.wanted]
    if len(SUBJECTS[row.subject]) == 1:
        row.wanted = [kind.value for kind in SUBJECTS[row.subject]]
    row.items = [item.model_dump(mode="json") for item in form.items]


def lacking(row: FinanceApplication) -> list[str]:
    """What must be there before it can be sent, as names of fields."""
    return [name for name in REQUIRED if not getattr(row, name)]


def send(row: FinanceApplication, product_ids: Sequence[int], *, by: Actor, at: datetime) -> list[FinanceSubmission]:
    """Lay the application before these products' institutions; what lies there already is passed over. The row is locked.

    Each submission freezes the product and how it was judged. Moves: draft → sent.
    Raises: NotYetDealing; NotComplete; NothingChosen; NotOffered; DoesNotFit; NoSuchMove once it is settled.
    """
    if needs.obstacle(by):
        raise NotYetDealing()
    if lacks := lacking(row):
        raise NotComplete(lacks=lacks)
    fits = {fit.offered.product.id: fit for fit in fitting.fits_for(row, at)}
    if not product_ids:
        raise NothingChosen()
    if any(product_id not in fits for product_id in product_ids):
        raise NotOffered()
    chosen = [fits[product_id] for product_id in dict.fromkeys(product_ids) if not fits[product_id].sent]
    unfit = next((fit for fit in chosen if fit.standing == Standing.UNFIT), None)
    if unfit is not None:
        raise DoesNotFit(name=unfit.offered.listing.name)
    if row.status == ApplicationStatus.DRAFT:
        move(row, ApplicationStatus.SENT, at)
        row.sent_at = at
    elif row.status != ApplicationStatus.SENT:
        raise NoSuchMove()
    made = [_submit(row, fit, by, at) for fit in chosen]
    db.flush_or(AlreadySaved)
    for one in made:
        audit.record(
            by, "finance.send", one, at, application=row.id, product=one.product_id, version=one.product["version"]
        )
        mails.arrived(one, row, by.organisation_name, at)
    return made


def _submit(row: FinanceApplication, fit: Fit, by: Actor, at: datetime) -> FinanceSubmission:
    product, listing = fit.offered.product, fit.offered.listing
    days = product.terms.get("decision_days") or DECISION_DAYS
    frozen = {
        "name": listing.name, "listing_id": listing.id, "listing_version": listing.version, "version": product.version,
        "kind": product.kind.value, "terms": product.terms, "eligibility": product.eligibility, "documents": product.documents,
    }  # fmt: skip
    made = FinanceSubmission(
        application_id=row.id, institution_id=fit.offered.institution.id, product_id=product.id, product=frozen,
        verdicts=[one.stored() for one in fit.verdicts], sent_by=by.user_id, sent_at=at, updated_at=at,
        answer_by=calendar.end_of_working_days(at, days, extra=procedures.calendar_extra()),
    )  # fmt: skip
    db.session().add(made)
    return made


def reply(
    row: FinanceApplication, submission: FinanceSubmission, form: MessageForm, uploaded: Sequence[FileStorage] = (), *,
    by: Actor, at: datetime,
) -> FinanceMessage:  # fmt: skip
    """Answer what the institution asked; its clock begins anew. Moves: asked → in_review.

    Raises: NoSuchMove; BadUpload; TooManyFiles.
    """
    known = message_with_key(submission, form.form_key)
    if known is not None:
        return known
    move(submission, SubmissionStatus.IN_REVIEW, at)
    days = submission.product["terms"].get("decision_days") or DECISION_DAYS
    submission.answer_by = calendar.end_of_working_days(at, days, extra=procedures.calendar_extra())
    submission.reminded_at = None
    message = say(submission, form, by, at)
    attachments.attach(row, uploaded, _("补充材料"), by=by, at=at, submission=submission)
    audit.record(by, "finance.reply", submission, at)
    mails.replied(submission, row, message.id, at)
    return message


def accept(
    row: FinanceApplication, submission: FinanceSubmission, seen_number: int, *, by: Actor, at: datetime
) -> None:
    """Take exactly the offer that was seen; all other institutions are told that another was chosen. Rows are locked.

    Moves: offered → accepted, the application sent → accepted, everything else living → not_chosen.
    Raises: NotYetDealing; AlreadyAccepted; OfferReplaced; OfferLapsed; NotOffered while the institution is suspended.
    """
    if needs.obstacle(by):
        raise NotYetDealing()
    if row.status == ApplicationStatus.ACCEPTED:
        raise AlreadyAccepted()
    offer = queries.offers_of([submission.id]).get(submission.id)
    if offer is None:
        raise NoSuchMove()
    if offer.number != seen_number:
        raise OfferReplaced()
    if at > offer.valid_until:
        raise OfferLapsed(until=offer.valid_until)
    if accounts.organisation(submission.institution_id).status != OrganisationStatus.APPROVED:
        raise NotOffered(name=submission.product["name"])
    move(submission, SubmissionStatus.ACCEPTED, at)
    move(row, ApplicationStatus.ACCEPTED, at)
    submission.ended_at = row.ended_at = at
    db.flush_or(AlreadyAccepted)
    audit.record(by, "finance.accept", submission, at, application=row.id, offer=offer.number)
    mails.accepted(submission, row, at)
    for other in queries.submissions_of(row.id, lock=True):
        if other.id != submission.id and other.status in LIVING:
            move(other, SubmissionStatus.NOT_CHOSEN, at)
            other.ended_at = at
            audit.record(by, "finance.not_chosen", other, at, application=row.id)
            mails.not_chosen(other, row, at)


def withdraw(row: FinanceApplication, why: str, *, by: Actor, at: datetime) -> None:
    """Take the whole application back. Moves: draft | sent → withdrawn, with everything that lives of it."""
    row.end_reason, row.ended_at = why, at
    move(row, ApplicationStatus.WITHDRAWN, at)
    for one in queries.submissions_of(row.id, lock=True):
        if one.status in LIVING:
            _withdraw_one(row, one, why, by, at)
    db.session().flush()
    audit.record(by, "finance.withdraw", row, at, why=why)


def withdraw_from(row: FinanceApplication, submission: FinanceSubmission, why: str, *, by: Actor, at: datetime) -> None:
    """Take it back from one institution; the others go on. Moves: living → withdrawn."""
    _withdraw_one(row, submission, why, by, at)
    db.session().flush()


def _withdraw_one(row: FinanceApplication, one: FinanceSubmission, why: str, by: Actor, at: datetime) -> None:
    move(one, SubmissionStatus.WITHDRAWN, at)
    one.end_reason, one.ended_at = why, at
    audit.record(by, "finance.withdraw_from", one, at, application=row.id, why=why)
    mails.withdrawn(one, row, at)


def say(submission: FinanceSubmission, form: MessageForm, by: Actor, at: datetime) -> FinanceMessage:
    """Keep what one side tells the other; flushed."""
    message = FinanceMessage(
        submission_id=submission.id, form_key=form.form_key, organisation_id=by.organisation_id, user_id=by.user_id,
        text=form.text, at=at,
    )  # fmt: skip
    db.session().add(message)
    db.flush_or(AlreadySaved)
    return message


def message_with_key(submission: FinanceSubmission, form_key: str) -> FinanceMessage | None:
    """The message a form was saved as, if it was."""
    return next(
        (one for one in queries.messages_of([submission.id]).get(submission.id, []) if one.form_key == form_key), None
    )


def starting_values(source: Beginning, owner_id: int) -> dict[str, Any]:
    """How the form begins: what the source says, and the organisation's own province where it says none."""
    return {
        "title": source.title, "purpose": source.purpose, "amount_fen": source.amount_fen, "months": source.months,
        "province": source.province or accounts.organisation(owner_id).province, "items": source.items,
        "origin": source.origin if source.origin != Origin.NONE else "", "origin_id": source.origin_id,
    }  # fmt: skip
