"""Every kind: what is charged and when, what it compares by, who does what."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.arrangements import rules, schemas
from marketplace.arrangements import terms as made
from marketplace.arrangements.kinds import equipment_as_a_service, pilot_loan, reserve_agreement
from tests.arrangements.samples import SENT, terms

START = date(2026, 1, 31)
CODES = [kind.code for kind in rules.KINDS]
LINES = 10_000_000  # 100,000 yuan per whatever the kind is priced in
TOTALS = {
    "purchase": LINES,
    "operating_lease": 36 * LINES,
    "rental_daily": 15 * LINES + 200_000,
    "equipment_as_a_service": 12 * 25 * LINES,
    "service": 10 * LINES,  # 30 months, 4 visits a year
    "insurance": 3 * LINES,
    "product_service": LINES + 2 * 1_200_000,
    "product_insurance": 36 * LINES + 3 * 500_000,
    "product_service_insurance": 36 * LINES + 3 * 500_000,
    "reserve_agreement": 1_500_000,
    "capacity_reserve": 0,
    "pilot_loan": 0,
}
COMPARED_OVER_24_MONTHS = {
    "purchase": LINES,
    "operating_lease": 24 * LINES,
    "rental_daily": 2 * (15 * LINES + 200_000),
    "equipment_as_a_service": 24 * 40 * LINES,
    "service": 8 * LINES,
    "insurance": 2 * LINES,
    "product_service": LINES + 2 * 1_200_000,
    "product_insurance": 24 * LINES + 2 * 500_000,
    "product_service_insurance": 24 * LINES + 2 * 500_000,
    "reserve_agreement": 2 * 1_000_000 + LINES // 2,
    "capacity_reserve": LINES,
    "pilot_loan": 9_000_000,
}


def charges(code, lines=LINES, **changes):
    return rules.kind(code).charges(terms(code, **changes), lines, START)


def test_a_kind_the_platform_already_knew_is_gone():
    known = {
        "purchase",
        "operating_lease",
        "rental_daily",
        "finance_lease",
        "service",
        "insurance",
        "reserve_agreement",
    }
    assert known < set(CODES) == set(SENT)
    assert rules.KINDS[0].code == "purchase"


def test_two_kinds_answer_to_one_word():
    words = [word for kind in rules.KINDS for word in {kind.code, kind.name, kind.name_en.lower(), *kind.names}]
    assert len(words) == len(set(words)) and set(words) == set(rules.names())


@pytest.mark.parametrize("code", TOTALS)
def test_the_charges_of_a_kind_miss_their_total(code):
    assert sum(charge.amount_fen for charge in charges(code)) == TOTALS[code]


@pytest.mark.parametrize("code", COMPARED_OVER_24_MONTHS)
def test_a_kind_is_compared_by_another_sum_than_its_formula(code):
    assert rules.kind(code).comparable_fen(terms(code), LINES, 24) == COMPARED_OVER_24_MONTHS[code]


@pytest.mark.parametrize("code", CODES)
def test_a_charge_stands_out_of_order_before_the_start_or_of_nothing(code):
    found = charges(code)
    assert [c.due_on for c in found] == sorted(c.due_on for c in found)
    assert all(c.due_on >= START and c.amount_fen and c.what and c.code for c in found)


@pytest.mark.parametrize("code", CODES)
def test_a_kind_says_nothing_of_duties_or_of_the_end(code):
    kind, own = rules.kind(code), terms(code)
    assert len(kind.duties(own)) >= 2 and all(duty.endswith("。") for duty in kind.duties(own))
    assert kind.at_end(own).endswith("。") and str(kind.hint) and "buyer" in kind.parties


@given(code=st.sampled_from(CODES), lines=st.integers(100_000, 10**12))
def test_charges_lose_or_gain_a_fen(code, lines):
    """What is paid over the whole term is what the kind's own formula says, for any price."""
    own, months = terms(code), {"operating_lease": 36, "service": 30, "insurance": 30}.get(code)
    total = rules.total_fen(own, lines, START)
    assert total == sum(charge.amount_fen for charge in rules.kind(code).charges(own, lines, START))
    if months:
        assert total == rules.kind(code).comparable_fen(own, lines, months)
    if code in ("purchase", "finance_lease"):
        assert total == rules.kind(code).comparable_fen(own, lines, 12)


def test_a_deposit_does_not_come_back_after_the_inspection():
    found = charges("operating_lease")
    assert [(c.code, c.amount_fen) for c in (found[0], found[-1])] == [
        ("deposit", 2 * LINES), ("deposit_back", -2 * LINES)
    ]  # fmt: skip
    assert found[-1].due_on == date(2029, 1, 31) + timedelta(days=15)


def test_rent_in_arrears_falls_due_at_the_beginning():
    ahead = [c.due_on for c in charges("operating_lease") if c.code == "rent"]
    behind = [c.due_on for c in charges("operating_lease", timing="arrears") if c.code == "rent"]
    assert ahead[:2] == [START, date(2026, 4, 30)] and behind[:2] == [date(2026, 4, 30), date(2026, 7, 31)]


def test_a_lease_longer_than_asked_hides_what_ending_it_costs():
    own = terms("operating_lease", months="60", early_end_months="6")
    compare = rules.kind("operating_lease").comparable_fen
    assert compare(own, LINES, 36) == (36 + 6) * LINES
    assert compare(own, LINES, 58) == (58 + 2) * LINES
    assert compare(own, LINES, 60) == 60 * LINES


