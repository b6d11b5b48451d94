"""Verbs about certificates."""

from datetime import datetime

from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import Organisation
from marketplace.catalog import actions, queries
from marketplace.catalog.models import Certificate, Listing
from marketplace.catalog.schemas import CertificateForm
from marketplace.kit import audit, db, files, uploads
from marketplace.kit.permissions import Actor


def add_certificate(
    owner: Organisation,
    form: CertificateForm,
    *,
    by: Actor,
    at: datetime,
    listing: Listing | None = None,
    upload: FileStorage | None = None,
) -> Certificate:
    """Record a certificate of the organisation, or of one of its listings, perhaps with a scan. Raises: BadUpload."""
    row = Certificate(
        **form.model_dump(), owner_id=owner.id, listing_id=listing.id if listing else None, created_at=at, updated_at=at
    )
    row.file_id = _kept(owner.id, upload, at)
    db.session().add(row)
    _changed(row, "certificate.add", by, at)
    return row


def edit_certificate(
    row: Certificate, form: CertificateForm, *, by: Actor, at: datetime, upload: FileStorage | None = None
) -> None:
    """Correct or renew a certificate; a new end starts its reminders anew. Raises: BadUpload."""
    if form.valid_until != row.valid_until:
        row.told_days = None
    for name, value in form:
        setattr(row, name, value)
    row.file_id = _kept(row.owner_id, upload, at) or row.file_id
    row.updated_at = at
    _changed(row, "certificate.edit", by, at)


def remove_certificate(row: Certificate, *, by: Actor, at: datetime) -> None:
    """Take a certificate back; older versions of listings keep it."""
    audit.record(by, "certificate.remove", row, at, kind=row.kind, number=row.number, owner=row.owner_id)
    db.session().delete(row)
    _keep_version(row, by, at)


def _kept(owner_id: int, upload: FileStorage | None, at: datetime) -> int | None:
    if upload is None or not upload.filename:
        return None
    if upload.filename.lower().endswith((".png", ".jpg", ".jpeg", ".webp")):
        clean = uploads.clean_image(uploads.read_bounded(upload, uploads.MAX_IMAGE_BYTES))
        content, media_type, name = clean.large, "image/webp", upload.filename.rsplit(".", 1)[0] + ".webp"
    else:
        content, media_type = uploads.check_document(upload)
        name = upload.filename
    return files.keep(content, name=name, media_type=media_type, owner_id=owner_id, public=True, at=at).id


def _changed(row: Certificate, action: str, by: Actor, at: datetime) -> None:
    db.session().flush()
    audit.record(by, action, row, at, kind=row.kind, number=row.number)
    _keep_version(row, by, at)


def _keep_version(row: Certificate, by: Actor, at: datetime) -> None:
    # A listing's own certificate belongs to its versions; the organisation's are drawn live on every page, for a firm
    # with a thousand listings must not write a thousand versions whenever it renews ISO 9001.
    db.session().flush()
    if row.listing_id:
        actions.add_version_if_public(queries.listing(row.listing_id), by=by, at=at)
