"""Reads of people and organisations."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts import rules
from marketplace.accounts.errors import DeadLink
from marketplace.accounts.models import (
    JoinRequest,
    JoinStatus,
    MailedToken,
    Membership,
    Notice,
    Organisation,
    OrganisationKind,
    OrganisationStatus,
    Review,
    Role,
    TokenPurpose,
    User,
)
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor


def user_by_email(email: str) -> User | None:
    """The person with this e-mail, in any case."""
    return db.session().exec(select(User).where(User.email == email.strip().lower())).first()


def user_by_id(user_id: int) -> User | None:
    """The person, if there is one."""
    return db.session().get(User, user_id)


def user(user_id: int) -> User:
    """Raises: NotFound."""
    found = db.session().get(User, user_id)
    if found is None:
        raise NotFound()
    return found


def organisation(organisation_id: int, *, lock: bool = False) -> Organisation:
    """`lock` before deciding about it: whoever else decides waits. Raises: NotFound."""
    found = db.session().get(Organisation, organisation_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def organisation_by_uscc(code: str) -> Organisation | None:
    """The organisation registered under this 统一社会信用代码."""
    return db.session().exec(select(Organisation).where(Organisation.uscc == code)).first()


def organisations(ids: Sequence[int]) -> dict[int, Organisation]:
    """Organisations by id."""
    rows = db.session().exec(select(Organisation).where(Organisation.id.in_(set(ids))))
    return {row.id: row for row in rows}


def actor_of(person: User, organisation_id: int | None) -> Actor:
    """The actor this person is now: for the wished organisation if still a member, else for the first one."""
    rows = memberships_of(person.id)
    chosen = next((pair for pair in rows if pair[1].id == organisation_id), rows[0] if rows else None)
    if chosen is None:
        return Actor(user_id=person.id, name=person.name)
    membership, org = chosen
    return Actor(
        user_id=person.id,
        organisation_id=org.id,
        kind=org.kind,
        role=membership.role,
        approved=org.status == OrganisationStatus.APPROVED,
        name=person.name,
        organisation_name=org.name,
    )


def memberships_of(user_id: int) -> list[tuple[Membership, Organisation]]:
    """A person's organisations, oldest membership first."""
    query = (
        select(Membership, Organisation)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.id)
    )
    return list(db.session().exec(query))


def members_of(organisation_id: int) -> list[tuple[Membership, User]]:
    """An organisation's people, administrators first."""
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(sa.case((Membership.role == Role.ADMIN, 0), else_=1), Membership.id)
    )
    return list(db.session().exec(query))


def membership(membership_id: int) -> Membership:
    """Raises: NotFound."""
    found = db.session().get(Membership, membership_id)
    if found is None:
        raise NotFound()
    return found


def administrators_left(organisation_id: int, *, without: int) -> int:
    """How many administrators remain besides one membership."""
    query = select(sa.func.count()).where(
        Membership.organisation_id == organisation_id, Membership.role == Role.ADMIN, Membership.id != without
    )
    return db.session().exec(query).one()


def join_requests_to(organisation_id: int) -> list[tuple[JoinRequest, User]]:
    """Who waits to be let in."""
    query = (
        select(JoinRequest, User)
        .join(User, User.id == JoinRequest.user_id)
        .where(JoinRequest.organisation_id == organisation_id, JoinRequest.status == JoinStatus.WAITING)
        .order_by(JoinRequest.id)
    )
    return list(db.session().exec(query))


def join_request(request_id: int, *, lock: bool = False) -> JoinRequest:
    """`lock` before answering: whoever else answers waits. Raises: NotFound."""
    found = db.session().get(JoinRequest, request_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def review_queue() -> list[Organisation]:
    """Organisations waiting for an operator, longest waiting first."""
    query = select(Organisation).where(Organisation.status == OrganisationStatus.IN_REVIEW)
    return list(db.session().exec(query.order_by(Organisation.updated_at, Organisation.id)))


def organisations_page(
    kind: OrganisationKind | None, status: OrganisationStatus | None, text: str, page: int, per_page: int
) -> tuple[list[Organisation], int]:
    """One page of all organisations for operators, and how many there are."""
    wanted = []
    if kind:
        wanted.append(Organisation.kind == kind)
    if status:
        wanted.append(Organisation.status == status)
    if text:
        wanted.append(
            Organisation.name.icontains(text, autoescape=True) | Organisation.uscc.icontains(text, autoescape=True)
        )
    total = db.session().exec(select(sa.func.count()).select_from(Organisation).where(*wanted)).one()
    query = select(Organisation).where(*wanted).order_by(Organisation.id.desc())
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def reviews_of(organisation_id: int) -> list[tuple[Review, User]]:
    """Decisions about an organisation, latest first."""
    query = (
        select(Review, User)
        .join(User, User.id == Review.reviewer_id)
        .where(Review.organisation_id == organisation_id)
        .order_by(Review.id.desc())
    )
    return list(db.session().exec(query))


def approved_count(kind: OrganisationKind) -> int:
    """How many approved organisations of a kind there are."""
    query = select(sa.func.count()).where(Organisation.kind == kind, Organisation.status == OrganisationStatus.APPROVED)
    return db.session().exec(query).one()


def live_token(token: str, purpose: TokenPurpose, at: datetime) -> MailedToken:
    """The row behind a mailed link. Raises: DeadLink when unknown, used or expired."""
    query = select(MailedToken).where(MailedToken.hash == rules.token_hash(token), MailedToken.purpose == purpose)
    row = db.session().exec(query).first()
    if row is None or row.used_at is not None or row.expires_at < at:
        raise DeadLink()
    return row


def notices_for(user_id: int, *, unread: bool, page: int, per_page: int) -> tuple[list[Notice], int]:
    """One page of a person's inbox, newest first, and how many there are."""
    wanted = [Notice.user_id == user_id]
    if unread:
        wanted.append(Notice.read_at.is_(None))
    total = db.session().exec(select(sa.func.count()).select_from(Notice).where(*wanted)).one()
    query = select(Notice).where(*wanted).order_by(Notice.id.desc()).offset((page - 1) * per_page).limit(per_page)
    return list(db.session().exec(query)), total


def unread_count(user_id: int) -> int:
    """How many notices a person has not read."""
    return db.session().exec(select(sa.func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None))).one()


def people_of(organisation_id: int) -> list[User]:
    """The people of an organisation who get its notices: all but viewers and the dismissed."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation_id, Membership.role != Role.VIEWER, User.disabled_at.is_(None)
        )
    )
    return list(db.session().exec(query))


def operators() -> list[User]:
    """The people who keep the platform."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Organisation.kind == OrganisationKind.OPERATOR, User.disabled_at.is_(None))
        .distinct()
    )
    return list(db.session().exec(query))
