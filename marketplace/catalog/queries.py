"""Reads of listings, their versions, pictures and certificates."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts.models import Organisation, OrganisationStatus, User
from marketplace.accounts.permissions import is_operator
from marketplace.catalog.errors import NotPublicThen
from marketplace.catalog.models import (
    Certificate,
    ImportRun,
    Listing,
    ListingDocument,
    ListingImage,
    ListingKind,
    ListingReview,
    ListingStatus,
    ListingVersion,
)
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor

PUBLIC = (Listing.status == ListingStatus.PUBLISHED, Organisation.status == OrganisationStatus.APPROVED)


def listing(listing_id: int) -> Listing:
    """Raises: NotFound. The caller checks who may."""
    found = db.session().get(Listing, listing_id)
    if found is None:
        raise NotFound()
    return found


def listing_for(viewer: Actor | None, listing_id: int) -> tuple[Listing, Organisation]:
    """A listing and its supplier as far as this viewer may see them: the public ones, one's own, all for operators.

    Raises: NotFound, the same for what is absent and what is somebody else's.
    """
    query = select(Listing, Organisation).join(Organisation, Organisation.id == Listing.owner_id)
    found = db.session().exec(query.where(Listing.id == listing_id)).first()
    if found is None or not may_see(viewer, *found):
        raise NotFound()
    return found


def history_for(viewer: Actor | None, listing_id: int) -> Listing:
    """A listing whose versions this viewer may read: as `listing_for`, and withdrawn ones for approved organisations,
    who may have been quoted one of those versions. Raises: NotFound."""
    query = select(Listing, Organisation).join(Organisation, Organisation.id == Listing.owner_id)
    found = db.session().exec(query.where(Listing.id == listing_id)).first()
    if found is None:
        raise NotFound()
    row, owner = found
    was_public = (
        row.status == ListingStatus.WITHDRAWN and row.version > 0 and owner.status == OrganisationStatus.APPROVED
    )
    if may_see(viewer, row, owner) or (was_public and viewer is not None and viewer.approved):
        return row
    raise NotFound()


def owner_of(row: Listing) -> Organisation:
    """The organisation that offers a listing."""
    return db.session().get(Organisation, row.owner_id)


def may_see(viewer: Actor | None, row: Listing, owner: Organisation) -> bool:
    """Whether the viewer may look at the listing as it is now."""
    if is_public(row, owner):
        return True
    return viewer is not None and (viewer.organisation_id == row.owner_id or is_operator(viewer))


def is_public(row: Listing, owner: Organisation) -> bool:
    """Published, by an approved organisation."""
    return row.status == ListingStatus.PUBLISHED and owner.status == OrganisationStatus.APPROVED


def public_listings(ids: Sequence[int]) -> dict[int, Any]:
    """Public listings among these ids as rows of columns with `supplier_name`, `province` and `image` (a small image's
    token or None), by id. Drafts and the like are left out whatever was asked."""
    query = (
        select(*CARD_COLUMNS)
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(Listing.id.in_(list(ids)), *PUBLIC)
    )
    return {row.id: row for row in db.session().exec(query)}


def published_page(owner_id: int, page: int, per_page: int) -> tuple[list[Any], int]:
    """One page of a supplier's public listings, newest first, as rows like `public_listings`, and how many."""
    wanted = (Listing.owner_id == owner_id, *PUBLIC)
    base = select(*CARD_COLUMNS).join(Organisation, Organisation.id == Listing.owner_id).where(*wanted)
    query = base.order_by(col(Listing.published_at).desc(), col(Listing.id).desc())
    count = select(sa.func.count(Listing.id)).join(Organisation, Organisation.id == Listing.owner_id).where(*wanted)
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), db.session().exec(count).one()


