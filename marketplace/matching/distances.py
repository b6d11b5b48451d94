"""How far apart provinces are, how long goods are on the road, and where a province stands on a map of squares. Pure.

Between provinces the distance is that of their capitals over the globe, lengthened by what roads wind. Inside one it is
a usual drive, so that a supplier next door is never further than one two provinces away.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from math import asin, ceil, cos, radians, sin, sqrt
from pathlib import Path

PROVINCES = Path(__file__).parents[2] / "seed" / "geo" / "provinces.csv"
EARTH_KM = 6371.0
ROADS_WIND = 1.3  # road kilometres for each kilometre as the crow flies, as is usual between Chinese cities
SAME_CITY_KM, SAME_PROVINCE_KM = 30.0, 200.0
KM_A_DAY = 700.0  # a lorry with two drivers
UNKNOWN_DAYS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A province: the letter it is known by, its capital's rounded coordinates, its square on the map."""

    province: str
    mark: str
    latitude: float
    longitude: float
    row: int
    column: int


@lru_cache
def places() -> dict[str, Place]:
    """Every province by its full name."""
    with PROVINCES.open(encoding="utf-8", newline="") as file:
        return {row["province"]: _place(row) for row in csv.DictReader(file)}


def _place(row: dict[str, str]) -> Place:
    return Place(row["province"], row["mark"], float(row["latitude"]), float(row["longitude"]), int(row["row"]),
                 int(row["column"]))  # fmt: skip


def haversine_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres over the globe between two points, each (latitude, longitude) in degrees."""
    (lat_1, lon_1), (lat_2, lon_2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def road_km(province: str, city: str, other_province: str, other_city: str) -> float | None:
    """Kilometres by road between two cities, to the nearest ten; None when a province is not known."""
    one, other = places().get(province), places().get(other_province)
    if one is None or other is None:
        return None
    if one is other:
        return SAME_CITY_KM if city and city == other_city else SAME_PROVINCE_KM
    straight = haversine_km((one.latitude, one.longitude), (other.latitude, other.longitude))
    return max(SAME_PROVINCE_KM, round(straight * ROADS_WIND, -1))


def shipping_days(km: float | None) -> int:
    """Days on the road: one for every 700 km begun; three when the distance is not known."""
    return UNKNOWN_DAYS if km is None else max(1, ceil(km / KM_A_DAY))
