"""What the awarding room refuses, and why."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal
from marketplace.kit.web import show_time


class NotYetEvaluating(Refusal):
    """The newest round is not opened, or the procurement has ended."""

    code = "not-yet-evaluating"

    def message(self) -> str:
        """The sentence shown."""
        return _("报价尚未开启,或采购已经结束,现在不能评审。")


class DeclareFirst(Refusal):
    """A panel member has not said whether there are interests; nothing of a quote is shown before."""

    status = 403
    code = "declare-first"

    def message(self) -> str:
        """The sentence shown, with the next step."""
        return _("您是评审成员,请先在“评审成员”页面完成利害关系声明,再查看报价。")


class OutOfPanel(Refusal):
    """A member with a conflict, or one who was replaced, reads and judges nothing more."""

    status = 403
    code = "out-of-panel"

    def message(self) -> str:
        """The sentence shown."""
        return _("您已声明利害关系或已退出评审,按规定回避,不能查看报价或参与评审。")


class NotADeclaration(Refusal):
    """A conflict was declared without saying which, or the declaration was given already."""

    status = 422
    code = "not-a-declaration"

    def message(self) -> str:
        """The sentence shown."""
        return _("请选择有无利害关系;有利害关系的,请写明情况。声明提交后不能更改。")


class NoSuchPerson(Refusal):
    """Nobody with this e-mail is registered."""

    status = 422
    code = "no-such-person"

    def message(self) -> str:
        """The sentence shown, with the next step."""
        return _("没有找到使用此邮箱的用户。请专家先在平台注册,再填写其注册邮箱。")


class AlreadyOnPanel(Refusal):
    """The person was appointed before; one who left does not come back."""

    code = "already-on-panel"

    def message(self) -> str:
        """The sentence shown."""
        return _("此人已在评审成员名单中;回避或退出的成员不能再次加入。")


class BidderOnPanel(Refusal):
    """The person belongs to an organisation that takes part."""

    status = 422
    code = "bidder-on-panel"

    def message(self) -> str:
        """The sentence shown."""
        return _("此人属于参加本项目的供应商,不能担任评审成员。")


class PanelTooSmall(Refusal):
    """Too few members without conflict, or an even number; `details["rule"]` is the procedure's sentence."""

    status = 422
    code = "panel-too-small"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details["rule"])


class PanelAtWork(Refusal):
    """A member who has submitted scores stays in the file as a judge."""

    code = "panel-at-work"

    def message(self) -> str:
        """The sentence shown."""
        return _("此成员已提交评分,不能再更换。")


class StillPending(Refusal):
    """Some quotes have not been judged for compliance."""

    code = "still-pending"

    def message(self) -> str:
        """The sentence shown."""
        return _("还有报价没有完成符合性审查。")


class RejectionNeedsReason(Refusal):
    """A rejected quote's supplier is told why."""

    status = 422
    code = "rejection-needs-reason"

    def message(self) -> str:
        """The sentence shown."""
        return _("认定不符合须写明理由,将告知该供应商。")


class TooFewQuotes(Refusal):
    """Fewer compliant quotes than the procedure needs to go on; `details`: n, least, citation."""

    code = "too-few-quotes"

    def message(self) -> str:
        """The sentence shown, with the way out."""
        return _(
            "符合要求的报价只有 %(n)s 家,少于本程序要求的 %(least)s 家(%(citation)s),应终止本包并写明原因。",
            n=self.details["n"], least=self.details["least"], citation=self.details["citation"] or _("程序设置"),
        )  # fmt: skip


class FinalRoundFirst(Refusal):
    """The procedure asks for final prices before anybody ranks."""

    code = "final-round-first"

    def message(self) -> str:
        """The sentence shown."""
        return _("本程序须先进行最后报价,再评分和确定排序。")


class NoFinalRound(Refusal):
    """The procedure has no second round, or it was held."""

    code = "no-final-round"

    def message(self) -> str:
        """The sentence shown."""
        return _("本程序没有最后报价轮次,或最后报价已经开始。")


class SheetIncomplete(Refusal):
    """A quote lacks points for a criterion, or has more than there are; `details["where"]` says which."""

    status = 422
    code = "sheet-incomplete"

    def message(self) -> str:
        """The sentence shown."""
        return _("评分不完整或超出满分:%(where)s", where=self.details.get("where", ""))


