"""What has been taken so far, in whole units, with everything that is still free under every limit."""

from collections import Counter, defaultdict

from marketplace.matching.sourcing.problem import Problem


class Taking:
    """Units per cell; whatever is added stays within supply, shares, number of suppliers and budget."""

    def __init__(self, problem: Problem) -> None:
        """Nothing is taken yet."""
        self.problem = problem
        self.cells = [0] * len(problem.cells)
        self.lines = [0] * len(problem.ways)
        self.open = [demand.quantity for demand in problem.demands]
        self._free = [list(ready) for ready in problem.ready]
        self._money = [demand.budget_fen for demand in problem.demands]
        self._of_supplier: dict[tuple[int, int], int] = defaultdict(int)
        self._of_region: dict[tuple[int, str], int] = defaultdict(int)
        self._suppliers: list[Counter[int]] = [Counter() for _ in problem.demands]

    def copy(self) -> "Taking":
        """The same units, apart from these."""
        other = Taking(self.problem)
        for cell, units in enumerate(self.cells):
            if units:
                other.add(cell, units)
        return other

    @property
    def shortage(self) -> int:
        """Missing units, each as often as the priority of its demand."""
        return sum(left * demand.priority for left, demand in zip(self.open, self.problem.demands, strict=True))

    @property
    def weight(self) -> float:
        """What all taken units weigh, in fen."""
        return sum(taken * cell.weight for taken, cell in zip(self.cells, self.problem.cells, strict=True) if taken)

    def available(self, cell: int) -> int:
        """Units of the offer that can be ready by the cell's day without taking anything from others."""
        one = self.problem.cells[cell]
        return min(self._free[one.offer][one.step :])

    def spare(self, place: int) -> list[int]:
        """Units of an offer that are ready by each of its days and not taken by then."""
        return self._free[place]

    def within_limits(self, number: int) -> int:
        """Units that the shares and the number of suppliers still allow over a way, whatever they cost."""
        way, problem = self.problem.ways[number], self.problem
        place, supplier = way.demand, way.offer.supplier_id
        chosen, most = self._suppliers[place], problem.limits.max_suppliers
        if most is not None and supplier not in chosen and len(chosen) >= most:
            return 0
        return min(
            self.open[place],
            problem.supplier_cap[place] - self._of_supplier[place, supplier],
            problem.region_cap[place] - self._of_region[place, way.offer.region],
        )

    def affordable(self, number: int) -> int:
        """Units that what is left of the budget pays over a way."""
        way = self.problem.ways[number]
        money = self._money[way.demand]
        return self.open[way.demand] if money is None or not way.price else money // way.price

    def add(self, cell: int, units: int) -> None:
        """Take units, or give them back when negative; the caller has asked what is free."""
        one = self.problem.cells[cell]
        way = self.problem.ways[one.way]
        place, supplier = way.demand, way.offer.supplier_id
        before = self.lines[one.way]
        self.cells[cell] += units
        self.lines[one.way] += units
        self.open[place] -= units
        free = self._free[one.offer]
        for step in range(one.step, len(free)):
            free[step] -= units
        if self._money[place] is not None:
            self._money[place] -= units * way.price
        self._of_supplier[place, supplier] += units
        self._of_region[place, way.offer.region] += units
        self._suppliers[place][supplier] += (self.lines[one.way] > 0) - (before > 0)
        if not self._suppliers[place][supplier]:
            del self._suppliers[place][supplier]

    def take(self, cell: int, wanted: int) -> int:
        """Take up to so many units at a cell, and at later ones of the way what its minimum order still needs.

        Returns the units taken: 0 when the minimum order cannot be reached.
        """
        number = self.problem.cells[cell].way
        least = self.problem.ways[number].least
        wanted = min(wanted, self.within_limits(number), self.affordable(number))
        before, done = self.lines[number], []
        if wanted <= 0 or before + wanted < least:
            return 0
        for one in self.problem.cells_of_way[number]:
            if one < cell:
                continue
            got = self.lines[number] - before
            goal = wanted if one == cell else min(wanted, least - before)
            if units := min(goal - got, self.available(one)) if goal > got else 0:
                self.add(one, units)
                done.append((one, units))
        if self.lines[number] < least:
            for one, units in done:
                self.add(one, -units)
            return 0
        return self.lines[number] - before

    def put(self, number: int, goals: dict[int, int]) -> None:
        """Take so many units of each cell of a way as are free; nothing when that is less than the minimum order."""
        for cell, goal in goals.items():
            units = min(goal, self.within_limits(number), self.affordable(number), self.available(cell))
            if units > 0:
                self.add(cell, units)
        if self.lines[number] < self.problem.ways[number].least:
            for cell in goals:
                self.add(cell, -self.cells[cell])

    def of_demand(self, place: int) -> list[tuple[int, int]]:
        """Cells and units taken for a demand."""
        problem = self.problem
        cells = (
            cell
            for number in problem.ways_of_demand[place]
            if self.lines[number]
            for cell in problem.cells_of_way[number]
        )
        return [(cell, self.cells[cell]) for cell in cells if self.cells[cell]]

    def replace(self, place: int, cells: list[tuple[int, int]]) -> None:
        """Give back everything of a demand and take these cells, which were taken together before."""
        for cell, units in self.of_demand(place):
            self.add(cell, -units)
        for cell, units in cells:
            self.add(cell, units)
