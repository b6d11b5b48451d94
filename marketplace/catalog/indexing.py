"""What of a listing search may show: one document each, or none."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from marketplace.accounts.models import Organisation
from marketplace.catalog import specs
from marketplace.catalog.models import Certificate, Listing
from marketplace.catalog.queries import PUBLIC
from marketplace.kit import clock, db
from marketplace.parks.queries import base_names
from marketplace.taxonomy import queries as taxonomy

Document = dict[str, Any]


def product_document(listing_id: int) -> Document | None:
    """The document of one listing; None when it is not public."""
    return product_documents([listing_id]).get(listing_id)


def product_documents(ids: Sequence[int]) -> dict[int, Document]:
    """The documents of these listings by id; those that are not public are left out."""
    query = select(Listing, Organisation).join(Organisation, Organisation.id == Listing.owner_id)
    rows = db.session().exec(query.where(Listing.id.in_(list(ids)), *PUBLIC)).all()
    owner_ids = {owner.id for _row, owner in rows}
    bases = base_names(list(owner_ids))
    held = _valid_certificates([row.id for row, _owner in rows], owner_ids)
    found = {}
    for row, owner in rows:
        kinds = held.get(("listing", row.id), []) + held.get(("owner", owner.id), [])
        found[row.id] = _document(row, owner, bases.get(owner.id), kinds)
    return found


def public_versions() -> dict[int, int]:
    """Every public listing's id with the version its document should have."""
    query = select(Listing.id, Listing.revision).join(Organisation, Organisation.id == Listing.owner_id).where(*PUBLIC)
    return dict(db.session().exec(query).all())


def _document(row: Listing, owner: Organisation, base: str | None, certificates: list[str]) -> Document:
    node = taxonomy.class_(row.class_code)
    path = [taxonomy.class_(code) for code in node.path] if node else []
    regions = [] if "全国" in row.service_regions else row.service_regions
    texts = {
        "name": f"{row.name} {row.name_en}".strip(),
        "model": row.model,
        "classes": " ".join(f"{step.name} {step.name_en}" for step in path),
        "summary": row.summary,
        "body": row.description,
        "specs": "\n".join(f"{spec['name']} {specs.shown_value(spec)}" for spec in row.specs),
        "supplier": f"{owner.name} {owner.name_en}".strip(),
        "region": " ".join((owner.province, owner.city, *regions)).strip(),
        "certificates": " ".join(dict.fromkeys(certificates)),
    }
    return {
        "id": row.id,
        "version": row.revision,
        "texts": {name: text for name, text in texts.items() if text},
        "pinyin": [row.name, owner.name],
        "filters": _filters(row, owner, base, [step.code for step in path], certificates),
        "numbers": _numbers(row),
    }


def _filters(
    row: Listing, owner: Organisation, base: str | None, class_codes: list[str], certificates: list[str]
) -> dict[str, list[str]]:
    filters = {
        "kind": [str(row.kind)],
        "category": row.emergency_categories,
        "field": row.field_codes,
        "event": row.event_codes,
        "class": class_codes,
        "base": [base] if base else [],
        "region": row.service_regions,
        "arrangement": row.arrangements,
        "certificate": list(dict.fromkeys(certificates)),
        "supplier": [str(owner.id)],
        "price_kind": [str(row.price_kind)],
    }
    return {name: list(values) for name, values in filters.items() if values}


def _numbers(row: Listing) -> dict[str, Any]:
    price = [fen for fen in dict.fromkeys((row.price_min_fen, row.price_max_fen)) if fen is not None]
    numbers: dict[str, Any] = {
        "price_fen": [float(fen) for fen in price],
        "lead_time_days": row.lead_time_days,
        "stock": row.stock,
        "monthly_capacity": row.monthly_capacity,
        "published_at": row.published_at.timestamp() if row.published_at else None,
        "confirmed_at": row.confirmed_at.timestamp() if row.confirmed_at else None,
    }
    for key, values in spec_numbers(row.specs).items():
        numbers[f"spec_{key}"] = values
    return {name: value for name, value in numbers.items() if value is not None and value != []}


def spec_numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """The comparable numbers of specs by attribute key, in base units; only attributes one can search by."""
    found: dict[str, list[float]] = {}
    for spec in rows:
        attribute = taxonomy.attribute(spec.get("key") or "")
        if attribute is not None and attribute.filterable:
            numbers = specs.numbers(dict(spec))
            if numbers:
                found.setdefault(attribute.key, []).extend(numbers)
    return found


def _valid_certificates(listing_ids: Sequence[int], owner_ids: set[int]) -> dict[tuple[str, int], list[str]]:
    # An expired certificate must not make a listing findable; the reminder job notes the listings anew at the end.
    in_force = col(Certificate.valid_until).is_(None) | (col(Certificate.valid_until) >= clock.today())
    columns = (Certificate.listing_id, Certificate.owner_id, Certificate.kind)
    own = select(*columns).where(in_force, Certificate.listing_id.in_(list(listing_ids)))
    whole = select(*columns).where(in_force, col(Certificate.listing_id).is_(None), Certificate.owner_id.in_(owner_ids))
    found: dict[tuple[str, int], list[str]] = {}
    for query in (own, whole):
        for listing_id, owner_id, kind in db.session().exec(query):
            key = ("listing", listing_id) if listing_id else ("owner", owner_id)
            found.setdefault(key, []).append(kind)
    return found
