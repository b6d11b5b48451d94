"""Verbs of the import page: read and keep what was read, then import exactly that, once."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlmodel import select
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import Organisation
from marketplace.catalog import bulk, queries, reading
from marketplace.catalog.errors import AlreadyImported, RowsFaulty, UnreadableTable
from marketplace.catalog.models import ImportRun, ImportStatus
from marketplace.catalog.rows import Fault, Row
from marketplace.catalog.schemas import CODES_CHECKED, CertificateForm, ListingForm
from marketplace.kit import audit, db, uploads
from marketplace.kit.files import clean_name
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor

MAX_ROWS = 5000


def preview_import(owner: Organisation, upload: FileStorage, *, by: Actor, at: datetime) -> ImportRun:
    """Read a file, judge every row, and keep both for the confirmation.

    Raises: BadUpload, UnreadableTable; also for more than MAX_ROWS rows, which the operator's command line takes.
    """
    content = uploads.read_bounded(upload, uploads.MAX_DOCUMENT_BYTES)
    name = clean_name(upload.filename or "")
    table = reading.open_table(content, name)
    if table.total > MAX_ROWS:
        raise UnreadableTable(why=_("一次最多导入 %(n)s 行,请分成几个文件。", n=MAX_ROWS))
    rows = list(bulk.read_rows(table))
    if not rows:
        raise UnreadableTable(why=_("文件里没有数据行。"))
    faults = [fault for row in rows for fault in row.faults]
    faults += [Fault(0, header, _("不认识的列,未读取。")) for header in table.unknown]
    run = ImportRun(owner_id=owner.id, user_id=by.user_id, file_name=name, created_at=at, updated_at=at)
    run.rows = _with_changes(owner, [row for row in rows if row.form])
    run.errors = [{"row": f.row, "column": f.column, "message": f.message} for f in faults]
    run.result = {"total": len(rows), "faulty": sum(row.form is None for row in rows)}
    db.session().add(run)
    db.session().flush()
    return run


def confirm_import(run: ImportRun, *, only_good: bool, by: Actor, at: datetime) -> bulk.Outcome:
    """Import the previewed rows as drafts, or into the listings that bear their numbers; once, whoever clicks twice.

    Moves: previewed → imported. Raises: AlreadyImported; RowsFaulty when rows are faulty and all or nothing was wanted.
    """
    _claim(run)
    if run.result["faulty"] and not only_good:
        raise RowsFaulty(count=run.result["faulty"])
    _close(run, ImportStatus.IMPORTED, at)
    owner = db.session().get(Organisation, run.owner_id)
    outcome = bulk.Outcome()
    writer = bulk.Writer(outcome, publish=False, by=by, at=at)
    writer.write([bulk.Item(owner, row, row.form) for row in map(_row, run.rows)])
    writer.finish(run.file_name)
    if outcome.faults and not only_good:
        raise RowsFaulty(count=len(outcome.faults))
    counts = {"created": outcome.created, "updated": outcome.updated, "unchanged": outcome.unchanged}
    run.result = {**run.result, **counts}
    run.errors = run.errors + [{"row": f.row, "column": f.column, "message": f.message} for f in outcome.faults]
    audit.record(by, "import.confirm", run, at, **counts)
    return outcome


def discard_import(run: ImportRun, *, by: Actor, at: datetime) -> None:
    """Put a preview aside. Moves: previewed → discarded. Raises: AlreadyImported."""
    _claim(run)
    _close(run, ImportStatus.DISCARDED, at)
    run.rows = []
    audit.record(by, "import.discard", run, at)


def _claim(run: ImportRun) -> None:
    # Two clicks wait for each other here; the second one sees what the first one did.
    db.session().exec(
        select(ImportRun).where(ImportRun.id == run.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _close(run: ImportRun, to: ImportStatus, at: datetime) -> None:
    try:
        move(run, to, at)
    except NoSuchMove:
        raise AlreadyImported() from None
    db.session().flush()


def _with_changes(owner: Organisation, rows: list[Row]) -> list[dict[str, Any]]:
    known = queries.by_references({(owner.id, row.form.external_ref) for row in rows if row.form.external_ref})
    return [
        {
            "number": row.number,
            "form": row.form.model_dump(mode="json", exclude_unset=True),
            "certificates": [form.model_dump(mode="json") for form in row.certificates],
            "guess": row.guess,
            "updates": known[key].id if (key := (owner.id, row.form.external_ref)) in known else None,
        }
        for row in rows
    ]


def _row(kept: dict[str, Any]) -> Row:
    return Row(
        kept["number"],
        ListingForm.model_validate(kept["form"], context=CODES_CHECKED),
        kept["guess"],
        [CertificateForm.model_validate(one) for one in kept["certificates"]],
    )
