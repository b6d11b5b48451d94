"""Counting attempts per key and time window in the database, so that every worker counts together."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlmodel import Field, Session, SQLModel

from marketplace.kit import clock, db
from marketplace.kit.errors import Refusal


class Attempts(SQLModel, table=True):
    """How often something was tried under one key within one window."""

    __tablename__ = "attempts"

    key: str = Field(primary_key=True, max_length=128)
    window: datetime = Field(primary_key=True)
    count: int = 0


class TooMany(Refusal):
    """The key has used up its tries for now."""

    status = 429
    code = "too-many"

    def message(self) -> str:
        """The sentence shown."""
        return _("尝试次数过多,请 %(minutes)s 分钟后再试。", minutes=self.details.get("minutes", 15))


def count(key: str, *, limit: int, minutes: int) -> None:
    """Count one try, in a transaction of its own so that a refused request counts too.

    Raises: TooMany beyond `limit` tries within the window of `minutes`.
    """
    now = clock.now()
    start = datetime.fromtimestamp(now.timestamp() // (minutes * 60) * minutes * 60, tz=now.tzinfo)
    with db.transaction() as session:
        sql = (
            'INSERT INTO attempts (key, "window", count) VALUES (:key, :start, 1) '
            'ON CONFLICT (key, "window") DO UPDATE SET count = attempts.count + 1 RETURNING count'
        )
        typed = sa.text(sql).bindparams(sa.bindparam("start", type_=Attempts.__table__.c.window.type))
        tries = session.connection().execute(typed, {"key": key[:128], "start": start}).scalar_one()
    if tries > limit:
        raise TooMany(minutes=minutes)


def forget(key: str) -> None:
    """Forget the tries under a key: the right password clears the slate."""
    db.session().connection().execute(sa.delete(Attempts).where(Attempts.key == key[:128]))


def delete_old(session: Session, before: datetime) -> None:
    """Delete windows that no longer count."""
    session.connection().execute(sa.delete(Attempts).where(Attempts.window < before - timedelta(days=1)))
