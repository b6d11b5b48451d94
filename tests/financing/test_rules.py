"""Which product fits which application: every criterion by a table."""

from datetime import UTC, date, datetime

import pytest

from marketplace.financing.models import ProductKind, SubmissionStatus
from marketplace.financing.rules import (
    Criterion,
    Facts,
    Standing,
    Verdict,
    judge,
    shares_fit,
    standing,
    state_of,
    verdict_of,
    years_since,
)
from marketplace.matching.judging import State

MET, MISSED, UNKNOWN = State.MET, State.MISSED, State.UNKNOWN
TRUCK, BOAT = ("3", "3.4", "3.4.6", "3.4.6.01"), ("3", "3.3", "3.3.2", "3.3.2.01")


@pytest.mark.parametrize(
    ("rule", "facts", "state"),
    [
        ({"criterion": "applicant", "values": ["buyer"]}, {"applicant": "buyer"}, MET),
        ({"criterion": "applicant", "values": ["buyer"]}, {"applicant": "supplier"}, MISSED),
        ({"criterion": "province", "values": ["江苏省", "浙江省"]}, {"province": "浙江省"}, MET),
        ({"criterion": "province", "values": ["江苏省"]}, {"province": "四川省"}, MISSED),
        ({"criterion": "province", "values": ["江苏省"]}, {}, UNKNOWN),
        ({"criterion": "equipment", "values": ["3.4"]}, {"classes": (TRUCK,)}, MET),
        ({"criterion": "equipment", "values": ["3.4.6.01"]}, {"classes": (TRUCK,)}, MET),
        ({"criterion": "equipment", "values": ["3.4"]}, {"classes": (TRUCK, BOAT)}, MISSED),
        ({"criterion": "equipment", "values": ["3.4"]}, {"classes": (None, BOAT)}, MISSED),
        ({"criterion": "equipment", "values": ["3.4"]}, {"classes": (TRUCK, None)}, UNKNOWN),
        ({"criterion": "equipment", "values": ["3.4"]}, {"classes": ()}, UNKNOWN),
        ({"criterion": "amount", "least": 100, "most": 200}, {"amount_fen": 100}, MET),
        ({"criterion": "amount", "least": 100, "most": 200}, {"amount_fen": 200}, MET),
        ({"criterion": "amount", "least": 100}, {"amount_fen": 99}, MISSED),
        ({"criterion": "amount", "most": 200}, {"amount_fen": 201}, MISSED),
        ({"criterion": "amount", "most": 200}, {}, UNKNOWN),
        ({"criterion": "months", "least": 12, "most": 60}, {"months": 36}, MET),
        ({"criterion": "months", "most": 12}, {"months": 13}, MISSED),
        ({"criterion": "years", "least": 2}, {"years": 2}, MET),
        ({"criterion": "years", "least": 2}, {"years": 1}, MISSED),
        ({"criterion": "years", "least": 2}, {}, UNKNOWN),
        ({"criterion": "people", "least": 30}, {"people": 29}, MISSED),
        ({"criterion": "people", "least": 30}, {}, UNKNOWN),
        ({"criterion": "base", "least": "confirmed"}, {"base": "confirmed"}, MET),
        ({"criterion": "base", "least": "confirmed"}, {"base": "declared"}, UNKNOWN),
        ({"criterion": "base", "least": "declared"}, {"base": "declared"}, MET),
        ({"criterion": "base", "least": "declared"}, {"base": ""}, MISSED),
        ({"criterion": "order"}, {"order": True}, MET),
        ({"criterion": "order"}, {"order": False}, UNKNOWN),
    ],
)
def test_a_criterion_is_judged_wrongly(rule, facts, state):
    kind, verdict = judge(ProductKind.LOAN, [rule], Facts(wanted=("loan",), **facts))
    assert (kind.criterion, kind.state) == (Criterion.KIND, MET)
    assert verdict.state == state
    assert verdict_of(verdict.stored()) == verdict


def test_a_product_of_another_kind_than_wanted_fits():
    assert [one.state for one in judge(ProductKind.LOAN, [], Facts(wanted=("finance_lease",)))] == [MISSED]
    assert [one.state for one in judge(ProductKind.LOAN, [], Facts())] == [UNKNOWN]


@pytest.mark.parametrize(
    ("states", "whole"),
    [([], Standing.FITS), ([MET], Standing.FITS), ([MET, UNKNOWN], Standing.OPEN), ([UNKNOWN, MISSED], Standing.UNFIT)],
)
def test_the_whole_is_not_its_worst_part(states, whole):
    assert standing([Verdict(Criterion.AMOUNT, state, {}) for state in states]) == whole


@pytest.mark.parametrize(
    ("founded", "years"), [(date(2023, 11, 23), 3), (date(2023, 11, 24), 2), (date(2026, 11, 23), 0), (None, None)]
)
def test_a_year_begun_counts_as_a_year_in_operation(founded, years):
    assert years_since(founded, date(2026, 11, 23)) == years


def test_an_offer_stands_after_its_last_moment_or_falls_before():
    until = datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    offered = SubmissionStatus.OFFERED
    assert state_of(offered, until, until) == offered
    assert state_of(offered, until, until.replace(microsecond=1)) == SubmissionStatus.LAPSED
    assert state_of(SubmissionStatus.ACCEPTED, until, until.replace(year=2027)) == SubmissionStatus.ACCEPTED


@pytest.mark.parametrize(
    ("shares", "fit"),
    [([None, None], True), ([60, 40], True), ([100, None], True), ([60, 30], False), ([60, 50], False)],
)
def test_shares_that_do_not_make_a_whole_are_taken(shares, fit):
    assert shares_fit(shares) is fit
