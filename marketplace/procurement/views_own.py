"""A buyer's own procurement: where it stands and everything one can do with it. Nothing here tells of quotes."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts.errors import ReasonMissing
from marketplace.kit import clock, forms
from marketplace.kit.errors import Refusal
from marketplace.kit.forms import Filled
from marketplace.kit.moves import may_move
from marketplace.kit.permissions import can, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import labels as needs_labels
from marketplace.needs import queries as needs
from marketplace.needs.findings import findings_of_words
from marketplace.procedures import queries as procedures
from marketplace.procurement import (
    deadlines,
    ending,
    officers,
    overviews,
    publishing,
    queries,
    questions,
    rules,
    snapshots,
)
from marketplace.procurement.errors import MayNotDealYet, NotReadyToPublish, StillAwarded
from marketplace.procurement.models import Procurement, ProcurementStatus
from marketplace.procurement.permissions import EDIT_PROCUREMENT, SEE_OWN_PROCUREMENTS
from marketplace.procurement.rules import Phase
from marketplace.procurement.schemas import AnswerForm, ReasonForm
from marketplace.procurement.steps import next_step
from marketplace.procurement.views import ID, PART, around, bp, locked
from marketplace.procurement.views_edit import section_url
from marketplace.procurement.views_parts import officer_people


@bp.get(f"/procurements/{ID}")
@guarded(SEE_OWN_PROCUREMENTS)
def own(procurement_id: int) -> Response:
    """One own procurement."""
    return own_page(procurement_id)


@bp.get(f"/procurements/{ID}/check")
@guarded(EDIT_PROCUREMENT)
def check(procurement_id: int) -> Response | BaseResponse:
    """Everything that lacks before a draft can be published, and what suppliers will read."""
    procurement = queries.own(procurement_id, current_actor())
    if procurement.status != ProcurementStatus.DRAFT:
        return back_to(url_for("procurement.own", procurement_id=procurement.id))
    return _check_page(procurement)


@bp.post(f"/procurements/{ID}/publish")
@guarded(EDIT_PROCUREMENT)
def publish(procurement_id: int) -> Response | BaseResponse:
    """Publish a draft."""
    procurement, at = locked(procurement_id)
    try:
        publishing.publish(procurement, by=current_actor(), at=at)
    except (NotReadyToPublish, MayNotDealYet) as refusal:
        return _check_page(procurement, refusal.message() if isinstance(refusal, MayNotDealYet) else "", refusal.status)
    flash(_("采购项目已发布,已通知受邀供应商。"), "ok")
    return back_to(url_for("procurement.own", procurement_id=procurement.id))


@bp.post(f"/procurements/{ID}/questions/{PART}")
@guarded(EDIT_PROCUREMENT)
def answer(procurement_id: int, part_id: int) -> Response | BaseResponse:
    """Answer a question for all who may take part."""
    procurement, at = locked(procurement_id)
    question, form = queries.question(procurement.id, part_id), forms.read(AnswerForm, request.form)
    if form.data:
        try:
            told = form.data
            questions.answer(procurement, question, told.public_text, told.answer, by=current_actor(), at=at)
        except Refusal as refusal:
            form.fail("answer", refusal.message())
    if not form.data:
        return own_page(procurement_id, form, f"question-{part_id}")
    flash(_("答复已公开,已通知全部受邀和登记参与的单位。"), "ok")
    return back_to(url_for("procurement.own", procurement_id=procurement.id, _anchor="questions"))


@bp.post(f"/procurements/{ID}/cancel")
@guarded(EDIT_PROCUREMENT)
def cancel(procurement_id: int) -> Response | BaseResponse:
    """Call it off, with the reason everybody concerned reads."""
    procurement, at = locked(procurement_id)
    form = _reason()
    if not form.data:
        return own_page(procurement_id, form, "cancel")
    return _end(
        procurement,
        lambda: ending.cancel(procurement, form.data.reason, by=current_actor(), at=at),
        _("采购项目已撤回。"),
    )


@bp.post(f"/procurements/{ID}/fail")
@guarded(EDIT_PROCUREMENT)
def fail(procurement_id: int) -> Response | BaseResponse:
    """It comes to nothing, with the reason everybody concerned reads."""
    procurement, at = locked(procurement_id)
    form = _reason()
    if not form.data:
        return own_page(procurement_id, form, "fail")
    told = _("已宣布采购失败,并通知全部受邀和登记参与的单位。")
    return _end(procurement, lambda: ending.fail(procurement, form.data.reason, by=current_actor(), at=at), told)


def own_page(procurement_id: int, form: Filled | None = None, part: str = "") -> Response:
    """The page of an own procurement; `part` says which of its forms came back faulty."""
    actor, at = current_actor(), clock.now()
    procurement = queries.own(procurement_id, actor)
    shown = around(procurement, at)
    asked = queries.questions_of(procurement.id, actor)
    row = overviews.Row(
        procurement, shown["round"], shown["phase"], unanswered=sum(q.answered_at is None for q in asked)
    )  # fmt: skip
    serving = [officer for officer, _user in queries.officers_of(shown["round"].id)]
    return page(
        "procurement/own.html", status=422 if form is not None else 200, form=form, part=part, stage="documents",
        step=next_step(row), versions=queries.versions_of(procurement.id), questions=asked, serving=serving,
        standings=officers.standings(serving), people=officer_people([one.user_id for one in serving]),
        invitations=queries.invitations_of(procurement.id), told=snapshots.content_of(procurement),
        procedure=procedures.procedure(procurement.procedure_id), need=_need(procurement),
        may=_may(procurement, shown), needs_labels=needs_labels, opens_from=rules.may_open_from(shown["round"]),
        files=queries.files_of(procurement.id), **shown,
    )  # fmt: skip


def _check_page(procurement: Procurement, obstacle: str = "", status: int = 200) -> Response:
    at = clock.now()
    shown = around(procurement, at)
    content, definition, extra = shown["content"], shown["definition"], procedures.calendar_extra()
    incident = content.incident_id is not None
    return page(
        "procurement/check.html", status=status, obstacle=obstacle, review=publishing.review(procurement, content, at),
        told=snapshots.content_of(procurement), needs_labels=needs_labels, stage="documents", section="check",
        findings=findings_of_words(content.title, content.text), section_url=section_url,
        earliest=deadlines.earliest(definition, at, extra, incident=incident),
        rule=deadlines.rule_of(definition, incident=incident), invitations=queries.invitations_of(procurement.id),
        procedure=procedures.procedure(procurement.procedure_id), why=queries.obstacle(current_actor()), **shown,
    )  # fmt: skip


def _end(procurement: Procurement, deed: Callable[[], None], told: str) -> BaseResponse:
    """End it; where somebody holds an award, lead to the page where awards are revoked."""
    try:
        deed()
    except StillAwarded as refusal:
        flash(refusal.message(), "wait")
        return back_to(f"/procurements/{procurement.id}/evaluation")
    flash(told, "ok")
    return back_to(url_for("procurement.own", procurement_id=procurement.id))


def _reason() -> Filled[ReasonForm]:
    form = forms.read(ReasonForm, request.form)
    if not form.data:
        form.errors["reason"] = form.errors.get("reason") or ReasonMissing().message()
    return form


def _need(procurement: Procurement) -> Any:
    return needs.own_need(procurement.need_id, current_actor()) if procurement.need_id else None


def _may(procurement: Procurement, shown: dict[str, Any]) -> dict[str, bool]:
    """What this person can do with it now."""
    edits, phase, status = can(EDIT_PROCUREMENT, procurement), shown["phase"], procurement.status
    running = status in (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING)
    awarded = rules.is_awarded(procurement)
    return {
        "edit": edits and status == ProcurementStatus.DRAFT,
        "amend": edits and shown["editable"] and status == ProcurementStatus.PUBLISHED,
        "extend": edits and phase == Phase.COLLECTING,
        "answer": edits and running,
        "invite": edits and shown["editable"],
        "cancel": edits and may_move(procurement, ProcurementStatus.CANCELLED) and not awarded,
        "fail": edits and running and phase != Phase.COLLECTING and not awarded,
    }
