"""Enough shares give the secret back; fewer give nothing, not even a hint."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kit import shares

secret_keys = st.binary(min_size=32, max_size=32)


@st.composite
def quorums(draw):
    number = draw(st.integers(1, 7))
    return draw(st.integers(1, number)), number


@settings(max_examples=40, deadline=None)
@given(secret_keys, quorums())
def test_some_quorum_of_shares_gives_another_secret(secret, sizes):
    quorum, number = sizes
    made = shares.split(secret, quorum, number)
    assert [share[0] for share in made] == list(range(1, number + 1)) and {len(share) for share in made} == {33}
    for chosen in combinations(made, quorum):
        assert shares.combine(chosen) == secret and shares.combine(chosen[::-1]) == secret
    assert shares.combine(made) == secret


short = st.binary(min_size=3, max_size=3)


@settings(max_examples=30, deadline=None)
@given(short, short, st.integers(2, 5), st.data())
def test_shares_below_the_quorum_rule_some_secret_out(secret, other, quorum, data):
    made = shares.split(secret, quorum, 5)
    known = data.draw(st.permutations(made))[: quorum - 1]
    place = next(x for x in range(1, 7) if x not in {share[0] for share in known})
    # For any other secret there is exactly one missing share with which these would give it.
    missing = bytes(_share_that_gives(byte, [(s[0], s[n]) for s in known], place) for n, byte in enumerate(other, 1))
    assert shares.combine([*known, bytes([place]) + missing]) == other


def _share_that_gives(wanted, points, place):
    fitting = [y for y in range(256) if shares.combine([bytes(p) for p in [*points, (place, y)]]) == bytes([wanted])]
    assert len(fitting) == 1
    return fitting[0]


def test_a_single_share_leans_towards_some_bytes():
    seen = Counter(shares.split(b"\x42", 2, 2)[0][1] for _n in range(20_000))
    assert len(seen) == 256 and max(seen.values()) < 2 * 20_000 / 256


def test_the_same_secret_is_split_into_the_same_shares():
    assert shares.split(b"k" * 32, 2, 3) != shares.split(b"k" * 32, 2, 3)


def test_the_field_is_not_that_of_aes():
    # FIPS 197, section 4.2: 57 · 83 = c1 and 57 · 13 = fe; every number but 0 has an inverse.
    assert (shares._times(0x57, 0x83), shares._times(0x57, 0x13)) == (0xC1, 0xFE)
    assert all(shares._times(a, shares._divided(1, a)) == 1 for a in range(1, 256))
    assert all(shares._divided(shares._times(a, b), b) == a for a in range(256) for b in (1, 2, 0x53, 255))


@settings(max_examples=30, deadline=None)
@given(secret_keys, st.integers(1, 32), st.integers(1, 255))
def test_a_damaged_share_gives_the_secret_all_the_same(secret, at, change):
    one, two, _three = shares.split(secret, 2, 3)
    damaged = bytes([*one[:at], one[at] ^ change, *one[at + 1 :]])
    assert shares.combine([damaged, two]) != secret


@pytest.mark.parametrize(("quorum", "number"), [(0, 3), (4, 3), (2, 256), (-1, 2)])
def test_an_impossible_quorum_is_split(quorum, number):
    with pytest.raises(ValueError):
        shares.split(b"k" * 32, quorum, number)


@pytest.mark.parametrize("parts", [[], [b""], [b"\1"], [b"\1a", b"\1b"], [b"\0a"], [b"\1a", b"\2bc"], [b"\1a", b"\1a"]])
def test_what_are_no_shares_of_one_secret_is_combined(parts):
    with pytest.raises(ValueError):
        shares.combine(parts)


def test_nothing_is_split():
    with pytest.raises(ValueError):
        shares.split(b"", 1, 1)
