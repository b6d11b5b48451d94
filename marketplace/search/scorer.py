"""Orders candidates the same way for every engine: by how much of the query they cover, and where.

`covered` is the figure shown: the share of the query that a document answers, whatever else is indexed.
`rank` is the figure ordered by: words + pairs of characters + half the single characters, each as a share
of the query, double when it stands in a title; a little for titles that say nothing else, and for titles that
end with the query, since a Chinese name ends with what the thing is (手提式灭火器, not 灭火器箱); all this times
0.3 + 0.7 × the covered share. Equal ranks are ordered by `port.lot`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from marketplace.search.collection import CollectionConfig
from marketplace.search.plan import Need, Plan
from marketplace.search.port import Document, lot
from marketplace.search.text import Cutter, Normalised, last_han, normalise, pinyin_tokens

TITLE = 2.0
CHARACTERS = 0.5
SYNONYM = 0.8
TIGHTNESS = 0.5
HEAD = 0.5
LEAST_SHARE = 0.3


@dataclass(frozen=True)
class Card:
    """What is kept of a document for scoring and highlighting."""

    id: int
    version: int
    titles: Mapping[str, Normalised]
    bodies: Mapping[str, Normalised]
    title_words: frozenset[str]
    words: frozenset[str]
    pinyin: frozenset[str]

    @cached_property
    def title(self) -> str:
        """The normalised titles in one piece."""
        return "\n".join(field.text for field in self.titles.values())

    @cached_property
    def body(self) -> str:
        """The normalised other texts in one piece."""
        return "\n".join(field.text for field in self.bodies.values())

    def dump(self) -> str:
        """The card as one string for the engine to keep."""
        parts = (self.titles, self.bodies)
        fields = [{name: _dumped(field) for name, field in part.items()} for part in parts]
        words = [" ".join(sorted(part)) for part in (self.title_words, self.words, self.pinyin)]
        return json.dumps([self.id, self.version, *fields, *words], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, dumped: str) -> Card:
        """The card from what `dump` gave."""
        identity, version, titles, bodies, *words = json.loads(dumped)
        sets = (frozenset(part.split()) for part in words)
        return cls(identity, version, _fields(titles), _fields(bodies), *sets)


def _dumped(field: Normalised) -> str | list[Any]:
    return [field.text, field.offsets] if field.offsets else field.text


def _fields(dumped: Mapping[str, Any]) -> dict[str, Normalised]:
    return {
        name: Normalised(value) if isinstance(value, str) else Normalised(value[0], tuple(value[1]))
        for name, value in dumped.items()
    }


def card(document: Document, config: CollectionConfig, cutter: Cutter) -> Card:
    """Read a document's texts once, for indexing, scoring and highlighting."""
    texts = document.get("texts", {})
    fields = {name: normalise(texts[name]) for name in config.texts if texts.get(name)}
    titles = {name: field for name, field in fields.items() if name in config.titles}
    bodies = {name: field for name, field in fields.items() if name not in config.titles}
    title_words = frozenset(token.text for field in titles.values() for token in cutter.tokens(field.text))
    others = frozenset(token.text for field in bodies.values() for token in cutter.tokens(field.text))
    pinyin = frozenset(token for name in document.get("pinyin", ()) for token in pinyin_tokens(name))
    words = title_words | others
    return Card(document["id"], document["version"], titles, bodies, title_words, words, pinyin)


def covered(plan: Plan, card: Card) -> float:
    """The share of the query that the document answers, 0 to 1; 1 when nothing was asked."""
    whole = sum(need.weight for need in plan.needs)
    if not whole:
        return 1.0
    return sum(need.weight * _answered(plan, need, card) for need in plan.needs) / whole


def _answered(plan: Plan, need: Need, card: Card) -> float:
    if _said(plan, need, card):
        return 1.0
    return max(_share(words, card.words) for words in need.alternatives)


def _said(plan: Plan, need: Need, card: Card) -> bool:
    """Whether the need is one word in Latin letters that a name of the document sounds like."""
    word = need.typed[0]
    return len(need.typed) == 1 and word in card.pinyin and word in plan.any_pinyin


def _share(words: tuple[str, ...], present: frozenset[str]) -> float:
    return sum(word in present for word in words) / len(words)


def rank(plan: Plan, card: Card) -> float:
    """How far up the document belongs; comparable within one plan only."""
    if not plan.needs:
        return 0.0
    words = sum(need.weight * _word_rank(plan, need, card) for need in plan.needs)
    words /= sum(need.weight for need in plan.needs) or 1.0
    texts = _text_share(plan.bigrams, card) + CHARACTERS * _text_share(plan.characters, card)
    share = LEAST_SHARE + (1.0 - LEAST_SHARE) * covered(plan, card)
    return (words + texts + _title_fit(plan, card)) * share


def _word_rank(plan: Plan, need: Need, card: Card) -> float:
    """The share of the need that is answered, double where titles answer it, less by synonym or pinyin."""
    extra = TITLE - 1.0
    literal = _share(need.typed, card.words) + extra * _share(need.typed, card.title_words)
    others = (_share(w, card.words) + extra * _share(w, card.title_words) for w in need.alternatives[1:])
    said = TITLE * _said(plan, need, card)
    return max([literal, SYNONYM * said, *(SYNONYM * other for other in others)])


def _text_share(pieces: tuple[str, ...], card: Card) -> float:
    """The share of the pieces that the texts contain, double for those in titles."""
    if not pieces:
        return 0.0
    title, body = card.title, card.body
    return sum(TITLE if piece in title else piece in body for piece in pieces) / len(pieces)


def _title_fit(plan: Plan, card: Card) -> float:
    """How much of the best title the query makes up, and whether that title's last Chinese words are asked for."""
    if plan.marks is None:
        return 0.0
    fits = [0.0]
    for field in card.titles.values():
        places = [match.span() for match in plan.marks.finditer(field.text)]
        if places:
            head = last_han(field.text) or len(field.text)
            share = sum(end - start for start, end in places) / len(field.text)
            fits.append(TIGHTNESS * share + HEAD * any(end == head for _, end in places))
    return max(fits)


def ordered(plan: Plan, cards: Iterable[Card]) -> list[Card]:
    """The cards, best first; equals by the draw of their ids."""
    return sorted(cards, key=lambda one: (-round(rank(plan, one), 9), lot(one.id)))
