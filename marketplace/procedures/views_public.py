"""The page on which buyers and suppliers read which procedure is for what."""

from werkzeug.wrappers import Response

from marketplace.kit import calendar, clock
from marketplace.kit.permissions import public
from marketplace.kit.web import page
from marketplace.procedures import labels, queries
from marketplace.procedures.views import bp

COMPARED = (
    "binding", "visibility", "min_suppliers", "min_quotes", "too_few", "min_time", "emergency_min_time", "sealed", "rounds",
    "price_changes", "evaluation", "publicity_days", "budget_max_fen", "needs_incident", "needs_framework", "review_after",
)  # fmt: skip


@bp.get("/procedures")
@public
def explain() -> Response:
    """Every procedure in use: when to take it, and how they differ."""
    rows = [(row, queries.definition(row)) for row in queries.in_use()]
    year = clock.today().year
    extra = queries.calendar_extra()
    return page(
        "procedures/explain.html", rows=rows, compared=COMPARED, labels=labels,
        unpublished=[y for y in (year, year + 1) if not calendar.is_published(y, extra)],
    )  # fmt: skip
