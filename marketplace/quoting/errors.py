"""What the quoting room refuses, and why."""

from flask_babel import gettext as _

from marketplace.accounts.errors import NotReady
from marketplace.kit.errors import Refusal


class MayNotDealYet(NotReady):
    """The organisation is not approved or the person's e-mail not verified; `details["why"]` is which."""

    def message(self) -> str:
        """The sentence shown, with the next step."""
        if self.details.get("why") == "email":
            return _("请先验证您的邮箱:打开“账号与安全”,可重新发送验证邮件。已填内容不会丢失在询价篮中。")
        return _("单位审核通过后才能收发询价。请在“单位资料与成员”查看审核进度,询价篮会一直保留。")


class NothingToAsk(Refusal):
    """No line that may be asked about is chosen."""

    status = 422
    code = "nothing-to-ask"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有可以询价的产品。请至少勾选一项仍在展示的产品;已发出的询价单请在“我的询价”中查看。")


class TooManySuppliers(Refusal):
    """More suppliers than one request may ask."""

    status = 422
    code = "too-many-suppliers"

    def message(self) -> str:
        """The sentence shown."""
        return _("一份询价单最多发给 %(n)s 家供应商,请分批发送。", n=self.details.get("limit", ""))


class BasketFull(Refusal):
    """The basket holds as much as it may."""

    code = "basket-full"

    def message(self) -> str:
        """The sentence shown."""
        return _("询价篮最多放 %(n)s 项,请先发出或移除一部分。", n=self.details.get("limit", ""))


class AlreadySent(Refusal):
    """The same form was sent before, or at this very moment."""

    code = "already-sent"

    def message(self) -> str:
        """The sentence shown."""
        return _("这份询价单已经发出,没有重复发送。请在“我的询价”中查看。")


class BadAnswerBy(Refusal):
    """The answer-by time is too soon, too far, or no extension; `details["why"]` is the sentence."""

    status = 422
    code = "bad-answer-by"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("截止时间有误,请检查。")))


class NoLongerOpen(Refusal):
    """The answer-by time has passed, or the buyer closed or cancelled the request."""

    code = "no-longer-open"

    def message(self) -> str:
        """The sentence shown."""
        return _("该询价已截止或已取消,本次操作没有保存。已提交的报价不受影响。")


class NamesSupplier(Refusal):
    """A question or an answer every asked supplier will read names one of them."""

    status = 422
    code = "names-supplier"

    def message(self) -> str:
        """The sentence shown."""
        return _("问题和答复会发给所有被询价单位,请去掉其中的供应商名称。")


class AlreadyAnswered(Refusal):
    """The question has its answer, which all suppliers may have read."""

    code = "already-answered"

    def message(self) -> str:
        """The sentence shown."""
        return _("该问题已经答复并通知了供应商。")
