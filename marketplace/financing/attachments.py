"""Papers of applications: judged by content, kept private, noted with which of the asked ones they are."""

from collections.abc import Sequence
from datetime import datetime

from werkzeug.datastructures import FileStorage

from marketplace.financing import queries
from marketplace.financing.errors import TooManyFiles
from marketplace.financing.models import ApplicationStatus, FinanceApplication, FinanceFile, FinanceSubmission
from marketplace.kit import audit, db, files, uploads
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor

LIMIT = 30
_PICTURES = ("jpg", "jpeg", "png", "webp")


def attach(
    row: FinanceApplication, uploaded: Sequence[FileStorage], document: str, *, by: Actor, at: datetime,
    submission: FinanceSubmission | None = None,
) -> int:  # fmt: skip
    """Keep photos (redrawn without metadata) and PDF, DOCX, XLSX; how many. With `submission` only its institution reads
    them. Raises: BadUpload; TooManyFiles."""
    chosen = [upload for upload in uploaded if upload.filename]
    if chosen and len(queries.files_of(row.id, all_=True)) + len(chosen) > LIMIT:
        raise TooManyFiles(limit=LIMIT)
    for upload in chosen:
        content, name, media_type = _cleaned(upload)
        owner_id = by.organisation_id or row.owner_id
        stored = files.keep(content, name=name, media_type=media_type, owner_id=owner_id, public=False, at=at)
        db.session().add(FinanceFile(
            application_id=row.id, submission_id=submission.id if submission else None, file_id=stored.id,
            document=document[:120], organisation_id=owner_id, at=at,
        ))  # fmt: skip
    if chosen:
        db.session().flush()
        audit.record(by, "finance.files", row, at, count=len(chosen))
    return len(chosen)


def remove(row: FinanceApplication, file_id: int, *, by: Actor, at: datetime) -> None:
    """Take a paper out of a draft; what was sent stays. Raises: NotFound."""
    held = db.session().get(FinanceFile, file_id)
    if held is None or held.application_id != row.id or row.status != ApplicationStatus.DRAFT:
        raise NotFound()
    db.session().delete(held)
    db.session().flush()
    audit.record(by, "finance.file_removed", row, at)


def _cleaned(upload: FileStorage) -> tuple[bytes, str, str]:
    stem, _dot, ending = (upload.filename or "").rpartition(".")
    if ending.lower() in _PICTURES:
        picture = uploads.clean_image(uploads.read_bounded(upload, uploads.MAX_IMAGE_BYTES))
        return picture.large, f"{stem}.webp", "image/webp"
    content, media_type = uploads.check_document(upload)
    return content, upload.filename or "", media_type
