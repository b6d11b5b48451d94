"""Papers and photos of a contract: judged by content, kept private, noted with what they prove."""

from collections.abc import Sequence
from datetime import datetime

from werkzeug.datastructures import FileStorage

from marketplace.contracts.errors import TooManyFiles
from marketplace.contracts.models import Contract
from marketplace.contracts.models_performance import ContractFile, Delivery, DisputeStatement, FilePurpose
from marketplace.kit import db, files, uploads
from marketplace.kit.permissions import Actor

LIMIT = 10
_PICTURES = ("jpg", "jpeg", "png", "webp")


def sent(uploaded: Sequence[FileStorage]) -> list[FileStorage]:
    """The files really chosen; browsers send an empty one for an empty field. Raises: TooManyFiles."""
    chosen = [upload for upload in uploaded if upload.filename]
    if len(chosen) > LIMIT:
        raise TooManyFiles(limit=LIMIT)
    return chosen


def attach(
    row: Contract, uploaded: Sequence[FileStorage], purpose: FilePurpose, *, by: Actor, at: datetime,
    delivery: Delivery | None = None, statement: DisputeStatement | None = None,
) -> None:  # fmt: skip
    """Keep photos (redrawn without metadata) and PDF, DOCX, XLSX with what they prove. Raises: BadUpload."""
    for upload in uploaded:
        content, name, media_type = _cleaned(upload)
        stored = files.keep(
            content, name=name, media_type=media_type, owner_id=by.organisation_id or row.owner_id, public=False, at=at
        )
        db.session().add(ContractFile(
            contract_id=row.id, file_id=stored.id, purpose=purpose, delivery_id=delivery.id if delivery else None,
            round=delivery.round if delivery else None, statement_id=statement.id if statement else None,
            organisation_id=by.organisation_id, at=at,
        ))  # fmt: skip


def _cleaned(upload: FileStorage) -> tuple[bytes, str, str]:
    stem, _dot, ending = (upload.filename or "").rpartition(".")
    if ending.lower() in _PICTURES:
        picture = uploads.clean_image(uploads.read_bounded(upload, uploads.MAX_IMAGE_BYTES))
        return picture.large, f"{stem}.webp", "image/webp"
    content, media_type = uploads.check_document(upload)
    return content, upload.filename or "", media_type
