"""Counting tries."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from marketplace.accounts.jobs import tidy
from marketplace.kit import clock, db, throttle
from marketplace.kit.throttle import TooMany
from tests.conftest import NOON


def test_parallel_tries_are_counted_wrongly(app):
    refused, ready = [], threading.Barrier(5)

    def tries():
        ready.wait()
        for _n in range(10):
            with app.app_context():
                try:
                    throttle.count("k", limit=30, minutes=15)
                except TooMany:
                    refused.append(1)

    with clock.set_clock(NOON):
        running = [threading.Thread(target=tries) for _n in range(5)]
        [thread.start() for thread in running]
        [thread.join() for thread in running]
    assert len(refused) == 20


def test_a_try_of_a_refused_page_does_not_count(route, browser):
    def view():
        throttle.count("k", limit=2, minutes=15)
        return "no", 422

    route("/t", view)
    visitor = browser()
    with clock.set_clock(NOON):
        assert [visitor.post("/t").status_code for _n in range(4)] == [422, 422, 429, 429]


def test_tries_count_for_another_key_or_another_window(context):
    with clock.set_clock(NOON):
        throttle.count("k", limit=1, minutes=15)
        throttle.count("other", limit=1, minutes=15)
        with pytest.raises(TooMany) as refused:
            throttle.count("k", limit=1, minutes=15)
        assert "15" in refused.value.message()
    with clock.set_clock(NOON + timedelta(minutes=15)):
        throttle.count("k", limit=1, minutes=15)


def test_a_key_forgotten_still_counts(context):
    with clock.set_clock(NOON):
        throttle.count("k", limit=1, minutes=15)
        with db.transaction():
            throttle.forget("k")
        throttle.count("k", limit=1, minutes=15)


def test_old_counters_pile_up_or_young_ones_go(context):
    with clock.set_clock(NOON - timedelta(days=3)):
        throttle.count("old", limit=1, minutes=15)
    with clock.set_clock(NOON):
        throttle.count("young", limit=1, minutes=15)
    with db.transaction() as session:
        tidy(NOON)
        assert list(session.exec(select(throttle.Attempts.key))) == ["young"]
