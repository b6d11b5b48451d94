"""What the contracts room does by the clock. Time itself decides; the jobs only record and remind."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from marketplace.contracts import calling, inspecting, mails, queries, rules
from marketplace.contracts.models import FRAMEWORKS, IN_FORCE, Contract, Milestone
from marketplace.kit import clock, db
from marketplace.kit.jobs import job

STEP_NOTICE = timedelta(days=3)


@job("contracts.silence", "*/10 * * * *")
def record_silence(_slot: datetime) -> str:
    """Record the acceptances that silence has brought about."""
    at = clock.now()
    settled = sum(len(inspecting.settle(queries.contract(i, lock=True), at=at)) for i in queries.due_alone(at))
    return f"{settled} accepted by silence"


@job("contracts.remind", "17 * * * *")
def remind(_slot: datetime) -> str:
    """Tell both sides two days before silence decides, and suppliers three days before a step of the plan is due."""
    at = clock.now()
    ending = queries.to_warn(at + rules.WARNED_BEFORE)
    for delivery in ending:
        if rules.is_due_alone(delivery, at):
            continue
        delivery.warned_at = at
        mails.clock_ends(queries.contract(delivery.contract_id), delivery, at)
    steps = _steps_due(clock.local(at).date() + STEP_NOTICE)
    for row, step in steps:
        step.reminded_at = at
        mails.step_due(row, step, at)
    return f"{len(ending)} inspections, {len(steps)} steps"


@job("contracts.expire", "20 1 * * *")
def expire(_slot: datetime) -> str:
    """Close frameworks past their last day with no order running."""
    at = clock.now()
    wanted = (
        col(Contract.kind).in_(FRAMEWORKS), col(Contract.status).in_(IN_FORCE),
        col(Contract.valid_until) < clock.local(at).date(),
    )  # fmt: skip
    ids = list(db.session().exec(select(Contract.id).where(*wanted)))
    return f"{sum(calling.end_if_over(queries.contract(i, lock=True), at) for i in ids)} frameworks over"


def _steps_due(until: object) -> list[tuple[Contract, Milestone]]:
    query = select(Contract, Milestone).join(Milestone, Milestone.contract_id == Contract.id)
    wanted = (
        col(Contract.status).in_(IN_FORCE), col(Milestone.met_on).is_(None), col(Milestone.due_on) <= until,
        col(Milestone.reminded_at).is_(None),
    )  # fmt: skip
    return list(db.session().exec(query.where(*wanted).order_by(col(Milestone.id))))
