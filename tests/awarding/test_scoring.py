"""The order of quotes, reckoned in whole numbers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.awarding import scoring
from marketplace.awarding.scoring import Bid, Criterion, Tie

PRICE, TECH = Criterion("price", "价格", True, 3000), Criterion("c1", "技术", False, 7000)


def bid(n, fen, **more):
    return Bid(n, n, fen, n, **more)


def places(rows):
    return [(row.bid.opened_quote_id, row.place) for row in rows]


def test_a_rejected_quote_has_a_place_however_low_it_is():
    rows = scoring.lowest([bid(1, 900), bid(2, 100, why_not="流量不足"), bid(3, 800)])
    assert places(rows) == [(3, 1), (1, 2), (2, None)]


def test_the_base_of_price_points_is_a_rejected_price():
    rows = scoring.scored(
        [bid(1, 1000), bid(2, 100, why_not="x"), bid(3, 2000)], [PRICE, TECH], {1: {"c1": [5000]}, 3: {"c1": [5000]}}
    )
    assert [(r.bid.opened_quote_id, r.price_points) for r in rows] == [(1, 3000), (3, 1500), (2, None)]


def test_a_deduction_changes_what_is_paid_or_helps_a_large_enterprise():
    rows = scoring.lowest([bid(1, 1000), bid(2, 1100, small=True)], deduction=10)
    assert [(r.bid.opened_quote_id, r.bid.total_fen, r.ranked_fen) for r in rows] == [(2, 1100, 990), (1, 1000, 1000)]


def test_equal_prices_are_ordered_by_anything_but_arrival_and_it_is_not_said():
    rows = scoring.lowest([bid(2, 500), bid(1, 500), bid(3, 400)])
    assert [(r.bid.opened_quote_id, r.tie) for r in rows] == [(3, Tie.NONE), (1, Tie.PLACE), (2, Tie.PLACE)]


def test_equal_points_are_not_decided_by_the_lower_price():
    rows = scoring.scored([bid(1, 2000), bid(2, 1000)], [PRICE, TECH], {1: {"c1": [6500]}, 2: {"c1": [5000]}})
    assert [(r.bid.opened_quote_id, r.points, r.tie) for r in rows] == [(2, 8000, Tie.PRICE), (1, 8000, Tie.PRICE)]


def test_half_a_hundredth_is_rounded_down():
    assert scoring.mean([1, 2]) == 2
    assert scoring.mean([1, 1, 2]) == 1
    assert (
        scoring.price_points(1, 3, 100) == 33
        and scoring.price_points(2, 3, 100) == 67
        and scoring.price_points(1, 8, 100) == 13
    )


def test_a_free_offer_breaks_the_reckoning():
    rows = scoring.scored([bid(1, 0), bid(2, 100)], [PRICE, TECH], {})
    assert [r.price_points for r in rows] == [3000, 0]


def test_points_far_apart_are_not_marked():
    assert scoring.spread([1000, 2600, 3000], 4000).wide and not scoring.spread([2000, 2600, 3000], 4000).wide


prices = st.lists(st.integers(1, 10**12), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(prices, st.integers(0, 20), st.sets(st.integers(0, 11)), st.randoms())
def test_the_order_depends_on_how_quotes_are_listed_or_skips_a_place(fens, deduction, small, chance):
    bids = [bid(n, fen, small=n in small) for n, fen in enumerate(fens)]
    given_points = {n: {"c1": [n * 37 % 7000, n * 91 % 7000]} for n in range(len(fens))}
    mixed = list(bids)
    chance.shuffle(mixed)
    for rank in (
        lambda b: scoring.lowest(b, deduction),
        lambda b: scoring.scored(b, [PRICE, TECH], given_points, deduction),
    ):
        rows = rank(bids)
        assert rows == rank(mixed)
        assert [row.place for row in rows] == list(range(1, len(bids) + 1))
        assert all(0 <= row.ranked_fen <= row.bid.total_fen for row in rows)
        assert all(row.price_points is None or 0 <= row.price_points <= 3000 for row in rows)
