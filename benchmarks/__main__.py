"""`python -m benchmarks [FIGURE …]` prints the figures of the README in one table; `--listings` sets the size of a world."""

import argparse
import sys

from rich.console import Console

from benchmarks import freshness, imports, search, throughput
from benchmarks.timing import Figure, keep, show


def main() -> None:
    """Measure what was asked for, by default everything but the million."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help="search, import, freshness, throughput, growth")
    parser.add_argument(
        "--listings", type=int, help="listings in the world (search, freshness, throughput; growth: the larger one)"
    )
    parser.add_argument("--rows", type=int, default=imports.ROWS, help="rows of the imported sheet")
    chosen = parser.parse_args()
    size = {"listings": chosen.listings} if chosen.listings else {}
    known = {
        "search": lambda: search.beside_engine(**size),
        "import": lambda: imports.beside_bare(chosen.rows),
        "freshness": lambda: freshness.publication(**size),
        "throughput": lambda: throughput.beside_bare_flask(**size),
        "growth": lambda: search.growth(**({"big": chosen.listings} if chosen.listings else {})),
    }
    unknown = set(chosen.figures) - set(known)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    console, figures = Console(width=None if sys.stdout.isatty() else 160), list[Figure]()
    for name in chosen.figures or ["search", "import", "freshness", "throughput"]:
        with console.status(name):
            figures.append(known[name]())
        keep(figures[-1])
    show(figures, console)


if __name__ == "__main__":
    main()
