"""Verbs about what is owed: raising it, once per source, and waiving it with a reason."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.moves import may_move, move
from marketplace.kit.permissions import Actor
from marketplace.payments import differing, ledger, rules
from marketplace.payments.errors import BadCharge, NotWaivable
from marketplace.payments.models import Charge, ChargeStatus
from marketplace.payments.models_ledger import DifferenceClass

CHUNK = 300


@dataclass(frozen=True)
class ChargeAsk:
    """Something to be owed from a day on. `source_*` name where it comes from and are unique together, e.g.
    ("contract", 12, "rent-2026-12"); `link` is the page that explains it. Money owed the other way, such as a credit,
    is a charge with the sides exchanged."""

    payer_id: int
    payee_id: int
    what: str
    code: str
    amount_fen: int
    due_on: date
    source_type: str
    source_id: int
    source_key: str
    deposit: bool = False
    link: str = ""


def raise_charges(asks: Sequence[ChargeAsk], *, by: Actor | None, at: datetime) -> list[Charge]:
    """The charges of these asks, in their order, raised now unless they were before.

    What was raised stays as it was: an ask with the same source but another amount or other sides changes nothing and is
    put before the operators as a difference. A changed schedule waives the old charge and asks under a new key.
    Raises: BadCharge for an amount that is not a positive whole number of fen, or one side only.
    """
    for ask in asks:
        if not rules.is_amount(ask.amount_fen) or ask.payer_id == ask.payee_id or not ask.what:
            raise BadCharge(
                amount_fen=str(ask.amount_fen), source=f"{ask.source_type}/{ask.source_id}/{ask.source_key}"
            )
    made, rows = set[int](), dict[tuple[str, int, str], Charge]()
    for start in range(0, len(asks), CHUNK):
        made |= _insert(asks[start : start + CHUNK], at)
        rows |= _load(asks[start : start + CHUNK])
    fresh = [row for row in rows.values() if row.id in made]
    ledger.post_all(
        [ledger.Posting(raised_key(row), "charge", rules.on_raise(row), memo=row.what) for row in fresh], at
    )
    for row in fresh:
        audit.record(by, "charge.raise", row, at, amount_fen=row.amount_fen, source=_source(row))
    for ask in asks:
        _compare(ask, rows[_key(ask)], at)
    return [rows[_key(ask)] for ask in asks]


def waive(row: Charge, reason: str, *, by: Actor | None, at: datetime) -> None:
    """The payee's side gives up what is open. Raises: NotWaivable."""
    db.session().refresh(row, with_for_update=True)
    if not may_move(row, ChargeStatus.WAIVED) or not reason.strip():
        raise NotWaivable()
    row.why = reason.strip()[:500]
    move(row, ChargeStatus.WAIVED, at)
    ledger.reverse(raised_key(row), f"waive:{row.id}", "waive", at)
    audit.record(by, "charge.waive", row, at, reason=row.why)


def raised_key(row: Charge) -> str:
    """Under which key a charge's rise is posted."""
    return f"charge:{row.id}"


def _insert(asks: Sequence[ChargeAsk], at: datetime) -> set[int]:
    values = [asdict(ask) | _fresh(at) for ask in asks]
    for value, ask in zip(values, asks, strict=True):
        value["what"] = ask.what[:200]
    insert = sqlite.insert if db.database().sqlite else postgresql.insert
    statement = insert(Charge.__table__).values(values).on_conflict_do_nothing().returning(Charge.__table__.c.id)
    return set(db.session().connection().execute(statement).scalars())


def _fresh(at: datetime) -> dict[str, Any]:
    zero = {"refunding_fen": 0, "refunded_fen": 0, "applied_fen": 0}
    return {"status": ChargeStatus.OPEN, "why": "", **zero, "created_at": at, "updated_at": at}


def _load(asks: Sequence[ChargeAsk]) -> dict[tuple[str, int, str], Charge]:
    wanted = {_key(ask) for ask in asks}
    query = select(Charge).where(
        Charge.source_type.in_({key[0] for key in wanted}),
        Charge.source_id.in_({key[1] for key in wanted}),
        Charge.source_key.in_({key[2] for key in wanted}),
    )
    return {_source(row): row for row in db.session().exec(query) if _source(row) in wanted}


def _key(ask: ChargeAsk) -> tuple[str, int, str]:
    return ask.source_type, ask.source_id, ask.source_key


def _source(row: Charge) -> tuple[str, int, str]:
    return row.source_type, row.source_id, row.source_key


def _compare(ask: ChargeAsk, row: Charge, at: datetime) -> None:
    same = (ask.amount_fen, ask.payer_id, ask.payee_id) == (row.amount_fen, row.payer_id, row.payee_id)
    if not same:
        differing.note(
            f"raised-again:{row.id}:{ask.amount_fen}", DifferenceClass.AMOUNT, at, charge_id=row.id,
            ours_fen=row.amount_fen, theirs_fen=ask.amount_fen, detail="raised_again",
        )  # fmt: skip
