"""Verbs of the buyer's requests: sending, more time, closing, cancelling, asking again."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.catalog import queries as catalog
from marketplace.kit import audit, clock, db
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.quoting import mails, queries, rules
from marketplace.quoting.basket import BASKET_LIMIT
from marketplace.quoting.errors import AlreadySent, BasketFull, MayNotDealYet, NothingToAsk, TooManySuppliers
from marketplace.quoting.models import BasketLine, Invitation, NumberCounter, Request, RequestLine, RequestStatus
from marketplace.quoting.rows import BasketItem
from marketplace.quoting.schemas import NewRequest

MAX_SUPPLIERS = 50


def send_request(new: NewRequest, *, by: Actor, at: datetime) -> tuple[Request, bool]:
    """Send the chosen basket lines that are still public to their suppliers and tell them. True when it is new.

    The same form again returns the request it became. Sent lines leave the basket.
    Raises: MayNotDealYet; BadAnswerBy; NothingToAsk; TooManySuppliers; AlreadySent when a twin won at this very moment.
    """
    held = queries.basket(by.organisation_id, lock=True)  # first of all: a twin waits here and then finds the request
    known = queries.request_with_key(by.organisation_id, new.form_key)
    if known:
        return known, False
    check_may_deal(by)
    rules.check_answer_by(new.answer_by, at, queries.times())
    items = _chosen(new, held)

    row = Request(
        **new.model_dump(exclude={"lines"}), owner_id=by.organisation_id, number=_next_number(at), sent_by=by.user_id,
        created_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(AlreadySent)
    _add_lines(row, items, at)
    db.session().flush()
    audit.record(by, "request.send", row, at, number=row.number, lines=len(items))
    mails.request_sent(row, by.organisation_name, at)
    return row, True


def check_may_deal(by: Actor) -> None:
    """Only checked organisations and people with a proven address deal. Raises: MayNotDealYet."""
    why = queries.obstacle(by)
    if why:
        raise MayNotDealYet(why=why)


def extend_request(row: Request, answer_by: datetime, *, by: Actor, at: datetime) -> None:
    """Give suppliers more time, also after the time has run out. Raises: BadAnswerBy; NoSuchMove when ended by hand."""
    _check_sent(row)
    rules.check_extension(row, answer_by, at, queries.times())
    before, row.answer_by, row.updated_at = row.answer_by, answer_by, at
    audit.record(by, "request.extend", row, at, before=before.isoformat(), after=answer_by.isoformat())
    mails.request_extended(row, at)


def close_request(row: Request, *, by: Actor, at: datetime) -> None:
    """Take no more answers. Moves: sent → closed. Raises: NoLongerOpen when the time has run out anyway."""
    rules.check_open(row, at)
    move(row, RequestStatus.CLOSED, at)
    audit.record(by, "request.close", row, at)
    mails.request_closed(row, at)


def cancel_request(row: Request, reason: str, *, by: Actor, at: datetime) -> None:
    """Call it off and tell the suppliers why. Moves: sent → cancelled."""
    row.cancel_reason = reason
    move(row, RequestStatus.CANCELLED, at)
    audit.record(by, "request.cancel", row, at, reason=reason)
    mails.request_cancelled(row, at)


def ask_again(row: Request, *, by: Actor, at: datetime) -> tuple[int, int]:
    """Copy a request's lines into the basket; returns how many were added and how many are no longer offered.

    Raises: BasketFull.
    """
    added = gone = 0
    held = {item.line.listing_id for item in queries.basket(by.organisation_id)}
    lines = queries.lines_of(row.id)
    public = catalog.public_listings([line.listing_id for line in lines])
    for line in lines:
        if line.listing_id not in public:
            gone += 1
        elif line.listing_id not in held:
            copy = BasketLine(
                organisation_id=by.organisation_id, listing_id=line.listing_id, quantity=line.quantity, note=line.note,
                added_by=by.user_id, created_at=at, updated_at=at,
            )  # fmt: skip
            db.session().add(copy)
            added += 1
    if len(held) + added > BASKET_LIMIT:
        raise BasketFull(limit=BASKET_LIMIT)
    audit.record(by, "request.ask_again", row, at, added=added, gone=gone)
    return added, gone


def _check_sent(row: Request) -> None:
    if row.status != RequestStatus.SENT:
        raise NoSuchMove(was=str(row.status), to=str(RequestStatus.SENT))


def _chosen(new: NewRequest, held: list[BasketItem]) -> list[BasketItem]:
    wanted = set(new.lines)
    items = [item for item in held if item.available and item.line.id in wanted]
    if not items:
        raise NothingToAsk()
    if len({item.supplier.id for item in items}) > MAX_SUPPLIERS:
        raise TooManySuppliers(limit=MAX_SUPPLIERS)
    return items


def _add_lines(row: Request, items: list[BasketItem], at: datetime) -> None:
    for supplier_id in dict.fromkeys(item.supplier.id for item in items):
        db.session().add(Invitation(request_id=row.id, supplier_id=supplier_id, created_at=at))
    for item in items:
        listing = item.listing
        line = RequestLine(
            request_id=row.id, listing_id=listing.id, version_number=listing.version, supplier_id=item.supplier.id,
            class_code=listing.class_code or "", name=listing.name, model=listing.model, quantity=item.line.quantity,
            unit=listing.unit, note=item.line.note,
        )  # fmt: skip
        db.session().add(line)
        db.session().delete(item.line)


def _next_number(at: datetime) -> str:
    """Count up in the database: two senders at once get two numbers."""
    day = clock.local(at).date()
    table = NumberCounter.__table__
    counter = sa.text(
        "INSERT INTO request_counter (day, last) VALUES (:day, 1) "
        "ON CONFLICT (day) DO UPDATE SET last = request_counter.last + 1 RETURNING last"
    ).bindparams(sa.bindparam("day", type_=table.c.day.type))
    last = db.session().connection().execute(counter, {"day": day}).scalar_one()
    return f"XJ{day:%Y%m%d}-{last:04d}"
