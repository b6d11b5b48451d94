"""The search for one component: first as little missing as possible, then the lightest units, each with its proven bound."""

import time
from math import ceil

from marketplace.matching.sourcing import parts
from marketplace.matching.sourcing.assembling import Outcome
from marketplace.matching.sourcing.filling import settle
from marketplace.matching.sourcing.highs import Aim, Answer, Solver
from marketplace.matching.sourcing.model import Model
from marketplace.matching.sourcing.problem import Problem
from marketplace.matching.sourcing.shapes import Method, Reason
from marketplace.matching.sourcing.taking import Taking

LARGE = 3000  # ways; up to then the search is whole, and what is missing is sought to the unit
PART_SECONDS = 1.0
SLIGHT = 0.0005  # a round that gains less is the last
TINY = 1e-6
DIVES = 5


def solve(problem: Problem, baseline: Taking, seconds: float) -> Outcome:
    """The best units found in so many seconds, never worse than the baseline.

    The relaxation comes first: its bound holds for everything that follows, and rounded it is often good enough. The
    integer search only sees ways that could still improve on what is known (by reduced cost).
    """
    search = _Search(problem, baseline, time.monotonic() + seconds)
    search.lessen_shortage()
    search.lessen_weight()
    return search.outcome()


class _Search:
    """What is known so far: the best units, and the bounds that no plan can go below."""

    def __init__(self, problem: Problem, baseline: Taking, until: float) -> None:
        self.problem, self.baseline, self.best, self.until = problem, baseline, baseline, until
        self.shortage_bound, self.bound = 0.0, 0.0

    def lessen_shortage(self) -> None:
        """Nothing to search when the baseline leaves nothing open, or as much as the relaxation."""
        if not self.best.shortage:
            return
        solver = Solver(Model(self.problem))
        relaxation = solver.relax(Aim.SHORTAGE, seconds=self._left() / 2)
        self._raise_shortage_bound(relaxation)
        self._consider(relaxation)
        if not self._complete() and self._left():
            self._consider(solver.dive(Aim.SHORTAGE, until=self.until - self._left() / 2))
        if not self._complete() and self._left() and not self._large():
            answer = solver.solve(Aim.SHORTAGE, seconds=self._left() / 3, gap=self._tolerated(), start=self.best)
            self._raise_shortage_bound(answer)
            self._consider(answer)

    def _raise_shortage_bound(self, answer: Answer) -> None:
        if answer.bound is not None:
            self.shortage_bound = max(self.shortage_bound, float(ceil(answer.bound - TINY * max(1.0, answer.bound))))

    def lessen_weight(self) -> None:
        """Among plans that leave as little open, the lightest, until the gap is reached or the clock ends it."""
        if not self._left():
            return
        solver = Solver(Model(self.problem, max(self.best.shortage, self._good_enough())), self.best.shortage)
        relaxation = solver.relax(Aim.WEIGHT, seconds=self._left())
        self.bound = max(0.0, relaxation.bound or 0.0)
        self._consider(relaxation)
        if not self._near() and self._left():
            self._dive(solver)
        if not self._near() and self._left() and relaxation.reduced is not None:
            self._search_parts() if self._large() else self._search_whole(solver, relaxation.reduced)

    def _search_whole(self, solver: Solver, reduced: list[float]) -> None:
        known = self.best.weight
        answer = solver.solve(
            Aim.WEIGHT,
            seconds=self._left(),
            gap=self.problem.limits.gap,
            start=self.best,
            without=self._hopeless(reduced),
        )
        self._consider(answer)
        if answer.bound is not None:
            self.bound = max(self.bound, min(answer.bound, known))

    def _search_parts(self) -> None:
        """A few demands at a time, the rest as it is, round after round. The bound stays the relaxation's."""
        groups, before = list(parts.groups(self.problem)), float("inf")
        while self.best.weight < before * (1 - SLIGHT):
            before = self.best.weight
            for places in groups:
                if self._near() or not self._left():
                    return
                one = parts.part(self.best, places)
                seconds = min(self._left(), PART_SECONDS)
                found = solve(one.problem, one.taking, seconds).taking
                if (found.shortage, found.weight) < (one.taking.shortage, one.taking.weight):
                    self.best = self.best.copy() if self.best is self.baseline else self.best
                    parts.put_back(self.best, one, found)

    def outcome(self) -> Outcome:
        """What was found; "greedy" is what is neither proven nor better than the baseline."""
        near = self._near() and self._complete()
        unfinished = Reason.TIME if not self._left() else Reason.SIZE if self.bound else Reason.SOLVER
        reason = Reason.NONE if near else unfinished
        method = Method.EXACT if near or self.best is not self.baseline else Method.GREEDY
        return Outcome(self.best, self.shortage_bound, self.bound, method, reason)

    def _left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def _near(self) -> bool:
        return self.best.weight - self.bound <= max(self.problem.limits.gap, TINY) * self.best.weight

    def _tolerated(self) -> int:
        """Missing units, by priority, that end the search in a large problem: a hundredth of the gap, of all that is asked."""
        if not self._large():
            return 0
        return int(self.problem.limits.gap / 100 * sum(one.quantity * one.priority for one in self.problem.demands))

    def _large(self) -> bool:
        return len(self.problem.ways) > LARGE and len(self.problem.demands) > 1

    def _good_enough(self) -> int:
        """The shortage below which plans are told apart by their weight; the baseline's at most."""
        return min(self.baseline.shortage, int(self.shortage_bound) + self._tolerated())

    def _complete(self) -> bool:
        return self.best.shortage <= self.shortage_bound + self._tolerated()

    def _rank(self, taking: Taking) -> tuple[int, float, int]:
        return max(taking.shortage, self._good_enough()), taking.weight, taking.shortage

    def _consider(self, answer: Answer) -> Taking | None:
        if answer.values is None:
            return None
        found = settle(self.problem, answer.values)
        if self._rank(found) < self._rank(self.best):
            self.best = found
        return found

    def _dive(self, solver: Solver) -> None:
        """Again and again with the ways that are known to deliver enough, for demands where others do not."""
        known, places = self.best, frozenset[int]()
        everywhere = frozenset(range(len(self.problem.demands)))
        for turn in range(DIVES):
            found = self._consider_polished(
                solver, solver.dive(Aim.WEIGHT, until=self.until, like=known, places=places)
            )
            if found is None or self.best is not known or places == everywhere or not self._left():
                return
            short = {place for place, left in enumerate(found.open) if left > known.open[place]}
            places = places | short if turn < DIVES - 2 and short - places else everywhere

    def _consider_polished(self, solver: Solver, answer: Answer) -> Taking | None:
        """The rounded answer; when that leaves more open than need be, other units or other ways for the short demands."""
        found = first = self._consider(answer)
        if first is None or solver.model.supplied:
            return first
        short, gap = {place for place, left in enumerate(first.open) if left}, self.problem.limits.gap / 2
        for improve in (solver.polish, solver.repair, solver.polish):
            if found.shortage <= self.best.shortage or not self._left():
                break
            better = improve(answer.values, short, seconds=self._left() / 4, gap=gap)
            found, answer = self._consider(better) or found, better if better.values is not None else answer
        return first

    def _hopeless(self, reduced: list[float]) -> list[int]:
        """Cells that are in no better plan.

        A unit over a cell lifts the relaxation's bound by its reduced cost; a way whose minimum order lifts it over the best
        known weight need not be searched.
        """
        problem, slack, hopeless = self.problem, self.best.weight - self.bound, []
        for number, cells in enumerate(problem.cells_of_way):
            lift = min(reduced[cell] for cell in cells) * problem.ways[number].least
            if lift > slack * (1 + TINY) and not self.best.lines[number]:
                hopeless += cells
        return hopeless
