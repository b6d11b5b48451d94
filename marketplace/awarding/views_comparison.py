"""The comparison of opened quotes: page, workbook, PDF."""

from flask import Response, send_file
from flask_babel import gettext as _

from marketplace.awarding import comparison, concluding, exports, queries
from marketplace.awarding.comparison import Comparison, Part
from marketplace.awarding.errors import NotYetEvaluating
from marketplace.awarding.queries import Seat
from marketplace.awarding.views import ID, bp, seat_of
from marketplace.kit import clock
from marketplace.kit.pdf import pdf_answer
from marketplace.kit.permissions import SIGNED_IN, current_actor, guarded
from marketplace.kit.web import page
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Round
from marketplace.procurement.rules import phase_of


@bp.get(f"/procurements/{ID}/comparison", endpoint="comparison")
@guarded(SIGNED_IN)
def comparison_page(procurement_id: int) -> Response:
    """Suppliers in columns; totals, items, requirements and terms in rows."""
    seat = seat_of(procurement_id)
    current, table = _table(seat, "comparison")
    newest = procurements.current_round(procurement_id)
    return page(
        "awarding/comparison.html", procurement=seat.procurement, current=current, table=table, parts=list(Part),
        part_name=exports.part_name, seat=seat, phase=phase_of(seat.procurement, newest, clock.now()),
    )  # fmt: skip


@bp.get(f"/procurements/{ID}/comparison.xlsx")
@guarded(SIGNED_IN)
def comparison_workbook(procurement_id: int) -> Response:
    """The comparison as a workbook."""
    seat, now = seat_of(procurement_id), clock.now()
    current, table = _table(seat, "comparison.xlsx")
    content = exports.workbook(seat.procurement, current, table, now)
    name = _("报价对比") + f"-{seat.procurement.number}.xlsx"
    return send_file(content, mimetype=exports.XLSX, as_attachment=True, download_name=name)


@bp.get(f"/procurements/{ID}/comparison.pdf")
@guarded(SIGNED_IN)
def comparison_pdf(procurement_id: int) -> Response:
    """The comparison on A3 paper."""
    seat, now = seat_of(procurement_id), clock.now()
    current, table = _table(seat, "comparison.pdf")
    return pdf_answer(
        exports.pdf(seat.procurement, current, table, now), _("报价对比") + f"-{seat.procurement.number}.pdf"
    )


def _table(seat: Seat, what: str) -> tuple[Round, Comparison]:
    current = queries.opened_round(seat.procurement.id)
    if current is None:
        raise NotYetEvaluating()
    quotes = queries.readable(seat, current, by=current_actor(), what=what)
    lots = procurements.lots_of(seat.procurement.id)
    rankings = {lot.id: concluding.in_force(lot) for lot in lots}
    return current, comparison.compare(quotes, lots, queries.compliances_of(current.id), rankings)
