"""Verbs about organisations: registering, reviews, members, invitations, asking to join."""

from datetime import datetime

from sqlmodel import select

from marketplace.accounts import actions, mails, queries, rules
from marketplace.accounts.errors import AlreadyMember, AlreadyRegistered, DeadLink, LastAdministrator, ReasonMissing
from marketplace.accounts.models import (
    JoinRequest,
    JoinStatus,
    Membership,
    Organisation,
    OrganisationStatus,
    Review,
    Role,
    TokenPurpose,
    User,
)
from marketplace.accounts.schemas import NewOrganisation, OrganisationDetails
from marketplace.kit import audit, db
from marketplace.kit.i18n import told as _
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor


def register_organisation(new: NewOrganisation, *, by: User, at: datetime, demo: bool = False) -> Organisation:
    """Register an organisation with the person as its administrator, and queue it for review.

    Raises: AlreadyRegistered, naming the organisation that has this 统一社会信用代码.
    """
    known = queries.organisation_by_uscc(new.uscc)
    if known:
        raise AlreadyRegistered(organisation_id=known.id)
    org = Organisation(
        **new.model_dump(), uscc_doubtful=not rules.is_uscc_checked(new.uscc), demo=demo, created_at=at, updated_at=at
    )
    db.session().add(org)
    db.flush_or(AlreadyRegistered)
    db.session().add(Membership(user_id=by.id, organisation_id=org.id, role=Role.ADMIN, created_at=at, updated_at=at))
    audit.record(Actor(by.id), "organisation.register", org, at, uscc=org.uscc)
    _tell_operators(org, at)
    return org


def edit_organisation(org: Organisation, details: OrganisationDetails, *, by: Actor, at: datetime) -> None:
    """Change what the organisation tells about itself."""
    before = {name: getattr(org, name) for name in type(details).model_fields}
    for name, value in details.model_dump().items():
        setattr(org, name, value)
    org.updated_at = at
    changed = {name: [old, getattr(org, name)] for name, old in before.items() if old != getattr(org, name)}
    audit.record(by, "organisation.edit", org, at, changed=changed)


def submit_again(org: Organisation, *, by: Actor, at: datetime) -> None:
    """Send a returned registration back to the operators. Moves: returned → in review."""
    move(org, OrganisationStatus.IN_REVIEW, at)
    audit.record(by, "organisation.submit", org, at)
    _tell_operators(org, at)


def review(org: Organisation, decision: OrganisationStatus, reason: str, *, by: Actor, at: datetime) -> None:
    """Decide about an organisation and tell its people why.

    Moves: in review → approved | returned | rejected; approved ↔ suspended.
    Raises: ReasonMissing for anything but a first approval.
    """
    if not reason and (decision != OrganisationStatus.APPROVED or org.status == OrganisationStatus.SUSPENDED):
        raise ReasonMissing()
    move(org, decision, at)
    row = Review(organisation_id=org.id, decision=decision, reason=reason, reviewer_id=by.user_id, at=at)
    db.session().add(row)
    db.session().flush()
    audit.record(by, f"organisation.{decision}", org, at, reason=reason)
    subjects = {
        OrganisationStatus.APPROVED: _("单位审核已通过"),
        OrganisationStatus.RETURNED: _("单位资料需要修改"),
        OrganisationStatus.REJECTED: _("单位审核未通过"),
        OrganisationStatus.SUSPENDED: _("单位已被暂停"),
    }
    people = queries.people_of(org.id)
    actions.tell(people, subjects[decision], reason, "/organisation", key=f"review-{row.id}", at=at)


def invite(org: Organisation, email: str, role: Role, *, by: Actor, at: datetime) -> None:
    """Mail an invitation; whoever has that mailbox may join in the role."""
    token = actions.make_token(
        TokenPurpose.INVITATION, None, at=at, organisation_id=org.id, email=email, role=str(role)
    )
    mails.invitation(email, org.name, token, at)
    audit.record(by, "organisation.invite", org, at, email=email, role=str(role))


