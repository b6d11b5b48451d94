"""Verbs about the documents that come with a need."""

from datetime import datetime

from werkzeug.datastructures import FileStorage

from marketplace.kit import audit, db, files, uploads
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.needs import snapshots
from marketplace.needs.amending import check_may_amend, finish_amendment
from marketplace.needs.errors import TooManyFiles
from marketplace.needs.models import Need, NeedFile, NeedStatus

MAX_FILES = 20


def attach_file(
    need: Need, upload: FileStorage, title: str = "", *, by: Actor, at: datetime, why: str = ""
) -> NeedFile:
    """Add a PDF, DOCX or XLSX; to an open need as an amendment, which asks why.

    Raises: BadUpload; TooManyFiles; NotEditable; ReasonMissing; AmendmentsNeedAdministrator.
    """
    _check_may_change(need, why, by)
    before = snapshots.content_of(need)
    if len(before["files"]) >= MAX_FILES:
        raise TooManyFiles(limit=MAX_FILES)
    content, media_type = uploads.check_document(upload)
    name = upload.filename or "document"
    # Not public: who may read it is asked of the need, `queries.readable_file`.
    file = files.keep(content, name=name, media_type=media_type, owner_id=need.owner_id, public=False, at=at)
    row = NeedFile(need_id=need.id, file_id=file.id, title=(title.strip() or file.name)[:120])
    db.session().add(row)
    _changed(need, before, why, "need.attach", by, at)
    return row


def detach_file(need: Need, file_id: int, *, by: Actor, at: datetime, why: str = "") -> None:
    """Take a document (by its NeedFile id) away; versions that had it keep it. Raises: NotFound; what attaching raises."""
    _check_may_change(need, why, by)
    row = db.session().get(NeedFile, file_id)
    if row is None or row.need_id != need.id:
        raise NotFound()
    before = snapshots.content_of(need)
    db.session().delete(row)
    _changed(need, before, why, "need.detach", by, at)


def _check_may_change(need: Need, why: str, by: Actor) -> None:
    if need.status != NeedStatus.DRAFT:
        check_may_amend(need, why, by)


def _changed(need: Need, before: dict, why: str, action: str, by: Actor, at: datetime) -> None:
    need.edited_by, need.updated_at = by.user_id, at
    db.session().flush()
    audit.record(by, action, need, at)
    if need.status == NeedStatus.OPEN:
        finish_amendment(need, before, why, by=by, at=at)
