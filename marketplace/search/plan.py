"""A query's text as needs: what must occur, what may stand for it, and what only lifts the order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from marketplace.search.port import Query, Span
from marketplace.search.text import LATIN, Cutter, Normalised, bigrams, characters, normalise

MAX_NEEDS = 64
SINGLE_CHARACTER_WEIGHT = 0.35
LATIN_PINYIN_LENGTH = 3

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """Something the query asks for: every word of one of the alternatives, the typed one first."""

    alternatives: tuple[Words, ...]
    weight: float

    @property
    def typed(self) -> Words:
        """The words that were typed, as opposed to their synonyms."""
        return self.alternatives[0]


@dataclass(frozen=True)
class Plan:
    """What both engines look for and the scorer measures. Without needs, everything is found."""

    needs: tuple[Need, ...] = ()
    bigrams: Words = ()
    characters: Words = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every typed word, each once."""
        return tuple(dict.fromkeys(word for need in self.needs for word in need.typed))

    @cached_property
    def any_words(self) -> tuple[str, ...]:
        """The words of which one must occur on the lower rung: single characters only when there is
        nothing longer."""
        long = tuple(word for word in self.words if len(word) > 1)
        return long or self.words

    @cached_property
    def any_alternatives(self) -> tuple[Words, ...]:
        """The synonyms of which one, whole, may occur on the lower rung instead."""
        return tuple(dict.fromkeys(other for need in self.needs for other in need.alternatives[1:]))

    @cached_property
    def any_pinyin(self) -> tuple[str, ...]:
        """The typed words that may be pinyin of a name, tried on the lower rung only."""
        return tuple(w for w in self.words if len(w) >= LATIN_PINYIN_LENGTH and LATIN.fullmatch(w))

    @cached_property
    def marks(self) -> re.Pattern[str] | None:
        """Finds the words of the query and of its synonyms in a normalised text; None without words."""
        every = {word for need in self.needs for words in need.alternatives for word in words}
        spelt = [_spelling(word) for word in sorted(every, key=lambda word: (-len(word), word))]
        return re.compile("|".join(spelt)) if spelt else None


def _spelling(word: str) -> str:
    """The word as it may be written: model numbers with separators, Latin words only whole."""
    if not re.match(r"[a-z0-9]", word):
        return re.escape(word)
    end = r"(?!\d)" if word[-1].isdigit() else r"(?![a-z])"
    return r"(?<![a-z0-9])" + r"[-./_· ,]?".join(re.escape(c) for c in word) + end


class Planner:
    """Turns query texts into plans with one cutter and one list of common words."""

    def __init__(self, cutter: Cutter, weights: Mapping[str, float]) -> None:
        self._cutter = cutter
        self._weights = weights

    def plan(self, query: Query) -> Plan:
        """What the query asks for, at most 64 needs. Words of weight 0 are passed over if others remain."""
        text = normalise(query.text).text[:5000]
        needs = list(dict.fromkeys(self._needs(text, query.synonyms)))
        telling = [need for need in needs if need.weight] or [Need(n.alternatives, 1.0) for n in needs]
        return Plan(tuple(telling[:MAX_NEEDS]), tuple(bigrams(text)[:256]), tuple(characters(text)[:256]))

    def _needs(self, text: str, synonyms: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[Need]:
        groups = {normalise(term).text: others for term, others in synonyms}
        terms = sorted((re.escape(term) for term in groups if term), key=len, reverse=True)
        for piece in re.split(f"({'|'.join(terms)})", text) if terms else [text]:
            words = tuple(self._cutter.asked(piece))
            if piece in groups and words:
                others = (tuple(self._cutter.asked(other)) for other in groups[piece])
                alternatives = tuple(dict.fromkeys([words, *filter(None, others)]))
                yield Need(alternatives, sum(map(self._weight, words)) or 1.0)
            else:
                yield from (Need(((word,),), self._weight(word)) for word in words)

    def _weight(self, word: str) -> float:
        return self._weights.get(word, 1.0 if len(word) > 1 else SINGLE_CHARACTER_WEIGHT)


def spans(plan: Plan, fields: Mapping[str, Normalised]) -> tuple[Span, ...]:
    """Where the fields answer the query, as places in the original texts."""
    if plan.marks is None:
        return ()
    shortest = 2 if any(len(word) > 1 for word in plan.words) else 1
    return tuple(
        Span(name, *field.original(start, end))
        for name, field in fields.items()
        for start, end in _joined(match.span() for match in plan.marks.finditer(field.text))
        if end - start >= shortest
    )


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring places as one, so that 灭火 and 器 are marked as 灭火器."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined
