"""Taking times fairly: interleaved rounds, percentiles, and figures that state their goal."""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One thing measured: how often, and its median and 95th percentile."""

    what: str
    n: int
    p50: float
    p95: float
    unit: str = "ms"


@dataclass
class Figure:
    """What was measured side by side, the ratio, its goal, and whether it was reached. `notes` say what counts."""

    name: str
    lines: list[Line]
    ratio: str
    goal: str
    reached: bool
    notes: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies, between the two nearest ones; 0 < share < 1."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def line(what: str, values: Sequence[float], unit: str = "ms") -> Line:
    """The values as a line."""
    return Line(what, len(values), round(percentile(values, 0.5), 2), round(percentile(values, 0.95), 2), unit)


def milliseconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    begun = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - begun) / 1e6


def interleaved(
    calls: Mapping[str, Callable[[T], object]], items: Sequence[T], *, rounds: int, limit_seconds: float
) -> dict[str, list[float]]:
    """Time every call with every item, one call after the other and each first in turn, so that a busy machine and
    warm caches favour none. Stops early after `limit_seconds`."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    names, until = list(calls), time.monotonic() + limit_seconds
    for turn in range(rounds):
        for number, item in enumerate(items):
            first = (turn + number) % len(names)
            for name in names[first:] + names[:first]:
                taken[name].append(milliseconds(lambda call=calls[name], item=item: call(item)))
            if time.monotonic() > until:
                return taken
    return taken


def show(figures: Sequence[Figure], console: Console) -> None:
    """One table of all figures, with what counts below it."""
    table = Table(
        title=f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    table.add_column("figure")
    table.add_column("measured", overflow="fold")
    for title in ("n", "p50", "p95"):
        table.add_column(title, justify="right")
    for title in ("ratio", "goal", "reached"):
        table.add_column(title, overflow="fold")
    for figure in figures:
        for place, one in enumerate(figure.lines):
            last = place == len(figure.lines) - 1
            verdict = (
                (figure.ratio, figure.goal, "yes" if figure.reached else "[red]no[/red]")
                if place == 0
                else ("", "", "")
            )
            figures_shown = (f"{one.n:,}", f"{one.p50:,.1f} {one.unit}", f"{one.p95:,.1f} {one.unit}")
            table.add_row(figure.name if place == 0 else "", one.what, *figures_shown, *verdict, end_section=last)
    console.print(table)
    for figure in figures:
        for note in figure.notes:
            console.print(f"{figure.name}: {note}", style="dim", highlight=False)


def keep(figure: Figure) -> Path:
    """Write a figure as JSON beside earlier ones."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{figure.name}-{now:%Y%m%d-%H%M%S}.json"
    machine = {
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "at": now.isoformat(),
    }
    path.write_text(json.dumps(asdict(figure) | {"machine": machine}, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
