"""When quotes are due, opened and asked about: what is proposed, what is refused, what is only odd. Pure."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from marketplace.kit import calendar, clock
from marketplace.kit.calendar import Extra
from marketplace.kit.web import show_time
from marketplace.procedures import rules as procedures
from marketplace.procedures.schemas import ProcedureDefinition
from marketplace.procurement import labels
from marketplace.procurement.contents import Content
from marketplace.procurement.errors import BadTime, TooEarly
from marketplace.procurement.rules import DRAIN

LONGEST = timedelta(days=400)
LEAST_FINAL = timedelta(minutes=30)
"""What a final round leaves suppliers at least: they wait for it."""


def opens_after(quotes_until: datetime) -> datetime:
    """The first full minute after the drain."""
    free = quotes_until + DRAIN
    return (
        free if free.second == free.microsecond == 0 else free.replace(second=0, microsecond=0) + timedelta(minutes=1)
    )


def earliest(definition: ProcedureDefinition, at: datetime, extra: Extra, *, incident: bool) -> datetime:
    """The earliest legal deadline if it were published now."""
    return procedures.earliest_deadline(definition, at, extra, emergency=incident)


def proposed(definition: ProcedureDefinition, at: datetime, extra: Extra) -> dict[str, datetime]:
    """The times a form begins with: "quotes_until", "opens_at", "questions_until"."""
    until = max(procedures.usual_deadline(definition, at, extra), earliest(definition, at, extra, incident=False))
    return around(definition, until, at, extra)


def around(definition: ProcedureDefinition, until: datetime, at: datetime, extra: Extra) -> dict[str, datetime]:
    """The other times that go with a deadline."""
    cutoff = procedures.question_cutoff(definition, until, extra)
    return {
        "quotes_until": until,
        "opens_at": opens_after(until),
        "questions_until": cutoff if cutoff > at else until,
    }


def rule_of(definition: ProcedureDefinition, *, incident: bool) -> str:
    """The least time and its source: "自发布之日起不少于 3 个工作日,财政部令第74号第45条"."""
    shorter = incident and definition.emergency_min_time is not None
    setting = "emergency_min_time" if shorter else "min_time"
    period = definition.emergency_min_time if shorter else definition.min_time
    return _(
        "自发布起不少于 %(time)s,%(citation)s",
        time=labels.duration(period),
        citation=labels.citation(definition, setting),
    )


def check(content: Content, definition: ProcedureDefinition, at: datetime, extra: Extra) -> None:
    """Raises: TooEarly with the rule; BadTime for an opening before the deadline, a cut-off after it, or years ahead."""
    incident = content.incident_id is not None
    first = earliest(definition, at, extra, incident=incident)
    if content.quotes_until < first:
        raise TooEarly(earliest=show_time(first), rule=rule_of(definition, incident=incident))
    check_order(content, at)


def check_order(content: Content, at: datetime) -> None:
    """Raises: BadTime."""
    if content.quotes_until <= at:
        raise BadTime(why=_("报价截止时间应晚于现在。"))
    if content.quotes_until - at > LONGEST:
        raise BadTime(why=_("报价截止时间过远,请检查年份。"))
    if content.opens_at < content.quotes_until + DRAIN:
        raise BadTime(why=_("开启时间应至少比报价截止晚 1 分钟,用于收齐截止前已到达的报价。"))
    if content.questions_until is not None and content.questions_until > content.quotes_until:
        raise BadTime(why=_("提问截止时间不能晚于报价截止时间。"))


def warnings(content: Content, extra: Extra) -> list[str]:
    """What is allowed but odd: times on days off, in years whose days off nobody knows yet, outside office hours."""
    found = []
    for when, name in ((content.quotes_until, _("报价截止")), (content.opens_at, _("开启"))):
        local = clock.local(when)
        if not calendar.is_working_day(local.date(), extra):
            day = labels.weekday(when)
            found.append(_("%(name)s时间 %(time)s(%(day)s)不是工作日。", name=name, time=show_time(when), day=day))
        elif not 8 <= local.hour < 18:
            found.append(_("%(name)s时间 %(time)s 不在通常的办公时间内。", name=name, time=show_time(when)))
        if not calendar.is_published(local.year, extra):
            found.append(_("%(year)s 年的放假安排尚未公布,工作日按周末和固定节日推算。", year=local.year))
    return list(dict.fromkeys(found))
