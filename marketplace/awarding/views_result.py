"""The result: the public notice, each bidder's own view, the answer to an award, and objections."""

import secrets

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.awarding import awarding, labels, notice, objections, queries, rules
from marketplace.awarding.models import Award
from marketplace.awarding.permissions import OBJECT, TAKE_AWARD
from marketplace.awarding.schemas import ObjectionForm, ReasonForm
from marketplace.awarding.views import ID, bp, done
from marketplace.kit import clock, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import can, check, current_actor, guarded, public
from marketplace.kit.web import page
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement


@bp.get(f"/tenders/{ID}/result")
@public
def result(procurement_id: int) -> Response:
    """The notice with the fields of 实施条例第43条; a bidder sees its own standing beside it, the buyer the whole order."""
    actor = current_actor()
    procurement = procurements.readable_procurement(procurement_id, actor)
    owner = actor is not None and actor.organisation_id == procurement.owner_id
    mine = None if actor is None or owner else notice.own_view(procurement, actor.organisation_id)
    return page(
        "awarding/result.html", procurement=procurement, notice=notice.notice_of(procurement), mine=mine, owner=owner, labels=labels,
        order=notice.order_of(procurement) if owner else [], may_object=mine is not None and objections.is_open(procurement, clock.now()),
        takes=bool(mine and actor and not rules.ended(procurement) and can(TAKE_AWARD, Award.model_construct(supplier_id=actor.organisation_id))),
    )  # fmt: skip


@bp.post(f"/tenders/{ID}/awards/<int(max=2147483647):award_id>/acceptance")
@guarded(TAKE_AWARD)
def accept_award(procurement_id: int, award_id: int) -> BaseResponse:
    """The winner takes the award."""
    award, here = _own_award(procurement_id, award_id), url_for("awarding.result", procurement_id=procurement_id)
    return done(here, lambda: awarding.accept(award, by=current_actor(), at=clock.now()), _("已确认接受成交。"))


@bp.post(f"/tenders/{ID}/awards/<int(max=2147483647):award_id>/declination")
@guarded(TAKE_AWARD)
def decline_award(procurement_id: int, award_id: int) -> BaseResponse:
    """The winner declines with a reason."""
    award, here = _own_award(procurement_id, award_id), url_for("awarding.result", procurement_id=procurement_id)
    reason = str(forms.read(ReasonForm, request.form).get("reason"))[:500]
    return done(
        here,
        lambda: awarding.decline(award, reason, by=current_actor(), at=clock.now()),
        _("已放弃成交,并已通知采购人。"),
    )


@bp.get(f"/tenders/{ID}/objections", endpoint="own_objections")
@guarded(OBJECT)
def own_objections(procurement_id: int) -> Response:
    """A bidder's own objections, and the form while the time runs."""
    procurement = _bid_in(procurement_id)
    return page("awarding/own_objections.html", form=None, **_objecting(procurement))


@bp.post(f"/tenders/{ID}/objections")
@guarded(OBJECT)
def file_objection(procurement_id: int) -> BaseResponse:
    """File one; the same form twice is one."""
    procurement = _bid_in(procurement_id)
    filled = forms.read(ObjectionForm, request.form)
    if not filled.data:
        return page("awarding/own_objections.html", status=422, form=filled, **_objecting(procurement))
    said, by, now = filled.data, current_actor(), clock.now()
    here = url_for("awarding.own_objections", procurement_id=procurement_id)
    told = _("质疑已提交,采购人应在 7 个工作日内答复。")
    return done(here, lambda: objections.file(procurement, said.lot_id, said.text, said.form_key, by=by, at=now), told)


def _objecting(procurement: Procurement) -> dict[str, object]:
    return {
        "procurement": procurement, "rows": queries.objections_of(procurement.id, current_actor().organisation_id), "labels": labels,
        "lots": procurements.lots_of(procurement.id), "open": objections.is_open(procurement, clock.now()), "key": secrets.token_urlsafe(12),
        "buyer": accounts.organisation(procurement.owner_id),
    }  # fmt: skip


def _bid_in(procurement_id: int) -> Procurement:
    """A procurement the acting organisation bid in. Raises: NotFound."""
    procurement = procurements.procurement(procurement_id)
    check(OBJECT, procurement)
    if current_actor().organisation_id not in queries.bidder_ids(procurement_id):
        raise NotFound()
    return procurement


def _own_award(procurement_id: int, award_id: int) -> Award:
    award = queries.award(award_id)
    check(TAKE_AWARD, award)
    if procurements.lot(award.lot_id).procurement_id != procurement_id:
        raise NotFound()
    return award
