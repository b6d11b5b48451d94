"""What a buyer decides about a match: shortlist, dismiss with a reason, think again."""

from __future__ import annotations

from datetime import datetime

from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.matching import queries
from marketplace.matching.errors import NotAMatch, ReasonMissing
from marketplace.matching.models import Choice, MatchChoice
from marketplace.needs.models import Need


def choose(need: Need, listing_id: int, choice: Choice, reason: str = "", *, by: Actor, at: datetime) -> MatchChoice:
    """Remember a decision; the last one counts. Raises: NotAMatch for a listing this need was never judged against;
    ReasonMissing for a dismissal without one."""
    if listing_id not in queries.judged_listing_ids(need.id):
        raise NotAMatch()
    if choice is Choice.DISMISSED and not reason.strip():
        raise ReasonMissing()
    row = queries.choice_of(need.id, listing_id)
    if row is None:
        row = MatchChoice(
            need_id=need.id, listing_id=listing_id, choice=choice, reason=reason.strip(), user_id=by.user_id, at=at
        )
        if not db.add_once(row):
            row = queries.choice_of(need.id, listing_id) or row
    row.choice, row.reason, row.user_id, row.at = choice, reason.strip()[:300], by.user_id, at
    audit.record(by, f"match.{choice}", need, at, listing=listing_id, reason=row.reason)
    return row


def forget(need: Need, listing_id: int, *, by: Actor, at: datetime) -> bool:
    """Take a decision back; False when there was none."""
    row = queries.choice_of(need.id, listing_id)
    if row is None:
        return False
    db.session().delete(row)
    audit.record(by, "match.forget", need, at, listing=listing_id)
    return True
