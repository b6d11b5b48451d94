"""The problem as a mixed-integer programme for HiGHS: columns and rows in bulk, one place per kind of row.

Columns: units of each cell; missing units of each demand; whether a way is used (where there is a minimum order); whether
a supplier is used for a demand (where only so many may be). Units need not be integer columns: with the used ways
fixed, supply (nested by day), demand and supplier rows form two laminar families, so corners are whole. Budgets and a
shortage shared between demands break that; then units are integer as long as the problem is small (`WHOLE`), and
otherwise rounded down and filled up, which `filling.settle` does in any case.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

import highspy
import numpy as np

from marketplace.matching.sourcing.problem import Problem
from marketplace.matching.sourcing.taking import Taking

LOT = 1_000_000  # above so many units columns count in lots, for a solver's tolerances are absolute
WHOLE = 4_000  # integer columns for units up to so many


@dataclass(slots=True)
class _Rows:
    """Rows one after the other, as HiGHS takes them."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, lower: float, upper: float, columns: Iterable[int], values: Iterable[float]) -> None:
        """One more row."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.starts.append(len(self.columns))
        self.columns.extend(columns)
        self.values.extend(values)


class Model:
    """Columns and rows of one problem; `ceiling` is the shortage that must not be exceeded when weight is minimised."""

    def __init__(self, problem: Problem, ceiling: int | None = None) -> None:
        """Lay out columns and rows; nothing is solved yet."""
        self.problem, self.ceiling = problem, ceiling
        self.lot = max(1.0, max(demand.quantity for demand in problem.demands) / LOT)
        self.scale = median(cell.weight for cell in problem.cells) or 1.0
        self.missing = len(problem.cells)
        choosing = self._binding_number_of_suppliers()
        self.used = self._number(
            [n for n, way in enumerate(problem.ways) if way.least > 1],
            self.missing + len(problem.demands),
        )
        pairs = {(way.demand, way.offer.supplier_id) for way in problem.ways if way.demand in choosing}
        self.supplied = self._number(sorted(pairs), self.missing + len(problem.demands) + len(self.used))
        self.excess = self.missing + len(problem.demands) + len(self.used) + len(self.supplied)
        self.size = self.excess + 1
        self.rows = _Rows()
        self._demands()
        self._supply()
        self._lines()
        self._shares()
        self._budgets()
        self._suppliers()
        self._ceiling()

    @staticmethod
    def _number(keys: Sequence, first: int) -> dict:
        return {key: first + place for place, key in enumerate(keys)}

    def _binding_number_of_suppliers(self) -> set[int]:
        most, seen = self.problem.limits.max_suppliers, defaultdict(set)
        for way in self.problem.ways:
            seen[way.demand].add(way.offer.supplier_id)
        return {place for place, some in seen.items() if most is not None and len(some) > most}

    def _cells(self, numbers: Iterable[int]) -> list[int]:
        return [cell for number in numbers for cell in self.problem.cells_of_way[number]]

    def _demands(self) -> None:
        for place, demand in enumerate(self.problem.demands):
            cells = self._cells(self.problem.ways_of_demand[place])
            quantity = demand.quantity / self.lot
            self.rows.add(quantity, quantity, [*cells, self.missing + place], [1.0] * (len(cells) + 1))

    def _supply(self) -> None:
        """By each day of an offer no more than is ready; left out where its ways could not take more anyway."""
        of_offer: dict[int, list[int]] = defaultdict(list)
        for number, cell in enumerate(self.problem.cells):
            of_offer[cell.offer].append(number)
        for place, ready in enumerate(self.problem.ready):
            ways = {self.problem.cells[number].way for number in of_offer[place]}
            reach = sum(self.problem.ways[number].most for number in ways)
            for step, limit in enumerate(ready):
                columns = [number for number in of_offer[place] if self.problem.cells[number].step <= step]
                if len(columns) > 1 and reach > limit:
                    self.rows.add(-highspy.kHighsInf, limit / self.lot, columns, [1.0] * len(columns))

    def _lines(self) -> None:
        """A way carries nothing, or from its minimum order to what is possible; and nothing from a supplier not chosen."""
        for number, way in enumerate(self.problem.ways):
            cells = self.problem.cells_of_way[number]
            ones = [1.0] * len(cells)
            chosen = self.supplied.get((way.demand, way.offer.supplier_id))
            gate = self.used.get(number, chosen)
            if gate is not None:
                self.rows.add(-highspy.kHighsInf, 0.0, [*cells, gate], [*ones, -way.most / self.lot])
            elif len(cells) > 1:
                self.rows.add(-highspy.kHighsInf, way.most / self.lot, cells, ones)
            if number in self.used:
                self.rows.add(0.0, highspy.kHighsInf, [*cells, gate], [*ones, -way.least / self.lot])
                if chosen is not None:
                    self.rows.add(-highspy.kHighsInf, 0.0, [gate, chosen], [1.0, -1.0])

    def _shares(self) -> None:
        limits = self.problem.limits
        if limits.max_supplier_share is not None:
            self._share(self.problem.supplier_cap, lambda way: way.offer.supplier_id)
        if limits.max_region_share is not None:
            self._share(self.problem.region_cap, lambda way: way.offer.region)

    def _share(self, caps: Sequence[int], key) -> None:
        for place, numbers in enumerate(self.problem.ways_of_demand):
            groups: dict[object, list[int]] = defaultdict(list)
            for number in numbers:
                groups[key(self.problem.ways[number])].append(number)
            for group in groups.values():
                if sum(self.problem.ways[number].most for number in group) > caps[place]:
                    cells = self._cells(group)
                    self.rows.add(-highspy.kHighsInf, caps[place] / self.lot, cells, [1.0] * len(cells))

    def _budgets(self) -> None:
        for place in self._bound_by_money():
            numbers, budget = self.problem.ways_of_demand[place], self.problem.demands[place].budget_fen
            dearest = max(self.problem.ways[number].price for number in numbers)
            cells = self._cells(numbers)
            prices = [self.problem.ways[self.problem.cells[cell].way].price / dearest for cell in cells]
            self.rows.add(-highspy.kHighsInf, budget / dearest / self.lot, cells, prices)

    def _bound_by_money(self) -> list[int]:
        problem, bound = self.problem, []
        for place, demand in enumerate(problem.demands):
            dearest = max((problem.ways[number].price for number in problem.ways_of_demand[place]), default=0)
            if demand.budget_fen is not None and dearest * demand.quantity > demand.budget_fen:
                bound.append(place)
        return bound

    def _suppliers(self) -> None:
        of_demand: dict[int, list[int]] = defaultdict(list)
        for (place, _supplier), column in self.supplied.items():
            of_demand[place].append(column)
        for columns in of_demand.values():
            self.rows.add(-highspy.kHighsInf, self.problem.limits.max_suppliers, columns, [1.0] * len(columns))

    def _ceiling(self) -> None:
        if self.ceiling is not None:
            priorities = [float(demand.priority) for demand in self.problem.demands]
            columns = [*range(self.missing, self.missing + len(priorities)), self.excess]
            self.rows.add(-highspy.kHighsInf, self.ceiling / self.lot, columns, [*priorities, -1.0])

    @property
    def whole(self) -> bool:
        """Whether units must be integer columns, and can."""
        crossed = bool(self.ceiling) or bool(self._bound_by_money()) or self._crossed_shares()
        return crossed and self.lot == 1.0 and self.missing <= WHOLE

    def _crossed_shares(self) -> bool:
        regions: dict[int, set[str]] = defaultdict(set)
        for way in self.problem.ways:
            regions[way.offer.supplier_id].add(way.offer.region)
        both = self.problem.limits.max_supplier_share is not None and self.problem.limits.max_region_share is not None
        return both and any(len(some) > 1 for some in regions.values())

    def start(self, taking: Taking) -> np.ndarray:
        """The columns of what was taken, for the solver to begin with."""
        values = np.zeros(self.size)
        values[: self.missing] = taking.cells
        values[self.missing : self.missing + len(taking.open)] = taking.open
        values /= self.lot
        for number, way in enumerate(self.problem.ways):
            if taking.lines[number] and (way.demand, way.offer.supplier_id) in self.supplied:
                values[self.supplied[way.demand, way.offer.supplier_id]] = 1
        for number, column in self.used.items():
            values[column] = taking.lines[number] > 0
        return values

    def integers(self) -> list[int]:
        """The columns that must be whole."""
        first = 0 if self.whole else self.missing + len(self.problem.demands)
        return list(range(first, self.excess))
