"""Pictures and papers of an own listing."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from marketplace.catalog import attachments
from marketplace.catalog.errors import TooManyImages
from marketplace.catalog.permissions import EDIT_LISTING
from marketplace.catalog.views import ID, bp
from marketplace.catalog.views_desk import own
from marketplace.kit import clock
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to


@bp.post(f"/desk/listings/{ID}/images")
@guarded(EDIT_LISTING)
def add_images(listing_id: int) -> BaseResponse:
    """Add one or more pictures; a bad one is named and does not spoil the others."""
    row = own(listing_id, to_edit=True)
    alt = request.form.get("alt", "").strip() or row.name
    for upload in sent_files("image"):
        try:
            attachments.add_image(row, upload, alt, by=current_actor(), at=clock.now())
        except (BadUpload, TooManyImages) as refusal:
            flash(f"{upload.filename}:{refusal.message()}", "bad")
        else:
            flash(_("已添加图片 %(name)s。", name=upload.filename), "ok")
    return _back(listing_id, "images")


@bp.post(f"/desk/listings/{ID}/images/<int(max=2147483647):image_id>")
@guarded(EDIT_LISTING)
def change_image(listing_id: int, image_id: int) -> BaseResponse:
    """Put a picture first, or take it away."""
    row = own(listing_id, to_edit=True)
    verbs = {"first": attachments.put_image_first, "remove": attachments.remove_image}
    verb = verbs.get(request.form.get("act", ""))
    if verb is None:
        raise NotFound()
    verb(row, image_id, by=current_actor(), at=clock.now())
    flash(_("已更新图片。"), "ok")
    return _back(listing_id, "images")


@bp.post(f"/desk/listings/{ID}/documents")
@guarded(EDIT_LISTING)
def add_documents(listing_id: int) -> BaseResponse:
    """Add downloads."""
    row = own(listing_id, to_edit=True)
    title = request.form.get("title", "").strip()
    for upload in sent_files("document"):
        try:
            attachments.add_document(row, upload, title, by=current_actor(), at=clock.now())
        except (BadUpload, TooManyImages) as refusal:
            flash(f"{upload.filename}:{refusal.message()}", "bad")
        else:
            flash(_("已添加资料 %(name)s。", name=upload.filename), "ok")
    return _back(listing_id, "documents")


@bp.post(f"/desk/listings/{ID}/documents/<int(max=2147483647):document_id>/remove")
@guarded(EDIT_LISTING)
def remove_document(listing_id: int, document_id: int) -> BaseResponse:
    """Take a download away."""
    attachments.remove_document(own(listing_id, to_edit=True), document_id, by=current_actor(), at=clock.now())
    flash(_("已删除资料。"), "ok")
    return _back(listing_id, "documents")


def sent_files(name: str) -> list[FileStorage]:
    """The files really chosen in a field."""
    return [upload for upload in request.files.getlist(name) if upload.filename][:20]


def _back(listing_id: int, part: str) -> BaseResponse:
    return back_to(url_for("catalog.edit_listing", listing_id=listing_id) + f"#{part}")
