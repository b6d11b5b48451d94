"""Plans, filters and documents as Meilisearch takes them; pure, so that they can be read and tested alone.

Words travel spelled in the letters a to p, four for each UTF-16 unit. So the server's cutter, its table of
character variants, typo and prefix rules and query operators never touch them: a word is found exactly where
our cutter saw it. Membership is a filter on `words`, which has no ten-word limit; the query text of at most
eight words only chooses which of the found documents are candidates for the first pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from marketplace.search.collection import CollectionConfig
from marketplace.search.plan import Plan, Words
from marketplace.search.port import (
    WINDOW,
    AllOf,
    AnyOf,
    Document,
    Filter,
    Flag,
    NoneOf,
    Range,
    SearchMisused,
    Under,
    lot,
)
from marketplace.search.scorer import Card

MAX_QUERY_WORDS = 8
PAIRED_WORDS = 5
WINDOW_WORDS = 4
MAX_ALTERNATIVES = 4
NOTHING = "id NOT EXISTS"

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def spelled(word: str) -> str:
    """A word in letters that no rule of the server changes."""
    return word.encode("utf-16-be", "surrogatepass").hex().translate(_LETTERS)


def settings_of(config: CollectionConfig, cutoff_ms: int) -> dict[str, Any]:
    """The settings of a collection's index."""
    exact = {"facetSearch": False, "filter": {"equality": True, "comparison": False}}
    compared = {"facetSearch": False, "filter": {"equality": True, "comparison": True}}
    return {
        "searchableAttributes": ["title", "words"],
        "filterableAttributes": [
            {"attributePatterns": ["id", "words", "pinyin", *config.filters], "features": exact},
            {"attributePatterns": list(config.numbers), "features": compared},
        ],
        "sortableAttributes": ["lot", *config.numbers],
        "rankingRules": ["words", "attribute", "sort", "lot:asc"],
        "typoTolerance": {"enabled": False},
        "prefixSearch": "disabled",
        "proximityPrecision": "byAttribute",
        "faceting": {"maxValuesPerFacet": 10_000},
        "pagination": {"maxTotalHits": 1_000_000},
        "searchCutoffMs": cutoff_ms,
    }


def stored(card: Card, document: Document, config: CollectionConfig) -> dict[str, Any]:
    """A document as Meilisearch keeps it."""
    kept: dict[str, Any] = {
        "id": card.id,
        "version": card.version,
        "lot": lot(card.id),
        "card": card.dump(),
        "title": [spelled(word) for word in sorted(card.title_words)],
        "words": [spelled(word) for word in sorted(card.words)],
        "pinyin": sorted(card.pinyin),
    }
    for name, value in config.filter_values(document):
        kept.setdefault(name, []).append(value)
    for name, number in config.number_values(document):
        kept.setdefault(name, []).append(number)
    for name in config.numbers:
        if len(kept.get(name, ())) == 1:
            kept[name] = kept[name][0]
    return kept


def conditions(plan: Plan, filters: Iterable[Filter], every_word: bool) -> list[str]:
    """What is found, as filter expressions that must all hold."""
    clauses = [_condition(clause) for clause in filters]
    if plan.needs:
        clauses += _all(plan) if every_word else [_any(plan)]
    return [clause for clause in clauses if clause]


def _all(plan: Plan) -> list[str]:
    return [" OR ".join(_every(words) for words in need.alternatives) for need in plan.needs]


def _any(plan: Plan) -> str:
    ways = [_in("words", [spelled(word) for word in plan.any_words])]
    ways += [_every(words) for words in plan.any_alternatives]
    ways += [_in("pinyin", plan.any_pinyin)] if plan.any_pinyin else []
    return " OR ".join(ways)


def _every(words: Words) -> str:
    return "(" + " AND ".join(_is("words", spelled(word)) for word in words) + ")"


def candidates(plan: Plan, every_word: bool) -> list[dict[str, Any]]:
    """The query texts (and further filters) whose hits our scorer puts in order."""
    chosen = _strict(plan) if every_word else _loose(plan)
    limit = WINDOW if every_word else 50 if len(chosen) <= 12 else 20
    texts = [" ".join(spelled(word) for word in words) for words in dict.fromkeys(chosen)]
    asked: list[dict[str, Any]] = [{"q": q, "limit": limit, "matchingStrategy": "all"} for q in texts]
    if not every_word and plan.any_pinyin:
        asked.append({"q": "", "limit": limit, "filter": [_in("pinyin", plan.any_pinyin)]})
    return asked


def _strict(plan: Plan) -> list[Words]:
    """The weightiest literal words, once for each way to say the first need that has several."""
    literal = [(need.weight, need.typed[0]) for need in plan.needs if len(need.alternatives) == 1]
    words = tuple(word for _, word in sorted(literal, key=lambda one: -one[0]))
    ways = next((need.alternatives for need in plan.needs if len(need.alternatives) > 1), ((),))
    return [(way + words)[:MAX_QUERY_WORDS] for way in ways[:MAX_ALTERNATIVES]]


def _loose(plan: Plan) -> list[Words]:
    """The best words singly and in pairs, and runs of neighbouring words."""
    weight = {word: need.weight / len(need.typed) for need in plan.needs for word in need.typed}
    best = sorted(plan.any_words, key=lambda word: -weight[word])[:MAX_QUERY_WORDS]
    runs = [plan.words[i : i + WINDOW_WORDS] for i in range(0, len(plan.words), WINDOW_WORDS // 2)]
    runs = [run for run in runs if len(run) > 2][:MAX_QUERY_WORDS]
    pairs = list(combinations(best[:PAIRED_WORDS], 2))
    others = [words[:MAX_QUERY_WORDS] for words in plan.any_alternatives[:MAX_ALTERNATIVES]]
    return [*((word,) for word in best), *pairs, *runs, *others]


def _condition(clause: Filter) -> str:
    match clause:
        case AnyOf(field, values):
            return _in(field, values)
        case AllOf(field, values):
            return " AND ".join(_is(field, value) for value in values)
        case NoneOf(field, values):
            return f"NOT {_in(field, values)}" if values else ""
        case Under(field, path):
            return _is(field, path)
        case Flag(field, stated):
            return f"{field} EXISTS" if stated else f"{field} NOT EXISTS"
        case Range():
            return _range(clause)
    raise SearchMisused(f"not a filter: {clause!r}")


def _range(clause: Range) -> str:
    """`TO` asks one value to lie within both ends; two comparisons could be met by two values."""
    field = clause.field
    match clause.gte, clause.lte:
        case None, None:
            return "" if clause.unknown else f"{field} EXISTS"
        case low, None:
            within = f"{field} >= {float(low)}"
        case None, high:
            within = f"{field} <= {float(high)}"
        case low, high:
            within = f"{field} {float(low)} TO {float(high)}"
    return f"{within} OR {field} NOT EXISTS" if clause.unknown else within


def _is(field: str, value: str) -> str:
    return f"{field} = {_quoted(value)}"


def _in(field: str, values: Sequence[str]) -> str:
    return f"{field} IN [{', '.join(map(_quoted, values))}]" if values else NOTHING


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
