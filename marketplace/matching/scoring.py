"""From relevance and verdicts to a standing, a score with its parts, and an order. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from marketplace.matching.judging import State, Verdict, count

WEIGHTS = Path(__file__).with_name("weights.toml")


class Standing(StrEnum):
    """Where an offer stands: everything met; nothing failed but something to ask; one thing in the way; out."""

    ELIGIBLE = "eligible"
    OPEN = "open"
    NEAR = "near"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its parts: relevance by type and by words, and what remains of it for each reason."""

    total: float
    by_type: float
    by_words: float
    factors: tuple[tuple[str, float], ...]


@lru_cache
def weights(path: Path = WEIGHTS) -> dict[str, dict[str, float]]:
    """The weights file, read once."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def standing(verdicts: Sequence[Verdict]) -> Standing:
    """One hard requirement missed, or two missed by a little, excludes; one missed by a little is near."""
    missed, marginal = count(verdicts, State.MISSED, hard=True), count(verdicts, State.MARGINAL, hard=True)
    if missed or marginal > 1:
        return Standing.EXCLUDED
    if marginal:
        return Standing.NEAR
    return Standing.OPEN if count(verdicts, State.UNKNOWN, hard=True) else Standing.ELIGIBLE


def relevance(by_type: float, by_words: float) -> float:
    """How much an offer is about what is asked, 0 to 1."""
    table = weights()["relevance"]
    return table["type"] * by_type + table["words"] * by_words


def score(
    by_type: float, by_words: float, verdicts: Sequence[Verdict], *, stale: bool = False, elsewhere: bool = False
) -> Score:
    """The score of an offer that is not excluded, 0 to 1. `stale`: the supplier has not confirmed the listing for long;
    `elsewhere`: the supplier is of another province than the need."""
    table = weights()
    supply = [("stale", stale), ("elsewhere", elsewhere)]
    factors = tuple(_factors(verdicts, table["standing"])) + tuple(
        (name, table["supply"][name]) for name, so in supply if so
    )
    total = relevance(by_type, by_words)
    for _name, factor in factors:
        total *= factor
    return Score(total, by_type, by_words, factors)


def _factors(verdicts: Sequence[Verdict], table: dict[str, float]) -> Iterable[tuple[str, float]]:
    stands = standing(verdicts)
    if stands is Standing.NEAR:
        yield "near", table["near"]
    if stands is Standing.OPEN:
        yield "open", table["open"] * table["more_open"] ** (count(verdicts, State.UNKNOWN, hard=True) - 1)
    if unsaid := sum(verdict.state is State.UNKNOWN and verdict.topic == "feature" for verdict in verdicts):
        yield "unsaid_feature", table["unsaid_feature"] ** unsaid
    soft = count(verdicts, State.MISSED, hard=False) + count(verdicts, State.MARGINAL, hard=False)
    if soft >= 3:
        yield "few_soft", table["few_soft"]
    elif soft:
        yield "missed_soft", table["missed_soft"] ** soft
    if unsaid := count(verdicts, State.UNKNOWN, hard=False):
        yield "unsaid_soft", table["unsaid_soft"] ** unsaid
