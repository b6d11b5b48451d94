"""Splitting a secret among several people so that only enough of them together have it (Shamir, over GF(256))."""

import secrets
from collections.abc import Sequence
from functools import reduce
from operator import xor

MOST = 255  # a share's place is one byte, and place 0 is the secret itself


def split(secret: bytes, quorum: int, number: int) -> list[bytes]:
    """`number` shares of which any `quorum` give the secret back; fewer say nothing about it, not even a likelihood.

    Each share is one byte for its place (1 … number) and then as many bytes as the secret has.
    Raises: ValueError unless 1 ≤ quorum ≤ number ≤ 255.
    """
    if not 1 <= quorum <= number <= MOST or not secret:
        raise ValueError(f"{quorum} of {number} shares of {len(secret)} bytes")
    # One polynomial per byte of the secret: the secret is its value at 0, the rest is chance.
    polynomials = list(zip(secret, *(secrets.token_bytes(len(secret)) for _n in range(quorum - 1)), strict=True))
    return [bytes([x, *(_value(polynomial, x) for polynomial in polynomials)]) for x in range(1, number + 1)]


def combine(shares: Sequence[bytes]) -> bytes:
    """The secret of exactly these shares. Too few, or a false one among them, give some other bytes: check the result.

    Raises: ValueError for shares of different lengths or of one place.
    """
    places = [share[0] for share in shares if len(share) > 1]
    if len(places) != len(shares) or not places or 0 in places or len(set(places)) != len(places):
        raise ValueError("shares of no place, of place 0 or of the same place")
    weights = [_weight(x, places) for x in places]
    columns = zip(*(share[1:] for share in shares), strict=True)
    return bytes(reduce(xor, map(_times, column, weights)) for column in columns)


def _tables() -> tuple[list[int], list[int]]:
    """Powers of 3, which reach every number but 0, and their logarithms; the field is that of AES (0x11b)."""
    powers, logarithms, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logarithms[value] = exponent
        value ^= value << 1
        value ^= 0x11B if value > 255 else 0
    return powers, logarithms


_POWERS, _LOGARITHMS = _tables()


def _times(a: int, b: int) -> int:
    return _POWERS[_LOGARITHMS[a] + _LOGARITHMS[b]] if a and b else 0


def _divided(a: int, b: int) -> int:
    return _POWERS[_LOGARITHMS[a] - _LOGARITHMS[b] + 255] if a else 0


def _value(polynomial: Sequence[int], x: int) -> int:
    return reduce(lambda sum_, coefficient: _times(sum_, x) ^ coefficient, reversed(polynomial), 0)


def _weight(x: int, places: Sequence[int]) -> int:
    """Lagrange's weight of the share at x for the value at 0; minus is xor here."""
    return reduce(_times, (_divided(other, other ^ x) for other in places if other != x), 1)
