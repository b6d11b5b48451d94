"""Giving back: asked on the charge's page, approved on its own."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.kit import clock, forms, web
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.payments import labels, queries, refunds
from marketplace.payments.models import Refund
from marketplace.payments.permissions import APPROVE_REFUND, COLLECT, SEE_MONEY
from marketplace.payments.schemas import ReasonForm, ReferenceForm, RefundForm
from marketplace.payments.views import bp
from marketplace.payments.views_charges import show_charge

PER_PAGE = 20


@bp.post("/payments/charges/<int(max=2147483647):charge_id>/refund")
@guarded(COLLECT)
def ask_refund(charge_id: int) -> Response | BaseResponse:
    """Ask for a refund of part or all of a charge, or for the return of a deposit."""
    row = queries.charge(charge_id)
    check(COLLECT, row)
    filled = forms.read(RefundForm, request.form)
    if not filled:
        return show_charge(row, filled, "refund")
    new = filled.data
    made = refunds.ask(row, new.amount_fen, new.reason, new.key, by=current_actor(), at=clock.now())
    return back_to(url_for("payments.refund", refund_id=made.id))


@bp.get("/payments/refunds")
@guarded(SEE_MONEY)
def refund_list() -> Response:
    """Refunds one gives or gets."""
    actor, number = current_actor(), web.page_number()
    rows, total = queries.refunds_page(actor.organisation_id, number, PER_PAGE)
    pages = web.Pages(number, PER_PAGE, total)
    return page("payments/refunds.html", rows=rows, pages=pages, labels=labels, mine=actor.organisation_id)


@bp.get("/payments/refunds/<int(max=2147483647):refund_id>")
@guarded(SEE_MONEY)
def refund(refund_id: int) -> Response:
    """One refund with who approved it."""
    return _show(_own(refund_id))


@bp.post("/payments/refunds/<int(max=2147483647):refund_id>/approve")
@guarded(APPROVE_REFUND)
def approve_refund(refund_id: int) -> BaseResponse:
    """One administrator's approval."""
    row = _own(refund_id)
    check(APPROVE_REFUND, row)
    refunds.approve(row, by=current_actor(), at=clock.now())
    flash(_("已批准。"))
    return back_to(url_for("payments.refund", refund_id=row.id))


@bp.post("/payments/refunds/<int(max=2147483647):refund_id>/refuse")
@guarded(APPROVE_REFUND)
def refuse_refund(refund_id: int) -> Response | BaseResponse:
    """No, with a reason."""
    row = _own(refund_id)
    check(APPROVE_REFUND, row)
    filled = forms.read(ReasonForm, request.form)
    if not filled:
        return _show(row, filled)
    refunds.refuse(row, filled.data.reason, by=current_actor(), at=clock.now())
    return back_to(url_for("payments.refund", refund_id=row.id))


@bp.post("/payments/refunds/<int(max=2147483647):refund_id>/transferred")
@guarded(COLLECT)
def refund_transferred(refund_id: int) -> Response | BaseResponse:
    """The money went back by bank transfer, with its receipt number."""
    row = _own(refund_id)
    check(COLLECT, row)
    filled = forms.read(ReferenceForm, request.form)
    if not filled:
        return _show(row, filled)
    refunds.mark_transferred(row, filled.data.reference, by=current_actor(), at=clock.now())
    flash(_("已登记退款转账。"))
    return back_to(url_for("payments.refund", refund_id=row.id))


def _own(refund_id: int) -> Refund:
    row = queries.refund(refund_id)
    check(SEE_MONEY, row)
    return row


def _show(row: Refund, form: forms.Filled | None = None) -> Response:
    people = {id_: accounts.user(id_).name for id_ in (row.asked_by, row.first_by, row.second_by) if id_}
    actor = current_actor()
    return page(
        "payments/refund.html", status=422 if form is not None else 200, row=row, charge=queries.charge(row.charge_id), form=form,
        payment=queries.payment(row.payment_id), sides=accounts.organisations([row.payer_id, row.payee_id]), people=people,
        labels=labels, may_approve=can(APPROVE_REFUND, row) and row.first_by != actor.user_id, may_collect=can(COLLECT, row),
        may_refuse=can(APPROVE_REFUND, row), inside=row.payee_id == actor.organisation_id,
    )  # fmt: skip
