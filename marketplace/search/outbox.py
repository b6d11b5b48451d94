"""Noting what search must learn, in the transaction of the change; verbs never think of it."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app, has_app_context
from sqlalchemy import event
from sqlmodel import Session

from marketplace.kit import clock, db
from marketplace.search.models import IndexNote

Finder = Callable[[Any, Session], Iterable[tuple[str, int]]]
_watched: dict[type, Finder] = {}


def watch(table: type, documents_of: Finder) -> None:
    """Whenever a row of this table changes, note the (collection, id) pairs that show it."""
    _watched[table] = documents_of


def note(collection: str, ids: Iterable[int], session: Session | None = None) -> None:
    """Note ids by hand: for bulk writes, which sessions do not see."""
    session = session or db.session()
    at = clock.now()
    rows = [{"collection": collection, "object_id": i, "noted_at": at} for i in ids]
    if not rows:
        return
    session.connection().execute(sa.insert(IndexNote), rows)
    if has_app_context() and not session.info.get("search_told"):
        session.info["search_told"] = True
        db.after_commit(_tell, session)


def waiting(collection: str) -> int:
    """How many notes wait."""
    return db.session().exec(sa.select(sa.func.count()).where(IndexNote.collection == collection)).scalar_one()


def _tell(session: Session) -> None:
    session.info.pop("search_told", None)
    nudge = current_app.extensions.get("search_nudge")
    if nudge is not None:  # the embedded engine learns at once; else the jobs process looks every second
        nudge()


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, _context: Any) -> None:
    found: dict[str, set[int]] = {}
    for row in (*session.new, *session.dirty, *session.deleted):
        finder = _watched.get(type(row))
        if finder is not None:
            with session.no_autoflush:
                for collection, object_id in finder(row, session):
                    found.setdefault(collection, set()).add(object_id)
    for collection, ids in found.items():
        note(collection, sorted(ids), session)
