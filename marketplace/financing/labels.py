"""How products, applications, verdicts, offers and agreements read."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from marketplace.accounts import labels as accounts
from marketplace.catalog.labels import class_name
from marketplace.financing.models import (
    ApplicationStatus,
    Origin,
    ProductKind,
    Subject,
    SubmissionStatus,
)
from marketplace.financing.models_consortium import ConsortiumStatus, MemberRole
from marketplace.financing.rules import Criterion, Standing, Verdict
from marketplace.kit.money import format_compact
from marketplace.matching.judging import State


def kind(code: str) -> str:
    """What an institution does."""
    return {
        ProductKind.OPERATING_LEASE: _("经营租赁"), ProductKind.FINANCE_LEASE: _("融资租赁"), ProductKind.LOAN: _("贷款"),
        ProductKind.GUARANTEE: _("保函与担保"), ProductKind.WORK_SAFETY: _("安全生产责任险"),
        ProductKind.LIABILITY: _("公众或产品责任险"), ProductKind.QUALITY: _("产品质量保证险"),
        ProductKind.PROPERTY: _("装备财产与机损险"), ProductKind.FIRST_SET: _("首台(套)综合险"),
        ProductKind.OTHER_INSURANCE: _("其他保险"),
    }[ProductKind(code)]  # fmt: skip


def subject(code: str) -> str:
    """What an application is about."""
    return {Subject.FUNDING: _("融资与租赁"), Subject.COVER: _("投保"), Subject.BOND: _("保函与担保")}[Subject(code)]


def subject_hint(code: str) -> str:
    """What that is for."""
    return {
        Subject.FUNDING: _("为装备购置或租用筹款:融资租赁、经营租赁、贷款"),
        Subject.COVER: _("为人员、装备或产品投保"),
        Subject.BOND: _("投标、履约、预付款保函"),
    }[Subject(code)]


def amount_name(code: str) -> str:
    """What the amount of an application is."""
    return {Subject.FUNDING: _("设备总价或融资金额"), Subject.COVER: _("保险金额"), Subject.BOND: _("保函金额")}[
        Subject(code)
    ]


def application_status(code: str) -> tuple[str, str]:
    """An application's state with its tone."""
    return {
        ApplicationStatus.DRAFT: (_("草稿"), "mute"), ApplicationStatus.SENT: (_("办理中"), "info"),
        ApplicationStatus.ACCEPTED: (_("已选定方案"), "ok"), ApplicationStatus.WITHDRAWN: (_("已撤回"), "mute"),
    }[ApplicationStatus(code)]  # fmt: skip


def state(code: str) -> tuple[str, str]:
    """A submission's state with its tone."""
    return {
        SubmissionStatus.SENT: (_("已投递"), "info"), SubmissionStatus.IN_REVIEW: (_("审核中"), "info"),
        SubmissionStatus.ASKED: (_("请补充材料"), "wait"), SubmissionStatus.OFFERED: (_("已出方案"), "ok"),
        SubmissionStatus.LAPSED: (_("方案已失效"), "mute"), SubmissionStatus.ACCEPTED: (_("方案已接受"), "ok"),
        SubmissionStatus.DECLINED: (_("未予受理"), "bad"), SubmissionStatus.NOT_CHOSEN: (_("未选用"), "mute"),
        SubmissionStatus.WITHDRAWN: (_("已撤回"), "mute"),
    }[SubmissionStatus(code)]  # fmt: skip


def origin(code: str) -> str:
    """What an application was begun from."""
    return {
        Origin.NONE: _("直接申请"), Origin.TENDER: _("正在报价的采购"), Origin.AWARD: _("成交结果"),
        Origin.CONTRACT: _("合同"), Origin.NEED: _("融资需求"),
    }[Origin(code)]  # fmt: skip


def field(name: str) -> str:
    """A field of the application that is lacking."""
    return {
        "wanted": _("希望的方式"), "amount_fen": _("金额"), "months": _("期限"), "province": _("使用地"),
    }[name]  # fmt: skip


def standing(code: str) -> tuple[str, str]:
    """How a product stands to an application, with its tone."""
    return {
        Standing.FITS: (_("符合条件"), "ok"), Standing.OPEN: (_("有待确认"), "info"), Standing.UNFIT: (_("不符合"), "mute"),
    }[Standing(code)]  # fmt: skip


def criterion(code: str) -> str:
    """What is judged."""
    return {
        Criterion.KIND: _("产品种类"), Criterion.APPLICANT: _("申请主体"), Criterion.PROVINCE: _("服务区域"),
        Criterion.EQUIPMENT: _("装备类别"), Criterion.AMOUNT: _("金额"), Criterion.MONTHS: _("期限"),
        Criterion.YEARS: _("经营年限"), Criterion.PEOPLE: _("投保人数"), Criterion.BASE: _("示范基地入驻"),
        Criterion.ORDER: _("合同或订单"),
    }[Criterion(code)]  # fmt: skip


def tone(verdict: Verdict) -> str:
    """The tone the matching room shows a judged point in."""
    return {State.MET: "ok", State.UNKNOWN: "ask", State.MARGINAL: "near", State.MISSED: "bad"}[verdict.state]


def wants(verdict: Verdict) -> str:
    """What the product asks."""
    return rule(verdict.criterion, verdict.wants)


