"""What comes with an own need: its documents, its questions' answers, who is invited, the incident it belongs to."""

from flask import Response, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts.errors import ReasonMissing
from marketplace.kit import forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.needs import attachments, incidents, invitations, queries, questions
from marketplace.needs.errors import IncidentOver, NamesSupplier, TooManyFiles, TooManyInvited
from marketplace.needs.permissions import EDIT_NEED
from marketplace.needs.schemas import InvitationForm, NewAnswer
from marketplace.needs.views import bp
from marketplace.needs.views_begin import ID
from marketplace.needs.views_own import locked, own_page, to_need

PART = "<int(max=2147483647):part_id>"


@bp.post(f"/my/needs/{ID}/files")
@guarded(EDIT_NEED)
def add_file(need_id: int) -> Response | BaseResponse:
    """Add a document; to an open need with the reason."""
    need, now = locked(need_id)
    form = forms.Filled(values={name: request.form.get(name, "") for name in ("title", "why")})
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return own_page(need_id, form.fail("file", _("请选择一个文件。")), "files")
    try:
        attachments.attach_file(need, upload, form.get("title"), by=current_actor(), at=now, why=form.get("why"))
    except (BadUpload, TooManyFiles) as refusal:
        return own_page(need_id, form.fail("file", refusal.message()), "files")
    except ReasonMissing as refusal:
        return own_page(need_id, form.fail("why", refusal.message()), "files")
    return to_need(need, _("已添加附件。"), "files")


@bp.post(f"/my/needs/{ID}/files/{PART}/remove")
@guarded(EDIT_NEED)
def remove_file(need_id: int, part_id: int) -> Response | BaseResponse:
    """Take a document away; from an open need with the reason."""
    need, now = locked(need_id)
    form = forms.Filled(values={"why": request.form.get("why", "")})
    try:
        attachments.detach_file(need, part_id, by=current_actor(), at=now, why=form.get("why"))
    except ReasonMissing as refusal:
        return own_page(need_id, form.fail("why", refusal.message()), "files")
    return to_need(need, _("已移除附件。"), "files")


@bp.post(f"/my/needs/{ID}/questions/{PART}")
@guarded(EDIT_NEED)
def answer_question(need_id: int, part_id: int) -> Response | BaseResponse:
    """Answer a question for everybody who reads the need."""
    need, now = locked(need_id)
    question, form = queries.question(need.id, part_id), forms.read(NewAnswer, request.form)
    if form.data:
        try:
            questions.answer_question(need, question, form.data.answer, by=current_actor(), at=now)
        except NamesSupplier as refusal:
            form.fail("answer", refusal.message())
    if not form.data:
        return own_page(need_id, form, f"question-{part_id}")
    return to_need(need, _("答复已公开,已通知提问和关注的单位。"), "questions")


@bp.post(f"/my/needs/{ID}/invitations")
@guarded(EDIT_NEED)
def invite_suppliers(need_id: int) -> Response | BaseResponse:
    """Ask the chosen suppliers to look at the need."""
    need, now = locked(need_id)
    form = forms.read(InvitationForm, request.form)
    if form.data and not form.data.suppliers:
        form.fail("suppliers", _("请至少选择一家单位。"))
    if form.data:
        try:
            new, passed = invitations.invite(need, form.data.suppliers, form.data.note, by=current_actor(), at=now)
        except TooManyInvited as refusal:
            form.fail("suppliers", refusal.message())
    if not form.data:
        return own_page(need_id, form, "invitations")
    flash(_("已邀请 %(n)s 家单位。", n=len(new)) if new else _("没有新增邀请。"), "ok" if new else "wait")
    if passed:
        flash(_("有 %(n)s 家单位已经邀请过或不能邀请,未重复邀请。", n=len(passed)), "wait")
    return to_need(need, part="invitations")


@bp.post(f"/my/needs/{ID}/incident")
@guarded(EDIT_NEED)
def choose_incident(need_id: int) -> BaseResponse:
    """Say which incident the need belongs to, or none."""
    need, now = locked(need_id)
    text = request.form.get("incident_id", "")
    if text and not (text.isdecimal() and len(text) < 10):
        raise NotFound()
    incident = incidents.own_incident(int(text), current_actor()) if text else None
    try:
        incidents.attach_to_incident(need, incident, by=current_actor(), at=now)
    except IncidentOver as refusal:
        flash(refusal.message(), "wait")
        return to_need(need)
    return to_need(need, _("已关联到事件。") if incident else _("已取消与事件的关联。"))
