"""Posting to the ledger: balanced sets, each business fact once. The database refuses what does not balance or changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from marketplace.kit import db
from marketplace.payments.models_ledger import Account, Entry, EntrySet, Purpose
from marketplace.payments.rules import Line

CHUNK = 500


@dataclass(frozen=True)
class Posting:
    """What is to be posted under a key that is used once for ever."""

    key: str
    kind: str
    lines: Sequence[Line]
    payment_id: int | None = None
    gateway: str = ""
    external_id: str = ""
    memo: str = ""
    reverses_id: int | None = None


def post(posting: Posting, at: datetime) -> bool:
    """Post one; False when its key was posted before. Nothing is posted without lines."""
    return post_all([posting], at) == 1


def post_all(postings: Sequence[Posting], at: datetime) -> int:
    """Post those whose keys are new; returns how many. Flushes."""
    done = posted_keys(p.key for p in postings)
    fresh = [p for p in postings if p.lines and p.key not in done]
    if not fresh:
        return 0
    accounts = _accounts({(line.owner_id, line.purpose) for p in fresh for line in p.lines}, at)
    sets = [_set(p, at) for p in fresh]
    session = db.session()
    session.add_all(sets)
    session.flush()
    for made, posting in zip(sets, fresh, strict=True):
        for line in posting.lines:
            account = accounts[line.owner_id, line.purpose]
            session.add(Entry(set_id=made.id, account_id=account, charge_id=line.charge_id, amount_fen=line.amount_fen))
    session.flush()
    for made in sets:
        made.posted = True
    session.flush()
    return len(sets)


def reverse(key: str, as_key: str, kind: str, at: datetime) -> bool:
    """Post the opposite of what was posted under `key`; False when there is nothing, or it was reversed before."""
    session = db.session()
    first = session.exec(select(EntrySet).where(EntrySet.key == key, EntrySet.posted)).first()
    if first is None:
        return False
    rows = session.exec(
        select(Entry, Account).join(Account, Account.id == Entry.account_id).where(Entry.set_id == first.id)
    )
    lines = [Line(account.owner_id, account.purpose, -entry.amount_fen, entry.charge_id) for entry, account in rows]
    return post(Posting(as_key, kind, lines, first.payment_id, first.gateway, reverses_id=first.id), at)


def posted_keys(keys: Iterable[str]) -> set[str]:
    """Which of these keys are posted."""
    wanted, found = list(keys), set[str]()
    for start in range(0, len(wanted), CHUNK):
        query = select(EntrySet.key).where(EntrySet.key.in_(wanted[start : start + CHUNK]))
        found.update(db.session().exec(query))
    return found


def _set(posting: Posting, at: datetime) -> EntrySet:
    return EntrySet(
        key=posting.key, kind=posting.kind, memo=posting.memo[:200], payment_id=posting.payment_id,
        gateway=posting.gateway, external_id=posting.external_id, reverses_id=posting.reverses_id, occurred_at=at,
    )  # fmt: skip


def _accounts(wanted: set[tuple[int | None, Purpose]], at: datetime) -> dict[tuple[int | None, Purpose], int]:
    keys = {f"{owner_id or 'platform'}:{purpose}": (owner_id, purpose) for owner_id, purpose in wanted}
    found = _by_key(list(keys))
    for key in sorted(keys.keys() - found.keys()):
        owner_id, purpose = keys[key]
        db.add_once(Account(key=key, owner_id=owner_id, purpose=purpose, created_at=at))
    if keys.keys() - found.keys():
        found = _by_key(list(keys))
    return {keys[key]: id_ for key, id_ in found.items()}


def _by_key(keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), CHUNK):
        query = select(Account.key, Account.id).where(Account.key.in_(keys[start : start + CHUNK]))
        found.update(dict(db.session().exec(query).all()))
    return found
