"""Pages of an organisation's own people: its data, members, invitations, asking to join."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import labels, membership, queries, signin
from marketplace.accounts.errors import AlreadyRegistered
from marketplace.accounts.models import OrganisationStatus, Role
from marketplace.accounts.permissions import EDIT_ORGANISATION, MANAGE_MEMBERS, SEE_ORGANISATION
from marketplace.accounts.schemas import Invite, NewOrganisation, OrganisationDetails
from marketplace.accounts.views import bp
from marketplace.kit import clock, db, forms, throttle
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.taxonomy import queries as taxonomy


@bp.get("/organisation/new")
@guarded(SIGNED_IN)
def new_organisation(form: forms.Filled | None = None, status: int = 200, known: int | None = None) -> Response:
    """The second step: an organisation."""
    return page(
        "accounts/organisation_new.html", form=form, known=known, kinds=labels.open_kinds(),
        provinces=taxonomy.provinces(), status=status,
    )  # fmt: skip


@bp.post("/organisation/new")
@guarded(SIGNED_IN)
def new_organisation_post() -> Response:
    """Register it, or lead to asking to join."""
    form = forms.read(NewOrganisation, request.form)
    if not form.data:
        return new_organisation(form, 422)
    try:
        org = membership.register_organisation(form.data, by=queries.user(current_actor().user_id), at=clock.now())
    except AlreadyRegistered as taken:
        db.session().rollback()
        return new_organisation(form.fail("uscc", taken.message()), 422, taken.details.get("organisation_id"))
    signin.act_for(org.id)
    if org.uscc_doubtful:
        flash(_("统一社会信用代码的校验位不符,请核对;确认无误可继续,审核人员会人工核验。"), "wait")
    flash(_("资料已提交,平台审核通过后即可发布。您现在可以先准备产品资料。"), "ok")
    return back_to("/desk")


@bp.get("/organisation")
@guarded(SIGNED_IN)
def organisation() -> Response:
    """What the organisation tells about itself, and where its review stands."""
    if current_actor().organisation_id is None:
        return back_to(url_for("accounts.new_organisation"))
    check(SEE_ORGANISATION)
    org = queries.organisation(current_actor().organisation_id)
    return page("accounts/organisation.html", org=org, reviews=queries.reviews_of(org.id), labels=labels)


@bp.get("/organisation/edit")
@guarded(EDIT_ORGANISATION)
def edit_organisation(form: forms.Filled | None = None, status: int = 200) -> Response:
    """Change it."""
    org = queries.organisation(current_actor().organisation_id)
    form = form or forms.Filled(values=org.model_dump())
    return page("accounts/organisation_edit.html", org=org, form=form, provinces=taxonomy.provinces(), status=status)


@bp.post("/organisation/edit")
@guarded(EDIT_ORGANISATION)
def edit_organisation_post() -> Response:
    """Store the change; a returned registration goes back into review with it."""
    form = forms.read(OrganisationDetails, request.form)
    if not form.data:
        return edit_organisation(form, 422)
    actor, now = current_actor(), clock.now()
    org = queries.organisation(actor.organisation_id, lock=True)
    membership.edit_organisation(org, form.data, by=actor, at=now)
    if org.status == OrganisationStatus.RETURNED:
        membership.submit_again(org, by=actor, at=now)
        flash(_("修改已保存并重新提交审核。"), "ok")
    else:
        flash(_("修改已保存。"), "ok")
    return back_to(url_for("accounts.organisation"))


@bp.get("/organisation/members")
@guarded(SEE_ORGANISATION)
def members(form: forms.Filled | None = None, status: int = 200) -> Response:
    """Who belongs, who waits."""
    org = queries.organisation(current_actor().organisation_id)
    return page(
        "accounts/members.html", org=org, members=queries.members_of(org.id), waiting=queries.join_requests_to(org.id),
        roles=labels.roles(), form=form, labels=labels, status=status,
    )  # fmt: skip


@bp.post("/organisation/members/invite")
@guarded(MANAGE_MEMBERS)
def invite() -> Response:
    """Mail an invitation."""
    throttle.count(f"invite|{current_actor().organisation_id}", limit=30, minutes=60)
    form = forms.read(Invite, request.form)
    if not form.data:
        return members(form, 422)
    org = queries.organisation(current_actor().organisation_id)
    membership.invite(org, form.data.email, form.data.role, by=current_actor(), at=clock.now())
    flash(_("邀请已发往 %(email)s,7 天内有效。", email=form.data.email), "ok")
    return back_to(url_for("accounts.members"))


@bp.post("/organisation/members/<int(max=2147483647):membership_id>")
@guarded(SIGNED_IN)
def change_member(membership_id: int) -> Response:
    """Give another role, remove, or leave oneself."""
    actor = current_actor()
    mine = {row.id for row, _org in queries.memberships_of(actor.user_id)}
    leaving = membership_id in mine and request.form.get("act") == "remove"
    if not leaving:
        check(MANAGE_MEMBERS)
    row = queries.membership(membership_id)
    if not leaving:
        check(MANAGE_MEMBERS, row)
    if request.form.get("act") == "remove":
        membership.remove_member(row, by=actor, at=clock.now())
    elif request.form.get("role") in set(Role):
        membership.change_role(row, Role(request.form["role"]), by=actor, at=clock.now())
    flash(_("成员已更新。"), "ok")
    return back_to("/desk" if leaving else url_for("accounts.members"))


@bp.post("/organisation/join")
@guarded(SIGNED_IN)
def ask_to_join() -> Response:
    """Ask a registered organisation's administrators to be let in."""
    text = request.form.get("organisation_id", "")
    if not text.isdecimal() or len(text) > 9:
        raise NotFound()
    throttle.count(f"join|{current_actor().user_id}", limit=10, minutes=60)
    org, person = queries.organisation(int(text)), queries.user(current_actor().user_id)
    membership.ask_to_join(org, request.form.get("note", ""), by=person, at=clock.now())
    flash(_("申请已发给该单位管理员,确认后会通知您。"), "ok")
    return back_to("/desk")


@bp.post("/organisation/join/<int(max=2147483647):request_id>")
@guarded(MANAGE_MEMBERS)
def answer_join(request_id: int) -> Response:
    """Let somebody in or not."""
    row = queries.join_request(request_id, lock=True)
    check(MANAGE_MEMBERS, row)
    accept, role = request.form.get("act") == "accept", request.form.get("role", Role.MEMBER)
    membership.answer_join(
        row, accept, Role(role) if role in set(Role) else Role.MEMBER, by=current_actor(), at=clock.now()
    )
    flash(_("已处理加入申请。"), "ok")
    return back_to(url_for("accounts.members"))


@bp.post("/organisation/switch")
@guarded(SIGNED_IN)
def switch() -> Response:
    """Act for another of one's organisations."""
    text = request.form.get("organisation_id", "")
    if text.isdecimal() and any(str(org.id) == text for _m, org in queries.memberships_of(current_user.person.id)):
        signin.act_for(int(text))
    return back_to("/desk")
