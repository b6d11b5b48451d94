"""What is next in a contract, in one sentence for whoever reads it, and whose turn it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from marketplace.contracts import rules
from marketplace.contracts.models import FRAMEWORKS, IN_FORCE, ContractKind, ContractStatus, PartyRole
from marketplace.contracts.models_performance import DeliveryStatus
from marketplace.contracts.rows import Folder, Shipment
from marketplace.kit import clock
from marketplace.kit.web import show_day, show_time


class Turn(StrEnum):
    """Who has to do something."""

    MINE = "mine"
    THEIRS = "theirs"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Step:
    """The sentence, whose turn it is, whether it is late, and the part of the page where it is done."""

    text: str
    turn: Turn = Turn.NOBODY
    late: bool = False
    part: str = ""

    @property
    def tone(self) -> str:
        """How it is shown."""
        if self.late:
            return "bad"
        return {Turn.MINE: "wait", Turn.THEIRS: "info", Turn.NOBODY: "mute"}[self.turn]


def next_step(folder: Folder, side: PartyRole, at: datetime) -> Step:
    """The most pressing thing, what the reader can do before what others have to.

    In this order: signing, a dispute, a proposal, an inspection, rework, a delivery, the ratings.
    """
    status = folder.contract.status
    if status in (ContractStatus.DRAFT, ContractStatus.OFFERED):
        return _before_signing(folder, side, at)
    if status in IN_FORCE:
        found = [*_open_matters(folder, side), *_deliveries(folder, side, at), _coming(folder, side, at)]
        return next((step for step in found if step.turn == Turn.MINE), found[0])
    return _after(folder, side, at)


def _turn(side: PartyRole, whose: PartyRole) -> Turn:
    return Turn.MINE if side == whose else Turn.THEIRS


def _before_signing(folder: Folder, side: PartyRole, at: datetime) -> Step:
    row = folder.contract
    if row.status == ContractStatus.DRAFT:
        if row.returned_why:
            return Step(_("供应商退回了合同文本,请修改后重新发出。"), _turn(side, PartyRole.BUYER), part="draft")
        return Step(_("核对合同内容,签署后发给供应商。"), _turn(side, PartyRole.BUYER), part="draft")
    if row.kind == ContractKind.ORDER:
        late = row.answer_by is not None and at > row.answer_by
        until = _("请在 %(time)s 前确认订单。", time=show_time(row.answer_by)) if row.answer_by else _("请确认订单。")
        text = until if side == PartyRole.SUPPLIER else _("等待供应商确认订单。")
        return Step(text, _turn(side, PartyRole.SUPPLIER), late, "sign")
    text = _("请核对文本并签署。") if side == PartyRole.SUPPLIER else _("等待供应商签署。")
    late = row.sign_by is not None and clock.local(at).date() > row.sign_by
    return Step(text, _turn(side, PartyRole.SUPPLIER), late, "sign")


def _open_matters(folder: Folder, side: PartyRole) -> Iterator[Step]:
    if folder.dispute is not None:
        yield _quarrel(side)
    if folder.change is not None:
        proposed_by_buyer = folder.change.proposer_id == folder.contract.owner_id
        answers = PartyRole.SUPPLIER if proposed_by_buyer else PartyRole.BUYER
        text = _("对方提出了变更,请答复。") if side == answers else _("等待对方答复变更。")
        yield Step(text, _turn(side, answers), part="changes")


def _quarrel(side: PartyRole) -> Step:
    turn = Turn.MINE if side != PartyRole.OTHER else Turn.NOBODY
    return Step(_("有未了结的争议,请查看双方陈述。"), turn, True, "disputes")


def _deliveries(folder: Folder, side: PartyRole, at: datetime) -> Iterator[Step]:
    today = clock.local(at).date()
    open_ones = folder.open_shipments(at)
    for status, tell in (
        (DeliveryStatus.RECEIVED, _inspect),
        (DeliveryStatus.REWORK, _put_right),
        (DeliveryStatus.ANNOUNCED, _expect),
    ):
        for shipment in open_ones:
            if shipment.delivery.status == status:
                yield tell(shipment, side, rules.is_late(shipment.delivery, today))


def _inspect(shipment: Shipment, side: PartyRole, _late: bool) -> Step:
    row = shipment.delivery
    if row.accept_by is None:
        return Step(_("第 %(n)s 次交付的验收因争议暂停。", n=row.number), part="deliveries")
    until = show_time(row.accept_by)
    if side == PartyRole.BUYER:
        text = _("请在 %(time)s 前验收第 %(n)s 次交付,到期视为合格。", time=until, n=row.number)
    else:
        text = _("等待采购单位验收第 %(n)s 次交付,%(time)s 到期视为合格。", time=until, n=row.number)
    return Step(text, _turn(side, PartyRole.BUYER), part="deliveries")


def _put_right(shipment: Shipment, side: PartyRole, late: bool) -> Step:
    row = shipment.delivery
    text = _("第 %(n)s 次交付需整改,%(day)s 前重新交付。", n=row.number, day=show_day(row.redo_by))
    return Step(text, _turn(side, PartyRole.SUPPLIER), late, "deliveries")


def _expect(shipment: Shipment, side: PartyRole, late: bool) -> Step:
    row = shipment.delivery
    text = _("第 %(n)s 次交付在途,预计 %(day)s 到达,收到后请签收。", n=row.number, day=show_day(row.arrives_on))
    return Step(text, _turn(side, PartyRole.BUYER), late, "deliveries")


def _coming(folder: Folder, side: PartyRole, at: datetime) -> Step:
    row, today = folder.contract, clock.local(at).date()
    if row.kind in FRAMEWORKS:
        if not rules.is_valid_on(row, today):
            return Step(_("协议有效期至 %(day)s。", day=show_day(row.valid_until)))
        text = _("协议有效,可以下单。") if side == PartyRole.BUYER else _("协议有效,等待采购单位下单。")
        return Step(text, part="orders")
    step = folder.next_milestone()
    if step is not None:
        late = step.due_on is not None and today > step.due_on
        text = _("%(day)s 前:%(what)s。", day=show_day(step.due_on), what=step.what)
        return Step(text, _turn(side, PartyRole.SUPPLIER), late, "deliveries")
    if folder.left_milli() > 0:
        return Step(_("还有内容未交付,请安排交付。"), _turn(side, PartyRole.SUPPLIER), part="deliveries")
    end = rules.period_end(row)
    if end is not None and today >= end and not folder.open_shipments(at):
        return Step(_("合同期已满,请办结。"), _turn(side, PartyRole.BUYER), part="manage")
    return Step(_("全部验收合格,合同期至 %(day)s。", day=show_day(end)))


def _after(folder: Folder, side: PartyRole, at: datetime) -> Step:
    if folder.dispute is not None:
        return _quarrel(side)
    mine = {PartyRole.BUYER: folder.contract.owner_id, PartyRole.SUPPLIER: folder.contract.supplier_id}.get(side)
    if mine and rules.may_rate(folder.contract, at) and all(r.rater_id != mine for r in folder.ratings):
        until = show_day(folder.contract.ended_at + rules.RATING_TIME)
        return Step(_("请在 %(day)s 前评价对方。", day=until), Turn.MINE, part="ratings")
    if folder.contract.status == ContractStatus.TERMINATED:
        return Step(_("合同已终止。"))
    return Step(_("合同已履行完毕。"))
