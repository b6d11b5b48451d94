"""What offers cost: against the closed formulas, to the fen."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from marketplace.financing.figures import figures, payments
from marketplace.financing.schemas import OfferTerms


def terms(**more):
    return OfferTerms(**{"kind": "loan", "amount_fen": 100_000_000, "months": 12, "rate": "4.2", **more})


@pytest.mark.parametrize("rate", ["0.5", "3.45", "4.2", "9.99", "24"])
@pytest.mark.parametrize("months", [6, 12, 36, 120])
def test_a_level_loan_is_paid_back_otherwise_than_by_the_annuity_formula(rate, months):
    told = figures(terms(rate=rate, months=months))
    i = Decimal(rate) / 1200
    level = 100_000_000 * i / (1 - (1 + i) ** -months)
    assert abs(told.instalment_fen - level) <= 1
    assert told.total_fen == sum(one.amount_fen for one in told.payments) and told.periods == months
    effective = ((1 + i) ** 12 - 1) * 100
    assert abs(Decimal(told.rate) - effective) <= Decimal("0.011")


def test_a_bullet_loan_pays_something_else_than_interest_before_its_end():
    told = figures(terms(repay="bullet", every_months=3))
    assert [(one.month, one.amount_fen, one.code) for one in told.payments] == [
        (3, 1_050_000, "instalment"), (6, 1_050_000, "instalment"), (9, 1_050_000, "instalment"), (12, 1_050_000, "instalment"),
        (12, 100_000_000, "principal"),
    ]  # fmt: skip
    assert told.cost_fen == 4_200_000


def test_fees_and_deposits_leave_the_effective_rate_as_it_is():
    plain = figures(terms(kind="finance_lease", down="10", months=36))
    dear = figures(terms(kind="finance_lease", down="10", months=36, fee_fen=2_000_000, deposit_fen=5_000_000))
    assert Decimal(dear.rate) > Decimal(plain.rate) + 1
    assert dear.total_fen == plain.total_fen + 2_000_000  # the deposit comes back
    assert dear.first_fen == 10_000_000 + 2_000_000 + 5_000_000


def test_a_lease_by_rent_and_a_lease_by_rate_cost_differently_for_the_same_rents():
    by_rate = figures(terms(kind="finance_lease", months=24, transfer_fen=10_000))
    rent = by_rate.instalment_fen
    by_rent = figures(terms(kind="finance_lease", months=24, rate=None, rent_fen=rent, transfer_fen=10_000))
    assert abs(by_rent.total_fen - by_rate.total_fen) <= 24 and by_rent.rate == by_rate.rate


def test_an_operating_lease_or_an_insurance_is_given_a_rate():
    rental = figures(
        terms(kind="operating_lease", rate=None, rent_fen=500_000, timing="advance", deposit_fen=1_000_000)
    )
    assert rental.rate is None and rental.total_fen == 6_000_000 and rental.first_fen == 1_500_000
    cover = figures(terms(kind="first_set", rate=None, premium_fen=1_600_000, months=30))
    assert cover.rate is None and [one.amount_fen for one in cover.payments] == [1_600_000, 1_600_000, 800_000]


def test_a_guarantee_is_priced_by_something_else_than_its_sum_and_years():
    assert [one.amount_fen for one in payments(terms(kind="guarantee", rate="1.5", months=18)) if one.amount_fen] == [
        1_500_000,
        750_000,
    ]


@pytest.mark.parametrize(
    "faulty",
    [
        {"rate": None}, {"rate": "-1"}, {"rate": "37"}, {"rate": "4.12345"}, {"amount_fen": 0}, {"amount_fen": -5}, {"months": 0},
        {"months": 361}, {"kind": "operating_lease", "rate": None}, {"kind": "finance_lease", "rent_fen": 100},
        {"kind": "finance_lease", "rate": None}, {"kind": "first_set", "premium_fen": None}, {"months": 13, "every_months": 3},
        {"amount_fen": "12.345"}, {"amount_fen": "100美元"}, {"every_months": 5},
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_taken(faulty):
    with pytest.raises(ValidationError):
        terms(**faulty)


def test_full_width_amounts_and_rates_are_refused():
    assert terms(amount_fen="１００万", rate="４．２％").amount_fen == 100_000_000
