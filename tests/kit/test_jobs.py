"""Jobs by the clock: each slot once, the missed ones caught up."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import clock, db, jobs, mail
from marketplace.kit.jobs import Job, JobRun, RunStatus
from tests.conftest import NOON


def at(hour, day=23):
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.fixture
def runs(context):
    """`runs()` lists what the ledger says, oldest first."""

    def read():
        with db.reading() as session:
            return [(r.slot, r.status) for r in session.exec(select(JobRun).order_by(JobRun.id))]

    return read


def hourly(run, *, every_slot=False):
    return Job("test.hourly", "0 * * * *", run, every_slot)


def done(task, slot):
    with db.transaction() as session:
        session.add(JobRun(job=task.name, slot=slot, status=RunStatus.DONE, started_at=slot, ended_at=slot))


def test_one_slot_runs_more_or_less_than_once_in_two_processes(app, outbox):
    effect = lambda slot: mail.post("a@test.example", "s", "b", key=f"{threading.get_ident()}", at=slot)  # noqa: E731
    task, won = hourly(effect), []
    for slot in (at(1), at(2), at(3)):
        ready = threading.Barrier(2)

        def run(slot=slot, ready=ready):
            ready.wait()
            with app.app_context():
                won.append(jobs.run_slot(task, slot))

        running = [threading.Thread(target=run) for _n in range(2)]
        [thread.start() for thread in running]
        [thread.join() for thread in running]
    assert sorted(won) == [False] * 3 + [True] * 3
    with app.app_context(), db.reading() as session:
        assert session.exec(select(sa.func.count()).select_from(JobRun)).one() == 3


def test_a_slot_done_already_runs_again(runs):
    ran = []
    task = hourly(ran.append)
    assert jobs.run_slot(task, NOON) is True
    assert jobs.run_slot(task, NOON) is False
    assert ran == [NOON] and runs() == [(NOON, RunStatus.DONE)]


def test_a_failed_slot_leaves_half_its_effect_or_is_given_up(runs, outbox):
    fail = [True]

    def effect(slot):
        mail.post("a@test.example", "s", "b", key="effect", at=slot)
        if fail.pop() if fail else False:
            raise RuntimeError("bad day")
        return "fine"

    task = hourly(effect)
    with clock.set_clock(NOON):
        assert jobs.run_due(task) == 0
        assert outbox() == [] and runs() == [(NOON, RunStatus.FAILED)]
        assert jobs.run_due(task) == 1
    assert len(outbox()) == 1 and runs()[-1] == (NOON, RunStatus.DONE)


def test_a_job_that_breaks_a_promise_of_the_database_goes_unnoticed(runs):
    def effect(_slot):
        session = db.session()
        rows = [JobRun(job="x", slot=NOON, status=RunStatus.DONE, started_at=NOON) for _n in range(2)]
        session.add_all(rows)
        session.flush()

    assert jobs.run_slot(hourly(effect), NOON) is False
    assert runs() == [(NOON, RunStatus.FAILED)]


def test_missed_slots_are_skipped_or_come_out_of_order(runs):
    ran = []
    task = hourly(ran.append, every_slot=True)
    done(task, at(0))
    with clock.set_clock(at(4) + timedelta(minutes=5)):
        assert jobs.run_due(task) == 4
    assert ran == [at(1), at(2), at(3), at(4)]


def test_a_failed_slot_is_hidden_by_a_later_one(runs):
    ran, bad = [], {at(2)}

    def effect(slot):
        ran.append(slot)
        if slot in bad:
            raise RuntimeError
        return None

    task = hourly(effect, every_slot=True)
    done(task, at(0))
    with clock.set_clock(at(3)):
        jobs.run_due(task)
        assert ran == [at(1), at(2)]
        bad.clear()
        jobs.run_due(task)
    assert ran == [at(1), at(2), at(2), at(3)]


def test_a_job_that_only_needs_the_latest_slot_runs_for_each_missed_one(runs):
    ran = []
    task = hourly(ran.append)
    done(task, at(0))
    with clock.set_clock(at(4) + timedelta(minutes=5)):
        jobs.run_due(task)
        jobs.run_due(task)
    assert ran == [at(4)]


def test_a_clock_set_back_runs_a_slot_again(runs):
    ran = []
    task = hourly(ran.append, every_slot=True)
    for moment in (at(5), at(4), at(5)):
        with clock.set_clock(moment):
            jobs.run_due(task)
    assert ran.count(at(5)) == 1 and ran[-1] == at(5)


def test_a_long_silence_is_caught_up_without_end(context):
    task = hourly(lambda _slot: None, every_slot=True)
    done(task, at(0, day=1))
    with db.reading():
        assert len(jobs.due_slots(task, at(0))) == 7 * 24


def test_a_daily_job_follows_another_clock_than_shanghais(context):
    task = Job("test.daily", "30 8 * * *", lambda _slot: None, False)
    with db.reading():
        [slot] = jobs.due_slots(task, NOON)
    assert slot == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(jobs.JOBS) or ["accounts.tidy"])
def test_a_clock_that_names_weekdays_by_number_which_count_from_monday_here(app, name):
    assert not any(c.isdecimal() for c in jobs.JOBS[name].cron.split()[4])


def test_the_overview_hides_failures(context):
    task = jobs.JOBS["accounts.tidy"]
    broken = Job(task.name, task.cron, lambda _slot: 1 / 0, False)
    with clock.set_clock(NOON):
        jobs.run_slot(broken, NOON)
        with db.reading():
            [(last, failed)] = [(run, n) for job, run, n in jobs.overview() if job.name == task.name]
    assert (last.status, failed) == (RunStatus.FAILED, 1) and "ZeroDivisionError" in last.note
