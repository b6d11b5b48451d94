"""HiGHS at work on a model: the relaxation, the integer search, and two quick ways from the relaxation to whole lines."""

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import highspy
import numpy as np

from marketplace.matching.sourcing.model import Model
from marketplace.matching.sourcing.taking import Taking

HINT = 1e-5  # less than that is nothing
DIVES = 14
ROUNDS = 2  # of a dive that choose suppliers
DEAR = 100.0  # a unit missing too many weighs so many of the heaviest


class Aim(Enum):
    """What is minimised: first what is missing, then what the units weigh."""

    SHORTAGE = "shortage"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver says: values of the columns (None: it has none), the proven bound (None: none), whether it finished."""

    values: Sequence[float] | None
    bound: float | None
    finished: bool
    reduced: Sequence[float] | None = None


class _Quiet(highspy.Highs):
    """HiGHS greets on standard output as soon as it is made, unless it is silenced before its own constructor goes on."""

    def enableCallbacks(self) -> None:  # noqa: N802
        """Called by the constructor, before it says anything."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


class Solver:
    """One model and how to solve it: one thread, a fixed seed, silent. Values and bounds are in units and fen."""

    def __init__(self, model: Model, aspired: int | None = None) -> None:
        """`aspired` is the shortage that the partial searches try to keep to, where the model's ceiling is not as low."""
        self.model, self.problem = model, model.problem
        self.missing, self.excess, self.used, self.lot = model.missing, model.excess, model.used, model.lot
        self.floor = 0.0 if aspired is None else (aspired - model.ceiling) / self.lot
        self._relaxations: dict[Aim, highspy.Highs] = {}

    def relax(self, aim: Aim, *, seconds: float) -> Answer:
        """Minimum orders and the number of suppliers in fractions: quick, and its bound holds for the whole search."""
        solver = self._relaxations[aim] = self._load(aim)
        solver.setOptionValue("time_limit", max(0.01, seconds))
        solver.run()
        return self._answer(solver, aim, plain=True)

    def solve(
        self, aim: Aim, *, seconds: float, gap: float, start: Taking, without: Sequence[int] = ()
    ) -> Answer:  # fmt: skip
        """The integer search from a start. `without` are cells that stay empty.

        `gap` is relative for weights, in units for a shortage.
        """
        solver, integers = self._load(aim), self.model.integers()
        solver.changeColsBounds(len(without), np.array(without, dtype=np.int32), *np.zeros((2, len(without))))
        self._make_whole(solver, integers)
        solver.setOptionValue("time_limit", max(0.01, seconds))
        solver.setOptionValue("mip_rel_gap", gap if aim == Aim.WEIGHT else 0.0)
        solver.setOptionValue("mip_abs_gap", max(0.99, gap) / self.lot if aim == Aim.SHORTAGE else 1e-9)
        given = highspy.HighsSolution()
        given.col_value = self.model.start(start)
        solver.setSolution(given)
        solver.run()
        return self._answer(solver, aim, plain=not integers)

    def repair(self, values: Sequence[float], short: Collection[int], *, seconds: float, gap: float) -> Answer:
        """The same ways as in these values, but short demands may use any; units move freely. No bound comes of it.

        Not for models in which suppliers must be chosen.
        """
        solver = self._load(Aim.WEIGHT)
        self._keep_ways(solver, values, short)
        return self._run_part(solver, seconds, gap)

    def polish(self, values: Sequence[float], short: Collection[int], *, seconds: float, gap: float) -> Answer:
        """Like `repair`, in whole units: of demands with fractions and short ones; the others keep theirs."""
        cells, solver = self.problem.cells, self._load(Aim.WEIGHT)
        self._keep_ways(solver, values, short)
        owner = [self.problem.ways[cell.way].demand for cell in cells]
        loose = set(short) | {owner[n] for n in range(len(cells)) if abs(values[n] - round(values[n])) > HINT}
        kept = [n for n in range(len(cells)) if owner[n] not in loose]
        units = np.array([round(values[n]) for n in kept], dtype=float) / self.lot
        solver.changeColsBounds(len(kept), np.array(kept, dtype=np.int32), units, units)
        if self.lot == 1.0:
            self._make_whole(solver, [n for n in range(len(cells)) if owner[n] in loose])
        return self._run_part(solver, seconds, gap)

    def _keep_ways(self, solver: "highspy.Highs", values: Sequence[float], short: Collection[int]) -> None:
        free = []
        for number, column in self.used.items():
            if self.problem.ways[number].demand in short:
                free.append(column)
            else:
                used = float(sum(values[cell] for cell in self.problem.cells_of_way[number]) > HINT)
                solver.changeColBounds(column, used, used)
        self._make_whole(solver, free)

    def _run_part(self, solver: "highspy.Highs", seconds: float, gap: float) -> Answer:
        solver.changeColBounds(self.excess, self.floor, self.floor)
        solver.setOptionValue("time_limit", max(0.01, seconds))
        solver.setOptionValue("mip_rel_gap", gap)
        solver.run()
        return replace(self._answer(solver, Aim.WEIGHT, plain=False), bound=None)

    @staticmethod
    def _make_whole(solver: "highspy.Highs", columns: Sequence[int]) -> None:
        kinds = np.full(len(columns), highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(len(columns), np.array(columns, dtype=np.int32), kinds)

    def dive(self, aim: Aim, *, until: float, like: Taking | None = None, places: Collection[int] = ()) -> Answer:
        """Relax, decide the minimum orders that are met in part, and relax again, until none is; no bound comes of it.

        What is wanted at half its minimum or more gets it, the rest nothing; what cannot be had together gets nothing
        either. More may be missing than the ceiling allows, at a high price. Demands at `places` use the
        suppliers and the ways that `like` uses.
        """
        solver = self._relaxations.get(aim) or self._load(aim)
        upper = self._upper()
        solver.changeColsBounds(len(upper), np.arange(len(upper), dtype=np.int32), np.zeros(len(upper)), upper)
        solver.changeColBounds(self.excess, self.floor, highspy.kHighsInf)
        answer, promised = Answer(None, None, False), Taking(self.problem)
        if like is not None:
            self._decide(solver, self._alike(like, places, promised))
        for turn in range(DIVES):
            solver.setOptionValue("time_limit", solver.getRunTime() + max(0.01, until - time.monotonic()))
            solver.run()
            found = self._answer(solver, aim, plain=True)
            if found.values is None:
                break
            answer = found
            decided = self._chosen(found.values, turn) or self._partly(found.values, promised)
            if not decided or time.monotonic() > until:
                break
            self._decide(solver, decided)
        return replace(answer, bound=None)

    @staticmethod
    def _decide(solver: "highspy.Highs", decided: dict[int, float]) -> None:
        for column, given in decided.items():
            solver.changeColBounds(column, given, given)

    def _alike(self, like: Taking, places: Collection[int], promised: Taking) -> dict[int, float]:
        ways = self.problem.ways
        own = [number for number, way in enumerate(ways) if way.demand in places]
        suppliers = {(ways[number].demand, ways[number].offer.supplier_id) for number in own if like.lines[number]}
        supplied = self.model.supplied.items()
        found = {column: float(pair in suppliers) for pair, column in supplied if pair[0] in places}
        for number in own:
            if like.lines[number]:
                promised.put(number, {cell: like.cells[cell] for cell in self.problem.cells_of_way[number]})
            if number in self.used:
                found[self.used[number]] = float(like.lines[number] > 0)
        return found

    def _chosen(self, values: Sequence[float], turn: int) -> dict[int, float]:
        """Where only so many suppliers may be chosen: at first twice as many, those that carry most; then so many."""
        most = self.problem.limits.max_suppliers
        if turn >= ROUNDS or not self.model.supplied:
            return {}
        carried: dict[int, dict[int, float]] = defaultdict(dict)
        for (place, supplier), _column in self.model.supplied.items():
            carried[place][supplier] = 0.0
        for number, way in enumerate(self.problem.ways):
            if way.demand in carried:
                units = sum(values[cell] for cell in self.problem.cells_of_way[number])
                carried[way.demand][way.offer.supplier_id] += units
        found = {}
        for place, some in carried.items():
            ranked = sorted(some, key=lambda supplier: (-some[supplier], supplier))
            for rank, supplier in enumerate(ranked):
                if rank >= most * (ROUNDS - turn):
                    found[self.model.supplied[place, supplier]] = 0.0
        return found

    def _partly(self, values: Sequence[float], promised: Taking) -> dict[int, float]:
        """For ways that carry less than their minimum order, their column, and whether they have it (1) or nothing (0).

        Minimum orders are promised only as far as they can be had together, so the decisions never contradict.
        """
        found = {}
        for number in self.used:
            least = self.problem.ways[number].least
            units = sum(values[cell] for cell in self.problem.cells_of_way[number])
            if HINT < units < least - HINT:
                first = self.problem.cells_of_way[number][0]
                found[self.used[number]] = float(units >= least / 2 and promised.take(first, least) > 0)
        return found

    def _load(self, aim: Aim) -> "highspy.Highs":
        solver = _Quiet()
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 0)
        count, rows = self.model.size, self.model.rows
        nothing, no_index = np.array([]), np.array([], dtype=np.int32)
        starts = np.zeros(count, dtype=np.int32)
        solver.addCols(count, self._costs(aim), np.zeros(count), self._upper(), 0, starts, no_index, nothing)
        solver.addRows(
            len(rows.lower), np.array(rows.lower), np.array(rows.upper), len(rows.columns),
            np.array(rows.starts, dtype=np.int32), np.array(rows.columns, dtype=np.int32), np.array(rows.values),
        )  # fmt: skip
        return solver

    def _upper(self) -> np.ndarray:
        upper = np.ones(self.model.size)
        for number, cell in enumerate(self.problem.cells):
            most = min(self.problem.ways[cell.way].most, self.problem.ready[cell.offer][cell.step])
            upper[number] = most / self.lot
        upper[self.missing : self.missing + len(self.problem.demands)] = highspy.kHighsInf
        upper[self.excess] = 0.0
        return upper

    def _costs(self, aim: Aim) -> np.ndarray:
        cost = np.zeros(self.model.size)
        if aim == Aim.WEIGHT:
            cost[: self.missing] = [cell.weight / self.model.scale for cell in self.problem.cells]
            cost[self.excess] = DEAR * cost[: self.missing].max(initial=1.0)
        else:
            cost[self.missing : self.missing + len(self.problem.demands)] = [
                demand.priority for demand in self.problem.demands
            ]
        return cost

    def _answer(self, solver: "highspy.Highs", aim: Aim, *, plain: bool) -> Answer:
        info, status = solver.getInfo(), solver.getModelStatus()
        finished = status == highspy.HighsModelStatus.kOptimal
        solution = solver.getSolution()
        has_values = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        unit = self.lot * (self.model.scale if aim == Aim.WEIGHT else 1.0)
        bound = (info.objective_function_value if finished else None) if plain else info.mip_dual_bound
        if bound is None or not np.isfinite(bound):
            bound = None
        values = np.asarray(solution.col_value)[: self.missing] * self.lot if has_values else None
        reduced = np.asarray(solution.col_dual)[: self.missing] if plain and has_values else None
        return Answer(None if values is None else values.tolist(), None if bound is None else bound * unit, finished,
                      None if reduced is None else (reduced * unit / self.lot).tolist())  # fmt: skip
