"""Verbs about listings: writing, publishing by way of the operators, confirming, withdrawing."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.accounts import actions as accounts
from marketplace.accounts import queries as people
from marketplace.accounts.errors import NotReady, ReasonMissing
from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.catalog import labels, queries, rules, snapshots, specs
from marketplace.catalog.errors import ListingIncomplete, ReferenceTaken
from marketplace.catalog.models import (
    Listing,
    ListingReview,
    ListingStatus,
    ListingVersion,
    ReviewDecision,
)
from marketplace.catalog.rules import Required
from marketplace.catalog.schemas import ListingForm
from marketplace.catalog.signals import listings_changed
from marketplace.kit import audit, db
from marketplace.kit.errors import Stale
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.taxonomy import queries as taxonomy

_TARGETS = {
    ReviewDecision.APPROVE: ListingStatus.PUBLISHED,
    ReviewDecision.RETURN: ListingStatus.RETURNED,
    ReviewDecision.SUSPEND: ListingStatus.SUSPENDED,
    ReviewDecision.REINSTATE: ListingStatus.PUBLISHED,
}


def create_listing(owner: Organisation, form: ListingForm, *, by: Actor, at: datetime) -> Listing:
    """Begin a draft. Raises: ReferenceTaken."""
    row = Listing(owner_id=owner.id, kind=form.kind, name=form.name, confirmed_at=at, created_at=at, updated_at=at)
    _fill(row, form)
    db.session().add(row)
    db.flush_or(ReferenceTaken)
    audit.record(by, "listing.create", row, at)
    return row


def edit_listing(row: Listing, form: ListingForm, *, by: Actor, at: datetime, revision: int | None = None) -> bool:
    """Write a listing anew; a published one goes live at once as a new version. False when nothing was different.

    `revision` is the one the editor saw. Saving also confirms price and stock: the editor had them before them.
    Raises: Stale when somebody saved since; ListingIncomplete when a published listing would lose something that
    publication needs (what an operator let pass may stay open); ReferenceTaken.
    """
    check_revision(row, revision)
    if row.status == ListingStatus.PUBLISHED:
        _refuse_if(lost_by(row, form))
    before = {name: getattr(row, name) for name in (*rules.CONTENT_FIELDS, "external_ref")}
    _fill(row, form)
    changed = any(getattr(row, name) != was for name, was in before.items())
    row.confirmed_at = at
    if not changed:
        return False
    row.updated_at = at
    db.flush_or(ReferenceTaken)
    add_version_if_public(row, by=by, at=at)
    audit.record(by, "listing.edit", row, at, version=row.version)
    return True


def submit_listing(row: Listing, *, by: Actor, at: datetime) -> None:
    """Hand a listing to the operators. Moves: draft | returned | withdrawn → in review.

    Raises: NotReady while the organisation is not approved; ListingIncomplete naming what is missing.
    """
    if people.organisation(row.owner_id).status != OrganisationStatus.APPROVED:
        raise NotReady()
    _refuse_if(lacking(row))
    move(row, ListingStatus.IN_REVIEW, at)
    row.confirmed_at = at
    db.session().flush()
    audit.record(by, "listing.submit", row, at)
    subject = _("新供给待审核:%(name)s", name=row.name)
    key = f"listing-{row.id}-{at:%Y%m%d%H%M%S}"
    accounts.tell(people.operators(), subject, "", f"/operations/listings/{row.id}", key=key, at=at, by_mail=False)


def decide_listing(
    row: Listing, decision: ReviewDecision, reason: str = "", *, by: Actor, at: datetime, revision: int | None = None
) -> None:
    """Decide as an operator, and tell the supplier's people why.

    Moves: in review → published | returned; published → suspended; suspended → published. KEEP moves nothing: the
    newest version was looked at and is fine.
    Raises: Stale when the listing changed since the operator saw it; ReasonMissing; ListingIncomplete.
    """
    check_revision(row, revision)
    if decision not in (ReviewDecision.APPROVE, ReviewDecision.KEEP) and not reason:
        raise ReasonMissing()
    if decision in (ReviewDecision.APPROVE, ReviewDecision.REINSTATE):
        if decision == ReviewDecision.APPROVE:
            _refuse_if(lacking(row))
        _go_public(row, _TARGETS[decision], by=by, at=at)
    elif decision != ReviewDecision.KEEP:
        move(row, _TARGETS[decision], at)
        if decision == ReviewDecision.SUSPEND:
            close_version(row, at)
    if decision != ReviewDecision.RETURN:
        row.reviewed_version = row.version
    review = ListingReview(
        listing_id=row.id, decision=decision, reason=reason, version=row.version, reviewer_id=by.user_id, at=at
    )
    db.session().add(review)
    db.session().flush()
    audit.record(by, f"listing.{decision}", row, at, reason=reason, version=row.version)
    if decision != ReviewDecision.KEEP:
        subject = f"{row.name}:{labels.decision(decision)[0]}"
        key = f"listing-review-{review.id}"
        accounts.tell(people.people_of(row.owner_id), subject, reason, f"/desk/listings/{row.id}", key=key, at=at)


def withdraw_listing(row: Listing, *, by: Actor, at: datetime) -> None:
    """Take a listing out of sight. Moves: published | draft | returned → withdrawn."""
    was_public = row.status == ListingStatus.PUBLISHED
    move(row, ListingStatus.WITHDRAWN, at)
    if was_public:
        close_version(row, at)
    db.session().flush()
    audit.record(by, "listing.withdraw", row, at)


def confirm_listings(owner: Organisation, ids: Sequence[int] | None, *, by: Actor, at: datetime) -> int:
    """Price and stock still hold: for these of the organisation's published listings, or for all when `ids` is None.

    Returns how many were confirmed; ids of others are passed over.
    """
    wanted = queries.published_ids_of(owner.id)
    if ids is not None:
        wanted = sorted(set(wanted) & set(ids))
    for start in range(0, len(wanted), 500):
        change = sa.update(Listing).where(Listing.id.in_(wanted[start : start + 500]))
        change = change.values(confirmed_at=at, revision=Listing.revision + 1)
        db.session().exec(change.execution_options(synchronize_session=False))
    db.session().expire_all()
    if wanted:
        listings_changed.send(ids=wanted)
        audit.record(by, "listing.confirm", owner, at, count=len(wanted))
    return len(wanted)


def copy_listing(row: Listing, *, by: Actor, at: datetime) -> Listing:
    """Begin a draft from another listing of one's own, without its pictures, papers and own number."""
    told = {name: getattr(row, name) for name in rules.CONTENT_FIELDS}
    told["name"] = _("%(name)s(副本)", name=row.name)[:120]
    copy = Listing(**told, owner_id=row.owner_id, created_at=at, updated_at=at)
    db.session().add(copy)
    db.session().flush()
    audit.record(by, "listing.copy", copy, at, of=row.id)
    return copy


