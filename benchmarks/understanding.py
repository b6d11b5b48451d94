"""Hard requirements read from the texts of a labelled set's needs, beside those a careful reader finds in them.

The gold is a table without header, `benchmarks/gold/<name of the folder>.tsv` or `gold.tsv` in the folder itself: need, name,
operator, value, unit, written from the texts alone. Lines of one need and name are readings of one requirement, each of
which is right. A sixth cell `open` marks what may be read or left: warranty, training, a scale that binds nobody.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks import world
from benchmarks.timing import Figure, Line, line, milliseconds
from marketplace.kit import quantities
from marketplace.matching import evaluation, judging
from marketplace.matching.asks import Ask, asks_of
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.preparing import prepare
from marketplace.reading import codes
from marketplace.reading.requirements import BETWEEN, HARD, HAS, Requirement

GOLD = Path(__file__).parent / "gold"
TODAY = date(2026, 11, 23)
FOUND, FALSE = 0.90, 0.05
CLOSE = 0.005
_COUNTED = frozenset({"", "person", "hop", "grade", "occurrence", "yearly_occurrence", "channel", "ratio"})
"""Dimensions of numbers that read the same with their unit and without it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One right way to read a requirement."""

    op: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement a reader finds in a need's text; `open` when it may also be left."""

    need: str
    name: str
    readings: tuple[Reading, ...]
    open: bool

    def __str__(self) -> str:
        first = self.readings[0]
        return f"{self.need} {self.name} {first.op} {first.value} {first.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Compared:
    """A need's requirements set side by side."""

    found: list[Wanted]
    missed: list[Wanted]
    false: list[Requirement]
    told: int


def against_gold(folder: Path, verbose: Callable[[str], object] | None = None) -> Figure:
    """Goal: ≥ 90 % of the hard requirements found, ≤ 5 % of those told false. Raises: ValueError for gold of other needs."""
    needs = [
        json.loads(row) for row in (folder / "needs.jsonl").read_text(encoding="utf-8").splitlines() if row.strip()
    ]
    gold = _gold(folder)
    if strangers := gold.keys() - {row["id"] for row in needs}:
        raise ValueError(f"the gold speaks of needs that are not in the set: {sorted(strangers)[:5]}")
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as scratch:
        app = world.platform(Path(scratch))
        with app.app_context(), app.test_request_context():
            prepare(app, world.settings(Path(scratch)), seed=False)
            known = knowledge()
            texts = [evaluation.need_of(row | {"requirements": []}) for row in needs]
            asks_of(texts[0], known, TODAY)
            asks, taken = list[Ask](), list[float]()
            for need in texts:
                taken.append(milliseconds(lambda need=need: asks.append(asks_of(need, known, TODAY)[0])))
            compared = {
                row["id"]: compare(gold.get(row["id"], []), ask.requirements, known)
                for row, ask in zip(needs, asks, strict=True)
            }
    if verbose:
        _tell(compared, {row["id"]: row for row in needs}, verbose)
    return _figure(compared, taken)


def _figure(compared: dict[str, Compared], taken: list[float]) -> Figure:
    every = list(compared.values())
    found, missed, told = (
        sum(len(c.found) for c in every),
        sum(len(c.missed) for c in every),
        sum(c.told for c in every),
    )
    false = sum(len(c.false) for c in every)
    share, wrong = found / max(1, found + missed), false / max(1, told)
    return Figure(
        "understanding",
        [
            Line("hard requirements a reader finds", found + missed, found + missed, found + missed, ""),
            Line("hard requirements told by the code", told, told, told, ""),
            line("reading a need", taken),
        ],
        f"found {share:.1%}, false {wrong:.1%}", f"found ≥ {FOUND:.0%}, false ≤ {FALSE:.0%}",
        share >= FOUND and wrong <= FALSE,
        [
            f"{len(compared)} needs, title and text alone (requirements given in fields are left out), as matching reads them. Found: "
            f"{found} of {found + missed} with the right operator, value and unit, after conversion within {CLOSE:.1%}, certificates by "
            f"kind. False: {false} of {told} hard numbers, codes and certificates told that no reading of the gold bears out; "
            "quantity, budget, place, time and manner of supply are no requirements. What the gold leaves open counts neither way. "
            f"The gold was written from the texts before the code was run on them. Reading takes {median(taken):.1f} ms a need."
        ],
        {
            "missed": [str(one) for c in every for one in c.missed],
            "false": [f"{need} {_said(one)}" for need, c in compared.items() for one in c.false], "ms": taken,
        },
    )  # fmt: skip


