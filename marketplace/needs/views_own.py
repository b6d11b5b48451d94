"""An organisation's own needs: the list, one need with everything about it, and the steps of its life."""

import secrets
from datetime import datetime
from typing import Any

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.accounts.errors import ReasonMissing
from marketplace.accounts.models import OrganisationKind, OrganisationStatus
from marketplace.accounts.permissions import is_admin
from marketplace.kit import clock, db, forms, web
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import can, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import amending, drafts, incidents, labels, opening, queries, rules
from marketplace.needs.attachments import MAX_FILES
from marketplace.needs.errors import AlreadyCreated, AuthorMayNotApprove, BadCutOff
from marketplace.needs.findings import findings_of
from marketplace.needs.models import Need, NeedKind, NeedStatus
from marketplace.needs.permissions import APPROVE_NEED, EDIT_NEED, SEE_OWN_NEEDS, SET_POLICY
from marketplace.needs.rules import Difference
from marketplace.needs.schemas import Extension, Reason, own_filter, time_text
from marketplace.needs.views import bp
from marketplace.needs.views_begin import ID
from marketplace.needs.views_edit import NOT_YET, open_draft, opens_alone, revision_in

PER_PAGE, SHOWN_SUPPLIERS = 20, 20


@bp.get("/needs/mine")
@guarded(SEE_OWN_NEEDS)
def own_needs() -> Response:
    """The organisation's needs or templates, last changed first."""
    actor, wanted, number = current_actor(), own_filter(request.args), web.page_number()
    rows, total = queries.own_page(actor.organisation_id, wanted, number, PER_PAGE)
    return page(
        "needs/own_list.html", rows=rows, wanted=wanted, pages=web.Pages(number, PER_PAGE, total), labels=labels,
        counts=queries.own_counts(actor.organisation_id), statuses=list(NeedStatus), rules=rules, now=clock.now(),
        kinds=rules.kinds_for(actor.kind) or tuple(NeedKind), asks_approval=queries.asks_approval(actor.organisation_id),
        obstacle=queries.obstacle(actor), key=secrets.token_urlsafe(12),
        incident=incidents.own_incident(wanted.incident_id, actor) if wanted.incident_id else None,
    )  # fmt: skip


@bp.post("/needs/policy")
@guarded(SET_POLICY)
def set_policy() -> BaseResponse:
    """Ask for a second person's approval before needs open, or ask no longer."""
    approval = request.form.get("approval") == "1"
    opening.set_policy(approval, by=current_actor(), at=clock.now())
    flash(_("已开启内部审批:需求须由另一位管理员批准后发布。") if approval else _("已关闭内部审批。"), "ok")
    return back_to(url_for("needs.own_needs"))


@bp.get(f"/my/needs/{ID}")
@guarded(SEE_OWN_NEEDS)
def own_need(need_id: int) -> Response:
    """One own need: where it stands, its content, and everything one can do with it."""
    return own_page(need_id)


@bp.post(f"/my/needs/{ID}/open")
@guarded(EDIT_NEED)
def open_own_need(need_id: int) -> BaseResponse:
    """Open a draft, or hand it to the administrators."""
    need, _now = locked(need_id)
    drafts.check_revision(need, revision_in(request.form))
    opened = open_draft(need)
    return to_need(need) if opened else back_to(url_for("needs.edit_need", need_id=need.id, _anchor="check"))


@bp.post(f"/my/needs/{ID}/approve")
@guarded(APPROVE_NEED)
def approve_own_need(need_id: int) -> BaseResponse:
    """Open what a colleague wrote."""
    need, now = locked(need_id)
    try:
        opening.approve_need(need, by=current_actor(), at=now, revision=revision_in(request.form))
    except (*NOT_YET, AuthorMayNotApprove) as refusal:
        flash(refusal.message(), "wait")
        return to_need(need)
    return to_need(need, _("已批准,需求已发布。"))


@bp.post(f"/my/needs/{ID}/return")
@guarded(EDIT_NEED)
def return_own_need(need_id: int) -> Response | BaseResponse:
    """Give a need back to who wrote it, or take one's own back."""
    need, now = locked(need_id)
    form = _reason()
    if not form.data:
        return own_page(need_id, form, "return")
    opening.return_to_draft(need, form.data.reason, by=current_actor(), at=now)
    return to_need(need, _("已退回草稿。"))


@bp.post(f"/my/needs/{ID}/extend")
@guarded(EDIT_NEED)
def extend_own_need(need_id: int) -> Response | BaseResponse:
    """Take questions for longer."""
    need, now = locked(need_id)
    form = forms.read(Extension, request.form)
    if form.data:
        try:
            amending.extend_questions(need, form.data.questions_until, by=current_actor(), at=now)
        except BadCutOff as refusal:
            form.fail("questions_until", refusal.message())
    if not form.data:
        return own_page(need_id, form, "extend")
    return to_need(need, _("提问截止时间已延长,已通知关注的单位。"))


@bp.post(f"/my/needs/{ID}/close")
@guarded(EDIT_NEED)
def close_own_need(need_id: int) -> BaseResponse:
    """End a need that is met."""
    need, now = locked(need_id)
    amending.close_need(need, request.form.get("reason", "").strip()[:500], by=current_actor(), at=now)
    return to_need(need, _("需求已结束,已通知关注的单位。"))


