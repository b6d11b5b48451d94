"""What the contracts room refuses, and why."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal
from marketplace.kit.web import show_day, show_time


class NotYetToConclude(Refusal):
    """The award cannot become a contract now; `details["why"]` is the sentence."""

    code = "not-yet-to-conclude"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("现在还不能订立合同。")))


class AlreadyConcluded(Refusal):
    """A twin has drawn up the contract at this very moment."""

    code = "already-concluded"

    def message(self) -> str:
        """The sentence shown."""
        return _("该成交结果已经订立合同,没有重复订立。")


class NotTheText(Refusal):
    """The text was changed after the person opened the page."""

    code = "not-the-text"

    def message(self) -> str:
        """The sentence shown."""
        return _("合同文本在您打开页面后有变化,请重新阅读后再签署。")


class NotInForce(Refusal):
    """Only a signed contract that has not ended can be performed or changed."""

    code = "not-in-force"

    def message(self) -> str:
        """The sentence shown."""
        return _("合同尚未生效或已经结束,不能进行此操作。")


class TooMuch(Refusal):
    """More than was ordered, or than is left of a framework; `details["why"]` is the sentence."""

    status = 422
    code = "too-much"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("数量超过合同剩余数量。页面可能已过期,请刷新后核对。")))


class NothingDelivered(Refusal):
    """A delivery brings something, or completes a step of the plan."""

    status = 422
    code = "nothing-delivered"

    def message(self) -> str:
        """The sentence shown."""
        return _("请至少填写一项本次数量,或选择本次完成的交付节点。")


class ClockHasRun(Refusal):
    """The time for inspection is over: the delivery counts as accepted, whatever is said now."""

    code = "clock-has-run"

    def message(self) -> str:
        """The sentence shown."""
        return _("验收期限已于 %(time)s 届满,按合同约定视为验收合格。如有异议,可以提出争议。",
                 time=show_time(self.details.get("accept_by")))  # fmt: skip


class AlreadyJudged(Refusal):
    """Somebody else judged this round at this very moment."""

    code = "already-judged"

    def message(self) -> str:
        """The sentence shown."""
        return _("本次交付已有验收结论,没有重复记录。请刷新页面查看。")


class ProofMissing(Refusal):
    """The supplier's word alone does not start the buyer's clock."""

    status = 422
    code = "proof-missing"

    def message(self) -> str:
        """The sentence shown."""
        return _("请上传对方签收的凭证(签收单照片或扫描件)。")


class BadDay(Refusal):
    """A day that cannot be; `details["why"]` is the sentence."""

    status = 422
    code = "bad-day"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("日期不正确。")))


class ChangeOpen(Refusal):
    """One proposal at a time."""

    code = "change-open"

    def message(self) -> str:
        """The sentence shown."""
        return _("已有一项变更等待对方答复,请先处理完再提出新的变更。")


class NothingChanged(Refusal):
    """A proposal that changes nothing."""

    status = 422
    code = "nothing-changed"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有改动任何内容。")


class LimitUnread(Refusal):
    """More than a tenth is added, and the proposer did not say to have read the rule."""

    status = 422
    code = "limit-unread"

    def message(self) -> str:
        """The sentence shown."""
        return _("追加金额累计将超过原合同金额的十分之一。请核对依据,确认后再提交。")


class FrameworkOver(Refusal):
    """The framework is not valid on this day."""

    code = "framework-over"

    def message(self) -> str:
        """The sentence shown."""
        until = self.details.get("until")
        return (
            _("协议不在有效期内(有效期至 %(day)s),不能下单。", day=show_day(until))
            if until
            else _("协议尚未生效,不能下单。")
        )


class DisputeOpen(Refusal):
    """One open dispute per contract."""

    code = "dispute-open"

    def message(self) -> str:
        """The sentence shown."""
        return _("本合同已有未了结的争议,请在其中补充陈述。")


class DisputeOver(Refusal):
    """The dispute has ended."""

    code = "dispute-over"

    def message(self) -> str:
        """The sentence shown."""
        return _("争议已经结束,不能再补充。")


class BadOutcome(Refusal):
    """The outcome does not fit what the dispute is about."""

    status = 422
    code = "bad-outcome"

    def message(self) -> str:
        """The sentence shown."""
        return _("该处理结果与争议对象的当前状态不符,请重新选择。")


class RatingClosed(Refusal):
    """Rated already, or the time for it is over."""

    code = "rating-closed"

    def message(self) -> str:
        """The sentence shown."""
        return _("每份合同只能评价一次,且须在合同结束后 14 天内。")


class TooManyFiles(Refusal):
    """More files at once than a person looks through."""

    status = 422
    code = "too-many-files"

    def message(self) -> str:
        """The sentence shown."""
        return _("一次最多上传 %(n)s 个文件。", n=self.details.get("limit", 10))


class NotComplete(Refusal):
    """Something ordered was not accepted yet, or the period still runs."""

    code = "not-complete"

    def message(self) -> str:
        """The sentence shown."""
        return _("还有未验收的内容或未完成的节点,或合同期未满,不能办结。")
