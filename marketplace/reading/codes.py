"""Protection codes: IP (GB/T 4208) and explosion marks (GB/T 3836), read and compared by what they cover."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IP = re.compile(r"(?<![A-Za-z])IP\s?-?([0-6X])([0-9X])(?:K)?(?![0-9])", re.IGNORECASE)
_ROMAN = {"Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III"}
_EX = re.compile(
    r"(?<![A-Za-z])E[Xx]\s*\(?(?P<types>(?:\s*(?:ia|ib|ic|da|db|dc|de|d|eb|ec|e|op\s?is|pxb|pyb|p|ma|mb|m|nA|nR|q|o|s|tb|tD|t)){1,4})?\)?"
    r"\s*(?:\[[^\]]*\])?\s*(?P<group>III|II|I)?\s?(?P<sub>[ABC])?\s*(?:\+H2)?\s*(?:T(?P<t>[1-6]))?(?![0-9])"
)
_GAS_CLASS = re.compile(r"(?<![A-Za-z])(?P<group>II|I)\s?(?P<sub>[ABC])\s?T(?P<t>[1-6])")
_SUB = {"": 0, "A": 1, "B": 2, "C": 3}


@dataclass(frozen=True, slots=True)
class IpCode:
    """Degree of protection: solids 0–6, water 0–9; an X is -1, not tested."""

    solids: int
    water: int

    def covers(self, asked: IpCode) -> bool:
        """Whether both digits reach the asked ones; an X asked asks nothing."""
        return self.solids >= asked.solids and self.water >= asked.water

    def __str__(self) -> str:
        return "IP" + "".join("X" if digit < 0 else str(digit) for digit in (self.solids, self.water))


@dataclass(frozen=True, slots=True)
class ExMark:
    """An explosion mark: its types of protection, equipment group (1 mines, 2 gas, 3 dust, 0 not told), gas group, T class."""

    types: tuple[str, ...]
    group: int
    sub: str
    temperature: int

    def covers(self, asked: ExMark) -> bool:
        """Whether equipment so marked may stand where `asked` is required.

        Group I (mines) never replaces group II; IIC covers IIB covers IIA; T6 covers T4; `ia` is asked for by name.
        """
        if asked.group and self.group != asked.group:
            return False
        if _SUB[self.sub] < _SUB[asked.sub] or (asked.temperature and self.temperature < asked.temperature):
            return False
        return "ia" not in asked.types or "ia" in self.types

    def __str__(self) -> str:
        group = {0: "", 1: "I", 2: "II", 3: "III"}[self.group] + self.sub
        return " ".join(filter(None, ("Ex", *self.types, group, f"T{self.temperature}" if self.temperature else "")))


@dataclass(frozen=True, slots=True)
class Found:
    """A code and where it stands."""

    start: int
    end: int
    code: IpCode | ExMark


def ip_codes(text: str) -> list[Found]:
    """Every IP code in a text, in order."""
    return [
        Found(m.start(), m.end(), IpCode(*(-1 if d.upper() == "X" else int(d) for d in m.groups())))
        for m in _IP.finditer(text)
    ]


def ex_marks(text: str) -> list[Found]:
    """Every explosion mark in a text, in order: `Ex d IIB T4 Gb`, `ExdⅡCT4`, `Exia`, and a bare `IICT4`."""
    roman, places = _spelled(text)
    found = [_ex(match) for match in _EX.finditer(roman) if any(match.group("types", "group", "t"))]
    taken = {place for one in found for place in range(one.start, one.end)}
    found += [_ex(match) for match in _GAS_CLASS.finditer(roman) if match.start() not in taken]
    return sorted((Found(places[one.start], places[one.end], one.code) for one in found), key=lambda one: one.start)


def _ex(match: re.Match[str]) -> Found:
    parts = match.groupdict()
    types = re.findall(r"ia|ib|ic|d[abc]?|e[bc]?|op\s?is|p[xy]?b?|m[ab]?|n[AR]|q|o|s|tb|tD|t", parts.get("types") or "")
    group = {"I": 1, "II": 2, "III": 3, None: 0}[parts["group"]]
    return Found(match.start(), match.end(), ExMark(tuple(types), group, parts["sub"] or "", int(parts["t"] or 0)))


def _spelled(text: str) -> tuple[str, list[int]]:
    """The text with Ⅱ spelled II, and for every place in it the place in the text itself."""
    letters = [_ROMAN.get(sign, sign) for sign in text]
    places = [index + bool(part) for index, spelled in enumerate(letters) for part in range(len(spelled))]
    return "".join(letters), [*places, len(text)]


def code_of(text: str) -> IpCode | ExMark | None:
    """The one code that a value names ("IP67", "Ex d IIB T4", "ExdⅠMb"); None when it names none."""
    found = ip_codes(text) or ex_marks(text)
    return found[0].code if found else None
