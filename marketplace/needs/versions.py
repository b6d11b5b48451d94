"""Verbs behind opening and amending: what readers see from one moment to another is kept as a version."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.needs.models import Need, NeedVersion
from marketplace.needs.signals import needs_changed


def begin_version(need: Need, content: dict[str, Any], why: str, *, by: Actor, at: datetime) -> None:
    """Keep what readers see from now on as the next version; the one before ends. `content` is `snapshots.content_of`."""
    end_version(need, at)
    need.version += 1
    need.updated_at = at
    row = NeedVersion(
        need_id=need.id, number=need.version, valid_from=at, content=content, why=why, user_id=by.user_id
    )  # fmt: skip
    db.session().add(row)


def end_version(need: Need, at: datetime) -> None:
    """The newest version is no longer in force."""
    current = (NeedVersion.need_id == need.id, NeedVersion.valid_until.is_(None))
    db.session().exec(sa.update(NeedVersion).where(*current).values(valid_until=at))


def announce(*needs: Need) -> None:
    """Say upwards that these needs changed, when readers could see them."""
    db.session().flush()
    ids = [need.id for need in needs if need.version]
    if ids:
        needs_changed.send(ids=ids)
