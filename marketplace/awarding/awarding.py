"""Verbs of the award (成交): announce, take, decline, revoke, fail. The database's unique index judges races."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marketplace.arrangements import rules as arrangements
from marketplace.awarding import concluding, letters, mails, queries, rules
from marketplace.awarding.errors import (
    AlreadyAwarded,
    AwardBinding,
    EndNeedsReason,
    LotHasAward,
    NoNextBest,
    NotAwardable,
    NothingRanked,
    NotYetEvaluating,
    OtherPlaceNeedsReason,
    SplitNotAllowed,
)
from marketplace.awarding.models import Award, AwardStatus, Ranking
from marketplace.awarding.queries import Seat
from marketplace.bidding.content import LotQuote, QuoteContent, total_fen
from marketplace.bidding.models import OpenedQuote
from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procedures import rules as procedure_rules
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, LotStatus, Procurement, ProcurementStatus


@dataclass(frozen=True)
class Share:
    """Whom a lot, or some quantities of it by item place, is to be given to; `why` where it is not the first of the order."""

    opened_quote_id: int
    why: str = ""
    quantities: Mapping[int, float] = field(default_factory=dict)


def planned(
    seat: Seat, lot: Lot, shares: Sequence[Share], *, by: Actor, at: datetime, noted: bool = False
) -> list[Award]:
    """The awards an announcement would make, not yet kept: for the preview and for the deed itself. `noted` for pages.

    Raises: NothingRanked; NotAwardable; OtherPlaceNeedsReason; NoNextBest; SplitNotAllowed; NotYetEvaluating.
    """
    current = queries.check_evaluating(seat.procurement)
    ranking = concluding.in_force(lot)
    if ranking is None or not shares:
        raise NothingRanked()
    definition = procurements.definition_of(seat.procurement)
    before = queries.awards_of(lot.id)
    if any(award.status == AwardStatus.DECLINED for award in before) and not definition.decline_next_best:
        raise NoNextBest()
    given = [_given(lot, share) for share in shares]
    _check_split(lot, given, before, definition.split_award)
    quotes = {q.id: q for q in queries.readable(seat, current, by=by if noted else None, what="award")}
    found, known = [], list(before)
    for share, quantities in zip(shares, given, strict=True):
        award = _award(seat.procurement, lot, ranking, share, quantities, quotes, known, by, at)
        known.append(award)
        found.append(award)
    return found


def announce(seat: Seat, lot: Lot, shares: Sequence[Share], *, by: Actor, at: datetime) -> list[Award]:
    """Award a lot and tell every bidder of it: the winners their award, the others their own reason and who won for how much.

    Moves: lot open → awarded; procurement evaluating → awarded with the last lot. The index on living awards decides between
    two who announce at once. Raises: AlreadyAwarded; NotYetEvaluating; and what `planned` does.
    """
    if lot.status == LotStatus.AWARDED:
        raise AlreadyAwarded()
    awards = planned(seat, lot, shares, by=by, at=at)
    db.session().add_all(awards)
    db.flush_or(AlreadyAwarded)
    procurement = procurements.procurement(seat.procurement.id, lock=True)
    db.session().refresh(lot)
    if procurement.status != ProcurementStatus.EVALUATING or lot.status != LotStatus.OPEN:
        raise NotYetEvaluating()
    definition = procurements.definition_of(procurement)
    move(lot, LotStatus.AWARDED, at)
    procurement.objections_until = procedure_rules.objection_end(definition, at, procedures.calendar_extra())
    settle(procurement, at)
    for award in awards:
        audit.record(
            by, "award.announce", award, at, lot=lot.id, place=award.place, amount_fen=award.amount_fen, why=award.why
        )
    ranking = queries.ranking(awards[0].ranking_id)
    written = letters.letters(procurement, lot, ranking, awards, procurement.objections_until, at)
    mails.awarded(procurement, lot, written, at)
    return awards


def accept(award: Award, *, by: Actor, at: datetime) -> None:
    """The supplier takes the award. Raises: NoSuchMove; NotYetEvaluating when the procurement has ended."""
    procurement, award, _lot = _locked(award)
    if rules.ended(procurement):
        raise NotYetEvaluating()
    move(award, AwardStatus.ACCEPTED, at)
    db.session().flush()
    audit.record(by, "award.accept", award, at)
    mails.answered(procurement, award, by, at)


def decline(award: Award, reason: str, *, by: Actor, at: datetime) -> None:
    """The supplier declines with a reason; the lot is open again, and the next of the order is proposed.

    Raises: EndNeedsReason; NoSuchMove after acceptance.
    """
    procurement, award, lot = _locked(award)
    _end(procurement, award, lot, AwardStatus.DECLINED, reason, at)
    audit.record(by, "award.decline", award, at, reason=award.end_reason)
    mails.answered(procurement, award, by, at)


def is_bound(procurement: Procurement, award: Award, at: datetime) -> bool:
    """Whether an award was taken and the time for objecting to it is over: a contract may stand on it."""
    if award.status != AwardStatus.ACCEPTED:
        return False
    definition = procurements.definition_of(procurement)
    return at >= procedure_rules.objection_end(definition, award.announced_at, procedures.calendar_extra())


def revoke(award: Award, reason: str, *, by: Actor, at: datetime, doubted_at: datetime | None = None) -> None:
    """The buyer takes an award back with a reason; the lot is open again. An upheld objection says when it `doubted_at`:
    one that was filed in time is answered after it, and no contract comes before the answer.

    Raises: EndNeedsReason; AwardBinding; NoSuchMove.
    """
    procurement, award, lot = _locked(award)
    if is_bound(procurement, award, doubted_at or at):
        raise AwardBinding()
    _end(procurement, award, lot, AwardStatus.REVOKED, reason, at)
    audit.record(by, "award.revoke", award, at, reason=award.end_reason)
    mails.revoked(procurement, award, at)


def leave_rest(procurement: Procurement, lot: Lot, *, by: Actor, at: datetime) -> None:
    """Let a split lot stand with the parts that are awarded. Raises: NothingRanked when none is; NoSuchMove."""
    procurement = procurements.procurement(procurement.id, lock=True)
    db.session().refresh(lot)
    if not rules.living(queries.awards_of(lot.id)):
        raise NothingRanked()
    move(lot, LotStatus.AWARDED, at)
    settle(procurement, at)
    audit.record(by, "lot.leave_rest", lot, at)


def fail_lot(procurement: Procurement, lot: Lot, reason: str, *, by: Actor, at: datetime) -> None:
    """End a lot without an award, with the reason every bidder is told. The last lot to fail ends the procurement.

    Raises: EndNeedsReason; LotHasAward; NotYetEvaluating.
    """
    procurement = procurements.procurement(procurement.id, lock=True)
    db.session().refresh(lot)
    if procurement.status != ProcurementStatus.EVALUATING:
        raise NotYetEvaluating()
    if not reason.strip():
        raise EndNeedsReason()
    if rules.living(queries.awards_of(lot.id)):
        raise LotHasAward()
    lot.fail_reason = reason.strip()[:500]
    move(lot, LotStatus.FAILED, at)
    settle(procurement, at)
    audit.record(by, "lot.fail", lot, at, reason=lot.fail_reason)
    mails.lot_failed(procurement, lot, at)


def fail_all(procurement: Procurement, reason: str, *, by: Actor, at: datetime) -> None:
    """End the whole procurement with one reason: living awards are revoked, and every lot fails.

    Raises: AwardBinding; EndNeedsReason; NotYetEvaluating.
    """
    for lot in procurements.lots_of(procurement.id):
        for award in rules.living(queries.awards_of(lot.id)):
            revoke(award, reason, by=by, at=at)
        if lot.status == LotStatus.OPEN:
            fail_lot(procurement, lot, reason, by=by, at=at)


def settle(procurement: Procurement, at: datetime) -> None:
    """Let the procurement follow its lots: awarded with the last one, failed when all failed, evaluating while one is open."""
    db.session().flush()
    lots = procurements.lots_of(procurement.id)
    states = {lot.status for lot in lots}
    if LotStatus.OPEN in states:
        if procurement.status == ProcurementStatus.AWARDED:
            move(procurement, ProcurementStatus.EVALUATING, at)
    elif LotStatus.AWARDED in states:
        if procurement.status == ProcurementStatus.EVALUATING:
            move(procurement, ProcurementStatus.AWARDED, at)
    elif procurement.status in (ProcurementStatus.EVALUATING, ProcurementStatus.AWARDED):
        procurement.end_reason, procurement.ended_at = lots[0].fail_reason, at
        move(procurement, ProcurementStatus.FAILED, at)
    if not any(rules.living(queries.awards_of(lot.id)) for lot in lots):
        procurement.objections_until = None
    db.session().flush()


def _locked(award: Award) -> tuple[Procurement, Award, Lot]:
    lot = procurements.lot(award.lot_id)
    procurement = procurements.procurement(lot.procurement_id, lock=True)
    award = queries.award(award.id, lock=True)
    db.session().refresh(lot)
    return procurement, award, lot


def _end(procurement: Procurement, award: Award, lot: Lot, to: AwardStatus, reason: str, at: datetime) -> None:
    if not reason.strip():
        raise EndNeedsReason()
    award.end_reason, award.ended_at = reason.strip()[:500], at
    move(award, to, at)
    if lot.status == LotStatus.AWARDED:
        move(lot, LotStatus.OPEN, at)
    settle(procurement, at)


def _given(lot: Lot, share: Share) -> dict[int, float]:
    """The quantities of a share: those said, or all."""
    whole = {place: float(item.get("quantity") or 0) for place, item in enumerate(lot.items)}
    return {place: float(share.quantities.get(place, 0)) for place in whole} if share.quantities else whole


def _check_split(lot: Lot, given: Sequence[Mapping[int, float]], before: Sequence[Award], allowed: bool) -> None:
    split = len(given) > 1 or any(rules.is_split(lot.items, one) for one in given)
    if rules.living(before) and not (split and allowed):
        raise AlreadyAwarded()
    if split and not allowed:
        raise SplitNotAllowed()
    if any(min(one.values()) < 0 or not any(one.values()) for one in given):
        raise SplitNotAllowed()
    left = rules.left_over(lot.items, before)
    for place, item in enumerate(lot.items):
        if sum(one[place] for one in given) > left[place] + 1e-9:
            raise SplitNotAllowed(item=item["name"])


def _award(
    procurement: Procurement, lot: Lot, ranking: Ranking, share: Share, quantities: Mapping[int, float],
    quotes: Mapping[int, OpenedQuote], known: Sequence[Award], by: Actor, at: datetime,
) -> Award:  # fmt: skip
    chosen = [row for row in rules.candidates(ranking.rows, known) if row["opened_quote_id"] == share.opened_quote_id]
    if not chosen:
        raise NotAwardable()
    row, split = chosen[0], rules.is_split(lot.items, quantities)
    if row["place"] != 1 and not share.why.strip():
        raise OtherPlaceNeedsReason()
    quote = quotes[share.opened_quote_id]
    content = QuoteContent.model_validate(quote.content)
    answered = next(one for one in content.lots if one.lot == lot.number)
    amounts = [quantities[place] for place in range(len(lot.items))]
    amount = total_fen(answered, amounts, procurement.period_months) if split else quote.totals[str(lot.number)]
    return Award(
        lot_id=lot.id, part=rules.free_part(known) if split else 1, opened_quote_id=quote.id, supplier_id=row["supplier_id"],
        ranking_id=ranking.id, place=row["place"], amount_fen=amount, why=share.why.strip()[:1000],
        quantities={str(place): amount for place, amount in quantities.items()} if split else {},
        lines=_lines(lot, answered, quantities), announced_by=by.user_id, announced_at=at, updated_at=at,
    )  # fmt: skip


def _lines(lot: Lot, answered: LotQuote, quantities: Mapping[int, float]) -> list[dict[str, Any]]:
    """What is published of an award: name, product, quantity and unit price of each item (实施条例第43条)."""
    main = answered.parts[0]
    kind = arrangements.kind(main.kind)
    per = kind.unit_of(kind.terms.model_validate(main.terms)) if kind else "once"
    lines = {line.item: line for line in answered.lines}
    return [
        {
            "item": place, "name": item["name"], "product": lines[place].product, "quantity": quantities[place],
            "unit": item.get("unit") or "", "unit_price_fen": lines[place].unit_price_fen, "per": per,
        }
        for place, item in enumerate(lot.items)
        if place in lines and quantities[place] > 0
    ]  # fmt: skip
