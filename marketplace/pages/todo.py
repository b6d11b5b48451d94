"""What waits for somebody, out of every room, for the top of a desk: the late first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from sqlmodel import select

from marketplace.accounts.permissions import is_buyer, is_operator, is_supplier
from marketplace.awarding import queries as awarding
from marketplace.awarding.models import AwardStatus, Conflict, Objection, ObjectionStatus
from marketplace.bidding import queries as bidding
from marketplace.bidding import rules as bids
from marketplace.contracts import lists
from marketplace.contracts.models_performance import Dispute, DisputeStatus
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.procurement import overviews
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, ProcurementStatus
from marketplace.procurement.rules import Phase, phase_of
from marketplace.procurement.steps import next_step

MOST = 10


@dataclass(frozen=True)
class Todo:
    """One thing to do: about what, what it is, where it is done, and how pressing."""

    title: str
    what: str
    link: str
    tone: str = "wait"
    due: datetime | None = None


def todo(actor: Actor, at: datetime) -> list[Todo]:
    """What waits for this person, or for the organisation acted for."""
    found = [*_appointments(actor, at), *_panels(actor)]
    if is_buyer(actor):
        found += [*_procurements(actor, at), *_objections(actor), *_contracts(actor, at)]
    if is_supplier(actor):
        found += [*_awards(actor), *_quotes(actor, at), *_contracts(actor, at), *_invitations(actor, at)]
    if is_operator(actor):
        found += _disputes()
    first = {one.link: one for one in reversed(found)}  # what is mine to do stands before what is somebody's
    return sorted(reversed(first.values()), key=lambda one: one.tone != "bad")[:MOST]


def _appointments(actor: Actor, at: datetime) -> Iterator[Todo]:
    for one in overviews.appointments_of(actor.user_id, at):
        link = url_for("bidding.opening", procurement_id=one.procurement.id)
        if one.may_confirm:
            yield Todo(one.procurement.title, _("确认担任开启人"), url_for("procurement.appointments"))
        elif one.phase == Phase.TO_OPEN and getattr(one.officer, "acted_at", None) is None:
            yield Todo(one.procurement.title, _("可以开启报价了,请输入密码开启"), link, "bad")


def _panels(actor: Actor) -> Iterator[Todo]:
    for member, procurement in awarding.seats_of(actor.user_id):
        if procurement.status == ProcurementStatus.EVALUATING and member.conflict == Conflict.UNDECLARED:
            link = url_for("awarding.panel", procurement_id=procurement.id)
            yield Todo(procurement.title, _("声明有无利害关系后参加评审"), link)


def _procurements(actor: Actor, at: datetime) -> Iterator[Todo]:
    for row in overviews.waiting_for(actor, at):
        words, link = next_step(row)
        if link:
            yield Todo(row.procurement.title, words, link, "bad" if row.phase == Phase.TO_OPEN else "wait")


def _objections(actor: Actor) -> Iterator[Todo]:
    query = select(Procurement, Objection).join(Objection, Objection.procurement_id == Procurement.id)
    wanted = (Procurement.owner_id == actor.organisation_id, Objection.status == ObjectionStatus.FILED)
    for procurement, _objection in db.session().exec(query.where(*wanted).order_by(Objection.id).limit(MOST)):
        link = url_for("awarding.objections", procurement_id=procurement.id)
        yield Todo(procurement.title, _("有质疑等待答复"), link, "bad")


def _contracts(actor: Actor, at: datetime) -> Iterator[Todo]:
    for folder, step in lists.waiting(actor.organisation_id, at)[0]:
        link = url_for("contracts.contract", contract_id=folder.contract.id)
        yield Todo(folder.contract.title, step.text, link, "bad" if step.late else "wait")


def _awards(actor: Actor) -> Iterator[Todo]:
    for award in awarding.awards_to(actor.organisation_id):
        if award.status == AwardStatus.ANNOUNCED:
            procurement = procurements.procurement(procurements.lot(award.lot_id).procurement_id)
            link = url_for("awarding.result", procurement_id=procurement.id)
            yield Todo(procurement.title, _("恭喜成交,请确认接受"), link, "bad")


def _quotes(actor: Actor, at: datetime) -> Iterator[Todo]:
    """Of the organisation's own quotes only."""
    for one in bidding.own_tenders(actor.organisation_id):
        if phase_of(one.procurement, one.round, at) != Phase.COLLECTING:
            continue
        newest = next((quote for quote in reversed(one.quotes) if quote.round_id == one.round.id), None)
        stand = bids.stand(newest, one.draft is not None, None, one.procurement.reconfirm_from)
        words = {
            bids.Stand.RECONFIRM: _("采购文件已变更,报价需要重新确认"), bids.Stand.DRAFT: _("报价草稿尚未提交"),
            bids.Stand.NONE: _("已登记参与,尚未报价"),
        }.get(stand)  # fmt: skip
        if words:
            link = url_for("bidding.quote", procurement_id=one.procurement.id)
            tone = "bad" if stand == bids.Stand.RECONFIRM else "wait"
            yield Todo(one.procurement.title, words, link, tone, one.round.quotes_until)


def _invitations(actor: Actor, at: datetime) -> Iterator[Todo]:
    for row in overviews.open_invitations(actor, at):
        if not procurements.is_participant(row.procurement.id, actor.organisation_id):
            link = url_for("procurement.public", procurement_id=row.procurement.id)
            yield Todo(row.procurement.title, _("邀请贵单位报价"), link, "wait", row.round.quotes_until)


def _disputes() -> Iterator[Todo]:
    query = select(Dispute).where(Dispute.status == DisputeStatus.OPEN).order_by(Dispute.id).limit(MOST)
    for dispute in db.session().exec(query):
        yield Todo(_("合同争议"), _("等待平台调解"), f"/operations/disputes/{dispute.id}", "bad")
