"""Reads of baskets, requests and answers, each scoped to who asks."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Listing
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procedures.rules import INQUIRY
from marketplace.quoting import comparison
from marketplace.quoting.models import (
    ANSWERED,
    BasketLine,
    Invitation,
    Question,
    Quote,
    QuoteLine,
    QuoteRevision,
    QuoteStatus,
    Request,
    RequestLine,
    RequestStatus,
)
from marketplace.quoting.rows import BasketItem, Inquiry, SentRequest
from marketplace.quoting.rules import REMINDER, STANDARD, State, Times, state_of
from marketplace.taxonomy import queries as taxonomy


def obstacle(by: Actor) -> str:
    """What still stands between this person and dealing: "email", "organisation", or "" when nothing does."""
    if not by.approved:
        return "organisation"
    return "" if accounts.user(by.user_id).email_verified_at else "email"


def times() -> Times:
    """What the market inquiry's procedure in use says of time."""
    row = procedures.newest(INQUIRY)
    if row is None:
        return STANDARD
    found = procedures.definition(row)
    return Times(found.usual_time, found.min_time, procedures.calendar_extra())


def basket(organisation_id: int, *, lock: bool = False) -> list[BasketItem]:
    """Everything in an organisation's basket, supplier by supplier; `lock` keeps colleagues from sending it too."""
    query = (
        select(BasketLine, Listing, Organisation)
        .join(Listing, Listing.id == BasketLine.listing_id)
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(BasketLine.organisation_id == organisation_id)
        .order_by(Organisation.name, Organisation.id, BasketLine.id)
    )
    if lock:
        query = query.with_for_update(of=BasketLine)
    rows = db.session().exec(query)
    return [BasketItem(line, listing, org, catalog.is_public(listing, org)) for line, listing, org in rows]


def basket_size(organisation_id: int) -> int:
    """How many lines the basket holds."""
    query = select(sa.func.count()).select_from(BasketLine).where(BasketLine.organisation_id == organisation_id)
    return db.session().exec(query).one()


def basket_line(organisation_id: int, listing_id: int) -> BasketLine | None:
    """The basket's line about a listing."""
    query = select(BasketLine).where(BasketLine.organisation_id == organisation_id, BasketLine.listing_id == listing_id)
    return db.session().exec(query).first()


def request(request_id: int, *, lock: bool = False) -> Request:
    """`lock` before judging the time: whoever else changes or answers this request waits. Raises: NotFound."""
    query = select(Request).where(Request.id == request_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def request_with_key(owner_id: int, form_key: str) -> Request | None:
    """The request a form was sent as, if it was."""
    return db.session().exec(select(Request).where(Request.owner_id == owner_id, Request.form_key == form_key)).first()


def _in_state(state: State | None, at: datetime) -> list[sa.ColumnElement[bool]]:
    """The SQL of rules.state_of."""
    if state is None:
        return []
    if state in (State.CLOSED, State.CANCELLED):
        return [Request.status == RequestStatus(state.value)]
    in_time = Request.answer_by > at if state == State.OPEN else Request.answer_by <= at
    return [Request.status == RequestStatus.SENT, in_time]


def requests_page(
    owner_id: int, state: State | None, at: datetime, page: int, per_page: int
) -> tuple[list[SentRequest], int]:
    """One page of an organisation's requests, newest first, and how many there are."""
    wanted = [Request.owner_id == owner_id, *_in_state(state, at)]
    total = db.session().exec(select(sa.func.count()).select_from(Request).where(*wanted)).one()
    query = select(Request).where(*wanted).order_by(Request.id.desc())
    rows = list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page)))
    ids = [row.id for row in rows]
    asked = _counted(Invitation.request_id, Invitation.request_id.in_(ids))
    quoted = _counted(Quote.request_id, Quote.request_id.in_(ids), Quote.status == QuoteStatus.SUBMITTED)
    declined = _counted(Quote.request_id, Quote.request_id.in_(ids), Quote.status == QuoteStatus.DECLINED)
    numbers = [(r, asked.get(r.id, 0), quoted.get(r.id, 0), declined.get(r.id, 0)) for r in rows]
    return [SentRequest(r, state_of(r, at), a, q, d) for r, a, q, d in numbers], total


