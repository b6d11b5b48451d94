"""Fair chances: no place can be bought, equals are drawn, and the first page keeps a seat for newcomers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from marketplace.matching.matcher import Match
from marketplace.matching.scoring import Standing

FIRST_PAGE = 10
NEWCOMER_DAYS = 90
NEAR_ENOUGH = 0.6
Item = TypeVar("Item", bound=Match)


def seat_newcomer(matches: Sequence[Item], is_new: Callable[[Item], bool]) -> tuple[list[Item], Item | None]:
    """The same matches with the last place of the first page given to the best eligible newcomer, and that newcomer.

    Only when no newcomer stands there already, and only one that meets everything and scores at least three fifths of
    the one it steps before. Nobody leaves the list; None when nothing was moved.
    """
    first, rest = list(matches[:FIRST_PAGE]), list(matches[FIRST_PAGE:])
    if len(first) < FIRST_PAGE or any(is_new(one) for one in first):
        return list(matches), None
    least = first[-1].score.total * NEAR_ENOUGH
    new = next((m for m in rest if m.standing is Standing.ELIGIBLE and m.score.total >= least and is_new(m)), None)
    if new is None:
        return list(matches), None
    rest.remove(new)
    return [*first[:-1], new, first[-1], *rest], new
