"""`python -m benchmarks [FIGURE …]` prints the figures of the README in one table; `--listings` sets the size of a world."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks import (
    crashes,
    freshness,
    imports,
    matching,
    payments,
    races,
    rematch,
    search,
    silence,
    sourcing,
    surge,
    throughput,
    understanding,
)
from benchmarks.timing import Figure, keep, show

USUAL = (
    "search",
    "import",
    "freshness",
    "throughput",
    "matching",
    "rematch",
    "sourcing",
    "surge",
    "races",
    "silence",
    "crashes",
)


def main() -> None:
    """Measure what was asked for, by default everything but the million and labelled sets."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "figures", nargs="*", metavar="FIGURE",
        help="search, import, freshness, throughput, growth, matching, rematch, sourcing, surge, races, silence, crashes, payments, or understanding with the folder of a labelled set",
    )  # fmt: skip
    parser.add_argument(
        "--listings", type=int, help="listings in the world (all that have one; growth: the larger one)"
    )
    parser.add_argument("--rows", type=int, default=imports.ROWS, help="rows of the imported sheet")
    parser.add_argument("--histories", type=int, default=payments.HISTORIES, help="payments: random histories")
    parser.add_argument("--verbose", action="store_true", help="understanding: name what is missed and what is false")
    chosen = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160)
    known = _known(chosen, console)
    folders = [one for one in chosen.figures if one not in known]
    if folders and ("understanding" not in chosen.figures or not (Path(folders[0]) / "needs.jsonl").exists()):
        parser.error(f"no such figure: {', '.join(folders)}")
    if len(folders) != ("understanding" in chosen.figures):
        parser.error("understanding takes the folder of one labelled set")
    figures = list[Figure]()
    for name in [one for one in chosen.figures if one in known] or USUAL:
        with console.status(name):
            figures.append(known[name]())
        keep(figures[-1])
    show(figures, console)


def _known(chosen: argparse.Namespace, console: Console) -> dict[str, Callable[[], Figure]]:
    size = {"listings": chosen.listings} if chosen.listings else {}

    def labelled() -> Figure:
        [folder] = [Path(one) for one in chosen.figures if one not in known]
        return understanding.against_gold(folder, console.out if chosen.verbose else None)

    known: dict[str, Callable[[], Figure]] = {
        "search": lambda: search.beside_engine(**size),
        "import": lambda: imports.beside_bare(chosen.rows),
        "freshness": lambda: freshness.publication(**size),
        "throughput": lambda: throughput.beside_bare_flask(**size),
        "growth": lambda: search.growth(**({"big": chosen.listings} if chosen.listings else {})),
        "matching": lambda: matching.beside_query(**size),
        "rematch": lambda: rematch.beside_affected(**size),
        "sourcing": sourcing.plans,
        "payments": lambda: payments.random_histories(chosen.histories),
        "surge": surge.deadline,
        "crashes": crashes.killed,
        "races": races.judged,
        "silence": silence.accept_or_silence,
        "understanding": labelled,
    }
    return known


if __name__ == "__main__":
    main()