def requests_of(owner_id: int, limit: int) -> list[SentRequest]:
    """An organisation's latest requests, for its desk."""
    return requests_page(owner_id, None, clock.now(), 1, limit)[0]


def _counted(column: sa.ColumnElement, *wanted: sa.ColumnElement[bool]) -> dict[int, int]:
    return dict(db.session().exec(select(column, sa.func.count()).where(*wanted).group_by(column)).all())


def _inquiries(supplier_id: int) -> sa.Select:
    mine = sa.and_(Quote.request_id == Request.id, Quote.supplier_id == supplier_id)
    return (
        select(Request, Organisation, Invitation, Quote)
        .join(Invitation, Invitation.request_id == Request.id)
        .join(Organisation, Organisation.id == Request.owner_id)
        .outerjoin(Quote, mine)
        .where(Invitation.supplier_id == supplier_id)
    )


def inquiry(request_id: int, supplier_id: int, at: datetime | None = None) -> Inquiry:
    """A request this supplier was asked by, as it stands at a moment (now unless given).

    Raises: NotFound, also when only others were asked.
    """
    query = _inquiries(supplier_id).where(Request.id == request_id).execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return _inquiry(found, at or clock.now())


def inquiries_page(supplier_id: int, tab: str, at: datetime, page: int, per_page: int) -> tuple[list[Inquiry], int]:
    """One page of what a supplier was asked, newest first: "waiting" for its answer, "answered", "ended", or "all"."""
    unanswered = sa.or_(Quote.id.is_(None), Quote.status.not_in(ANSWERED))
    wanted = {
        "waiting": [unanswered, *_in_state(State.OPEN, at)],
        "answered": [Quote.status.in_(ANSWERED)],
        "ended": [sa.not_(sa.and_(*_in_state(State.OPEN, at)))],
    }.get(tab, [])
    query = _inquiries(supplier_id).where(*wanted)
    total = db.session().exec(select(sa.func.count()).select_from(query.with_only_columns(Request.id).subquery())).one()
    rows = db.session().exec(query.order_by(Request.id.desc()).offset((page - 1) * per_page).limit(per_page))
    return [_inquiry(row, at) for row in rows], total


def inquiries_for(supplier_id: int, limit: int) -> list[Inquiry]:
    """What a supplier was asked lately, for its desk."""
    return inquiries_page(supplier_id, "all", clock.now(), 1, limit)[0]


def _inquiry(row: sa.Row, at: datetime) -> Inquiry:
    asked, buyer, invitation, quote = row
    return Inquiry(asked, state_of(asked, at), buyer, invitation, quote)


def lines_of(request_id: int, supplier_id: int | None = None) -> list[RequestLine]:
    """What was asked, of one supplier or of all, in order."""
    query = select(RequestLine).where(RequestLine.request_id == request_id)
    if supplier_id is not None:
        query = query.where(RequestLine.supplier_id == supplier_id)
    return list(db.session().exec(query.order_by(RequestLine.id)))


def invitations_of(request_id: int) -> list[tuple[Invitation, Organisation]]:
    """Who was asked; for the owner and the platform only."""
    query = select(Invitation, Organisation).join(Organisation, Organisation.id == Invitation.supplier_id)
    return list(db.session().exec(query.where(Invitation.request_id == request_id).order_by(Invitation.id)))


