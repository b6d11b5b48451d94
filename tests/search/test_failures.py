"""What happens when engines are down, damaged, busy or killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from marketplace.search.collection import CollectionConfig
from marketplace.search.embedded import EmbeddedEngine
from marketplace.search.meilisearch import MeilisearchEngine
from marketplace.search.port import Query, SearchUnavailable
from tests.search.worlds import CONFIG, document

ROOT = Path(__file__).parents[2]


class Unwell(BaseHTTPRequestHandler):
    """A server that answers everything with 503."""

    def do_POST(self) -> None:
        self.send_error(503)

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def unwell() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Unwell)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("fault", ["closed", "silent", "unwell"])
def test_a_server_that_is_down_is_unavailable_within_two_seconds(request, fault):
    engine = MeilisearchEngine(request.getfixturevalue(fault), "key", CONFIG)

    started = time.monotonic()
    with pytest.raises(SearchUnavailable):
        engine.search(Query("灭火器"))
    assert time.monotonic() - started < 2


def test_a_server_that_is_down_is_reported_by_health_and_not_raised(closed):
    health = MeilisearchEngine(closed, "key", CONFIG).health()

    assert not health.ok and health.error


def test_a_damaged_index_is_unavailable_and_a_rebuild_heals_it(tmp_path):
    EmbeddedEngine(tmp_path, CONFIG).upsert([document(1, "灭火器")])
    for path in (tmp_path / "g000001").iterdir():
        if path.name != "about.json":
            path.write_bytes(b"\x00garbage")
    engine = EmbeddedEngine(tmp_path, CONFIG)

    with pytest.raises(SearchUnavailable):
        engine.search(Query("灭火器"))
    assert not engine.health().ok
    engine.rebuild([document(2, "灭火器")])
    assert [hit.id for hit in engine.search(Query("灭火器")).hits] == [2]


def test_an_index_whose_pointer_leads_nowhere_is_unavailable(tmp_path):
    engine = EmbeddedEngine(tmp_path, CONFIG)
    engine.upsert([document(1, "灭火器")])
    (tmp_path / "CURRENT").write_text("g000009")

    with pytest.raises(SearchUnavailable):
        engine.search(Query("灭火器"))


def test_an_index_built_with_other_settings_asks_for_a_rebuild(tmp_path):
    EmbeddedEngine(tmp_path, CONFIG).upsert([document(1, "灭火器")])
    changed = CollectionConfig("things", ("name", "body"), frozenset({"name"}), ("kind",), ())
    engine = EmbeddedEngine(tmp_path, changed)

    with pytest.raises(SearchUnavailable, match="rebuild"):
        engine.search(Query())
    engine.rebuild([document(1, "灭火器")])
    assert engine.search(Query()).total == 1


def test_a_writer_waits_for_another_and_gives_up_with_a_sentence(tmp_path):
    engine = EmbeddedEngine(tmp_path, CONFIG, lock_seconds=0.1)
    other = EmbeddedEngine(tmp_path, CONFIG)
    engine.upsert([document(1, "灭火器")])

    def rows():
        with pytest.raises(SearchUnavailable, match="rebuilt already"):
            other.rebuild([])
        yield document(2, "水带")

    engine.rebuild(rows())
    with engine._generations.writing(), pytest.raises(SearchUnavailable, match="another process"):
        engine.upsert([document(3, "水带")])
    assert set(engine.ids_and_versions()) == {2}


WRITER = """
import itertools, sys
from pathlib import Path
from marketplace.search.embedded import EmbeddedEngine
from tests.search.worlds import CONFIG, document
engine = EmbeddedEngine(Path(sys.argv[1]), CONFIG)
if sys.argv[2] == "rebuild":
    def rows():
        for n in itertools.count(1):
            if n == 50:
                print("writing", flush=True)
            yield document(n, "水带")
    engine.rebuild(rows())
for n in itertools.count(1):
    engine.upsert([document(n, "水带")])
    print(n, flush=True)
"""


def writer(folder: Path, what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), what]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)


def test_nothing_committed_is_lost_when_the_writer_is_killed_and_readers_go_on(tmp_path):
    reader = EmbeddedEngine(tmp_path, CONFIG)
    process = writer(tmp_path, "upsert")
    committed = [int(process.stdout.readline()) for _ in range(15)][-1]
    seen = [reader.search(Query("水带")).total for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert seen == sorted(seen) and seen[-1] >= committed
    assert EmbeddedEngine(tmp_path, CONFIG).search(Query()).total >= committed
    reader.upsert([document(10_000, "灭火器")])
    assert reader.search(Query("灭火器")).total == 1


def test_a_rebuild_killed_half_way_leaves_the_old_generation_and_no_trace(tmp_path):
    engine = EmbeddedEngine(tmp_path, CONFIG)
    engine.upsert([document(1, "灭火器")])
    process = writer(tmp_path, "rebuild")
    assert process.stdout.readline() == "writing\n"
    process.kill()
    process.wait()

    assert [hit.id for hit in engine.search(Query()).hits] == [1]
    engine.upsert([document(2, "消火栓")])
    assert not (tmp_path / "journal.jsonl").exists()
    engine.rebuild([document(3, "水带")])
    assert [hit.id for hit in EmbeddedEngine(tmp_path, CONFIG).search(Query()).hits] == [3]
    assert len(list(tmp_path.glob("g[0-9]*"))) <= 2
