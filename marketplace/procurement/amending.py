"""Verbs on running procurements: telling a written amendment, dropping it, giving more time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.accounts.errors import ReasonMissing
from marketplace.kit import audit, db
from marketplace.kit.errors import Stale
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.permissions import Actor
from marketplace.kit.web import show_time
from marketplace.procedures import queries as procedures
from marketplace.procedures import rules as procedure_rules
from marketplace.procurement import changes, contents, deadlines, mails, officers, publishing, queries, rules, snapshots
from marketplace.procurement.changes import Change
from marketplace.procurement.contents import Content
from marketplace.procurement.errors import BadTime, DeadlinePassed, NotEditable, NothingToAmend, NotReadyToPublish
from marketplace.procurement.models import Procurement, ProcurementStatus, ProcurementVersion, Round


@dataclass(frozen=True)
class Preview:
    """What an amendment would do: the differences, whether quotes must be confirmed again, and the deadline it leads to.

    `extended` says that the deadline moves because too little time would be left; `missing` what keeps it from being told.
    """

    content: Content
    before: dict[str, Any]
    after: dict[str, Any]
    differences: list[Change]
    reconfirm: bool
    extended: bool
    missing: list[publishing.Point]


def preview(procurement: Procurement, at: datetime) -> Preview | None:
    """The amendment being written as it would be told now; None when there is none."""
    waiting = queries.amendment_of(procurement.id)
    if waiting is None:
        return None
    content, before = Content.model_validate(waiting.content), snapshots.content_of(procurement)
    reconfirm = changes.asks_reconfirmation(before, snapshots.reader_view(procurement, content))
    moved = _with_enough_time(procurement, content, at) if reconfirm else content
    after = snapshots.reader_view(procurement, moved)
    return Preview(
        content=moved, before=before, after=after, differences=changes.differences(before, after), reconfirm=reconfirm,
        extended=moved.quotes_until != content.quotes_until, missing=_missing(procurement, moved, at),
    )  # fmt: skip


def amend(
    procurement: Procurement, why: str, *, by: Actor, at: datetime, reconfirm: bool = False
) -> ProcurementVersion:
    """Tell the written amendment: it becomes the next version, and everybody invited or registered learns what and why.

    Quotes sealed before must be confirmed again when what is quoted for, or to whom it is sealed, changed — or when the
    buyer asks for it. Raises: ReasonMissing; NotEditable; NothingToAmend; NotReadyToPublish; Stale.
    """
    if not why.strip():
        raise ReasonMissing()
    current = queries.current_round(procurement.id, lock=True)
    if not rules.may_amend(procurement, current, at):
        raise NotEditable()
    waiting = queries.amendment_of(procurement.id, lock=True)
    told = preview(procurement, at)
    if waiting is None or told is None or not told.differences:
        raise NothingToAmend()
    if waiting.version != procurement.version:
        raise Stale()
    if told.missing:
        raise NotReadyToPublish(missing=[point.text for point in told.missing])
    contents.write(procurement, told.content, by=by, at=at)
    db.session().delete(waiting)
    return _next_version(procurement, told.before, why, told.reconfirm or reconfirm, by=by, at=at)


def discard(procurement: Procurement, *, by: Actor, at: datetime) -> None:
    """Drop the amendment being written."""
    waiting = queries.amendment_of(procurement.id, lock=True)
    if waiting is not None:
        db.session().delete(waiting)
        audit.record(by, "procurement.discard_amendment", procurement, at)


def extend(procurement: Procurement, until: datetime, why: str, *, by: Actor, at: datetime) -> ProcurementVersion:
    """Take quotes for longer, never after the deadline has passed; quotes that are there stand as they are.

    The opening, and in the first round the cut-off for questions, move along. Raises: ReasonMissing; DeadlinePassed; BadTime.
    """
    if not why.strip():
        raise ReasonMissing()
    current = queries.current_round(procurement.id, lock=True)
    if (
        procurement.status not in (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING)
        or at >= current.quotes_until
    ):
        raise DeadlinePassed()
    if until <= current.quotes_until:
        raise BadTime(why=_("新的截止时间应晚于原截止时间 %(time)s。", time=show_time(current.quotes_until)))
    if until - at > deadlines.LONGEST:
        raise BadTime(why=_("报价截止时间过远,请检查年份。"))
    before = snapshots.content_of(procurement)
    times = _later(procurement, current, until, at)
    for name in contents.TIMES:
        setattr(current, name, times[name])
    procurement.questions_until = times["questions_until"]
    procurement.updated_at = at
    _carry_into_amendment(procurement, times)
    return _next_version(procurement, before, why, False, by=by, at=at)


def _next_version(
    procurement: Procurement, before: dict[str, Any], why: str, reconfirm: bool, *, by: Actor, at: datetime
) -> ProcurementVersion:
    after = snapshots.content_of(procurement)
    with force_locale(FIRST_LANGUAGE):
        told = changes.differences(before, after)
    procurement.version += 1
    if reconfirm:
        procurement.reconfirm_from = procurement.version
    version = ProcurementVersion(
        procurement_id=procurement.id, number=procurement.version, content=after, changes=told, reconfirm=reconfirm,
        why=why.strip(), user_id=by.user_id, at=at,
    )  # fmt: skip
    db.session().add(version)
    db.session().flush()
    number = procurement.version
    audit.record(by, "procurement.amend", procurement, at, version=number, reconfirm=reconfirm, why=why.strip())
    mails.amended(procurement, told, why.strip(), reconfirm, at)
    return version


def _with_enough_time(procurement: Procurement, content: Content, at: datetime) -> Content:
    """The content with a later deadline when less than the procedure's least remaining time would be left."""
    definition, extra = queries.definition_of(procurement), procedures.calendar_extra()
    until = procedure_rules.deadline_after_amendment(definition, at, content.quotes_until, extra)
    if until == content.quotes_until:
        return content
    times = deadlines.around(definition, until, at, extra)
    times["opens_at"] = max(content.opens_at, times["opens_at"])
    if content.questions_until is not None:
        times["questions_until"] = max(content.questions_until, times["questions_until"])
    return content.model_copy(update=times)


