"""A member's score sheet, and the page on which the panel comes to one order."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.awarding import concluding, labels, queries, rules, scoring, sheets
from marketplace.awarding.concluding import Proposal
from marketplace.awarding.errors import OutOfPanel
from marketplace.awarding.models import SheetStatus
from marketplace.awarding.queries import Seat
from marketplace.awarding.schemas import ConclusionForm, OpinionForm
from marketplace.awarding.views import ID, LOT, bp, check_decides, decides, done, lot_of, seat_of
from marketplace.kit import clock, forms
from marketplace.kit.errors import NotFound, Refusal
from marketplace.kit.permissions import SIGNED_IN, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot


@dataclass(frozen=True)
class Given:
    """One criterion of one quote on the consensus page: how members' points lie, and each of them."""

    spread: scoring.Spread
    each: list[tuple[str, int, str]]


@bp.get(f"/procurements/{ID}/lots/{LOT}/scores", endpoint="scores")
@guarded(SIGNED_IN)
def score_page(procurement_id: int, lot_id: int) -> BaseResponse:
    """One's own sheet; nobody else's is shown here."""
    seat = seat_of(procurement_id)
    lot = lot_of(seat, lot_id)
    _check_scores(seat)
    try:
        current, quotes = sheets.to_score(seat, lot, by=current_actor(), what="score sheet")
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        flash(refusal.message(), "wait")
        return back_to(url_for("awarding.evaluation", procurement_id=procurement_id))
    own = queries.sheets_of(lot.id, current.id).get(seat.member.id)
    return page(
        "awarding/scores.html", procurement=seat.procurement, lot=lot, quotes=quotes, sheet=own, labels=labels,
        criteria=[one for one in sheets.criteria_of(seat.procurement) if not one.price],
        price=next((one for one in sheets.criteria_of(seat.procurement) if one.price), None),
        done=own is not None and own.status == SheetStatus.SUBMITTED, names=_names(quotes),
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/lots/{LOT}/scores")
@guarded(SIGNED_IN)
def keep_scores(procurement_id: int, lot_id: int) -> BaseResponse:
    """Keep the points as a draft, or submit them. A sheet that is not whole is kept as a draft, so that nothing is lost."""
    seat = seat_of(procurement_id)
    lot = lot_of(seat, lot_id)
    _check_scores(seat)
    here = url_for("awarding.scores", procurement_id=procurement_id, lot_id=lot_id)
    said, bad = _typed()
    submit = request.form.get("act") == "submit" and not bad
    if bad:
        flash(_("有 %(n)s 处分值不是数字,已保留其余内容。", n=bad), "bad")
    if submit and (fault := _incomplete(seat, lot, said)):
        flash(fault, "bad")
        submit = False
    told = _("评分表已提交。全部成员提交后可以查看汇总。") if submit else _("评分已暂存,尚未提交。")
    onward = url_for("awarding.evaluation", procurement_id=procurement_id) if submit else here
    return done(
        here, lambda: sheets.save(seat, lot, said, submit=submit, by=current_actor(), at=clock.now()), told, onward
    )


@bp.get(f"/procurements/{ID}/lots/{LOT}/consensus", endpoint="consensus")
@guarded(SIGNED_IN)
def consensus_page(procurement_id: int, lot_id: int) -> BaseResponse:
    """How scores lie, the order that follows, what members say of it, and the conclusion."""
    seat = seat_of(procurement_id)
    lot = lot_of(seat, lot_id)
    try:
        proposal = concluding.propose(seat, lot, by=current_actor())
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        flash(refusal.message(), "wait")
        return back_to(url_for("awarding.evaluation", procurement_id=procurement_id))
    definition = procurements.definition_of(seat.procurement)
    opinions = queries.opinions_of(lot.id, proposal.current.id, proposal.digest)
    users = {member.id: user for member, user in queries.members_of(procurement_id)}
    return page(
        "awarding/consensus.html", procurement=seat.procurement, lot=lot, proposal=proposal, definition=definition,
        labels=labels, opinions=opinions, users=users, names=_names(proposal.quotes.values()), decides=decides(seat),
        own=opinions.get(seat.member.id) if seat.member else None, seat=seat, rankings=queries.rankings_of(lot.id),
        criteria=[one for one in sheets.criteria_of(seat.procurement) if not one.price] if proposal.sheets else [],
        given=_given(proposal, seat, users), in_force=(standing := concluding.in_force(lot)),
        same=standing is not None and rules.digest(standing.rows) == proposal.digest, awarded=rules.living(queries.awards_of(lot.id)),
        must_say=concluding.must_say(proposal, opinions, definition), deduction=concluding.deduction_of(definition),
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/lots/{LOT}/consensus/opinion")
@guarded(SIGNED_IN)
def give_opinion(procurement_id: int, lot_id: int) -> BaseResponse:
    """A member agrees, or keeps another view."""
    seat = seat_of(procurement_id)
    lot = lot_of(seat, lot_id)
    here = url_for("awarding.consensus", procurement_id=procurement_id, lot_id=lot_id)
    filled = forms.read(OpinionForm, request.form)
    if not filled.data:
        flash("".join(filled.errors.values()), "bad")
        return back_to(here)
    said = filled.data
    by, now = current_actor(), clock.now()
    return done(
        here,
        lambda: concluding.give_opinion(seat, lot, said.digest, said.agrees, said.text, by=by, at=now),
        _("意见已记录。"),
    )


@bp.post(f"/procurements/{ID}/lots/{LOT}/consensus")
@guarded(SIGNED_IN)
def conclude(procurement_id: int, lot_id: int) -> BaseResponse:
    """Put the order on record."""
    seat = seat_of(procurement_id)
    check_decides(seat)
    lot = lot_of(seat, lot_id)
    here = url_for("awarding.consensus", procurement_id=procurement_id, lot_id=lot_id)
    filled = forms.read(ConclusionForm, request.form)
    if not filled.data:
        flash("".join(filled.errors.values()), "bad")
        return back_to(here)
    said, by, now = filled.data, current_actor(), clock.now()
    onward = url_for("awarding.evaluation", procurement_id=procurement_id)
    return done(
        here,
        lambda: concluding.conclude(seat, lot, said.digest, said.consensus, by=by, at=now),
        _("评审结论已形成。"),
        onward,
    )


def _check_scores(seat: Seat) -> None:
    if seat.member is None:
        raise OutOfPanel()
    queries.check_reads(seat)
    if not rules.scores(seat.procurement, procurements.definition_of(seat.procurement)):
        raise NotFound()


def _typed() -> tuple[dict[int, dict[str, dict[str, Any]]], int]:
    """The points and notes that were typed, in hundredths, and how many are no numbers."""
    said: dict[int, dict[str, dict[str, Any]]] = {}
    bad = 0
    for name, value in request.form.items():
        kind, _dash, rest = name.partition("-")
        quote, _dash, key = rest.partition("-")
        if kind not in ("p", "n") or not quote.isdecimal() or len(quote) > 9 or len(key) > 40:
            continue
        cell = said.setdefault(int(quote), {}).setdefault(key, {"points": None, "note": ""})
        if kind == "n":
            cell["note"] = value.strip()
        elif value.strip():
            cell["points"] = _hundredths(value)
            bad += cell["points"] is None
    return said, bad


def _hundredths(text: str) -> int | None:
    """Points as typed, in hundredths; None for what is no number with at most two decimals."""
    try:
        number = Decimal(text.strip()) * 100
    except InvalidOperation:
        return None
    whole = number.is_finite() and number == number.to_integral_value() and abs(number) <= 100_000
    return int(number) if whole else None


def _incomplete(seat: Seat, lot: Lot, said: dict[int, dict[str, dict[str, Any]]]) -> str:
    """What keeps the sheet from being submitted, as a sentence."""
    _current, quotes = sheets.to_score(seat, lot)
    criteria = [one for one in sheets.criteria_of(seat.procurement) if not one.price]
    try:
        sheets.check_whole({str(q.id): said.get(q.id, {}) for q in quotes}, quotes, criteria)
    except Refusal as refusal:
        return refusal.message()
    return ""


def _given(proposal: Proposal, seat: Seat, users: dict[int, Any]) -> dict[tuple[int, str], Given]:
    full = {one.key: one.full for one in sheets.criteria_of(seat.procurement)}
    found: dict[tuple[int, str], Given] = {}
    for (quote_id, key), points in {
        (quote_id, key): points
        for quote_id, keys in sheets.given(proposal.sheets.values()).items()
        for key, points in keys.items()
    }.items():
        each = []
        for member_id, sheet in proposal.sheets.items():
            cell = sheet.scores.get(str(quote_id), {}).get(key)
            if cell is not None:
                each.append((users[member_id].name, cell["points"], cell["note"]))
        found[quote_id, key] = Given(scoring.spread(points, full[key]), each)
    return found


def _names(quotes: Any) -> dict[int, str]:
    return {quote.id: quote.content["supplier_name"] for quote in quotes}
