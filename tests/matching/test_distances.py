"""How far apart provinces are, and where they stand on the map of squares."""

import csv

import pytest

from marketplace.matching import distances
from marketplace.matching.distances import haversine_km, places, road_km, shipping_days
from tests.conftest import ROOT


def test_a_province_is_missing_or_unknown():
    with (ROOT / "seed" / "taxonomy" / "regions.csv").open(encoding="utf-8") as file:
        official = {row["name"] for row in csv.DictReader(file) if row["level"] == "1"}
    assert set(places()) == official and len(official) == 34


def test_two_provinces_share_a_square_or_a_letter():
    squares = {(place.row, place.column) for place in places().values()}
    assert len(squares) == len({place.mark for place in places().values()}) == 34
    assert all(0 <= row < 8 and 0 <= column < 7 for row, column in squares)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [((39.9, 116.4), (31.2, 121.5), 1070), ((43.8, 87.6), (20.0, 110.3), 3380), ((0, 0), (0, 180), 20015)],
)
def test_the_globe_is_flat(one, other, km):
    assert haversine_km(one, other) == pytest.approx(km, rel=0.01) == haversine_km(other, one)
    assert haversine_km(one, one) == 0


def test_a_neighbour_is_further_away_than_a_stranger():
    here = road_km("河南省", "郑州市", "河南省", "郑州市")
    assert here == distances.SAME_CITY_KM
    assert road_km("河南省", "", "河南省", "") == road_km("河南省", "郑州市", "河南省", "洛阳市") == 200
    assert here < 200 <= road_km("北京市", "", "天津市", "") < road_km("河南省", "", "湖北省", "")
    assert (
        road_km("河南省", "", "湖北省", "")
        == road_km("湖北省", "", "河南省", "")
        < road_km("河南省", "", "西藏自治区", "")
    )


def test_an_unknown_province_is_next_door():
    assert road_km("", "", "河南省", "") is None and road_km("河南省", "", "火星", "") is None


@pytest.mark.parametrize(("km", "days"), [(0.0, 1), (30.0, 1), (700.0, 1), (701.0, 2), (3500.0, 5), (None, 3)])
def test_goods_fly(km, days):
    assert shipping_days(km) == days
