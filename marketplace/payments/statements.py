"""One organisation's own accounts: balances, and what moved in a month."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.payments.models import Charge
from marketplace.payments.models_ledger import Account, Entry, EntrySet, Purpose


@dataclass(frozen=True)
class Moved:
    """One line of a statement with the balance after it."""

    at: datetime
    kind: str
    memo: str
    charge_id: int | None
    amount_fen: int
    balance_fen: int


@dataclass(frozen=True)
class Statement:
    """An account in a month: what it began with, what moved, what it ended with."""

    purpose: Purpose
    opening_fen: int
    lines: list[Moved]
    closing_fen: int


def month_of(text: str, today: date) -> date:
    """The first day of the month asked for as "2026-11"; this month when that is none."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def next_month(month: date, step: int = 1) -> date:
    """The first day of a month before or after."""
    number = month.year * 12 + month.month - 1 + step
    return date(number // 12, number % 12 + 1, 1)


def statements(organisation_id: int, month: date) -> list[Statement]:
    """Every account of an organisation that has a balance or moved in the month."""
    begins, ends = _moment(month), _moment(next_month(month))
    accounts = db.session().exec(select(Account).where(Account.owner_id == organisation_id)).all()
    found = []
    for account in sorted(accounts, key=lambda one: list(Purpose).index(one.purpose)):
        opening = _balance(account.id, begins)
        lines = _lines(account.id, begins, ends, opening)
        closing = lines[-1].balance_fen if lines else opening
        if opening or lines:
            found.append(Statement(account.purpose, opening, lines, closing))
    return found


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.SHANGHAI).astimezone(UTC)


def _balance(account_id: int, before: datetime) -> int:
    query = select(sa.func.coalesce(sa.func.sum(Entry.amount_fen), 0)).join(EntrySet, EntrySet.id == Entry.set_id)
    return int(
        db.session()
        .exec(query.where(Entry.account_id == account_id, EntrySet.posted, EntrySet.occurred_at < before))
        .one()
    )


def _lines(account_id: int, begins: datetime, ends: datetime, balance: int) -> list[Moved]:
    query = (
        select(Entry, EntrySet, Charge.what)
        .join(EntrySet, EntrySet.id == Entry.set_id)
        .outerjoin(Charge, Charge.id == Entry.charge_id)
        .where(
            Entry.account_id == account_id, EntrySet.posted, EntrySet.occurred_at >= begins, EntrySet.occurred_at < ends
        )
        .order_by(EntrySet.occurred_at, Entry.id)
    )
    lines = []
    for entry, made, what in db.session().exec(query):
        balance += entry.amount_fen
        lines.append(Moved(made.occurred_at, made.kind, what or made.memo, entry.charge_id, entry.amount_fen, balance))
    return lines
