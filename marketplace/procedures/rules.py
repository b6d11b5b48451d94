"""Pure decisions of procedures: when periods end, and what is wrong with a definition."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _

from marketplace.kit import calendar
from marketplace.kit.calendar import Extra
from marketplace.procedures import citations
from marketplace.procedures.models import Procedure, ProcedureStatus
from marketplace.procedures.schemas import (
    Duration,
    Evaluation,
    Notice,
    PriceChanges,
    ProcedureDefinition,
    Span,
    Unit,
    Visibility,
)

INQUIRY = "market_inquiry"


def end_of(period: Duration, start: datetime, extra: Extra, at: time = calendar.CLOSING) -> datetime:
    """When the period ends: hours by the clock, days at office closing in Shanghai, the day of the start not counted."""
    if period.unit == Unit.HOURS:
        return start + timedelta(hours=period.amount)
    count = calendar.end_of_working_days if period.unit == Unit.WORKING_DAYS else calendar.add_days
    return count(start, period.amount, at, extra)


def earliest_deadline(
    definition: ProcedureDefinition, published_at: datetime, extra: Extra, emergency: bool = False
) -> datetime:
    """The earliest deadline for quotes; in a declared emergency the shorter time, where the procedure has one."""
    shorter = definition.emergency_min_time if emergency else None
    return end_of(shorter or definition.min_time, published_at, extra)


def usual_deadline(definition: ProcedureDefinition, published_at: datetime, extra: Extra) -> datetime:
    """The deadline a form proposes."""
    return end_of(definition.usual_time, published_at, extra)


def question_cutoff(definition: ProcedureDefinition, deadline: datetime, extra: Extra) -> datetime:
    """Until when questions are taken; with working days, at office closing so many working days before."""
    margin = definition.question_margin
    if margin.unit == Unit.WORKING_DAYS:
        return calendar.before_working_days(deadline, margin.amount, extra=extra)
    return deadline - timedelta(**{margin.unit.value: margin.amount})


def deadline_after_amendment(
    definition: ProcedureDefinition, amended_at: datetime, deadline: datetime, extra: Extra
) -> datetime:
    """The deadline an amendment leaves: the old one, or a later one when too little time would remain."""
    return max(deadline, end_of(definition.extension_when_amended, amended_at, extra))


def objection_end(definition: ProcedureDefinition, at: datetime, extra: Extra) -> datetime:
    """Until when an award told at this moment may be objected to; the moment itself where there is no such period."""
    return end_of(definition.publicity_days, at, extra)


def price_weight(definition: ProcedureDefinition, services: bool) -> Span | None:
    """The percents the price must weigh for services, or for goods; None where any weight will do."""
    return definition.price_weight_services if services else definition.price_weight_goods


def may_retire(row: Procedure) -> bool:
    """Whether the procedure could do without a version in use: the quick inquiry could not."""
    return row.status == ProcedureStatus.IN_USE and row.code != INQUIRY


def stamp(row: Procedure) -> str:
    """What tells one state of a version from the next, so that two editors never overwrite each other."""
    return f"{row.version}.{row.updated_at:%Y%m%d%H%M%S%f}"


def faults(definition: ProcedureDefinition) -> list[str]:
    """Where the definition contradicts itself or falls below a rule it cites, as sentences for whoever puts it in use."""
    return [
        *_below_the_law(definition),
        *_times(definition),
        *_rounds(definition),
        *_people(definition),
        *_aim(definition),
    ]


def _below_the_law(definition: ProcedureDefinition) -> Iterator[str]:
    for setting, citation in definition.citations.items():
        value = getattr(definition, setting)
        for rule in filter(None, map(citations.rule, citation.rule_ids)):
            if _falls_short(value, rule):
                yield _("低于所引规则的要求:%(rule)s(%(citation)s)。", rule=rule.rule, citation=rule.citation)


def _falls_short(value: Any, rule: citations.Rule) -> bool:
    if isinstance(value, Duration):
        return rule.period is not None and value.about_hours < rule.period.about_hours
    if isinstance(value, Span):
        least, most = rule.percents or (0, 100)
        return value.low < least or value.high > most
    counted = isinstance(value, int) and not isinstance(value, bool)
    return counted and rule.count is not None and value < rule.count


def _times(definition: ProcedureDefinition) -> Iterator[str]:
    least, shorter = definition.min_time, definition.emergency_min_time
    if definition.usual_time.about_hours < least.about_hours:
        yield _("默认的报价时间短于最短时间。")
    if shorter and shorter.about_hours > least.about_hours:
        yield _("应急情形下的最短时间反而长于平时。")
    if definition.question_margin.amount and definition.question_margin.about_hours >= (shorter or least).about_hours:
        yield _("提问截止提前得过多:按最短时间发布时,供应商没有机会提问。")
    if definition.extension_when_amended.about_hours > definition.usual_time.about_hours:
        yield _("修改后应留的时间长于默认的报价时间,每次修改都会大幅延期。")


def _rounds(definition: ProcedureDefinition) -> Iterator[str]:
    if definition.rounds == 2 and definition.price_changes == PriceChanges.NONE:
        yield _("设有最后报价轮次,却不允许改变价格。")
    if definition.rounds == 1 and definition.price_changes == PriceChanges.FINAL_ROUND:
        yield _("允许在最后报价时改变价格,却没有最后报价轮次。")
    if definition.evaluation == Evaluation.SCORED and not list(definition.price_weights()):
        yield _("采用综合评分,但没有规定价格权重的范围。")
    if definition.evaluation != Evaluation.SCORED and list(definition.price_weights()):
        yield _("不采用综合评分,价格权重的范围不起作用。")


def _people(definition: ProcedureDefinition) -> Iterator[str]:
    if definition.min_quotes > definition.min_suppliers and Visibility.PUBLIC not in definition.visibility:
        yield _("要求的有效报价数多于最少邀请的供应商数。")
    if definition.panel_odd and definition.panel_min and definition.panel_min % 2 == 0:
        yield _("要求评审小组为单数,但最少人数是双数。")
    if definition.evaluation == Evaluation.SCORED and not definition.panel_min:
        yield _("采用综合评分,但没有评审小组。")
    if definition.evaluation != Evaluation.NONE and not definition.sealed:
        yield _("按规则评审,报价却不密封:先看到报价的人可以影响结果。")


def _aim(definition: ProcedureDefinition) -> Iterator[str]:
    after_award = {Notice.AWARDED, Notice.CONTRACT} & set(definition.notices)
    if not definition.binding and after_award:
        yield _("不产生成交结果,却要公告成交或合同。")
    if definition.binding and Notice.AWARDED not in definition.notices:
        yield _("产生成交结果,却不公告成交。")
    if Notice.OPENED in definition.notices and not definition.sealed:
        yield _("报价不密封,没有开启记录可以公告。")
    if definition.emergency_min_time and not definition.needs_incident:
        yield _("规定了应急情形下的最短时间,却不要求关联突发事件。")
    if definition.needs_incident and not definition.review_after:
        yield _("紧急采购没有规定事后复核。")
    if definition.binding and definition.evaluation != Evaluation.NONE and not definition.publicity_days.amount:
        yield _("评审产生成交结果,却没有异议期。")
