"""What operators see of financing: how many, never whose."""

from werkzeug.wrappers import Response

from marketplace.financing import labels, queries, queries_consortium
from marketplace.financing.permissions import OVERSEE
from marketplace.financing.views import bp
from marketplace.kit.permissions import guarded
from marketplace.kit.web import page


@bp.get("/operations/financing")
@guarded(OVERSEE)
def overview() -> Response:
    """Counts of products, applications, answers and agreements."""
    return page(
        "financing/overview.html", counts=queries.overview(), consortia=queries_consortium.counts(), labels=labels
    )
