"""Verbs of the inquiry basket."""

from datetime import datetime

from marketplace.catalog import queries as catalog
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.quoting import queries
from marketplace.quoting.errors import BasketFull
from marketplace.quoting.models import BasketLine
from marketplace.quoting.schemas import BasketEdit, NewBasketLine

BASKET_LIMIT = 1000


def add_to_basket(new: NewBasketLine, *, by: Actor, at: datetime) -> tuple[BasketLine, bool]:
    """Put a listing into the organisation's basket; a listing already there stays as it is. True when it is new.

    Raises: NotFound for what is not public; BasketFull.
    """
    listing, _supplier = catalog.listing_for(None, new.listing_id)
    known = queries.basket_line(by.organisation_id, listing.id)
    if known:
        return known, False
    if queries.basket_size(by.organisation_id) >= BASKET_LIMIT:
        raise BasketFull(limit=BASKET_LIMIT)
    line = BasketLine(
        organisation_id=by.organisation_id, listing_id=listing.id, quantity=new.quantity or listing.min_order or 1,
        added_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip
    if db.add_once(line):
        return line, True
    return queries.basket_line(by.organisation_id, listing.id), False


def edit_line(line: BasketLine, edit: BasketEdit, *, at: datetime) -> None:
    """Change how many, and the note."""
    if (line.quantity, line.note) != (edit.quantity, edit.note):
        line.quantity, line.note, line.updated_at = edit.quantity, edit.note, at


def remove_line(line: BasketLine) -> None:
    """Take a listing out of the basket."""
    db.session().delete(line)
