"""What financing does by the clock. Time itself decides whether an offer stands; the jobs only record and remind."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from marketplace.financing import mails, queries, reviewing
from marketplace.financing.models import FinanceOffer, FinanceSubmission, SubmissionStatus
from marketplace.financing.rules import WARNED_BEFORE
from marketplace.kit import clock, db
from marketplace.kit.jobs import job

_DUE_NOTICE = timedelta(days=1)


@job("financing.lapse", "*/15 * * * *")
def record_lapsed(_slot: datetime) -> str:
    """Record the offers whose time is over, and warn applicants two days before."""
    at, lapsed, warned = clock.now(), 0, 0
    for submission_id, application_id in _offered(at + WARNED_BEFORE):
        row = queries.application(application_id, lock=True)
        one = next(s for s in queries.submissions_of(application_id, lock=True) if s.id == submission_id)
        newest = queries.offers_of([submission_id])[submission_id]
        if reviewing.lapse(row, one, at):
            lapsed += 1
        elif (
            one.status == SubmissionStatus.OFFERED
            and newest.warned_at is None
            and newest.valid_until <= at + WARNED_BEFORE
        ):
            newest.warned_at = at
            mails.offer_ends(one, row, newest, at)
            warned += 1
    return f"{lapsed} offers lapsed, {warned} warned"


@job("financing.remind", "25 * * * *")
def remind(_slot: datetime) -> str:
    """Tell institutions a day before the day they promised to answer by."""
    at = clock.now()
    wanted = (
        col(FinanceSubmission.status).in_((SubmissionStatus.SENT, SubmissionStatus.IN_REVIEW)),
        col(FinanceSubmission.answer_by) <= at + _DUE_NOTICE, col(FinanceSubmission.reminded_at).is_(None),
    )  # fmt: skip
    rows = list(db.session().exec(select(FinanceSubmission).where(*wanted)))
    for one in rows:
        one.reminded_at = at
        mails.due_soon(one, queries.application(one.application_id), at)
    return f"{len(rows)} institutions reminded"


def _offered(until: datetime) -> list[tuple[int, int]]:
    query = select(FinanceSubmission.id, FinanceSubmission.application_id).join(FinanceOffer)
    wanted = (FinanceSubmission.status == SubmissionStatus.OFFERED, col(FinanceOffer.valid_until) <= until)
    return list(db.session().exec(query.where(*wanted).distinct().order_by(col(FinanceSubmission.id))))
