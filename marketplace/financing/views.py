"""The room's blueprint, the list of applications, and what its other pages share."""

import importlib
import io
import secrets
from datetime import datetime

from flask import Blueprint, Flask, flash, request, send_file, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from marketplace.financing import labels, queries
from marketplace.financing.models import FinanceFile
from marketplace.financing.permissions import SEE_FINANCING
from marketplace.financing.rows import Dossier
from marketplace.kit import clock, files, web
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page

bp = Blueprint("financing", __name__, template_folder="templates")
PARTS = (
    "views_apply", "views_answers", "views_inbox", "views_products", "views_consortia", "views_overview", "jobs",
)  # fmt: skip
PER_PAGE = 20
BIG = "<int(max=2147483647):{}>"
ID, SUBMISSION = BIG.format("application_id"), BIG.format("submission_id")


def init_app(app: Flask) -> None:
    """Register this room's pages and jobs."""
    for part in PARTS:
        importlib.import_module(f"marketplace.financing.{part}")
    app.register_blueprint(bp)


@bp.get("/financing/applications")
@guarded(SEE_FINANCING)
def index() -> Response:
    """The organisation's applications with how far each is with every institution."""
    actor, at, number = current_actor(), clock.now(), web.page_number()
    ended = request.args.get("tab") == "ended"
    rows, total = queries.own_page(actor.organisation_id, ended, number, PER_PAGE)
    sent: dict[int, list[Dossier]] = {row.id: [] for row in rows}
    for one in queries.dossiers(queries.submissions_of_all(list(sent)), at):
        sent[one.application.id].append(one)
    return page(
        "financing/index.html", rows=rows, sent=sent, ended=ended, labels=labels, at=at,
        counts=queries.own_counts(actor.organisation_id), pages=web.Pages(number, PER_PAGE, total),
    )  # fmt: skip


def send_paper(held: list[tuple[FinanceFile, StoredFile]], token: str) -> FileResponse:
    """One of these files; pictures show in the page, everything else is saved. Raises: NotFound."""
    row = next((stored for _file, stored in held if stored.token == token), None)
    if row is None:
        raise NotFound()
    try:
        content = files.read(row)
    except FileNotFoundError:
        raise NotFound() from None
    picture = row.media_type == "image/webp"
    answer = send_file(io.BytesIO(content), mimetype=row.media_type, as_attachment=not picture, download_name=row.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def to_application(application_id: int, text: str = "", part: str = "", tone: str = "ok") -> Response:
    """Back to the application's page."""
    if text:
        flash(text, tone)
    return back_to(url_for("financing.application", application_id=application_id, _anchor=part or None))


def new_key() -> str:
    """The key of a fresh form."""
    return secrets.token_urlsafe(16)


def moment() -> datetime:
    """Now; read after the rows are locked."""
    return clock.now()
