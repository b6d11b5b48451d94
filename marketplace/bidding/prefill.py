"""What a supplier need not type: its own listings as the products offered, and the answers they give."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marketplace.bidding.content import Meets
from marketplace.bidding.queries import Asked
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.kit.permissions import Actor
from marketplace.matching import judging
from marketplace.matching.judging import State
from marketplace.matching.knowledge import knowledge
from marketplace.matching.prepared import prepare
from marketplace.reading.requirements import Requirement

LISTINGS_MOST = 200


def own_listings(by: Actor) -> list[Listing]:
    """The organisation's published listings, last changed first."""
    return catalog.own_page(by.organisation_id, ListingStatus.PUBLISHED, "", 1, LISTINGS_MOST)[0]


def fill(typed: Mapping[str, str], asked: Asked, by: Actor, today: date) -> dict[str, str]:
    """What is typed, with the blanks filled from the listings chosen for the items; nothing typed is changed."""
    own = {str(row.id): row for row in own_listings(by)}
    offers = {
        str(listing_id): one.offer
        for listing_id, one in prepare([r.id for r in own.values()], knowledge(), today).items()
    }
    filled = dict(typed)
    for lot in asked.lots:
        for place, item in enumerate(lot.items):
            name = f"lot-{lot.number}-item-{place}"
            chosen = typed.get(f"{name}-listing", "")
            if chosen not in own:
                continue
            row = own[chosen]
            usual = {"product": " ".join(filter(None, (row.name, row.model)))[:160], "days": row.lead_time_days}
            for field, value in usual.items():
                if value is not None:
                    filled.setdefault(f"{name}-{field}", str(value))
            if chosen in offers:
                for n, requirement in enumerate(item.get("requirements") or []):
                    _answer(filled, f"{name}-req-{n}", requirement, offers[chosen])
    return filled


def _answer(filled: dict[str, str], name: str, requirement: Mapping[str, Any], offer: Any) -> None:
    """A listing that is silent, or misses by a little, answers nothing: the person knows better."""
    verdict = judging.judge(_requirement(requirement), offer, knowledge().names)
    said = {State.MET: Meets.YES, State.MISSED: Meets.NO}.get(verdict.state)
    if said and name not in filled:
        filled[name] = said.value
    if verdict.offered:
        filled.setdefault(f"{name}-offered", verdict.offered[:300])


def _requirement(row: Mapping[str, Any]) -> Requirement:
    value, high = row.get("value"), row.get("high")
    if isinstance(value, list):
        value = tuple(map(str, value))
    elif isinstance(value, int | float):
        value = float(value)
    return Requirement(
        str(row.get("name") or ""), str(row.get("key") or ""), str(row.get("op") or "="), "" if value is None else value,
        str(row.get("unit") or ""), str(row.get("level") or "hard"), float(high) if high is not None else None,
    )  # fmt: skip