class SheetSubmitted(Refusal):
    """A submitted score sheet stays as it is."""

    code = "sheet-submitted"

    def message(self) -> str:
        """The sentence shown."""
        return _("评分表已提交,不能更改。")


class SheetsMissing(Refusal):
    """Not every member has submitted; until then nobody sees others' scores."""

    code = "sheets-missing"

    def message(self) -> str:
        """The sentence shown."""
        return _("还有评审成员未提交评分。全部提交前,任何人都不能查看他人的评分。")


class NoMajority(Refusal):
    """Not more than half of the members agree to the proposed order."""

    code = "no-majority"

    def message(self) -> str:
        """The sentence shown."""
        return _("同意当前排序的评审成员未过半数,不能形成评审结论。排序变化后需要重新表态。")


class ConsensusMissing(Refusal):
    """The conclusion needs words here."""

    status = 422
    code = "consensus-missing"

    def message(self) -> str:
        """The sentence shown."""
        return _("请写明评审意见:评分差异较大、有保留意见、报价家数不足或由采购人直接比选时必须说明。")


class NothingRanked(Refusal):
    """The lot has no conclusion, or it has been overtaken by what came after."""

    code = "nothing-ranked"

    def message(self) -> str:
        """The sentence shown."""
        return _("本包没有有效的评审结论,请先完成评审。符合性审查有变动或质疑成立后,须重新形成结论。")


class NotAwardable(Refusal):
    """This quote has no place in the conclusion, or its supplier declined."""

    status = 422
    code = "not-awardable"

    def message(self) -> str:
        """The sentence shown."""
        return _("只能选择评审结论中排序在列、且未放弃或被撤销成交的供应商。")


class OtherPlaceNeedsReason(Refusal):
    """Anybody but the first of the order is awarded with a written reason only."""

    status = 422
    code = "other-place-needs-reason"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有选择排序第一的供应商,必须写明理由。")


class AlreadyAwarded(Refusal):
    """The lot, or this part of it, has a living award."""

    code = "already-awarded"

    def message(self) -> str:
        """The sentence shown."""
        return _("本包已经确定成交供应商,没有重复授予。请刷新页面查看。")


class SplitNotAllowed(Refusal):
    """The procedure awards a lot whole, or the parts exceed what is asked."""

    status = 422
    code = "split-not-allowed"

    def message(self) -> str:
        """The sentence shown."""
        if item := self.details.get("item"):
            return _("“%(item)s”分配的数量超过了采购数量。", item=item)
        return _("本程序不允许把一个包分给几家供应商,或分配的数量为零。")


class NoNextBest(Refusal):
    """The procedure does not pass an award on when the winner declines."""

    code = "no-next-best"

    def message(self) -> str:
        """The sentence shown."""
        return _("本程序不允许顺延成交,成交供应商放弃后应终止本包或重新采购。")


class EndNeedsReason(Refusal):
    """Declining, revoking or failing needs a reason."""

    status = 422
    code = "end-needs-reason"

    def message(self) -> str:
        """The sentence shown."""
        return _("请写明理由。")


class LotHasAward(Refusal):
    """A lot with a living award is not failed; the award comes first."""

    code = "lot-has-award"

    def message(self) -> str:
        """The sentence shown."""
        return _("本包有成交结果,请先撤销成交再终止。")


class AwardBinding(Refusal):
    """The award was taken and may no longer be doubted; what follows is a matter of the contract."""

    code = "award-binding"

    def message(self) -> str:
        """The sentence shown, with the next step."""
        return _("供应商已接受成交且质疑期已满,不能再撤销成交。请在合同中处理。")


class ObjectionsClosed(Refusal):
    """There is no award to doubt, or the time for it is over; `details["until"]`."""

    code = "objections-closed"

    def message(self) -> str:
        """The sentence shown."""
        if until := self.details.get("until"):
            return _("质疑期已于 %(time)s 结束。", time=show_time(until))
        return _("目前没有可以质疑的成交结果。")


class AlreadyDecided(Refusal):
    """The objection has its answer."""

    code = "already-decided"

    def message(self) -> str:
        """The sentence shown."""
        return _("这项质疑已经答复。")
