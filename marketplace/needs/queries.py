"""Reads of needs; `readable` is the one door through which others than the owner see anything of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Membership, Organisation, OrganisationStatus, Role, User
from marketplace.accounts.permissions import is_operator
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor
from marketplace.needs.models import (
    BuyerPolicy,
    Need,
    NeedFile,
    NeedFollower,
    NeedInvitation,
    NeedQuestion,
    NeedStatus,
    NeedVersion,
    Visibility,
)
from marketplace.needs.rows import AskedQuestion, OpenFilter, OwnFilter
from marketplace.needs.rules import SHOWN, UNENDED

_APPROVED_OWNER = col(Need.owner_id).in_(
    select(Organisation.id).where(Organisation.status == OrganisationStatus.APPROVED)
)
OPEN = (Need.status == NeedStatus.OPEN, Need.visibility == Visibility.PUBLIC, _APPROVED_OWNER)
"""Open to everybody."""


def obstacle(by: Actor) -> str:
    """What still stands between this person and posting or asking: "email", "organisation", or "" when nothing does."""
    if not by.approved:
        return "organisation"
    return "" if accounts.user(by.user_id).email_verified_at else "email"


def readable(actor: Actor | None) -> sa.ColumnElement[bool]:
    """The needs somebody may read, as a condition: one's own; of others those opened once and shown to everybody, or to
    one's organisation by invitation; operators all that were opened. `None` is a stranger.

    Suppliers see nothing of an organisation that is not approved (any more).
    """
    opened = sa.and_(Need.version >= 1, col(Need.status).in_(SHOWN))
    if actor is None:
        return sa.and_(opened, _APPROVED_OWNER, Need.visibility == Visibility.PUBLIC)
    if is_operator(actor):
        return opened
    audience = Need.visibility == Visibility.PUBLIC
    if actor.approved and actor.organisation_id is not None:
        audience = sa.or_(audience, col(Need.id).in_(_invited_ids(actor.organisation_id)))
    others = sa.and_(opened, _APPROVED_OWNER, audience)
    return others if actor.organisation_id is None else sa.or_(Need.owner_id == actor.organisation_id, others)


def readable_need(need_id: int, actor: Actor | None, *, lock: bool = False) -> Need:
    """A need this person may read. `lock` before judging its state. Raises: NotFound."""
    return _one([Need.id == need_id, readable(actor)], lock)


def own_need(need_id: int, actor: Actor, *, lock: bool = False) -> Need:
    """A need of the organisation acted for. Raises: NotFound, also for another organisation's."""
    return _one([Need.id == need_id, Need.owner_id == actor.organisation_id], lock)


def is_readable(need: Need, actor: Actor | None) -> bool:
    """Whether this person may read it."""
    return db.session().exec(select(Need.id).where(Need.id == need.id, readable(actor))).first() is not None


def needs_by_id(ids: Sequence[int], actor: Actor | None) -> dict[int, Need]:
    """Those of these needs that this person may read, by id."""
    rows = db.session().exec(select(Need).where(col(Need.id).in_(set(ids)), readable(actor)))
    return {row.id: row for row in rows}


def need_with_key(owner_id: int, form_key: str) -> Need | None:
    """The need a form was saved as, if it was."""
    return db.session().exec(select(Need).where(Need.owner_id == owner_id, Need.form_key == form_key)).first()


def own_page(owner_id: int, wanted: OwnFilter, page: int, per_page: int) -> tuple[list[Need], int]:
    """One page of an organisation's needs, last changed first, and how many fit."""
    terms: list[Any] = [Need.owner_id == owner_id, Need.template == wanted.template]
    if wanted.status:
        terms.append(Need.status == wanted.status)
    if wanted.kind:
        terms.append(Need.kind == wanted.kind)
    if wanted.incident_id:
        terms.append(Need.incident_id == wanted.incident_id)
    terms += _with_words(wanted.text, Need.title, Need.number)
    return _page(select(Need).where(*terms), page, per_page, col(Need.updated_at).desc(), col(Need.id).desc())


def own_counts(owner_id: int) -> dict[str, int]:
    """How many needs an organisation has in each status, for its desk; "templates" and "unanswered" besides."""
    mine = Need.owner_id == owner_id
    query = select(Need.status, sa.func.count()).where(mine, col(Need.template).is_(False)).group_by(Need.status)
    found = {status.value: 0 for status in NeedStatus} | {str(s.value): n for s, n in db.session().exec(query)}
    templates = select(sa.func.count()).where(mine, col(Need.template).is_(True), Need.status == NeedStatus.DRAFT)
    waiting = (
        select(sa.func.count())
        .select_from(NeedQuestion)
        .join(Need, Need.id == NeedQuestion.need_id)
        .where(mine, Need.status == NeedStatus.OPEN, col(NeedQuestion.answered_at).is_(None))
    )
    totals = {"templates": db.session().exec(templates).one(), "unanswered": db.session().exec(waiting).one()}
    return found | totals


