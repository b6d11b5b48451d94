"""Jobs by the clock: each slot is claimed by a row inside the effect's own transaction, so it runs once however many
processes look at the clock, and slots missed while all were down are caught up."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import Flask
from sqlmodel import Field, SQLModel, select

from marketplace.kit import clock, db
from marketplace.kit.columns import choice

log = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=7)


class RunStatus(StrEnum):
    """How a slot ended."""

    DONE = "done"
    FAILED = "failed"


class _Taken(Exception):
    """Another process has the slot."""


class JobRun(SQLModel, table=True):
    """One slot of one job (任务执行记录). The unique pair is what makes a slot run once."""

    __tablename__ = "job_run"
    __table_args__ = (
        sa.Index("uq_job_run_done", "job", "slot", unique=True, sqlite_where=sa.text("status = 'done'"),
                 postgresql_where=sa.text("status = 'done'")),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(max_length=64, index=True)
    slot: datetime
    status: RunStatus = choice(RunStatus)
    started_at: datetime
    ended_at: datetime | None = None
    note: str = Field(default="", max_length=500)


@dataclass(frozen=True)
class Job:
    """A named piece of work with its clock."""

    name: str
    cron: str
    run: Callable[[datetime], str | None]
    every_slot: bool

    @property
    def trigger(self) -> CronTrigger:
        """The clock, read in Shanghai."""
        return CronTrigger.from_crontab(self.cron, timezone=clock.SHANGHAI)


JOBS: dict[str, Job] = {}


def job(name: str, cron: str, *, every_slot: bool = False) -> Callable[[Callable], Callable]:
    """Declare `run(slot) -> note`. Missed slots: all of them in order if `every_slot`, else only the latest."""

    def declare(run: Callable[[datetime], str | None]) -> Callable:
        JOBS[name] = Job(name, cron, run, every_slot)
        return run

    return declare


def due_slots(task: Job, until: datetime) -> list[datetime]:
    """The slots of this job that have come and are not done, oldest first; at most LOOK_BACK into the past."""
    done = select(sa.func.max(JobRun.slot)).where(JobRun.job == task.name, JobRun.status == RunStatus.DONE)
    last = db.session().exec(done).one()
    if last is None:
        last = until - timedelta(days=1)
    start = max(last, until - LOOK_BACK)
    slots, trigger = [], task.trigger
    moment = trigger.get_next_fire_time(start, start + timedelta(microseconds=1))
    while moment is not None and moment <= until:
        slots.append(moment.astimezone(until.tzinfo))
        moment = trigger.get_next_fire_time(moment, moment + timedelta(microseconds=1))
    return slots if task.every_slot else slots[-1:]


def run_due(task: Job) -> int:
    """Run the due slots of a job in order, up to the first not won, so that no later one hides it; returns how many."""
    with db.reading():
        slots = due_slots(task, clock.now())
    won = 0
    for slot in slots:
        if not run_slot(task, slot):
            break
        won += 1
    return won


def run_slot(task: Job, slot: datetime) -> bool:
    """Claim and run one slot in one transaction; False when another process has it or it failed (then noted)."""
    started = clock.now()
    try:
        with db.transaction() as session:
            claim = JobRun(job=task.name, slot=slot, status=RunStatus.DONE, started_at=started)
            session.add(claim)
            db.flush_or(_Taken)
            claim.note = (task.run(slot) or "")[:500]
            claim.ended_at = clock.now()
        return True
    except _Taken:
        return False
    except Exception as fault:
        log.exception("job %s, slot %s", task.name, slot)
        with db.transaction() as session:
            ended = clock.now()
            note = f"{type(fault).__name__}: {fault}"[:500]
            session.add(
                JobRun(job=task.name, slot=slot, status=RunStatus.FAILED, started_at=started, ended_at=ended, note=note)
            )
        return False


def serve(app: Flask, *, idle: Callable[[], object]) -> None:
    """The jobs process: catch up, then follow the clock; `idle` is called every second (mail, search mirror)."""
    scheduler = BlockingScheduler(timezone=clock.SHANGHAI)

    def within(call: Callable[..., object], *arguments: object) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                call(*arguments)

        return run

    for task in JOBS.values():
        within(run_due, task)()
        scheduler.add_job(within(run_due, task), task.trigger, id=task.name, coalesce=True, misfire_grace_time=3600)
    scheduler.add_job(within(idle), "interval", seconds=1, id="idle", coalesce=True, max_instances=1)
    scheduler.start()


def overview() -> list[tuple[Job, JobRun | None, int]]:
    """Each job with its latest run and how many failures the last week saw."""
    rows = []
    week = clock.now() - timedelta(days=7)
    for task in JOBS.values():
        last = (
            db.session().exec(select(JobRun).where(JobRun.job == task.name).order_by(JobRun.id.desc()).limit(1)).first()
        )
        failed = select(sa.func.count()).where(
            JobRun.job == task.name, JobRun.status == RunStatus.FAILED, JobRun.started_at > week
        )
        rows.append((task, last, db.session().exec(failed).one()))
    return rows
