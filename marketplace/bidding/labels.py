"""How quotes read: states, roles, answers, what a price is for, and how arrangements compare, in words."""

from flask_babel import gettext as _

from marketplace.bidding.content import Meets, PartyRole
from marketplace.bidding.models import OpenedStatus, SealedStatus
from marketplace.bidding.rules import Stand


def stand(code: str) -> tuple[str, str]:
    """How a supplier's own quote stands, with the tone it is shown in."""
    return {
        Stand.NONE: (_("未提交"), "mute"), Stand.DRAFT: (_("草稿"), "wait"), Stand.SEALED: (_("已密封提交"), "ok"),
        Stand.RECONFIRM: (_("需重新确认"), "bad"), Stand.WITHDRAWN: (_("已撤回"), "mute"),
        Stand.OPENED: (_("已开启"), "info"), Stand.NOT_OPENED: (_("未能开启"), "bad"),
    }[Stand(code)]  # fmt: skip


def sealed_status(code: str) -> tuple[str, str]:
    """A submission's status, with its tone."""
    return {
        SealedStatus.SUBMITTED: (_("有效"), "ok"),
        SealedStatus.REPLACED: (_("已被替换"), "mute"),
        SealedStatus.WITHDRAWN: (_("已撤回"), "mute"),
    }[SealedStatus(code)]


def opened_status(code: str) -> str:
    """What the opening made of a quote."""
    return {
        OpenedStatus.OPENED: _("已开启"), OpenedStatus.UNOPENABLE: _("未能开启"), OpenedStatus.INVALID: _("内容无效"),
        OpenedStatus.NOT_RECONFIRMED: _("未重新确认"),
    }[OpenedStatus(code)]  # fmt: skip


def role(code: str) -> str:
    """What a consortium member does."""
    return {
        PartyRole.MAKER: _("制造商"), PartyRole.SERVICE: _("服务商"), PartyRole.LESSOR: _("出租方"),
        PartyRole.INSURER: _("保险机构"), PartyRole.FINANCE: _("资金方"), PartyRole.OTHER: _("其他"),
    }[PartyRole(code)]  # fmt: skip


def meets(code: str) -> tuple[str, str]:
    """What the supplier says of a requirement, with its tone."""
    return {
        Meets.YES: (_("满足"), "ok"), Meets.BETTER: (_("优于"), "info"), Meets.NO: (_("不满足"), "bad"),
    }[Meets(code)]  # fmt: skip


def per(code: str) -> str:
    """What a price is for, as it stands after an amount: "元/月"."""
    return {
        "once": _("元"), "month": _("元/月"), "day": _("元/天"), "use": _("元/次"), "year": _("元/年"),
    }[code]  # fmt: skip


def formula(kind: str) -> str:
    """How the comparable total of a kind comes about; Σ is the sum of quantity × unit price."""
    with_parts = _("产品、服务、保险各按其方式计算后相加")
    return {
        "purchase": _("Σ,与比较期无关"),
        "operating_lease": _("月租金 Σ × 比较期月数;租期更长的,加上提前终止补偿"),
        "rental_daily": _("(日租金 Σ × 计费天数 + 运输费)× 比较期年数(不足一年按一年)"),
        "finance_lease": _("首付款 + 全部租金 + 期末转让价"),
        "equipment_as_a_service": _("每次价格 Σ × 每月预计用量(不少于保底)× 比较期月数"),
        "service": _("年服务费 × 比较期月数 ÷ 12;按次计价的,先乘每年次数"),
        "insurance": _("年保费 × 比较期内的保单年数(不足一年按一年)"),
        "product_service": with_parts, "product_insurance": with_parts, "product_service_insurance": with_parts,
        "reserve_agreement": _("年储备费 × 比较期月数 ÷ 12 + 预计调用比例 × Σ"),
        "capacity_reserve": _("年储备费 × 比较期月数 ÷ 12 + 预计调用比例 × Σ"),
        "pilot_loan": _("运输费 + 试用后转购的价格"),
    }[kind]  # fmt: skip


def fact(name: str) -> str:
    """What a line of a receipt is called."""
    return {
        "procurement": _("采购项目编号"), "round": _("轮次"), "version": _("采购文件版本"), "sequence": _("本单位第几次提交"),
        "content-sha256": _("内容校验值"), "envelope-sha256": _("密封信封校验值"), "arrived": _("到达时间(UTC)"),
        "arrived-shanghai": _("到达时间(北京时间)"),
    }.get(name, name)  # fmt: skip