def open_page(wanted: OpenFilter, page: int, per_page: int) -> tuple[list[tuple[Need, Organisation]], int]:
    """One page of what is open to everybody, with who looks for it, and how many fit: the newest first, or those whose
    questions close first when that is asked for."""
    query = select(Need, Organisation).join(Organisation, Organisation.id == Need.owner_id)
    query = query.where(*OPEN, *_open_terms(wanted))
    first = col(Need.questions_until) if wanted.closing else col(Need.opened_at).desc()
    return _page(query, page, per_page, first, col(Need.id).desc())


def open_count() -> int:
    """How many needs are open to everybody."""
    return db.session().exec(select(sa.func.count()).select_from(Need).where(*OPEN)).one()


def invited_page(actor: Actor, page: int, per_page: int) -> tuple[list[tuple[Need, Organisation, NeedInvitation]], int]:
    """One page of the needs this supplier was invited to, latest invitation first; drafts are not among them."""
    query = (
        select(Need, Organisation, NeedInvitation)
        .join(Organisation, Organisation.id == Need.owner_id)
        .join(NeedInvitation, NeedInvitation.need_id == Need.id)
        .where(NeedInvitation.supplier_id == actor.organisation_id, readable(actor), _opened())
    )
    return _page(query, page, per_page, col(NeedInvitation.id).desc())


def followed_page(actor: Actor, page: int, per_page: int) -> tuple[list[tuple[Need, Organisation]], int]:
    """One page of the needs this organisation follows, last changed first."""
    query = (
        select(Need, Organisation)
        .join(Organisation, Organisation.id == Need.owner_id)
        .join(NeedFollower, NeedFollower.need_id == Need.id)
        .where(NeedFollower.organisation_id == actor.organisation_id, readable(actor), _opened())
    )
    return _page(query, page, per_page, col(Need.updated_at).desc(), col(Need.id).desc())


def all_page(
    status: NeedStatus | None, text: str, page: int, per_page: int
) -> tuple[list[tuple[Need, Organisation]], int]:
    """One page of everything that was ever opened, for operators."""
    terms = [_opened(), *([Need.status == status] if status else []), *_with_words(text, Need.title, Need.number)]
    query = select(Need, Organisation).join(Organisation, Organisation.id == Need.owner_id).where(*terms)
    return _page(query, page, per_page, col(Need.opened_at).desc(), col(Need.id).desc())


def counts() -> dict[str, int]:
    """How many needs there are in each status on the platform, for operators."""
    query = select(Need.status, sa.func.count()).where(col(Need.template).is_(False)).group_by(Need.status)
    return {status.value: 0 for status in NeedStatus} | {str(s.value): n for s, n in db.session().exec(query)}


def files_of(need_id: int) -> list[tuple[NeedFile, StoredFile]]:
    """What is attached to a need now. The caller has the need through a door."""
    query = select(NeedFile, StoredFile).join(StoredFile, StoredFile.id == NeedFile.file_id)
    return list(db.session().exec(query.where(NeedFile.need_id == need_id).order_by(NeedFile.id)))


def readable_file(need_id: int, token: str, actor: Actor | None) -> StoredFile:
    """A file attached to a need this person may read, now or in one of its versions. Raises: NotFound."""
    need = readable_need(need_id, actor)
    tokens = {file.token for _row, file in files_of(need.id)}
    for version in versions_of(need.id, actor):
        tokens |= {file["token"] for file in version.content.get("files", ())}
    found = db.session().exec(select(StoredFile).where(StoredFile.token == token)).first()
    if found is None or token not in tokens:
        raise NotFound()
    return found


def versions_of(need_id: int, actor: Actor | None) -> list[NeedVersion]:
    """Every opened state of a need this person may read, newest first; empty for one it may not."""
    query = select(NeedVersion).join(Need, Need.id == NeedVersion.need_id)
    query = query.where(NeedVersion.need_id == need_id, readable(actor))
    return list(db.session().exec(query.order_by(col(NeedVersion.number).desc())))


def version(need_id: int, number: int, actor: Actor | None) -> NeedVersion:
    """One of them. Raises: NotFound."""
    found = next((row for row in versions_of(need_id, actor) if row.number == number), None)
    if found is None:
        raise NotFound()
    return found


def questions_of(need_id: int, actor: Actor | None) -> list[AskedQuestion]:
    """The questions to a need as this person sees them: all for its owner and operators, else the answered and one's own.

    Only the asker reads the asker's name. Empty for a need this person may not read.
    """
    reader = actor.organisation_id if actor else None
    query = select(NeedQuestion, Need.owner_id).join(Need, Need.id == NeedQuestion.need_id)
    query = query.where(NeedQuestion.need_id == need_id, readable(actor)).order_by(NeedQuestion.id)
    overseen = actor is not None and is_operator(actor)
    found = []
    for row, owner_id in db.session().exec(query):
        mine = reader is not None and row.asker_id == reader
        if mine or overseen or owner_id == reader or row.answered_at is not None:
            asker = actor.organisation_name if mine else ""
            found.append(
                AskedQuestion(row.id, row.text, row.asked_at, row.answer, row.answered_at, mine=mine, asker=asker)
            )
    return found


