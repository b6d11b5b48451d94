"""The terms people may mean: found by prefix, by sound, by initials and by one typing error.

Everything is derived from the terms handed in, so a vocabulary belongs to a generation of an index and can be
saved beside it.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from pathlib import Path

from marketplace.search.text import normalise, plain_words, syllables

LONGEST_CORRECTED = 12
_LAST = "\U0010ffff"
_SOFT = re.compile(r"(?<=^[zcs])h|(?<=n)g$")


@dataclass(frozen=True, slots=True)
class Term:
    """Something people look for, and how many documents it leads to. `kind` is handed on to suggestions."""

    text: str
    count: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term that what was typed may become; `via` says how: text, pinyin or initials."""

    text: str
    count: int
    kind: str
    via: str


@dataclass(frozen=True, slots=True)
class _Entry:
    term: Term
    norm: str
    said: str


class Vocabulary:
    """Terms with their ways in. Build once, read from any thread."""

    def __init__(self, entries: Iterable[tuple[Term, str]] = ()) -> None:
        self._entries = sorted(_distinct(entries), key=_order)  # a smaller place is a better term
        numbered = list(enumerate(self._entries))
        self._by_norm = {entry.norm: place for place, entry in numbered}
        self._ways = {
            "text": _Prefixes((entry.norm, place) for place, entry in numbered),
            "pinyin": _Prefixes((e.said.replace(" ", ""), place) for place, e in numbered if e.said),
            "initials": _Prefixes((_initials(e.said), place) for place, e in numbered if e.said),
        }
        self._sounds: dict[str, list[int]] = {}
        for place, entry in numbered:
            if 2 <= len(entry.said.split()) == len(entry.norm) <= LONGEST_CORRECTED:
                self._sounds.setdefault(sound(entry.said), []).append(place)
        self._near = Neighbours([e.norm for e in self._entries if 3 <= len(e.norm) <= LONGEST_CORRECTED])
        self._plain = {word: run for entry in self._entries for word, run in plain_words(entry.norm)}
        self._near_plain = Neighbours([word for word in self._plain if 5 <= len(word) <= 20])
        self.suggest = lru_cache(maxsize=4096)(self._suggest)

    @classmethod
    def build(cls, terms: Iterable[Term]) -> Vocabulary:
        """A vocabulary of these terms; of terms that read alike the first stays, with the largest count."""
        return cls((term, " ".join(syllables(normalise(term.text).text))) for term in terms)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """What `save` wrote."""
        rows = json.loads(path.read_text(encoding="utf-8"))
        return cls((Term(text, count, kind), said) for text, count, kind, said in rows)

    def save(self, path: Path) -> None:
        """Write the terms with their pinyin, which takes longest to find out; in one step."""
        rows = [[e.term.text, e.term.count, e.term.kind, e.said] for e in self._entries]
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        fresh.replace(path)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, norm: str) -> bool:
        return norm in self._by_norm or norm in self._plain

    def _suggest(self, typed: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """Terms that begin with what was typed, or sound so, or have these initials; most documents first."""
        norm = normalise(typed).text.strip()
        if not norm:
            return ()
        compact = norm.replace(" ", "")
        ways = ("text", "pinyin", "initials") if compact.isascii() and compact.isalpha() else ("text",)
        found: dict[int, str] = {}
        for way in ways:
            prefix = norm if way == "text" else compact
            for place in nsmallest(limit, self._ways[way].starting(prefix)):
                found.setdefault(place, way)
        terms = ((self._entries[place].term, found[place]) for place in sorted(found)[:limit])
        return tuple(Suggestion(term.text, term.count, term.kind, way) for term, way in terms)

    def saying(self, letters: str) -> list[Term]:
        """The terms whose whole pinyin these letters are, most documents first."""
        return self._best(self._ways["pinyin"].exactly(letters))

    def initialled(self, letters: str) -> list[Term]:
        """The terms with exactly these initials, most documents first."""
        return self._best(self._ways["initials"].exactly(letters))

    def sounding(self, said: str) -> list[Term]:
        """The terms that sound like these syllables; z = zh, n = ng and the like are one sound."""
        return self._best(self._sounds.get(sound(said), ()))

    def near(self, norm: str) -> list[Term]:
        """The terms one wrong, missing, spare or swapped character away, most documents first."""
        return self._best(self._by_norm[one] for one in self._near.of(norm))

    def near_plain(self, word: str) -> list[str]:
        """The Latin words and model numbers one typing error away, as they are written."""
        return [self._plain[one] for one in sorted(self._near_plain.of(word))]

    def _best(self, places: Iterable[int]) -> list[Term]:
        return [self._entries[place].term for place in sorted(places)]


class _Prefixes:
    """Sorted keys with the places they lead to."""

    def __init__(self, keys: Iterable[tuple[str, int]]) -> None:
        pairs = sorted(keys)
        self._keys = [key for key, _ in pairs]
        self._places = array("L", (place for _, place in pairs))

    def starting(self, prefix: str) -> array[int]:
        """The places of keys that begin so."""
        return self._places[bisect_left(self._keys, prefix) : bisect_left(self._keys, prefix + _LAST)]

    def exactly(self, key: str) -> array[int]:
        """The places of keys that are this."""
        return self._places[bisect_left(self._keys, key) : bisect_right(self._keys, key)]


def sound(said: str) -> str:
    """Syllables, divided by blanks, with the sounds that many speakers do not keep apart made one."""
    return " ".join(_SOFT.sub("", one) for one in said.split())


def _initials(said: str) -> str:
    return "".join(one[0] for one in said.split())


def _order(entry: _Entry) -> tuple[int, int, str]:
    return -entry.term.count, len(entry.norm), entry.norm


def _distinct(entries: Iterable[tuple[Term, str]]) -> Iterator[_Entry]:
    seen: dict[str, tuple[Term, str]] = {}
    for term, said in entries:
        norm = normalise(term.text).text.strip()
        if not norm:
            continue
        first, said = seen.get(norm, (term, said))
        seen[norm] = (Term(first.text, max(first.count, term.count), first.kind), said)
    return (_Entry(term, norm, said) for norm, (term, said) in seen.items())


class Neighbours:
    """Words within one typing error of each other, found by what they share when a character is left out.

    Kept as one sorted array of hash and place, eight bytes for each way to leave a character out.
    """

    def __init__(self, words: list[str]) -> None:
        self._words = words
        keys = (_key(short) << 24 | place for place, word in enumerate(words) for short in _shortened(word))
        self._keys = array("Q", sorted(keys))

    def of(self, word: str) -> set[str]:
        """The words one error away; never the word itself."""
        places: set[int] = set()
        for shortened in _shortened(word):
            key = _key(shortened) << 24
            start, end = bisect_left(self._keys, key), bisect_left(self._keys, key + (1 << 24))
            places.update(one & 0xFFFFFF for one in self._keys[start:end])
        return {other for place in places if one_error_apart(word, other := self._words[place])}


def _key(text: str) -> int:
    return hash(text) & 0xFFFFFFFFFF


def _shortened(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def one_error_apart(one: str, other: str) -> bool:
    """Whether one wrong, missing, spare or swapped-with-its-neighbour character makes one the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    pairs = enumerate(zip(one, other, strict=False))
    start = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    if len(a) != len(b):
        return a[1:] == b if len(a) > len(b) else b[1:] == a
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
