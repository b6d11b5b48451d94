"""What the evaluation page shows: where every lot stands, and the one thing to be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from marketplace.awarding import concluding, queries, rules
from marketplace.awarding.models import Award, Compliance, Outcome, PanelMember, Ranking, SheetStatus
from marketplace.bidding.models import OpenedQuote
from marketplace.procedures.schemas import ProcedureDefinition
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, LotStatus, Procurement, Round


class Next(StrEnum):
    """What a lot waits for, in the order of the work."""

    PREFILL = "prefill"
    REVIEW = "review"
    FINAL_ROUND = "final_round"
    PANEL = "panel"
    SCORES = "scores"
    CONSENSUS = "consensus"
    AWARD = "award"
    ANSWER = "answer"
    DONE = "done"
    FAILED = "failed"


STAGES = (Next.PREFILL, Next.PANEL, Next.SCORES, Next.CONSENSUS, Next.AWARD)
"""The steps of the work as the page's line shows them; the others belong to one of these."""
_OF_STAGE = {Next.REVIEW: Next.PREFILL, Next.FINAL_ROUND: Next.PREFILL, Next.ANSWER: Next.AWARD}


@dataclass(frozen=True)
class Bidder:
    """One quote for one lot as the page lists it."""

    quote: OpenedQuote
    sheet: Compliance | None
    total_fen: int
    place: int | None = None
    points: int | None = None

    @property
    def open_lines(self) -> int:
        """How many lines are not plainly met."""
        return sum(row["verdict"] != "meets" for row in self.sheet.rows) if self.sheet else 0


@dataclass(frozen=True)
class LotBoard:
    """One lot: its quotes, its conclusion in force, its awards, what comes next, and how far its evaluation came."""

    lot: Lot
    bidders: list[Bidder]
    ranking: Ranking | None
    awards: list[Award]
    submitted: int
    next: Next
    reached: Next

    @property
    def compliant(self) -> int:
        """How many quotes comply so far."""
        return sum(b.sheet is not None and b.sheet.outcome == Outcome.COMPLIANT for b in self.bidders)

    @property
    def first_pending(self) -> Compliance | None:
        """The next sheet to look at."""
        waiting = (b.sheet for b in self.bidders if b.sheet is not None and b.sheet.outcome == Outcome.PENDING)
        return next(waiting, None)


@dataclass(frozen=True)
class Board:
    """The whole evaluation."""

    procurement: Procurement
    definition: ProcedureDefinition
    current: Round
    lots: list[LotBoard]
    members: list[PanelMember]
    panel_fault: str
    scored: bool
    needs_panel: bool

    @property
    def judging(self) -> int:
        """How many members may judge."""
        return sum(map(rules.is_judging, self.members))

    def stages(self) -> list[tuple[Next, str]]:
        """The line of the work: each step this procedure has, done, now or to come, by the lot furthest behind; where every
        lot has failed, by where they stopped."""
        steps = [s for s in STAGES if (s != Next.SCORES or self.scored) and (s != Next.PANEL or self.needs_panel)]
        going = [b.next for b in self.lots if b.next != Next.FAILED] or [b.reached for b in self.lots]
        waiting = [_OF_STAGE.get(one, one) for one in going]
        places = [steps.index(one) for one in waiting if one in steps]
        now = min(places, default=len(steps))
        here = "" if rules.ended(self.procurement) else "now"
        return [(step, "done" if n < now else here if n == now else "") for n, step in enumerate(steps)]


def board_of(procurement: Procurement, current: Round, quotes: Sequence[OpenedQuote]) -> Board:
    """Gather the board of a round from its readable quotes."""
    definition = procurements.definition_of(procurement)
    members = [member for member, _user in queries.members_of(procurement.id)]
    scored, needs_panel = rules.scores(procurement, definition), rules.needs_panel(members, definition)
    fault = rules.panel_fault(members, definition) if needs_panel else ""
    made = Board(procurement, definition, current, [], members, fault, scored, needs_panel)
    sheets = queries.compliances_of(current.id)
    for lot in procurements.lots_of(procurement.id):
        made.lots.append(_lot(made, lot, quotes, sheets))
    return made


def _lot(
    made: Board, lot: Lot, quotes: Sequence[OpenedQuote], sheets: Mapping[tuple[int, int], Compliance]
) -> LotBoard:
    ranking, awards = concluding.in_force(lot), queries.awards_of(lot.id)
    known = {row["opened_quote_id"]: row for row in ranking.rows} if ranking else {}
    bidders = []
    for quote in quotes:
        if str(lot.number) in quote.totals:
            row = known.get(quote.id, {})
            sheet, total = sheets.get((quote.id, lot.id)), quote.totals[str(lot.number)]
            bidders.append(Bidder(quote, sheet, total, row.get("place"), row.get("points")))
    bidders.sort(key=lambda b: (b.place is None, b.place or 0, b.quote.place))
    judging = {member.id for member in made.members if rules.is_judging(member)}
    given = queries.sheets_of(lot.id, made.current.id) if made.scored else {}
    submitted = sum(m in judging and sheet.status == SheetStatus.SUBMITTED for m, sheet in given.items())
    waits = _waits(made, bidders, ranking, submitted)
    reached = waits if bidders else Next.PREFILL
    return LotBoard(lot, bidders, ranking, awards, submitted, _next(lot, awards, waits), reached)


def _next(lot: Lot, awards: Sequence[Award], waits: Next) -> Next:
    if lot.status == LotStatus.FAILED:
        return Next.FAILED
    if lot.status == LotStatus.AWARDED:
        return Next.ANSWER if any(one.status == "announced" for one in rules.living(awards)) else Next.DONE
    return waits


def _waits(made: Board, bidders: Sequence[Bidder], ranking: Ranking | None, submitted: int) -> Next:
    """What an open lot waits for."""
    if any(bidder.sheet is None for bidder in bidders):
        return Next.PREFILL
    if any(bidder.sheet.outcome == Outcome.PENDING for bidder in bidders if bidder.sheet):
        return Next.REVIEW
    if made.current.number < made.definition.rounds and bidders:
        return Next.FINAL_ROUND
    if made.needs_panel and (made.panel_fault or made.judging < sum(map(rules.is_seated, made.members))):
        return Next.PANEL
    if made.scored and submitted < made.judging:
        return Next.SCORES
    return Next.AWARD if ranking else Next.CONSENSUS
