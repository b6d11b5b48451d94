"""From compliance and scores to one order: the proposal everybody sees, members' opinions, and the conclusion (评审结论)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.awarding import compliance, labels, panel, queries, rules, scoring, sheets
from marketplace.awarding.errors import (
    AlreadyAwarded,
    ConsensusMissing,
    NoMajority,
    NothingRanked,
    NotYetEvaluating,
    OutOfPanel,
    StillPending,
)
from marketplace.awarding.models import Compliance, Outcome, PanelMember, PanelOpinion, Ranking, ScoreSheet
from marketplace.awarding.queries import Seat
from marketplace.bidding.models import OpenedQuote
from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.procedures.schemas import Evaluation, ProcedureDefinition
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, LotStatus, Procurement, Round


@dataclass(frozen=True)
class Proposal:
    """The order that follows from compliance and scores, not yet agreed. `wide` says that scores lie far apart."""

    current: Round
    rows: list[dict[str, Any]]
    digest: str
    members: list[PanelMember]
    sheets: dict[int, ScoreSheet]
    quotes: dict[int, OpenedQuote]
    wide: bool = False

    @property
    def compliant(self) -> int:
        """How many quotes are in the order."""
        return sum(row["place"] is not None for row in self.rows)


def deduction_of(definition: ProcedureDefinition) -> int:
    """The percent a small enterprise's price is lowered by for ranking; 0 where the procedure has none."""
    return definition.small_deduction


def propose(seat: Seat, lot: Lot, *, by: Actor | None = None) -> Proposal:
    """Reckon the order of a lot. Pages say `by` (see queries.readable).

    Raises: NotYetEvaluating; FinalRoundFirst; StillPending; PanelTooSmall; SheetsMissing; DeclareFirst; OutOfPanel.
    """
    procurement, current = seat.procurement, queries.check_evaluating(seat.procurement)
    sheets.check_final(procurement, current)
    definition = procurements.definition_of(procurement)
    quotes = [q for q in queries.readable(seat, current, by=by, what="ranking") if str(lot.number) in q.totals]
    judged = {(sheet.opened_quote_id): sheet for sheet in compliance.of_lot(current, lot)}
    if any(quote.id not in judged for quote in quotes) or not rules.all_decided(judged.values()):
        raise StillPending()
    everybody = [member for member, _user in queries.members_of(procurement.id)]
    members = panel.check_panel(procurement) if rules.needs_panel(everybody, definition) else []
    scored = rules.scores(procurement, definition)
    revealed = sheets.revealed(lot, current, members) if scored else {}
    rows = [_row(ranked, definition) for ranked in _ranked(procurement, definition, lot, quotes, judged, revealed)]
    wide = _wide(procurement, sheets.given(revealed.values()))
    return Proposal(current, rows, rules.digest(rows), members, revealed, {q.id: q for q in quotes}, wide)


def give_opinion(
    seat: Seat, lot: Lot, digest: str, agrees: bool, text: str, *, by: Actor, at: datetime
) -> PanelOpinion:
    """A member agrees to the proposed order, or keeps another view with its reason (保留意见); once for one order.

    Raises: OutOfPanel; NothingRanked when the order has changed since it was shown; ConsensusMissing for silent dissent.
    """
    if not seat.judges or seat.member is None:
        raise OutOfPanel()
    proposal = propose(seat, lot)
    if proposal.digest != digest:
        raise NothingRanked()
    if not agrees and not text.strip():
        raise ConsensusMissing()
    row = PanelOpinion(
        member_id=seat.member.id, lot_id=lot.id, round_id=proposal.current.id, digest=digest, agrees=agrees,
        text=text.strip()[:1000], at=at,
    )  # fmt: skip
    if not db.add_once(row):
        return queries.opinions_of(lot.id, proposal.current.id, digest)[seat.member.id]
    audit.record(by, "panel.opinion", row, at, lot=lot.id, agrees=agrees)
    return row


