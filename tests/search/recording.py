"""Records what a real Meilisearch server answered, and plays it back where there is none.

With MEILI_RECORD=1 and a server, each test's exchanges are written to recordings/meilisearch-<version>.jsonl.gz.
Without a server they are played back in order; a request that was not recorded fails the test.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

FOLDER = Path(__file__).parent / "recordings"

Exchange = dict[str, Any]


class UnrecordedRequest(AssertionError):
    """The test asked the server something else than when it was recorded: record again."""


def recordings() -> dict[str, list[Exchange]]:
    """Every test's exchanges from the newest recording; empty when there is none."""
    files = sorted(FOLDER.glob("meilisearch-*.jsonl.gz"))
    if not files:
        return {}
    with gzip.open(files[-1], "rt", encoding="utf-8") as file:
        return {row["test"]: row["exchanges"] for row in map(json.loads, file)}


def write(version: str, tapes: dict[str, list[Exchange]]) -> None:
    """Write tapes into the recording of this version, beside those that were not recorded now."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"meilisearch-{version}.jsonl.gz"
    rows = (json.dumps({"test": test, "exchanges": tape}, ensure_ascii=False) for test, tape in sorted(tapes.items()))
    content = "".join(row + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exchange]]:
    """Let requests reach the server and note them."""
    tape: list[Exchange] = []
    send = HTTPAdapter.send

    def noting(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = send(self, request, *args, **kwargs)
        tape.append({"asked": _asked(request), "status": response.status_code, "answer": response.text})
        return response

    with monkeypatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", noting)
        yield tape


@contextmanager
def replayed(monkeypatch: pytest.MonkeyPatch, tape: list[Exchange]) -> Iterator[None]:
    """Answer requests from the tape."""
    rest = iter(tape)

    def answering(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        exchange = next(rest, None)
        asked = _asked(request)
        if exchange is None or exchange["asked"] != asked:
            raise UnrecordedRequest(f"asked {asked}, recorded {exchange and exchange['asked']}")
        response = requests.Response()
        response.status_code = exchange["status"]
        response.encoding = "utf-8"
        response._content = exchange["answer"].encode()
        response.url, response.request = request.url or "", request
        return response

    with monkeypatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", answering)
        patch.setattr("meilisearch.task.sleep", lambda seconds: None)
        yield


def _asked(request: requests.PreparedRequest) -> list[str]:
    body = request.body or ""
    return [request.method or "", request.path_url, body if isinstance(body, str) else body.decode()]