def rule(code: str, asked: Mapping[str, Any]) -> str:
    """A rule of eligibility in words."""
    if code == Criterion.ORDER:
        return _("须有合同或中标、成交结果")
    if code == Criterion.BASE:
        return _("须为示范基地入驻企业(基地已确认)") if asked["least"] == "confirmed" else _("须为示范基地入驻企业")
    if "values" in asked:
        return "、".join(_value(code, one) for one in asked["values"])
    low, high = (asked.get(end) for end in ("least", "most"))
    if low is not None and high is not None:
        return _("%(low)s 至 %(high)s", low=_value(code, low), high=_value(code, high))
    if low is not None:
        return _("不少于 %(n)s", n=_value(code, low))
    return _("不超过 %(n)s", n=_value(code, high))


def has(verdict: Verdict) -> str:
    """What the application says; "" when it says nothing."""
    value = verdict.has
    if verdict.criterion == Criterion.ORDER:
        return _("由合同或成交结果发起") if value else ""
    if verdict.criterion == Criterion.BASE:
        return {"confirmed": _("已入驻,基地已确认"), "declared": _("已申报入驻,待基地确认")}.get(
            value or "", _("未入驻")
        )
    if value in (None, "", []):
        return ""
    values = value if isinstance(value, list) else [value]
    return "、".join(dict.fromkeys(_value(verdict.criterion, one) for one in values))


def question(verdict: Verdict) -> str:
    """What is to be told so that an unknown becomes known."""
    return {
        Criterion.KIND: _("请选择希望的方式。"), Criterion.PROVINCE: _("请选择使用地。"),
        Criterion.APPLICANT: _("请完善单位资料。"),
        Criterion.EQUIPMENT: _("请为每项装备选择类别,机构据此判断是否承做。"), Criterion.AMOUNT: _("请填写金额。"),
        Criterion.MONTHS: _("请填写期限。"), Criterion.YEARS: _("请填写营业执照上的成立日期。"),
        Criterion.PEOPLE: _("请填写投保人数。"), Criterion.BASE: _("请联系所在基地确认入驻。"),
        Criterion.ORDER: _("请在申请材料中附上合同或中标通知书。"),
    }[verdict.criterion]  # fmt: skip


def _value(code: str, value: Any) -> str:
    if code == Criterion.AMOUNT:
        return format_compact(value)
    if code == Criterion.MONTHS:
        return _("%(n)s 个月", n=value)
    if code == Criterion.YEARS:
        return _("%(n)s 年", n=value)
    if code == Criterion.PEOPLE:
        return _("%(n)s 人", n=value)
    if code == Criterion.KIND:
        return kind(value)
    if code == Criterion.APPLICANT:
        return accounts.kind(value)
    return class_name(value) if code == Criterion.EQUIPMENT else str(value)


def payment(code: str) -> str:
    """What a payment of an offer is."""
    return {
        "fee": _("手续费"), "deposit": _("保证金"), "deposit_back": _("退还保证金"), "down": _("首付款"), "rent": _("租金"),
        "instalment": _("还款"), "principal": _("到期还本"), "transfer": _("留购价款"), "premium": _("保费"),
        "fee_yearly": _("担保费"),
    }[code]  # fmt: skip


def repay(code: str) -> str:
    """How a loan is paid back."""
    return {"level": _("等额本息"), "bullet": _("按期付息,到期还本")}[code]


def role(code: str) -> str:
    """What a member of a consortium does."""
    return {
        MemberRole.MAKER: _("制造"), MemberRole.USER: _("使用"), MemberRole.SERVICE: _("服务"), MemberRole.LESSOR: _("出租"),
        MemberRole.INSURER: _("保险"), MemberRole.FINANCE: _("融资"), MemberRole.OTHER: _("其他"),
    }[MemberRole(code)]  # fmt: skip


def consortium_status(code: str) -> tuple[str, str]:
    """An agreement's state with its tone."""
    return {
        ConsortiumStatus.DRAFT: (_("起草中"), "mute"), ConsortiumStatus.OFFERED: (_("待成员确认"), "wait"),
        ConsortiumStatus.VALID: (_("已生效"), "ok"), ConsortiumStatus.WITHDRAWN: (_("已放弃"), "mute"),
        ConsortiumStatus.ENDED: (_("已终止"), "mute"),
    }[ConsortiumStatus(code)]  # fmt: skip


def first_text() -> str:
    """What an agreement may begin with, to be rewritten by who knows the matter."""
    return _(
        "各方自愿组成联合体,约定如下:\n一、牵头单位代表联合体报价、签约和联系,其行为经各成员书面同意后对全体成员有约束力。\n二、各成员按本协议所列分工履行职责,并就合同约定事项向采购单位承担连带责任。\n三、款项按本协议所列份额分配;未列份额的,由牵头单位收取后按各方另行约定结算。\n四、出租方对租赁设备享有所有权;保险方按保险合同承担保险责任;服务方按约定时限响应。\n五、任一成员不能履行时,应立即通知牵头单位,由各方协商替代方案。\n六、本协议经全体成员接受后生效,至合同义务履行完毕时终止。"
    )


def product_terms(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a product promises, name and value; what it leaves open is left out."""
    told = [
        (_("年利率或年费率"), f"{terms['rate']}%" if terms.get("rate") is not None else ""),
        (_("保险费率(年)"), f"{terms['premium']}%" if terms.get("premium") is not None else ""),
        (_("首付比例"), f"{terms['down']}%" if terms.get("down") is not None else ""),
        (_("答复时限"), _("%(n)s 个工作日", n=terms.get("decision_days") or 10)),
    ]
    return [(name, value) for name, value in told if value]
