"""How procedures read: every setting as a title and a sentence with the rule behind it, and what changed between versions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import get_day_names
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.kit.money import format_compact
from marketplace.kit.web import english
from marketplace.procedures.models import CalendarDay, Procedure, ProcedureStatus
from marketplace.procedures.schemas import (
    Citation,
    Evaluation,
    Notice,
    PriceChanges,
    ProcedureDefinition,
    TooFew,
    Unit,
    Visibility,
)
from marketplace.procedures.sentences import notice, sentence

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("aim", ("binding", "budget_max_fen", "needs_incident", "needs_framework", "arrangements")),
    ("time", ("visibility", "min_suppliers", "allows_consortium", "usual_time", "min_time", "emergency_min_time",
              "question_margin", "extension_when_amended")),
    ("quotes", ("sealed", "officers_min", "min_quotes", "rounds", "price_changes")),
    ("award", ("evaluation", "price_weight_goods", "price_weight_services", "panel_min", "small_deduction", "split_award",
               "decline_next_best", "publicity_days")),
    ("record", ("notices", "review_after")),
)  # fmt: skip
"""The settings as pages show them; a setting that is part of another's sentence has no line of its own."""

CITED = ("use", *(setting for _code, settings in GROUPS for setting in settings))
"""The settings that have a place for their rule on the form."""


@dataclass(frozen=True)
class Setting:
    """One line of a procedure's page."""

    name: str
    title: str
    sentence: str
    citation: Citation | None = None


def name(row: Procedure) -> str:
    """The procedure's name in the reader's language."""
    return row.name_en if english() and row.name_en else row.name


def use(definition: ProcedureDefinition) -> str:
    """What it is for, in the reader's language."""
    return definition.use_en if english() and definition.use_en else definition.use


def status(row: Procedure) -> tuple[str, str]:
    """A version's status with the tone it is shown in."""
    return {
        ProcedureStatus.DRAFT: (_("草稿"), "wait"),
        ProcedureStatus.IN_USE: (_("使用中"), "ok"),
        ProcedureStatus.RETIRED: (_("已停用"), "mute"),
    }[row.status]


def group(code: str) -> str:
    """The heading of a group of settings."""
    return {
        "aim": _("用途与效力"),
        "time": _("供应商与时间"),
        "quotes": _("报价与开启"),
        "award": _("评审与成交"),
        "record": _("公告与留痕"),
    }[code]


def title(setting: str) -> str:
    """What a setting is called."""
    return _titles()[setting]


def _titles() -> dict[str, str]:
    return {
        "use": _("适用情形"), "use_en": _("适用情形(英文)"), "binding": _("是否产生成交结果"),
        "budget_max_fen": _("预算提醒线"), "needs_incident": _("关联突发事件"), "needs_framework": _("关联框架或储备协议"),
        "arrangements": _("交易方式"), "visibility": _("参加范围"), "min_suppliers": _("最少邀请供应商"),
        "allows_consortium": _("联合体"), "usual_time": _("默认报价时间"), "min_time": _("最短报价时间"),
        "emergency_min_time": _("应急最短时间"), "question_margin": _("提问截止"),
        "extension_when_amended": _("修改后的最短时间"), "sealed": _("密封"), "officers_min": _("开启人"),
        "quorum": _("开启所需人数"), "min_quotes": _("最少有效报价"), "too_few": _("报价不足时"), "rounds": _("报价轮次"),
        "price_changes": _("价格变动"), "evaluation": _("评审办法"), "price_weight_goods": _("货物价格权重"),
        "price_weight_services": _("服务价格权重"), "panel_min": _("评审小组人数"), "panel_odd": _("评审小组单数"),
        "small_deduction": _("小微企业价格扣除"), "split_award": _("分给多家"), "decline_next_best": _("成交人放弃"), "publicity_days": _("异议期"),
        "notices": _("公告"), "review_after": _("事后复核"),
    }  # fmt: skip


def sections(definition: ProcedureDefinition) -> list[tuple[str, list[Setting]]]:
    """Every setting of a procedure that says something, under its heading."""
    found = [(group(code), [_setting(definition, setting) for setting in settings]) for code, settings in GROUPS]
    return [(heading, [line for line in lines if line.sentence]) for heading, lines in found]


def _setting(definition: ProcedureDefinition, setting: str) -> Setting:
    return Setting(setting, title(setting), sentence(definition, setting), definition.citations.get(setting))


def changes(before: ProcedureDefinition, after: ProcedureDefinition) -> list[tuple[str, str, str]]:
    """What differs between two versions: the setting, how it read and how it reads; citations in brackets."""
    pairs = [(title(s), _with_source(before, s), _with_source(after, s)) for s in (*CITED, "use_en")]
    return [(what, old, new) for what, old, new in pairs if old != new]


