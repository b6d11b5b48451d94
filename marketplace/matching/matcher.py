"""Every candidate judged against an ask, and put in order. Reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from marketplace.matching import conditions, judging, refusals, relevance, scoring
from marketplace.matching.asks import Ask
from marketplace.matching.judging import State, Verdict
from marketplace.matching.knowledge import Knowledge
from marketplace.matching.offers import Offer
from marketplace.matching.prepared import Prepared
from marketplace.matching.scoring import Score, Standing
from marketplace.reading import features
from marketplace.reading.requirements import HARD
from marketplace.search.port import lot

JUDGED = 240
STALE = timedelta(days=180)
_NOT_ON_OFFER, _ON_OFFER = 0.45, 0.99


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate judged: where it stands, its score with its parts, every verdict."""

    offer: Offer
    standing: Standing
    score: Score
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates in order, with the types they were judged by and the largest share of the words any had."""

    matches: list[Match]
    types: Mapping[str, float]
    best_words: float


def match(ask: Ask, candidates: Iterable[Prepared], known: Knowledge) -> list[Match]:
    """The candidates in order: those that stand before the excluded ones, by score, equals by a fixed lot."""
    return judge_all(ask, candidates, known).matches


def judge_all(ask: Ask, candidates: Iterable[Prepared], known: Knowledge) -> Judged:
    """Judge the candidates that are most about what is asked; the others are not worth the time."""
    candidates = list(candidates)
    worth = relevance.worth(ask.tokens, known.classes.rarity)
    words = [relevance.by_words(worth, one.words) for one in candidates]
    most = max(words, default=0.0) or 1.0
    asked = replace(ask, types=_on_offer(ask, candidates))
    rated = [
        (relevance.by_type(asked.types, one.words.types, known.nearness), share / most, one)
        for one, share in zip(candidates, words, strict=True)
    ]
    rated.sort(key=lambda r: (-scoring.relevance(r[0], r[1]), r[2].offer.listing_id))
    matches = [_judged(asked, one, by_type, by_words, known) for by_type, by_words, one in rated[:JUDGED]]
    return Judged(sorted(matches, key=in_order), asked.types, most)


def in_order(match: Match) -> tuple[bool, float, float]:
    """Those that stand before the excluded, the better score first, equals by a fixed lot."""
    return match.standing is Standing.EXCLUDED, -match.score.total, lot(match.offer.listing_id)


def judge(ask: Ask, candidate: Prepared, best_words: float, known: Knowledge) -> Match:
    """One candidate alone, as `judge_all` would judge it among those it was measured with."""
    worth = relevance.worth(ask.tokens, known.classes.rarity)
    by_words = min(1.0, relevance.by_words(worth, candidate.words) / (best_words or 1.0))
    return _judged(ask, candidate, relevance.by_type(ask.types, candidate.words.types, known.nearness), by_words, known)


def _judged(ask: Ask, candidate: Prepared, by_type: float, by_words: float, known: Knowledge) -> Match:
    verdicts = verdicts_on(ask, candidate, known)
    offer, province = candidate.offer, ask.conditions.province
    elsewhere = bool(province) and offer.province != province
    score = scoring.score(by_type, by_words, verdicts, stale=_stale(offer, ask.today), elsewhere=elsewhere)
    return Match(offer, scoring.standing(verdicts), score, tuple(verdicts))


def _stale(offer: Offer, today: date | None) -> bool:
    """Whether the supplier has not said for half a year that the listing still holds."""
    return bool(today and offer.confirmed_at and today - offer.confirmed_at.date() > STALE)


def verdicts_on(ask: Ask, candidate: Prepared, known: Knowledge) -> Sequence[Verdict]:
    """Every verdict: the requirements, the conditions, and what the need refuses."""
    offer = candidate.offer
    found = [judging.judge(requirement, offer, known.names) for requirement in ask.requirements]
    found += conditions.judge(ask.conditions, offer)
    found += [
        Verdict(word, State.UNKNOWN, word, "", HARD, "feature")
        for word in features.unsaid(ask.refusals.wanted_features, offer.features, known.features)
    ]
    refused = refusals.judge(ask.refusals, offer, candidate.words.types, known)
    return [*found, refused] if refused else found


def _on_offer(ask: Ask, candidates: Sequence[Prepared]) -> Mapping[str, float]:
    """The types meant, those that nobody offers in the asked way counting less: the need is matched with what there is."""
    if ask.chosen:
        return ask.types
    offered: dict[str, float] = {}
    for one in candidates:
        if conditions.offers_mode(ask.conditions.mode, one.offer):
            for code, share in one.words.types.items():
                offered[code] = max(offered.get(code, 0.0), share)
    counted = {
        code: share * (1.0 if offered.get(code, 0.0) >= _ON_OFFER else _NOT_ON_OFFER * (1 + offered.get(code, 0.0)))
        for code, share in ask.types.items()
    }
    best = max(counted.values(), default=1.0) or 1.0
    return {code: share / best for code, share in counted.items()}
