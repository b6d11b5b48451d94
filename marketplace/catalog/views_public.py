"""Pages anybody may see: a listing, its versions, a supplier; and the files behind them."""

import io
from datetime import date

from flask import Response, request, send_file

from marketplace.accounts.permissions import is_operator
from marketplace.catalog import labels, queries, rules, snapshots, specs
from marketplace.catalog.errors import NotPublicThen
from marketplace.catalog.models import Listing, ListingVersion
from marketplace.catalog.views import ID, bp, url_if
from marketplace.kit import clock, files, web
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor, current_actor, public
from marketplace.kit.web import page
from marketplace.parks.queries import base_names
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import ClassNode

SHOWN_INLINE = ("image/webp",)


@bp.get(f"/listings/{ID}")
@public
def listing(listing_id: int) -> Response:
    """One listing as it is now, or with `?as_of=2026-10-01` as it stood when that day ended."""
    if "as_of" in request.args:
        row = queries.history_for(current_actor(), listing_id)
        return _version_page(row, queries.version_at(row.id, queries.end_of_day(_day(request.args["as_of"]))))
    row, owner = queries.listing_for(current_actor(), listing_id)
    return product_page(row, snapshots.content_of(row, owner))


@bp.get(f"/listings/{ID}/versions")
@public
def listing_versions(listing_id: int) -> Response:
    """Every version of a listing, each with what changed."""
    row = queries.history_for(current_actor(), listing_id)
    rows = queries.versions(row.id)
    changes = {}
    for (newer, _name), (older, _older_name) in zip(rows, rows[1:], strict=False):
        changes[newer.number] = rules.difference(older.content, newer.content)
    return page("catalog/versions.html", listing=row, rows=rows, changes=changes, labels=labels)


@bp.get(f"/listings/{ID}/versions/<int(max=2147483647):number>")
@public
def listing_version(listing_id: int, number: int) -> Response:
    """One version of a listing, for as long as anybody may refer to it."""
    row = queries.history_for(current_actor(), listing_id)
    return _version_page(row, queries.version(row.id, number))


@bp.get("/suppliers/<int(max=2147483647):organisation_id>")
@public
def supplier(organisation_id: int) -> Response:
    """A supplier: who it is, its certificates, what it offers."""
    org = queries.supplier(organisation_id)
    number = web.page_number()
    rows, total = queries.published_page(org.id, number, 20)
    return page(
        "catalog/supplier.html", org=org, rows=rows, pages=web.Pages(number, 20, total), labels=labels, specs=specs,
        certificates=queries.certificates(org.id), base=base_names([org.id]).get(org.id, ""), clock=clock,
    )  # fmt: skip


@bp.get("/files/<token>")
@public
def file(token: str) -> Response:
    """A file: public ones for anybody, others for their owner and the operators; pictures shown, papers downloaded."""
    row = queries.file(token)
    if not (row.public or _may_read(current_actor(), row)):
        raise NotFound()
    try:
        content = files.read(row)
    except FileNotFoundError:
        raise NotFound() from None
    shown = row.media_type in SHOWN_INLINE
    response = send_file(
        io.BytesIO(content), mimetype=row.media_type, as_attachment=not shown, download_name=row.name, etag=row.sha256
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A token names these bytes for ever.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if row.public else "private, no-store"
    return response


def product_page(
    row: Listing, content: dict, version: ListingVersion | None = None, *, preview: bool = False
) -> Response:
    """The product page drawn from a snapshot; `version` is told when it is not the one in force."""
    owner = queries.owner_of(row)
    node = taxonomy.class_(content["class_code"])
    fields = {field.key: field for field in taxonomy.template(content["class_code"] or "")}
    return page(
        "catalog/listing.html", listing=row, content=content, owner=owner, version=version, preview=preview,
        node=node, steps=_steps(node), fields=fields,
        labels=labels, specs=specs, rules=rules, base=base_names([owner.id]).get(owner.id, ""),
        is_public=queries.is_public(row, owner), sees_drafts=_sees_drafts(row),
        more=[card for card in queries.published_page(owner.id, 1, 5)[0] if card.id != row.id][:4],
    )  # fmt: skip


def _steps(node: ClassNode | None) -> list[tuple[str, str]]:
    codes = node.path if node else ()
    return [(labels.class_name(code), url_if("pages.classes", code=code)) for code in codes]


def _version_page(row: Listing, version: ListingVersion) -> Response:
    return product_page(row, version.content, version)


def _sees_drafts(row: Listing) -> bool:
    actor = current_actor()
    return actor is not None and (actor.organisation_id == row.owner_id or is_operator(actor))


def _may_read(actor: Actor | None, row: StoredFile) -> bool:
    return actor is not None and (actor.organisation_id == row.owner_id or is_operator(actor))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotPublicThen() from None
