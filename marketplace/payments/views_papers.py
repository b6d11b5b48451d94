"""Billing details, and invoices asked for and written."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.kit import clock, forms
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.web import back_to, page, safe_next
from marketplace.payments import labels, papers, queries
from marketplace.payments.models_papers import Invoice
from marketplace.payments.permissions import COLLECT, EDIT_BILLING, PAY, SEE_MONEY
from marketplace.payments.schemas import BillingForm, InvoiceForm, IssueForm, ReasonForm
from marketplace.payments.views import bp
from marketplace.payments.views_charges import show_charge
from marketplace.payments.views_paying import keep_upload, send_stored


@bp.get("/payments/billing")
@guarded(SEE_MONEY)
def billing() -> Response:
    """开票与收款信息."""
    return _billing()


@bp.post("/payments/billing")
@guarded(EDIT_BILLING)
def save_billing() -> Response | BaseResponse:
    """Write down one's own details."""
    filled = forms.read(BillingForm, request.form)
    if not filled:
        return _billing(filled)
    papers.save_profile(filled.data, by=current_actor(), at=clock.now())
    flash(_("已保存。"))
    return back_to(safe_next(url_for("payments.billing")))


@bp.post("/payments/charges/<int(max=2147483647):charge_id>/invoice")
@guarded(PAY)
def ask_invoice(charge_id: int) -> Response | BaseResponse:
    """The payer wants an invoice."""
    row = queries.charge(charge_id)
    check(PAY, row)
    filled = forms.read(InvoiceForm, request.form)
    if not filled:
        return show_charge(row, filled, "invoice")
    papers.ask_invoice(row, filled.data.kind, by=current_actor(), at=clock.now())
    flash(_("已向收款方提交开票申请。"))
    return back_to(url_for("payments.charge", charge_id=row.id))


@bp.get("/payments/invoices")
@guarded(SEE_MONEY)
def invoice_list() -> Response:
    """Invoices one writes or gets."""
    return _invoices()


@bp.post("/payments/invoices/<int(max=2147483647):invoice_id>/issue")
@guarded(COLLECT)
def issue_invoice(invoice_id: int) -> Response | BaseResponse:
    """The number and, if wanted, the file of a written invoice."""
    row = _own(invoice_id, lock=True)
    check(COLLECT, row)
    filled = forms.read(IssueForm, request.form)
    if not filled:
        return _invoices(filled, row.id)
    papers.issue(
        row, filled.data.number, filled.data.issued_on, keep_upload(row.payee_id), by=current_actor(), at=clock.now()
    )
    flash(_("发票信息已登记,付款方已收到通知。"))
    return back_to(url_for("payments.invoice_list"))


@bp.post("/payments/invoices/<int(max=2147483647):invoice_id>/refuse")
@guarded(COLLECT)
def refuse_invoice(invoice_id: int) -> Response | BaseResponse:
    """Not like this, with a reason."""
    row = _own(invoice_id, lock=True)
    check(COLLECT, row)
    filled = forms.read(ReasonForm, request.form)
    if not filled:
        return _invoices(filled, row.id)
    papers.refuse(row, filled.data.reason, by=current_actor(), at=clock.now())
    return back_to(url_for("payments.invoice_list"))


@bp.get("/payments/invoices/<int(max=2147483647):invoice_id>/file")
@guarded(SEE_MONEY)
def invoice_file(invoice_id: int) -> Response:
    """The invoice's file, for both sides."""
    return send_stored(_own(invoice_id).file_id)


def _own(invoice_id: int, *, lock: bool = False) -> Invoice:
    row = papers.invoice(invoice_id, lock=lock)
    check(SEE_MONEY, row)
    return row


def _billing(form: forms.Filled | None = None) -> Response:
    actor = current_actor()
    profile, org = papers.profile_of(actor.organisation_id), accounts.organisation(actor.organisation_id)
    if form is None:
        kept = profile.model_dump() if profile else {}
        form = forms.Filled(values={"title": org.name, "tax_number": org.uscc, "account_holder": org.name, **kept})
        status = 200
    else:
        status = 422
    return page("payments/billing.html", status=status, form=form, profile=profile, may_edit=can(EDIT_BILLING))


def _invoices(form: forms.Filled | None = None, wrong_id: int = 0) -> Response:
    actor = current_actor()
    rows = papers.invoices_for(actor.organisation_id)
    sides = accounts.organisations([id_ for row, _charge in rows for id_ in (row.payer_id, row.payee_id)])
    return page(
        "payments/invoices.html", status=422 if form is not None else 200, rows=rows, sides=sides, labels=labels, form=form,
        wrong_id=wrong_id, mine=actor.organisation_id, may_collect=can(COLLECT), today_=clock.today(),
    )  # fmt: skip
