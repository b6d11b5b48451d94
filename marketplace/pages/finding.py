"""From an address to a page of results: the engine finds, the database judges, and a failing engine is only a notice."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import current_app
from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import ListingKind
from marketplace.kit.web import english, url_with
from marketplace.pages.asking import FACETS, PER_PAGE, Asked
from marketplace.pages.cards import Card, cards
from marketplace.search.finder import Finder
from marketplace.search.port import FacetValue, SearchUnavailable
from marketplace.taxonomy import queries as taxonomy

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """One value under a facet."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass
class Found:
    """What a results page shows."""

    cards: list[Card]
    total: int
    facets: dict[str, list[Choice]] = field(default_factory=dict)
    spans: dict[int, dict[str, list[tuple[int, int]]]] = field(default_factory=dict)
    corrected: str = ""
    relaxed: bool = False
    degraded: bool = False


def find(asked: Asked, per_page: int = PER_PAGE) -> Found:
    """Search as asked. When the engine is down or slow the database answers, plainly marked."""
    finder: Finder = current_app.extensions["finder"]
    try:
        answer = finder.find(lambda: asked.query(per_page), insist=asked.insist)
    except SearchUnavailable as fault:
        log.warning("search answers from the database: %s", fault)
        kind = ListingKind(asked.kind) if asked.kind else None
        ids, total = catalog.search_in_database(
            asked.text, kind=kind, class_code=asked.class_code, page=asked.page, per_page=per_page
        )
        return Found(cards(ids), total, degraded=True)
    results = answer.results
    return Found(
        cards=cards([hit.id for hit in results.hits]),
        total=results.total,
        facets={name: choices(name, results.facets.get(name, ()), asked) for name in FACETS},
        spans={hit.id: _by_field(hit.spans) for hit in results.hits},
        corrected=answer.corrected,
        relaxed=results.relaxed,
    )


def choices(name: str, values: Sequence[FacetValue], asked: Asked) -> list[Choice]:
    """A facet's values with words; chosen ones stay visible even when nothing is left under them."""
    if name == "class":
        return _class_choices(values, asked.class_code)
    chosen = asked.chosen.get(name, [])
    counts = {v.value: v.count for v in values}
    if name == "region":
        nationwide = counts.pop("全国", 0)
        counts = {value: count + nationwide for value, count in counts.items()}
    for value in chosen:
        counts.setdefault(value, 0)
    return [Choice(value, label(name, value), count, value in chosen) for value, count in counts.items()]


def label(name: str, value: str) -> str:
    """How a filter's value reads."""
    column = 2 if english() else 1
    if name == "category":
        return next((row[column] for row in taxonomy.categories() if row[0] == value), value)
    if name == "field":
        return next((row[column] for row in taxonomy.fields() if row[0] == value), value)
    if name == "arrangement":
        kind = arrangements.kind(value)
        return (kind.name_en if english() else kind.name) if kind else value
    if name == "class":
        node = taxonomy.class_(value)
        return (node.name_en if english() and node.name_en else node.name) if node else value
    return value


def applied(asked: Asked) -> list[tuple[str, str]]:
    """What narrows the search, as (words, address without it)."""
    chips = []
    for name, values in asked.chosen.items():
        for value in values:
            rest = [v for v in values if v != value]
            chips.append((label(name, value), url_with(**{name: rest or None})))
    if asked.class_code:
        chips.append((label("class", asked.class_code), url_with(**{"class": None})))
    if asked.price_min_fen is not None or asked.price_max_fen is not None:
        low = f"{asked.price_min_fen / 100:,.0f}" if asked.price_min_fen is not None else "0"
        high = f"{asked.price_max_fen / 100:,.0f}" if asked.price_max_fen is not None else "…"
        chips.append((_("价格 %(low)s–%(high)s 元", low=low, high=high), url_with(price_min=None, price_max=None)))
    if asked.lead_max is not None:
        chips.append((_("%(n)s 天内供货", n=asked.lead_max), url_with(lead_max=None)))
    if asked.in_stock:
        chips.append((_("有现货"), url_with(in_stock=None)))
    for spec in asked.specs:
        low, high = spec.low_text, spec.high_text
        words = f"{low or '…'}–{high or '…'}" if low and high else (f"≥ {low}" if low else f"≤ {high}")
        gone = {f"{spec.key}.{part}": None for part in ("min", "max", "unit")}
        chips.append((f"{spec.name} {words} {spec.unit}", url_with(**gone)))
    return chips


def _class_choices(values: Sequence[FacetValue], chosen: str) -> list[Choice]:
    counts = {v.value: v.count for v in values}
    below = taxonomy.classes(chosen)
    found = [Choice(n.code, label("class", n.code), counts[n.code], False) for n in below if counts.get(n.code)]
    return sorted(found, key=lambda c: (-c.count, c.value))


def _by_field(spans: Sequence) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        found.setdefault(span.field, []).append((span.start, span.end))
    return found
