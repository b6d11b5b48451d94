"""How many results pages a second the real server gives beside a bare Flask page, and where a page's time goes."""

import json
import multiprocessing
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from flask import Flask, before_render_template, template_rendered

from benchmarks import questions, world
from benchmarks.timing import Figure, Line, line, milliseconds, percentile
from marketplace import serving
from marketplace.kit.db import Database
from marketplace.pages import finding

LISTINGS = 100_000
WORKERS = 2
CLIENTS = 8
SECONDS = 8
SEED = 5
PARTS = ("engine", "database", "template")
_SCRIPT = """
local paths = {%s}
local turn = %d
request = function() turn = turn %% #paths + 1; return wrk.format("GET", paths[turn]) end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{"n": %%d, "seconds": %%f, "faults": %%d, "p50": %%f, "p95": %%f}\\n', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3))
end
"""


def beside_bare_flask(listings: int = LISTINGS, searches: int = 300, seconds: int = SECONDS, rounds: int = 3) -> Figure:
    """No goal but to know: the ratio, and what takes the time."""
    folder = world.world(listings)
    app = world.platform(folder)
    with app.app_context():
        addresses = questions.addresses(searches, SEED)
    taken: dict[str, list[dict[str, float]]] = {"results page": [], "bare Flask page": []}
    with _served(folder) as page, _served(None) as bare:
        for turn in range(rounds):
            for name, port, paths in (("results page", page, addresses), ("bare Flask page", bare, ["/"])):
                _hammer(port, paths, 2, turn)
                taken[name].append(_hammer(port, paths, seconds, turn))
    rates = {name: [one["n"] / one["seconds"] for one in rounds] for name, rounds in taken.items()}
    ratios = [page / bare for page, bare in zip(*rates.values(), strict=True)]
    faults = sum(one["faults"] for one in taken["results page"] + taken["bare Flask page"])
    parts, lines = _parts(app, addresses)
    return Figure(
        "throughput",
        [*(_waiting(name, rates[name], some) for name, some in taken.items()), *lines],
        f"{median(ratios):.3f} of bare Flask ({min(ratios):.3f}–{max(ratios):.3f})", "to know", not faults,
        [
            f"{listings:,} listings, {searches} searches in turn; gunicorn as the platform runs it, {WORKERS} workers × 8 threads, for both; "
            f"{CLIENTS} connections by {'wrk' if shutil.which('wrk') else 'threads'} from the same machine; {rounds} rounds in turn of "
            f"{seconds} s after 2 s to warm; {faults:.0f} faults. A page's parts: timed inside its own request, one process."
        ],
        {"listings": listings, "rounds": taken, "per_second": rates, "parts_ms": parts},
    )  # fmt: skip


def _waiting(name: str, rates: list[float], rounds: list[dict[str, float]]) -> Line:
    n = int(sum(one["n"] for one in rounds))
    p50, p95 = (round(median(one[share] for one in rounds), 2) for share in ("p50", "p95"))
    return Line(f"{name}: {median(rates):,.0f} a second; waiting", n, p50, p95)


@contextmanager
def _served(folder: Path | None) -> Iterator[int]:
    """The port of a server of this world, or of the bare page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, port))
    server.start()
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.join(30)


def _serve(folder: Path | None, port: int) -> None:
    serving.serve(world.platform(folder) if folder else _bare(), "127.0.0.1", port, WORKERS, with_jobs=False)


def _bare() -> Flask:
    app = Flask("bare")
    app.extensions["database"] = Database(
        "sqlite:////dev/null"
    )  # never opened; the server lets go of connections at each fork
    app.get("/")(lambda: "ok")
    return app


def _wait(port: int, server: BaseProcess) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.is_alive():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _hammer(port: int, paths: list[str], seconds: int, turn: int) -> dict[str, float]:
    """Ask for the paths in turn as fast as the server answers; every round begins elsewhere."""
    first = turn * len(paths) // 3
    if not shutil.which("wrk"):
        return _hammer_by_threads(port, paths[first:] + paths[:first], seconds)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (", ".join(map(json.dumps, paths)), first))
        script.flush()
        command = [
            "wrk",
            "-t1",
            f"-c{CLIENTS}",
            f"-d{seconds}s",
            "--timeout",
            "20s",
            "-s",
            script.name,
            f"http://127.0.0.1:{port}",
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    return json.loads(next(text for text in said.splitlines() if text.startswith("{")))


def _hammer_by_threads(port: int, paths: list[str], seconds: int) -> dict[str, float]:
    waited: list[float] = []
    faults: list[int] = []
    begun = time.monotonic()

    def ask(mine: list[str]) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        while time.monotonic() < begun + seconds:
            for path in mine:
                waited.append(
                    milliseconds(lambda path=path: connection.request("GET", path) or faults.append(_fault(connection)))
                )

    threads = [threading.Thread(target=ask, args=(paths[n::CLIENTS] or paths,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    shares = {"p50": percentile(waited, 0.5), "p95": percentile(waited, 0.95)}
    return {"n": len(waited), "seconds": time.monotonic() - begun, "faults": sum(faults), **shares}


def _fault(connection: HTTPConnection) -> int:
    answer = connection.getresponse()
    answer.read()
    return int(answer.status != 200)


def _parts(app: Flask, addresses: list[str]) -> tuple[dict[str, list[float]], list[Line]]:
    """What engine, database and template take inside a page, and the rest: reading the address, words, routing, headers."""
    visitor, spent = app.test_client(), defaultdict[str, float](float)
    found: dict[str, list[float]] = defaultdict(list)
    with _clocks(app, spent):
        for address in addresses * 2:
            spent.clear()
            whole = milliseconds(lambda address=address: visitor.get(address))
            for part in PARTS:
                found[part].append(spent[part])
            found["rest"].append(whole - sum(spent[part] for part in PARTS))
    warm = {part: values[len(addresses) :] for part, values in found.items()}
    return warm, [line(f"part of a page: {part}", values) for part, values in warm.items()]


@contextmanager
def _clocks(app: Flask, spent: dict[str, float]) -> Iterator[None]:
    """Add what the parts of a request take to `spent`."""

    def timed(part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                spent[part] += (time.perf_counter() - begun) * 1000

        return run

    def begin(_app: Flask, **_context: Any) -> None:
        spent["template"] -= time.perf_counter() * 1000

    def end(_app: Flask, **_context: Any) -> None:
        spent["template"] += time.perf_counter() * 1000

    engine = app.extensions["finder"].engine
    with ExitStack() as stack:
        stack.enter_context(patch.object(engine, "search", timed("engine", engine.search)))
        stack.enter_context(patch.object(finding, "cards", timed("database", finding.cards)))
        stack.enter_context(before_render_template.connected_to(begin, app))
        stack.enter_context(template_rendered.connected_to(end, app))
        yield
