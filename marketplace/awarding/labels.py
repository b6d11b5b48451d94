"""How evaluation and award read: verdicts, states, points, and why a quote came where it did."""

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.awarding.models import AwardStatus, Conflict, ObjectionStatus, Outcome, SheetStatus
from marketplace.awarding.scoring import Ranked, Tie
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.money import format_fen
from marketplace.procedures.schemas import Evaluation, ProcedureDefinition


def verdict(code: str) -> tuple[str, str]:
    """A line's verdict in words, with the tone it is shown in."""
    return {"meets": (_("符合"), "ok"), "fails": (_("不符合"), "bad"), "unclear": (_("待核实"), "wait")}[code]


def source(code: str) -> str:
    """Where a line's verdict comes from."""
    return {"matching": _("比对产品资料"), "quote": _("供应商应答"), "buyer": _("人工认定")}[code]


def outcome(code: str) -> tuple[str, str]:
    """A quote's compliance in words, with its tone."""
    return {
        Outcome.PENDING: (_("待审查"), "wait"),
        Outcome.COMPLIANT: (_("符合"), "ok"),
        Outcome.REJECTED: (_("不符合"), "bad"),
    }[Outcome(code)]


def conflict(code: str) -> tuple[str, str]:
    """What a member declared, with its tone."""
    return {
        Conflict.UNDECLARED: (_("待声明"), "wait"),
        Conflict.NONE: (_("无利害关系"), "ok"),
        Conflict.DECLARED: (_("有利害关系,回避"), "bad"),
    }[Conflict(code)]


def sheet(code: str | None) -> tuple[str, str]:
    """A score sheet's state, with its tone; None for one not begun."""
    if code is None:
        return _("未开始"), "mute"
    return {SheetStatus.DRAFT: (_("评分中"), "wait"), SheetStatus.SUBMITTED: (_("已提交"), "ok")}[SheetStatus(code)]


def award(code: str) -> tuple[str, str]:
    """An award's state, with its tone."""
    return {
        AwardStatus.ANNOUNCED: (_("已公告,待供应商确认"), "wait"),
        AwardStatus.ACCEPTED: (_("供应商已确认"), "ok"),
        AwardStatus.DECLINED: (_("供应商放弃"), "bad"),
        AwardStatus.REVOKED: (_("已撤销"), "bad"),
    }[AwardStatus(code)]


def objection(code: str) -> tuple[str, str]:
    """An objection's state, with its tone."""
    return {
        ObjectionStatus.FILED: (_("待答复"), "wait"),
        ObjectionStatus.UPHELD: (_("质疑成立"), "bad"),
        ObjectionStatus.REJECTED: (_("质疑不成立"), "mute"),
    }[ObjectionStatus(code)]


def method(code: str) -> str:
    """How a lot is ordered, in a sentence."""
    return {
        Evaluation.LOWEST: _("满足全部实质性要求且报价最低者成交"),
        Evaluation.SCORED: _("综合评分,得分最高者成交"),
        Evaluation.NONE: _("采购人按需要直接比选,写明理由"),
    }[Evaluation(code)]


def points(hundredths: int | None) -> str:
    """Points with two decimals; a dash where there are none."""
    return "—" if hundredths is None else f"{hundredths / 100:.2f}"


def per(code: str) -> str:
    """What a unit price is for."""
    known = {"once": "", "month": _("/月"), "day": _("/日"), "use": _("/次"), "year": _("/年")}
    return known.get(code, "")


def why(ranked: Ranked, definition: ProcedureDefinition) -> str:
    """Why a quote came where it did, in words that can be sent to its supplier; kept, so in the first language."""
    with force_locale(FIRST_LANGUAGE):
        if ranked.place is None:
            return ranked.bid.why_not
        return "".join(filter(None, (_standing(ranked, definition), _small(ranked), _tie(ranked))))


def not_first(row: Mapping[str, Any], winner: Mapping[str, Any]) -> str:
    """The sentence a bidder behind the winner gets: its own standing, and nothing of the others."""
    if row["place"] is None:
        return _("贵单位的报价未通过符合性审查:%(why)s", why=row["why"])
    if row["place"] < winner["place"]:
        return _("贵单位排序第 %(n)s。%(why)s", n=row["place"], why=row["why"])
    return _("贵单位的报价符合要求,排序第 %(n)s,未成交。%(why)s", n=row["place"], why=row["why"])


def _standing(ranked: Ranked, definition: ProcedureDefinition) -> str:
    if ranked.points is not None:
        return _(
            "价格分 %(price)s,其他评审因素 %(scored)s,合计 %(all)s 分,排序第 %(n)s。", price=points(ranked.price_points),
            scored=points(ranked.scored_points), all=points(ranked.points), n=ranked.place,
        )  # fmt: skip
    if definition.evaluation == Evaluation.NONE:
        return _(
            "报价 %(total)s,按报价由低到高列第 %(n)s,供比选参考。",
            total=format_fen(ranked.bid.total_fen),
            n=ranked.place,
        )
    return _("报价 %(total)s,按价格由低到高排序第 %(n)s。", total=format_fen(ranked.bid.total_fen), n=ranked.place)


def _small(ranked: Ranked) -> str:
    if ranked.ranked_fen == ranked.bid.total_fen:
        return ""
    return _("声明为小微企业,扣除后按 %(fen)s 参与排序,成交价不变。", fen=format_fen(ranked.ranked_fen))


def _tie(ranked: Ranked) -> str:
    return {
        Tie.NONE: "",
        Tie.PRICE: _("与他人得分或排序价相同,按报价由低到高排列。"),
        Tie.PLACE: _("与他人得分和报价均相同,按提交时间先后排列。"),
    }[ranked.tie]
