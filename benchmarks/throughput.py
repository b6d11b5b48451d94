"""How many results pages a second the real server gives, beside a bare Flask page on the same server."""

import multiprocessing
import os
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from benchmarks import questions, world
from benchmarks.timing import Figure, line, milliseconds, percentile
from marketplace.kit import db
from marketplace.pages import finding
from marketplace.pages.asking import read
from marketplace.pages.cards import cards

LISTINGS = 20_000
CLIENTS = 8
SECONDS = 8.0
SEED = 5


def beside_bare_flask(listings: int = LISTINGS, seconds: float = SECONDS, rounds: int = 2) -> Figure:
    """No goal but to know: the ratio, and what takes the rest."""
    folder = world.world(listings)
    app = world.platform(folder)
    with app.app_context():
        addresses = questions.addresses(200, SEED)
    rates: dict[str, list[float]] = {"results page": [], "bare Flask page": []}
    waits: dict[str, list[float]] = {name: [] for name in rates}
    for _turn in range(rounds):
        for name, make, paths in (
            ("results page", lambda: world.platform(folder), addresses),
            ("bare Flask page", _bare, ["/"]),
        ):
            with _served(make) as address:
                rate, waited = _hammer(address, paths, seconds)
            rates[name].append(rate)
            waits[name] += waited
    ratio = sum(rates["results page"]) / sum(rates["bare Flask page"])
    parts = _parts(app, addresses)
    shares = ", ".join(f"{name} {ms:.1f} ms" for name, ms in parts.items())
    return Figure(
        "throughput",
        [line(f"{name}: {sum(r) / len(r):,.0f} pages/s; waiting", waits[name]) for name, r in rates.items()],
        f"{ratio:.3f} of bare Flask", "to know", True,
        [f"{CLIENTS} clients on the same two cores, 2 workers × 8 threads, {listings:,} listings, {rounds} rounds in turn. "
         f"One results page in one process, medians: {shares}."],
        {"pages_per_second": rates, "parts_ms": parts},
    )  # fmt: skip


def _bare() -> Flask:
    app = Flask("bare")
    app.extensions["bare"] = True
    app.get("/")(lambda: "ok")
    return app


@contextmanager
def _served(make: Callable[[], Flask]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(make, port))
    server.start()
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.kill(server.pid, signal.SIGTERM)
        server.join(20)


def _serve(make: Callable[[], Flask], port: int) -> None:
    from marketplace import serving

    app = make()
    if "bare" in app.extensions:
        db.init_app(app, "sqlite:////dev/null")  # never opened; the server lets go of connections at each fork
    serving.serve(app, "127.0.0.1", port, 2, with_jobs=False)


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _hammer(address: str, paths: list[str], seconds: float) -> tuple[float, list[float]]:
    waited: list[float] = []
    until = time.monotonic() + seconds

    def ask(offset: int) -> None:
        for number in range(1_000_000):
            if time.monotonic() > until:
                return
            path = paths[(offset + number) % len(paths)]
            waited.append(
                milliseconds(lambda path=path: urllib.request.urlopen(_quoted(address, path), timeout=20).read())
            )

    threads = [threading.Thread(target=ask, args=(n * 25,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 30)
    return len(waited) / seconds, waited


def _quoted(address: str, path: str) -> str:
    from urllib.parse import quote

    return address + quote(path, safe="/?&=%+.")


def _parts(app: Flask, addresses: list[str]) -> dict[str, float]:
    """Medians of one page's parts, each measured by itself in one process."""
    visitor = app.test_client()
    whole, engine, database = [], [], []
    for address in addresses[:100]:
        visitor.get(address)
        whole.append(milliseconds(lambda address=address: visitor.get(address)))
        with app.test_request_context(address):
            from flask import request

            asked = read(request.args)
            query = asked.query()
            results = app.extensions["finder"].engine.search(query)
            engine.append(milliseconds(lambda query=query: app.extensions["finder"].engine.search(query)))
            ids = [hit.id for hit in results.hits]
            database.append(milliseconds(lambda ids=ids: cards(ids)))
            finding.find(asked)
    page, search, rows = (percentile(values, 0.5) for values in (whole, engine, database))
    return {
        "whole page": page,
        "engine": search,
        "database": rows,
        "request, template and the rest": page - search - rows,
    }
