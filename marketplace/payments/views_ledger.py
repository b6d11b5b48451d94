"""One's own accounts by month."""

from flask import Response, request, send_file

from marketplace.kit import clock
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import page
from marketplace.payments import exports, labels, statements
from marketplace.payments.permissions import SEE_MONEY
from marketplace.payments.views import bp


@bp.get("/payments/ledger")
@guarded(SEE_MONEY)
def ledger() -> Response:
    """The statement of a month."""
    month = statements.month_of(request.args.get("month", ""), clock.today())
    rows = statements.statements(current_actor().organisation_id, month)
    return page(
        "payments/ledger.html", rows=rows, month=month, labels=labels,
        before=f"{statements.next_month(month, -1):%Y-%m}", after=f"{statements.next_month(month):%Y-%m}",
    )  # fmt: skip


@bp.get("/payments/ledger.xlsx")
@guarded(SEE_MONEY)
def ledger_export() -> Response:
    """The same as a workbook."""
    month = statements.month_of(request.args.get("month", ""), clock.today())
    book = exports.statement_workbook(statements.statements(current_actor().organisation_id, month))
    return send_file(book, mimetype=exports.XLSX, as_attachment=True, download_name=f"ledger-{month:%Y-%m}.xlsx")
