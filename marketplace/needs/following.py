"""Verbs of following: being told when somebody's need changes."""

from datetime import datetime

from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.needs import queries
from marketplace.needs.errors import OwnNeed
from marketplace.needs.models import Need, NeedFollower


def follow(need: Need, *, by: Actor, at: datetime) -> bool:
    """Be told from now on; True when it is new. Raises: NotFound for a need one may not read; OwnNeed."""
    need = queries.readable_need(need.id, by)
    if need.owner_id == by.organisation_id:
        raise OwnNeed()
    new = add_follower(need, by.organisation_id, at)
    if new:
        audit.record(by, "need.follow", need, at)
    return new


def unfollow(need: Need, *, by: Actor, at: datetime) -> bool:
    """Be told no longer; False when one did not follow."""
    row = queries.follower(need.id, by.organisation_id)
    if row is None:
        return False
    db.session().delete(row)
    db.session().flush()
    audit.record(by, "need.unfollow", need, at)
    return True


def add_follower(need: Need, organisation_id: int, at: datetime) -> bool:
    """Note a follower once; True when it is new."""
    if queries.follower(need.id, organisation_id):
        return False
    return db.add_once(NeedFollower(need_id=need.id, organisation_id=organisation_id, created_at=at))