def accept_invitation(token: str, person: User, *, at: datetime) -> Organisation:
    """Join by a mailed invitation that was sent to this person's address.

    Raises: DeadLink; AlreadyMember.
    """
    row = queries.live_token(token, TokenPurpose.INVITATION, at)
    if row.detail["email"] != person.email:
        raise DeadLink()
    actions.use_up(row, at=at)
    org = queries.organisation(row.detail["organisation_id"])
    person.email_verified_at = person.email_verified_at or at
    add_member(org, person, Role(row.detail["role"]), by=Actor(person.id), at=at)
    return org


def add_member(org: Organisation, person: User, role: Role, *, by: Actor | None, at: datetime) -> Membership:
    """Let a person in. Raises: AlreadyMember."""
    row = Membership(user_id=person.id, organisation_id=org.id, role=role, created_at=at, updated_at=at)
    db.session().add(row)
    db.flush_or(AlreadyMember)
    audit.record(by, "membership.add", row, at, organisation=org.id, role=str(role))
    return row


def ask_to_join(org: Organisation, note: str, *, by: User, at: datetime) -> JoinRequest:
    """Ask the administrators of a registered organisation to be let in. Raises: AlreadyMember."""
    if any(known.id == org.id for _m, known in queries.memberships_of(by.id)):
        raise AlreadyMember()
    row = JoinRequest(user_id=by.id, organisation_id=org.id, note=note[:500], created_at=at, updated_at=at)
    db.session().add(row)
    db.flush_or(AlreadyMember)
    audit.record(Actor(by.id), "join.ask", row, at, organisation=org.id)
    admins = [person for member, person in queries.members_of(org.id) if member.role == Role.ADMIN]
    subject = _("%(name)s 申请加入本单位", name=by.name)
    actions.tell(admins, subject, note, "/organisation/members", key=f"join-{row.id}", at=at)
    return row


def answer_join(row: JoinRequest, accept: bool, role: Role, *, by: Actor, at: datetime) -> None:
    """Let somebody in or not. Moves: waiting → accepted | declined."""
    move(row, JoinStatus.ACCEPTED if accept else JoinStatus.DECLINED, at)
    org, person = queries.organisation(row.organisation_id), queries.user(row.user_id)
    if accept:
        add_member(org, person, role, by=by, at=at)
    audit.record(by, f"join.{row.status}", row, at)
    subject = _("您已加入 %(name)s", name=org.name) if accept else _("%(name)s 未通过您的加入申请", name=org.name)
    actions.tell([person], subject, "", "/desk", key=f"joined-{row.id}", at=at)


def change_role(row: Membership, role: Role, *, by: Actor, at: datetime) -> None:
    """Give a member another role. Raises: LastAdministrator."""
    if role != Role.ADMIN:
        _check_not_last(row)
    audit.record(by, "membership.role", row, at, was=str(row.role), now=str(role))
    row.role, row.updated_at = role, at


def remove_member(row: Membership, *, by: Actor, at: datetime) -> None:
    """Take a member out, or leave. Raises: LastAdministrator."""
    _check_not_last(row)
    audit.record(by, "membership.remove", row, at, user=row.user_id, organisation=row.organisation_id)
    db.session().delete(row)


def _check_not_last(row: Membership) -> None:
    # Two administrators leaving at once are put in line here, so that the second one sees the first gone.
    db.session().exec(select(Organisation).where(Organisation.id == row.organisation_id).with_for_update()).one()
    if row.role == Role.ADMIN and not queries.administrators_left(row.organisation_id, without=row.id):
        raise LastAdministrator()


def _tell_operators(org: Organisation, at: datetime) -> None:
    subject = _("新单位待审核:%(name)s", name=org.name)
    link = f"/operations/organisations/{org.id}"
    actions.tell(queries.operators(), subject, "", link, key=f"org-{org.id}-{at:%Y%m%d%H%M%S}", at=at, by_mail=False)
