"""How much an offer is about what a need asks for: by product type, and by words. Pure; 0 to 1."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from marketplace.reading.tokens import Token

STANDS_IN, RELATED, SIBLING = 0.62, 0.32, 0.26
"""How near another product type is to the one asked for: a stand-in, one a buyer would look at, one of the same family."""
_SATURATION = 1.2
_FULL = (2 + _SATURATION) / 2


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What of an offer is compared with a need's words: its tokens, and the product types its own text speaks of."""

    tokens: Counter[Token]
    types: Mapping[str, float]


def type_nearness(
    one: str, other: str, parents: Callable[[str], str], relations: Mapping[str, Mapping[str, str]]
) -> float:
    """How near an offered type is to an asked one: the same 1; a stand-in; related; of one family; else 0."""
    if one == other:
        return 1.0
    relation = relations.get(one, {}).get(other)
    if relation == "stands_in":
        return STANDS_IN
    if relation == "related" or relations.get(other, {}).get(one):
        return RELATED
    return SIBLING if parents(one) and parents(one) == parents(other) else 0.0


def by_type(asked: Mapping[str, float], offered: Mapping[str, float], nearness: Callable[[str, str], float]) -> float:
    """The best meeting of an asked and an offered type, each as likely as it is."""
    return max(
        (share * likely * nearness(code, other) for code, share in asked.items() for other, likely in offered.items()),
        default=0.0,
    )


def by_words(asked: Mapping[Token, float], words: OfferWords) -> float:
    """The share of the asked tokens' worth that an offer's text covers; a word said often counts a little more.

    `asked` is what each token is worth: see `worth`. About 1 when every token occurs twice.
    """
    counts = words.tokens
    found = sum(asked[token] * counts[token] / (counts[token] + _SATURATION) for token in asked.keys() & counts.keys())
    return found * _FULL


def worth(tokens: Mapping[Token, float], rarity: Callable[[Token], float]) -> dict[Token, float]:
    """What each token of a need is worth, all together 1."""
    rated = {token: weight * rarity(token) for token, weight in tokens.items()}
    total = sum(rated.values()) or 1.0
    return {token: value / total for token, value in rated.items()}


def weights(parts: list[tuple[str, float]], tokens_of: Callable[[str], list[Token]]) -> dict[Token, float]:
    """The tokens of weighed pieces of text; repeated ones count by the logarithm."""
    counted: Counter[Token] = Counter()
    for text, worth in parts:
        for token in tokens_of(text):
            counted[token] += worth
    return {token: token.weight * (1 + math.log(count) if count >= 1 else count) for token, count in counted.items()}
