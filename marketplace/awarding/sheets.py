"""Score sheets: each member alone, hidden from the others until all have submitted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from marketplace.awarding import panel, queries, rules, scoring
from marketplace.awarding.errors import (
    AlreadyAwarded,
    FinalRoundFirst,
    OutOfPanel,
    SheetIncomplete,
    SheetsMissing,
    SheetSubmitted,
    StillPending,
)
from marketplace.awarding.models import Outcome, PanelMember, ScoreSheet, SheetStatus
from marketplace.awarding.queries import Seat
from marketplace.bidding.models import OpenedQuote
from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, Procurement, Round

Scores = Mapping[int, Mapping[str, Mapping[str, Any]]]


def criteria_of(procurement: Procurement) -> list[scoring.Criterion]:
    """The criteria of a scored procurement, points in hundredths."""
    return [
        scoring.Criterion(
            c["key"], c["name"], c["kind"] == "price", round(float(c["points"]) * 100), str(c.get("how") or "")
        )
        for c in procurement.criteria
    ]


def to_score(seat: Seat, lot: Lot, *, by: Actor | None = None, what: str = "scores") -> tuple[Round, list[OpenedQuote]]:
    """The compliant quotes of a lot, which members score. Pages say `by` (see queries.readable).

    Raises: NotYetEvaluating; FinalRoundFirst; StillPending before the compliance is decided; DeclareFirst; OutOfPanel.
    """
    current = queries.check_evaluating(seat.procurement)
    check_final(seat.procurement, current)
    sheets = queries.compliances_of(current.id)
    own = {quote_id: sheet for (quote_id, lot_id), sheet in sheets.items() if lot_id == lot.id}
    quotes = [q for q in queries.readable(seat, current, by=by, what=what) if str(lot.number) in q.totals]
    if not quotes or any(quote.id not in own for quote in quotes) or not rules.all_decided(own.values()):
        raise StillPending()
    return current, [quote for quote in quotes if own[quote.id].outcome == Outcome.COMPLIANT]


def save(seat: Seat, lot: Lot, scores: Scores, *, submit: bool, by: Actor, at: datetime) -> ScoreSheet:
    """Keep a member's points, as a draft or for good. Points are hundredths by opened quote id and criterion key.

    Raises: OutOfPanel for who does not judge; SheetSubmitted; SheetIncomplete; AlreadyAwarded; PanelTooSmall on submitting.
    """
    if not seat.judges or seat.member is None:
        raise OutOfPanel()
    current, quotes = to_score(seat, lot)
    if rules.living(queries.awards_of(lot.id)):
        raise AlreadyAwarded()
    sheet = _sheet(seat.member, lot, current, at)
    if sheet.status == SheetStatus.SUBMITTED:
        raise SheetSubmitted()
    criteria = [one for one in criteria_of(seat.procurement) if not one.price]
    sheet.scores = {str(quote.id): _kept(scores.get(quote.id, {}), criteria) for quote in quotes}
    sheet.updated_at = at
    if submit:
        panel.check_panel(seat.procurement)
        check_whole(sheet.scores, quotes, criteria)
        sheet.submitted_at = at
        move(sheet, SheetStatus.SUBMITTED, at)
    db.session().flush()
    audit.record(by, "score_sheet.submit" if submit else "score_sheet.save", sheet, at, lot=lot.id)
    return sheet


def check_final(procurement: Procurement, current: Round) -> None:
    """Raises: FinalRoundFirst while the procedure's final prices are not in."""
    if current.number < procurements.definition_of(procurement).rounds:
        raise FinalRoundFirst()


def check_whole(
    scores: Mapping[str, Any], quotes: Iterable[OpenedQuote], criteria: Sequence[scoring.Criterion]
) -> None:
    """Raises: SheetIncomplete naming the first place without points or with more than there are."""
    for quote in quotes:
        given = scores.get(str(quote.id), {})
        for one in criteria:
            points = given.get(one.key, {}).get("points")
            if points is None or not 0 <= points <= one.full:
                name = quote.content.get("supplier_name", "")
                raise SheetIncomplete(where=_("%(supplier)s 的“%(criterion)s”", supplier=name, criterion=one.name))


def revealed(lot: Lot, current: Round, judging: Sequence[PanelMember]) -> dict[int, ScoreSheet]:
    """Everybody's sheets by member, once all who judge have submitted. Raises: SheetsMissing."""
    found = queries.sheets_of(lot.id, current.id)
    own = {member.id: found.get(member.id) for member in judging}
    if not own or any(sheet is None or sheet.status != SheetStatus.SUBMITTED for sheet in own.values()):
        raise SheetsMissing()
    return {member_id: sheet for member_id, sheet in own.items() if sheet is not None}


def given(sheets: Iterable[ScoreSheet]) -> dict[int, dict[str, list[int]]]:
    """All members' points by opened quote id and criterion key."""
    found: dict[int, dict[str, list[int]]] = {}
    for sheet in sheets:
        for quote_id, criteria in sheet.scores.items():
            for key, one in criteria.items():
                found.setdefault(int(quote_id), {}).setdefault(key, []).append(one["points"])
    return found


def _sheet(member: PanelMember, lot: Lot, current: Round, at: datetime) -> ScoreSheet:
    known = queries.sheets_of(lot.id, current.id).get(member.id)
    if known is None:
        known = ScoreSheet(member_id=member.id, lot_id=lot.id, round_id=current.id, updated_at=at)
        db.session().add(known)
        db.flush_or(SheetSubmitted)
    return db.session().get(ScoreSheet, known.id, with_for_update=True, populate_existing=True) or known


def _kept(said: Mapping[str, Mapping[str, Any]], criteria: Sequence[scoring.Criterion]) -> dict[str, Any]:
    return {
        one.key: {
            "points": said.get(one.key, {}).get("points"),
            "note": str(said.get(one.key, {}).get("note") or "")[:500],
        }
        for one in criteria
    }
