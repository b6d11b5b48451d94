"""One sentence for each setting of a procedure: what it means for the people who buy and sell under it."""

from collections.abc import Callable

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.kit.money import format_compact
from marketplace.kit.web import english
from marketplace.procedures.schemas import (
    Evaluation,
    Notice,
    PriceChanges,
    ProcedureDefinition,
    Span,
    TooFew,
    Unit,
    Visibility,
)

Definition = ProcedureDefinition


def sentence(definition: Definition, setting: str) -> str:
    """One setting in words; "" where there is nothing to say."""
    said = _SAID.get(setting)
    return said(definition) if said else str(getattr(definition, setting) or "")


def _binding(d: Definition) -> str:
    return _("产生成交结果,双方据此签订合同。") if d.binding else _("只作了解,不产生成交结果,也不构成要约。")


def _budget(d: Definition) -> str:
    if d.budget_max_fen is None:
        return ""
    return _("预算超过 %(amount)s 时提醒:可能应当公开招标。", amount=format_compact(d.budget_max_fen))


def _incident(d: Definition) -> str:
    return _("必须关联一个已登记且尚未结束的突发事件,并写明理由。") if d.needs_incident else ""


def _framework(d: Definition) -> str:
    return _("必须在一份有效的框架协议或储备协议之内。") if d.needs_framework else ""


def _arrangements(d: Definition) -> str:
    kinds = [kind for code in d.arrangements if (kind := arrangements.kind(code))]
    return (", " if english() else "、").join(kind.name_en if english() else kind.name for kind in kinds)


def _visibility(d: Definition) -> str:
    if len(d.visibility) == 2:
        return _("可以公开征集,也可以只邀请选定的供应商。")
    if Visibility.PUBLIC in d.visibility:
        return _("公开征集,符合条件的供应商都可以参加。")
    return _("只有受邀的供应商可以参加。")


def _suppliers(d: Definition) -> str:
    return _("邀请的供应商不少于 %(n)s 家。", n=d.min_suppliers)


def _consortium(d: Definition) -> str:
    return _("供应商可以组成联合体参加。") if d.allows_consortium else _("不接受联合体。")


def _usual(d: Definition) -> str:
    return _("没有另行选择时,自发布起 %(time)s。", time=d.usual_time.words)


def _least(d: Definition) -> str:
    if d.min_time.unit == Unit.HOURS:
        return _("自发布到截止不少于 %(time)s。", time=d.min_time.words)
    return _("自发布到截止不少于 %(time)s;发布当日不计入。", time=d.min_time.words)


def _emergency(d: Definition) -> str:
    if d.emergency_min_time is None:
        return ""
    return _("突发事件处置期间可以缩短,但不少于 %(time)s。", time=d.emergency_min_time.words)


def _questions(d: Definition) -> str:
    if not d.question_margin.amount:
        return _("报价截止前都可以提问。")
    return _("报价截止前 %(time)s停止提问,答复对所有参加者公开。", time=d.question_margin.words)


def _amended(d: Definition) -> str:
    if not d.extension_when_amended.amount:
        return ""
    return _("修改采购文件后,距截止不足 %(time)s的,截止时间顺延。", time=d.extension_when_amended.words)


def _sealed(d: Definition) -> str:
    if d.sealed:
        return _("报价密封:开启之前任何人都不能看到内容、报价人和报价数量。")
    return _("报价不密封,采购人收到即可查看。")


def _officers(d: Definition) -> str:
    if not d.sealed:
        return ""
    return _("指定不少于 %(n)s 名开启人,其中 %(k)s 人共同开启。", n=d.officers_min, k=d.quorum)


def _quotes(d: Definition) -> str:
    if d.too_few == TooFew.FAILED:
        return _("开启时有效报价不足 %(n)s 份的,本次采购失败。", n=d.min_quotes)
    return _("有效报价不足 %(n)s 份的,写明理由后可以继续。", n=d.min_quotes)


