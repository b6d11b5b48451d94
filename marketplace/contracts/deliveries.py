"""Verbs around the way of the goods: announcing, handing over, sending again after rework, taking back."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from marketplace.contracts import attachments, mails, queries, rules
from marketplace.contracts.errors import AlreadyJudged, BadDay, NothingDelivered, NotInForce, ProofMissing, TooMuch
from marketplace.contracts.models import FRAMEWORKS, IN_FORCE, Contract, ContractItem, ContractStatus
from marketplace.contracts.models_performance import Delivery, DeliveryLine, DeliveryStatus, FilePurpose
from marketplace.contracts.schemas import AgainForm, AnnounceForm
from marketplace.kit import audit, clock, db
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures


def announce(
    row: Contract, form: AnnounceForm, papers: Sequence[FileStorage] = (), *, by: Actor, at: datetime
) -> tuple[Delivery, bool]:
    """Say that something is on its way; the same form again is the same delivery. True when it is new.

    The contract runs from its first delivery on. Raises: NotInForce; NothingDelivered; TooMuch; BadDay.
    """
    known = queries.delivery_with_key(row.id, form.form_key)
    if known is not None:
        return known, False
    if row.status not in IN_FORCE or row.kind in FRAMEWORKS:
        raise NotInForce()
    brought = _brought(row, form)
    delivery = Delivery(
        **form.model_dump(exclude={"quantities", "milestone_id", "completes"}), contract_id=row.id, number=_next_number(row),
        milestone_id=_step(row, form.milestone_id), completes=form.completes, announced_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip
    _check_days(delivery.sent_on, at)
    db.session().add(delivery)
    db.flush_or(AlreadyJudged)
    for item, thousandths in brought:
        db.session().add(DeliveryLine(delivery_id=delivery.id, item_id=item.id, quantity_milli=thousandths))
    attachments.attach(row, papers, FilePurpose.DELIVERY, by=by, at=at, delivery=delivery)
    if row.status == ContractStatus.SIGNED:
        move(row, ContractStatus.RUNNING, at)
    audit.record(by, "delivery.announce", row, at, delivery=delivery.number)
    mails.delivery_announced(row, delivery, at)
    return delivery, True


def receive(row: Contract, delivery: Delivery, received_on: date, *, by: Actor, at: datetime) -> None:
    """The buyer has the goods; the clock of inspection starts. Moves: announced → received. Raises: BadDay; NoSuchMove."""
    _hand_over(row, delivery, received_on, at)
    audit.record(by, "delivery.receive", row, at, delivery=delivery.number)
    mails.delivery_received(row, delivery, by.organisation_id, at)


def hand_over(
    row: Contract, delivery: Delivery, received_on: date, proof: Sequence[FileStorage], *, by: Actor, at: datetime
) -> None:
    """The supplier proves that the buyer has the goods; the clock starts now, so silence does not stop it.

    Moves: announced → received. Raises: ProofMissing; BadDay; NoSuchMove.
    """
    if not proof:
        raise ProofMissing()
    _hand_over(row, delivery, received_on, at)
    attachments.attach(row, proof, FilePurpose.HANDOVER, by=by, at=at, delivery=delivery)
    audit.record(by, "delivery.hand_over", row, at, delivery=delivery.number)
    mails.delivery_received(row, delivery, by.organisation_id, at)


def send_again(
    row: Contract, delivery: Delivery, form: AgainForm, papers: Sequence[FileStorage] = (), *, by: Actor, at: datetime
) -> None:
    """What was to be put right comes again. Moves: rework → announced. Raises: BadDay; NoSuchMove."""
    _check_days(form.sent_on, at)
    if form.arrives_on < form.sent_on:
        raise BadDay(why=_("预计到达日期不能早于发出日期。"))
    if delivery.status != DeliveryStatus.REWORK:
        raise NoSuchMove()
    move(delivery, DeliveryStatus.ANNOUNCED, at)
    delivery.round += 1
    delivery.received_at = delivery.received_on = delivery.warned_at = delivery.redo_by = None
    for name in ("sent_on", "arrives_on", "carrier", "tracking", "note"):
        setattr(delivery, name, getattr(form, name))
    attachments.attach(row, papers, FilePurpose.DELIVERY, by=by, at=at, delivery=delivery)
    audit.record(by, "delivery.again", row, at, delivery=delivery.number, round=delivery.round)
    mails.delivery_announced(row, delivery, at)


def cancel(row: Contract, delivery: Delivery, *, by: Actor, at: datetime) -> None:
    """The supplier takes a delivery back; what it held can be sent again. Moves: announced | rework → cancelled."""
    move(delivery, DeliveryStatus.CANCELLED, at)
    for line in queries.lines_of(delivery.id):
        untake(line.item_id, line.quantity_milli)
    audit.record(by, "delivery.cancel", row, at, delivery=delivery.number)
    mails.delivery_cancelled(row, delivery, at)


def untake(item_id: int, thousandths: int) -> None:
    """So much of an item did not come, or was refused, and may be sent again."""
    db.session().exec(
        sa.update(ContractItem).where(ContractItem.id == item_id)
        .values(taken_milli=ContractItem.taken_milli - thousandths)
    )  # fmt: skip


def start_clock(row: Contract, delivery: Delivery, at: datetime) -> None:
    """From now the buyer has the agreed working days; silence counts as acceptance after them."""
    delivery.accept_by = rules.accept_by(at, row.accept_within_days, procedures.calendar_extra())
    delivery.warned_at = None


def _hand_over(row: Contract, delivery: Delivery, received_on: date, at: datetime) -> None:
    if not delivery.sent_on <= received_on <= clock.local(at).date():
        raise BadDay(why=_("签收日期应在发出日期之后、今天之前(含)。"))
    move(delivery, DeliveryStatus.RECEIVED, at)
    delivery.received_at, delivery.received_on = at, received_on
    start_clock(row, delivery, at)


def _brought(row: Contract, form: AnnounceForm) -> list[tuple[ContractItem, int]]:
    items = queries.items_of(row.id)
    brought = [(i, rules.milli(form.quantities[i.id])) for i in items if form.quantities.get(i.id)]
    if not brought and not (form.milestone_id and form.completes):
        raise NothingDelivered()
    for item, thousandths in brought:
        fits = ContractItem.taken_milli + thousandths <= ContractItem.quantity_milli
        taking = sa.update(ContractItem).where(ContractItem.id == item.id, fits)
        if db.session().exec(taking.values(taken_milli=ContractItem.taken_milli + thousandths)).rowcount != 1:
            raise TooMuch(why=_("“%(name)s”的数量超过合同尚未交付的数量。", name=item.name))
    return brought


def _step(row: Contract, milestone_id: int | None) -> int | None:
    known = {m.id for m in queries.milestones_of(row.id) if m.met_on is None}
    return milestone_id if milestone_id in known else None


def _check_days(sent_on: date, at: datetime) -> None:
    if sent_on > clock.local(at).date():
        raise BadDay(why=_("发出日期不能晚于今天;请在实际发货时登记。"))


def _next_number(row: Contract) -> int:
    last = db.session().exec(sa.select(sa.func.max(Delivery.number)).where(Delivery.contract_id == row.id)).scalar()
    return (last or 0) + 1
