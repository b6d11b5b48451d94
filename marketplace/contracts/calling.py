"""Verbs of frameworks and reserves: calling off, giving back what was not used, looking whether all is ready."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlmodel import col, select

from marketplace.contracts import mails, queries, rules, texts
from marketplace.contracts.errors import FrameworkOver, NothingDelivered, TooMuch
from marketplace.contracts.models import (
    Contract,
    ContractItem,
    ContractKind,
    ContractParty,
    ContractStatus,
    Milestone,
    ReadinessCheck,
)
from marketplace.contracts.numbers import next_number
from marketplace.contracts.schemas import CallOffForm, CheckForm
from marketplace.kit import audit, clock, db
from marketplace.kit.i18n import told
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures

PROCEDURE = "framework_calloff"


def call_off(framework: Contract, form: CallOffForm, *, by: Actor, at: datetime) -> tuple[Contract, bool]:
    """Order from a framework under its prices, signed by the buyer; the same form again is the same order. True if new.

    What is left of items and ceiling is judged by the database. Raises: FrameworkOver; TooMuch; NothingDelivered.
    """
    known = queries.contract_with_key(framework.owner_id, form.form_key)
    if known is not None:
        return known, False
    if not rules.is_valid_on(framework, clock.local(at).date()):
        raise FrameworkOver(until=framework.valid_until)
    items = queries.items_of(framework.id)
    wanted = [(i, rules.milli(form.quantities[i.id])) for i in items if form.quantities.get(i.id)]
    if not wanted:
        raise NothingDelivered()
    amount = sum(rules.line_fen(thousandths, item.unit_price_fen) for item, thousandths in wanted)
    _take(framework, wanted, amount)
    order = _order(framework, form, amount, by, at)
    db.session().add(order)
    db.session().flush()
    _fill(order, framework, wanted, form.within_days)
    _offer(order, by, at)
    if framework.status == ContractStatus.SIGNED:
        move(framework, ContractStatus.RUNNING, at)
    audit.record(by, "contract.call_off", framework, at, order=order.number, amount_fen=amount)
    audit.record(by, "contract.offer", order, at, version=1)
    mails.order_sent(order, at)
    return order, True


def give_back(order: Contract, at: datetime) -> None:
    """What an ended order did not bring may be called off again."""
    if order.parent_id is None:
        return
    for item in queries.items_of(order.id):
        left = (item.quantity_milli or 0) - item.accepted_milli
        if left > 0:
            untake(order, item, left)
    order.updated_at = at


def untake(order: Contract, item: ContractItem, thousandths: int) -> None:
    """Give some of an order's item back to its framework."""
    fen = rules.line_fen(thousandths, item.unit_price_fen)
    db.session().exec(
        sa.update(ContractItem).where(ContractItem.id == item.parent_item_id)
        .values(taken_milli=ContractItem.taken_milli - thousandths)
    )  # fmt: skip
    db.session().exec(
        sa.update(Contract).where(Contract.id == order.parent_id)
        .values(called_fen=sa.case((Contract.called_fen > fen, Contract.called_fen - fen), else_=0))
    )  # fmt: skip


def record_check(framework: Contract, form: CheckForm, *, by: Actor, at: datetime) -> ReadinessCheck:
    """Note a look at the reserve or a drill; the same form again is the same note."""
    wanted = (ReadinessCheck.contract_id == framework.id, ReadinessCheck.form_key == form.form_key)
    known = db.session().exec(select(ReadinessCheck).where(*wanted)).first()
    if known is not None:
        return known
    row = ReadinessCheck(
        **form.model_dump(), contract_id=framework.id, organisation_id=by.organisation_id, user_id=by.user_id, at=at
    )
    db.session().add(row)
    db.session().flush()
    audit.record(by, "contract.check", framework, at, ready=row.ready, drill=row.drill)
    subject = told("储备检查有问题:%(title)s", title=framework.title) if not row.ready else ""
    if subject:
        mails.tell(framework, mails.other_side(framework, by.organisation_id), subject, row.text, f"check-{row.id}", at)
    return row