def conclude(seat: Seat, lot: Lot, digest: str, consensus: str, *, by: Actor, at: datetime) -> Ranking:
    """Put the order on record; a new conclusion adds a row and the newest counts.

    Raises: NotYetEvaluating; AlreadyAwarded; NothingRanked when the order has changed; TooFewQuotes; NoMajority;
    ConsensusMissing where words are needed; and what `propose` does.
    """
    procurements.procurement(seat.procurement.id, lock=True)
    _check_open(lot)
    proposal = propose(seat, lot)
    if proposal.digest != digest:
        raise NothingRanked()
    definition = procurements.definition_of(seat.procurement)
    compliance.check_enough(proposal.compliant, definition)
    opinions = queries.opinions_of(lot.id, proposal.current.id, digest)
    agreed = [m.user_id for m in proposal.members if m.id in opinions and opinions[m.id].agrees]
    if proposal.members and not rules.majority(len(agreed), len(proposal.members)):
        raise NoMajority()
    if not consensus.strip() and must_say(proposal, opinions, definition):
        raise ConsensusMissing()
    row = Ranking(
        lot_id=lot.id, round_id=proposal.current.id, method=definition.evaluation.value, rows=proposal.rows,
        consensus=consensus.strip()[:4000], agreed_by=agreed, concluded_by=by.user_id, at=at,
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    audit.record(by, "ranking.conclude", row, at, lot=lot.id, method=row.method, digest=digest)
    return row


def must_say(proposal: Proposal, opinions: Mapping[int, PanelOpinion], definition: ProcedureDefinition) -> bool:
    """Whether the conclusion needs words: wide scores, a dissent, few quotes, or no rule to order by."""
    dissent = any(not one.agrees for one in opinions.values())
    few = proposal.compliant < definition.min_quotes
    return proposal.wide or dissent or few or definition.evaluation == Evaluation.NONE


def in_force(lot: Lot) -> Ranking | None:
    """The newest conclusion, unless a compliance verdict, an upheld objection or a later round has overtaken it."""
    found = queries.rankings_of(lot.id)
    if not found:
        return None
    newest, current = found[0], procurements.current_round(lot.procurement_id)
    if newest.round_id != current.id:
        return None
    decided = [sheet.decided_at for sheet in compliance.of_lot(current, lot) if sheet.decided_at]
    pending = [s for s in compliance.of_lot(current, lot) if s.outcome == Outcome.PENDING]
    upheld = [o.decided_at for o in queries.objections_of(lot.procurement_id) if o.status == "upheld" and o.decided_at]
    return None if pending or any(moment > newest.at for moment in [*decided, *upheld]) else newest


def _check_open(lot: Lot) -> None:
    fresh = db.session().get(Lot, lot.id, populate_existing=True)
    if rules.living(queries.awards_of(lot.id)):
        raise AlreadyAwarded()
    if fresh is None or fresh.status != LotStatus.OPEN:
        raise NotYetEvaluating()


def _ranked(
    procurement: Procurement, definition: ProcedureDefinition, lot: Lot, quotes: Sequence[OpenedQuote],
    judged: Mapping[int, Compliance], revealed: Mapping[int, ScoreSheet],
) -> list[scoring.Ranked]:  # fmt: skip
    bids = [
        scoring.Bid(
            quote.id, quote.supplier_id or 0, quote.totals[str(lot.number)], quote.place,
            bool(quote.content.get("small_enterprise")),
            judged[quote.id].reason if judged[quote.id].outcome == Outcome.REJECTED else "",
        )
        for quote in quotes
    ]  # fmt: skip
    deduction = deduction_of(definition)
    if definition.evaluation != Evaluation.SCORED:
        return scoring.lowest(bids, deduction)
    return scoring.scored(bids, sheets.criteria_of(procurement), sheets.given(revealed.values()), deduction)


def _row(ranked: scoring.Ranked, definition: ProcedureDefinition) -> dict[str, Any]:
    return {
        "opened_quote_id": ranked.bid.opened_quote_id, "supplier_id": ranked.bid.supplier_id, "place": ranked.place,
        "total_fen": ranked.bid.total_fen, "ranked_fen": ranked.ranked_fen, "price_points": ranked.price_points,
        "scored_points": ranked.scored_points, "points": ranked.points, "why": labels.why(ranked, definition),
    }  # fmt: skip


def _wide(procurement: Procurement, given: Mapping[int, Mapping[str, Sequence[int]]]) -> bool:
    full = {one.key: one.full for one in sheets.criteria_of(procurement)}
    return any(scoring.spread(points, full[key]).wide for quote in given.values() for key, points in quote.items())