def _rounds(d: Definition) -> str:
    return _("两轮:首次报价之后,再密封提交一次最后报价。") if d.rounds == 2 else _("一轮,一次报出。")


def _prices(d: Definition) -> str:
    if d.price_changes == PriceChanges.FINAL_ROUND:
        return _("价格只能在最后报价时改变一次。")
    return _("截止之后价格不得更改。")


def _evaluation(d: Definition) -> str:
    return {
        Evaluation.LOWEST: _("满足全部实质性要求的报价中,最低的成交。"),
        Evaluation.SCORED: _("按事先公布、合计 100 分的因素评分,得分最高的成交。"),
        Evaluation.NONE: _("不按公式评审,由采购人比较后选择并写明理由。")
        if d.binding
        else _("不评审,只整理比较各家答复。"),
    }[d.evaluation]


def _weight(span: Span | None) -> str:
    return _("价格分占 %(low)s%% 至 %(high)s%%。", low=span.low, high=span.high) if span else ""


def _panel(d: Definition) -> str:
    if not d.panel_min:
        return ""
    if d.panel_odd:
        return _("评审小组不少于 %(n)s 人,且为单数。", n=d.panel_min)
    return _("评审小组不少于 %(n)s 人。", n=d.panel_min)


def _small(d: Definition) -> str:
    return _("小微企业报价扣除 %(n)s%% 后参与排序,成交价不变。", n=d.small_deduction) if d.small_deduction else ""


def _split(d: Definition) -> str:
    if not d.binding:
        return ""
    return _("同一包可以分给几家供应商。") if d.split_award else _("同一包只由一家成交。")


def _next_best(d: Definition) -> str:
    if not d.binding:
        return ""
    return _("成交人放弃时,可以依次由下一名成交。") if d.decline_next_best else _("成交人放弃时,重新采购。")


def _objections(d: Definition) -> str:
    if d.publicity_days.amount:
        return _("成交结果公布后 %(time)s内可以提出异议,期满才能签订合同。", time=d.publicity_days.words)
    return _("不设异议期。") if d.binding else ""


_NOTICES: dict[Notice, Callable[[], str]] = {
    Notice.PUBLISHED: lambda: _("采购公告"),
    Notice.AMENDED: lambda: _("更正公告"),
    Notice.OPENED: lambda: _("开启记录"),
    Notice.AWARDED: lambda: _("成交公告"),
    Notice.CONTRACT: lambda: _("合同公告"),
}


def notice(code: str) -> str:
    """What is made public."""
    return _NOTICES[Notice(code)]()


def _notices(d: Definition) -> str:
    if not d.notices:
        return _("不对外公告。")
    return _("依次公开:%(list)s。", list=(", " if english() else "、").join(notice(code) for code in d.notices))


def _review(d: Definition) -> str:
    return _("事后由采购人复核并归档凭据。") if d.review_after else ""


_SAID: dict[str, Callable[[Definition], str]] = {
    "binding": _binding, "budget_max_fen": _budget, "needs_incident": _incident, "needs_framework": _framework,
    "arrangements": _arrangements, "visibility": _visibility, "min_suppliers": _suppliers,
    "allows_consortium": _consortium, "usual_time": _usual, "min_time": _least, "emergency_min_time": _emergency,
    "question_margin": _questions, "extension_when_amended": _amended, "sealed": _sealed, "officers_min": _officers,
    "min_quotes": _quotes, "rounds": _rounds, "price_changes": _prices, "evaluation": _evaluation,
    "price_weight_goods": lambda d: _weight(d.price_weight_goods),
    "price_weight_services": lambda d: _weight(d.price_weight_services), "panel_min": _panel,
    "small_deduction": _small, "split_award": _split, "decline_next_best": _next_best, "publicity_days": _objections, "notices": _notices,
    "review_after": _review,
}  # fmt: skip
