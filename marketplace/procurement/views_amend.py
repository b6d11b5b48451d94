"""Changing a running procurement: the amendment before it is told, and more time."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock, forms
from marketplace.kit.errors import Refusal
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procurement import amending, criteria, labels, queries
from marketplace.procurement.models import Procurement
from marketplace.procurement.permissions import EDIT_PROCUREMENT
from marketplace.procurement.schemas import ExtensionForm, WhyForm
from marketplace.procurement.views import ID, around, bp, locked
from marketplace.procurement.views_edit import section_url
from marketplace.procurement.views_own import own_page


@bp.get(f"/procurements/{ID}/amendment")
@guarded(EDIT_PROCUREMENT)
def amendment(procurement_id: int) -> Response:
    """What is being changed, before and after, and what it means for quotes and the deadline."""
    return _amendment_page(queries.own(procurement_id, current_actor()), Filled())


@bp.post(f"/procurements/{ID}/amendment")
@guarded(EDIT_PROCUREMENT)
def amend(procurement_id: int) -> Response | BaseResponse:
    """Tell the amendment."""
    procurement, at = locked(procurement_id)
    form = forms.read(WhyForm, request.form)
    if not form.data:
        return _amendment_page(procurement, form, 422)
    told = form.data
    try:
        amending.amend(procurement, told.why, by=current_actor(), at=at, reconfirm=told.reconfirm)
    except Refusal as refusal:
        return _amendment_page(procurement, form.fail("", refusal.message()), refusal.status)
    flash(_("变更已发布,已通知全部受邀和登记参与的单位。"), "ok")
    return back_to(url_for("procurement.own", procurement_id=procurement.id))


@bp.post(f"/procurements/{ID}/amendment/discard")
@guarded(EDIT_PROCUREMENT)
def discard_amendment(procurement_id: int) -> BaseResponse:
    """Drop what is being changed."""
    procurement, at = locked(procurement_id)
    amending.discard(procurement, by=current_actor(), at=at)
    flash(_("已放弃未发布的变更,公开的内容没有变化。"), "ok")
    return back_to(url_for("procurement.own", procurement_id=procurement.id))


@bp.post(f"/procurements/{ID}/extend")
@guarded(EDIT_PROCUREMENT)
def extend(procurement_id: int) -> Response | BaseResponse:
    """Take quotes for longer."""
    procurement, at = locked(procurement_id)
    form = forms.read(ExtensionForm, request.form)
    if form.data:
        try:
            amending.extend(procurement, form.data.quotes_until, form.data.why, by=current_actor(), at=at)
        except Refusal as refusal:
            form.fail("quotes_until", refusal.message())
    if not form.data:
        return own_page(procurement_id, form, "extend")
    flash(_("报价截止时间已延长,已通知全部受邀和登记参与的单位。"), "ok")
    return back_to(url_for("procurement.own", procurement_id=procurement.id))


def _amendment_page(procurement: Procurement, form: Filled, status: int = 200) -> Response:
    at = clock.now()
    shown = around(procurement, at)
    scored = criteria.scored(shown["definition"])
    return page(
        "procurement/amendment.html", status=status, form=form, preview=amending.preview(procurement, at),
        stage="documents", section_url=section_url,
        sections=[name for name in labels.SECTIONS if name != "invitations" and (scored or name != "criteria")], **shown,
    )  # fmt: skip
