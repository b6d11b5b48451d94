"""The operators' list of incidents: what was declared where, how many needs it has, how many somebody can supply."""

from flask import Response, request
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.kit import web
from marketplace.kit.permissions import guarded
from marketplace.kit.web import page
from marketplace.matching import queries
from marketplace.matching.views import bp
from marketplace.needs import incidents, labels
from marketplace.needs.models import IncidentStatus
from marketplace.needs.permissions import OVERSEE_NEEDS

PER_PAGE = 20


@bp.get("/operations/incidents")
@guarded(OVERSEE_NEEDS)
def all_incidents() -> Response:
    """Every declared incident, latest first, with its needs and how many of these are covered."""
    asked, number = request.args.get("status", ""), web.page_number()
    status = IncidentStatus(asked) if asked in set(IncidentStatus) else None
    rows, total = incidents.all_page(status, number, PER_PAGE)
    return page(
        "matching/operations_incidents.html", rows=rows, labels=labels, status_chosen=status,
        counts=queries.coverage([row.id for row in rows]), pages=web.Pages(number, PER_PAGE, total),
        owners=accounts.organisations([row.owner_id for row in rows]),
        tabs=[("", _("全部")), *((one.value, labels.incident_status(one)[0]) for one in IncidentStatus)],
    )  # fmt: skip
