"""Whether a plan holds: every limit looked at anew, from the lines alone. Also for a plan of yesterday with today's stock."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from marketplace.matching.sourcing import supply
from marketplace.matching.sourcing.shapes import Demand, Limits, Line, Offer, Plan, Route
from marketplace.matching.sourcing.ways import share_of


def broken(
    plan: Plan, demands: Sequence[Demand], offers: Sequence[Offer], routes: Sequence[Route], limits: Limits
) -> list[str]:
    """What the plan breaks, in plain English for logs and tests; empty when it holds."""
    known = {offer.id: offer for offer in offers}
    paths = {(route.demand_id, route.offer_id): route for route in routes}
    strays = [line for line in plan.lines if (line.demand_id, line.offer_id) not in paths or line.offer_id not in known]
    if strays:
        return [f"{line.demand_id} from {line.offer_id}: no such route" for line in strays]
    found: list[str] = []
    for demand in demands:
        lines = [line for line in plan.lines if line.demand_id == demand.id]
        found += (f"{demand.id}: {what}" for what in _of_demand(demand, lines, plan, known, limits))
        found += (f"{demand.id}: {what}" for line in lines for what in _of_line(demand, line, known, paths))
    for offer in offers:
        lines = [line for line in plan.lines if line.offer_id == offer.id]
        found += (f"offer {offer.id}: {what}" for what in _of_offer(offer, lines, paths))
    return found


def _of_demand(
    demand: Demand, lines: Sequence[Line], plan: Plan, offers: dict[int, Offer], limits: Limits
) -> Iterable[str]:
    total = sum(line.quantity for line in lines)
    if total + plan.shortfall.get(demand.id, 0) != demand.quantity or plan.shortfall.get(demand.id, 0) < 0:
        yield "lines and shortfall are not the quantity"
    if demand.budget_fen is not None and sum(line.cost_fen for line in lines) > demand.budget_fen:
        yield "over budget"
    suppliers, regions = defaultdict(int), defaultdict(int)
    for line in lines:
        suppliers[line.supplier_id] += line.quantity
        regions[offers[line.offer_id].region] += line.quantity
    if max(suppliers.values(), default=0) > share_of(demand.quantity, limits.max_supplier_share):
        yield "a supplier's share is too large"
    if max(regions.values(), default=0) > share_of(demand.quantity, limits.max_region_share):
        yield "a region's share is too large"
    if limits.max_suppliers is not None and len(suppliers) > limits.max_suppliers:
        yield "too many suppliers"


def _of_line(
    demand: Demand, line: Line, offers: dict[int, Offer], routes: dict[tuple[str, int], Route]
) -> Iterable[str]:
    route, offer = routes[line.demand_id, line.offer_id], offers[line.offer_id]
    if line.quantity < max(1, min(offer.min_order, demand.quantity)) or min(line.from_stock, line.from_production) < 0:
        yield f"less than the minimum order of {line.offer_id}"
    if demand.days is not None and line.arrives_in_days > demand.days:
        yield f"{line.offer_id} arrives too late"
    if line.supplier_id != offer.supplier_id or line.unit_price_fen != route.unit_price_fen:
        yield f"{line.offer_id} has another supplier or price"
    if line.cost_fen != line.quantity * line.unit_price_fen:
        yield f"{line.offer_id} costs something else"
    if line.from_production and offer.lead_time_days is None and demand.days is not None:
        yield f"{line.offer_id} promises no day for what it makes"


def _of_offer(offer: Offer, lines: Sequence[Line], routes: dict[tuple[str, int], Route]) -> Iterable[str]:
    if sum(line.from_stock for line in lines) > offer.stock:
        yield "more than the stock"
    made = defaultdict(int)
    for line in lines:
        made[line.arrives_in_days - routes[line.demand_id, line.offer_id].shipping_days] += line.from_production
        if line.from_production == 0 and line.arrives_in_days != routes[line.demand_id, line.offer_id].shipping_days:
            yield "stock that does not leave at once"
    total = 0
    for day in sorted(made):
        total += made[day]
        if total > supply.made_by(offer, day):
            yield f"more than it can make by day {day}"
