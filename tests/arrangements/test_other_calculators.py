"""Lease or buy, 安责险 and 首台(套)."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.arrangements.calculators.first_set_subsidy import BY_CODE, first_set_subsidy
from marketplace.arrangements.calculators.lease_or_buy import Question, lease_or_buy
from marketplace.arrangements.calculators.work_safety_premium import SECTORS, Work, work_safety_premium
from marketplace.arrangements.charting import HEIGHT, WIDTH, chart


def question(**changes):
    asked = {
        "months": 36, "discount_rate": Decimal(4), "price_fen": 10_000_000, "resale_fen": 4_000_000,
        "buy_upkeep_fen": 300_000, "rent_fen": 250_000, "deposit_fen": 250_000, "lease_upkeep_fen": 0,
    }  # fmt: skip
    return Question(**{**asked, **changes})


def test_leasing_costs_another_present_sum_than_the_annuity():
    """12 rents of 1,000 in arrears at 12.682503 % effective, 1 % a month: 11,255.08 (annuity table, a12 at 1 %)."""
    asked = question(
        months=12, discount_rate=Decimal("12.6825030131969"), rent_fen=100_000, deposit_fen=0, timing="arrears"
    )
    assert lease_or_buy(asked).lease_present_fen == 1_125_508
    ahead = lease_or_buy(question(**{**vars(asked), "timing": "advance"}))
    assert ahead.lease_present_fen == 1_136_763  # × 1.01


def test_without_discount_the_present_sum_is_not_the_plain_one():
    answer = lease_or_buy(question(discount_rate=Decimal(0)))
    assert answer.buy_fen == answer.buy_present_fen == 10_000_000 - 4_000_000 + 900_000
    assert answer.lease_fen == answer.lease_present_fen == 36 * 250_000
    assert answer.cheaper == "buy" and answer.even_rent_fen == round(6_900_000 / 36)


@settings(deadline=None)
@given(
    months=st.integers(1, 240),
    price=st.integers(1, 10**12),
    rent=st.integers(1, 10**10),
    rate=st.decimals(0, 36, places=2),
    timing=st.sampled_from(["advance", "arrears"]),
)
def test_the_years_do_not_add_up_to_the_whole(months, price, rent, rate, timing):
    asked = question(
        months=months, price_fen=price, resale_fen=price // 3, rent_fen=rent, discount_rate=rate, timing=timing
    )
    answer = lease_or_buy(asked)
    assert sum(year.buy_fen for year in answer.years) == answer.buy_fen
    assert sum(year.lease_fen for year in answer.years) == answer.lease_fen
    assert answer.years[-1].buy_present_fen == answer.buy_present_fen
    assert answer.path[-1][0] == months and abs(answer.path[-1][1] - answer.buy_present_fen) <= 1
    assert abs(answer.path[-1][2] - answer.lease_present_fen) <= 1


def test_the_even_rent_leaves_one_way_cheaper():
    even = lease_or_buy(question()).even_rent_fen
    answer = lease_or_buy(question(rent_fen=even))
    assert abs(answer.buy_present_fen - answer.lease_present_fen) <= 36
    assert lease_or_buy(question(rent_fen=even - 10)).cheaper == "lease"
    assert lease_or_buy(question(rent_fen=even + 10)).cheaper == "buy"


def test_a_premium_by_heads_leaves_the_published_range():
    """山东 2017: 30 to 300 yuan a head at 50万元."""
    found = work_safety_premium(Work("mining", 100, 50_000_000))
    assert (found.low_fen, found.high_fen) == (300_000, 3_000_000)
    dearer = work_safety_premium(Work("mining", 100, 50_000_000, Decimal(20)))
    assert (dearer.low_fen, dearer.high_fen) == (360_000, 3_600_000)


@pytest.mark.parametrize(
    ("cost_yuan", "premium_yuan"),
    [(10_000_000, 6_500), (10_000_001, 6_000), (50_000_000, 30_000), (100_000_000, 55_000), (200_000_000, 100_000),
     (600_000_000, 270_000), (2_000_000_000, 800_000)],
)  # fmt: skip
def test_a_premium_by_cost_leaves_the_published_table(cost_yuan, premium_yuan):
    found = work_safety_premium(Work("construction", 1, 50_000_000, cost_fen=cost_yuan * 100))
    assert found.low_fen == found.high_fen and round(found.low_fen / 100) == premium_yuan


def test_a_factor_hides_where_it_comes_from():
    for sector in SECTORS:
        for factor in work_safety_premium(Work(sector, 10, 40_000_000)).factors:
            assert factor.source in ("asked", "shandong_2017")
    named = work_safety_premium(Work("mining", 10, 40_000_000, own_rate=Decimal("0.2")))
    assert {f.code: f.source for f in named.factors}["rate"] == "asked" and named.low_fen == named.high_fen == 80_000


def test_a_subsidy_goes_beyond_the_cap_or_the_years():
    rows = first_set_subsidy(BY_CODE["national"], 500_000_000, Decimal("3.5"), 5)
    assert [row.premium_fen for row in rows] == [17_500_000] * 5
    assert [row.subsidy_fen for row in rows] == [12_000_000] * 3 + [0, 0]  # 5,000,000 yuan × 3 % × 80 %
    assert first_set_subsidy(BY_CODE["national"], 500_000_000, Decimal(1), 1)[0].subsidy_fen == 4_000_000


@pytest.mark.parametrize(("level", "share"), [("international", 90), ("national", 80), ("provincial", 70)])
def test_a_provincial_share_is_another_than_published(level, share):
    row = first_set_subsidy(BY_CODE[f"zhejiang_{level}"], 100_000_000, Decimal(2), 1)[0]
    assert row.subsidy_fen == 2_000_000 * share // 100


@given(points=st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 10**13)), min_size=2, max_size=30))
def test_a_line_leaves_its_chart(points):
    drawn = chart([[a for a, _b in points], [b for _a, b in points]], range(len(points)))
    for line in drawn.lines:
        for x, y in (map(float, point.split(",")) for point in line.split(" ")):
            assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT
    assert 0 in {fen for _y, fen in drawn.rungs}
    assert len(drawn.rungs) <= 9 and len(drawn.marks) <= 13
