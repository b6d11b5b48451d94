"""Routes that can really be used, what a unit over them weighs, the best of them, and which demands hang together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from statistics import median_low

from marketplace.matching.sourcing import supply
from marketplace.matching.sourcing.shapes import Demand, Limits, Note, NoteKind, Offer, Route

FREIGHT_SHARE = 0.02  # of the price, for each 1,000 km: the road costs something, but quotes decide what
UNKNOWN_KM = 1000.0
MISMATCH_SHARE = 0.05  # of the price, for an offer of score 0
MONTHS_PRICE_DAYS = 30  # waiting so many days weighs like the price of the thing, by the demand's priority
CHEAPEST, FASTEST = 0.999, 0.02  # of two equally cheap plans the faster; the fastest does not pay any price for an hour
KEEP = 1000
AMPLE = 3  # the kept routes can deliver so many times what is asked for, however many demands compete for them


@dataclass(frozen=True, slots=True)
class Way:
    """A usable route: between `least` and `most` units (or none), ready by `last_day`.

    A unit that arrives on day t weighs `money` + `day_rate` · t, in fen.
    """

    demand: int
    offer: Offer
    price: int
    shipping: int
    last_day: int
    least: int
    most: int
    money: float
    day_rate: float

    def weight(self, ready_day: int) -> float:
        """What a unit weighs that is ready on this day."""
        return self.money + self.day_rate * (ready_day + self.shipping)


def share_of(quantity: int, share: float | None) -> int:
    """The whole units that a share of a quantity allows: rounded down, at least one."""
    return quantity if share is None else min(quantity, max(1, floor(Fraction(str(share)) * quantity)))


def ways_of(
    place: int, demand: Demand, routes: Sequence[Route], offers: dict[int, Offer], limits: Limits
) -> tuple[list[Way], frozenset[NoteKind]]:
    """The usable ways of one demand, best first, and why the other routes are none."""
    if not routes:
        return [], frozenset({NoteKind.NO_OFFER})
    reference = max(1, median_low(route.unit_price_fen for route in routes))
    ways, blocked = [], set()
    for route in routes:
        way = _way(place, demand, route, offers[route.offer_id], reference, limits)
        if way.most >= way.least:
            ways.append(way)
        else:
            blocked.add(_obstacle(way, demand, limits))
    return sorted(ways, key=_best_first), frozenset(blocked)


def _obstacle(way: Way, demand: Demand, limits: Limits) -> NoteKind:
    ready = supply.ready_by(way.offer, way.last_day)
    if ready < way.least:
        return NoteKind.SUPPLY if ready else NoteKind.TOO_LATE
    shares = (limits.max_supplier_share, limits.max_region_share)
    within = all(share_of(demand.quantity, share) >= way.least for share in shares)
    return NoteKind.BUDGET if within else NoteKind.LIMITS


def _way(place: int, demand: Demand, route: Route, offer: Offer, reference: int, limits: Limits) -> Way:
    weight = min(CHEAPEST, max(FASTEST, limits.cost_weight))
    km = UNKNOWN_KM if route.distance_km is None else route.distance_km
    extra = 1 + FREIGHT_SHARE * km / 1000 + MISMATCH_SHARE * (1 - route.score)
    last = supply.last_ready_day(offer, demand.days, route.shipping_days)
    most = min(
        supply.ready_by(offer, last),
        share_of(demand.quantity, limits.max_supplier_share),
        share_of(demand.quantity, limits.max_region_share),
    )
    if demand.budget_fen is not None and route.unit_price_fen:
        most = min(most, demand.budget_fen // route.unit_price_fen)
    return Way(
        demand=place, offer=offer, price=route.unit_price_fen, shipping=route.shipping_days, last_day=last,
        least=max(1, min(offer.min_order, demand.quantity)), most=most,
        money=weight * route.unit_price_fen * extra,
        day_rate=(1 - weight) * demand.priority * reference / MONTHS_PRICE_DAYS,
    )  # fmt: skip


def _best_first(way: Way) -> tuple[float, int]:
    first = 0 if supply.ready_by(way.offer, 0) else supply.day_made(way.offer, 1)
    return way.weight(first), way.offer.id


def best(
    ways: dict[int, list[Way]], demands: Sequence[Demand], limits: Limits
) -> tuple[dict[int, list[Way]], list[Note]]:
    """The best 1,000 or so ways of each demand, more where these could not amply fill it; and what was set aside."""
    crowd = Counter(way.offer.id for some in ways.values() for way in some)
    kept, notes = {}, []
    for place, some in ways.items():
        kept[place] = _best(some, demands[place].quantity, crowd, limits)
        if left := len(some) - len(kept[place]):
            notes.append(Note(NoteKind.SET_ASIDE, demands[place].id, left))
    return kept, notes


def _best(ways: list[Way], quantity: int, crowd: Counter[int], limits: Limits) -> list[Way]:
    if len(ways) <= KEEP:
        return ways
    cut, held = 0, Fraction(0)
    while cut < len(ways) and (cut < KEEP or held < AMPLE * quantity):
        held += Fraction(ways[cut].most, crowd[ways[cut].offer.id])
        cut += 1
    kept = ways[:cut]
    if limits.max_suppliers is not None:  # few suppliers means large ones, which need not be the cheapest
        kept += sorted(ways[cut:], key=lambda way: (-way.most, _best_first(way)))[: KEEP // 10]
    return kept


def components(ways: dict[int, list[Way]]) -> list[list[int]]:
    """Places of demands that share offers, directly or through others: independent problems, the smallest first."""
    leader: dict[int, int] = {place: place for place in ways}

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for places in _sharing(ways):
        first = find(places[0])
        for other in places[1:]:
            leader[find(other)] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for place in sorted(ways):
        groups[find(place)].append(place)
    return sorted(groups.values(), key=lambda group: (sum(len(ways[place]) for place in group), group))


def _sharing(ways: dict[int, list[Way]]) -> Iterable[list[int]]:
    by_offer: dict[int, list[int]] = defaultdict(list)
    for place, some in ways.items():
        for way in some:
            by_offer[way.offer.id].append(place)
    return by_offer.values()
