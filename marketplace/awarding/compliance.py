"""Verbs of the compliance review (符合性审查): prefill, decide, and admit to the final round."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from marketplace.awarding import checking, queries, rules
from marketplace.awarding.errors import (
    AlreadyAwarded,
    NoFinalRound,
    NotYetEvaluating,
    RejectionNeedsReason,
    StillPending,
    TooFewQuotes,
)
from marketplace.awarding.models import Compliance, Outcome
from marketplace.awarding.queries import Seat
from marketplace.bidding.models import OpenedQuote
from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.procedures.schemas import ProcedureDefinition, TooFew
from marketplace.procurement import queries as procurements
from marketplace.procurement import rounds
from marketplace.procurement.models import Lot, LotStatus, Round


@dataclass(frozen=True)
class Decision:
    """What a person says of a sheet: a verdict and a note by the line's place, the outcome, and why."""

    lines: Mapping[int, tuple[str, str]]
    outcome: Outcome
    reason: str = ""


def prefill(seat: Seat, *, by: Actor, at: datetime) -> int:
    """Make the sheets that are missing for the round that is judged; returns how many. Doing it again makes none.

    Raises: NotYetEvaluating; DeclareFirst; OutOfPanel.
    """
    procurement, current = seat.procurement, queries.check_evaluating(seat.procurement)
    definition = procurements.definition_of(procurement)
    known = queries.compliances_of(current.id)
    before = _earlier(procurement.id, current)
    lots = {lot.number: lot for lot in procurements.lots_of(procurement.id)}
    made = 0
    for quote in queries.readable(seat, current, by=None, what="compliance"):
        for lot in (lots[int(number)] for number in quote.totals):
            if (quote.id, lot.id) in known:
                continue
            rows = checking.rows_of(quote, lot, procurement, definition)
            rows = checking.carried(rows, before.get((quote.supplier_id, lot.id), ()))
            made += db.add_once(Compliance(opened_quote_id=quote.id, lot_id=lot.id, rows=rows, updated_at=at))
    audit.record(by, "compliance.prefill", current, at, sheets=made)
    return made


def decide(seat: Seat, row: Compliance, said: Decision, *, by: Actor, at: datetime) -> None:
    """Keep a person's verdict on each line and on the whole. Changed lines are the person's from then on.

    Raises: NotYetEvaluating; RejectionNeedsReason; AlreadyAwarded while the lot has a living award; DeclareFirst; OutOfPanel.
    """
    queries.check_reads(seat)
    current = queries.check_evaluating(seat.procurement)
    if queries.compliance(row.id, seat.procurement.id, lock=True)[1].id != current.id:
        raise NotYetEvaluating()
    if rules.living(queries.awards_of(row.lot_id)):
        raise AlreadyAwarded()
    reason = said.reason.strip()
    if said.outcome == Outcome.REJECTED and not reason:
        raise RejectionNeedsReason()
    row.rows = [_line(line, said.lines.get(place)) for place, line in enumerate(row.rows)]
    row.outcome, row.reason = said.outcome, reason if said.outcome == Outcome.REJECTED else ""
    decided = said.outcome != Outcome.PENDING
    row.decided_by, row.decided_at = (by.user_id, at) if decided else (None, None)
    row.updated_at = at
    db.session().flush()
    audit.record(by, "compliance.decide", row, at, outcome=row.outcome.value, reason=row.reason, lot=row.lot_id)


def admit(seat: Seat, quotes_until: datetime, *, by: Actor, at: datetime) -> Round:
    """Ask the compliant suppliers for their final prices; returns the new round.

    Raises: NotYetEvaluating; NoFinalRound; StillPending; TooFewQuotes; what procurement.rounds refuses.
    """
    procurement, current = seat.procurement, queries.check_evaluating(seat.procurement)
    definition = procurements.definition_of(procurement)
    if definition.rounds < 2 or current.number >= definition.rounds:
        raise NoFinalRound()
    queries.check_reads(seat)
    sheets = queries.compliances_of(current.id)
    if not sheets or not rules.all_decided(sheets.values()):
        raise StillPending()
    suppliers = _suppliers(current.id)
    compliant = {key for key, sheet in sheets.items() if sheet.outcome == Outcome.COMPLIANT}
    for lot in procurements.lots_of(procurement.id):
        if lot.status == LotStatus.OPEN:
            check_enough(sum(lot_id == lot.id for _quote, lot_id in compliant), definition)
    admitted = sorted({suppliers[quote_id] for quote_id, _lot in compliant})
    return rounds.begin_final_round(procurement, admitted, quotes_until, by=by, at=at)


def check_enough(compliant: int, definition: ProcedureDefinition) -> None:
    """Raises: TooFewQuotes when the procedure ends with so few; where it asks for a reason the conclusion does."""
    if compliant < definition.min_quotes and definition.too_few == TooFew.FAILED:
        words = rules.citation(definition, "min_quotes")
        raise TooFewQuotes(n=compliant, least=definition.min_quotes, citation=words)


def of_lot(current: Round, lot: Lot) -> list[Compliance]:
    """The sheets of one lot."""
    return [sheet for (_quote, lot_id), sheet in queries.compliances_of(current.id).items() if lot_id == lot.id]


def _line(line: dict[str, Any], said: tuple[str, str] | None) -> dict[str, Any]:
    if said is None or said[0] not in checking.VERDICTS:
        return line
    verdict, note = said[0], said[1].strip()[:300]
    if (verdict, note) == (line["verdict"], line["note"]):
        return line
    return {**line, "verdict": verdict, "note": note, "source": checking.FROM_BUYER}


def _suppliers(round_id: int) -> dict[int, int]:
    query = select(OpenedQuote.id, OpenedQuote.supplier_id).where(OpenedQuote.round_id == round_id)
    return dict(db.session().exec(query).all())


def _earlier(procurement_id: int, current: Round) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """What was decided line by line in earlier rounds, by supplier and lot."""
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for one in procurements.rounds_of(procurement_id):
        if one.number < current.number:
            suppliers = _suppliers(one.id)
            for (quote_id, lot_id), sheet in queries.compliances_of(one.id).items():
                found[suppliers[quote_id], lot_id] = sheet.rows
    return found