def _later(procurement: Procurement, current: Round, until: datetime, at: datetime) -> dict[str, datetime | None]:
    definition, extra = queries.definition_of(procurement), procedures.calendar_extra()
    times: dict[str, datetime | None] = {**deadlines.around(definition, until, at, extra)}
    times["opens_at"] = max(current.opens_at, deadlines.opens_after(until))
    asked = procurement.questions_until
    if current.number > 1 or asked is None:
        times["questions_until"] = asked
    else:
        times["questions_until"] = max(asked, times["questions_until"])
    return times


def _carry_into_amendment(procurement: Procurement, times: dict[str, Any]) -> None:
    """An amendment being written keeps its own words, and does not take back the time given meanwhile."""
    waiting = queries.amendment_of(procurement.id, lock=True)
    if waiting is None:
        return
    content = Content.model_validate(waiting.content)
    later = {name: value for name, value in times.items() if value and value > (getattr(content, name) or value)}
    waiting.content = content.model_copy(update=later).model_dump(mode="json")
    waiting.version = procurement.version + 1


def _missing(procurement: Procurement, content: Content, at: datetime) -> list[publishing.Point]:
    """What the check of a draft finds, but for the time since publication, which has its own rule here."""
    found = [point for point in publishing.review(procurement, content, at).missing if point.section != "times"]
    current = queries.current_round(procurement.id)
    try:
        deadlines.check_order(content, at)
    except BadTime as refusal:
        found.append(publishing.Point("times", refusal.message()))
    if content.quotes_until < current.quotes_until:
        found.append(publishing.Point("times", _("报价截止时间只能延后,不能提前。")))
    unsure = any(one != officers.Standing.CONFIRMED for one in officers.standings(content.officers).values())
    known = {(row.user_id, row.fingerprint) for row, _user in queries.officers_of(current.id)}
    if unsure and {(one.user_id, one.fingerprint) for one in content.officers} != known:
        found.append(publishing.Point("officers", _("更换开启人后,全部开启人确认后才能发布变更。")))
    return found
