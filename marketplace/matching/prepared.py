"""Listings made ready to be judged: joined with what was read from them, and kept in memory per state of the listing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlmodel import col, select

from marketplace.accounts.models import Organisation
from marketplace.catalog.models import Certificate, Listing
from marketplace.catalog.queries import PUBLIC
from marketplace.kit import db
from marketplace.matching.knowledge import Knowledge
from marketplace.matching.models import ListingReading
from marketplace.matching.offers import Offer
from marketplace.matching.readings import Reading, kept
from marketplace.matching.relevance import OfferWords

KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """An offer with its words and the product types its own text speaks of."""

    offer: Offer
    words: OfferWords


Key = tuple[int, int, int, int, frozenset[str]]
_kept: OrderedDict[Key, Prepared] = OrderedDict()
_lock = Lock()


def prepare(ids: Iterable[int], known: Knowledge, today: date) -> dict[int, Prepared]:
    """The public listings among these ids, ready to be judged, with the certificates in force today."""
    columns = select(Listing.id, Listing.revision, Organisation.id, Organisation.updated_at)
    query = columns.join(Organisation, Organisation.id == Listing.owner_id)
    rows = db.session().exec(query.where(Listing.id.in_(list(ids)), *PUBLIC)).all()
    held = _certificates([row[0] for row in rows], {row[2] for row in rows}, today)
    nothing: frozenset[str] = frozenset()
    keys = {
        listing_id: (id(known), listing_id, revision or 0, int(changed.timestamp()),
                     held.get(("listing", listing_id), nothing) | held.get(("owner", owner_id), nothing))
        for listing_id, revision, owner_id, changed in rows
    }  # fmt: skip
    with _lock:
        found = {listing_id: _kept[key] for listing_id, key in keys.items() if key in _kept}
    made = _made({listing_id: key for listing_id, key in keys.items() if listing_id not in found}, known)
    return {listing_id: found.get(listing_id) or made[listing_id] for listing_id in keys}


def _made(keys: Mapping[int, Key], known: Knowledge) -> dict[int, Prepared]:
    if not keys:
        return {}
    query = select(Listing, Organisation, ListingReading).join(Organisation, Organisation.id == Listing.owner_id)
    query = query.join(ListingReading, ListingReading.listing_id == Listing.id, isouter=True)
    rows = db.session().exec(query.where(Listing.id.in_(list(keys)))).all()
    made = {row.id: prepared(row, owner, keys[row.id][4], kept(row, held, known)) for row, owner, held in rows}
    with _lock:
        for listing_id, one in made.items():
            _kept[keys[listing_id]] = one
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def prepared(row: Listing, owner: Organisation, certificates: frozenset[str], reading: Reading) -> Prepared:
    """A listing with what its words tell, ready to be judged."""
    offer = Offer(
        listing_id=row.id, version=row.version, supplier_id=owner.id, supplier=owner.name, name=row.name, model=row.model,
        kind=str(row.kind), class_code=reading.class_code, province=owner.province, city=owner.city,
        modes=frozenset(row.arrangements), regions=frozenset(row.service_regions), price_fen=row.price_min_fen,
        unit=row.unit, stock=row.stock, monthly_capacity=row.monthly_capacity, lead_days=row.lead_time_days,
        min_order=row.min_order or 1, certificates=certificates, facts=reading.facts, says=reading.says,
        denies=reading.denies, headline=reading.headline, features=reading.features, denied=reading.denied,
        confirmed_at=row.confirmed_at, published_at=row.published_at,
    )  # fmt: skip
    return Prepared(offer, reading.words)


def _certificates(
    listing_ids: Sequence[int], owner_ids: set[int], today: date
) -> Mapping[tuple[str, int], frozenset[str]]:
    """The kinds of certificate in force by listing, and by owner for those that hold for all it offers."""
    in_force = (col(Certificate.valid_until).is_(None) | (col(Certificate.valid_until) >= today)) & (
        col(Certificate.valid_from).is_(None) | (col(Certificate.valid_from) <= today)
    )
    columns = (Certificate.listing_id, Certificate.owner_id, Certificate.kind)
    own = select(*columns).where(in_force, Certificate.listing_id.in_(list(listing_ids)))
    whole = select(*columns).where(in_force, col(Certificate.listing_id).is_(None), Certificate.owner_id.in_(owner_ids))
    found: dict[tuple[str, int], set[str]] = {}
    for query in (own, whole):
        for listing_id, owner_id, kind in db.session().exec(query):
            found.setdefault(("listing", listing_id) if listing_id else ("owner", owner_id), set()).add(kind)
    return {key: frozenset(kinds) for key, kinds in found.items()}
