"""Verbs on open needs: amending with the reason, more time for questions, closing, withdrawing."""

from datetime import datetime
from typing import Any

from marketplace.accounts.errors import ReasonMissing
from marketplace.kit import audit, db
from marketplace.kit.i18n import told
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.needs import mails, queries, rules, snapshots
from marketplace.needs.drafts import check_revision, write
from marketplace.needs.errors import AmendmentsNeedAdministrator, FixedOnceOpen, NotEditable
from marketplace.needs.models import Need, NeedStatus
from marketplace.needs.opening import check_complete, check_dates
from marketplace.needs.rules import Difference
from marketplace.needs.schemas import NeedForm
from marketplace.needs.versions import announce, begin_version, end_version


def amend_need(need: Need, form: NeedForm, why: str, *, by: Actor, at: datetime) -> list[Difference]:
    """Change an open need; its followers are told what and why. Returns what reads differently, [] when nothing does.

    `form.revision` is the state the editor saw.
    Raises: Stale; ReasonMissing; NotEditable; FixedOnceOpen; AmendmentsNeedAdministrator; NeedIncomplete; DatesPassed.
    """
    check_revision(need, form.revision)
    check_may_amend(need, why, by)
    if (form.kind, form.visibility) != (need.kind, need.visibility):
        raise FixedOnceOpen()
    before = snapshots.content_of(need)
    days = [name for name in ("wanted_on", "questions_until") if getattr(form, name) != getattr(need, name)]
    with db.session().no_autoflush:
        if not write(need, form):
            return []
        check_complete(need)
        check_dates(need, at, days)
    need.edited_by = by.user_id
    return finish_amendment(need, before, why, by=by, at=at)


def extend_questions(need: Need, until: datetime, *, by: Actor, at: datetime) -> None:
    """Take questions for longer, also after the cut-off; the followers are told. Raises: NotEditable; BadCutOff."""
    if need.status != NeedStatus.OPEN:
        raise NotEditable()
    rules.check_extension(need, until, at)
    before = snapshots.content_of(need)
    need.questions_until = until
    finish_amendment(need, before, told("延长提问时间"), by=by, at=at)


def close_need(need: Need, reason: str = "", *, by: Actor, at: datetime) -> None:
    """The need is met, or looked for no longer; what was said stays readable. Moves: open → closed."""
    _end(need, NeedStatus.CLOSED, reason, by=by, at=at)
    audit.record(by, "need.close", need, at, reason=reason)
    mails.closed(need, at)
    announce(need)


def withdraw_need(need: Need, reason: str, *, by: Actor, at: datetime) -> None:
    """Take a need back, with the reason everybody reads. Moves: draft | in approval | open → withdrawn.

    A draft that was never opened stays unreadable for others. Raises: ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    _end(need, NeedStatus.WITHDRAWN, reason, by=by, at=at)
    audit.record(by, "need.withdraw", need, at, reason=reason)
    if need.version:
        mails.withdrawn(need, at)
    announce(need)


def check_may_amend(need: Need, why: str, by: Actor) -> None:
    """Raises: NotEditable unless the need is open; AmendmentsNeedAdministrator; ReasonMissing."""
    if need.status != NeedStatus.OPEN:
        raise NotEditable()
    if not rules.may_amend(need, by, approval=queries.asks_approval(need.owner_id)):
        raise AmendmentsNeedAdministrator()
    if not why.strip():
        raise ReasonMissing()


def finish_amendment(need: Need, before: dict[str, Any], why: str, *, by: Actor, at: datetime) -> list[Difference]:
    """Keep the changed need as its next version and tell its followers; `before` is its content until now."""
    content = snapshots.content_of(need)
    begin_version(need, content, why.strip(), by=by, at=at)
    db.session().flush()
    audit.record(by, "need.amend", need, at, version=need.version, why=why.strip())
    mails.amended(need, before, content, why.strip(), at)
    announce(need)
    return rules.differences(before, content)


def _end(need: Need, to: NeedStatus, reason: str, *, by: Actor, at: datetime) -> None:
    # The reason stands before the move is flushed: the table refuses a withdrawal without one.
    need.end_reason = reason.strip()[:500]
    move(need, to, at)
    need.ended_at = at
    db.session().flush()
    end_version(need, at)