def add_version_if_public(row: Listing, *, by: Actor | None, at: datetime) -> None:
    """Keep what the public page shows now as a new version; nothing for a listing that is not published."""
    if row.status != ListingStatus.PUBLISHED:
        return
    content = snapshots.content_of(row, people.organisation(row.owner_id))
    close_version(row, at)
    row.version += 1
    row.updated_at = at
    _store_version(row, content, by, at)


def close_version(row: Listing, at: datetime) -> None:
    """The newest version is no longer the public one."""
    current = (ListingVersion.listing_id == row.id, ListingVersion.valid_until.is_(None))
    db.session().exec(sa.update(ListingVersion).where(*current).values(valid_until=at))


def required_specs(class_code: str | None) -> list[Required]:
    """The specs a class asks for."""
    return [Required(field.key, field.label) for field in taxonomy.template(class_code or "") if field.required]


def lacking(row: Listing) -> list[str]:
    """What publication still needs, by `rules.missing`."""
    return rules.missing(row, required_specs(row.class_code))


def lost_by(row: Listing, form: ListingForm) -> list[str]:
    """What publication needs and the listing has, but would not have any more once the form is saved."""
    after = SimpleNamespace(**{**form.__dict__, "specs": specs.with_keys(form.specs, form.class_code)})
    lacked = lacking(row)
    return [name for name in rules.missing(after, required_specs(form.class_code)) if name not in lacked]


def check_revision(row: Listing, revision: int | None) -> None:
    """Refuse to overwrite what somebody else saved meanwhile. Raises: Stale."""
    if revision is not None and revision != row.revision:
        raise Stale()


def _fill(row: Listing, form: ListingForm) -> None:
    for name in rules.CONTENT_FIELDS:
        if name != "specs":
            setattr(row, name, getattr(form, name))
    row.external_ref = form.external_ref
    row.specs = specs.with_keys(form.specs, form.class_code)


def _refuse_if(names: Sequence[str]) -> None:
    if names:
        raise ListingIncomplete(missing=[labels.field(name) for name in names], fields=list(names))


def _go_public(row: Listing, to: ListingStatus, *, by: Actor, at: datetime) -> None:
    # Everything is read before the row moves: a read in between would flush half a change.
    content = snapshots.content_of(row, people.organisation(row.owner_id))
    move(row, to, at)
    row.version += 1
    row.published_at = row.published_at or at
    _store_version(row, content, by, at)


def _store_version(row: Listing, content: dict, by: Actor | None, at: datetime) -> None:
    user_id = by.user_id if by else None
    db.session().add(
        ListingVersion(listing_id=row.id, number=row.version, valid_from=at, content=content, user_id=user_id)
    )
    db.session().flush()