@bp.post(f"/my/needs/{ID}/withdraw")
@guarded(EDIT_NEED)
def withdraw_own_need(need_id: int) -> Response | BaseResponse:
    """Take a need back, with the reason everybody reads."""
    need, now = locked(need_id)
    form = _reason()
    if not form.data:
        return own_page(need_id, form, "withdraw")
    amending.withdraw_need(need, form.data.reason, by=current_actor(), at=now)
    return to_need(need, _("需求已撤回。"))


@bp.post(f"/my/needs/{ID}/template")
@guarded(EDIT_NEED)
def keep_as_template(need_id: int) -> BaseResponse:
    """Keep a need's content as a template."""
    need, now = locked(need_id)
    key = f"{request.form.get('key', '')[:16] or secrets.token_urlsafe(12)}-t{need_id}"
    try:
        row, _new = drafts.save_as_template(need, by=current_actor(), at=now, form_key=key)
    except AlreadyCreated:
        db.unit().rollback()
        row = queries.need_with_key(current_actor().organisation_id, key)
    flash(_("已存为模板,以后可以在“发布需求”中使用。"), "ok")
    return back_to(url_for("needs.own_need", need_id=row.id))


def own_page(need_id: int, form: Filled | None = None, part: str = "") -> Response:
    """The page of an own need; `part` says which of its forms came back faulty."""
    actor, now = current_actor(), clock.now()
    need = queries.own_need(need_id, actor)
    versions = queries.versions_of(need.id, actor)
    has_matches = "matching.matches" in current_app.view_functions
    return page(
        "needs/own.html", need=need, form=form, part=part, status=422 if form is not None else 200, labels=labels,
        state=rules.state_of(need, now), people=_people(need), versions=versions, changes=changes_of(versions),
        files=queries.files_of(need.id), max_files=MAX_FILES, questions=queries.questions_of(need.id, actor),
        invitations=queries.invitations_of(need.id), followers=len(queries.follower_ids(need.id)),
        findings=findings_of(need), missing=opening.lacking(need) if need.status == NeedStatus.DRAFT else [],
        incident_choices=incidents.incidents_of(need.owner_id, going_on=True), opens=opens_alone(need),
        incident=incidents.own_incident(need.incident_id, actor) if need.incident_id else None,
        may=_may(need), obstacle=queries.obstacle(actor), key=secrets.token_urlsafe(12),
        matches=url_for("matching.matches", need_id=need.id) if has_matches else "",
        until=time_text(need.questions_until), **_supplier_search(need),
    )  # fmt: skip


def changes_of(versions: list[Any]) -> dict[int, list[Difference]]:
    """What reads differently in each version but the first, by its number; `versions` stand newest first."""
    pairs = zip(versions, versions[1:], strict=False)
    return {newer.number: rules.differences(older.content, newer.content) for newer, older in pairs}


def locked(need_id: int) -> tuple[Need, datetime]:
    """An own need held against everybody else, and the time read after that."""
    return queries.own_need(need_id, current_actor(), lock=True), clock.now()


def to_need(need: Need, text: str = "", part: str = "") -> BaseResponse:
    """Back to the page of an own need."""
    if text:
        flash(text, "ok")
    return back_to(url_for("needs.own_need", need_id=need.id, _anchor=part or None))


def _reason() -> Filled[Reason]:
    form = forms.read(Reason, request.form)
    if not form.data:
        form.errors["reason"] = form.errors.get("reason") or ReasonMissing().message()
    return form


def _may(need: Need) -> dict[str, bool]:
    """What this person can do with the need now."""
    actor, status = current_actor(), need.status
    edits, draft, is_open = can(EDIT_NEED, need), status == NeedStatus.DRAFT, status == NeedStatus.OPEN
    waits = status == NeedStatus.IN_APPROVAL
    amends = is_open and rules.may_amend(need, actor, approval=queries.asks_approval(need.owner_id))
    return {
        "write": edits and draft, "open": edits and draft and not need.template, "amend": edits and amends,
        "change_files": edits and (draft or amends), "approve": waits and rules.may_approve(need, actor),
        "return": edits and waits and (rules.wrote(need, actor) or is_admin(actor)),
        "answer": edits and is_open, "extend": edits and is_open and need.questions_until is not None,
        "close": edits and is_open, "withdraw": edits and status in rules.UNENDED, "duplicate": edits,
        "invite": edits and status in rules.UNENDED and not need.template,
        "attach": edits and status in rules.UNENDED and not need.template,
    }  # fmt: skip


def _people(need: Need) -> dict[int, str]:
    """Names by id of who created, edited and approved the need."""
    found = {}
    for user_id in {need.created_by, need.edited_by, need.approved_by} - {None}:
        person = accounts.user_by_id(user_id)
        found[user_id] = person.name if person else ""
    return found


def _supplier_search(need: Need) -> dict[str, Any]:
    """Approved suppliers with the asked words in their name, for inviting; who is invited already is left out."""
    text = request.args.get("supplier", "").strip()[:60]
    if not text:
        return {"supplier_words": "", "suppliers": []}
    invited = {org.id for _row, org in queries.invitations_of(need.id)} | {need.owner_id}
    found = []
    for kind in (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION):
        rows, _total = accounts.organisations_page(kind, OrganisationStatus.APPROVED, text, 1, SHOWN_SUPPLIERS)
        found += [org for org in rows if org.id not in invited]
    return {"supplier_words": text, "suppliers": found[:SHOWN_SUPPLIERS]}
