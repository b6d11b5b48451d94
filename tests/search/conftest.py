"""The engines that the contract is held against: the embedded one, and Meilisearch live or from a recording."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
import requests

from marketplace.search.collection import CollectionConfig
from marketplace.search.embedded import EmbeddedEngine
from marketplace.search.meilisearch import MeilisearchEngine
from marketplace.search.port import Engine, State
from tests.search import recording
from tests.search.worlds import CONFIG

KEY = "a-master-key-for-tests-only"
RECORDING = os.environ.get("MEILI_RECORD") == "1"
NOWHERE = "http://meilisearch.invalid"


@dataclass(frozen=True)
class Server:
    """A Meilisearch server for tests."""

    url: str
    key: str

    def get(self, path: str) -> Any:
        """An answer, past any recording."""
        return requests.get(self.url + path, headers=self._headers, timeout=5).json()

    def forget(self, prefix: str) -> None:
        """Delete the indexes that earlier runs left."""
        for index in self.get("/indexes?limit=1000")["results"]:
            if index["uid"].startswith(prefix):
                requests.delete(f"{self.url}/indexes/{index['uid']}", headers=self._headers, timeout=5)
        while self.get("/tasks?statuses=enqueued,processing")["results"]:
            time.sleep(0.02)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | None]:
    """The server at MEILI_URL, or one started from the PATH; None when there is none."""
    if url := os.environ.get("MEILI_URL"):
        yield Server(url, os.environ.get("MEILI_MASTER_KEY", KEY))
    elif binary := shutil.which("meilisearch"):
        yield from _started(binary, tmp_path_factory.mktemp("meilisearch"))
    else:
        yield None


def _started(binary: str, folder: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [binary, "--http-addr", address, "--master-key", KEY, "--no-analytics", "--db-path", str(folder / "db")]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_healthy(f"http://{address}/health")
        yield Server(f"http://{address}", KEY)
    finally:
        process.terminate()
        process.wait(10)


def _until_healthy(url: str) -> None:
    for _ in range(200):
        try:
            if requests.get(url, timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise RuntimeError("Meilisearch did not start")


@pytest.fixture(scope="session")
def tapes(server: Server | None) -> Iterator[dict[str, list[recording.Exchange]]]:
    """What was recorded; written again at the end of a recording run."""
    known = recording.recordings()
    yield known
    if RECORDING and server:
        recording.write(server.get("/version")["pkgVersion"], known)


Maker = Callable[..., Engine]


@pytest.fixture(params=["embedded", "meilisearch"])
def make_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    """`make_engine()` gives an empty engine of the kind under test; the same call again, the same data."""
    if request.param == "embedded":
        return lambda config=CONFIG: EmbeddedEngine(tmp_path / config.name, config)
    return request.getfixturevalue("make_meilisearch")


@pytest.fixture
def make_meilisearch(
    request: pytest.FixtureRequest, server: Server | None, tapes: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Maker]:
    """Meilisearch engines, live or from the recording of this test."""
    test = re.sub(r"^.*?(?=test_)", "", request.node.nodeid)
    prefix = "t" + blake2b(test.encode(), digest_size=6).hexdigest() + "_"
    url, key = (server.url, server.key) if server else (NOWHERE, KEY)

    def make(config: CollectionConfig = CONFIG) -> Engine:
        return MeilisearchEngine(url, key, config, prefix=prefix, timeout_seconds=10)

    if server is None:
        if request.node.get_closest_marker("live"):
            pytest.skip("needs a running Meilisearch: threads and clocks cannot be recorded")
        if test not in tapes:
            pytest.fail(f"no recording of {test}; set MEILI_URL and MEILI_RECORD=1 to make one")
        with recording.replayed(monkeypatch, tapes[test]):
            yield make
        return
    server.forget(prefix)
    with recording.recorded(monkeypatch) as tape:
        yield make
    if RECORDING and not request.node.get_closest_marker("live"):
        tapes[test] = tape


@pytest.fixture
def engine(make_engine: Maker) -> Engine:
    """An empty engine."""
    return make_engine()


@pytest.fixture
def filled(engine: Engine) -> Callable[[list[dict[str, Any]]], Engine]:
    """`filled(documents)` is the engine with these documents to be found."""

    def fill(documents: list[dict[str, Any]]) -> Engine:
        assert engine.wait(engine.upsert(documents)) is State.DONE
        return engine

    return fill


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of tests that cannot be played back."""
    config.addinivalue_line("markers", "live: needs a running server; threads and clocks cannot be recorded")
