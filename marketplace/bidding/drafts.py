"""Verbs of quote drafts: what is typed, right or wrong, sealed to the writer's own people and nobody else."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from werkzeug.datastructures import FileStorage

from marketplace.accounts import keys
from marketplace.bidding import queries, seal
from marketplace.bidding.content import QuoteContent, SealedAttachment
from marketplace.bidding.errors import TooManyFiles
from marketplace.bidding.models import QuoteDraft, SealedFile
from marketplace.kit import db, uploads
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.files import clean_name
from marketplace.kit.permissions import Actor
from marketplace.procurement.models import Procurement, Round

FILES_MOST: int = next(m.max_length for m in QuoteContent.model_fields["files"].metadata if hasattr(m, "max_length"))
_PICTURES = ("jpg", "jpeg", "png", "webp")


@dataclass
class Draft:
    """What is being written. `version` is the request as the writer saw it last; `revision` 0 means never saved."""

    typed: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    version: int = 0
    revision: int = 0
    updated_at: datetime | None = None


def read(current: Round, tag: str, private: bytes) -> Draft | None:
    """The draft of a round, with one's own key. Raises: NotForYourKey."""
    row = queries.own_draft(current, tag)
    return None if row is None else opened(row, private)


def opened(row: QuoteDraft, private: bytes) -> Draft:
    """A draft's content, with one's own key. Raises: NotForYourKey."""
    told = seal.read_own(row.envelope, private)
    return Draft(told["typed"], told["files"], told["version"], row.revision, row.updated_at)


def save(procurement: Procurement, current: Round, draft: Draft, *, by: Actor, at: datetime) -> QuoteDraft:
    """Keep what is typed as it is; `draft.revision` is what the writer started from.

    Raises: Stale when a colleague has saved since; QuoteTooLong.
    """
    tag = seal.bidder_tag(procurement.id, by.organisation_id)
    told = {"typed": draft.typed, "files": draft.files, "version": procurement.version}
    sealed = seal.seal_draft(told, tag, keys.readers_of_organisation(by.organisation_id))
    row = queries.own_draft(current, tag, lock=True)
    if (row.revision if row else 0) != draft.revision:
        raise Stale()
    if row is None:
        row = QuoteDraft(
            id=secrets.token_hex(16), round_id=current.id, bidder_tag=tag, envelope=sealed.data, updated_at=at
        )
        db.session().add(row)
        db.flush_or(Stale)
    else:
        row.envelope, row.revision, row.updated_at = sealed.data, row.revision + 1, at
        db.session().flush()
    return row


def add_files(
    procurement: Procurement, current: Round, held: Sequence[Mapping[str, Any]], sent: Sequence[FileStorage], *,
    by: Actor, at: datetime,
) -> list[dict[str, Any]]:  # fmt: skip
    """The attachments with new ones put to them, each checked, then sealed under its own key and stored.

    Raises: BadUpload; TooManyFiles.
    """
    new = [upload for upload in sent if upload.filename]
    if len(held) + len(new) > FILES_MOST:
        raise TooManyFiles(limit=FILES_MOST)
    tag = seal.bidder_tag(procurement.id, by.organisation_id)
    return [dict(one) for one in held] + [_kept(current, tag, upload, at) for upload in new]


def attachment(procurement_id: int, supplier_id: int, told: SealedAttachment) -> bytes:
    """An attachment of one's own quote or draft, opened with the key that stands in it. Raises: NotFound."""
    sealed = queries.stored(queries.own_file(procurement_id, supplier_id, told.file))
    content = seal.open_attachment(told.key, sealed)
    if content is None or sha256(content).hexdigest() != told.sha256:
        raise NotFound()
    return content


def _kept(current: Round, tag: str, upload: FileStorage, at: datetime) -> dict[str, Any]:
    name = clean_name(upload.filename or "")
    if name.lower().rpartition(".")[2] in _PICTURES:
        content = uploads.clean_image(uploads.read_bounded(upload, uploads.MAX_IMAGE_BYTES)).large
        name, media_type = f"{name.rpartition('.')[0]}.webp", "image/webp"
    else:
        content, media_type = uploads.check_document(upload)
    key, sealed = seal.seal_attachment(content)
    digest = sha256(sealed).hexdigest()
    current_app.extensions["files"].put(digest, sealed)
    row = SealedFile(
        id=secrets.token_hex(16), round_id=current.id, bidder_tag=tag, sha256=digest, size=len(sealed), created_at=at
    )
    db.session().add(row)
    told = SealedAttachment(
        file=row.id, key=key, name=name, media_type=media_type, size=len(content), sha256=sha256(content).hexdigest()
    )
    return told.model_dump(mode="json")
