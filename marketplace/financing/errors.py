"""What the financing room refuses, and why."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal
from marketplace.kit.web import show_time


class AlreadySaved(Refusal):
    """A twin of the form was first."""

    code = "already-saved"

    def message(self) -> str:
        """The sentence shown."""
        return _("该表单已经提交,没有重复保存。")


class NotComplete(Refusal):
    """The application lacks something every institution needs; `details["lacks"]` are names of fields."""

    status = 422
    code = "not-complete"

    def message(self) -> str:
        """The sentence shown."""
        return _("申请还缺少必填内容,请先补充。")


class NotYetDealing(Refusal):
    """Only approved organisations and proven addresses deal here."""

    status = 403
    code = "not-yet-dealing"

    def message(self) -> str:
        """The sentence shown."""
        return _("单位审核通过并验证邮箱后才能进行此操作。")


class NotOffered(Refusal):
    """The product is not offered any more, or is one's own; `details["name"]` is what it is called."""

    code = "not-offered"

    def message(self) -> str:
        """The sentence shown."""
        return _("“%(name)s”目前不接受申请,请重新选择。", name=self.details.get("name", ""))


class DoesNotFit(Refusal):
    """The product's conditions exclude the application; `details["name"]` is what it is called."""

    status = 422
    code = "does-not-fit"

    def message(self) -> str:
        """The sentence shown."""
        return _("“%(name)s”的准入条件与本申请不符,不能投递。", name=self.details.get("name", ""))


class NothingChosen(Refusal):
    """No product was ticked."""

    status = 422
    code = "nothing-chosen"

    def message(self) -> str:
        """The sentence shown."""
        return _("请至少选择一个机构产品。")


class OfferLapsed(Refusal):
    """The offer's time is over."""

    code = "offer-lapsed"

    def message(self) -> str:
        """The sentence shown."""
        return _("该方案已于 %(time)s 失效,可请机构重新出具。", time=show_time(self.details.get("until")))


class OfferReplaced(Refusal):
    """The institution has made another offer since the page was opened."""

    code = "offer-replaced"

    def message(self) -> str:
        """The sentence shown."""
        return _("机构刚刚更新了方案,请重新查看后再决定。")


class AlreadyAccepted(Refusal):
    """Another offer of the same application was accepted at this very moment."""

    code = "already-accepted"

    def message(self) -> str:
        """The sentence shown."""
        return _("本申请已接受了一个方案,不能再接受其他方案。")


class NotYours(Refusal):
    """The offer is of another kind than the product, or ends too soon; `details["why"]` is the sentence."""

    status = 422
    code = "bad-offer"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("方案填写有误,请检查。")))


class TooManyFiles(Refusal):
    """An application keeps so many papers."""

    status = 422
    code = "too-many-files"

    def message(self) -> str:
        """The sentence shown."""
        return _("每份申请最多 %(n)s 个文件。", n=self.details.get("limit", ""))


class BadMembers(Refusal):
    """The members do not make a consortium; `details["why"]` is the sentence."""

    status = 422
    code = "bad-members"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("联合体成员填写有误,请检查。")))


class NotTheText(Refusal):
    """The text was changed after the person opened the page."""

    code = "not-the-text"

    def message(self) -> str:
        """The sentence shown."""
        return _("协议文本在您打开页面后有变化,请重新阅读后再接受。")


class AlreadyAgreed(Refusal):
    """This member has accepted this text already."""

    code = "already-agreed"

    def message(self) -> str:
        """The sentence shown."""
        return _("本单位已接受该协议文本,没有重复操作。")


class NotNameable(Refusal):
    """The agreement cannot be named there; `details["why"]` is the sentence."""

    status = 422
    code = "not-nameable"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("该联合体协议不能用于此处。")))
