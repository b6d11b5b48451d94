"""Reads of financing: applications through their owner's door, submissions through both sides', and the counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Listing, ListingKind, ListingStatus
from marketplace.financing.models import (
    LIVING,
    ApplicationStatus,
    FinanceApplication,
    FinanceFile,
    FinanceMessage,
    FinanceOffer,
    FinanceProduct,
    FinanceSubmission,
    ProductKind,
    SubmissionStatus,
)
from marketplace.financing.rows import Dossier, Offered
from marketplace.financing.rules import state_of
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor

_WAITING = (SubmissionStatus.SENT, SubmissionStatus.IN_REVIEW)


def product_of(listing_id: int, *, lock: bool = False) -> FinanceProduct | None:
    """What an institution added to a listing."""
    query = select(FinanceProduct).where(FinanceProduct.listing_id == listing_id)
    return db.session().exec(_locked(query, lock)).first()


def products_of(owner_id: int) -> list[tuple[Listing, FinanceProduct | None]]:
    """An institution's finance listings with what was added to them, those without first."""
    query = select(Listing, FinanceProduct).outerjoin(FinanceProduct, FinanceProduct.listing_id == Listing.id)
    wanted = (
        Listing.owner_id == owner_id,
        Listing.kind == ListingKind.FINANCE,
        Listing.status != ListingStatus.WITHDRAWN,
    )
    return list(db.session().exec(query.where(*wanted).order_by(col(FinanceProduct.id).is_not(None), col(Listing.id))))


def offered_products(kinds: Sequence[ProductKind], but_not: int | None = None) -> list[Offered]:
    """Products of these kinds that may be applied for now, by institution; one's own are left out."""
    query = select(FinanceProduct, Listing, Organisation).join(Listing, Listing.id == FinanceProduct.listing_id)
    wanted = (
        col(FinanceProduct.kind).in_(kinds),
        col(FinanceProduct.open),
        *catalog.PUBLIC,
        FinanceProduct.owner_id != (but_not or 0),
    )
    rows = db.session().exec(
        query.join(Organisation, Organisation.id == Listing.owner_id).where(*wanted).order_by(col(FinanceProduct.id))
    )
    return [Offered(*row) for row in rows]


def application(application_id: int, *, lock: bool = False) -> FinanceApplication:
    """Whoever asks; for jobs and verbs. Raises: NotFound."""
    return _one(select(FinanceApplication).where(FinanceApplication.id == application_id), lock)


def own(application_id: int, actor: Actor, *, lock: bool = False) -> FinanceApplication:
    """An application of the organisation acted for. Raises: NotFound, also for others'."""
    wanted = (FinanceApplication.id == application_id, FinanceApplication.owner_id == actor.organisation_id)
    return _one(select(FinanceApplication).where(*wanted), lock)


def with_key(owner_id: int, form_key: str) -> FinanceApplication | None:
    """The application a form was saved as, if it was."""
    wanted = (FinanceApplication.owner_id == owner_id, FinanceApplication.form_key == form_key)
    return db.session().exec(select(FinanceApplication).where(*wanted)).first()


def own_page(owner_id: int, ended: bool, page: int, per_page: int) -> tuple[list[FinanceApplication], int]:
    """One page of an organisation's applications, last changed first, and how many there are."""
    living = col(FinanceApplication.status).in_((ApplicationStatus.DRAFT, ApplicationStatus.SENT))
    wanted = (FinanceApplication.owner_id == owner_id, ~living if ended else living)
    total = db.session().exec(select(sa.func.count()).select_from(FinanceApplication).where(*wanted)).one()
    query = select(FinanceApplication).where(*wanted)
    query = query.order_by(col(FinanceApplication.updated_at).desc(), col(FinanceApplication.id).desc())
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def submission(submission_id: int) -> FinanceSubmission:
    """Whoever asks: the caller checks. Raises: NotFound."""
    return _one(select(FinanceSubmission).where(FinanceSubmission.id == submission_id), False)


def held(submission_id: int, actor: Actor, *, institution: bool) -> tuple[FinanceApplication, FinanceSubmission]:
    """A submission of one's own side, both rows locked, the application first, so that all verbs wait in one order.

    Raises: NotFound, also for others'.
    """
    side = FinanceSubmission.institution_id if institution else FinanceApplication.owner_id
    query = select(FinanceSubmission.application_id).join(FinanceApplication)
    found = db.session().exec(query.where(FinanceSubmission.id == submission_id, side == actor.organisation_id)).first()
    if found is None:
        raise NotFound()
    row = application(found, lock=True)
    return row, _one(select(FinanceSubmission).where(FinanceSubmission.id == submission_id), True)


def submissions_of(application_id: int, *, lock: bool = False) -> list[FinanceSubmission]:
    """Where an application was sent, in order."""
    query = select(FinanceSubmission).where(FinanceSubmission.application_id == application_id)
    return list(db.session().exec(_locked(query.order_by(col(FinanceSubmission.id)), lock)))


def submissions_of_all(application_ids: Sequence[int]) -> list[FinanceSubmission]:
    """Where several applications were sent, in order."""
    query = select(FinanceSubmission).where(col(FinanceSubmission.application_id).in_(list(application_ids)))
    return list(db.session().exec(query.order_by(col(FinanceSubmission.id))))


def offers_of(submission_ids: Sequence[int | None]) -> dict[int, FinanceOffer]:
    """The newest offer of each submission that has one."""
    query = select(FinanceOffer).where(col(FinanceOffer.submission_id).in_(list(submission_ids)))
    return {row.submission_id: row for row in db.session().exec(query.order_by(col(FinanceOffer.number)))}


