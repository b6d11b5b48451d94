"""What people are told about evaluation and award, in the inbox and by mail, in the platform's first language."""

from collections.abc import Iterable
from datetime import datetime

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.awarding import queries
from marketplace.awarding.letters import Letter
from marketplace.awarding.models import Award, AwardStatus, Objection, ObjectionStatus
from marketplace.kit.i18n import told as _
from marketplace.kit.permissions import Actor
from marketplace.procurement.models import Lot, Procurement


def evaluation(procurement: Procurement) -> str:
    """The buyer's page of an evaluation."""
    return f"/procurements/{procurement.id}/evaluation"


def result(procurement: Procurement) -> str:
    """The result's page, for bidders and, of public procurements, everybody."""
    return f"/tenders/{procurement.id}/result"


def appointed(procurement: Procurement, person: User, at: datetime) -> None:
    """To a new panel member: what for, and that interests are declared first."""
    subject = _("请担任评审成员:%(title)s", title=procurement.title)
    body = _(
        "您被指定为采购项目 %(number)s 的评审成员。报价开启后,请先完成利害关系声明,再独立评审。",
        number=procurement.number,
    )
    link = f"/procurements/{procurement.id}/panel"
    actions.tell([person], subject, body, link, key=f"panel-{procurement.id}", at=at)


def conflict_declared(procurement: Procurement, by: Actor, at: datetime) -> None:
    """To the buyer: a member is out and may have to be replaced."""
    subject = _("评审成员回避:%(title)s", title=procurement.title)
    body = _("%(name)s 声明有利害关系,已回避。请检查评审小组人数,必要时补充成员。", name=by.name)
    _tell_buyer(procurement, subject, body, f"panel-{procurement.id}-out-{by.user_id}", at)


def awarded(procurement: Procurement, lot: Lot, written: Iterable[Letter], at: datetime) -> None:
    """Each letter to its supplier."""
    for letter in written:
        key = f"award-{lot.id}-{letter.supplier_id}-{at:%Y%m%d%H%M%S%f}"
        people = accounts.people_of(letter.supplier_id)
        actions.tell(people, letter.subject, letter.body, result(procurement), key=key, at=at)


def answered(procurement: Procurement, award: Award, by: Actor, at: datetime) -> None:
    """To the buyer: the winner takes the award, or declines it with its reason."""
    if award.status == AwardStatus.ACCEPTED:
        subject = _("成交供应商已确认:%(title)s", title=procurement.title)
        body = _("%(name)s 已确认接受成交。质疑期满后即可签订合同。", name=by.organisation_name)
    else:
        subject = _("成交供应商放弃:%(title)s", title=procurement.title)
        body = _("%(name)s 放弃成交。理由:%(reason)s", name=by.organisation_name, reason=award.end_reason)
    _tell_buyer(procurement, subject, body, f"award-{award.id}-{award.status.value}", at)


def revoked(procurement: Procurement, award: Award, at: datetime) -> None:
    """To every bidder: an award was taken back, and why."""
    subject = _("成交结果已撤销:%(title)s", title=procurement.title)
    body = _(
        "采购项目 %(number)s 的成交结果已撤销。理由:%(reason)s", number=procurement.number, reason=award.end_reason
    )
    _tell_bidders(procurement, subject, body, f"award-{award.id}-revoked", at)


def lot_failed(procurement: Procurement, lot: Lot, at: datetime) -> None:
    """To every bidder: a lot ends without an award, and why."""
    subject = _("采购终止:%(title)s", title=procurement.title)
    body = _("采购项目 %(number)s 第 %(lot)s 包“%(lot_title)s”终止采购。理由:%(reason)s", number=procurement.number,
             lot=lot.number, lot_title=lot.title, reason=lot.fail_reason)  # fmt: skip
    _tell_bidders(procurement, subject, body, f"lot-{lot.id}-failed", at)


def objection_filed(procurement: Procurement, row: Objection, by: Actor, at: datetime) -> None:
    """To the buyer: a bidder doubts the result."""
    subject = _("收到质疑:%(title)s", title=procurement.title)
    body = _("%(name)s 对采购项目 %(number)s 提出质疑,请在 7 个工作日内答复(政府采购法第53条)。", name=by.organisation_name,
             number=procurement.number)  # fmt: skip
    people = accounts.people_of(procurement.owner_id)
    link = f"/procurements/{procurement.id}/objections"
    actions.tell(people, subject, body, link, key=f"objection-{row.id}", at=at)


def objection_decided(procurement: Procurement, row: Objection, at: datetime) -> None:
    """To the bidder who asked: the answer with its reasons."""
    upheld = row.status == ObjectionStatus.UPHELD
    subject = (
        _("质疑成立:%(title)s", title=procurement.title) if upheld else _("质疑答复:%(title)s", title=procurement.title)
    )
    body = _("您对采购项目 %(number)s 的质疑已答复:\n%(reply)s", number=procurement.number, reply=row.reply)
    link = f"/tenders/{procurement.id}/objections"
    actions.tell(accounts.people_of(row.supplier_id), subject, body, link, key=f"objection-{row.id}-decided", at=at)


def _tell_buyer(procurement: Procurement, subject: str, body: str, key: str, at: datetime) -> None:
    actions.tell(accounts.people_of(procurement.owner_id), subject, body, evaluation(procurement), key=key, at=at)


def _tell_bidders(procurement: Procurement, subject: str, body: str, key: str, at: datetime) -> None:
    for supplier_id in queries.bidder_ids(procurement.id):
        actions.tell(accounts.people_of(supplier_id), subject, body, result(procurement), key=key, at=at)
