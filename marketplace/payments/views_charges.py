"""What one owes and is owed, and one charge with everything that can be done about it."""

import secrets
from datetime import date

from flask import Response, flash, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.kit import audit, clock, db, forms, web
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.payments import charging, deposits, exports, labels, papers, queries, rules
from marketplace.payments.models import Charge
from marketplace.payments.permissions import COLLECT, PAY, SEE_MONEY
from marketplace.payments.schemas import DepositForm, ReasonForm
from marketplace.payments.views import bp

PER_PAGE = 20
MOST = 5000


@bp.get("/payments")
@guarded(SEE_MONEY)
def index() -> Response:
    """我的应付 / 应收."""
    actor, at, number = current_actor(), clock.now(), web.page_number()
    side, tab, filters = _asked()
    rows, total = queries.owed_page(actor.organisation_id, side, tab, at, number, PER_PAGE, **filters)
    return page(
        "payments/index.html", rows=rows, side=side, tab=tab, filters=filters, labels=labels, today_=clock.today(),
        counts=queries.owed_counts(actor.organisation_id, side, at), pages=web.Pages(number, PER_PAGE, total),
        may_pay=side == "payable" and can(PAY), waiting=len(queries.transfers_waiting(actor.organisation_id)),
    )  # fmt: skip


@bp.get("/payments.xlsx")
@guarded(SEE_MONEY)
def export() -> Response:
    """The same list as a workbook."""
    side, tab, filters = _asked()
    rows, _total = queries.owed_page(current_actor().organisation_id, side, tab, clock.now(), 1, MOST, **filters)
    book, name = exports.charges_workbook(rows, clock.today()), f"{side}-{clock.today()}.xlsx"
    return send_file(book, mimetype=exports.XLSX, as_attachment=True, download_name=name)


@bp.get("/payments/charges/<int(max=2147483647):charge_id>")
@guarded(SEE_MONEY)
def charge(charge_id: int) -> Response:
    """One charge."""
    return _show(_own(charge_id))


@bp.post("/payments/charges/<int(max=2147483647):charge_id>/waive")
@guarded(COLLECT)
def waive(charge_id: int) -> Response | BaseResponse:
    """The payee's side gives it up, with a reason."""
    row = _own(charge_id)
    check(COLLECT, row)
    filled = forms.read(ReasonForm, request.form)
    if not filled:
        return _show(row, filled, "waive", 422)
    charging.waive(row, filled.data.reason, by=current_actor(), at=clock.now())
    flash(_("款项已免除。"))
    return back_to(url_for("payments.charge", charge_id=row.id))


@bp.post("/payments/charges/<int(max=2147483647):charge_id>/deposit")
@guarded(COLLECT)
def keep_deposit(charge_id: int) -> Response | BaseResponse:
    """The payee's side keeps part of a deposit, with a reason."""
    row = _own(charge_id)
    check(COLLECT, row)
    filled = forms.read(DepositForm, request.form)
    if not filled:
        return _show(row, filled, "deposit", 422)
    new = filled.data
    deposits.apply_deposit(row, new.amount_fen, new.reason, new.key, by=current_actor(), at=clock.now())
    flash(_("已从押金中抵扣。"))
    return back_to(url_for("payments.charge", charge_id=row.id))


def _own(charge_id: int) -> Charge:
    row = queries.charge(charge_id)
    check(SEE_MONEY, row)
    return row


def _show(row: Charge, form: forms.Filled | None = None, part: str = "", status: int = 200) -> Response:
    sides = accounts.organisations([row.payer_id, row.payee_id])
    db.session().flush()
    return page(
        "payments/charge.html", status=status, row=row, sides=sides, form=form, part=part, labels=labels,
        today_=clock.today(), payments=queries.payments_of(row.id), refunds=queries.refunds_of(row.id),
        invoices=papers.invoices_of(row.id), left=rules.returnable_fen(row), key=secrets.token_urlsafe(16),
        may_pay=can(PAY, row), may_collect=can(COLLECT, row), trail=audit.trail(row, 20),
    )  # fmt: skip


def show_charge(row: Charge, form: forms.Filled, part: str) -> Response:
    """The charge's page again with what was wrong, for the other pages that post from it."""
    return _show(row, form, part, 422)


def _asked() -> tuple[str, str, dict]:
    side = "receivable" if request.args.get("side") == "receivable" else "payable"
    tab = request.args.get("tab", "")
    filters = {
        "text": request.args.get("text", "").strip()[:120],
        "since": _day(request.args.get("since", "")),
        "until": _day(request.args.get("until", "")),
    }
    return side, tab if tab in queries.TABS else "", filters


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
