"""How much is offered under each kind, category, field, class and scene; looked at again every minute."""

import time
from collections import Counter

import sqlalchemy as sa
from flask import current_app
from sqlmodel import select

from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.kit import db
from marketplace.search.port import Facet, Query, SearchUnavailable

FRESH_SECONDS = 60
_FIELDS = ("kind", "category", "field", "class")
_held: dict[int, tuple[float, dict[str, dict[str, int]]]] = {}


def public_counts() -> dict[str, dict[str, int]]:
    """Counts of public listings by field and value; under "class" a node counts everything below it."""
    key = id(current_app.extensions["finder"])
    held = _held.get(key)
    if held and time.monotonic() - held[0] < FRESH_SECONDS:
        return held[1]
    try:
        query = Query(facets=tuple(Facet(name, limit=1000) for name in _FIELDS), per_page=1, without_spans=True)
        results = current_app.extensions["finder"].engine.search(query)
        counts = {name: {v.value: v.count for v in results.facets.get(name, ())} for name in _FIELDS}
    except SearchUnavailable:
        return {**{name: {} for name in _FIELDS}, "kind": _kinds_in_database()}
    _held[key] = (time.monotonic(), counts)
    return counts


def newest_of_classes(codes: list[str], limit: int) -> list[int]:
    """The latest public listings of these classes, at most two per class and supplier."""
    query = (
        select(Listing.id, Listing.class_code, Listing.owner_id)
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(
            Listing.class_code.in_(codes),
            Listing.status == ListingStatus.PUBLISHED,
            Organisation.status == OrganisationStatus.APPROVED,
        )
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(limit * 30)
    )
    chosen: list[int] = []
    seen: Counter = Counter()
    for listing_id, class_code, owner_id in db.session().exec(query):
        if seen[class_code] < 2 and seen[owner_id] < 2:
            seen.update((class_code, owner_id))
            chosen.append(listing_id)
    return chosen[:limit]


def _kinds_in_database() -> dict[str, int]:
    query = (
        select(Listing.kind, sa.func.count())
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(Listing.status == ListingStatus.PUBLISHED, Organisation.status == OrganisationStatus.APPROVED)
        .group_by(Listing.kind)
    )
    return {str(kind): number for kind, number in db.session().exec(query)}
