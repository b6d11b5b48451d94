"""Which product types a text speaks of, by names and by the lay words of people who cannot name what they need."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marketplace.reading.clauses import plain
from marketplace.reading.tokens import Token, Tokens
from marketplace.taxonomy.reference import ClassNode, Reference

KIND_WEIGHT = {"name": 1.5, "does": 1.0, "part": 0.8, "scene": 0.7}
"""How much a phrase of each kind says about the product type."""
_SATURATION, _LENGTH = 1.2, 0.75
_NAME_BONUS = 0.35


@dataclass(frozen=True, slots=True)
class Guess:
    """A product type a text may mean; the best has `share` 1. `told` are phrases of it that stand in the text whole."""

    code: str
    score: float
    share: float
    told: tuple[str, ...] = ()


class ClassReader:
    """Recognises product types; built once per edition of the reference data.

    Every type is a document made of its names and lay phrases; a text is compared with it by BM25 over words, pairs of
    characters and characters, and a name that stands in the text whole lifts its type.
    """

    def __init__(self, reference: Reference, tokens: Tokens) -> None:
        self._tokens = tokens
        self._nodes = {code: node for code, node in reference.classes.items() if code not in reference.children}
        spoken = {code: list(_phrases(reference, node)) for code, node in self._nodes.items()}
        documents = {code: self._document(phrases) for code, phrases in spoken.items()}
        counts: dict[Token, int] = defaultdict(int)
        for document in documents.values():
            for token in document:
                counts[token] += 1
        size = len(documents)
        self._rarity = {token: math.log(1 + (size - n + 0.5) / (n + 0.5)) for token, n in counts.items()}
        self._rarest = math.log(1 + (size + 0.5) / 0.5)
        self._codes = sorted(documents)
        self._postings = self._post(documents)
        self._names: dict[str, list[str]] = defaultdict(list)
        for code, phrases in spoken.items():
            for kind, text in phrases:
                if kind == "name" and len(text) > 1:
                    self._names[text].append(code)
        self._sizes = _sizes(self._names)

    def rarity(self, token: Token) -> float:
        """How much a token tells: what few product types are spoken of with tells much, a stranger the most."""
        return self._rarity.get(token, self._rarest)

    def read(self, parts: Sequence[tuple[str, float]], limit: int = 10) -> list[Guess]:
        """The likeliest product types of a text, best first. `parts` are its pieces with how much each counts."""
        asked: dict[Token, float] = defaultdict(float)
        for text, worth in parts:
            for token in self._tokens.of(text):
                asked[token] += worth
        counted = np.zeros(len(self._codes))
        for token, worth in asked.items():
            if token in self._postings:
                places, values = self._postings[token]
                weight = self._rarity[token] * token.weight * (1 + math.log(worth) if worth >= 1 else worth)
                counted[places] += weight * values
        told = self._told(parts)
        top = float(counted.max(initial=0.0))
        scores = {code: score for code, score in zip(self._codes, counted.tolist(), strict=True) if score > 0}
        for code, names in told.items():
            bonus = max(worth * min(len(name), 8) / 5 for name, worth in names)
            scores[code] = scores.get(code, 0.0) + _NAME_BONUS * top * bonus
        best = max(scores.values(), default=0.0)
        ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [Guess(c, s, s / best, tuple(name for name, _w in told.get(c, ()))) for c, s in ordered if s > 0]

    def named(self, text: str) -> dict[str, str]:
        """The product types a text names, each with the name; of names within names only the longest counts."""
        return {code: name for name in self._names_in(_squeezed(text)) for code in self._names[name]}

    def _told(self, parts: Iterable[tuple[str, float]]) -> dict[str, list[tuple[str, float]]]:
        told: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for text, worth in parts:
            for name in self._names_in(_squeezed(text)):
                for code in self._names[name]:
                    told[code].append((name, min(worth, 1.5) / len(self._names[name])))
        return told

    def _names_in(self, text: str) -> list[str]:
        found, place = [], 0
        while place < len(text):
            sizes = self._sizes.get(text[place : place + 2], ())
            size = next((n for n in sizes if text[place : place + n] in self._names), 0)
            if size:
                found.append(text[place : place + size])
            place += size or 1
        return found

    def _document(self, phrases: Iterable[tuple[str, str]]) -> dict[Token, float]:
        document: dict[Token, float] = defaultdict(float)
        for kind, text in phrases:
            for token in set(self._tokens.of(text)):
                document[token] += KIND_WEIGHT[kind]
        return document

    def _post(self, documents: Mapping[str, Mapping[Token, float]]) -> dict[Token, tuple[np.ndarray, np.ndarray]]:
        """For each token the places of the types it speaks of among the codes, and how strongly."""
        lengths = {code: sum(document.values()) for code, document in documents.items()}
        usual = sum(lengths.values()) / max(1, len(lengths))
        postings: dict[Token, list[tuple[int, float]]] = defaultdict(list)
        for place, code in enumerate(self._codes):
            damping = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[code] / usual)
            for token, count in documents[code].items():
                postings[token].append((place, count * (_SATURATION + 1) / (count + damping)))
        return {
            token: (np.array([place for place, _v in told]), np.array([value for _p, value in told]))
            for token, told in postings.items()
        }


def _sizes(names: Iterable[str]) -> dict[str, list[int]]:
    """How long the names are that begin with the same two signs, the longest first."""
    sizes: dict[str, set[int]] = defaultdict(set)
    for name in names:
        sizes[name[:2]].add(len(name))
    return {head: sorted(found, reverse=True) for head, found in sizes.items()}


def _phrases(reference: Reference, node: ClassNode) -> Iterable[tuple[str, str]]:
    """What is said of a product type: its names also without brackets, and the phrases of each kind, each once."""
    spoken = reference.phrases(node.code)
    names = [node.name, *node.aliases, *spoken.get("name", ())]
    seen: set[str] = set()
    for kind, texts in {
        "name": [*map(_bare, names), *names],
        **{k: spoken.get(k, ()) for k in ("does", "part", "scene")},
    }.items():
        for text in map(_squeezed, texts):
            if len(text) > 1 and text not in seen:
                seen.add(text)
                yield kind, text


def _bare(name: str) -> str:
    return re.sub(r"[((].*?[))]", "", name)


_BLANK = re.compile(r"[\s,。;、:!?()\[\]“”\"'《》<>—_/+·-]+")


def _squeezed(text: str) -> str:
    """The text as names are compared: half-width, lower case, without blanks and marks."""
    return _BLANK.sub("", plain(text)).lower()
