"""The folders of the embedded engine: numbered generations, a pointer to the serving one, locks, a journal.

`CURRENT` names the serving generation and is replaced in one step. While a rebuild fills the next one, writes
go to the serving one and into `journal.jsonl`, which the rebuild replays before it moves the pointer.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from marketplace.search.port import SearchUnavailable


class Generations:
    """The generations of one collection below one folder; safe for several processes."""

    def __init__(self, root: Path, lock_seconds: float) -> None:
        self.root = root
        self._lock_seconds = lock_seconds
        self._pointer = root / "CURRENT"
        self._journal = root / "journal.jsonl"

    def current(self) -> str | None:
        """The serving generation's name; None before the first."""
        try:
            return self._pointer.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def folder(self, name: str) -> Path:
        """Where a generation lies."""
        return self.root / name

    def make(self) -> str:
        """Make the folder of the next generation."""
        taken = [int(path.name[1:]) for path in self.root.glob("g[0-9]*")]
        name = f"g{max(taken, default=0) + 1:06d}"
        self.folder(name).mkdir()
        return name

    def switch(self, name: str) -> None:
        """Let this generation serve."""
        fresh = self.root / "CURRENT.new"
        fresh.write_text(name, encoding="ascii")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(fresh, self._pointer)

    def drop(self, name: str) -> None:
        """Throw a generation away."""
        shutil.rmtree(self.folder(name), ignore_errors=True)

    def sweep(self, keep: set[str | None]) -> None:
        """Throw away every generation but these."""
        for path in self.root.glob("g[0-9]*"):
            if path.name not in keep:
                self.drop(path.name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one who writes. Raises: SearchUnavailable when another process keeps the lock too long."""
        with self._locked("write.lock", self._lock_seconds, "another process is writing to the search index"):
            yield

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Be the one who makes the first generation."""
        with self._locked("start.lock", self._lock_seconds, "the search index is being set up"):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Be the one who rebuilds. Raises: SearchUnavailable at once when a rebuild is running."""
        with self._locked("rebuild.lock", 0, "the search index is being rebuilt already"):
            with self.writing():
                self._journal.write_bytes(b"")
            try:
                yield
            finally:
                self._journal.unlink(missing_ok=True)

    def note(self, **change: Any) -> bool:
        """Note a write for the running rebuild; False when none is running. Call while `writing`."""
        if not self._journal.exists() or self._abandoned():
            return False
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(change, ensure_ascii=False) + "\n")
        return True

    def noted(self) -> Iterator[dict[str, Any]]:
        """The writes noted since the rebuild began, in order. Call while `writing`."""
        with self._journal.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def _abandoned(self) -> bool:
        """Whether the journal is left from a rebuild that was killed; it is removed then."""
        with (self.root / "rebuild.lock").open("a") as file:
            if not _try_lock(file):
                return False
            self._journal.unlink(missing_ok=True)
            return True

    @contextmanager
    def _locked(self, name: str, seconds: float, busy: str) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + seconds
        with (self.root / name).open("a") as file:
            while not _try_lock(file):
                if time.monotonic() >= deadline:
                    raise SearchUnavailable(busy)
                time.sleep(0.01)
            yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
