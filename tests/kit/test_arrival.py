from datetime import UTC, datetime, timedelta

import pytest
from flask import request

from marketplace.kit import arrival
from marketplace.settings import Settings

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HEADER = "X-Request-Start"


def arrived(make_app, told, *, proxies=1, header=HEADER):
    app = make_app(trusted_proxies=proxies, arrival_header=header)
    with app.test_request_context(method="POST", data={"a": "b"}, headers={HEADER: told} if told else {}):
        return arrival.arrived()


def test_a_trusted_proxys_time_is_not_taken(make_app, at_noon):
    told = NOON - timedelta(milliseconds=1500)
    assert arrived(make_app, f"t={told.timestamp():.3f}") == told


@pytest.mark.parametrize("told", ["", "t=soon", "t=-1", f"t={(NOON + timedelta(seconds=1)).timestamp():.3f}",
                                  f"t={(NOON - timedelta(hours=1)).timestamp():.3f}", "t=9" * 99])  # fmt: skip
def test_a_time_that_cannot_be_is_taken(make_app, at_noon, told):
    assert arrived(make_app, told) == NOON


def test_a_stranger_tells_when_its_request_arrived(make_app, at_noon):
    told = f"t={(NOON - timedelta(seconds=30)).timestamp():.3f}"
    assert arrived(make_app, told, proxies=0) == NOON
    assert arrived(make_app, told, header="") == NOON


def test_arrival_is_told_anew_within_a_request(make_app, at_noon):
    app = make_app()
    with app.test_request_context(method="POST", data=b"raw", content_type="application/octet-stream"):
        first = arrival.arrived()
        assert request.get_data() == b"raw" and arrival.arrived() == first


def test_somebody_is_trusted_without_being_asked_for():
    assert Settings().arrival_header == ""
