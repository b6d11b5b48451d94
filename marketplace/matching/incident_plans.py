"""What a plan of an incident comes to: by class, by province, on a map of squares; and matching what was never matched."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from marketplace.matching import changes, queries, runs
from marketplace.matching.distances import Place, places
from marketplace.matching.plans import Part
from marketplace.needs.models import Need, NeedStatus

SHADES = 4


@dataclass(frozen=True, slots=True)
class ClassSum:
    """One class in one unit: what all needs ask of it together. Without a class the item's name stands for it."""

    key: str
    class_code: str
    name: str
    unit: str
    asked: int
    short: int
    by_region: dict[str, int]

    @property
    def covered(self) -> int:
        """Units that somebody delivers."""
        return self.asked - self.short


@dataclass(frozen=True, slots=True)
class RegionSum:
    """One province of need. `open_percent` is the mean share of its items that stays open, each item counting the same,
    in whole per cent, rounded up."""

    province: str
    items: int
    short_items: int
    open_percent: int
    missing: list[tuple[str, int, str]]


@dataclass(slots=True)
class Supply:
    """What comes from one province; `units` by (name of the item, unit)."""

    province: str
    suppliers: set[int] = field(default_factory=set)
    cost_fen: int = 0
    slowest_days: int = 0
    units: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True, slots=True)
class Square:
    """A province on a map: what stands in it ("" nothing), and how dark it is, 0 to 4."""

    place: Place
    text: str
    shade: int


@dataclass(frozen=True, slots=True)
class Maps:
    """Where something is missing and where supply comes from. `unit` is "%" and "家" over all classes, else the unit."""

    missing: list[Square]
    supply: list[Square]
    unit: str


def by_class(parts: Iterable[Part]) -> list[ClassSum]:
    """Classes as asked for, the largest open share first; units are never added across units."""
    grouped: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in parts:
        grouped[part.demand.class_code or part.demand.name, part.demand.unit].append(part)
    found = [_class_sum(key, some) for key, some in grouped.items()]
    return sorted(found, key=lambda row: (-row.short / row.asked, row.name))


def _class_sum(key: tuple[str, str], parts: Sequence[Part]) -> ClassSum:
    regions: dict[str, int] = defaultdict(int)
    for part in parts:
        regions[part.demand.region] += part.short
    first = parts[0].demand
    return ClassSum(
        "|".join(key), first.class_code, first.name, first.unit, sum(part.demand.quantity for part in parts),
        sum(part.short for part in parts), dict(regions),
    )  # fmt: skip


def by_region(parts: Iterable[Part]) -> list[RegionSum]:
    """Provinces of need, the one with the largest open share first."""
    grouped: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        grouped[part.demand.region].append(part)
    found = [
        RegionSum(
            province, len(some), sum(part.short > 0 for part in some),
            ceil(round(sum(part.open_share for part in some) / len(some) * 100, 6)),
            [(part.demand.name, part.short, part.demand.unit) for part in some if part.short],
        )
        for province, some in grouped.items()
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row.open_percent, row.province))


def supply(parts: Iterable[Part]) -> list[Supply]:
    """Provinces that deliver, the one with most suppliers first."""
    found: dict[str, Supply] = {}
    for part in parts:
        for line, entry in part.lines:
            row = found.setdefault(entry.offer.province, Supply(entry.offer.province))
            row.suppliers.add(line.supplier_id)
            row.cost_fen += line.cost_fen
            row.slowest_days = max(row.slowest_days, line.arrives_in_days)
            row.units[part.demand.name, part.demand.unit] += line.quantity
    return sorted(found.values(), key=lambda row: (-len(row.suppliers), row.province))


def maps(parts: Sequence[Part], kind: str) -> Maps:
    """The two maps over all classes, or of one (`ClassSum.key`): only there units can be added."""
    if not kind:
        open_shares = {row.province: float(row.open_percent) for row in by_region(parts)}
        suppliers = {row.province: float(len(row.suppliers)) for row in supply(parts)}
        return Maps(_squares(open_shares, 100.0, "%"), _squares(suppliers, max(suppliers.values(), default=1.0)), "")
    some = [part for part in parts if f"{part.demand.class_code or part.demand.name}|{part.demand.unit}" == kind]
    missing, units = defaultdict(float), defaultdict(float)
    for part in some:
        missing[part.demand.region] += part.short
        for line, entry in part.lines:
            units[entry.offer.province] += line.quantity
    most = max([*missing.values(), 1.0])
    return Maps(_squares(missing, most), _squares(units, max([*units.values(), 1.0])), some[0].demand.unit)


def _squares(values: dict[str, float], most: float, unit: str = "") -> list[Square]:
    """Provinces without a value are blank; 0 is told, unshaded."""
    found = []
    for place in places().values():
        value = values.get(place.province)
        text = "" if value is None else compact(value) + unit
        shade = 0 if not value else min(SHADES, 1 + int(value / most * SHADES * 0.999))
        found.append(Square(place, text, shade))
    return found


def compact(value: float) -> str:
    """A number that fits into a square: 123,456 as 123k."""
    return str(int(value)) if value < 100_000 else f"{int(value / 1000)}k"


def by_need(parts: Iterable[Part]) -> list[tuple[Need, list[Part]]]:
    """The parts that somebody delivers, need by need: a supplier is invited once for all it may deliver to a need."""
    grouped: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        if part.lines:
            grouped[part.need.id].append(part)
    return [(some[0].need, some) for some in grouped.values()]


def match_unmatched(needs: Iterable[Need], *, at: datetime) -> int:
    """Judge the open needs without a run; returns how many. Raises: SearchUnavailable."""
    waiting = [need for need in needs if need.status == NeedStatus.OPEN and not queries.latest_runs(need.id)]
    for need in waiting:
        runs.match_need(need, changes.engine(), at=at)
    return len(waiting)
