"""The evaluation page, and the compliance of one quote line by line."""

from datetime import datetime, time, timedelta

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.awarding import awarding, board, checking, compliance, labels, queries, rules
from marketplace.awarding.compliance import Decision
from marketplace.awarding.errors import RejectionNeedsReason
from marketplace.awarding.models import Compliance, Outcome
from marketplace.awarding.permissions import AWARD, EVALUATE
from marketplace.awarding.schemas import FinalRoundForm, OutcomeForm
from marketplace.awarding.views import ID, bp, check_decides, decides, done, lot_of, seat_of
from marketplace.kit import clock, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, can, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procedures.schemas import TooFew
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, Round
from marketplace.procurement.rules import phase_of


@bp.get(f"/procurements/{ID}/evaluation")
@guarded(SIGNED_IN)
def evaluation(procurement_id: int) -> Response:
    """Where the evaluation stands and what comes next; before the opening nothing but that."""
    seat, now = seat_of(procurement_id), clock.now()
    shown = queries.opened_round(procurement_id)
    newest = procurements.current_round(procurement_id)
    made = None
    if shown is not None:
        quotes = queries.readable(seat, shown, by=current_actor(), what="evaluation")
        made = board.board_of(seat.procurement, shown, quotes)
    return page(
        "awarding/evaluation.html", procurement=seat.procurement, seat=seat, board=made, newest=newest, labels=labels,
        phase=phase_of(seat.procurement, newest, now), decides=decides(seat), awards=can(AWARD, seat.procurement) and seat.reads,
        going=seat.procurement.status in ("evaluating", "awarded"), names=_names(made), rules=rules, ends_few=TooFew.FAILED,
        bound=lambda award: awarding.is_bound(seat.procurement, award, now),
        until=_proposed_end(now), objections=queries.objections_of(procurement_id) if seat.owner else [],
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/compliance")
@guarded(SIGNED_IN)
def begin_compliance(procurement_id: int) -> BaseResponse:
    """Prefill a sheet for every quote and lot of the round."""
    seat = seat_of(procurement_id)
    check_decides(seat)
    back = url_for("awarding.evaluation", procurement_id=procurement_id)
    told = _("已按应答和产品资料预填,请逐份核实。")
    return done(back, lambda: compliance.prefill(seat, by=current_actor(), at=clock.now()), told)


@bp.get(f"/procurements/{ID}/compliance/<int(max=2147483647):sheet_id>")
@guarded(SIGNED_IN)
def compliance_sheet(procurement_id: int, sheet_id: int) -> Response:
    """One quote against one lot, line by line."""
    seat = seat_of(procurement_id)
    row, current = queries.compliance(sheet_id, procurement_id)
    quotes = queries.readable(seat, current, by=current_actor(), what="compliance")
    quote = next((one for one in quotes if one.id == row.opened_quote_id), None)
    if quote is None:
        raise NotFound()
    lot = lot_of(seat, row.lot_id)
    same_lot = [s for (_quote, lot_id), s in queries.compliances_of(current.id).items() if lot_id == lot.id]
    asked = request.args.get("show") == "open"
    lines = [(n, line) for n, line in enumerate(row.rows) if not asked or line["verdict"] != "meets"]
    return page(
        "awarding/compliance.html", procurement=seat.procurement, sheet=row, quote=quote, lot=lot, lines=lines, labels=labels,
        only_open=asked, open_lines=sum(line["verdict"] != "meets" for line in row.rows), verdicts=checking.VERDICTS,
        proposed=row.reason or checking.proposed_reason(row.rows), decides=decides(seat) and _may_still(row, current, seat.procurement),
        following=next((s for s in same_lot if s.outcome == Outcome.PENDING and s.id != row.id), None),
        place=[s.id for s in same_lot].index(row.id) + 1, count=len(same_lot),
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/compliance/<int(max=2147483647):sheet_id>")
@guarded(SIGNED_IN)
def decide_compliance(procurement_id: int, sheet_id: int) -> BaseResponse:
    """Keep the verdicts; a rejection without a reason keeps the lines and asks for it."""
    seat = seat_of(procurement_id)
    check_decides(seat)
    row, _current = queries.compliance(sheet_id, procurement_id, lock=True)
    here = url_for("awarding.compliance_sheet", procurement_id=procurement_id, sheet_id=sheet_id)
    filled = forms.read(OutcomeForm, request.form)
    if not filled.data:
        flash("".join(filled.errors.values()), "bad")
        return back_to(here)
    said = Decision(_lines(), filled.data.outcome, filled.data.reason)
    if said.outcome == Outcome.REJECTED and not said.reason.strip():
        flash(RejectionNeedsReason().message(), "bad")
        said = Decision(said.lines, Outcome.PENDING)
        return done(
            here, lambda: compliance.decide(seat, row, said, by=current_actor(), at=clock.now()), _("逐条认定已保存。")
        )
    told = (
        _("已保存。")
        if said.outcome == Outcome.PENDING
        else _("已认定:%(outcome)s。", outcome=labels.outcome(said.outcome)[0])
    )
    onward = here if said.outcome == Outcome.PENDING else _onward(procurement_id, row.lot_id, row.id, here)
    return done(here, lambda: compliance.decide(seat, row, said, by=current_actor(), at=clock.now()), told, onward)


@bp.post(f"/procurements/{ID}/final-round")
@guarded(EVALUATE)
def begin_final_round(procurement_id: int) -> BaseResponse:
    """Ask the compliant suppliers for their final prices."""
    seat = seat_of(procurement_id)
    check(EVALUATE, seat.procurement)
    back = url_for("awarding.evaluation", procurement_id=procurement_id)
    filled = forms.read(FinalRoundForm, request.form)
    if not filled.data:
        flash("".join(filled.errors.values()), "bad")
        return back_to(back)
    until, told = filled.data.quotes_until, _("已邀请符合要求的供应商提交最后报价,并已通知他们。")
    return done(back, lambda: compliance.admit(seat, until, by=current_actor(), at=clock.now()), told)


def _lines() -> dict[int, tuple[str, str]]:
    """The verdicts and notes that were on the page, by the line's place."""
    said = {}
    for name, value in request.form.items():
        place = name.removeprefix("v-")
        if place != name and place.isdecimal() and len(place) < 6:
            said[int(place)] = (value, request.form.get(f"n-{place}", ""))
    return said


def _onward(procurement_id: int, lot_id: int, sheet_id: int, here: str) -> str:
    """The next sheet of the lot that waits, else the evaluation page."""
    current = procurements.current_round(procurement_id)
    for (_quote, of_lot), sheet in queries.compliances_of(current.id).items():
        if of_lot == lot_id and sheet.id != sheet_id and sheet.outcome == Outcome.PENDING:
            return url_for("awarding.compliance_sheet", procurement_id=procurement_id, sheet_id=sheet.id)
    return url_for("awarding.evaluation", procurement_id=procurement_id)


def _may_still(row: Compliance, current: Round, procurement: Procurement) -> bool:
    """Whether the sheet may change: it belongs to the newest round, and its lot is not awarded."""
    newest = procurements.current_round(procurement.id)
    awarded = rules.living(queries.awards_of(row.lot_id))
    return newest.id == current.id and not awarded and not rules.ended(procurement)


def _names(made: board.Board | None) -> dict[int, str]:
    if made is None:
        return {}
    ids = [b.quote.supplier_id for lot in made.lots for b in lot.bidders if b.quote.supplier_id]
    return {key: org.name for key, org in queries.names(ids).items()}


def _proposed_end(now: datetime) -> str:
    """Tomorrow at five in the afternoon, as a form field shows it."""
    day = clock.local(now).date() + timedelta(days=1)
    return datetime.combine(day, time(17, 0)).strftime("%Y-%m-%dT%H:%M")
