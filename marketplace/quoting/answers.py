"""Verbs of the asked suppliers: drafting, submitting, declining and withdrawing an answer."""

from datetime import datetime

from marketplace.kit import audit, db
from marketplace.kit.errors import Stale
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.quoting import mails, queries, rules
from marketplace.quoting.models import Quote, QuoteLine, QuoteRevision, QuoteStatus, RequestLine
from marketplace.quoting.requests import check_may_deal
from marketplace.quoting.rows import Inquiry
from marketplace.quoting.schemas import LineAnswer, QuoteForm


def acknowledge(inquiry: Inquiry, *, at: datetime) -> None:
    """The supplier has seen the request; the buyer may know. Answering says the same."""
    if inquiry.invitation.seen_at is None:
        inquiry.invitation.seen_at = at


def save_draft(inquiry: Inquiry, form: QuoteForm, *, by: Actor, at: datetime) -> Quote:
    """Keep an unfinished answer that nobody else reads. Moves: draft | declined | withdrawn → draft.

    Raises: NoLongerOpen; Stale when a colleague changed it meanwhile; NoSuchMove over a submitted answer.
    """
    rules.check_open(inquiry.request, at)
    quote = _quote_for(inquiry, form.revision, at)
    move(quote, QuoteStatus.DRAFT, at)
    _write(quote, form, _asked(inquiry), at)
    acknowledge(inquiry, at=at)
    db.session().flush()
    audit.record(by, "quote.draft", quote, at)
    return quote


def submit_quote(inquiry: Inquiry, form: QuoteForm, *, by: Actor, at: datetime) -> QuoteRevision:
    """Give or replace the answer and keep it word for word with a receipt. Moves: any → submitted.

    Saying the same again returns the receipt there is. Read the inquiry with its lock, and the time after it.
    Raises: NoLongerOpen; MayNotDealYet; Stale when a colleague changed it meanwhile.
    """
    check_may_deal(by)
    rules.check_open(inquiry.request, at)
    again = _same_again(inquiry, form)
    if again:
        return again
    quote = _quote_for(inquiry, form.revision, at)
    _write(quote, form, _asked(inquiry), at)
    revision = _keep(inquiry, quote, by, at)
    acknowledge(inquiry, at=at)
    inquiry.invitation.declined_reason = ""
    audit.record(by, "quote.submit", quote, at, sequence=quote.sequence, hash=quote.receipt_hash)
    mails.quote_submitted(inquiry.request, quote, by.organisation_name, at)
    return revision


def decline(inquiry: Inquiry, reason: str, *, by: Actor, at: datetime) -> None:
    """Say no, with the reason. Moves: draft | withdrawn → declined. Raises: NoLongerOpen; NoSuchMove once submitted."""
    rules.check_open(inquiry.request, at)
    if inquiry.quote and inquiry.quote.status == QuoteStatus.DECLINED:
        return
    quote = inquiry.quote or _new_quote(inquiry, at)
    move(quote, QuoteStatus.DECLINED, at)
    inquiry.invitation.declined_reason = reason
    acknowledge(inquiry, at=at)
    db.session().flush()
    audit.record(by, "quote.decline", quote, at, reason=reason)
    mails.quote_declined(inquiry.request, quote, by.organisation_name, reason, at)


def withdraw_quote(inquiry: Inquiry, *, by: Actor, at: datetime) -> None:
    """Take the answer back; the supplier keeps its receipts. Moves: submitted → withdrawn. Raises: NoLongerOpen."""
    rules.check_open(inquiry.request, at)
    quote = inquiry.quote or _new_quote(inquiry, at)
    move(quote, QuoteStatus.WITHDRAWN, at)
    db.session().flush()
    audit.record(by, "quote.withdraw", quote, at, sequence=quote.sequence)
    mails.quote_withdrawn(inquiry.request, quote, by.organisation_name, at)


def _asked(inquiry: Inquiry) -> list[RequestLine]:
    return queries.lines_of(inquiry.request.id, inquiry.invitation.supplier_id)


def _quote_for(inquiry: Inquiry, revision: int, at: datetime) -> Quote:
    quote = inquiry.quote
    if (quote.revision if quote else 0) != revision:
        raise Stale()
    return quote or _new_quote(inquiry, at)


def _new_quote(inquiry: Inquiry, at: datetime) -> Quote:
    quote = Quote(
        request_id=inquiry.request.id, supplier_id=inquiry.invitation.supplier_id, created_at=at, updated_at=at
    )
    db.session().add(quote)
    db.flush_or(Stale)
    return quote


def _write(quote: Quote, form: QuoteForm, asked: list[RequestLine], at: datetime) -> None:
    quote.valid_days, quote.tax_included, quote.tax_rate = form.valid_days, form.tax_included, form.tax_rate
    quote.note, quote.updated_at = form.note, at
    known = queries.quote_lines(quote)
    for line, said in zip(asked, form.lines, strict=True):
        row = known.get(line.id)
        if not said.answered:
            if row:
                db.session().delete(row)
            continue
        row = row or QuoteLine(quote_id=quote.id, request_line_id=line.id)
        row.unit_price_fen, row.delivery_days, row.note = said.price, said.delivery_days, said.note
        db.session().add(row)


def _keep(inquiry: Inquiry, quote: Quote, by: Actor, at: datetime) -> QuoteRevision:
    db.session().flush()
    said = queries.quote_lines(quote)
    asked = _asked(inquiry)
    content = {
        "request": inquiry.request.number,
        "supplier": by.organisation_name,
        "sequence": quote.sequence + 1,
        "submitted_at": at.isoformat(),
        "answer": rules.answer_content(quote, [(line, said[line.id]) for line in asked]),
    }
    quote.sequence, quote.submitted_at, quote.receipt_hash = content["sequence"], at, rules.receipt_hash(content)
    move(quote, QuoteStatus.SUBMITTED, at)
    revision = QuoteRevision(
        quote_id=quote.id, sequence=quote.sequence, content=content, hash=quote.receipt_hash, user_id=by.user_id, at=at
    )
    db.session().add(revision)
    db.flush_or(Stale)
    return revision


def _same_again(inquiry: Inquiry, form: QuoteForm) -> QuoteRevision | None:
    """The standing receipt, when this form says what it says."""
    quote = inquiry.quote
    if quote is None or quote.status != QuoteStatus.SUBMITTED:
        return None
    terms = ("valid_days", "tax_included", "tax_rate", "note")
    if any(getattr(quote, name) != getattr(form, name) for name in terms):
        return None
    said = queries.quote_lines(quote)
    same = all(_says(said.get(line.id), new) for line, new in zip(_asked(inquiry), form.lines, strict=True))
    return queries.revision(quote, quote.sequence) if same else None


def _says(row: QuoteLine | None, new: LineAnswer) -> bool:
    said = (new.price, new.delivery_days, new.note)
    return row is not None and (row.unit_price_fen, row.delivery_days, row.note) == said
