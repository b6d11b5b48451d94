"""Pure decisions about listings: what is missing, how complete they are, what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

MIN_DESCRIPTION = 30
REMINDER_DAYS = (7, 30, 60)
CONTENT_FIELDS = (
    "kind", "class_code", "name", "name_en", "model", "summary", "description", "emergency_categories", "field_codes",
    "event_codes", "specs", "price_kind", "price_min_fen", "price_max_fen", "unit", "min_order", "stock",
    "monthly_capacity", "lead_time_days", "service_regions", "arrangements",
)  # fmt: skip
ADVISED = (
    ("images", 10), ("model", 5), ("lead_time_days", 8), ("stock", 5), ("certificates", 8), ("documents", 4),
    ("event_codes", 3), ("name_en", 2),
)  # fmt: skip


@dataclass(frozen=True)
class Required:
    """A spec the listing's class asks for."""

    key: str
    label: str


@dataclass(frozen=True)
class Completeness:
    """How much of a listing is told, in percent, and what to add next, most valuable first."""

    percent: int
    next: tuple[str, ...]


def missing(listing: Any, required: Sequence[Required] = ()) -> list[str]:
    """The fields that publication still needs, in the order of the form; a spec is "spec:" and its label.

    Works for a listing and for a filled form alike.
    """
    told = {
        "name": bool(listing.name),
        "class_code": bool(listing.class_code),
        "summary": bool(listing.summary),
        "description": len(listing.description) >= MIN_DESCRIPTION,
        "emergency_categories": bool(listing.emergency_categories),
        "price": is_priced(listing),
        "unit": bool(listing.unit),
        "service_regions": bool(listing.service_regions),
        "arrangements": bool(listing.arrangements),
    }
    have = {spec.get("key") for spec in listing.specs}
    specs = [f"spec:{field.label}" for field in required if field.key not in have]
    return [name for name, is_told in told.items() if not is_told] + specs


def is_priced(listing: Any) -> bool:
    """Whether a price is told, or said to be on request."""
    if listing.price_kind == "request":
        return True
    if listing.price_min_fen is None:
        return False
    return listing.price_kind == "fixed" or listing.price_max_fen is not None


def completeness(listing: Any, required: Sequence[Required], counts: Mapping[str, int]) -> Completeness:
    """How much is told: what publication needs makes 55 percent, the rest is what buyers decide by.

    `counts` says how many images, certificates and documents there are.
    """
    lacking = missing(listing, required)
    needed = 9 + len(required)
    advised = [(name, worth) for name, worth in ADVISED if not _is_told(listing, name, counts)]
    rest = sum(worth for _name, worth in ADVISED) - sum(worth for _name, worth in advised)
    percent = round(55 * (needed - len(lacking)) / needed) + rest
    return Completeness(percent, (*lacking, *(name for name, _worth in sorted(advised, key=lambda pair: -pair[1]))))


def _is_told(listing: Any, name: str, counts: Mapping[str, int]) -> bool:
    if name in ("images", "certificates", "documents"):
        return counts.get(name, 0) > 0
    value = getattr(listing, name)
    return value is not None and value != "" and value != []


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """What changed between two snapshots: (field, before, after); specs one by one as "spec:" and their name.

    The organisation's own certificates are left out: they change without anybody editing the listing.
    """
    changed = [
        (name, before.get(name), after.get(name))
        for name in (*CONTENT_FIELDS, "images", "documents")
        if name != "specs" and before.get(name) != after.get(name)
    ]
    held, holds = ([c for c in side.get("certificates", []) if not c.get("whole")] for side in (before, after))
    changed += [("certificates", held, holds)] if held != holds else []
    old, new = ({spec["name"]: spec for spec in side.get("specs", [])} for side in (before, after))
    names = dict.fromkeys([*old, *new])
    return changed + [(f"spec:{n}", old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)]


def reminder_due(valid_until: date, today: date, told_days: int | None) -> int | None:
    """Which reminder about a certificate is due today: 60, 30 or 7 days before its end, 0 once it has ended, else None.

    Judged by what was told, not by the day: after a missed week the most urgent one is still sent, once.
    """
    left = (valid_until - today).days
    due = 0 if left < 0 else next((days for days in REMINDER_DAYS if left <= days), None)
    return due if due is not None and (told_days is None or due < told_days) else None


def is_expired(certificate: Mapping[str, Any], today: date) -> bool:
    """Whether a certificate in a snapshot has ended; one without an end has not."""
    until = certificate.get("valid_until")
    return bool(until) and date.fromisoformat(str(until)) < today


def covers(service_regions: Iterable[str], province: str) -> bool:
    """Whether a province is served."""
    regions = set(service_regions)
    return "全国" in regions or province in regions
