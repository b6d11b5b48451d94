"""Verbs of institutions about what lies before them: taking it up, asking for more, offering, declining."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import OrganisationStatus
from marketplace.accounts.queries import organisation
from marketplace.financing import attachments, mails, queries
from marketplace.financing.applications import message_with_key, say
from marketplace.financing.errors import AlreadySaved, NotYetDealing, NotYours
from marketplace.financing.figures import figures
from marketplace.financing.models import (
    FinanceApplication,
    FinanceMessage,
    FinanceOffer,
    FinanceSubmission,
    ProductKind,
    SubmissionStatus,
)
from marketplace.financing.rules import state_of
from marketplace.financing.schemas import MessageForm, OfferForm, OfferTerms
from marketplace.kit import audit, clock, db
from marketplace.kit.i18n import told
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor

LONGEST = timedelta(days=180)


def take(submission: FinanceSubmission, *, by: Actor, at: datetime) -> None:
    """Take it up; once it is, nothing happens. Moves: sent → in_review."""
    if submission.status != SubmissionStatus.SENT:
        return
    move(submission, SubmissionStatus.IN_REVIEW, at)
    submission.taken_by = by.user_id
    db.session().flush()
    audit.record(by, "finance.take", submission, at)


def ask(
    row: FinanceApplication, submission: FinanceSubmission, form: MessageForm, *, by: Actor, at: datetime
) -> FinanceMessage:
    """Ask for papers or facts; the clock stands until the answer. Moves: in_review → asked. Raises: NoSuchMove."""
    known = message_with_key(submission, form.form_key)
    if known is not None:
        return known
    take(submission, by=by, at=at)
    move(submission, SubmissionStatus.ASKED, at)
    message = say(submission, form, by, at)
    audit.record(by, "finance.ask", submission, at)
    mails.asks_more(submission, row, form.text, message.id, at)
    return message


def offer(
    row: FinanceApplication, submission: FinanceSubmission, form: OfferForm, uploaded: Sequence[FileStorage] = (), *,
    by: Actor, at: datetime,
) -> FinanceOffer:  # fmt: skip
    """Make an offer, or a new one in place of the last, whose number an applicant who accepts must name.

    Moves: in_review | asked | lapsed → offered. Raises: NotYetDealing; NotYours for another kind or a bad last day;
    TooSmallToSpread; NoSuchMove.
    """
    made = queries.all_offers(submission.id)
    known = next((one for one in made if one.form_key == form.form_key), None)
    if known is not None:
        return known
    _check(submission, form, at)
    take(submission, by=by, at=at)
    lapse(row, submission, at)
    if submission.status != SubmissionStatus.OFFERED:
        move(submission, SubmissionStatus.OFFERED, at)
    submission.updated_at = at
    terms = OfferTerms.model_validate(form.model_dump(include=set(OfferTerms.model_fields)))
    one = FinanceOffer(
        submission_id=submission.id, number=len(made) + 1, form_key=form.form_key, kind=terms.kind,
        terms=terms.model_dump(mode="json"), figures=figures(terms).stored(), conditions=form.conditions,
        valid_until=end_of(form.valid_until), made_by=by.user_id, made_at=at,
    )  # fmt: skip
    db.session().add(one)
    db.flush_or(AlreadySaved)
    attachments.attach(row, uploaded, told("方案附件"), by=by, at=at, submission=submission)
    audit.record(by, "finance.offer", submission, at, number=one.number)
    mails.offered(submission, row, one, at)
    return one


def decline(row: FinanceApplication, submission: FinanceSubmission, why: str, *, by: Actor, at: datetime) -> None:
    """Say no, with the reason the applicant reads. Moves: in_review | asked | lapsed → declined.

    Raises: NoSuchMove, also while an offer stands: what was offered until a day stands until then.
    """
    take(submission, by=by, at=at)
    lapse(row, submission, at)
    submission.end_reason = why
    move(submission, SubmissionStatus.DECLINED, at)
    submission.ended_at = at
    db.session().flush()
    audit.record(by, "finance.decline", submission, at, why=why)
    mails.declined(submission, row, at)


def lapse(row: FinanceApplication, submission: FinanceSubmission, at: datetime) -> bool:
    """Record that an offer's time is over, if it is; by whoever looks first. Moves: offered → lapsed."""
    newest = queries.offers_of([submission.id]).get(submission.id)
    if newest is None or submission.status == state_of(submission.status, newest.valid_until, at):
        return False
    move(submission, SubmissionStatus.LAPSED, at)
    db.session().flush()
    audit.record(None, "finance.lapse", submission, at, number=newest.number)
    mails.lapsed(submission, row, newest, at)
    return True


def end_of(day: date) -> datetime:
    """The last second of a day in Shanghai."""
    return datetime.combine(day, time(23, 59, 59), clock.SHANGHAI).astimezone(clock.now().tzinfo)


def _check(submission: FinanceSubmission, form: OfferForm, at: datetime) -> None:
    if organisation(submission.institution_id).status != OrganisationStatus.APPROVED:
        raise NotYetDealing()
    if form.kind != ProductKind(submission.product["kind"]):
        raise NotYours(why=_("方案的种类须与被申请的产品一致。"))
    if not at < end_of(form.valid_until) <= at + LONGEST:
        raise NotYours(why=_("有效期须在今天之后、180 天以内。"))