def own_page(
    owner_id: int,
    status: ListingStatus | None,
    text: str,
    page: int,
    per_page: int,
    *,
    stale_before: datetime | None = None,
) -> tuple[list[Listing], int]:
    """One page of an organisation's listings, last changed first, and how many fit.

    `stale_before` asks for published ones not confirmed since.
    """
    wanted = _own_wanted(owner_id, status, text)
    if stale_before:
        wanted += [Listing.status == ListingStatus.PUBLISHED, col(Listing.confirmed_at) < stale_before]
    total = db.session().exec(select(sa.func.count()).select_from(Listing).where(*wanted)).one()
    query = select(Listing).where(*wanted).order_by(col(Listing.updated_at).desc(), col(Listing.id).desc())
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def own_all(owner_id: int, status: ListingStatus | None, text: str) -> Iterable[Listing]:
    """What `own_page` would show on all its pages, streamed for an export."""
    query = select(Listing).where(*_own_wanted(owner_id, status, text)).order_by(col(Listing.id))
    return db.session().exec(query.execution_options(yield_per=500))


def own_counts(owner_id: int) -> dict[str, int]:
    """How many listings an organisation has in each state."""
    query = select(Listing.status, sa.func.count()).where(Listing.owner_id == owner_id).group_by(Listing.status)
    return {str(status): number for status, number in db.session().exec(query)}


def stale_count(owner_id: int, before: datetime) -> int:
    """How many published listings were not confirmed since."""
    wanted = (
        Listing.owner_id == owner_id,
        Listing.status == ListingStatus.PUBLISHED,
        col(Listing.confirmed_at) < before,
    )
    return db.session().exec(select(sa.func.count()).select_from(Listing).where(*wanted)).one()


def own_listings(owner_id: int, ids: Sequence[int]) -> list[Listing]:
    """An organisation's own listings among these ids; others are passed over."""
    query = select(Listing).where(Listing.owner_id == owner_id, Listing.id.in_(list(ids))).order_by(Listing.id)
    return list(db.session().exec(query))


def by_references(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Listing]:
    """Listings by their owner's id and the owner's own number for them."""
    found: dict[tuple[int, str], Listing] = {}
    pairs = list(wanted)
    for start in range(0, len(pairs), 1000):
        owners, references = (set(side) for side in zip(*pairs[start : start + 1000], strict=True))
        query = select(Listing).where(Listing.owner_id.in_(owners), Listing.external_ref.in_(references))
        found.update({(row.owner_id, row.external_ref): row for row in db.session().exec(query)})
    return found


def moderation_queue(page: int, per_page: int) -> tuple[list[tuple[Listing, Organisation]], int]:
    """Listings waiting for a decision, longest waiting first."""
    return _moderated([Listing.status == ListingStatus.IN_REVIEW], page, per_page)


def changed_since_review(page: int, per_page: int) -> tuple[list[tuple[Listing, Organisation]], int]:
    """Published listings with a version no operator has looked at, longest waiting first."""
    wanted = [Listing.status == ListingStatus.PUBLISHED, Listing.version > Listing.reviewed_version]
    return _moderated(wanted, page, per_page)


def suspended(page: int, per_page: int) -> tuple[list[tuple[Listing, Organisation]], int]:
    """Listings an operator has suspended."""
    return _moderated([Listing.status == ListingStatus.SUSPENDED], page, per_page)


def reviews_of(listing_id: int) -> list[tuple[ListingReview, User]]:
    """Decisions about a listing, latest first."""
    query = select(ListingReview, User).join(User, User.id == ListingReview.reviewer_id)
    return list(
        db.session().exec(query.where(ListingReview.listing_id == listing_id).order_by(ListingReview.id.desc()))
    )


def versions(listing_id: int) -> list[tuple[ListingVersion, str]]:
    """Every version, newest first, with the name of who made it."""
    query = (
        select(ListingVersion, sa.func.coalesce(User.name, ""))
        .join(User, User.id == ListingVersion.user_id, isouter=True)
        .where(ListingVersion.listing_id == listing_id)
        .order_by(ListingVersion.number.desc())
    )
    return list(db.session().exec(query))


