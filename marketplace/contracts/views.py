"""The room's blueprint, the list of contracts, and what its other pages share."""

import importlib
import io
import secrets
from datetime import datetime

from flask import Blueprint, Flask, flash, request, send_file, url_for
from flask import Response as FileResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts import inspecting, labels, lists, queries, steps
from marketplace.contracts.models import Contract
from marketplace.contracts.permissions import PERFORM, SEE_CONTRACTS
from marketplace.contracts.rows import Folder
from marketplace.kit import clock, files, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page

bp = Blueprint("contracts", __name__, template_folder="templates")
PARTS = (
    "views_contract", "views_draft", "views_signing", "views_deliveries", "views_changes", "views_disputes", "views_ratings",
    "views_frameworks", "jobs",
)  # fmt: skip
ID = "<int(max=2147483647):contract_id>"
PER_PAGE = 20


def init_app(app: Flask) -> None:
    """Register this room's pages and jobs."""
    for part in PARTS:
        importlib.import_module(f"marketplace.contracts.{part}")
    app.register_blueprint(bp)


@bp.get("/contracts")
@guarded(SEE_CONTRACTS)
def index() -> Response:
    """The organisation's contracts with what is next in each; those that wait for somebody come first."""
    actor, now, number = current_actor(), clock.now(), web.page_number()
    tab = lists.Tab(request.args["tab"]) if request.args.get("tab") in set(lists.Tab) else lists.Tab.OPEN
    rows, total = lists.page_of(actor.organisation_id, tab, number, PER_PAGE)
    found = [(f, steps.next_step(f, f.side_of(actor.organisation_id), now)) for f in queries.folders(rows)]
    found.sort(key=lambda pair: (pair[1].turn != steps.Turn.MINE, not pair[1].late))
    return page(
        "contracts/index.html", rows=found, tab=tab, tabs=list(lists.Tab), counts=lists.counts(actor.organisation_id),
        labels=labels, pages=web.Pages(number, PER_PAGE, total), now=now,
    )  # fmt: skip


@bp.get(f"/contracts/{ID}/files/<token>")
@guarded(SEE_CONTRACTS)
def contract_file(contract_id: int, token: str) -> FileResponse:
    """A paper or photo of a contract, for its parties."""
    return send_paper(queries.own(contract_id, current_actor()).id, token)


def send_paper(contract_id: int, token: str) -> FileResponse:
    """A file of this contract; pictures show in the page, everything else is saved. Raises: NotFound."""
    row = next((stored for _file, stored in queries.files_of(contract_id) if stored.token == token), None)
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


def seen(contract_id: int) -> Folder:
    """A contract this organisation is a party to, with everything that hangs on it. Raises: NotFound."""
    return queries.folder(queries.own(contract_id, current_actor()))


def locked(contract_id: int, may: str = PERFORM) -> tuple[Contract, datetime]:
    """A contract held against everybody else, the time read after that, and what silence has decided recorded.

    Raises: NotFound; Forbidden.
    """
    row = queries.own(contract_id, current_actor(), lock=True)
    check(may, row)
    now = clock.now()
    inspecting.settle(row, at=now)
    return row, now


def to_contract(row: Contract, text: str = "", part: str = "", tone: str = "ok") -> Response:
    """Back to the contract's page."""
    if text:
        flash(text, tone)
    return back_to(url_for("contracts.contract", contract_id=row.id, _anchor=part or None))


def new_key() -> str:
    """The key of a fresh form."""
    return secrets.token_urlsafe(16)


def hurried(text: str) -> None:
    """Say that nothing was done twice."""
    flash(text or _("没有重复提交。"), "wait")
