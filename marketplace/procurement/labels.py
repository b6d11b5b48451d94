"""How procurements read: phases, sections, times, criteria and officers in words."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.kit import clock
from marketplace.kit.web import english, show_day, show_time
from marketplace.procedures.models import Procedure
from marketplace.procedures.schemas import Duration, Evaluation, ProcedureDefinition, Unit
from marketplace.procurement.models import InvitedFrom, Visibility
from marketplace.procurement.rules import Phase
from marketplace.taxonomy import queries as taxonomy

SECTIONS = ("head", "lots", "terms", "criteria", "files", "times", "officers", "invitations")
STAGES = ("documents", "quotes", "opening", "evaluation", "award", "contract")
REACHED = {
    Phase.DRAFT: 0, Phase.COLLECTING: 1, Phase.CLOSING: 2, Phase.TO_OPEN: 2, Phase.EVALUATING: 3, Phase.OBJECTIONS: 4,
    Phase.FINAL: 5,
}  # fmt: skip


def phase(code: str, round_number: int = 1) -> tuple[str, str]:
    """Where it stands in words, with the tone it is shown in."""
    if round_number > 1 and code == Phase.COLLECTING:
        return _("最后报价中"), "ok"
    return {
        Phase.DRAFT: (_("草稿"), "wait"),
        Phase.COLLECTING: (_("报价中"), "ok"),
        Phase.CLOSING: (_("已截止,等待开启时间"), "wait"),
        Phase.TO_OPEN: (_("待开启"), "wait"),
        Phase.EVALUATING: (_("评审中"), "info"),
        Phase.OBJECTIONS: (_("成交结果公示中"), "info"),
        Phase.FINAL: (_("已成交"), "ok"),
        Phase.FAILED: (_("采购失败"), "bad"),
        Phase.CANCELLED: (_("已撤回"), "bad"),
    }[Phase(code)]


def stage(name: str) -> str:
    """A stage of the strip above every page of one procurement."""
    return {
        "documents": _("文件"), "quotes": _("报价"), "opening": _("开启"), "evaluation": _("评审"), "award": _("成交"),
        "contract": _("合同"),
    }[name]  # fmt: skip


def section(name: str) -> str:
    """A section of the editor."""
    return {
        "head": _("基本情况"), "lots": _("包与清单"), "terms": _("交易方式与商务条款"), "criteria": _("评审办法"),
        "files": _("附件"), "times": _("时间"), "officers": _("开启人"), "invitations": _("邀请"), "check": _("检查与发布"),
    }[name]  # fmt: skip


def visibility(code: str) -> str:
    """Who may take part."""
    return {Visibility.PUBLIC: _("公开征集"), Visibility.INVITED: _("仅受邀供应商")}[Visibility(code)]


def came_from(code: str) -> str:
    """Why a supplier was thought of."""
    return {
        InvitedFrom.MATCH: _("需求匹配"), InvitedFrom.BASKET: _("询价篮"), InvitedFrom.PLAN: _("供应方案"),
        InvitedFrom.FOLLOWER: _("关注该需求"), InvitedFrom.CHOSEN: _("采购单位选择"),
    }[InvitedFrom(code)]  # fmt: skip


def procedure(row: Procedure) -> str:
    """A procedure's name."""
    return (english() and row.name_en) or row.name


def use(definition: ProcedureDefinition) -> str:
    """When a procedure is used, in its own words."""
    return (english() and definition.use_en) or definition.use


def evaluation(definition: ProcedureDefinition) -> str:
    """How the winner is found."""
    return {
        Evaluation.LOWEST: _("满足全部实质性要求的报价中,价格最低者成交"),
        Evaluation.SCORED: _("按公布的评审因素综合评分,得分最高者成交"),
        Evaluation.NONE: _("比较后选定并书面说明理由"),
    }[definition.evaluation]


def duration(period: Duration) -> str:
    """A length of time."""
    return {
        Unit.WORKING_DAYS: _("%(n)s 个工作日", n=period.amount),
        Unit.DAYS: _("%(n)s 日", n=period.amount),
        Unit.HOURS: _("%(n)s 小时", n=period.amount),
    }[period.unit]


def citation(definition: ProcedureDefinition, setting: str) -> str:
    """The rule a setting follows; the procedure itself where it names none."""
    found = definition.citations.get(setting)
    return found.text if found else _("本采购程序的规定")


def arrangement(code: str) -> str:
    """A kind of arrangement."""
    kind = arrangements.kind(code)
    return ((english() and kind.name_en) or kind.name) if kind else code


def class_text(code: str) -> str:
    """A class as its field shows it: the name when that leads back to it, else the code."""
    node = taxonomy.class_(code)
    named = taxonomy.class_by_name(node.name) if node else None
    return node.name if named and named.code == code else code or ""


def countdown(until: datetime, at: datetime) -> str:
    """How much time is left, in words people say."""
    left = until - at
    if left <= timedelta(0):
        return _("已截止")
    days, minutes = left.days, left.seconds // 60
    if days:
        return _("还有 %(d)s 天 %(h)s 小时", d=days, h=minutes // 60)
    if minutes >= 60:
        return _("还有 %(h)s 小时 %(m)s 分钟", h=minutes // 60, m=minutes % 60)
    return _("还有 %(m)s 分钟", m=minutes) if minutes else _("不到 1 分钟")


def moment(text: str | None) -> str:
    """A time out of a version's content."""
    return show_time(datetime.fromisoformat(text)) if text else "—"


def day(text: str | None) -> str:
    """A day out of a version's content."""
    return show_day(date.fromisoformat(text)) if text else "—"


def weekday(when: datetime) -> str:
    """The day of the week in Shanghai: people check deadlines by it."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return names[clock.local(when).weekday()]


def reason(invited: Any) -> str:
    """Why a supplier was invited, in one line, from what was frozen with the invitation."""
    told = invited.reasons
    if "score" in told:
        return _("%(listing)s,匹配度 %(score)s", listing=told.get("listing", ""), score=f"{told['score'] * 100:.0f}")
    return told.get("listing") or told.get("note") or ""
