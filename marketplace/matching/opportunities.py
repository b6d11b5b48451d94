"""Telling suppliers of needs that fit what they offer: once each, in the inbox at once and by mail once a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import select

from marketplace.kit import audit, clock, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.matching import mails, queries, runs
from marketplace.matching.asks import Ask, asks_of
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.matching.matcher import Match, judge
from marketplace.matching.models import MatchRow, MatchRun, Opportunity, OpportunityStatus
from marketplace.matching.prepared import Prepared, prepare
from marketplace.matching.scoring import Standing
from marketplace.needs import following
from marketplace.needs.models import Need, NeedStatus, Visibility

LEAST_SCORE = 0.45
"""From this score on a need is worth a supplier's time."""
LEAST_TYPE = 0.3


def tell_of_need(need: Need, made: Sequence[MatchRun], *, at: datetime) -> int:
    """Tell the suppliers whose listings fit an open public need; returns how many were told for the first time."""
    if need.status != NeedStatus.OPEN or need.visibility != Visibility.PUBLIC:
        return 0
    best: dict[int, MatchRow] = {}
    for run in made:
        for row in queries.rows_of(run.id):
            if row.standing != Standing.EXCLUDED and row.score >= LEAST_SCORE:
                if row.supplier_id not in best or row.score > best[row.supplier_id].score:
                    best[row.supplier_id] = row
    return sum(_tell(need, row, at) for row in best.values())


def _tell(need: Need, row: MatchRow, at: datetime) -> bool:
    opportunity = Opportunity(
        need_id=need.id, supplier_id=row.supplier_id, listing_id=row.listing_id, listing_version=row.listing_version,
        need_version=need.version, standing=row.standing, score=row.score, verdicts=row.verdicts, told_at=at, updated_at=at,
    )  # fmt: skip
    if not db.add_once(opportunity):
        return False
    mails.opportunity(opportunity, need, at)
    return True


def tell_of_listings(listing_ids: Iterable[int], *, at: datetime) -> int:
    """Tell suppliers of the open needs that new or changed listings fit; returns how many opportunities are new."""
    waiting = queries.open_needs_with_runs()
    if not waiting:
        return 0
    known = knowledge()
    offered = prepare(listing_ids, known, clock.local(at).date())
    told = 0
    for need, made in waiting:
        asks = [ask for ask in asks_of_cached(need, known, at) if ask.item in made]
        for one in offered.values():
            if one.offer.supplier_id == need.owner_id:
                continue
            match = _best(asks, made, one, known)
            if match is not None:
                told += _tell(need, _as_row(match), at)
    return told


def _best(asks: Sequence[Ask], made: dict[int, MatchRun], one: Prepared, known: Knowledge) -> Match | None:
    """The best standing of an offer over a need's items; None when it fits none well enough."""
    found = []
    for ask in asks:
        run = made[ask.item]
        near = max(
            (s * t * known.nearness(c, o) for c, s in run.types.items() for o, t in one.words.types.items()),
            default=0.0,
        )
        if near >= LEAST_TYPE:
            match = judge(replace(ask, types=run.types), one, run.best_words, known)
            if match.standing is not Standing.EXCLUDED and match.score.total >= LEAST_SCORE:
                found.append(match)
    return max(found, key=lambda m: m.score.total, default=None)


def _as_row(match: Match) -> MatchRow:
    return MatchRow(
        run_id=0, listing_id=match.offer.listing_id, listing_version=match.offer.version, supplier_id=match.offer.supplier_id,
        place=0, standing=match.standing, score=match.score.total, verdicts=[runs.stored(v) for v in match.verdicts],
    )  # fmt: skip


_asks: dict[tuple[int, int, int], list[Ask]] = {}


def asks_of_cached(need: Need, known: Knowledge, at: datetime) -> list[Ask]:
    """A need's asks, read once per state of the need and day: a thousand open needs meet every change of a listing."""
    today = clock.local(at).date()
    key = (need.id or 0, need.revision or 0, today.toordinal())
    if key not in _asks:
        if len(_asks) > 5_000:
            _asks.clear()
        _asks[key] = asks_of(need, known, today)
    return _asks[key]


def show_interest(row: Opportunity, need: Need, *, by: Actor, at: datetime) -> None:
    """The supplier means to answer; it follows the need from now on. Moves: new, dismissed → interested."""
    if row.status != OpportunityStatus.INTERESTED:
        move(row, OpportunityStatus.INTERESTED, at)
        following.add_follower(need, row.supplier_id, at)
        audit.record(by, "opportunity.interest", row, at)


def dismiss(row: Opportunity, *, by: Actor, at: datetime) -> None:
    """Not for us. Moves: new, interested → dismissed."""
    if row.status != OpportunityStatus.DISMISSED:
        move(row, OpportunityStatus.DISMISSED, at)
        audit.record(by, "opportunity.dismiss", row, at)


def send_digests(*, at: datetime) -> int:
    """One mail to each supplier with the opportunities no digest has named yet; returns how many suppliers got one."""
    waiting = (
        db.session().exec(select(Opportunity).where(Opportunity.digest_at.is_(None)).order_by(Opportunity.id)).all()
    )
    by_supplier: dict[int, list[Opportunity]] = {}
    for row in waiting:
        by_supplier.setdefault(row.supplier_id, []).append(row)
    needs = queries.needs_by_id({row.need_id for row in waiting})
    sent = 0
    for supplier_id, rows in by_supplier.items():
        fresh = [
            row for row in rows if row.status == OpportunityStatus.NEW and needs[row.need_id].status == NeedStatus.OPEN
        ]
        if fresh:
            mails.digest(supplier_id, fresh, needs, at)
            sent += 1
        for row in rows:
            row.digest_at = at
    return sent
