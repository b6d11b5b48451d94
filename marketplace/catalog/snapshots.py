"""What of a listing is public, as one JSON value: drawn by the product page, kept by every version."""

from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.catalog import queries, rules
from marketplace.catalog.models import Listing
from marketplace.kit.files import StoredFile
from marketplace.taxonomy import queries as taxonomy


def content_of(row: Listing, owner: Organisation) -> dict[str, Any]:
    """Everything public about a listing now. Keys: those of `rules.CONTENT_FIELDS`, and class_path (names from the top),
    supplier, images, documents, certificates."""
    return {
        **plain_content(row, owner.id, owner.name, class_path(row.class_code)),
        "images": [
            {"large": large, "small": small, "alt": image.alt, "width": image.width, "height": image.height}
            for image, large, small in queries.images(row.id)
        ],
        "documents": [
            {"title": document.title, "token": file.token, "size": file.size, "media_type": file.media_type}
            for document, file in queries.documents(row.id)
        ],
        "certificates": [certificate_content(*pair) for pair in queries.certificates(row.owner_id, row.id)],
    }


def plain_content(row: Any, owner_id: int, owner_name: str, path: list[str]) -> dict[str, Any]:
    """The columns' share of the content, without anything attached; `row` is a Listing or has its columns."""
    told = {name: getattr(row, name) for name in rules.CONTENT_FIELDS}
    told["kind"], told["price_kind"] = str(row.kind), str(row.price_kind)
    return {
        **told,
        "class_path": path,
        "supplier": {"id": owner_id, "name": owner_name},
        "images": [],
        "documents": [],
        "certificates": [],
    }


def class_path(code: str | None) -> list[str]:
    """The names from the top class down to this one."""
    node = taxonomy.class_(code)
    return [taxonomy.class_(step).name for step in node.path] if node else []


def certificate_content(row: Any, file: StoredFile | None, *, whole: bool | None = None) -> dict[str, Any]:
    """A certificate's public share; `whole` is true for those of the organisation rather than of this listing.

    `row` is a Certificate, or a form that became one; then `whole` must be said.
    """
    return {
        "kind": row.kind,
        "number": row.number,
        "issuer": row.issuer,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "file": file.token if file else None,
        "whole": row.listing_id is None if whole is None else whole,
    }
