"""Verbs about a listing's pictures and downloads."""

from collections.abc import Sequence
from datetime import datetime

from werkzeug.datastructures import FileStorage

from marketplace.catalog import actions, queries
from marketplace.catalog.errors import TooManyImages
from marketplace.catalog.models import Listing, ListingDocument, ListingImage
from marketplace.kit import audit, db, files, uploads
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor

MAX_IMAGES = 8
MAX_DOCUMENTS = 10


def add_image(row: Listing, upload: FileStorage, alt: str, *, by: Actor, at: datetime) -> ListingImage:
    """Redraw and add a picture at the end. Raises: BadUpload, TooManyImages."""
    have = queries.images(row.id)
    if len(have) >= MAX_IMAGES:
        raise TooManyImages(limit=MAX_IMAGES)
    clean = uploads.clean_image(uploads.read_bounded(upload, uploads.MAX_IMAGE_BYTES))
    stem = (upload.filename or "image").rsplit(".", 1)[0][:80]
    large, small = (
        files.keep(
            content, name=f"{stem}-{size}.webp", media_type="image/webp", owner_id=row.owner_id, public=True, at=at
        )
        for size, content in (("large", clean.large), ("small", clean.small))
    )
    position = max((image.position for image, _large, _small in have), default=-1) + 1
    image = ListingImage(
        listing_id=row.id, large_id=large.id, small_id=small.id, position=position, alt=alt[:120],
        width=clean.width, height=clean.height,
    )  # fmt: skip
    db.session().add(image)
    _changed(row, "listing.add_image", by, at)
    return image


def remove_image(row: Listing, image_id: int, *, by: Actor, at: datetime) -> None:
    """Take a picture out of the gallery; older versions keep it. Raises: NotFound."""
    db.session().delete(_image(row, image_id))
    _changed(row, "listing.remove_image", by, at)


def order_images(row: Listing, ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Put the pictures into this order; those not named follow. The first one stands for the listing in lists."""
    wanted = {image_id: place for place, image_id in enumerate(ids)}
    rows = sorted(
        (image for image, _l, _s in queries.images(row.id)), key=lambda image: wanted.get(image.id, len(wanted))
    )
    for place, image in enumerate(rows):
        image.position = place
    _changed(row, "listing.order_images", by, at)


def put_image_first(row: Listing, image_id: int, *, by: Actor, at: datetime) -> None:
    """Make a picture the one shown in lists. Raises: NotFound."""
    order_images(row, [_image(row, image_id).id], by=by, at=at)


def add_document(row: Listing, upload: FileStorage, title: str, *, by: Actor, at: datetime) -> ListingDocument:
    """Add a download. Raises: BadUpload."""
    if len(queries.documents(row.id)) >= MAX_DOCUMENTS:
        raise TooManyImages(limit=MAX_DOCUMENTS)
    content, media_type = uploads.check_document(upload)
    name = upload.filename or "document"
    file = files.keep(content, name=name, media_type=media_type, owner_id=row.owner_id, public=True, at=at)
    document = ListingDocument(listing_id=row.id, file_id=file.id, title=(title or file.name)[:120])
    db.session().add(document)
    _changed(row, "listing.add_document", by, at)
    return document


def remove_document(row: Listing, document_id: int, *, by: Actor, at: datetime) -> None:
    """Take a download away. Raises: NotFound."""
    document = db.session().get(ListingDocument, document_id)
    if document is None or document.listing_id != row.id:
        raise NotFound()
    db.session().delete(document)
    _changed(row, "listing.remove_document", by, at)


def _image(row: Listing, image_id: int) -> ListingImage:
    image = db.session().get(ListingImage, image_id)
    if image is None or image.listing_id != row.id:
        raise NotFound()
    return image


def _changed(row: Listing, action: str, by: Actor, at: datetime) -> None:
    row.updated_at = at
    db.session().flush()
    actions.add_version_if_public(row, by=by, at=at)
    audit.record(by, action, row, at)
