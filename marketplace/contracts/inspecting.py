"""Verbs that judge a delivery: by the buyer, by the clock, or as a dispute ended; each round exactly once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from marketplace.contracts import attachments, calling, deliveries, mails, queries, rules
from marketplace.contracts.errors import AlreadyJudged, BadDay, ClockHasRun, NotComplete, NotInForce, TooMuch
from marketplace.contracts.models import IN_FORCE, Contract, ContractItem, ContractStatus, Milestone
from marketplace.contracts.models_performance import (
    Delivery,
    DeliveryLine,
    DeliveryStatus,
    FilePurpose,
    Inspection,
    Verdict,
)
from marketplace.contracts.schemas import InspectionForm
from marketplace.kit import audit, clock, db
from marketplace.kit.moves import NoSuchMove, may_move, move
from marketplace.kit.permissions import Actor


def judge(
    row: Contract,
    delivery: Delivery,
    form: InspectionForm,
    photos: Sequence[FileStorage] = (),
    *,
    by: Actor,
    at: datetime,
) -> Inspection:
    """The buyer's verdict on what came; a delivery not signed for yet is received with it.

    Accepted with less than came gives the rest back to be sent again. Moves: received → accepted | rework | rejected.
    Raises: NotInForce; ClockHasRun; AlreadyJudged; NoSuchMove; TooMuch; BadDay when rework has no day to come.
    """
    if row.status not in IN_FORCE:
        raise NotInForce()
    if rules.is_due_alone(delivery, at):
        raise ClockHasRun(accept_by=delivery.accept_by)
    if form.verdict == Verdict.REWORK and (form.redo_by is None or form.redo_by < clock.local(at).date()):
        raise BadDay(why=_("请填写整改完成日期,不能早于今天。"))
    if delivery.status == DeliveryStatus.ANNOUNCED:
        deliveries.receive(row, delivery, max(clock.local(at).date(), delivery.sent_on), by=by, at=at)
    if delivery.status != DeliveryStatus.RECEIVED:
        raise AlreadyJudged() if delivery.status != DeliveryStatus.CANCELLED else NoSuchMove()
    found = _found(delivery, form)
    inspection = _record(row, delivery, form.verdict, found, form.reason, at, by=by, redo_by=form.redo_by)
    attachments.attach(row, photos, FilePurpose.INSPECTION, by=by, at=at, delivery=delivery)
    return inspection


def decide(
    row: Contract, delivery: Delivery, verdict: Verdict, reason: str, *, by: Actor, at: datetime, redo_by: Any = None
) -> None:
    """What a dispute about a delivery ended in; the operator records it. Raises: AlreadyJudged."""
    found = [(line, line.quantity_milli, "") for line in queries.lines_of(delivery.id)]
    _record(row, delivery, verdict, found, reason, at, by=by, redo_by=redo_by)


def settle(row: Contract, *, at: datetime) -> list[Delivery]:
    """Record what silence has decided: whoever looks first does, or the job. Returns what was settled now.

    Lock the contract before. Twins are told apart by the unique round.
    """
    settled = []
    for delivery in queries.silent(row.id, at):
        found = [(line, line.quantity_milli, "") for line in queries.lines_of(delivery.id)]
        silent_until = delivery.accept_by.isoformat()
        if db.add_once(_inspection(delivery, Verdict.ACCEPTED, found, "", at, by=None)):
            _carry_out(row, delivery, Verdict.ACCEPTED, found, "", None, at)
            audit.record(None, "delivery.silence", row, at, delivery=delivery.number, accept_by=silent_until)
            mails.judged(row, delivery, "", True, at)
            settled.append(delivery)
    if settled:
        complete_if_done(row, None, at)
    return settled


def give_up_rework(row: Contract, delivery: Delivery, reason: str, *, by: Actor, at: datetime) -> None:
    """The buyer no longer waits for rework that is overdue. Moves: rework → rejected. Raises: BadDay; NoSuchMove."""
    if delivery.status == DeliveryStatus.REWORK and not rules.is_late(delivery, clock.local(at).date()):
        raise BadDay(why=_("整改期限尚未届满。"))
    if delivery.status != DeliveryStatus.REWORK:
        raise NoSuchMove()
    move(delivery, DeliveryStatus.REJECTED, at)
    for line in queries.lines_of(delivery.id):
        line.passed_milli = 0
        deliveries.untake(line.item_id, line.quantity_milli)
    audit.record(by, "delivery.give_up", row, at, delivery=delivery.number, reason=reason)
    mails.judged(row, delivery, reason, False, at)


def complete(row: Contract, *, by: Actor, at: datetime) -> None:
    """Close a contract whose period is over and whose deliveries all passed. Moves: signed | running → completed.

    Raises: NotComplete.
    """
    folder = queries.folder(row)
    end = rules.period_end(row)
    over = end is not None and clock.local(at).date() >= end
    if not over or folder.open_shipments(at) or not rules.is_all_accepted(folder.items, folder.milestones):
        raise NotComplete()
    _complete(row, by, at)


def complete_if_done(row: Contract, by: Actor | None, at: datetime) -> bool:
    """A purchase is completed by the acceptance of its last delivery."""
    db.session().flush()
    items, steps = queries.items_of(row.id), queries.milestones_of(row.id)
    if not rules.ends_with_delivery(row) or not rules.is_all_accepted(items, steps):
        return False
    if not may_move(row, ContractStatus.COMPLETED):
        return False
    _complete(row, by, at)
    return True


def _complete(row: Contract, by: Actor | None, at: datetime) -> None:
    row.ended_at = at
    move(row, ContractStatus.COMPLETED, at)
    calling.give_back(row, at)
    audit.record(by, "contract.complete", row, at)
    mails.ended(row, at)


def _found(delivery: Delivery, form: InspectionForm) -> list[tuple[DeliveryLine, int, str]]:
    found = []
    for line in queries.lines_of(delivery.id):
        passed = rules.milli(form.passed[line.item_id]) if line.item_id in form.passed else line.quantity_milli
        if passed > line.quantity_milli:
            raise TooMuch(why=_("合格数量不能超过本次交付的数量。"))
        found.append((line, passed if form.verdict == Verdict.ACCEPTED else 0, form.findings.get(line.item_id, "")))
    return found


def _record(row: Contract, delivery: Delivery, verdict: Verdict, found: list[tuple[DeliveryLine, int, str]], reason: str,
            at: datetime, *, by: Actor, redo_by: Any = None) -> Inspection:  # fmt: skip
    inspection = _inspection(delivery, verdict, found, reason, at, by=by, redo_by=redo_by)
    db.session().add(inspection)
    db.flush_or(AlreadyJudged)
    _carry_out(row, delivery, verdict, found, reason, redo_by, at)
    audit.record(
        by, f"delivery.{verdict.value}", row, at, delivery=delivery.number, round=delivery.round, reason=reason
    )
    mails.judged(row, delivery, reason, False, at)
    if verdict == Verdict.ACCEPTED:
        complete_if_done(row, by, at)
    return inspection


def _inspection(delivery: Delivery, verdict: Verdict, found: list[tuple[DeliveryLine, int, str]], reason: str, at: datetime,
                *, by: Actor | None, redo_by: Any = None) -> Inspection:  # fmt: skip
    lines = [
        {"item_id": line.item_id, "delivered_milli": line.quantity_milli, "passed_milli": passed, "finding": finding}
        for line, passed, finding in found
    ]
    return Inspection(
        delivery_id=delivery.id, round=delivery.round, verdict=verdict, automatic=by is None, lines=lines, reason=reason,
        redo_by=redo_by if verdict == Verdict.REWORK else None, user_id=by.user_id if by else None, at=at,
    )  # fmt: skip


def _carry_out(row: Contract, delivery: Delivery, verdict: Verdict, found: list[tuple[DeliveryLine, int, str]], reason: str,
               redo_by: Any, at: datetime) -> None:  # fmt: skip
    delivery.accept_by = None
    move(delivery, DeliveryStatus(verdict.value), at)
    if verdict == Verdict.REWORK:
        delivery.redo_by = redo_by
        return
    for line, passed, _finding in found:
        passed = passed if verdict == Verdict.ACCEPTED else 0
        line.passed_milli = passed
        _count(line, passed)
    whole = all(passed == line.quantity_milli for line, passed, _finding in found)
    if verdict == Verdict.ACCEPTED and whole and delivery.completes and delivery.milestone_id is not None:
        step = db.session().get(Milestone, delivery.milestone_id)
        if step is not None and step.met_on is None:
            step.met_on = delivery.received_on or clock.local(at).date()


def _count(line: DeliveryLine, passed: int) -> None:
    refused = line.quantity_milli - passed
    counting = sa.update(ContractItem).where(ContractItem.id == line.item_id)
    db.session().exec(
        counting.values(
            taken_milli=ContractItem.taken_milli - refused, accepted_milli=ContractItem.accepted_milli + passed
        )
    )
