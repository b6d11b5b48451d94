"""What a sourcing plan is made from and what comes out: plain frozen values that refuse nonsense when they are made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


def _counts(owner: object, *names: str, least: int = 0, optional: bool = False) -> None:
    for name in names:
        value = getattr(owner, name)
        if value is None and optional:
            continue
        if not isinstance(value, int) or value < least:
            raise ValueError(f"{name} must be a whole number from {least}: {value!r}")


def _number(owner: object, name: str, low: float, high: float = math.inf, *, above: bool = False) -> None:
    value = getattr(owner, name)
    if not math.isfinite(value) or not low <= value <= high or (above and value == low):
        raise ValueError(f"{name} must be a number from {low} to {high}: {value!r}")


@dataclass(frozen=True, slots=True)
class Demand:
    """So much of something, there within `days` from now (None: whenever); `budget_fen` None means no limit.

    A missing unit of priority 2 weighs twice as much as one of priority 1. What the thing is, is told for display only:
    which offers suit is said by the routes. Raises: ValueError for anything that is not a whole number from 0.
    """

    id: str
    quantity: int
    days: int | None
    budget_fen: int | None = None
    priority: int = 1
    region: str = ""
    class_code: str = ""
    name: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _counts(self, "quantity")
        _counts(self, "days", "budget_fen", optional=True)
        _counts(self, "priority", least=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a listing can deliver: `stock` ships now; production ramps as `supply.made_by` says.

    `lead_time_days` None: not stated, so only the stock counts towards a date. `region` is the supplier's, "" unknown.
    """

    id: int
    supplier_id: int
    stock: int
    monthly_capacity: int
    lead_time_days: int | None
    min_order: int = 1
    region: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _counts(self, "stock", "monthly_capacity", "min_order")
        _counts(self, "lead_time_days", optional=True)


@dataclass(frozen=True, slots=True)
class Route:
    """An offer that suits a demand, at a known price, with the days on the road; nothing else may be planned with.

    The distance counts through `shipping_days`, and a little by itself (`ways.FREIGHT_SHARE`); None is unknown.
    `score` is how well the offer suits, 0 to 1 (`ways.MISMATCH_SHARE`).
    """

    demand_id: str
    offer_id: int
    unit_price_fen: int
    distance_km: float | None
    shipping_days: int
    score: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _counts(self, "unit_price_fen", "shipping_days")
        _number(self, "score", 0.0, 1.0)
        if self.distance_km is not None:
            _number(self, "distance_km", 0.0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan must respect for each demand, what it aims at, and when the search may stop.

    Shares are of the demand's quantity (above 0, to 1) and always leave room for one unit; offers of unknown region count
    as one region. `cost_weight` 1 is the cheapest plan, 0 the fastest. `gap` is how far from the proven bound is good
    enough (0.01: one per cent), `seconds` is for the whole plan. None means no such limit.
    """

    max_supplier_share: float | None = None
    max_suppliers: int | None = None
    max_region_share: float | None = None
    cost_weight: float = 1.0
    gap: float = 0.01
    seconds: float = 5.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name in ("max_supplier_share", "max_region_share"):
            if getattr(self, name) is not None:
                _number(self, name, 0.0, 1.0, above=True)
        _counts(self, "max_suppliers", least=1, optional=True)
        _number(self, "cost_weight", 0.0, 1.0)
        _number(self, "gap", 0.0)
        _number(self, "seconds", 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """So much of a demand from one offer. The last unit is there in `arrives_in_days`; `cost_fen` is for the goods."""

    demand_id: str
    offer_id: int
    supplier_id: int
    from_stock: int
    from_production: int
    arrives_in_days: int
    cost_fen: int
    unit_price_fen: int

    @property
    def quantity(self) -> int:
        """Units of the line."""
        return self.from_stock + self.from_production


class NoteKind(StrEnum):
    """What the reader of a plan should know: why a demand stays short, and what was set aside."""

    NO_OFFER = "no_offer"  # no route leads to the demand
    TOO_LATE = "too_late"  # nothing arrives in time
    SUPPLY = "supply"  # all that can be delivered in time is taken
    BUDGET = "budget"  # more could be had for more money
    LIMITS = "limits"  # more could be had without the limits on shares and suppliers
    MIN_ORDER = "min_order"  # what is left is less than anybody's minimum order
    SET_ASIDE = (
        "set_aside"  # so many of the dearest routes of the demand were not looked at; the gap is proven without them
    )


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a demand; `count` is a number of units that are missing, or of routes set aside."""

    kind: NoteKind
    demand_id: str
    count: int


class Method(StrEnum):
    """Where the lines come from: the solver's search, or the baseline where the solver gave nothing better in time."""

    EXACT = "exact"
    GREEDY = "greedy"


class Reason(StrEnum):
    """Why a plan is not proven to be within the gap asked for."""

    NONE = ""
    ASKED = "asked"  # the baseline was asked for
    TIME = "time"  # the clock ended the search
    SIZE = "size"  # the problem is too large to be searched to the end
    SOLVER = "solver"  # the solver is missing or failed


@dataclass(frozen=True, slots=True)
class Plan:
    """Who delivers what, what stays short, and what is proven about it.

    `coverage` is the mean covered share of the demands; `mean_days` the mean arrival of a unit, each consignment counted on
    the day of its last. `weighed` is what was minimised after the shortfall (weighed fen, see `ways`), `bound` what no plan
    with as little shortfall can go below, `gap` = 1 - bound / weighed (1: nothing is proven). `shortfall_gap` is the share
    of all units asked for, by priority, that a better plan might still deliver; 0: no plan can deliver more.
    `method` is "greedy" when no line comes from the solver's search; `reason` says why `gap` is not what was asked for.
    """

    lines: tuple[Line, ...]
    shortfall: Mapping[str, int]
    coverage: float
    cost_fen: int
    slowest_days: int
    mean_days: float
    weighed: float
    bound: float
    gap: float
    shortfall_gap: float
    method: Method
    reason: Reason
    notes: tuple[Note, ...]
    seconds: float = field(compare=False)
