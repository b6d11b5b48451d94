"""How contracts, deliveries, changes, disputes and ratings read."""

from typing import Any

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.contracts.models import ChangeReason, ChangeStatus, ContractKind, ContractStatus, PartyRole
from marketplace.contracts.models_performance import (
    DeliveryStatus,
    DisputeOutcome,
    DisputeStatus,
    DisputeSubject,
    Verdict,
)
from marketplace.contracts.rules import quantity
from marketplace.kit.web import english, show_day, show_number


def kind(code: str) -> str:
    """What is agreed."""
    return {
        ContractKind.SUPPLY: _("合同"),
        ContractKind.FRAMEWORK: _("框架协议"),
        ContractKind.RESERVE: _("协议储备"),
        ContractKind.CAPACITY: _("产能储备"),
        ContractKind.ORDER: _("协议订单"),
    }[ContractKind(code)]


def status(code: str) -> tuple[str, str]:
    """A contract's state with its tone."""
    return {
        ContractStatus.DRAFT: (_("起草中"), "mute"),
        ContractStatus.OFFERED: (_("待供应商签署"), "wait"),
        ContractStatus.SIGNED: (_("已签署"), "ok"),
        ContractStatus.RUNNING: (_("履行中"), "ok"),
        ContractStatus.COMPLETED: (_("已办结"), "mute"),
        ContractStatus.TERMINATED: (_("已终止"), "bad"),
    }[ContractStatus(code)]


def role(code: str) -> str:
    """In which capacity somebody is party."""
    return {
        PartyRole.BUYER: _("甲方(采购单位)"),
        PartyRole.SUPPLIER: _("乙方(供应商)"),
        PartyRole.MAKER: _("联合体成员:制造"),
        PartyRole.SERVICE: _("联合体成员:服务"),
        PartyRole.LESSOR: _("联合体成员:出租"),
        PartyRole.INSURER: _("联合体成员:保险"),
        PartyRole.FINANCE: _("联合体成员:融资"),
        PartyRole.OTHER: _("联合体成员"),
    }[PartyRole(code)]


def delivery(code: str) -> tuple[str, str]:
    """A delivery's state with its tone."""
    return {
        DeliveryStatus.ANNOUNCED: (_("在途"), "info"),
        DeliveryStatus.RECEIVED: (_("已签收,待验收"), "wait"),
        DeliveryStatus.REWORK: (_("整改中"), "bad"),
        DeliveryStatus.ACCEPTED: (_("验收合格"), "ok"),
        DeliveryStatus.REJECTED: (_("已拒收"), "bad"),
        DeliveryStatus.CANCELLED: (_("已取消"), "mute"),
    }[DeliveryStatus(code)]


def verdict(code: str) -> str:
    """What an inspection found."""
    return {Verdict.ACCEPTED: _("合格"), Verdict.REWORK: _("整改"), Verdict.REJECTED: _("拒收")}[Verdict(code)]


def reason(code: str) -> str:
    """Why something is changed or ended."""
    return {
        ChangeReason.QUANTITY: _("数量调整"),
        ChangeReason.DELIVERY_TIME: _("交付时间调整"),
        ChangeReason.SPECIFICATION: _("技术内容调整"),
        ChangeReason.TERMS: _("条款调整"),
        ChangeReason.FORCE_MAJEURE: _("不可抗力"),
        ChangeReason.LAW: _("法律政策变化"),
        ChangeReason.BREACH: _("一方违约"),
        ChangeReason.MISTAKE: _("更正笔误"),
        ChangeReason.OTHER: _("其他"),
    }[ChangeReason(code)]


def change(code: str) -> tuple[str, str]:
    """A proposal's state with its tone."""
    return {
        ChangeStatus.PROPOSED: (_("待答复"), "wait"),
        ChangeStatus.AGREED: (_("已同意"), "ok"),
        ChangeStatus.DECLINED: (_("未同意"), "bad"),
        ChangeStatus.WITHDRAWN: (_("已撤回"), "mute"),
    }[ChangeStatus(code)]


def subject(code: str) -> str:
    """What a dispute is about."""
    return {
        DisputeSubject.QUALITY: _("质量"),
        DisputeSubject.QUANTITY: _("数量"),
        DisputeSubject.LATE: _("延期"),
        DisputeSubject.ACCEPTANCE: _("验收结论"),
        DisputeSubject.PAYMENT: _("付款"),
        DisputeSubject.OTHER: _("其他"),
    }[DisputeSubject(code)]


def dispute(code: str) -> tuple[str, str]:
    """A dispute's state with its tone."""
    return {
        DisputeStatus.OPEN: (_("处理中"), "bad"),
        DisputeStatus.WITHDRAWN: (_("已撤回"), "mute"),
        DisputeStatus.CLOSED: (_("已处理"), "ok"),
    }[DisputeStatus(code)]


