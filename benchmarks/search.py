"""The results page beside the bare engine, and beside itself with ten times as many listings."""

from pathlib import Path

from benchmarks import questions, world
from benchmarks.timing import Figure, interleaved, line, percentile
from marketplace.search.port import Engine, Query, Results

BASE = 100_000
BIG = 1_000_000
SEED = 7
FIXED_MS = 15.0
DEGRADED = "搜索服务暂时降级".encode()


class Platform:
    """A world's app with a returning anonymous visitor, who has seen every page once."""

    def __init__(self, folder: Path, searches: int) -> None:
        app = world.platform(folder)
        with app.app_context():
            self.addresses = questions.addresses(searches, SEED)
        self.visitor = app.test_client()
        self.engine: Engine = app.extensions["finder"].engine
        self.asked: dict[str, list[Query]] = {}
        self.found = self.without_engine = 0
        app.extensions["finder"].engine = listening = _Listening(self.engine)
        for address in self.addresses:
            self.page(address)
            if not listening.heard:
                raise RuntimeError(
                    "the page was answered without the engine, which failed or was too slow: try again on a quieter machine"
                )
            self.asked[address], listening.heard = listening.heard, []
            self.found += bool(listening.last and listening.last.total)
        app.extensions["finder"].engine = self.engine
        self.without_engine = 0

    def page(self, address: str) -> None:
        """The whole answer to this address."""
        answer = self.visitor.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} for {address}")
        self.without_engine += DEGRADED in answer.data

    def bare(self, address: str) -> None:
        """The engine alone, asked the very queries that this page asks it."""
        for query in self.asked[address]:
            self.engine.search(query)


class _Listening:
    """The engine, remembering what it was asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.heard = engine, []
        self.last: Results | None = None

    def search(self, query: Query) -> Results:
        self.heard.append(query)
        self.last = self._engine.search(query)
        return self.last


def beside_engine(listings: int = BASE, searches: int = 300, rounds: int = 3, limit_seconds: float = 120) -> Figure:
    """Goal: page p95 ≤ 2 × bare p95 + 15 ms."""
    platform = Platform(world.world(listings), searches)
    calls = {"page": platform.page, "bare": platform.bare}
    taken = interleaved(calls, platform.addresses, rounds=rounds, limit_seconds=limit_seconds)
    page, bare = (percentile(taken[name], 0.95) for name in calls)
    goal = 2 * bare + FIXED_MS
    more = sum(len(queries) > 1 for queries in platform.asked.values())
    facets = len(next(iter(platform.asked.values()))[0].facets)
    return Figure(
        "search",
        [
            line(f"results page, {listings:,} listings, whole server time", taken["page"]),
            line("bare engine, the same queries", taken["bare"]),
        ],
        f"{page / bare:.2f} ({page:.1f} of at most {goal:.1f} ms)", "page p95 ≤ 2 × bare p95 + 15 ms",
        page <= goal and not platform.without_engine,
        [
            f"{searches} different searches of real words, each with a category, a region and a price range, {facets} facets; "
            f"{platform.found} find something. Page: Flask test client, GET to last byte, anonymous, warmed. Bare: engine.search "
            f"with the very Query objects that page made, recorded while warming; {more} pages made more than one, then all "
            f"are counted. Page and engine in turn, each first in turn; {platform.without_engine} pages were answered without the engine."
        ],
        {"listings": listings, "searches": searches, "pages_with_more_queries": more, "ms": taken},
    )  # fmt: skip


def growth(
    small: int = BASE, big: int = BIG, searches: int = 300, rounds: int = 2, limit_seconds: float = 240
) -> Figure:
    """Goal: the page's p95 with ten times the listings ≤ 3 × its p95 before."""
    platforms = {size: Platform(world.world(size), searches) for size in (small, big)}
    calls = {f"{size:,}": platform.page for size, platform in platforms.items()}
    taken = interleaved(calls, platforms[small].addresses, rounds=rounds, limit_seconds=limit_seconds)
    ratio = percentile(taken[f"{big:,}"], 0.95) / percentile(taken[f"{small:,}"], 0.95)
    without_engine = sum(platform.without_engine for platform in platforms.values())
    return Figure(
        "growth",
        [line(f"results page, {size} listings, whole server time", values) for size, values in taken.items()],
        f"{ratio:.2f}", "p95 with ten times as many ≤ 3 × p95 before", ratio <= 3 and not without_engine,
        [
            "The searches of the search figure, asked of two worlds in turn in one process; "
            f"{without_engine} pages were answered without the engine."
        ],
        {"small": small, "big": big, "searches": searches, "ms": taken},
    )  # fmt: skip