def version(listing_id: int, number: int) -> ListingVersion:
    """One version by number. Raises: NotFound."""
    query = select(ListingVersion).where(ListingVersion.listing_id == listing_id, ListingVersion.number == number)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def version_at(listing_id: int, moment: datetime) -> ListingVersion:
    """The version that was public at a moment. Raises: NotPublicThen."""
    query = (
        select(ListingVersion)
        .where(
            ListingVersion.listing_id == listing_id,
            ListingVersion.valid_from <= moment,
            sa.or_(col(ListingVersion.valid_until).is_(None), col(ListingVersion.valid_until) > moment),
        )
        .order_by(ListingVersion.number.desc())
    )
    found = db.session().exec(query).first()
    if found is None:
        raise NotPublicThen()
    return found


def end_of_day(day: date) -> datetime:
    """The last moment of a day in Shanghai: "as of a date" means what stood when the day ended."""
    return datetime.combine(day + timedelta(days=1), time.min, clock.SHANGHAI) - timedelta(microseconds=1)


def images(listing_id: int) -> list[tuple[ListingImage, str, str]]:
    """A listing's pictures in order, with the tokens of the large and the small file."""
    large, small = sa.orm.aliased(StoredFile), sa.orm.aliased(StoredFile)
    query = (
        select(ListingImage, large.token, small.token)
        .join(large, large.id == ListingImage.large_id)
        .join(small, small.id == ListingImage.small_id)
        .where(ListingImage.listing_id == listing_id)
        .order_by(ListingImage.position, ListingImage.id)
    )
    return list(db.session().exec(query))


def documents(listing_id: int) -> list[tuple[ListingDocument, StoredFile]]:
    """A listing's downloads."""
    query = select(ListingDocument, StoredFile).join(StoredFile, StoredFile.id == ListingDocument.file_id)
    return list(db.session().exec(query.where(ListingDocument.listing_id == listing_id).order_by(ListingDocument.id)))


def certificates(owner_id: int, listing_id: int | None = None) -> list[tuple[Certificate, StoredFile | None]]:
    """An organisation's own certificates, with those of one listing if given; soonest to end first."""
    place = col(Certificate.listing_id).is_(None)
    if listing_id is not None:
        place = place | (Certificate.listing_id == listing_id)
    return _certificates(Certificate.owner_id == owner_id, place)


def all_certificates(owner_id: int) -> list[tuple[Certificate, StoredFile | None]]:
    """Every certificate of an organisation, of its listings too."""
    return _certificates(Certificate.owner_id == owner_id)


def certificate(certificate_id: int) -> Certificate:
    """Raises: NotFound. The caller checks whose it is."""
    found = db.session().get(Certificate, certificate_id)
    if found is None:
        raise NotFound()
    return found


def counts_of(ids: Sequence[int], owner_id: int) -> dict[int, dict[str, int]]:
    """How many images, documents and certificates each listing has; the organisation's own count for all."""
    found = {i: {"images": 0, "documents": 0, "certificates": 0} for i in ids}
    tables = (("images", ListingImage), ("documents", ListingDocument), ("certificates", Certificate))
    for name, table in tables:
        query = (
            select(table.listing_id, sa.func.count()).where(table.listing_id.in_(list(ids))).group_by(table.listing_id)
        )
        for listing_id, number in db.session().exec(query):
            found[listing_id][name] = number
    whole = select(sa.func.count()).where(Certificate.owner_id == owner_id, col(Certificate.listing_id).is_(None))
    general = db.session().exec(whole).one()
    for counts in found.values():
        counts["certificates"] += general
    return found


def published_ids_of(owner_id: int) -> list[int]:
    """The ids of an organisation's published listings, whatever the organisation's own state."""
    query = select(Listing.id).where(Listing.owner_id == owner_id, Listing.status == ListingStatus.PUBLISHED)
    return list(db.session().exec(query))


def published_numbers() -> dict[str, int]:
    """How many public listings there are of each kind."""
    query = select(Listing.kind, sa.func.count()).join(Organisation, Organisation.id == Listing.owner_id)
    return {str(kind): number for kind, number in db.session().exec(query.where(*PUBLIC).group_by(Listing.kind))}


def supplier(organisation_id: int) -> Organisation:
    """An approved organisation that may list, for its public page. Raises: NotFound."""
    found = db.session().get(Organisation, organisation_id)
    if found is None or found.status != OrganisationStatus.APPROVED or found.kind not in ("supplier", "institution"):
        raise NotFound()
    return found


