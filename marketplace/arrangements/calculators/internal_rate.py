"""The internal rate of a row of payments: the rate at which they are worth nothing today."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from itertools import dropwhile, pairwise

from marketplace.arrangements.errors import NoRate

_LOWEST, _HIGHEST = -0.99, 100.0
_STEPS = 200


def worths(rate: float, flows: Sequence[int]) -> list[float]:
    """What each of flows at even distances is worth at the first: c_k ÷ (1 + rate)^k."""
    return [flow * (1 + rate) ** -n for n, flow in enumerate(flows)]


def dated_worths(rate: float, flows: Sequence[tuple[date, int]]) -> list[float]:
    """What each of dated flows is worth on the first of their days: c ÷ (1 + rate)^(days ÷ 365), `rate` yearly."""
    first = min(day for day, _fen in flows)
    return [fen * (1 + rate) ** (-(day - first).days / 365) for day, fen in flows]


def internal_rate(flows: Sequence[int]) -> float:
    """The rate per period r with Σ c_k ÷ (1 + r)^k = 0 (Excel IRR, numpy-financial `irr`); what is paid is below zero.

    Where the signs change more than once several rates may fit; the one nearest to nought is given.
    Raises: NoRate without a change of sign, or when no rate between −99 % and 10,000 % fits.
    """
    begun = list(dropwhile(lambda flow: not flow, flows))  # waiting for the first payment changes no rate
    return _root(lambda rate: sum(worths(rate, begun)))


def dated_rate(flows: Sequence[tuple[date, int]]) -> float:
    """The effective yearly rate of dated payments, days ÷ 365 (Excel XIRR). Raises: NoRate, as `internal_rate`."""
    if len({day for day, _fen in flows}) < 2:  # any rate or none
        raise NoRate()
    return _root(lambda rate: sum(dated_worths(rate, flows)))


def sign_changes(flows: Sequence[int]) -> int:
    """How often payments turn from one side to the other: more than once means the rate may not be the only one."""
    signs = [flow > 0 for flow in flows if flow]
    return sum(before != after for before, after in pairwise(signs))


def _root(worth: Callable[[float], float]) -> float:
    low, high = _bracket(worth)
    falling = worth(low) > 0
    for _step in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if (worth(middle) > 0) == falling:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _bracket(worth: Callable[[float], float]) -> tuple[float, float]:
    """The neighbouring two of a grid growing from nought, between which the sign turns; nearest to nought first."""
    above = [0.0, *(1e-4 * 1.3**n for n in range(53)), _HIGHEST]
    below = [0.0, *(-(1 - 0.9**n) for n in range(1, 44)), _LOWEST]
    pairs = sorted([*pairwise(above), *pairwise(below)], key=lambda pair: abs(pair[0]))
    for near, far in pairs:
        if {_is_gain(worth, near), _is_gain(worth, far)} == {True, False}:
            return min(near, far), max(near, far)
    raise NoRate()


def _is_gain(worth: Callable[[float], float], rate: float) -> bool | None:
    """None where the sum is beyond what a number holds: many periods at a rate near −100 %."""
    try:
        found = worth(rate)
    except OverflowError:
        return None
    return found > 0 if math.isfinite(found) else None
