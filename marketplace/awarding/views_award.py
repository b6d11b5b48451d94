"""Announcing an award with a look at every letter first, taking it back, ending a lot, and answering objections."""

from collections.abc import Mapping, Sequence

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.awarding import awarding, concluding, labels, letters, objections, queries, rules
from marketplace.awarding.awarding import Share
from marketplace.awarding.errors import NothingRanked
from marketplace.awarding.models import Award, AwardStatus, Ranking
from marketplace.awarding.permissions import AWARD, SEE_EVALUATION
from marketplace.awarding.queries import Seat
from marketplace.awarding.schemas import DecisionForm, ReasonForm
from marketplace.awarding.views import ID, LOT, bp, done, lot_of, seat_of
from marketplace.kit import clock, forms
from marketplace.kit.errors import Refusal
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procedures import queries as procedures
from marketplace.procedures import rules as procedure_rules
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot
from marketplace.procurement.rules import phase_of


@bp.get(f"/procurements/{ID}/lots/{LOT}/award", endpoint="award")
@guarded(AWARD)
def award_page(procurement_id: int, lot_id: int) -> BaseResponse:
    """Choose whom to award; with a choice in the address, every letter as it would go out."""
    seat, lot = _seat(procurement_id, lot_id)
    ranking = concluding.in_force(lot)
    if ranking is None:
        flash(NothingRanked().message(), "wait")
        return back_to(url_for("awarding.evaluation", procurement_id=procurement_id))
    definition, now = procurements.definition_of(seat.procurement), clock.now()
    until = procedure_rules.objection_end(definition, now, procedures.calendar_extra())
    shares, awards, fault = _shares(request.args, ranking), [], ""
    if shares:
        try:
            awards = awarding.planned(seat, lot, shares, by=current_actor(), at=now, noted=True)
        except Refusal as refusal:
            fault = refusal.message()
    before = queries.awards_of(lot.id)
    return page(
        "awarding/award.html", procurement=seat.procurement, lot=lot, ranking=ranking, definition=definition, labels=labels,
        candidates=rules.candidates(ranking.rows, before), names=_names(ranking), before=before, awards=awards, fault=fault,
        letters=letters.letters(seat.procurement, lot, ranking, awards, until, now) if awards else [], until=until,
        left=rules.left_over(lot.items, before), why=_usual_reason(before), public=seat.procurement.visibility == "public",
        sent=request.args,
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/lots/{LOT}/award")
@guarded(AWARD)
def announce_award(procurement_id: int, lot_id: int) -> BaseResponse:
    """Award, and tell every bidder."""
    seat, lot = _seat(procurement_id, lot_id)
    ranking = concluding.in_force(lot)
    shares = _shares(request.form, ranking) if ranking else []
    here = url_for("awarding.award", procurement_id=procurement_id, lot_id=lot_id)
    onward = url_for("awarding.evaluation", procurement_id=procurement_id)
    told = _("成交结果已公告,并已分别通知各供应商。")
    return done(here, lambda: awarding.announce(seat, lot, shares, by=current_actor(), at=clock.now()), told, onward)


@bp.post(f"/procurements/{ID}/awards/<int(max=2147483647):award_id>/revocation")
@guarded(AWARD)
def revoke_award(procurement_id: int, award_id: int) -> BaseResponse:
    """Take an award back with a reason."""
    award = queries.award(award_id)
    _seat(procurement_id, award.lot_id)
    reason, by, now = _reason(), current_actor(), clock.now()
    return done(
        _back(procurement_id),
        lambda: awarding.revoke(award, reason, by=by, at=now),
        _("成交结果已撤销,并已通知各供应商。"),
    )


@bp.post(f"/procurements/{ID}/lots/{LOT}/failure")
@guarded(AWARD)
def fail_lot(procurement_id: int, lot_id: int) -> BaseResponse:
    """End a lot without an award."""
    seat, lot = _seat(procurement_id, lot_id)
    reason, by, now = _reason(), current_actor(), clock.now()
    told = _("本包已终止,并已通知各供应商。")
    return done(_back(procurement_id), lambda: awarding.fail_lot(seat.procurement, lot, reason, by=by, at=now), told)


@bp.post(f"/procurements/{ID}/lots/{LOT}/rest")
@guarded(AWARD)
def leave_rest(procurement_id: int, lot_id: int) -> BaseResponse:
    """Let a split lot stand with the parts that are awarded."""
    seat, lot = _seat(procurement_id, lot_id)
    by, now = current_actor(), clock.now()
    return done(
        _back(procurement_id), lambda: awarding.leave_rest(seat.procurement, lot, by=by, at=now), _("余量不再授予。")
    )


@bp.get(f"/procurements/{ID}/objections", endpoint="objections")
@guarded(SEE_EVALUATION)
def objections_page(procurement_id: int) -> Response:
    """The buyer's list of objections with their answers."""
    seat = seat_of(procurement_id)
    check(SEE_EVALUATION, seat.procurement)
    rows, newest = queries.objections_of(procurement_id), procurements.current_round(procurement_id)
    extra = procedures.calendar_extra()
    return page(
        "awarding/objections.html", procurement=seat.procurement, rows=rows, labels=labels, names=queries.names([r.supplier_id for r in rows]),
        lots={lot.id: lot for lot in procurements.lots_of(procurement_id)}, answers=can(AWARD, seat.procurement),
        reply_by={row.id: objections.reply_by(row, extra) for row in rows}, phase=phase_of(seat.procurement, newest, clock.now()),
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/objections/<int(max=2147483647):objection_id>")
@guarded(AWARD)
def decide_objection(procurement_id: int, objection_id: int) -> BaseResponse:
    """Answer one with reasons."""
    seat = seat_of(procurement_id)
    check(AWARD, seat.procurement)
    row = queries.objection(objection_id, procurement_id)
    here = url_for("awarding.objections", procurement_id=procurement_id)
    filled = forms.read(DecisionForm, request.form)
    if not filled.data:
        flash(_("请选择质疑是否成立,并写明理由(至少 5 个字)。"), "bad")
        return back_to(here)
    said, by, now = filled.data, current_actor(), clock.now()
    told = _("已答复。成交结果已撤销,请重新评审。") if said.upheld else _("已答复,并已通知供应商。")
    return done(here, lambda: objections.decide(seat.procurement, row, said.upheld, said.reply, by=by, at=now), told)


def _seat(procurement_id: int, lot_id: int) -> tuple[Seat, Lot]:
    seat = seat_of(procurement_id)
    check(AWARD, seat.procurement)
    queries.check_reads(seat)
    return seat, lot_of(seat, lot_id)


def _back(procurement_id: int) -> str:
    return url_for("awarding.evaluation", procurement_id=procurement_id)


def _reason() -> str:
    return str(forms.read(ReasonForm, request.form).get("reason"))[:500]


def _shares(values: Mapping[str, str], ranking: Ranking) -> list[Share]:
    """What was chosen: one quote for all of the lot, or quantities by quote (`q-<quote>-<item>`)."""
    why = str(values.get("why", ""))
    if str(values.get("quote", "")).isdecimal():
        return [Share(int(values["quote"][:9]), why)]
    found = []
    for row in ranking.rows:
        prefix = f"q-{row['opened_quote_id']}-"
        typed = {name.removeprefix(prefix): _number(text) for name, text in values.items() if name.startswith(prefix)}
        quantities = {int(place): n for place, n in typed.items() if place.isdecimal() and len(place) < 5 and n}
        if quantities:
            found.append(Share(row["opened_quote_id"], why, quantities))
    return found


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 < number < 10**12 else 0.0


def _names(ranking: Ranking) -> dict[int, str]:
    return {key: org.name for key, org in queries.names([row["supplier_id"] for row in ranking.rows]).items()}


def _usual_reason(before: Sequence[Award]) -> str:
    """Why the next one comes: what ended the last award."""
    ended = [a for a in before if a.status in (AwardStatus.DECLINED, AwardStatus.REVOKED)]
    if not ended:
        return ""
    last = ended[-1]
    if last.status == AwardStatus.DECLINED:
        return _("第 %(n)s 名放弃成交(%(reason)s),按排序顺延。", n=last.place, reason=last.end_reason)
    return _("第 %(n)s 名的成交已撤销(%(reason)s),按排序顺延。", n=last.place, reason=last.end_reason)
