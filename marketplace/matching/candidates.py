"""Which listings are worth judging: several short searches, by product type and by words, joined."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import select

from marketplace.accounts.models import Organisation
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import PUBLIC
from marketplace.kit import db
from marketplace.matching.asks import Ask
from marketplace.matching.conditions import modes_that_serve
from marketplace.matching.knowledge import Knowledge
from marketplace.reading.tokens import WORD
from marketplace.search.port import AnyOf, Engine, Filter, Match, Query

EVERYTHING = 600
"""A catalogue of up to so many listings is judged whole."""
TYPES, PER_TYPE, PER_NEIGHBOUR, ELSEWHERE, BY_WORDS = 12, 60, 20, 20, 80
WORDS, WORD_GROUPS = 8, 3


def candidate_ids(ask: Ask, engine: Engine, known: Knowledge) -> list[int]:
    """Listings that may fit, each once. Raises: SearchUnavailable.

    For each likely product type those offered in the asked way, nearest in words first, and a few offered otherwise, so
    that their suppliers can be told why not; then those that share the need's rarest words whatever their type.
    """
    everything = _some(EVERYTHING + 1)
    if len(everything) <= EVERYTHING:
        return sorted(everything)
    found: dict[int, None] = {}
    for ids in engine.find_ids(list(_queries(ask, known))):
        found |= dict.fromkeys(ids)
    return list(found)


def _some(limit: int) -> list[int]:
    """So many public listings, any: putting a large catalogue in order first would cost more than all the searches."""
    query = select(Listing.id).join(Organisation, Organisation.id == Listing.owner_id).where(*PUBLIC)
    return list(db.session().exec(query.limit(limit)))


def _queries(ask: Ask, known: Knowledge) -> Iterator[Query]:
    words = _words(ask, known)
    serve = tuple(sorted(modes_that_serve(ask.conditions.mode)))
    offered: tuple[Filter, ...] = (AnyOf("arrangement", serve),) if serve else ()
    likely = sorted(ask.types, key=lambda code: (-ask.types[code], code))[:TYPES]
    text = " ".join(words[:WORDS])
    for place, code in enumerate(likely):
        of_type = AnyOf("class", (code,))
        yield Query(filters=(of_type, *offered), per_page=PER_TYPE, without_spans=True)
        if place < 2:
            yield Query(text, Match.ANY, filters=(of_type, *offered), per_page=PER_TYPE, without_spans=True)
            yield Query(filters=(of_type,), per_page=ELSEWHERE, without_spans=True)
    neighbours = tuple(dict.fromkeys(other for code in likely[:3] for other in known.reference.relations.get(code, {})))
    if neighbours:
        yield Query(
            text, Match.ANY, filters=(AnyOf("class", neighbours), *offered), per_page=PER_TYPE, without_spans=True
        )
        yield Query(filters=(AnyOf("class", neighbours), *offered), per_page=PER_NEIGHBOUR, without_spans=True)
    for start in range(0, min(len(words), WORDS * WORD_GROUPS), WORDS):
        group = " ".join(words[start : start + WORDS])
        yield Query(group, Match.ANY, filters=offered, per_page=BY_WORDS, without_spans=True)


def _words(ask: Ask, known: Knowledge) -> list[str]:
    """The need's most telling words, best first; an engine reads only so many at once."""
    weighed = {
        token.text: weight * known.classes.rarity(token)
        for token, weight in ask.tokens.items()
        if token.size == WORD and len(token.text) > 1
    }
    return sorted(weighed, key=lambda word: (-weighed[word], word))
