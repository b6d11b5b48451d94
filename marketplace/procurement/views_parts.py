"""The editor's documents, opening officers and invitations."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import OrganisationKind, OrganisationStatus
from marketplace.kit import forms
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to
from marketplace.procurement import attachments, contents, inviting, officers, queries
from marketplace.procurement.errors import NotEditable, OfficerRefused, TooManyFiles, TooManyInvited
from marketplace.procurement.models import Procurement, ProcurementStatus
from marketplace.procurement.permissions import EDIT_PROCUREMENT
from marketplace.procurement.schemas import InviteForm, OfficerForm
from marketplace.procurement.views import ID, PART, bp, locked
from marketplace.procurement.views_edit import section_page

SHOWN_SUPPLIERS = 20


@bp.get(f"/procurements/{ID}/edit/files")
@guarded(EDIT_PROCUREMENT)
def files(procurement_id: int) -> Response:
    """The documents."""
    return _files_page(queries.own(procurement_id, current_actor()), Filled())


@bp.post(f"/procurements/{ID}/edit/files")
@guarded(EDIT_PROCUREMENT)
def add_file(procurement_id: int) -> Response | BaseResponse:
    """Add a document."""
    procurement, at = locked(procurement_id)
    form: Filled[Any] = Filled(values={"title": request.form.get("title", "")})
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _files_page(procurement, form.fail("file", _("请选择一个文件。")), 422)
    try:
        attachments.attach(procurement, upload, form.get("title"), by=current_actor(), at=at)
    except (BadUpload, TooManyFiles) as refusal:
        return _files_page(procurement, form.fail("file", refusal.message()), 422)
    flash(_("已添加附件。"), "ok")
    return back_to(url_for("procurement.files", procurement_id=procurement.id))


@bp.post(f"/procurements/{ID}/edit/files/{PART}/remove")
@guarded(EDIT_PROCUREMENT)
def remove_file(procurement_id: int, part_id: int) -> BaseResponse:
    """Take a document away."""
    procurement, at = locked(procurement_id)
    attachments.detach(procurement, part_id, by=current_actor(), at=at)
    flash(_("已移除附件。"), "ok")
    return back_to(url_for("procurement.files", procurement_id=procurement.id))


@bp.get(f"/procurements/{ID}/edit/officers", endpoint="officers")
@guarded(EDIT_PROCUREMENT)
def officers_page(procurement_id: int) -> Response:
    """Who may open the quotes, and who has confirmed."""
    return _officers_page(queries.own(procurement_id, current_actor()), Filled())


@bp.post(f"/procurements/{ID}/edit/officers")
@guarded(EDIT_PROCUREMENT)
def appoint_officer(procurement_id: int) -> Response | BaseResponse:
    """Name a colleague, or somebody of another organisation by e-mail."""
    procurement, at = locked(procurement_id)
    form = forms.read(OfficerForm, request.form)
    if not form.data:
        return _officers_page(procurement, form, 422)
    colleagues = {person.id: person for _membership, person in accounts.members_of(procurement.owner_id)}
    person = colleagues.get(form.data.user_id) if form.data.user_id else accounts.user_by_email(form.data.email)
    try:
        officers.appoint(procurement, person, by=current_actor(), at=at)
    except OfficerRefused as refusal:
        name = "user_id" if form.data.user_id else "email"
        return _officers_page(procurement, form.fail(name, refusal.message()), 422)
    flash(_("已指定 %(name)s 为开启人,并已通知其确认。", name=person.name if person else ""), "ok")
    return back_to(url_for("procurement.officers", procurement_id=procurement.id))


@bp.post(f"/procurements/{ID}/edit/officers/{PART}")
@guarded(EDIT_PROCUREMENT)
def change_officer(procurement_id: int, part_id: int) -> BaseResponse:
    """Take an officer out, or ask again."""
    procurement, at = locked(procurement_id)
    if request.form.get("act") == "ask":
        officers.ask_again(procurement, part_id, by=current_actor(), at=at)
        flash(_("已再次通知其确认。"), "ok")
    else:
        officers.dismiss(procurement, part_id, by=current_actor(), at=at)
        flash(_("已移除开启人。"), "ok")
    return back_to(url_for("procurement.officers", procurement_id=procurement.id))


@bp.get(f"/procurements/{ID}/edit/invitations")
@guarded(EDIT_PROCUREMENT)
def invitations(procurement_id: int) -> Response:
    """Who is invited and why."""
    return _invitations_page(queries.own(procurement_id, current_actor()), Filled())


@bp.post(f"/procurements/{ID}/edit/invitations")
@guarded(EDIT_PROCUREMENT)
def invite(procurement_id: int) -> Response | BaseResponse:
    """Invite the chosen suppliers."""
    procurement, at = locked(procurement_id)
    form = forms.read(InviteForm, request.form)
    if form.data and not form.data.suppliers:
        form.fail("suppliers", _("请至少选择一家单位。"))
    if not form.data:
        return _invitations_page(procurement, form, 422)
    try:
        new, passed = inviting.invite(procurement, form.data.suppliers, form.data.note, by=current_actor(), at=at)
    except TooManyInvited as refusal:
        return _invitations_page(procurement, form.fail("suppliers", refusal.message()), 422)
    flash(_("已邀请 %(n)s 家单位。", n=len(new)) if new else _("没有新增邀请。"), "ok" if new else "wait")
    if passed and new:
        flash(_("有 %(n)s 家单位已经邀请过或不能邀请,未重复邀请。", n=len(passed)), "wait")
    return back_to(url_for("procurement.invitations", procurement_id=procurement.id))


@bp.post(f"/procurements/{ID}/edit/invitations/{PART}/remove")
@guarded(EDIT_PROCUREMENT)
def withdraw_invitation(procurement_id: int, part_id: int) -> BaseResponse:
    """Take an invitation out of a draft."""
    procurement, at = locked(procurement_id)
    try:
        inviting.withdraw_invitation(procurement, part_id, by=current_actor(), at=at)
        flash(_("已取消邀请。"), "ok")
    except NotEditable as refusal:
        flash(refusal.message(), "wait")
    return back_to(url_for("procurement.invitations", procurement_id=procurement.id))


def _files_page(procurement: Procurement, form: Filled, status: int = 200) -> Response:
    content = contents.being_edited(procurement)
    return section_page(
        procurement, "files", form, status, files=attachments.shown(content), max_files=attachments.MAX_FILES
    )


def _officers_page(procurement: Procurement, form: Filled, status: int = 200) -> Response:
    content = contents.being_edited(procurement)
    named = {one.user_id for one in content.officers}
    colleagues = [p for _m, p in accounts.members_of(procurement.owner_id) if p.id not in named and not p.disabled_at]
    return section_page(
        procurement, "officers", form, status, people=officer_people(list(named)), colleagues=colleagues,
        me=current_actor().user_id, standings=officers.standings(content.officers),
    )  # fmt: skip


def officer_people(user_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Name and organisation of each officer, by person."""
    found = {}
    for user_id in user_ids:
        memberships = accounts.memberships_of(user_id)
        found[user_id] = (accounts.user(user_id).name, memberships[0][1].name if memberships else "")
    return found


def _invitations_page(procurement: Procurement, form: Filled, status: int = 200) -> Response:
    invited = queries.invitations_of(procurement.id)
    words = request.args.get("supplier", "").strip()[:60]
    known = {org.id for _row, org in invited} | {procurement.owner_id}
    found = []
    if words:
        for kind in (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION):
            rows, _total = accounts.organisations_page(kind, OrganisationStatus.APPROVED, words, 1, SHOWN_SUPPLIERS)
            found += [org for org in rows if org.id not in known]
    return section_page(
        procurement, "invitations", form, status, invited=invited, supplier_words=words,
        suppliers=found[:SHOWN_SUPPLIERS], draft=procurement.status == ProcurementStatus.DRAFT,
    )  # fmt: skip
