"""Listings as lists show them: a few columns, loaded at once, only what this viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.catalog.models import Listing, ListingImage, ListingStatus
from marketplace.kit import db
from marketplace.kit.files import StoredFile
from marketplace.parks import queries as parks

_COLUMNS = (
    Listing.id, Listing.name, Listing.model, Listing.summary, Listing.kind, Listing.class_code, Listing.specs,
    Listing.price_kind, Listing.price_min_fen, Listing.price_max_fen, Listing.unit, Listing.stock,
    Listing.lead_time_days, Listing.confirmed_at, Listing.arrangements, Listing.owner_id,
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """One listing in a list."""

    id: int
    name: str
    model: str
    summary: str
    kind: str
    class_code: str | None
    specs: list[dict[str, Any]]
    price_kind: str
    price_min_fen: int | None
    price_max_fen: int | None
    unit: str
    stock: int | None
    lead_time_days: int | None
    confirmed_at: datetime | None
    arrangements: list[str]
    owner_id: int
    supplier: str
    province: str
    base: str
    image: str


def cards(ids: Sequence[int]) -> list[Card]:
    """Public listings in the order of `ids`; those no longer public are left out, whatever the index says."""
    if not ids:
        return []
    query = (
        select(*_COLUMNS, Organisation.name, Organisation.province, Listing.status, Organisation.status)
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(Listing.id.in_(ids))
    )
    # Judged here and not in SQL: SQLite would walk the index of the status, which nearly every listing shares.
    public = (ListingStatus.PUBLISHED, OrganisationStatus.APPROVED)
    rows = {row[0]: row for row in db.session().exec(query) if tuple(row[18:]) == public}
    pictures = _pictures(list(rows))
    bases = parks.base_names([row[15] for row in rows.values()]) if rows else {}
    return [
        Card(
            *rows[i][:16],
            supplier=rows[i][16],
            province=rows[i][17],
            base=bases.get(rows[i][15], ""),
            image=pictures.get(i, ""),
        )
        for i in ids
        if i in rows
    ]


def newest(limit: int, *, spread: bool = True) -> list[Card]:
    """The latest published listings, at most one per supplier so that a bulk import does not fill the page."""
    query = (
        select(Listing.id, Listing.owner_id)
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(Listing.status == ListingStatus.PUBLISHED, Organisation.status == OrganisationStatus.APPROVED)
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(limit * 20)
    )
    chosen: list[int] = []
    owners: set[int] = set()
    for listing_id, owner_id in db.session().exec(query):
        if spread and owner_id in owners:
            continue
        owners.add(owner_id)
        chosen.append(listing_id)
    return cards(chosen[:limit])


def _pictures(ids: list[int]) -> dict[int, str]:
    query = (
        select(ListingImage.listing_id, StoredFile.token)
        .join(StoredFile, StoredFile.id == ListingImage.small_id)
        .where(ListingImage.listing_id.in_(ids))
        .order_by(ListingImage.listing_id, ListingImage.position.desc(), ListingImage.id.desc())
    )
    return dict(db.session().exec(query).all())