def all_offers(submission_id: int) -> list[FinanceOffer]:
    """Every offer made, newest first."""
    query = select(FinanceOffer).where(FinanceOffer.submission_id == submission_id)
    return list(db.session().exec(query.order_by(col(FinanceOffer.number).desc())))


def messages_of(submission_ids: Sequence[int | None]) -> dict[int, list[FinanceMessage]]:
    """What was asked and answered, in order."""
    query = select(FinanceMessage).where(col(FinanceMessage.submission_id).in_(list(submission_ids)))
    found: dict[int, list[FinanceMessage]] = {}
    for row in db.session().exec(query.order_by(col(FinanceMessage.id))):
        found.setdefault(row.submission_id, []).append(row)
    return found


def files_of(
    application_id: int, submission_id: int | None = None, *, all_: bool = False
) -> list[tuple[FinanceFile, StoredFile]]:
    """Papers of an application: those for everybody, with `submission_id` also those of that submission; or all."""
    query = select(FinanceFile, StoredFile).join(StoredFile, StoredFile.id == FinanceFile.file_id)
    query = query.where(FinanceFile.application_id == application_id)
    if not all_:
        query = query.where(
            sa.or_(col(FinanceFile.submission_id).is_(None), FinanceFile.submission_id == submission_id)
        )
    return list(db.session().exec(query.order_by(col(FinanceFile.id))))


def dossiers(rows: Sequence[FinanceSubmission], at: datetime) -> list[Dossier]:
    """Submissions with their applications, both sides and the newest offers, in a fixed number of queries."""
    query = select(FinanceApplication).where(col(FinanceApplication.id).in_({row.application_id for row in rows}))
    found = {row.id: row for row in db.session().exec(query)}
    sides = accounts.organisations([row.institution_id for row in rows] + [row.owner_id for row in found.values()])
    offers, messages = offers_of([row.id for row in rows]), messages_of([row.id for row in rows])
    told = []
    for row in rows:
        asked, offer = found[row.application_id], offers.get(row.id)
        state = state_of(row.status, offer.valid_until if offer else None, at)
        told.append(
            Dossier(
                row, asked, sides[asked.owner_id], sides[row.institution_id], state, offer, messages.get(row.id, [])
            )
        )
    return told


def inbox_page(institution_id: int, ended: bool, page: int, per_page: int) -> tuple[list[FinanceSubmission], int]:
    """One page of what lies before an institution: what it has to answer first, by its day, then the rest; and how many."""
    living = col(FinanceSubmission.status).in_(LIVING)
    wanted = (FinanceSubmission.institution_id == institution_id, ~living if ended else living)
    total = db.session().exec(select(sa.func.count()).select_from(FinanceSubmission).where(*wanted)).one()
    mine = sa.case((col(FinanceSubmission.status).in_(_WAITING), 0), else_=1)
    order = (col(FinanceSubmission.updated_at).desc(),) if ended else (mine, col(FinanceSubmission.answer_by))
    query = select(FinanceSubmission).where(*wanted).order_by(*order, col(FinanceSubmission.id))
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def inbox_counts(institution_id: int | None, at: datetime) -> dict[str, int]:
    """What an institution's desk shows: how many wait for it, how many of them are late, how many offers stand."""
    mine = FinanceSubmission.institution_id == institution_id
    count = select(sa.func.count()).select_from(FinanceSubmission).where(mine)
    waiting = col(FinanceSubmission.status).in_(_WAITING)
    terms = {"waiting": [waiting], "late": [waiting, col(FinanceSubmission.answer_by) < at],
             "offered": [FinanceSubmission.status == SubmissionStatus.OFFERED]}  # fmt: skip
    return {name: db.session().exec(count.where(*wanted)).one() for name, wanted in terms.items()}


def own_counts(owner_id: int | None) -> dict[str, int]:
    """What an applicant's desk shows: drafts, how many submissions ask for more, how many hold an offer."""
    mine = FinanceApplication.owner_id == owner_id
    drafts = (
        select(sa.func.count())
        .select_from(FinanceApplication)
        .where(mine, FinanceApplication.status == ApplicationStatus.DRAFT)
    )
    held_by = select(sa.func.count()).select_from(FinanceSubmission).join(FinanceApplication).where(mine)
    return {
        "drafts": db.session().exec(drafts).one(),
        "asked": db.session().exec(held_by.where(FinanceSubmission.status == SubmissionStatus.ASKED)).one(),
        "offered": db.session().exec(held_by.where(FinanceSubmission.status == SubmissionStatus.OFFERED)).one(),
    }


def overview() -> dict[str, dict[str, int]]:
    """How many of everything there are, for operators: numbers only, nothing of anybody's application."""
    found: dict[str, dict[str, int]] = {}
    for name, column in (
        ("products", FinanceProduct.kind), ("applications", FinanceApplication.status),
        ("subjects", FinanceApplication.subject), ("submissions", FinanceSubmission.status),
    ):  # fmt: skip
        rows = db.session().exec(select(column, sa.func.count()).group_by(column))
        found[name] = {str(code.value): number for code, number in rows}
    return found


def accepted_of(application_id: int) -> FinanceSubmission | None:
    """The submission whose offer was accepted."""
    wanted = (FinanceSubmission.application_id == application_id, FinanceSubmission.status == SubmissionStatus.ACCEPTED)
    return db.session().exec(select(FinanceSubmission).where(*wanted)).first()


def _one(query: Any, lock: bool) -> Any:
    found = db.session().exec(_locked(query, lock)).first()
    if found is None:
        raise NotFound()
    return found


def _locked(query: Any, lock: bool) -> Any:
    return query.with_for_update().execution_options(populate_existing=True) if lock else query