def readable_quotes(request_id: int) -> tuple[dict[int, Quote], dict[int, QuoteLine]]:
    """The one door through which a buyer reads answers.

    Quotes by supplier, never drafts; answers by request line, of submitted quotes only.
    """
    query = select(Quote).where(Quote.request_id == request_id, Quote.status != QuoteStatus.DRAFT)
    quotes = {quote.supplier_id: quote for quote in db.session().exec(query)}
    lines = (
        select(QuoteLine)
        .join(Quote, Quote.id == QuoteLine.quote_id)
        .where(Quote.request_id == request_id, Quote.status == QuoteStatus.SUBMITTED)
    )
    return quotes, {line.request_line_id: line for line in db.session().exec(lines)}


def comparison_of(row: Request, at: datetime) -> comparison.Comparison:
    """The request's answers side by side; listings of one class meet in one row."""
    invitations = [(invitation, org.name) for invitation, org in invitations_of(row.id)]
    quotes, answers = readable_quotes(row.id)
    return comparison.compare(row, lines_of(row.id), invitations, quotes, answers, title_of=title_of, at=at)


def title_of(line: RequestLine) -> str:
    """What a line is about: its class, else its name."""
    node = taxonomy.class_(line.class_code)
    return node.name if node else line.name


def quote_lines(quote: Quote | None) -> dict[int, QuoteLine]:
    """A supplier's own answers by request line."""
    if quote is None:
        return {}
    query = select(QuoteLine).where(QuoteLine.quote_id == quote.id)
    return {line.request_line_id: line for line in db.session().exec(query)}


def revisions_of(quote: Quote | None) -> list[QuoteRevision]:
    """Everything a supplier has submitted under a quote, newest first."""
    if quote is None:
        return []
    query = select(QuoteRevision).where(QuoteRevision.quote_id == quote.id).order_by(QuoteRevision.sequence.desc())
    return list(db.session().exec(query))


def revision(quote: Quote | None, sequence: int) -> QuoteRevision:
    """One of them. Raises: NotFound."""
    found = next((row for row in revisions_of(quote) if row.sequence == sequence), None)
    if found is None:
        raise NotFound()
    return found


def questions_of(request_id: int, reader_id: int | None = None) -> list[Question]:
    """Questions to a request: all for its owner; for a supplier the answered ones and its own."""
    query = select(Question).where(Question.request_id == request_id)
    if reader_id is not None:
        query = query.where(sa.or_(Question.answered_at.is_not(None), Question.asked_by == reader_id))
    return list(db.session().exec(query.order_by(Question.id)))


def question(request_id: int, question_id: int) -> Question:
    """A question to this request. Raises: NotFound."""
    found = db.session().get(Question, question_id)
    if found is None or found.request_id != request_id:
        raise NotFound()
    return found


def to_remind(at: datetime) -> Sequence[tuple[Request, Invitation]]:
    """Whom to remind: the answer-by time is within a day, nothing was answered, nobody reminded yet.

    Requests that gave less than a day from the start are left out: the invitation itself is fresh enough.
    """
    mine = sa.and_(Quote.request_id == Request.id, Quote.supplier_id == Invitation.supplier_id)
    query = (
        select(Request, Invitation)
        .join(Invitation, Invitation.request_id == Request.id)
        .outerjoin(Quote, mine)
        .where(
            *_in_state(State.OPEN, at),
            Request.answer_by <= at + REMINDER,
            Invitation.reminded_at.is_(None),
            sa.or_(Quote.id.is_(None), Quote.status == QuoteStatus.DRAFT),
        )
    )
    return [pair for pair in db.session().exec(query).all() if pair[0].answer_by - pair[0].created_at >= REMINDER]


def counts_by_state(at: datetime | None = None) -> dict[str, int]:
    """How much is asked and answered on the platform, for operators: numbers of things, never prices."""
    at, found = at or clock.now(), {}
    for state in State:
        query = select(sa.func.count()).select_from(Request).where(*_in_state(state, at))
        found[state.value] = db.session().exec(query).one()
    found["invitations"] = db.session().exec(select(sa.func.count()).select_from(Invitation)).one()
    for status in ANSWERED:
        query = select(sa.func.count()).select_from(Quote).where(Quote.status == status)
        found[status.value] = db.session().exec(query).one()
    return found
