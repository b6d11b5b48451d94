"""What people are told about needs, in the inbox and by mail, in the platform's first language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import force_locale

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.i18n import told as _
from marketplace.kit.permissions import Actor
from marketplace.kit.web import show_time
from marketplace.needs import queries, rules
from marketplace.needs.models import Need, NeedQuestion

SHOWN_CHANGES, SHOWN_LETTERS = 20, 60


def link(need: Need) -> str:
    """The address of a need's page, the same for everybody."""
    return f"/needs/{need.id}"


def waits_for_approval(need: Need, approvers: list[User], at: datetime) -> None:
    """To the administrators who did not write it: a need waits for them."""
    subject = _("需求待审批:%(title)s", title=need.title)
    body = _("需求 %(number)s 等待您审批后发布。", number=need.number)
    actions.tell(approvers, subject, body, link(need), key=_once(need, "approval", at), at=at)


def returned(need: Need, by: Actor, at: datetime) -> None:
    """To who wrote it: it came back, and why."""
    subject = _("需求已退回修改:%(title)s", title=need.title)
    body = _("需求 %(number)s 未通过内部审批。原因:%(reason)s", number=need.number, reason=need.return_reason)
    _tell_authors(need, by, subject, body, _once(need, "returned", at), at)


def opened(need: Need, by: Actor, at: datetime) -> None:
    """To whom it invites; and to who wrote it, when somebody else opened it."""
    invited(need, by, at)
    if need.approved_by is not None:
        subject = _("需求已通过审批并发布:%(title)s", title=need.title)
        _tell_authors(need, by, subject, _number(need), f"need-{need.id}-opened", at)


def invited(need: Need, by: Actor, at: datetime) -> None:
    """To every invited supplier, once: somebody would like an answer."""
    subject = _("%(buyer)s 邀请贵单位关注需求:%(title)s", buyer=by.organisation_name, title=need.title)
    for invitation, organisation in queries.invitations_of(need.id):
        body = "\n".join(filter(None, (_number(need), invitation.note, _cut_off(need))))
        _tell([organisation.id], need, subject, body, f"need-{need.id}-invited", at)


def amended(need: Need, before: dict[str, Any], after: dict[str, Any], why: str, at: datetime) -> None:
    """To the followers: what reads differently now, and why."""
    with force_locale(FIRST_LANGUAGE):
        changes = [
            f"{row.label}:{_short(row.before)} → {_short(row.after)}" for row in rules.differences(before, after)
        ]
    if len(changes) > SHOWN_CHANGES:
        changes = [*changes[:SHOWN_CHANGES], _("另有 %(n)s 处变更,请打开页面查看。", n=len(changes) - SHOWN_CHANGES)]
    subject = _("需求有变更:%(title)s", title=need.title)
    body = _("需求 %(number)s 已变更。原因:%(why)s", number=need.number, why=why)
    text = "\n".join([body, *changes])
    _tell(queries.follower_ids(need.id), need, subject, text, f"need-{need.id}-v{need.version}", at)


def closed(need: Need, at: datetime) -> None:
    """To the followers: it has ended."""
    subject = _("需求已结束:%(title)s", title=need.title)
    reason = _("说明:%(reason)s", reason=need.end_reason) if need.end_reason else ""
    body = "\n".join(filter(None, (_number(need), reason)))
    _tell(queries.follower_ids(need.id), need, subject, body, f"need-{need.id}-closed", at)


def withdrawn(need: Need, at: datetime) -> None:
    """To the followers: it was taken back, and why."""
    subject = _("需求已撤回:%(title)s", title=need.title)
    body = _("需求 %(number)s 已撤回。原因:%(reason)s", number=need.number, reason=need.end_reason)
    _tell(queries.follower_ids(need.id), need, subject, body, f"need-{need.id}-withdrawn", at)


def question_asked(need: Need, question: NeedQuestion, at: datetime) -> None:
    """To the buyer: a question waits; not whose."""
    subject = _("需求有新的提问:%(title)s", title=need.title)
    _tell([need.owner_id], need, subject, question.text, f"need-question-{question.id}", at)


def question_answered(need: Need, question: NeedQuestion, at: datetime) -> None:
    """To the followers and the asker: a question and its answer, not who asked."""
    subject = _("需求答疑:%(title)s", title=need.title)
    body = _("问:%(text)s\n答:%(answer)s", text=question.text, answer=question.answer)
    told = dict.fromkeys([*queries.follower_ids(need.id), question.asker_id])
    _tell(told, need, subject, body, f"need-answer-{question.id}", at)


def _tell(organisation_ids: Iterable[int], need: Need, subject: str, body: str, key: str, at: datetime) -> None:
    for organisation_id in organisation_ids:
        actions.tell(accounts.people_of(organisation_id), subject, body, link(need), key=key, at=at)


def _tell_authors(need: Need, by: Actor, subject: str, body: str, key: str, at: datetime) -> None:
    authors = [accounts.user(user_id) for user_id in dict.fromkeys((need.created_by, need.edited_by))]
    actions.tell([person for person in authors if person.id != by.user_id], subject, body, link(need), key=key, at=at)


def _number(need: Need) -> str:
    return _("需求编号 %(number)s。", number=need.number)


def _cut_off(need: Need) -> str:
    if need.questions_until is None:
        return ""
    return _("如有疑问,请在 %(time)s(北京时间)前提出。", time=show_time(need.questions_until))


def _once(need: Need, what: str, at: datetime) -> str:
    return f"need-{need.id}-{what}-{at:%Y%m%d%H%M%S%f}"


def _short(text: str) -> str:
    one_line = " ".join(text.split()) or "—"
    return one_line if len(one_line) <= SHOWN_LETTERS else one_line[: SHOWN_LETTERS - 1] + "…"
