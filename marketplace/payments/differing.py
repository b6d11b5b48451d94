"""Differences: noted once, seen again, gone by themselves, or explained by an operator."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.payments.models_ledger import Difference, DifferenceClass, DifferenceStatus


def note(key: str, kind: DifferenceClass, at: datetime, **facts: Any) -> bool:
    """Write a difference down, or that it is still there; whether it is new or back. An explained one stays explained."""
    row = db.session().exec(select(Difference).where(Difference.key == key)).first()
    if row is None:
        made = Difference(key=key, kind=kind, found_at=at, seen_at=at, updated_at=at, **facts)
        return db.add_once(made)
    row.seen_at = at
    if row.status == DifferenceStatus.GONE:
        move(row, DifferenceStatus.OPEN, at)
        row.found_at = at
        return True
    return False


def gone(prefixes: Collection[str], seen: Collection[str], at: datetime) -> int:
    """Differences under these prefixes that the comparison just made no longer saw are gone; returns how many."""
    left = 0
    for row in db.session().exec(select(Difference).where(Difference.status == DifferenceStatus.OPEN)):
        if row.key.startswith(tuple(prefixes)) and row.key not in seen:
            move(row, DifferenceStatus.GONE, at)
            left += 1
    return left


def explain(row: Difference, words: str, *, by: Actor, at: datetime) -> None:
    """An operator says what it was. Raises: NoSuchMove when it is gone or explained."""
    row.note, row.decided_by = words.strip()[:500], by.user_id
    move(row, DifferenceStatus.EXPLAINED, at)
    audit.record(by, "difference.explain", row, at, kind=row.kind, note=row.note)