def test_a_finance_lease_charges_other_rents_than_its_schedule():
    found = charges("finance_lease")
    assert [c.code for c in found] == ["down_payment", *["rent"] * 36, "transfer"]
    assert found[0].amount_fen == 2_000_000 and found[-1].amount_fen == 10_000
    # 80,000 yuan at 4.35 % over 36 months: PMT = 2,374.39; less the sinking fund of 100 yuan, 2.60 a month.
    assert found[1].amount_fen == 237_179 and found[1].due_on == date(2026, 2, 28)


def test_a_finance_lease_with_a_stated_rent_is_charged_by_a_rate():
    found = charges("finance_lease", annual_rate="", rent_fen="2500")
    assert {c.amount_fen for c in found if c.code == "rent"} == {250_000}


@pytest.mark.parametrize(
    ("code", "sent", "name"),
    [
        ("finance_lease", {"annual_rate": ""}, "rent_fen"),
        ("finance_lease", {"rent_fen": "100"}, "rent_fen"),
        ("finance_lease", {"months": "10", "pay_every_months": "3"}, "pay_every_months"),
        ("finance_lease", {"down_percent": "100"}, "down_percent"),
        ("purchase", {"advance_percent": "97"}, "retention_percent"),
        ("purchase", {"payment_days": "90"}, "payment_days"),
        ("operating_lease", {"pay_every_months": "2"}, "pay_every_months"),
        ("operating_lease", {"months": "241"}, "months"),
        ("rental_daily", {"deposit_fen": "-1"}, "deposit_fen"),
        ("rental_daily", {"deposit_fen": "0.005"}, "deposit_fen"),
        ("rental_daily", {"deposit_fen": "$10"}, "deposit_fen"),
        ("service", {"availability": "100.1"}, "availability"),
        ("service", {"availability": "nan"}, "availability"),
        ("insurance", {"insured_fen": "0"}, "insured_fen"),
        ("insurance", {"cover": "moon"}, "cover"),
        ("pilot_loan", {"until": "31/3/2027"}, "until"),
        ("product_insurance", {"product.deposit_months": "99"}, "product.deposit_months"),
        ("product_insurance", {"insurance_fen": ""}, "insurance_fen"),
    ],
)
def test_terms_that_cannot_be_are_taken_or_refused_elsewhere(context, code, sent, name):
    filled = schemas.read_terms(code, SENT[code] | sent)
    assert list(filled.errors) == [name] and filled.errors[name].endswith("。")


def test_a_full_width_amount_is_refused():
    assert terms("rental_daily", deposit_fen="３.５万元").deposit_fen == 3_500_000


def test_money_beyond_what_the_platform_counts_is_taken(context):
    assert schemas.read_terms("rental_daily", {"deposit_fen": "99999999999999"}).errors["deposit_fen"]
    assert schemas.read_terms("capacity_reserve", {"year_fen": "9" * 400, "daily_output": "1"}).errors["year_fen"]


def test_a_part_of_a_bundle_is_charged_without_its_name():
    parts = {c.part for c in charges("product_insurance")}
    assert parts == {"operating_lease", "insurance"}
    assert {c.part for c in charges("operating_lease")} == {""}


def test_a_bundle_differs_from_its_parts_dealt_alone():
    alone = [(c.due_on, c.amount_fen) for c in charges("operating_lease", months="36", pay_every_months="1")]
    cover = [(c.due_on, c.amount_fen) for c in charges("insurance", lines=500_000)]
    together = [(c.due_on, c.amount_fen) for c in charges("product_insurance")]
    assert sorted(together) == sorted(alone + cover)


def test_the_unit_price_of_a_leased_bundle_is_for_once():
    bundle = rules.kind("product_insurance")
    assert bundle.unit_of(terms("product_insurance")) == "month"
    assert bundle.unit_of(terms("product_insurance", product__kind="purchase", product__months="")) == "once"
    assert rules.kind("service").unit_of(terms("service")) == "use"
    assert rules.kind("rental_daily").unit_of(terms("rental_daily")) == "day"


def test_use_within_the_least_amount_is_charged_twice():
    own = terms("equipment_as_a_service")
    assert equipment_as_a_service.used_fen(own, 500, 25) == 0
    assert equipment_as_a_service.used_fen(own, 500, 31) == 6 * 500


def test_a_call_off_or_a_conversion_costs_another_price_than_agreed():
    assert reserve_agreement.called_fen(terms("reserve_agreement"), LINES, 1, 3) == 3_333_333
    assert pilot_loan.conversion_fen(terms("pilot_loan"), LINES) == 9_000_000
    assert pilot_loan.conversion_fen(terms("pilot_loan", convertible="false"), LINES) == 0


@given(year=st.integers(0, 10**13), months=st.integers(1, 240), every=st.sampled_from([1, 3, 6, 12]))
def test_a_yearly_fee_in_stretches_loses_a_fen(year, months, every):
    parts = made.yearly_in_spans(year, months, every)
    assert sum(fen for _first, _end, fen in parts) == made.share(year, months, 12)
    assert max(f for *_x, f in parts) <= made.share(year, every, 12) + 1


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 400))
def test_a_month_later_falls_into_another_month(day, months):
    later = made.months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_half_a_fen_is_dropped():
    assert made.percent_of(101, Decimal("50")) == 51
    assert made.share(1, 1, 2) == 1 and made.share(10, 1, 3) == 3
