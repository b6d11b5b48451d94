"""What the bidding room refuses, and why."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal
from marketplace.kit.web import show_time


class StillCollecting(Refusal):
    """The deadline and the minute after it have not passed."""

    status = 409
    code = "still-collecting"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价截止时间未到,不能收口。")


class NotYetToOpen(Refusal):
    """Quotes may not be opened now; `details["from_"]` is the first moment, if that is the reason."""

    status = 409
    code = "not-yet-to-open"

    def message(self) -> str:
        """The sentence shown."""
        if self.details.get("from_"):
            return _("%(time)s 之前任何人都不能开启报价。", time=show_time(self.details["from_"]))
        return _("本轮报价现在不能开启。")


class KeyHasChanged(Refusal):
    """The officer's key is not the one the quotes were sealed to."""

    status = 409
    code = "key-has-changed"

    def message(self) -> str:
        """The sentence shown, with the way out."""
        return _("您的密钥已更换(例如重置过密码),无法开启此前密封的报价。请由其他开启人操作。")


class OpeningStillRuns(Refusal):
    """Officers are missing, or the time for remedy has not ended."""

    status = 409
    code = "opening-still-runs"

    def message(self) -> str:
        """The sentence shown."""
        return _("开启尚未达到规定人数,或补救时限未到,不能结束。")


class QuoteDamaged(Refusal):
    """Neither the officers' shares nor the bidder's key open the quote."""

    status = 409
    code = "quote-damaged"

    def message(self) -> str:
        """The sentence shown."""
        return _("此密钥无法打开该报价。请由提交报价时的同事登录后再试。")


class TooLate(Refusal):
    """The last byte came after the deadline; `details` have `arrived` and `deadline`."""

    code = "too-late"

    def message(self) -> str:
        """The sentence shown, with both times to the millisecond."""
        return _(
            "已过截止时间,未接收。服务器收到时间 %(arrived)s,截止时间 %(deadline)s(北京时间)。",
            arrived=self.details["arrived"],
            deadline=self.details["deadline"],
        )


class AlreadyClosed(Refusal):
    """It came in time, but was worked off only after the round's manifest was written."""

    status = 503
    code = "already-closed"

    def message(self) -> str:
        """The sentence shown."""
        return _("请求按时到达,但系统未能在收口前处理完毕,报价未被接收。请立即联系平台运营方,并保留本页。")


class NotAskedAnyMore(Refusal):
    """The procurement takes no quotes: cancelled, failed, or in another state."""

    code = "not-asked-any-more"

    def message(self) -> str:
        """The sentence shown."""
        return _("该采购项目现在不接收报价,可能已取消或终止。您已写的内容仍会保留。")


class NotRegistered(Refusal):
    """The supplier has not registered to take part, or is not admitted to this round."""

    code = "not-registered"

    def message(self) -> str:
        """The sentence shown."""
        return _("贵单位尚未登记参与,或未进入本轮。请先在采购项目页面登记参与。")


class SupplierNotApproved(Refusal):
    """The organisation is not approved now."""

    code = "supplier-not-approved"

    def message(self) -> str:
        """The sentence shown."""
        return _("贵单位尚未通过审核或已被暂停,不能提交报价。请在“单位资料与成员”查看。")


class RequestChanged(Refusal):
    """The request was amended since this quote was written; `details["changes"]` says what, in words."""

    code = "request-changed"

    def message(self) -> str:
        """The sentence shown."""
        changes = "; ".join(self.details.get("changes", []))
        return _("采购文件已变更到第 %(n)s 版,请核对后再提交。", n=self.details.get("version", "")) + changes


class NotSealed(Refusal):
    """What was handed in is no envelope for this round; `details["reason"]` is a code, `details["field"]` where."""

    status = 422
    code = "not-sealed"

    def message(self) -> str:
        """The sentence shown."""
        reason, field = self.details["reason"], self.details.get("field", "")
        known = {
            "too-large": _("内容过大。"),
            "not-sealed": _("内容没有密封(未加密的文件不接收)。"),
            "suite": _("不认识的加密套件。"),
            "version": _("不认识的格式版本。"),
            "head": _("信封所写与本轮不符:%(field)s。", field=field or "head"),
        }
        return _("未接收:") + known.get(reason, _("信封格式有误(%(reason)s)。", reason=reason))


class NotComplete(Refusal):
    """The draft cannot be sealed as it is; the form says what is missing."""

    status = 422
    code = "not-complete"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价还不完整,请按页面提示补充后再提交。")


class NothingToSubmit(Refusal):
    """There is no draft, or no standing quote, to do this with."""

    code = "nothing-to-submit"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有可以提交的报价草稿,或该报价已经提交、替换或撤回。请刷新页面查看当前状态。")


class QuoteTooLong(Refusal):
    """The text of a quote is larger than an envelope may be."""

    status = 413
    code = "quote-too-long"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价内容过长,请精简文字,把详细资料作为附件上传。")


class NotForYourKey(Refusal):
    """It was sealed when this person's key was not among those of the organisation, or the key has been replaced since."""

    code = "not-for-your-key"

    def message(self) -> str:
        """The sentence shown, with the way out."""
        return _("这份内容密封时不包含您现在的密钥(您后来加入本单位,或重置过密码)。请由提交时的同事查看,或重新填写。")


class TooManyFiles(Refusal):
    """More attachments than a quote may have."""

    status = 422
    code = "too-many-files"

    def message(self) -> str:
        """The sentence shown."""
        return _("一份报价最多 %(n)s 个附件。", n=self.details["limit"])


class QuotesStillSealed(Refusal):
    """The round has not been opened: nobody reads quotes."""

    code = "quotes-still-sealed"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价尚未开启,任何人都不能查看。")
