"""The words of the payments room, with the tone of their badge."""

from datetime import date

from flask_babel import gettext as _

from marketplace.payments import rules
from marketplace.payments.models import Charge, Payment, PaymentStatus, RefundStatus, Route
from marketplace.payments.models_ledger import Purpose
from marketplace.payments.models_papers import InvoiceKind, InvoiceStatus


def charge(row: Charge, today: date) -> tuple[str, str]:
    """Where a charge stands."""
    return {
        "open": (_("待付"), "info"),
        "soon": (_("即将到期"), "wait"),
        "overdue": (_("已逾期 %(n)s 天", n=(today - row.due_on).days), "bad"),
        "paying": (_("支付中"), "info"),
        "paid": (_("已付清"), "ok"),
        "waived": (_("已免除"), "mute"),
        "refunded": (_("押金已结清") if row.deposit else _("已全额退款"), "mute"),
    }[rules.standing(row, today)]


def payment(row: Payment) -> tuple[str, str]:
    """Where a payment stands: never more than is known."""
    if row.route == Route.TRANSFER and row.status == PaymentStatus.SENT:
        return _("待收款方确认"), "wait"
    return {
        PaymentStatus.PLANNED: (_("已创建,尚未付款"), "info"),
        PaymentStatus.SENT: (_("等待付款结果"), "wait"),
        PaymentStatus.UNKNOWN: (_("结果未知,正在查询"), "wait"),
        PaymentStatus.CONFIRMED: (_("已到账"), "ok"),
        PaymentStatus.FAILED: (_("未成功"), "bad"),
        PaymentStatus.EXPIRED: (_("已取消或超时"), "mute"),
    }[row.status]


def refund(status: RefundStatus) -> tuple[str, str]:
    """Where a refund stands."""
    return {
        RefundStatus.ASKED: (_("待批准"), "wait"),
        RefundStatus.REFUSED: (_("未批准"), "mute"),
        RefundStatus.PLANNED: (_("已批准,待退回"), "info"),
        RefundStatus.SENT: (_("退回中"), "info"),
        RefundStatus.UNKNOWN: (_("结果未知,正在查询"), "wait"),
        RefundStatus.CONFIRMED: (_("已退回"), "ok"),
        RefundStatus.FAILED: (_("退款失败"), "bad"),
    }[status]


def invoice(status: InvoiceStatus) -> tuple[str, str]:
    """Where an invoice stands."""
    return {
        InvoiceStatus.ASKED: (_("待开具"), "wait"),
        InvoiceStatus.ISSUED: (_("已开具"), "ok"),
        InvoiceStatus.REFUSED: (_("未开具"), "mute"),
    }[status]


def invoice_kind(kind: InvoiceKind) -> str:
    """Which invoice."""
    return {InvoiceKind.PLAIN: _("增值税普通发票"), InvoiceKind.SPECIAL: _("增值税专用发票")}[kind]


def route(code: Route | str) -> str:
    """How money moves."""
    return {
        Route.STRIPE: _("在线支付"), Route.PRACTICE: _("演练支付"), Route.TRANSFER: _("银行或国库转账"),
    }[Route(code)]  # fmt: skip


def purpose(code: Purpose) -> str:
    """The name of an account."""
    return {
        Purpose.RECEIVABLE: _("应收账款"), Purpose.PAYABLE: _("应付账款"), Purpose.CASH_BANK: _("银行存款"),
        Purpose.STRIPE_CLEARING: _("在线支付待结算"), Purpose.PRACTICE_CLEARING: _("演练支付(无真实资金)"),
        Purpose.DEPOSIT_HELD: _("收取的押金"), Purpose.DEPOSIT_PAID: _("付出的押金"), Purpose.REVENUE: _("收入"),
        Purpose.EXPENSE: _("支出"), Purpose.REFUND_PAYABLE: _("应退款项"), Purpose.REFUND_RECEIVABLE: _("待收退款"),
        Purpose.FEES: _("支付手续费"), Purpose.SUSPENSE: _("待查款项"),
    }[Purpose(code)]  # fmt: skip


def entry_kind(code: str) -> str:
    """What a posting is."""
    return {
        "charge": _("款项产生"), "waive": _("款项免除"), "payment": _("付款"), "fee": _("手续费"), "refund": _("退款"),
        "deposit": _("押金抵扣"), "suspense": _("待查"), "payout": _("结算提现"),
    }.get(code, code)  # fmt: skip


def difference_kind(code: str) -> str:
    """The class of a difference."""
    return {
        "missing_locally": _("我方缺记"), "missing_remotely": _("支付机构无记录"), "amount": _("金额不符"),
        "currency": _("币种不符"), "state": _("状态不符"), "duplicate": _("重复"), "fee": _("手续费不符"),
        "dispute": _("拒付争议"), "payout": _("提现异常"), "unknown_metadata": _("来源不明"),
    }[code]  # fmt: skip


def difference_advice(detail: str) -> str:
    """What stands behind a difference and what to do about it."""
    return {
        "foreign_token": _("结账单不是我方发起的。请在支付机构后台核对来源,必要时原路退回。"),
        "other_currency": _("该笔不是人民币。请在支付机构后台核对,确认是否与平台有关。"),
        "second_checkout": _("同一付款出现第二个结账单。如已付款,请在支付机构后台原路退回。"),
        "paid_twice": _("款项已由其他付款付清,这笔钱记入待查。请在支付机构后台原路退回付款方。"),
        "other_amount": _("到账金额与应付不同,已记入待查。请联系付款方核实后补付或退回。"),
        "foreign_refund": _("有人在支付机构后台直接退款。请核实经办人,并在此说明。"),
        "no_such_payment": _("支付机构的入账找不到对应付款,已记入平台待查。请按时间和金额核实。"),
        "moved_twice": _("同一付款在支付机构入账两次,多出部分已记入待查。请原路退回。"),
        "not_posted": _("支付机构已入账,我方尚未记账。点击「立即对账」重取;仍存在请联系技术人员。"),
        "other_fee": _("手续费与已记不同。请核对支付机构账单后说明。"),
        "payout_back": _("提现被退回。请核对银行账户信息。"),
        "disputed": _("付款方通过银行拒付。请在支付机构后台按期提交证据(合同、验收单)。"),
        "strange_movement": _("支付机构账上的其他变动,已记入平台待查。请对照其账单说明。"),
        "not_moved": _("我方记为已付,支付机构账上没有。请在其后台查找;不存在则属严重差错,请联系技术人员。"),
        "charge_and_ledger": _("款项状态与账面应收不一致,请联系技术人员核查。"),
        "deposit_and_ledger": _("押金余额与账面不一致,请联系技术人员核查。"),
        "long_unknown": _("支付结果超过 24 小时未知。请在支付机构后台按付款号查找,并点击「立即查询」。"),
        "unbalanced": _("账目不平,请立即联系技术人员。"),
        "raised_again": _("同一来源再次产生金额或对方不同的款项,已保留原款项。请核对合同变更,必要时免除原款项。"),
    }.get(detail, detail)  # fmt: skip
