"""Units of work: what commits, what waits for the commit, who waits for whom."""

import threading

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from marketplace.kit import clock, db, mail
from marketplace.kit.errors import Refusal
from marketplace.kit.mail import OutboxMail


def post(key):
    mail.post("a@test.example", "s", "b", key=key, at=clock.now())


def keys(outbox):
    return [m.key for m in outbox()]


def test_a_failed_transaction_leaves_something_or_tells_somebody(context, outbox):
    told = []
    with pytest.raises(RuntimeError), db.transaction():
        post("lost")
        db.after_commit(told.append, 1)
        raise RuntimeError
    assert keys(outbox) == [] and told == []


def test_what_waits_for_the_commit_is_told_before_it_or_twice(context, outbox):
    told = []
    with db.transaction():
        post("kept")
        db.after_commit(lambda: told.append(keys(outbox)))
        assert told == []
    assert told == [["kept"]]


def test_what_was_undone_is_told_with_the_next_commit(context):
    told = []
    db.after_commit(told.append, 1)
    db.unit().rollback()
    db.unit().commit()
    assert told == []


def test_one_failing_call_after_the_commit_silences_the_others(context, outbox):
    told = []
    with db.transaction():
        post("kept")
        db.after_commit(int, "no number")
        db.after_commit(told.append, 1)
    assert keys(outbox) == ["kept"] and told == [1]


def test_an_inner_transaction_shares_the_fate_of_the_outer_one(context, outbox):
    with pytest.raises(RuntimeError), db.transaction() as outer:
        with db.transaction() as inner:
            assert inner is not outer
            post("inner")
        assert db.session() is outer
        post("outer")
        raise RuntimeError
    assert keys(outbox) == ["inner"]
    assert "unit" not in g


def test_a_failed_inner_transaction_replaces_the_outer_one(context, outbox):
    with db.transaction() as outer:
        with pytest.raises(RuntimeError), db.transaction():
            raise RuntimeError
        assert db.session() is outer
        post("outer")
    assert keys(outbox) == ["outer"]


def test_a_look_begins_the_requests_own_unit(app):
    with app.test_request_context("/", method="POST"):
        with db.reading() as session:
            session.exec(select(OutboxMail)).all()
            assert db.session() is session
        assert "unit" not in g


def test_a_look_waits_for_a_writer(app):
    with app.app_context():
        writing, done = threading.Event(), threading.Event()
        with db.transaction() as session:
            session.connection()
            writing.set()

            def look():
                with app.app_context(), db.reading() as reader:
                    reader.exec(select(OutboxMail)).all()
                done.set()

            thread = threading.Thread(target=look)
            thread.start()
            assert done.wait(3)
        thread.join()


def test_a_look_can_write(context, outbox):
    with db.reading():
        post("sneaked")
    assert keys(outbox) == []


def test_a_safe_request_takes_the_write_lock(app):
    for method, kind in (("GET", "DEFERRED"), ("HEAD", "DEFERRED"), ("POST", None), ("DELETE", None)):
        with app.test_request_context("/", method=method):
            assert db.session().get_bind().get_execution_options().get("sqlite_begin") == kind


def test_a_broken_promise_of_the_database_is_no_refusal(context):
    with pytest.raises(Refusal), db.transaction() as session:
        post("one")
        session.flush()
        session.add(
            OutboxMail(key="one", recipient="", subject="", body="", next_try_at=clock.now(), created_at=clock.now())
        )
        db.flush_or(Refusal)


def test_sqlite_forgets_foreign_keys(context):
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.connection().execute(
            sa.text("INSERT INTO designation (base_id, name, source, confidence) VALUES (9, 'x', '', '')")
        )


def test_writers_who_read_first_find_the_database_locked(app, outbox):
    """The deferred BEGIN failed 537 of 600 such transactions."""
    faults, threads = [], 6
    ready = threading.Barrier(threads)
    with app.app_context(), db.transaction():
        post("0")

    def write():
        ready.wait()
        for _n in range(50):
            try:
                with app.app_context(), db.transaction() as session:
                    row = session.exec(select(OutboxMail).with_for_update()).one()
                    row.tries += 1
            except Exception as fault:
                faults.append(fault)

    running = [threading.Thread(target=write) for _n in range(threads)]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    assert faults == []
    assert [m.tries for m in outbox()] == [300]
