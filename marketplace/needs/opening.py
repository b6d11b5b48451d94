"""Verbs that bring a draft before its readers, by way of a second person where the organisation asks for one."""

from datetime import datetime

from marketplace.accounts import queries as accounts
from marketplace.accounts.errors import ReasonMissing
from marketplace.accounts.permissions import is_admin
from marketplace.kit import audit, db
from marketplace.kit.errors import Forbidden, NotFound
from marketplace.kit.moves import NoSuchMove, may_move, move
from marketplace.kit.permissions import Actor
from marketplace.needs import labels, mails, queries, requirements, rules, snapshots
from marketplace.needs.drafts import check_kind, check_revision
from marketplace.needs.errors import (
    AuthorMayNotApprove,
    DatesPassed,
    MayNotPostYet,
    NeedIncomplete,
    NobodyToApprove,
    TemplateStaysDraft,
)
from marketplace.needs.models import BuyerPolicy, Need, NeedStatus
from marketplace.needs.versions import announce, begin_version


def open_need(need: Need, *, by: Actor, at: datetime, revision: int | None = None) -> NeedStatus:
    """Open a need, or hand it to the organisation's administrators when it asks for approval; returns where it stands.

    Moves: draft → open | in approval; in approval → open when no approval is asked for any more, or by a second person.
    Raises: MayNotPostYet; KindNotAllowed; NeedIncomplete; DatesPassed; NobodyToApprove; TemplateStaysDraft; Stale.
    """
    check_revision(need, revision)
    check_may_post(by)
    check_kind(need.kind, by)
    _check_ready(need, at)
    if rules.opens_alone(need, by, approval=queries.asks_approval(need.owner_id)):
        _open(need, by=by, at=at)
    else:
        _submit(need, by=by, at=at)
    return need.status


def approve_need(need: Need, *, by: Actor, at: datetime, revision: int | None = None) -> None:
    """Open what a colleague wrote. Moves: in approval → open.

    Raises: Forbidden unless by an administrator; AuthorMayNotApprove; what opening raises.
    """
    _check_decides(need, by)
    check_revision(need, revision)
    if need.status != NeedStatus.IN_APPROVAL:
        raise NoSuchMove(was=str(need.status), to=str(NeedStatus.OPEN))
    if rules.wrote(need, by):
        raise AuthorMayNotApprove()
    check_may_post(by)
    _check_ready(need, at)
    _open(need, by=by, at=at)


def return_to_draft(need: Need, reason: str, *, by: Actor, at: datetime) -> None:
    """Give a need back to who wrote it, or take one's own back, with the reason. Moves: in approval → draft.

    Raises: ReasonMissing; Forbidden for who neither administers nor wrote it.
    """
    if not rules.wrote(need, by):
        _check_decides(need, by)
    if not reason.strip():
        raise ReasonMissing()
    move(need, NeedStatus.DRAFT, at)
    need.return_reason = reason.strip()
    db.session().flush()
    audit.record(by, "need.return", need, at, reason=reason)
    mails.returned(need, by, at)


def set_policy(approval: bool, *, by: Actor, at: datetime) -> BuyerPolicy:
    """Say whether a second person approves the organisation's needs. Raises: Forbidden unless by an administrator."""
    if not is_admin(by):
        raise Forbidden()
    organisation = accounts.organisation(by.organisation_id, lock=True)
    policy = db.session().get(BuyerPolicy, organisation.id)
    if policy is None:
        policy = BuyerPolicy(organisation_id=organisation.id, updated_at=at)
        db.session().add(policy)
    policy.approval, policy.updated_at = approval, at
    db.session().flush()
    audit.record(by, "need_policy.set", organisation, at, approval=approval)
    return policy


def check_may_post(by: Actor) -> None:
    """Only checked organisations and people with a proven address post and ask. Raises: MayNotPostYet."""
    why = queries.obstacle(by)
    if why:
        raise MayNotPostYet(why=why)


def lacking(need: Need) -> list[str]:
    """What opening still needs, by `rules.missing`; `labels.field` names them."""
    invited = len(queries.invitations_of(need.id))
    return rules.missing(need, invited=invited, without_unit=len(requirements.without_unit(need.requirements)))


def check_complete(need: Need) -> None:
    """Raises: NeedIncomplete."""
    names = lacking(need)
    if names:
        raise NeedIncomplete(missing=[labels.field(name) for name in names], fields=names)


def check_dates(need: Need, at: datetime, names: list[str] | None = None) -> None:
    """Raises: DatesPassed when one of these dates (all by default) lies behind us."""
    passed = [name for name in rules.outdated(need, at) if names is None or name in names]
    if passed:
        raise DatesPassed(outdated=[labels.field(name) for name in passed], fields=passed)


def _check_ready(need: Need, at: datetime) -> None:
    if need.template:
        raise TemplateStaysDraft()
    if not may_move(need, NeedStatus.OPEN):
        raise NoSuchMove(was=str(need.status), to=str(NeedStatus.OPEN))
    check_complete(need)
    check_dates(need, at)


def _check_decides(need: Need, by: Actor) -> None:
    if need.owner_id != by.organisation_id:
        raise NotFound()
    if not is_admin(by):
        raise Forbidden()


def _submit(need: Need, *, by: Actor, at: datetime) -> None:
    approvers = queries.approvers_of(need)
    if not approvers:
        raise NobodyToApprove()
    move(need, NeedStatus.IN_APPROVAL, at)
    need.return_reason = ""
    db.session().flush()
    audit.record(by, "need.submit", need, at)
    mails.waits_for_approval(need, approvers, at)


def _open(need: Need, *, by: Actor, at: datetime) -> None:
    # Everything is read before the row moves: a read in between would flush half a change.
    content, second_person = snapshots.content_of(need), not rules.wrote(need, by)
    begin_version(need, content, "", by=by, at=at)
    move(need, NeedStatus.OPEN, at)
    need.opened_at, need.return_reason = at, ""
    need.approved_by = by.user_id if second_person else None
    db.session().flush()
    audit.record(by, "need.open", need, at, version=need.version)
    mails.opened(need, by, at)
    announce(need)
