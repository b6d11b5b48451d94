"""Import: a template, an upload, what was read, and the confirmation."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as people
from marketplace.catalog import exports, imports, labels, queries
from marketplace.catalog.columns import COLUMNS
from marketplace.catalog.errors import RowsFaulty, UnreadableTable
from marketplace.catalog.models import ImportRun
from marketplace.catalog.permissions import EDIT_LISTING
from marketplace.catalog.views import bp
from marketplace.catalog.views_attachments import sent_files
from marketplace.catalog.views_desk import xlsx
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page

RUN = "<int(max=2147483647):run_id>"
SHOWN_ROWS = 100
SHOWN_ERRORS = 300


@bp.get("/desk/listings/import")
@guarded(EDIT_LISTING)
def import_page(fault: str = "", status: int = 200) -> Response:
    """Where one gets the template and sends the file."""
    return page("catalog/import.html", fault=fault, columns=COLUMNS, limit=imports.MAX_ROWS, status=status)


@bp.get("/desk/listings/import/template.xlsx")
@guarded(EDIT_LISTING)
def import_template() -> Response:
    """The template with notes, example, classes and drop-downs."""
    return xlsx(exports.template_xlsx(), "listings-template.xlsx")


@bp.post("/desk/listings/import")
@guarded(EDIT_LISTING)
def upload_import() -> Response | BaseResponse:
    """Read a file and show what it says; nothing is imported yet."""
    upload = next(iter(sent_files("file")), None)
    if upload is None:
        return import_page(_("请选择文件。"), 422)
    actor = current_actor()
    try:
        run = imports.preview_import(people.organisation(actor.organisation_id), upload, by=actor, at=clock.now())
    except (BadUpload, UnreadableTable) as refusal:
        return import_page(refusal.message(), 422)
    return back_to(url_for("catalog.show_import", run_id=run.id))


@bp.get(f"/desk/listings/import/{RUN}")
@guarded(EDIT_LISTING)
def show_import(run_id: int) -> Response:
    """What was read, row by row, and what is wrong."""
    return _run_page(_own_run(run_id))


@bp.post(f"/desk/listings/import/{RUN}")
@guarded(EDIT_LISTING)
def confirm_import(run_id: int) -> Response | BaseResponse:
    """Import what was previewed, or put it aside."""
    run, act = _own_run(run_id), request.form.get("act", "")
    if act not in ("all", "good", "discard"):
        raise NotFound()
    if act == "discard":
        imports.discard_import(run, by=current_actor(), at=clock.now())
        flash(_("已放弃,未导入任何内容。"), "ok")
        return back_to(url_for("catalog.import_page"))
    try:
        outcome = imports.confirm_import(run, only_good=act == "good", by=current_actor(), at=clock.now())
    except RowsFaulty as faulty:
        db.unit().rollback()
        return _run_page(_own_run(run_id), faulty.message(), 422)
    told = {"new": outcome.created, "changed": outcome.updated, "same": outcome.unchanged}
    flash(_("导入完成:新建 %(new)s 条草稿,更新 %(changed)s 条,未变化 %(same)s 条。", **told), "ok")
    return back_to(url_for("catalog.own_listings", status="draft" if outcome.created else None))


def _run_page(run: ImportRun, fault: str = "", status: int = 200) -> Response:
    return page(
        "catalog/import_run.html", run=run, labels=labels, fault=fault, rows=run.rows[:SHOWN_ROWS],
        errors=run.errors[:SHOWN_ERRORS], updates=sum(bool(row["updates"]) for row in run.rows), status=status,
    )  # fmt: skip


def _own_run(run_id: int) -> ImportRun:
    run = queries.import_run(run_id)
    check(EDIT_LISTING, run)
    return run