def compare(wanted: Sequence[Wanted], told: Sequence[Requirement], known: Knowledge) -> Compared:
    """Each told requirement answers at most one of the gold, the ones that count before the open ones."""
    left = [one for one in told if one.level == HARD and _counts(one)]
    counted, found, missed = len(left), list[Wanted](), list[Wanted]()
    for one in sorted(wanted, key=lambda w: w.open):
        hit = next((r for r in left if any(bears_out(reading, r, known) for reading in one.readings)), None)
        if hit is not None:
            left.remove(hit)
            counted -= one.open
        if not one.open:
            (missed if hit is None else found).append(one)
    return Compared(found, missed, left, counted)


def _counts(one: Requirement) -> bool:
    """Numbers, codes and certificates; words for a material or a feature are not in the gold."""
    numeric = isinstance(one.value, float | int)
    return numeric or one.op == HAS or (isinstance(one.value, str) and any(c.isdigit() for c in one.value))


def bears_out(reading: Reading, one: Requirement, known: Knowledge) -> bool:
    """Whether a told requirement says what a reading says."""
    if reading.op != one.op:
        return False
    if one.op == HAS:
        kinds = [judging.canonical_certificate(text, known.names) for text in (reading.value, str(one.value))]
        return kinds[0] == kinds[1]
    if isinstance(one.value, str):
        return _code(reading.value) == _code(one.value)
    if isinstance(one.value, tuple):
        return False
    wanted = _ends(reading)
    own = (float(one.value), one.high if one.op == BETWEEN and one.high is not None else float(one.value))
    return wanted is not None and all(_close(w, reading.unit, o, one.unit) for w, o in zip(wanted, own, strict=True))


def _ends(reading: Reading) -> tuple[float, float] | None:
    low, _, high = reading.value.partition("~")
    try:
        return float(low), float(high or low)
    except ValueError:
        return None


def _code(text: str) -> str:
    code = codes.code_of(text)
    return str(code) if code is not None else text.upper().replace("*", "×").replace("X", "×").replace(" ", "")


def _close(wanted: float, unit: str, told: float, told_unit: str) -> bool:
    """Whether two numbers are the same quantity, in the dimension the told unit measures."""
    own = quantities.parse_unit(told_unit) if told_unit else None
    asked = quantities.parse_unit(unit, own.dimension if own else None) if unit else None
    if own and asked:
        if own.dimension != asked.dimension:
            return False
        both = [quantities.canonical_number(v, u, own.dimension) for v, u in ((wanted, unit), (told, told_unit))]
    elif not unit or (asked and asked.dimension in _COUNTED and not told_unit):
        both = [wanted, told]
    else:
        return False
    return None not in both and abs(both[0] - both[1]) <= CLOSE * max(abs(both[0]), 1e-9)


def _gold(folder: Path) -> dict[str, list[Wanted]]:
    path = folder / "gold.tsv" if (folder / "gold.tsv").exists() else GOLD / f"{folder.resolve().name}.tsv"
    grouped: dict[tuple[str, str], list[list[str]]] = {}
    for cells in _rows(path):
        grouped.setdefault((cells[0], cells[1]), []).append(cells)
    found: dict[str, list[Wanted]] = {}
    for (need, name), rows in grouped.items():
        readings = tuple(Reading(*cells[2:5]) for cells in rows)
        found.setdefault(need, []).append(Wanted(need, name, readings, len(rows[0]) > 5 and rows[0][5] == "open"))
    return found


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from filter(None, csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _said(one: Requirement) -> str:
    until = f"~{one.high:g}" if one.high is not None else ""
    value = f"{one.value:g}{until}" if isinstance(one.value, float | int) else one.value
    return f"{one.name} {one.op} {value} {one.unit}".rstrip() + f" ({one.words})"


def _tell(compared: dict[str, Compared], needs: dict[str, dict[str, str]], say: Callable[[str], object]) -> None:
    for need, one in compared.items():
        if one.missed or one.false:
            say(f"{need} {needs[need]['title']}。{needs[need]['description'][:200]}")
            for wanted in one.missed:
                say(f"    missed: {wanted}")
            for told in one.false:
                say(f"    false:  {_said(told)}")
