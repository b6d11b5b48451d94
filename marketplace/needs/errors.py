"""What the needs room refuses, and why."""

from flask_babel import gettext as _

from marketplace.accounts.errors import NotReady
from marketplace.kit.errors import Refusal


class MayNotPostYet(NotReady):
    """The organisation is not approved or the person's e-mail not verified; `details["why"]` is which."""

    def message(self) -> str:
        """The sentence shown, with the next step."""
        if self.details.get("why") == "email":
            return _("请先验证您的邮箱:打开“账号与安全”,可重新发送验证邮件。草稿已保留。")
        return _("单位审核通过后才能发布需求或提问。草稿会一直保留,审核进度见“单位资料与成员”。")


class KindNotAllowed(Refusal):
    """This kind of organisation may not post this kind of need."""

    status = 403
    code = "kind-not-allowed"

    def message(self) -> str:
        """The sentence shown."""
        return _("贵单位可发布技术需求和融资需求;物资与服务采购、储备需求由采购单位或园区发布。")


class NeedIncomplete(Refusal):
    """Something needed for opening is missing; `details["missing"]` names the labels, `details["fields"]` the fields."""

    status = 422
    code = "need-incomplete"

    def message(self) -> str:
        """The sentence shown."""
        return _("还缺少以下内容,补充后即可发布:%(names)s", names="、".join(self.details.get("missing", ())))


class DatesPassed(Refusal):
    """A day or time in the need lies behind us; `details["outdated"]` names the labels, `details["fields"]` the fields."""

    status = 422
    code = "dates-passed"

    def message(self) -> str:
        """The sentence shown."""
        return _("以下时间已经过去,请修改后再发布:%(names)s", names="、".join(self.details.get("outdated", ())))


class AlreadyCreated(Refusal):
    """The same form was saved at this very moment."""

    code = "already-created"

    def message(self) -> str:
        """The sentence shown."""
        return _("这份需求已经保存,没有重复创建。请在“我的需求”中查看。")


class NotEditable(Refusal):
    """Neither a draft nor open: it waits for approval or has ended."""

    code = "not-editable"

    def message(self) -> str:
        """The sentence shown."""
        return _("需求正在内部审批或已经结束,不能修改。审批中的需求可先退回草稿。")


class FixedOnceOpen(Refusal):
    """Kind and visibility stay as they were opened: who could read it must not change behind people's backs."""

    status = 422
    code = "fixed-once-open"

    def message(self) -> str:
        """The sentence shown."""
        return _("发布后不能更改需求种类和公开范围。请复制为新需求,修改后另行发布。")


class TemplateStaysDraft(Refusal):
    """A template is copied, never opened."""

    code = "template-stays-draft"

    def message(self) -> str:
        """The sentence shown."""
        return _("模板不能直接发布。请用模板新建需求。")


class AuthorMayNotApprove(Refusal):
    """Four eyes: whoever wrote the need does not approve it."""

    status = 403
    code = "author-may-not-approve"

    def message(self) -> str:
        """The sentence shown."""
        return _("需求的撰写人不能审批自己的需求,请由本单位另一位管理员审批。")


class NobodyToApprove(Refusal):
    """The organisation asks for approval, and has no administrator besides the author."""

    code = "nobody-to-approve"

    def message(self) -> str:
        """The sentence shown."""
        return _("本单位要求内部审批,但除撰写人外没有其他管理员。请先增加一位管理员,或关闭内部审批。")


class AmendmentsNeedAdministrator(Refusal):
    """With approval asked for, an open need is amended by administrators only, or amending would walk around it."""

    status = 403
    code = "amendments-need-administrator"

    def message(self) -> str:
        """The sentence shown."""
        return _("本单位要求内部审批,已发布的需求只能由管理员变更。")


class BadCutOff(Refusal):
    """The time until which questions are taken is no extension; `details["why"]` is the sentence."""

    status = 422
    code = "bad-cut-off"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("提问截止时间有误,请检查。")))


class QuestionsClosed(Refusal):
    """The cut-off has passed, or the need is not open any more."""

    code = "questions-closed"

    def message(self) -> str:
        """The sentence shown."""
        return _("提问已截止或需求已结束,问题没有提交。")


class OwnNeed(Refusal):
    """One neither asks, follows nor invites oneself."""

    code = "own-need"

    def message(self) -> str:
        """The sentence shown."""
        return _("这是贵单位自己的需求。")


class NamesSupplier(Refusal):
    """A question or an answer that everybody will read names who asked."""

    status = 422
    code = "names-supplier"

    def message(self) -> str:
        """The sentence shown."""
        return _("问题和答复会公开显示,请去掉其中的供应商名称。")


class AlreadyAnswered(Refusal):
    """The question has its answer, which others may have read."""

    code = "already-answered"

    def message(self) -> str:
        """The sentence shown."""
        return _("该问题已经答复并公开。")


class TooManyInvited(Refusal):
    """More suppliers than one need may invite."""

    status = 422
    code = "too-many-invited"

    def message(self) -> str:
        """The sentence shown."""
        return _("一份需求最多邀请 %(n)s 家单位。", n=self.details.get("limit", ""))


class TooManyFiles(Refusal):
    """The need has as many files as it may."""

    code = "too-many-files"

    def message(self) -> str:
        """The sentence shown."""
        return _("一份需求最多附 %(n)s 个文件。", n=self.details.get("limit", ""))


class NotGovernment(Refusal):
    """Incidents are declared by government bodies and public institutions."""

    status = 403
    code = "not-government"

    def message(self) -> str:
        """The sentence shown."""
        return _("突发事件由政府部门和事业单位登记(统一社会信用代码以 1 开头的采购单位或园区)。")


class IncidentOver(Refusal):
    """The incident has ended; no need is added to it."""

    code = "incident-over"

    def message(self) -> str:
        """The sentence shown."""
        return _("该事件已结束,不能再关联需求。")
