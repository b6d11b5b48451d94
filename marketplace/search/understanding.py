"""What a typed query means: synonyms of the trade, pinyin, initials and typing errors; the same for every engine.

Nothing is changed silently. The words as typed are tried first; a changed reading is used only when they find
nothing, and says what was changed, so that the page can tell and people can insist.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from marketplace.search.port import Engine, Match, Query, Results
from marketplace.search.text import HAN, Cutter, compact, normalise, plain_runs, syllables
from marketplace.search.vocabulary import LONGEST_CORRECTED, Term, Vocabulary

MAX_READINGS = 3
LEAST_INITIALS = 3
LEAST_PLAIN = 5
LONGEST_READ = 60


class Why(StrEnum):
    """Why something was read differently."""

    PINYIN = "pinyin"
    INITIALS = "initials"
    HOMOPHONE = "homophone"
    TYPING = "typing"


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of the query that was read as something else."""

    typed: str
    read_as: str
    why: Why


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed; without changes, as it stands."""

    typed: str
    text: str
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found and how the query was read. `reading.changes` are to be shown to people."""

    results: Results
    reading: Reading


class Synonyms:
    """Groups of terms that mean the same; symmetrical, not passed on from group to group."""

    def __init__(self, groups: Iterable[Iterable[str]] = ()) -> None:
        self._others: dict[str, tuple[str, ...]] = {}
        self._written: dict[str, str] = {}
        for group in groups:
            norms = {normalise(term).text.strip(): term for term in group}
            self._written = norms | self._written
            for norm in norms:
                others = (*self._others.get(norm, ()), *(other for other in norms if other != norm))
                self._others[norm] = tuple(dict.fromkeys(others))
        self._longest = max(map(len, self._others), default=0)

    @classmethod
    def load(cls, path: Path) -> Synonyms:
        """Read a table with the columns term, same_as (several divided by `|`) and source."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls([[row["term"], *row["same_as"].split("|")] for row in csv.DictReader(file)])

    def terms(self) -> list[str]:
        """Every term of every group, for the vocabulary."""
        return list(self._written.values())

    def within(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The terms that occur in a normalised text, longest first from the left, each with its others."""
        found: dict[str, tuple[str, ...]] = {}
        place = 0
        while place < len(text):
            term = self._longest_at(text, place)
            if term:
                found[term] = self._others[term]
            place += len(term) or 1
        return tuple(found.items())

    def _longest_at(self, text: str, place: int) -> str:
        for size in range(min(self._longest, len(text) - place), 1, -1):
            term = text[place : place + size]
            if term in self._others and _whole(text, place, place + size):
                return term
        return ""


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a place does not begin or end inside a Latin word or number."""
    before = start == 0 or not (_plain(text[start - 1]) and _plain(text[start]))
    after = end == len(text) or not (_plain(text[end - 1]) and _plain(text[end]))
    return before and after


def _plain(character: str) -> bool:
    return character.isascii() and character.isalnum()


class Reader:
    """Reads queries with one vocabulary and one set of synonyms."""

    def __init__(self, vocabulary: Vocabulary, synonyms: Synonyms, cutter: Cutter) -> None:
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._cutter = cutter

    def literally(self, typed: str) -> Reading:
        """The query as it stands, with the synonyms of its terms."""
        return Reading(typed, typed, self._synonyms.within(normalise(typed).text))

    def otherwise(self, typed: str) -> list[Reading]:
        """Other ways to read the query, likeliest first; none when nothing comes near."""
        text = normalise(typed).text.strip()
        if not text or len(text) > LONGEST_READ:
            return []
        readings = list(self._as_pinyin(text)) or [self._corrected(text)]
        changed = [reading for reading in readings if reading.changes][:MAX_READINGS]
        return [replace(r, typed=typed, synonyms=self._synonyms.within(normalise(r.text).text)) for r in changed]

    def _as_pinyin(self, text: str) -> Iterator[Reading]:
        """A query of nothing but letters, perhaps with blanks between syllables, as pinyin or initials."""
        letters = text.replace(" ", "").replace("'", "")
        if not re.fullmatch("[a-z]+", letters) or letters in self._vocabulary:
            return
        for term, why in self._said(letters):
            yield Reading(text, term.text, changes=(Change(text, term.text, why),))

    def _said(self, letters: str) -> list[tuple[Term, Why]]:
        said = [(term, Why.PINYIN) for term in self._vocabulary.saying(letters)]
        if len(letters) >= LEAST_INITIALS:
            said += [(term, Why.INITIALS) for term in self._vocabulary.initialled(letters)]
        return said

    def _corrected(self, text: str) -> Reading:
        """The query with every piece that comes near a term read as that term."""
        pieces: list[str] = []
        changes: list[Change] = []
        for piece in re.split(f"([{HAN}]+)", text):
            found = list(self._han(piece)) if re.match(f"[{HAN}]", piece) else list(self._latin(piece))
            for change in found:
                piece = piece.replace(change.typed, change.read_as, 1)
            pieces.append(piece)
            changes.extend(found)
        return Reading(text, "".join(pieces), changes=tuple(changes))

    def _latin(self, piece: str) -> Iterator[Change]:
        """Words of Latin letters and digits: pinyin or initials of a term, or one error away from a known word."""
        for run in plain_runs(piece):
            word = compact(run)
            if word in self._vocabulary:
                continue
            if said := self._said(word) if word.isascii() and word.isalpha() else []:
                yield Change(run, said[0][0].text, said[0][1])
            elif len(word) >= LEAST_PLAIN and (near := self._vocabulary.near_plain(word)):
                yield Change(run, near[0], Why.TYPING)

    def _han(self, run: str) -> Iterator[Change]:
        """The likeliest mistaken stretch of Chinese characters, then those left and right of it."""
        best = max(self._mistakes(run), default=None, key=lambda one: one[0])
        if best is None:
            return
        _, start, end, change = best
        yield from self._han(run[:start])
        yield change
        yield from self._han(run[end:])

    def _mistakes(self, run: str) -> Iterator[tuple[tuple[int, bool, int], int, int, Change]]:
        """Stretches that are no known word but nearly a term: the longest, then by sound, then the commonest."""
        said, known = syllables(run), self._known_in(run)
        for size in range(2, min(LONGEST_CORRECTED + 1, len(run)) + 1):
            for start in range(len(run) - size + 1):
                piece = run[start : start + size]
                cuts = any(a < start + size and start < b and not (start <= a and b <= start + size) for a, b in known)
                if cuts or piece in self._vocabulary or (size <= 3 and self._cutter.knows(piece)):
                    continue
                alike = " ".join(said[start : start + size]) if len(said) == len(run) else ""
                for term, why in self._meant(piece, alike):
                    if normalise(term.text).text in run:
                        continue
                    worth = (size, why is Why.HOMOPHONE, term.count)
                    yield worth, start, start + size, Change(piece, term.text, why)
                    break

    def _known_in(self, run: str) -> list[tuple[int, int]]:
        """The places of the terms that stand in the run as they should; a mistake does not cut into them."""
        sizes = range(3, min(LONGEST_CORRECTED, len(run)) + 1)
        places = ((start, start + size) for size in sizes for start in range(len(run) - size + 1))
        return [(start, end) for start, end in places if run[start:end] in self._vocabulary]

    def _meant(self, piece: str, said: str) -> Iterator[tuple[Term, Why]]:
        yield from ((term, Why.HOMOPHONE) for term in (self._vocabulary.sounding(said) if said else ()))
        if len(piece) > 2:
            yield from ((term, Why.TYPING) for term in self._vocabulary.near(piece))


def ask(engine: Engine, reader: Reader, query: Query, *, insist: bool = False) -> Answer:
    """Search for what was typed; when that finds too little, for what was probably meant; then for any word.

    With `insist`, what was typed is not read differently. Only a query with Match.LADDER steps down.
    """
    literal = reader.literally(query.text)
    strict = Match.ALL if query.match is Match.LADDER else query.match
    answer = Answer(engine.search(_read(query, literal, strict)), literal)
    if query.match is not Match.LADDER or answer.results.total >= query.enough or not query.text.strip():
        return answer
    for reading in [] if insist else reader.otherwise(query.text):
        results = engine.search(_read(query, reading, Match.ALL))
        if results.total > answer.results.total:
            return Answer(results, reading)
    return Answer(replace(engine.search(_read(query, literal, Match.ANY)), relaxed=True), literal)


def _read(query: Query, reading: Reading, match: Match) -> Query:
    return replace(query, text=reading.text, synonyms=reading.synonyms, match=match)