def file(token: str) -> StoredFile:
    """The file behind a token. Raises: NotFound. The caller checks whether the viewer may."""
    found = db.session().exec(select(StoredFile).where(StoredFile.token == token)).first()
    if found is None:
        raise NotFound()
    return found


def import_run(run_id: int) -> ImportRun:
    """Raises: NotFound. The caller checks whose it is."""
    found = db.session().get(ImportRun, run_id)
    if found is None:
        raise NotFound()
    return found


def search_in_database(
    text: str, *, kind: ListingKind | None = None, class_code: str = "", page: int = 1, per_page: int = 20
) -> tuple[list[int], int]:
    """Ids of public listings containing every word of the text, and how many: what is left when the engine is down."""
    wanted: list[Any] = [*PUBLIC]
    for word in text.split()[:8]:
        fields = (Listing.name, Listing.model, Listing.summary, Listing.description, Organisation.name)
        wanted.append(sa.or_(*(col(f).icontains(word, autoescape=True) for f in fields)))
    if kind:
        wanted.append(Listing.kind == kind)
    if class_code:
        wanted.append(
            (Listing.class_code == class_code) | col(Listing.class_code).startswith(class_code + ".", autoescape=True)
        )
    base = select(Listing.id).join(Organisation, Organisation.id == Listing.owner_id).where(*wanted)
    total = db.session().exec(select(sa.func.count()).select_from(base.subquery())).one()
    query = base.order_by(col(Listing.published_at).desc(), Listing.id).offset((page - 1) * per_page).limit(per_page)
    return list(db.session().exec(query)), total


def _own_wanted(owner_id: int, status: ListingStatus | None, text: str) -> list[Any]:
    wanted: list[Any] = [Listing.owner_id == owner_id]
    if status:
        wanted.append(Listing.status == status)
    if text:
        fields = (Listing.name, Listing.model, Listing.external_ref)
        wanted.append(sa.or_(*(col(f).icontains(text, autoescape=True) for f in fields)))
    return wanted


def _moderated(wanted: list[Any], page: int, per_page: int) -> tuple[list[tuple[Listing, Organisation]], int]:
    total = db.session().exec(select(sa.func.count()).select_from(Listing).where(*wanted)).one()
    query = select(Listing, Organisation).join(Organisation, Organisation.id == Listing.owner_id).where(*wanted)
    rows = query.order_by(Listing.updated_at, Listing.id).offset((page - 1) * per_page).limit(per_page)
    return list(db.session().exec(rows)), total


def _certificates(*wanted: Any) -> list[tuple[Certificate, StoredFile | None]]:
    query = select(Certificate, StoredFile).join(StoredFile, StoredFile.id == Certificate.file_id, isouter=True)
    order = (col(Certificate.valid_until).is_(None), Certificate.valid_until, Certificate.id)
    return list(db.session().exec(query.where(*wanted).order_by(*order)))


_first_image = (
    select(StoredFile.token)
    .join(ListingImage, ListingImage.small_id == StoredFile.id)
    .where(ListingImage.listing_id == Listing.id)
    .order_by(ListingImage.position, ListingImage.id)
    .limit(1)
    .correlate(Listing)
    .scalar_subquery()
)
CARD_COLUMNS = (
    Listing.id, Listing.owner_id, Listing.kind, Listing.class_code, Listing.name, Listing.name_en, Listing.model,
    Listing.summary, Listing.specs, Listing.price_kind, Listing.price_min_fen, Listing.price_max_fen, Listing.unit,
    Listing.min_order, Listing.stock, Listing.monthly_capacity, Listing.lead_time_days, Listing.service_regions,
    Listing.arrangements, Listing.emergency_categories, Listing.field_codes, Listing.event_codes, Listing.version,
    Listing.published_at, Listing.confirmed_at, Organisation.name.label("supplier_name"), Organisation.province,
    Organisation.city, _first_image.label("image"),
)  # fmt: skip
