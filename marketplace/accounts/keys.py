"""Personal keys: what is sealed to a person opens with the person's password, and with nothing the platform stores.

The private key is stored only locked under the password. While the person is signed in, the session holds it locked
under the cookie's secret name, of which the database knows only the hash: a copied database opens nothing.
"""

import base64
import secrets
import struct
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import session
from sqlmodel import select

from marketplace.accounts import passwords
from marketplace.accounts.errors import KeyMissing, WrongPassword
from marketplace.accounts.models import Membership, User, UserKey
from marketplace.kit import audit, db, envelopes
from marketplace.kit.permissions import Actor

COST = passwords.COST
_DEMO_COST = (1, 8, 1)  # a demo password is public: a dear lock would only make the first start slow
_COST_AS_BYTES = struct.Struct(">BIB")  # stored with each key, so that the cost can rise
_SALT, _IV = 16, 12
_HELD = "held_key"


def ensure_key(person: User, password: str, at: datetime) -> bytes:
    """The person's private key, made if there is none; call with a password that was checked.

    Raises: WrongPassword when it does not open the key, as while the password is being changed elsewhere.
    """
    if _living(person.id) is None:
        private, row = _new_key(person, password, at)
        if db.add_once(row):  # else a sign-in at this very moment made one
            audit.record(Actor(person.id), "key.make", row, at)
            return private
    return unlock(person, password)


def unlock(person: User, password: str) -> bytes:
    """The person's private key. Count tries before calling. Raises: WrongPassword; KeyMissing."""
    row = _living(person.id)
    if row is None:
        raise KeyMissing()
    return _unlocked(row, password)


def relock(person: User, old_password: str, new_password: str, at: datetime) -> None:
    """Lock the same key under a new password: everything stays readable. Raises: WrongPassword."""
    row = _living(person.id, lock=True)
    if row is None:  # signed in since before there were keys
        ensure_key(person, new_password, at)
        return
    row.locked = _locked(_unlocked(row, old_password), row.public, new_password, _cost_for(person))
    audit.record(Actor(person.id), "key.relock", row, at)


def replace_key(person: User, new_password: str, at: datetime) -> None:
    """Give the person a new key because the old password is lost: what was sealed to the old one is closed to them."""
    old = _living(person.id, lock=True)
    if old is not None:
        old.retired_at = at
        db.session().flush()  # before the new one, for only one may live
    _private, row = _new_key(person, new_password, at)
    db.session().add(row)
    db.session().flush()
    audit.record(Actor(person.id), "key.replace", row, at, retired=old.fingerprint if old else None)


def hold(private: bytes) -> None:
    """Keep the key for this session, locked under the session's name; call after `session.renew()`."""
    iv = secrets.token_bytes(_IV)
    session[_HELD] = base64.b64encode(iv + _session_lock().encrypt(iv, private, None)).decode()


def held() -> bytes | None:
    """The key this session holds; None when it holds none, or was renamed since."""
    stored = base64.b64decode(session.get(_HELD, ""))
    try:
        return _session_lock().decrypt(stored[:_IV], stored[_IV:], None) if stored else None
    except InvalidTag:
        return None


def readers_of_organisation(organisation_id: int) -> list[envelopes.Reader]:
    """The keys of an organisation's people; whoever has not signed in since keys exist has none yet."""
    query = (
        select(UserKey)
        .join(User, User.id == UserKey.user_id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, UserKey.retired_at.is_(None), User.disabled_at.is_(None))
        .order_by(UserKey.id)
    )
    return [_reader(row) for row in db.session().exec(query)]


def readers_of(user_ids: Sequence[int]) -> dict[int, envelopes.Reader]:
    """The living keys of these people, by person; who has none, or is disabled, is left out."""
    query = (
        select(UserKey)
        .join(User, User.id == UserKey.user_id)
        .where(UserKey.user_id.in_(set(user_ids)), UserKey.retired_at.is_(None), User.disabled_at.is_(None))
    )
    return {row.user_id: _reader(row) for row in db.session().exec(query)}


def _living(user_id: int, *, lock: bool = False) -> UserKey | None:
    query = select(UserKey).where(UserKey.user_id == user_id, UserKey.retired_at.is_(None))
    return db.session().exec(query.with_for_update() if lock else query).first()


def _reader(row: UserKey) -> envelopes.Reader:
    return envelopes.Reader(row.fingerprint, row.public)


def _new_key(person: User, password: str, at: datetime) -> tuple[bytes, UserKey]:
    private, public = envelopes.new_key_pair()
    row = UserKey(
        user_id=person.id,
        fingerprint=envelopes.reader_of(public).fingerprint,
        public=public,
        locked=_locked(private, public, password, _cost_for(person)),
        created_at=at,
    )
    return private, row


def _cost_for(person: User) -> tuple[int, int, int]:
    return _DEMO_COST if person.demo else COST


def _locked(private: bytes, public: bytes, password: str, cost: tuple[int, int, int]) -> bytes:
    salt, iv = secrets.token_bytes(_SALT), secrets.token_bytes(_IV)
    lock = AESGCM(passwords.lock_key(password, salt, cost))
    return _COST_AS_BYTES.pack(*cost) + salt + iv + lock.encrypt(iv, private, public)


def _unlocked(row: UserKey, password: str) -> bytes:
    cost, rest = _COST_AS_BYTES.unpack_from(row.locked), row.locked[_COST_AS_BYTES.size :]
    salt, iv, sealed = rest[:_SALT], rest[_SALT : _SALT + _IV], rest[_SALT + _IV :]
    try:
        return AESGCM(passwords.lock_key(password, salt, cost)).decrypt(iv, sealed, row.public)
    except InvalidTag as wrong:
        raise WrongPassword() from wrong


def _session_lock() -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=b"held key").derive(session.sid.encode()))
