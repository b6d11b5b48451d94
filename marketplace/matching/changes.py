"""Keeping matches and opportunities true: what changed is noted in its transaction, and judged again soon after."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from flask import Flask, current_app
from sqlmodel import col, select

from marketplace.kit import clock, db
from marketplace.matching import opportunities, queries, readings, runs
from marketplace.matching.knowledge import knowledge
from marketplace.needs.models import NeedStatus
from marketplace.search import outbox
from marketplace.search.models import IndexNote
from marketplace.search.port import Engine, SearchUnavailable

NEEDS, LISTINGS = "matching_needs", "matching_listings"
BATCH = 100
log = logging.getLogger(__name__)


def note_needs(ids: Sequence[int]) -> None:
    """Note needs that were opened, amended or ended."""
    outbox.note(NEEDS, ids)


def drain(engine: Engine, *, at: datetime) -> int:
    """Judge again what was noted, in one transaction for each batch; returns how many notes were settled.

    A note is removed in the transaction of its effect: a failure leaves it for the next round. Listings are read before,
    outside of it, so that nobody waits for the write lock meanwhile.
    """
    with db.reading() as session:
        changed = session.exec(select(IndexNote.object_id).where(IndexNote.collection == LISTINGS).distinct()).all()
    readings.keep(changed, knowledge(), at=at)
    done = 0
    for collection in (NEEDS, LISTINGS):
        while settled := _batch(collection, engine, at):
            done += settled
    return done


def _batch(collection: str, engine: Engine, at: datetime) -> int:
    with db.transaction():
        wanted = select(IndexNote).where(IndexNote.collection == collection).order_by(col(IndexNote.id)).limit(BATCH)
        notes = db.session().exec(wanted.with_for_update(skip_locked=True)).all()
        ids = list(dict.fromkeys(note.object_id for note in notes))
        if collection == NEEDS:
            _judge_needs(ids, engine, at)
        elif ids:
            opportunities.tell_of_listings(ids, at=at)
        for note in notes:
            db.session().delete(note)
        return len(notes)


def _judge_needs(ids: Sequence[int], engine: Engine, at: datetime) -> None:
    for need in queries.needs_by_id(ids).values():
        if need.status == NeedStatus.OPEN:
            made = runs.match_need(need, engine, at=at)
            opportunities.tell_of_need(need, made, at=at)


def drain_soon(app: Flask) -> None:
    """Judge what was noted now; a search that is down leaves it for the next minute."""
    with app.app_context():
        try:
            drain(engine(), at=clock.now())
        except SearchUnavailable as why:
            log.warning("matching waits for search: %s", why)


def engine() -> Engine:
    """The engine that serves this app."""
    return current_app.extensions["finder"].engine
