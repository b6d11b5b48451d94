"""One click: the whole file of a procurement."""

from flask import Blueprint, Flask, Response
from flask_babel import force_locale

from marketplace.evidence import archive
from marketplace.kit import clock
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.permissions import current_actor, guarded
from marketplace.procurement import queries as procurements
from marketplace.procurement.permissions import SEE_OWN_PROCUREMENTS

bp = Blueprint("evidence", __name__, template_folder="templates")


@bp.post("/procurements/<int(max=2147483647):procurement_id>/evidence.zip", endpoint="archive")
@guarded(SEE_OWN_PROCUREMENTS)
def pack(procurement_id: int) -> Response:
    """The buyer's file of a procurement; the export is put on record, so this is a POST."""
    actor, at = current_actor(), clock.now()
    row = procurements.own(procurement_id, actor)
    archive.note(row, by=actor, at=at)
    with force_locale(FIRST_LANGUAGE):
        content = archive.pack(row, by=actor, at=at)
    response = Response(content, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{row.number}.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Register this room's page."""
    app.register_blueprint(bp)
