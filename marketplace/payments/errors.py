"""What the payments room refuses."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal
from marketplace.kit.money import format_fen


class BadCharge(Refusal):
    """A charge nobody could owe: not a positive whole number of fen, or both sides the same."""

    status = 422
    code = "bad-charge"

    def message(self) -> str:
        """The sentence shown."""
        return _("款项金额必须是大于零的整分数,且付款方与收款方不能相同。")


class NotPayable(Refusal):
    """One of the charges is paid, waived or being paid already."""

    code = "not-payable"

    def message(self) -> str:
        """The sentence shown."""
        return _("其中有款项已付清、已免除或正在支付中,请刷新后查看。")


class OnePayeeOnly(Refusal):
    """A payment goes to one payee."""

    status = 422
    code = "one-payee-only"

    def message(self) -> str:
        """The sentence shown."""
        return _("一次支付只能选择同一收款单位的款项。")


class NoSuchRoute(Refusal):
    """The route is not open on this platform."""

    status = 422
    code = "no-such-route"

    def message(self) -> str:
        """The sentence shown."""
        return _("此支付方式暂不可用,请选择其他方式。")


class NotWaivable(Refusal):
    """Only what is open may be waived."""

    code = "not-waivable"

    def message(self) -> str:
        """The sentence shown."""
        return _("只有未付款项可以免除。如已付款,请使用退款。")


class TooMuchBack(Refusal):
    """More than what was paid and is not yet given back or kept."""

    status = 422
    code = "too-much-back"

    def message(self) -> str:
        """The sentence shown."""
        return _("金额超出可退余额 %(left)s。", left=format_fen(self.details.get("left_fen", 0)))


class ApproveTwice(Refusal):
    """The second approval is another person's."""

    status = 403
    code = "approve-twice"

    def message(self) -> str:
        """The sentence shown."""
        return _("您已批准过。超过限额的退款需要另一位管理员批准。")


class NoDeposit(Refusal):
    """Only deposits are kept in part."""

    status = 422
    code = "no-deposit"

    def message(self) -> str:
        """The sentence shown."""
        return _("只有押金、保证金可以抵扣。")


class ProofWaiting(Refusal):
    """There is a proof the payee has not answered yet."""

    code = "proof-waiting"

    def message(self) -> str:
        """The sentence shown."""
        return _("已有一份转账凭证等待收款方确认。")


class PaidBefore(Refusal):
    """A bank transfer cannot be dated ahead, or long before the charge."""

    status = 422
    code = "paid-before"

    def message(self) -> str:
        """The sentence shown."""
        return _("转账日期不能晚于今天。")


class StillMoving(Refusal):
    """Money may be on its way under this payment: it cannot be dropped."""

    code = "still-moving"

    def message(self) -> str:
        """The sentence shown."""
        return _("款项可能已在途中,需先查明结果,暂不能取消。")


class InvoiceExists(Refusal):
    """An invoice was asked for already, or the charge is not paid."""

    code = "invoice-exists"

    def message(self) -> str:
        """The sentence shown."""
        return _("该款项尚未付清,或已申请过发票。")


class NoBillingDetails(Refusal):
    """There is no title and tax number to write an invoice to."""

    code = "no-billing-details"

    def message(self) -> str:
        """The sentence shown."""
        return _("请先填写本单位的开票信息(抬头和税号)。")


class EventRefused(Exception):
    """A webhook call that proves nothing: `why` is signature, old, mode, unreadable or amount. Answered with 400."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unanswered(Exception):
    """A gateway was asked and what became of it is not known: no answer, or one that says nothing (5xx)."""


class GatewayRefused(Exception):
    """A gateway said no and has done nothing."""