def _with_source(definition: ProcedureDefinition, setting: str) -> str:
    said, citation = sentence(definition, setting), definition.citations.get(setting)
    return f"{said} [{citation.text}]" if citation and said else said


def audience(code: str) -> str:
    """Who may take part."""
    return {Visibility.PUBLIC: _("公开征集"), Visibility.INVITED: _("仅邀请")}[Visibility(code)]


def unit(code: str) -> str:
    """The unit of a period, as a choice in a form."""
    return {Unit.WORKING_DAYS: _("个工作日"), Unit.DAYS: _("日(自然日)"), Unit.HOURS: _("小时")}[Unit(code)]


def arrangement(code: str) -> str:
    """What a way of dealing is called."""
    kind = arrangements.kind(code)
    return (kind.name_en if english() else kind.name) if kind else code


def evaluation(code: str) -> str:
    """How the winner is found."""
    return {
        Evaluation.LOWEST: _("最低价成交"),
        Evaluation.SCORED: _("综合评分"),
        Evaluation.NONE: _("比较后说明理由"),
    }[Evaluation(code)]


def too_few(code: str) -> str:
    """What happens with too few quotes."""
    return {TooFew.FAILED: _("采购失败,终止或重新采购"), TooFew.NEEDS_REASON: _("写明理由后可以继续")}[TooFew(code)]


def price_changes(code: str) -> str:
    """Whether a price may change."""
    return {PriceChanges.NONE: _("不得更改"), PriceChanges.FINAL_ROUND: _("只在最后报价时")}[PriceChanges(code)]


CHOICES: dict[str, tuple[type, Callable[[Any], str]]] = {
    "units": (Unit, unit), "visibility": (Visibility, audience), "notices": (Notice, notice),
    "evaluation": (Evaluation, evaluation), "too_few": (TooFew, too_few), "price_changes": (PriceChanges, price_changes),
}  # fmt: skip


def choices(setting: str) -> list[tuple[str, str]]:
    """The values a form offers for a setting, with words."""
    if setting == "arrangements":
        return [(kind.code, arrangement(kind.code)) for kind in arrangements.KINDS]
    kind, said = CHOICES[setting]
    return [(member.value, said(member.value)) for member in kind]


def brief(definition: ProcedureDefinition, setting: str) -> str:
    """A setting in a word or two, for a table in which procedures stand side by side; "" for what is not there."""
    d = definition
    said = {
        "binding": _("是") if d.binding else _("否,只作了解"),
        "visibility": _("公开或邀请") if len(d.visibility) == 2 else audience(d.visibility[0]),
        "min_suppliers": _("%(n)s 家", n=d.min_suppliers),
        "min_quotes": _("%(n)s 份", n=d.min_quotes),
        "too_few": too_few(d.too_few),
        "min_time": d.min_time.words,
        "emergency_min_time": d.emergency_min_time.words if d.emergency_min_time else "",
        "sealed": _("密封,%(k)s 人共同开启", k=d.quorum) if d.sealed else _("不密封"),
        "rounds": _("两轮") if d.rounds == 2 else _("一轮"),
        "price_changes": price_changes(d.price_changes),
        "evaluation": evaluation(d.evaluation) if d.binding else _("不评审"),
        "publicity_days": d.publicity_days.words if d.publicity_days.amount else "",
        "budget_max_fen": format_compact(d.budget_max_fen) if d.budget_max_fen else "",
    }
    return said[setting] if setting in said else (_("需要") if getattr(d, setting) else "")


def feast(key: str) -> str:
    """A public holiday's name; "" for none."""
    return {
        "new_years_day": _("元旦"), "spring_festival": _("春节"), "tomb_sweeping_day": _("清明节"),
        "labour_day": _("劳动节"), "dragon_boat_festival": _("端午节"), "national_day": _("国庆节"),
        "mid_autumn_festival": _("中秋节"), "anti_fascist_70th_day": _("抗战胜利纪念日"),
    }.get(key, _("放假") if key else "")  # fmt: skip


def weekdays() -> list[str]:
    """Monday to Sunday in a letter or two."""
    names = get_day_names("narrow", locale=get_locale())
    return [names[n] for n in range(7)]


def month(first: date) -> str:
    """A month's name."""
    return format_date(first, "LLLL", rebase=False)


def author(row: Procedure | CalendarDay, authors: dict[int, str]) -> str:
    """Who wrote a version or entered a day."""
    return authors.get(row.by_id or 0, _("平台预置"))
