"""A hundred changed listings against a thousand open needs, beside judging only the pairs that become opportunities."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from benchmarks import world
from benchmarks.matching import SEED, TODAY, Needs
from benchmarks.timing import Figure, line, milliseconds
from benchmarks.words import Writer
from marketplace.accounts import founding
from marketplace.accounts import queries as people
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.kit import db
from marketplace.matching import opportunities, prepared, queries, relevance, runs
from marketplace.matching.asks import asks_of
from marketplace.matching.evaluation import need_of
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.matching.models import MatchRun
from marketplace.needs.models import Need, NeedStatus

LISTINGS = 20_000
NEEDS, CHANGED = 1_000, 100
MEASURED_WITH = 200
EMAIL = "buyer@bench.example"


def beside_affected(listings: int = LISTINGS, rounds: int = 5) -> Figure:
    """What looking at every pair costs beside the pairs that had to be looked at; there is no goal."""
    with world.scratch(listings) as folder:
        app = world.platform(folder)
        with app.app_context(), app.test_request_context():
            changed = _changed()
            _open_needs(knowledge(), changed)
            affected = _affected(changed, knowledge())
            opportunities._asks.clear()
            first = milliseconds(_undone(lambda: _tell_of(changed)))
            taken: dict[str, list[float]] = {"all": [], "affected": []}
            for _turn in range(rounds):
                taken["all"].append(milliseconds(_undone(lambda: _tell_of(changed))))
                taken["affected"].append(milliseconds(_undone(lambda: _tell_of_pairs(affected))))
    ratio = median(taken["all"]) / median(taken["affected"])
    return Figure(
        "rematch",
        [
            line(f"{CHANGED} changed listings against {NEEDS:,} open needs", taken["all"]),
            line(f"the {len(affected):,} pairs that become opportunities, by hand", taken["affected"]),
            line("the first time in a process, no need read yet", [first]),
        ],
        f"{ratio:.2f}", "none: reported", True,
        [
            "Both in one transaction each, undone after: load the needs, make the changed listings ready, judge, tell the suppliers. By "
            f"hand only the affected pairs, their needs and listings, of {NEEDS * CHANGED:,}. The needs' texts were read before, as in "
            f"a process that stands. {rounds} rounds in turn, middle times."
        ],
        {"listings": listings, "pairs": len(affected), "ms": taken, "first_ms": first},
    )  # fmt: skip


def _changed() -> list[int]:
    with db.reading() as session:
        ids = session.exec(select(Listing.id).where(Listing.status == ListingStatus.PUBLISHED)).all()
    return random.Random(SEED).sample(sorted(ids), CHANGED)


def _open_needs(known: Knowledge, changed: list[int]) -> None:
    """A thousand open needs with a run each: its types as read, its words measured with the changed and some other listings."""
    founding.create_operator(EMAIL, "演示·采购", "a-long-bench-word-1", "演示采购中心", "91110000MA00000BUY")
    with db.transaction() as session:
        person = people.user_by_email(EMAIL)
        owner_id = next(org.id for _member, org in people.memberships_of(person.id))
        others = session.exec(select(Listing.id).order_by(Listing.id).limit(MEASURED_WITH)).all()
        measured = list(prepared.prepare([*others, *changed], known, TODAY).values())
        for number, row in enumerate(Needs(SEED, Writer(SEED, world.NOW)).rows(NEEDS), start=1):
            need = _need(row, number, owner_id, person.id)
            session.add(need)
            session.flush()
            session.add_all(_run(need, ask, measured, known) for ask in asks_of(need, known, TODAY))


def _need(row: dict[str, Any], number: int, owner_id: int, user_id: int) -> Need:
    need = need_of(row)
    need.number, need.form_key, need.owner_id, need.status, need.version = (
        f"B{number:06d}",
        f"b{number}",
        owner_id,
        NeedStatus.OPEN,
        1,
    )
    need.created_by = need.edited_by = user_id
    need.opened_at = need.created_at = need.updated_at = world.NOW
    return need


def _run(need: Need, ask: Any, measured: list[prepared.Prepared], known: Knowledge) -> MatchRun:
    worth = relevance.worth(ask.tokens, known.classes.rarity)
    best = max(relevance.by_words(worth, one.words) for one in measured) or 1.0
    return MatchRun(
        need_id=need.id, item=ask.item, need_version=1, rules=runs.fingerprint(), types=dict(ask.types), best_words=best,
        made_at=world.NOW,
    )  # fmt: skip


@dataclass(frozen=True)
class _Pair:
    need_id: int
    listing_id: int


def _affected(changed: list[int], known: Knowledge) -> list[_Pair]:
    """The pairs whose result is an opportunity."""
    with db.reading():
        ready = prepared.prepare(changed, known, TODAY)
        return [
            _Pair(need.id, id_)
            for need, made in queries.open_needs_with_runs()
            for id_, one in ready.items()
            if opportunities._best(opportunities.asks_of_cached(need, known, world.NOW), made, one, known)
        ]


def _tell_of(changed: list[int]) -> None:
    prepared._kept.clear()
    opportunities.tell_of_listings(changed, at=world.NOW)


def _tell_of_pairs(pairs: list[_Pair]) -> None:
    prepared._kept.clear()
    known = knowledge()
    ready = prepared.prepare({pair.listing_id for pair in pairs}, known, TODAY)
    wanted = sa.select(sa.func.max(MatchRun.id)).group_by(MatchRun.need_id, MatchRun.item)
    query = select(Need, MatchRun).join(MatchRun, MatchRun.need_id == Need.id)
    found = db.session().exec(query.where(MatchRun.id.in_(wanted), Need.id.in_({pair.need_id for pair in pairs})))
    needs = {need.id: (need, run) for need, run in found}
    for pair in pairs:
        need, run = needs[pair.need_id]
        asks = opportunities.asks_of_cached(need, known, world.NOW)
        match = opportunities._best(asks, {run.item: run}, ready[pair.listing_id], known)
        opportunities._tell(need, opportunities._as_row(match), world.NOW)


def _undone(call: Callable[[], object]) -> Callable[[], None]:
    """The call in a transaction that leaves nothing behind."""

    def both() -> None:
        with db.transaction():
            call()
            db.session().flush()
            db.unit().rollback()

    return both