def end_if_over(framework: Contract, at: datetime) -> bool:
    """A framework past its last day with no order running is done. Moves: signed | running → completed."""
    over = framework.valid_until is not None and clock.local(at).date() > framework.valid_until
    living = (ContractStatus.OFFERED, ContractStatus.SIGNED, ContractStatus.RUNNING)
    if not over or any(order.status in living for order in queries.orders_of(framework.id)):
        return False
    framework.ended_at = at
    move(framework, ContractStatus.COMPLETED, at)
    audit.record(None, "contract.complete", framework, at)
    mails.ended(framework, at)
    return True


def _take(framework: Contract, wanted: list[tuple[ContractItem, int]], amount: int) -> None:
    for item, thousandths in wanted:
        fits = sa.or_(
            col(ContractItem.quantity_milli).is_(None),
            ContractItem.taken_milli + thousandths <= ContractItem.quantity_milli,
        )
        taking = sa.update(ContractItem).where(ContractItem.id == item.id, fits)
        if db.session().exec(taking.values(taken_milli=ContractItem.taken_milli + thousandths)).rowcount != 1:
            raise TooMuch(why=_("“%(name)s”超过协议剩余数量,未下单。", name=item.name))
    fits = sa.or_(col(Contract.ceiling_fen).is_(None), Contract.called_fen + amount <= Contract.ceiling_fen)
    taking = sa.update(Contract).where(Contract.id == framework.id, fits)
    if db.session().exec(taking.values(called_fen=Contract.called_fen + amount)).rowcount != 1:
        raise TooMuch(why=_("本次金额超过协议剩余金额,未下单。"))


def _order(framework: Contract, form: CallOffForm, amount: int, by: Actor, at: datetime) -> Contract:
    procedure = procedures.newest(PROCEDURE)
    hours = framework.response_hours
    return Contract(
        owner_id=framework.owner_id, supplier_id=framework.supplier_id, form_key=form.form_key, number=next_number(at),
        kind=ContractKind.ORDER, parent_id=framework.id, procurement_id=framework.procurement_id,
        procedure_id=procedure.id if procedure else None, title=form.title, place=form.place,
        basis=told("依据协议 %(number)s 下单。%(why)s", number=framework.number, why=form.why),
        parts=[{"kind": "purchase", "terms": {"kind": "purchase", "delivery_days": form.within_days}}], amount_fen=amount,
        tax_included=framework.tax_included, tax_rate=framework.tax_rate, payment_terms=framework.payment_terms,
        acceptance_terms=framework.acceptance_terms, accept_within_days=framework.accept_within_days,
        response_hours=hours, answer_by=at + timedelta(hours=hours) if hours else None, created_by=by.user_id,
        created_at=at, updated_at=at,
    )  # fmt: skip


def _fill(order: Contract, framework: Contract, wanted: list[tuple[ContractItem, int]], days: int) -> None:
    for place, (item, thousandths) in enumerate(wanted):
        db.session().add(ContractItem(
            contract_id=order.id, parent_item_id=item.id, place=place, name=item.name, product=item.product,
            class_code=item.class_code, listing_id=item.listing_id, unit=item.unit, quantity_milli=thousandths,
            unit_price_fen=item.unit_price_fen, delivery_days=days, requirements=item.requirements, note=item.note,
        ))  # fmt: skip
    for party in queries.parties_of(framework.id):
        values = party.model_dump(exclude={"id", "contract_id"})
        db.session().add(ContractParty(contract_id=order.id, **values))
    db.session().add(Milestone(contract_id=order.id, place=0, what=told("交付全部内容"), after_days=days))


def _offer(order: Contract, by: Actor, at: datetime) -> None:
    version = texts.keep_version(order, "", at)
    texts.sign(order, version, by, at, with_password=False)
    order.offered_at = at
    move(order, ContractStatus.OFFERED, at)
    db.session().flush()
