"""A text as tokens of three sizes: words, pairs of characters, characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from marketplace.search.text import Cutter, bigrams, characters, normalise

WORD, PAIR, CHARACTER = "w", "b", "c"
WEIGHTS = {WORD: 1.0, PAIR: 1.0, CHARACTER: 0.5}
"""Measured on needs against listings: characters help lay words, at half weight."""


class Token(NamedTuple):
    """A piece of text of one size."""

    size: str
    text: str

    @property
    def weight(self) -> float:
        """How much a token of this size counts."""
        return WEIGHTS[self.size]


_MOST_HELD = 300_000
_held: dict[str, dict[str, Token]] = {WORD: {}, PAIR: {}, CHARACTER: {}}


def token(size: str, text: str) -> Token:
    """The one token of this size and text: making a hundred thousand anew keeps the garbage collector busy."""
    held = _held[size]
    found = held.get(text)
    if found is None:
        if len(held) >= _MOST_HELD:
            held.clear()
        found = held[text] = Token(size, text)
    return found


@dataclass(frozen=True, eq=False)
class Tokens:
    """Cuts texts with the trade's dictionary."""

    cutter: Cutter

    def of(self, text: str) -> list[Token]:
        """The tokens of a text, in order of size; repeated ones stay."""
        norm = normalise(text).text
        return [
            *(token(WORD, word) for word in self.cutter.words(norm)),
            *(token(PAIR, pair) for pair in bigrams(norm)),
            *(token(CHARACTER, sign) for sign in characters(norm)),
        ]


@lru_cache(maxsize=1)
def of_dictionary(path: Path) -> Tokens:
    """Tokens cut with one dictionary file, made once."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return Tokens(Cutter(tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))))
