"""Verbs of institutions about their products: what an offer of money or cover needs beside its listing."""

from datetime import datetime

from marketplace.catalog.models import Listing, ListingKind
from marketplace.financing import queries
from marketplace.financing.errors import AlreadySaved
from marketplace.financing.models import FinanceProduct
from marketplace.financing.schemas import ProductForm
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.permissions import Actor


def save_product(
    listing: Listing, form: ProductForm, *, revision: int | None, by: Actor, at: datetime
) -> FinanceProduct:
    """Add to a finance listing what applications are judged by, or change it; what lies before the institution keeps
    the version it was judged by. `revision` is what the writer saw, None at the first time.

    Raises: NotFound for a listing of another kind; Stale when a colleague was first.
    """
    if listing.kind != ListingKind.FINANCE:
        raise NotFound()
    row = queries.product_of(listing.id, lock=True)
    if (row.revision if row else None) != revision:
        raise Stale()
    if row is None:
        row = FinanceProduct(
            listing_id=listing.id, owner_id=listing.owner_id, kind=form.kind, version=0, created_at=at, updated_at=at
        )
        db.session().add(row)
    row.kind, row.open, row.terms = form.kind, form.open, form.terms()
    row.eligibility, row.documents = form.eligibility(), form.papers()
    row.version, row.updated_at = row.version + 1, at
    db.flush_or(AlreadySaved)
    audit.record(by, "finance.product", row, at, version=row.version, open=row.open)
    return row
