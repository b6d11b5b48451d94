"""Verbs of disputes: one side complains, both state their view, the operator mediates and records how it ended."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from sqlmodel import select
from werkzeug.datastructures import FileStorage

from marketplace.contracts import attachments, changing, deliveries, inspecting, mails, queries, rules
from marketplace.contracts.errors import BadDay, BadOutcome, DisputeOpen, DisputeOver, NotInForce
from marketplace.contracts.models import ChangeReason, Contract, ContractStatus
from marketplace.contracts.models_performance import (
    Delivery,
    DeliveryStatus,
    Dispute,
    DisputeOutcome,
    DisputeStatement,
    DisputeStatus,
    FilePurpose,
    Verdict,
)
from marketplace.contracts.schemas import DisputeForm, OutcomeForm, StatementForm
from marketplace.kit import audit, clock, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor

VERDICTS = {
    DisputeOutcome.ACCEPTED: Verdict.ACCEPTED,
    DisputeOutcome.REWORK: Verdict.REWORK,
    DisputeOutcome.REJECTED: Verdict.REJECTED,
}


def open_dispute(
    row: Contract, form: DisputeForm, papers: Sequence[FileStorage] = (), *, by: Actor, at: datetime
) -> tuple[Dispute, bool]:
    """Complain; the clock of the delivery in question stops. The same form again is the same dispute. True when new.

    Raises: NotInForce before both have signed; DisputeOpen; NotFound for a delivery that is not there.
    """
    wanted = (Dispute.contract_id == row.id, Dispute.form_key == form.form_key)
    known = db.session().exec(select(Dispute).where(*wanted)).first()
    if known is not None:
        return known, False
    if row.signed_at is None:
        raise NotInForce()
    delivery = queries.delivery(row.id, form.delivery) if form.delivery else None
    dispute = Dispute(
        contract_id=row.id, delivery_id=delivery.id if delivery else None, form_key=form.form_key, subject=form.subject,
        opener_id=by.organisation_id, opened_by=by.user_id, opened_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(dispute)
    db.flush_or(DisputeOpen)
    if delivery is not None and not rules.is_due_alone(delivery, at):
        delivery.accept_by = None
    _say(row, dispute, form.text, form.form_key, papers, by, at)
    audit.record(by, "dispute.open", row, at, dispute=dispute.id, subject=form.subject, delivery=form.delivery)
    mails.dispute_opened(row, dispute, form.text, at)
    return dispute, True


def state(
    row: Contract, dispute: Dispute, form: StatementForm, papers: Sequence[FileStorage] = (), *, by: Actor, at: datetime
) -> None:
    """A side or the operator adds something; the same form again adds nothing. Raises: DisputeOver."""
    if dispute.status != DisputeStatus.OPEN:
        raise DisputeOver()
    wanted = (DisputeStatement.dispute_id == dispute.id, DisputeStatement.form_key == form.form_key)
    if db.session().exec(select(DisputeStatement).where(*wanted)).first():
        return
    statement = _say(row, dispute, form.text, form.form_key, papers, by, at)
    audit.record(by, "dispute.state", row, at, dispute=dispute.id)
    mails.dispute_said(row, dispute, statement.id, by.organisation_id, at)


def withdraw(row: Contract, dispute: Dispute, *, by: Actor, at: datetime) -> None:
    """Whoever opened it takes it back; the clock runs anew. Moves: open → withdrawn."""
    dispute.ended_at, dispute.ended_by = at, by.user_id
    move(dispute, DisputeStatus.WITHDRAWN, at)
    _go_on(row, _delivery(dispute), at)
    audit.record(by, "dispute.withdraw", row, at, dispute=dispute.id)
    mails.dispute_ended(row, dispute, at)


def close(row: Contract, dispute: Dispute, form: OutcomeForm, *, by: Actor, at: datetime) -> None:
    """The operator records the outcome, which settles the delivery or ends the contract. Moves: open → closed.

    Raises: BadOutcome when there is no delivery waiting to be settled so; BadDay when rework has no day.
    """
    delivery, verdict = _delivery(dispute), VERDICTS.get(form.outcome)
    _check(row, delivery, form, verdict, clock.local(at).date())
    dispute.ended_at, dispute.ended_by, dispute.outcome_text = at, by.user_id, form.text
    dispute.outcome = form.outcome
    move(dispute, DisputeStatus.CLOSED, at)
    if verdict is not None and delivery is not None:
        inspecting.decide(row, delivery, verdict, form.text[:1000], by=by, at=at, redo_by=form.redo_by)
    elif form.outcome == DisputeOutcome.TERMINATED:
        changing.end_by_agreement(row, form.text, ChangeReason.BREACH, at)
    else:
        _go_on(row, delivery, at)
    db.session().flush()
    audit.record(by, "dispute.close", row, at, dispute=dispute.id, outcome=form.outcome)
    mails.dispute_ended(row, dispute, at)


def _check(row: Contract, delivery: Delivery | None, form: OutcomeForm, verdict: Verdict | None, today: date) -> None:
    in_force = row.status in (ContractStatus.SIGNED, ContractStatus.RUNNING)
    if verdict is not None and (delivery is None or delivery.status != DeliveryStatus.RECEIVED or not in_force):
        raise BadOutcome()
    if form.outcome == DisputeOutcome.TERMINATED and not in_force:
        raise BadOutcome()
    if verdict == Verdict.REWORK and (form.redo_by is None or form.redo_by < today):
        raise BadDay(why=_("请填写整改完成日期,不能早于今天。"))


def _delivery(dispute: Dispute) -> Delivery | None:
    return db.session().get(Delivery, dispute.delivery_id, populate_existing=True) if dispute.delivery_id else None


def _go_on(row: Contract, delivery: Delivery | None, at: datetime) -> None:
    if delivery is not None and delivery.status == DeliveryStatus.RECEIVED:
        deliveries.start_clock(row, delivery, at)


def _say(
    row: Contract, dispute: Dispute, text: str, key: str, papers: Sequence[FileStorage], by: Actor, at: datetime
) -> DisputeStatement:
    statement = DisputeStatement(
        dispute_id=dispute.id, form_key=key, organisation_id=by.organisation_id, user_id=by.user_id, text=text, at=at
    )
    db.session().add(statement)
    db.flush_or(DisputeOpen)
    attachments.attach(row, papers, FilePurpose.DISPUTE, by=by, at=at, statement=statement)
    return statement