def question(need_id: int, question_id: int) -> NeedQuestion:
    """A question to this need, for its owner to answer. Raises: NotFound."""
    found = db.session().get(NeedQuestion, question_id)
    if found is None or found.need_id != need_id:
        raise NotFound()
    return found


def question_with_text(need_id: int, asker_id: int, text: str) -> NeedQuestion | None:
    """The same question of the same organisation, if it was asked."""
    terms = (NeedQuestion.need_id == need_id, NeedQuestion.asker_id == asker_id, NeedQuestion.text == text)
    return db.session().exec(select(NeedQuestion).where(*terms)).first()


def asker_names(need_id: int) -> list[str]:
    """Who asked, for keeping their names out of answers; never shown."""
    query = select(Organisation.name).join(NeedQuestion, NeedQuestion.asker_id == Organisation.id)
    return list(db.session().exec(query.where(NeedQuestion.need_id == need_id).distinct()))


def invitations_of(need_id: int) -> list[tuple[NeedInvitation, Organisation]]:
    """Who was invited; for the owner and operators only."""
    query = select(NeedInvitation, Organisation).join(Organisation, Organisation.id == NeedInvitation.supplier_id)
    return list(db.session().exec(query.where(NeedInvitation.need_id == need_id).order_by(NeedInvitation.id)))


def invitation(need_id: int, supplier_id: int) -> NeedInvitation | None:
    """A supplier's own invitation to a need."""
    terms = (NeedInvitation.need_id == need_id, NeedInvitation.supplier_id == supplier_id)
    return db.session().exec(select(NeedInvitation).where(*terms)).first()


def follower(need_id: int, organisation_id: int | None) -> NeedFollower | None:
    """An organisation's following of a need, if it follows."""
    terms = (NeedFollower.need_id == need_id, NeedFollower.organisation_id == organisation_id)
    return db.session().exec(select(NeedFollower).where(*terms)).first()


def follower_ids(need_id: int) -> list[int]:
    """The organisations that are told when a need changes; for telling and counting, not for showing."""
    query = select(NeedFollower.organisation_id).where(NeedFollower.need_id == need_id)
    return list(db.session().exec(query.order_by(NeedFollower.id)))


def asks_approval(organisation_id: int) -> bool:
    """Whether an organisation's needs are approved by a second person before they open."""
    policy = db.session().get(BuyerPolicy, organisation_id)
    return policy is not None and policy.approval


def approvers_of(need: Need) -> list[User]:
    """The administrators who may approve a need: all but who wrote it."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == need.owner_id,
            Membership.role == Role.ADMIN,
            col(User.disabled_at).is_(None),
            col(User.id).not_in((need.created_by, need.edited_by)),
        )
    )
    return list(db.session().exec(query.order_by(Membership.id)))


def unended(incident_id: int) -> int:
    """How many needs of an incident are still drafts, in approval or open."""
    query = select(sa.func.count()).select_from(Need)
    return db.session().exec(query.where(Need.incident_id == incident_id, col(Need.status).in_(UNENDED))).one()


def _invited_ids(supplier_id: int) -> Any:
    return select(NeedInvitation.need_id).where(NeedInvitation.supplier_id == supplier_id)


def _opened() -> sa.ColumnElement[bool]:
    return sa.and_(Need.version >= 1, col(Need.status).in_(SHOWN))


def _one(terms: Sequence[Any], lock: bool) -> Need:
    query = select(Need).where(*terms)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def _page(query: Any, page: int, per_page: int, *order: Any) -> tuple[list[Any], int]:
    total = db.session().exec(select(sa.func.count()).select_from(query.with_only_columns(Need.id).subquery())).one()
    return list(db.session().exec(query.order_by(*order).offset((page - 1) * per_page).limit(per_page))), total


def _with_words(text: str, *columns: Any) -> list[sa.ColumnElement[bool]]:
    """Every word (the first eight) occurs in one of the columns."""
    return [sa.or_(*(col(c).icontains(word, autoescape=True) for c in columns)) for word in text.split()[:8]]


def _open_terms(wanted: OpenFilter) -> list[sa.ColumnElement[bool]]:
    names = ("kind", "category", "event_code", "field_code", "province", "mode")
    terms = [getattr(Need, name) == value for name in names if (value := getattr(wanted, name))]
    if code := wanted.class_code:
        terms.append((Need.class_code == code) | col(Need.class_code).startswith(code + ".", autoescape=True))
    if wanted.closing:
        now = clock.now()
        terms += [
            col(Need.questions_until) > now,
            col(Need.questions_until) <= now + timedelta(days=int(wanted.closing)),
        ]
    return [*terms, *_with_words(wanted.text, Need.title, Need.text, Need.number)]
