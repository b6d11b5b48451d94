"""The buyer's list of procurements."""

from flask import Response, request

from marketplace.kit import clock, web
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import page
from marketplace.procurement import labels, overviews, queries
from marketplace.procurement.permissions import SEE_OWN_PROCUREMENTS
from marketplace.procurement.steps import next_step
from marketplace.procurement.views import bp

PER_PAGE = 20


@bp.get("/procurements")
@guarded(SEE_OWN_PROCUREMENTS)
def index() -> Response:
    """The organisation's procurements by where they stand, with the next step in words."""
    actor, at, number = current_actor(), clock.now(), web.page_number()
    tab = request.args.get("tab", "") if request.args.get("tab") in overviews.TABS else ""
    text = request.args.get("text", "").strip()[:120]
    rows, total = overviews.own_page(actor, tab, text, at, number, PER_PAGE)
    return page(
        "procurement/index.html", rows=rows, tab=tab, text=text, counts=overviews.own_counts(actor, at), labels=labels,
        pages=web.Pages(number, PER_PAGE, total), next_step=next_step, at=at, obstacle=queries.obstacle(actor),
    )  # fmt: skip
