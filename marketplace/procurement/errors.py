"""What the procurement room refuses, and why."""

from flask_babel import gettext as _

from marketplace.accounts.errors import NotReady
from marketplace.kit.errors import Refusal


class MayNotDealYet(NotReady):
    """The organisation is not approved or the person's e-mail not verified; `details["why"]` is which."""

    def message(self) -> str:
        """The sentence shown, with the next step."""
        if self.details.get("why") == "email":
            return _("请先验证您的邮箱:打开“账号与安全”,可重新发送验证邮件。已保存的内容不会丢失。")
        return _("单位审核通过后才能发布采购或参加采购。审核进度见“单位资料与成员”,草稿会一直保留。")


class AlreadyBegun(Refusal):
    """The same form was saved at this very moment."""

    code = "already-begun"

    def message(self) -> str:
        """The sentence shown."""
        return _("这个采购项目已经建立,没有重复创建。请在“我的采购项目”中查看。")


class OtherWay(Refusal):
    """The procedure is not carried out as a sealed procurement: inquiries and call-offs have their own pages."""

    status = 422
    code = "other-way"

    def message(self) -> str:
        """The sentence shown."""
        return _("该程序不密封报价,请从“询价篮”发起市场询价,或在“合同”中按框架、储备协议下单。")


class NothingChosen(Refusal):
    """Beginning from something without choosing any of it."""

    status = 422
    code = "nothing-chosen"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有可用的内容。请至少选择一项仍在展示的产品,或换一种方式开始。")


class NotEditable(Refusal):
    """Neither a draft nor collecting quotes."""

    code = "not-editable"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价已经截止或项目已经结束,内容不能再改。")


class NotWhileRunning(Refusal):
    """Fixed with the publication."""

    status = 422
    code = "not-while-running"

    def message(self) -> str:
        """The sentence shown."""
        return _("发布后不能更改采购程序和参加范围。如必须更改,请撤回后重新发起。")


class TooEarly(Refusal):
    """A time leaves less than the rule asks; `details` hold "earliest" in words and the "citation"."""

    status = 422
    code = "too-early"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价截止最早为 %(earliest)s(%(rule)s)。", **self.details)


class BadTime(Refusal):
    """A time that cannot be; `details["why"]` is the sentence."""

    status = 422
    code = "bad-time"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details["why"])


class NotReadyToPublish(Refusal):
    """Something is missing; `details["missing"]` are the sentences."""

    status = 422
    code = "not-ready-to-publish"

    def message(self) -> str:
        """The sentence shown."""
        return _("还不能发布:%(list)s", list=";".join(self.details.get("missing", ())))


class NothingToAmend(Refusal):
    """The written amendment changes nothing."""

    status = 422
    code = "nothing-to-amend"

    def message(self) -> str:
        """The sentence shown."""
        return _("内容没有变化,无需发布变更。")


class DeadlinePassed(Refusal):
    """The time for this is over."""

    code = "deadline-passed"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价截止时间已过,不能再进行此操作。")


class StillAwarded(Refusal):
    """Somebody holds an award; it is revoked first, where awards are."""

    code = "still-awarded"

    def message(self) -> str:
        """The sentence shown, with the next step."""
        return _("已有成交结果,不能直接终止。请先在“评审与成交”页撤销成交,再终止各包。")


class QuestionsClosed(Refusal):
    """No more questions are taken."""

    code = "questions-closed"

    def message(self) -> str:
        """The sentence shown."""
        return _("提问已截止。已公开的答复仍可查看。")


class AlreadyAnswered(Refusal):
    """A question is answered once."""

    code = "already-answered"

    def message(self) -> str:
        """The sentence shown."""
        return _("这个问题已经答复。需要补充的,请发布变更。")


class NamesSupplier(Refusal):
    """A public text names a supplier."""

    status = 422
    code = "names-supplier"

    def message(self) -> str:
        """The sentence shown."""
        return _("公开的文字里不能出现供应商名称,请改写后再发布。")


class OfficerRefused(Refusal):
    """This person cannot be an opening officer; `details["why"]` is the sentence."""

    status = 422
    code = "officer-refused"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details["why"])


class TooManyInvited(Refusal):
    """More invitations than one procurement takes."""

    status = 422
    code = "too-many-invited"

    def message(self) -> str:
        """The sentence shown."""
        return _("一个采购项目最多邀请 %(n)s 家供应商。", n=self.details.get("limit", ""))


class TooManyFiles(Refusal):
    """More documents than one procurement takes."""

    status = 422
    code = "too-many-files"

    def message(self) -> str:
        """The sentence shown."""
        return _("最多上传 %(n)s 个文件。", n=self.details.get("limit", ""))


class NoMoreRounds(Refusal):
    """The procedure has no further round, or this is not the moment for it."""

    code = "no-more-rounds"

    def message(self) -> str:
        """The sentence shown."""
        return _("该程序没有下一轮报价,或上一轮报价尚未开启。")


class TooFewOfficers(Refusal):
    """Fewer opening officers than the quorum can still open what is sealed to them."""

    status = 422
    code = "too-few-officers"

    def message(self) -> str:
        """The sentence shown."""
        return _(
            "能够开启报价的开启人不足 %(n)s 人。开启人重设密码后原密钥失效,请另行指定并确认。",
            n=self.details.get("quorum", ""),
        )
