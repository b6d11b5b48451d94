"""Verbs of ratings: one each after the end, a reply, a report, and the operator's decision about it."""

from datetime import datetime

from sqlmodel import col, select

from marketplace.accounts.models import Organisation
from marketplace.contracts import mails, queries, rules
from marketplace.contracts.errors import RatingClosed
from marketplace.contracts.models import Contract, PartyRole
from marketplace.contracts.models_performance import Rating, RatingReport
from marketplace.contracts.schemas import DecisionForm, RatingForm
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor


def rate(row: Contract, form: RatingForm, *, by: Actor, at: datetime) -> Rating:
    """Judge the other side, once. Raises: RatingClosed when rated already or the time for it is over or has not come."""
    if not rules.may_rate(row, at):
        raise RatingClosed()
    role = PartyRole.BUYER if by.organisation_id == row.owner_id else PartyRole.SUPPLIER
    rating = Rating(
        contract_id=row.id, rater_id=by.organisation_id, ratee_id=mails.other_side(row, by.organisation_id)[0], role=role,
        scores=form.scores, text=form.text, user_id=by.user_id, at=at,
    )  # fmt: skip
    db.session().add(rating)
    db.flush_or(RatingClosed)
    audit.record(by, "rating.give", rating, at, contract=row.id)
    mails.rated(row, rating, at)
    return rating


def reply(row: Contract, rating: Rating, text: str, *, by: Actor, at: datetime) -> None:
    """Whoever was rated answers, once. Raises: NotFound while it is not shown; RatingClosed when answered."""
    _check_shown(row, rating, at)
    if rating.replied_at is not None:
        raise RatingClosed()
    rating.reply, rating.replied_at, rating.replied_by = text, at, by.user_id
    audit.record(by, "rating.reply", rating, at, contract=row.id)


def report(row: Contract, rating: Rating, why: str, *, by: Actor, at: datetime) -> RatingReport:
    """Whoever was rated asks the operator to look at it, once. Raises: NotFound while not shown; RatingClosed."""
    _check_shown(row, rating, at)
    row_ = RatingReport(rating_id=rating.id, organisation_id=by.organisation_id, user_id=by.user_id, why=why, at=at)
    db.session().add(row_)
    db.flush_or(RatingClosed)
    audit.record(by, "rating.report", rating, at, contract=row.id, why=why)
    return row_


def decide(report: RatingReport, form: DecisionForm, *, by: Actor, at: datetime) -> None:
    """The operator hides a rating or keeps it, with the reason. Raises: RatingClosed when decided already."""
    if report.decided_at is not None:
        raise RatingClosed()
    rating = db.session().get(Rating, report.rating_id)
    if rating is None:
        raise NotFound()
    report.hidden, report.decision, report.decided_by, report.decided_at = form.hide, form.reason, by.user_id, at
    if form.hide:
        rating.hidden_at, rating.hidden_reason, rating.hidden_by = at, form.reason, by.user_id
        mails.rating_hidden(queries.contract(rating.contract_id), rating, at)
    audit.record(by, "rating.decide", rating, at, hidden=form.hide, reason=form.reason)


def rating_about(row: Contract, organisation_id: int | None) -> Rating:
    """What was said about one side of a contract. Raises: NotFound."""
    found = next((r for r in queries.ratings_of(row.id) if r.ratee_id == organisation_id), None)
    if found is None:
        raise NotFound()
    return found


def is_reported(rating: Rating) -> bool:
    """Whether somebody asked the operator to look at it already."""
    return db.session().exec(select(RatingReport.id).where(RatingReport.rating_id == rating.id)).first() is not None


def reports(*, decided: bool, page: int, per_page: int) -> list[tuple[RatingReport, Rating, Contract, Organisation]]:
    """One page of reported ratings with who was rated: the waiting, or the decided, newest first; one more than fits."""
    query = (
        select(RatingReport, Rating, Contract, Organisation)
        .join(Rating, Rating.id == RatingReport.rating_id)
        .join(Contract, Contract.id == Rating.contract_id)
        .join(Organisation, Organisation.id == Rating.ratee_id)
        .where(col(RatingReport.decided_at).is_not(None) if decided else col(RatingReport.decided_at).is_(None))
        .order_by(col(RatingReport.id).desc())
    )
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page + 1)))


def report_of(report_id: int) -> RatingReport:
    """A report held against a second decision. Raises: NotFound."""
    query = select(RatingReport).where(RatingReport.id == report_id).with_for_update()
    found = db.session().exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound()
    return found


def _check_shown(row: Contract, rating: Rating, at: datetime) -> None:
    if rating.hidden_at is not None or not rules.ratings_shown(row, queries.ratings_of(row.id), at):
        raise NotFound()
