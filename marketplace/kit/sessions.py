"""Server-side sessions: the cookie is a random name, what it means is a row, and a signed-out name means nothing."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel
from werkzeug.datastructures import CallbackDict

from marketplace.kit import clock
from marketplace.kit.columns import json_map
from marketplace.kit.db import Database

TOUCH_EVERY = timedelta(minutes=5)
TRIES = 3


class WebSession(SQLModel, table=True):
    """One browser's session. Only the hash of its name is stored, so a copied database opens nothing."""

    __tablename__ = "web_session"

    id: str = Field(primary_key=True, max_length=64)
    user_id: int | None = Field(default=None, index=True)
    data: dict[str, Any] = json_map()
    device: str = Field(default="", max_length=200)
    created_at: datetime
    seen_at: datetime = Field(index=True)


class BrowserSession(CallbackDict, SessionMixin):
    """The session a request sees; `renew()` gives it a new name, as sign-in must."""

    def __init__(self, data: dict[str, Any], sid: str, row: WebSession | None) -> None:
        super().__init__(data, lambda _self: setattr(self, "modified", True))
        self.sid, self.row, self.modified, self.old_sid = sid, row, False, ""

    def renew(self) -> None:
        """Change the name; what was stored under the old one is deleted at the end of the request."""
        self.old_sid, self.sid, self.modified = self.old_sid or self.sid, secrets.token_urlsafe(32), True


class ServerSessions(SessionInterface):
    """Stores sessions beside the data, in short transactions of their own after the request's commit."""

    def __init__(self, database: Database, *, idle: timedelta, absolute: timedelta) -> None:
        self.database, self.idle, self.absolute = database, idle, absolute

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """The browser's session if its row is alive; else a fresh one under a new name."""
        sid = request.cookies.get(self.get_cookie_name(app), "")
        if not 32 <= len(sid) <= 64:
            return BrowserSession({}, secrets.token_urlsafe(32), None)
        with self.database.open(write=False) as session:
            row = session.get(WebSession, _hash(sid))
        if row is None:
            return BrowserSession({}, sid, None)
        now = clock.now()
        if row.seen_at + self.idle < now or row.created_at + self.absolute < now:
            return BrowserSession({}, secrets.token_urlsafe(32), None)
        return BrowserSession(dict(row.data), sid, row)

    def save_session(self, app: Flask, session: BrowserSession, response: Response) -> None:
        """Write what changed; touch an idle session at most every few minutes; set the cookie when it is new."""
        now = clock.now()
        stale = session.row is not None and session.row.seen_at + TOUCH_EVERY < now
        if session.modified or stale:
            self._store(session, now)
        if request.cookies.get(self.get_cookie_name(app)) != session.sid:
            response.set_cookie(
                self.get_cookie_name(app),
                session.sid,
                httponly=True,
                secure=self.get_cookie_secure(app),
                samesite="Lax",
                path="/",
            )
            response.vary.add("Cookie")

    def _store(self, session: BrowserSession, now: datetime) -> None:
        for _try in range(TRIES):
            try:
                return self._write(session, now)
            except (
                IntegrityError
            ):  # another request of this browser stored it at this very moment: change what it stored
                continue

    def _write(self, session: BrowserSession, now: datetime) -> None:
        user = session.get("_user_id")
        with self.database.open(write=True) as store:
            if session.old_sid:
                store.exec(sa.delete(WebSession).where(WebSession.id == _hash(session.old_sid)))
            row = store.get(WebSession, _hash(session.sid), with_for_update=True)
            ended_meanwhile = session.row is not None and not session.old_sid and row is None
            if not session and row is not None:
                store.delete(row)
            elif session and not ended_meanwhile:
                row = row or WebSession(id=_hash(session.sid), created_at=now, seen_at=now)
                row.data, row.seen_at, row.user_id = dict(session), now, int(user) if user else None
                row.device = _device()
                store.add(row)
            store.commit()


def end_sessions_of(session: Any, user_id: int, *, but: str = "") -> None:
    """Delete a person's sessions, all but the one named `but`: after a password change or a dismissal."""
    wanted = [WebSession.user_id == user_id]
    if but:
        wanted.append(WebSession.id != _hash(but))
    session.exec(sa.delete(WebSession).where(*wanted))


def delete_expired(session: Any, before: datetime) -> int:
    """Delete sessions not seen since `before`; returns how many."""
    return session.exec(sa.delete(WebSession).where(WebSession.seen_at < before)).rowcount


def _hash(sid: str) -> str:
    return sha256(sid.encode()).hexdigest()


def _device() -> str:
    return (request.user_agent.string or "")[:200]
