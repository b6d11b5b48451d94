"""Judging a need and keeping what was judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from marketplace.kit import clock, db
from marketplace.matching import fairness, scoring
from marketplace.matching.asks import Ask, asks_of
from marketplace.matching.candidates import candidate_ids
from marketplace.matching.judging import Verdict
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.matching.matcher import Judged, Match, judge_all
from marketplace.matching.models import MatchRow, MatchRun
from marketplace.matching.prepared import prepare
from marketplace.matching.scoring import Standing
from marketplace.needs.models import Need
from marketplace.search.port import Engine
from marketplace.taxonomy import queries as taxonomy

KEPT_STANDING, KEPT_EXCLUDED = 60, 60
LEAST_RELEVANCE = 0.3
"""Below this an offer is about something else and is not kept."""


def match_need(need: Need, engine: Engine, *, at: datetime) -> list[MatchRun]:
    """Judge every item of a need against the catalogue and freeze the result. Raises: SearchUnavailable."""
    known = knowledge()
    today = clock.local(at).date()
    runs = []
    for ask in asks_of(need, known, today):
        candidates = prepare(candidate_ids(ask, engine, known), known, today)
        candidates = {id_: one for id_, one in candidates.items() if one.offer.supplier_id != need.owner_id}
        runs.append(_freeze(need, ask, judge_all(ask, candidates.values(), known), known, at))
    return runs


def _freeze(need: Need, ask: Ask, judged: Judged, known: Knowledge, at: datetime) -> MatchRun:
    kept = [match for match in judged.matches if _about(match) >= LEAST_RELEVANCE]
    standing = [match for match in kept if match.standing is not Standing.EXCLUDED]
    out = [match for match in kept if match.standing is Standing.EXCLUDED]
    since = at - timedelta(days=fairness.NEWCOMER_DAYS)
    standing, newcomer = fairness.seat_newcomer(
        standing, lambda m: bool(m.offer.published_at and m.offer.published_at >= since)
    )
    run = MatchRun(
        need_id=need.id, item=ask.item, need_version=need.version, rules=fingerprint(), types=_rounded(judged.types),
        best_words=judged.best_words, counts=dict(Counter(str(m.standing) for m in [*standing, *out])), made_at=at,
    )  # fmt: skip
    db.session().add(run)
    db.session().flush()
    out.sort(key=lambda m: -_about(m))
    for place, match in enumerate([*standing[:KEPT_STANDING], *out[:KEPT_EXCLUDED]], start=1):
        db.session().add(_row(run.id, place, match, match is newcomer))
    db.session().flush()
    return run


def _about(match: Match) -> float:
    return scoring.relevance(match.score.by_type, match.score.by_words)


def _row(run_id: int, place: int, match: Match, newcomer: bool) -> MatchRow:
    return MatchRow(
        run_id=run_id, listing_id=match.offer.listing_id, listing_version=match.offer.version,
        supplier_id=match.offer.supplier_id, place=place, standing=match.standing, score=round(match.score.total, 6),
        newcomer=newcomer, parts=parts_of(match), verdicts=[stored(verdict) for verdict in match.verdicts],
    )  # fmt: skip


def parts_of(match: Match) -> dict[str, Any]:
    """The parts of a score as they are kept and shown."""
    score = match.score
    return {
        "by_type": round(score.by_type, 4),
        "by_words": round(score.by_words, 4),
        "relevance": round(scoring.relevance(score.by_type, score.by_words), 4),
        "factors": [[name, round(factor, 4)] for name, factor in score.factors],
    }


def stored(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is kept."""
    return {"name": verdict.name, "state": str(verdict.state), "asked": verdict.asked, "offered": verdict.offered,
            "level": verdict.level, "topic": verdict.topic}  # fmt: skip


def _rounded(types: Mapping[str, float]) -> dict[str, float]:
    return {code: round(share, 4) for code, share in types.items()}


def fingerprint() -> str:
    """Which rules judged: the weights file and the editions of the reference data in force."""
    editions = ",".join(f"{edition.scheme}:{edition.version}" for edition in taxonomy.editions_in_force())
    return sha256((scoring.WEIGHTS.read_text(encoding="utf-8") + editions).encode()).hexdigest()[:16]