def outcome(code: str) -> str:
    """How a dispute ended."""
    return {
        DisputeOutcome.ACCEPTED: _("本次交付视为合格"),
        DisputeOutcome.REWORK: _("本次交付整改"),
        DisputeOutcome.REJECTED: _("本次交付拒收"),
        DisputeOutcome.SETTLED: _("双方协商一致,继续履行"),
        DisputeOutcome.REFERRED: _("转由仲裁、诉讼或主管部门处理"),
        DisputeOutcome.TERMINATED: _("合同终止"),
    }[DisputeOutcome(code)]


def criterion(name: str) -> str:
    """What one side judges the other by."""
    return {
        "delivery": _("交付及时"), "quality": _("质量"), "service": _("服务"),
        "payment": _("付款及时"), "clarity": _("需求清楚"), "cooperation": _("配合"),
    }[name]  # fmt: skip


def term(name: str) -> str:
    """A part of the contract that may be changed or lack."""
    return {
        "payment_terms": _("付款条件"), "acceptance_terms": _("验收标准"), "other_terms": _("其他约定"),
        "items": _("明细"), "steps": _("交付计划"), "valid_until": _("有效期"), "ceiling_fen": _("金额上限"),
    }[name]  # fmt: skip


def amount(thousandths: int | None, unit: str = "") -> str:
    """A quantity with its unit."""
    if thousandths is None:
        return _("不限量")
    number = quantity(thousandths)
    text = show_number(int(number) if number == number.to_integral_value() else float(number))
    return f"{text} {unit}".strip()


def plain(thousandths: int | None) -> str:
    """A quantity as it stands in a form field."""
    return "" if thousandths is None else f"{quantity(thousandths):f}"


def arrangement(code: str) -> str:
    """A way of dealing in words."""
    found = arrangements.kind(code)
    return (found.name_en if english() else found.name) if found else code


def per(code: str) -> str:
    """What a unit price is for."""
    return {"once": "", "month": _("每月"), "day": _("每天"), "use": _("每次"), "year": _("每年")}.get(code, "")


def deed(action: str, detail: dict[str, Any]) -> str:
    """A line of the timeline."""
    number = detail.get("delivery", detail.get("change", ""))
    told = {
        "contract.draft": _("起草"), "contract.edit": _("修改草稿"), "contract.offer": _("采购单位签署并发出"),
        "contract.send_back": _("供应商退回文本"), "contract.take_back": _("采购单位撤回文本"), "contract.sign": _("供应商签署,合同生效"),
        "contract.end_unsigned": _("未签署即终止"), "contract.call_off": _("下单 %(n)s", n=detail.get("order", "")),
        "contract.propose_change": _("提出第 %(n)s 号变更", n=number), "contract.agree_change": _("同意第 %(n)s 号变更", n=number),
        "contract.decline_change": _("不同意第 %(n)s 号变更", n=number), "contract.withdraw_change": _("撤回第 %(n)s 号变更", n=number),
        "contract.complete": _("办结"), "contract.check": _("储备检查或演练"),
        "delivery.announce": _("第 %(n)s 次交付:发货", n=number), "delivery.receive": _("第 %(n)s 次交付:签收", n=number),
        "delivery.hand_over": _("第 %(n)s 次交付:供应商凭证确认签收", n=number), "delivery.accepted": _("第 %(n)s 次交付:验收合格", n=number),
        "delivery.rework": _("第 %(n)s 次交付:要求整改", n=number), "delivery.rejected": _("第 %(n)s 次交付:拒收", n=number),
        "delivery.again": _("第 %(n)s 次交付:整改后重新交付", n=number), "delivery.cancel": _("第 %(n)s 次交付:取消", n=number),
        "delivery.silence": _("第 %(n)s 次交付:期限届满,视为合格", n=number), "delivery.give_up": _("第 %(n)s 次交付:整改逾期,拒收", n=number),
        "dispute.open": _("提出争议"), "dispute.state": _("补充陈述"), "dispute.withdraw": _("撤回争议"), "dispute.close": _("争议处理完毕"),
    }  # fmt: skip
    return told.get(action, action)


def change_lines(content: dict[str, Any], items: list[Any], milestones: list[Any]) -> list[tuple[str, str]]:
    """What a proposal makes new, as (what, new value); the two lists name items and steps."""
    names = {str(i.id): i for i in items}
    steps = {str(m.id): m for m in milestones}
    lines = [
        (names[key].name, amount(value, names[key].unit))
        for key, value in content.get("items", {}).items()
        if key in names
    ]
    lines += [(steps[key].what, value) for key, value in content.get("milestones", {}).items() if key in steps]
    lines += [
        (term(name), content[name]) for name in ("payment_terms", "acceptance_terms", "other_terms") if name in content
    ]
    if "valid_until" in content:
        lines.append((term("valid_until"), _("至 %(day)s", day=content["valid_until"])))
    return lines


def until(day: Any) -> str:
    """A last day, or that it is open."""
    return show_day(day) if day else _("未定")
