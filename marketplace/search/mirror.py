"""Keeping a collection's index equal to the database: draining the notes, comparing, rebuilding."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app
from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.kit.locks import try_lock
from marketplace.search.models import IndexNote, MirrorState
from marketplace.search.port import Document, Engine, SearchUnavailable, State

log = logging.getLogger(__name__)
BATCH = 500
WAIT_SECONDS = 60
IDLE_SECONDS = 5


@dataclass(frozen=True)
class Collection:
    """What a room gives to search: documents by id, and which ids with which versions should be findable."""

    name: str
    documents: Callable[[Sequence[int]], dict[int, Document]]
    versions: Callable[[], dict[int, int]]


@dataclass
class Mirror:
    """A collection and the engine that mirrors it; `fingerprint` changes with search_config and calls for a rebuild."""

    collection: Collection
    engine: Engine
    fingerprint: str

    @property
    def name(self) -> str:
        """The collection's name."""
        return self.collection.name

    def drain(self) -> int:
        """Bring every noted document up to date; returns how many notes were settled.

        One process at a time works. Whoever finds the lock taken may go: the holder looks once more after letting go.
        """
        settled = 0
        while self._waiting():
            with try_lock(f"search-{self.name}") as ours:
                if not ours:
                    return settled
                while done := self._settle_batch():
                    settled += done
        return settled

    def rebuild(self) -> int:
        """Fill a fresh generation from the database and switch to it; readers see the old one until then.

        Notes of changes made meanwhile stay in the queue and are settled after the switch.
        """
        with try_lock(f"search-{self.name}", patience_seconds=WAIT_SECONDS) as ours:
            if not ours:
                raise SearchUnavailable("another process is working on this index; try again in a moment")
            with db.reading():
                versions = self.collection.versions()
            receipt = self.engine.rebuild(self._all_documents(sorted(versions)))
            if self.engine.wait(receipt, timeout_seconds=3600) is not State.DONE:
                raise SearchUnavailable("the engine did not finish the new generation")
            self._remember(rebuilt_at=clock.now(), error="", fingerprint=self.fingerprint)
        self.drain()
        return len(versions)

    def needs_rebuild(self) -> bool:
        """Whether the index is missing, broken, or was built with other settings than today's."""
        with db.reading():
            return self.state().fingerprint != self.fingerprint or not self.engine.health().ok

    def reconcile(self) -> tuple[int, int, int]:
        """Compare index and database, note what differs; returns (missing, extra, stale) as found.

        What waits in the queue anyway is no difference.
        """
        with db.reading() as session:
            wanted = self.collection.versions()
            pending = set(session.exec(select(IndexNote.object_id).where(IndexNote.collection == self.name)))
        held = self.engine.ids_and_versions()
        missing = wanted.keys() - held.keys() - pending
        extra = held.keys() - wanted.keys() - pending
        stale = {i for i in wanted.keys() & held.keys() if wanted[i] != held[i]} - pending
        at = clock.now()
        with db.transaction() as session:
            rows = [{"collection": self.name, "object_id": i, "noted_at": at} for i in missing | extra | stale]
            if rows:
                session.connection().execute(sa.insert(IndexNote), rows)
        self._remember(
            checked_at=at, in_database=len(wanted), in_index=len(held),
            missing=len(missing), extra=len(extra), stale=len(stale),
        )  # fmt: skip
        self.drain()
        return len(missing), len(extra), len(stale)

    def state(self) -> MirrorState:
        """How the mirror stands, as last noted."""
        return db.session().get(MirrorState, self.name) or MirrorState(collection=self.name)

    def _waiting(self) -> bool:
        with db.reading() as session:
            return (
                session.exec(select(IndexNote.id).where(IndexNote.collection == self.name).limit(1)).first() is not None
            )

    def _settle_batch(self) -> int:
        with db.reading() as session:
            query = select(IndexNote.id, IndexNote.object_id).where(IndexNote.collection == self.name)
            notes = session.exec(query.order_by(IndexNote.id).limit(BATCH)).all()
            if not notes:
                return 0
            ids = sorted({object_id for _note, object_id in notes})
            found = self.collection.documents(ids)
        try:
            self._write(found, [i for i in ids if i not in found])
        except SearchUnavailable as fault:
            self._remember(error=str(fault)[:500], error_at=clock.now())
            raise
        with db.transaction() as session:
            session.exec(sa.delete(IndexNote).where(IndexNote.id.in_([n for n, _o in notes])))
        self._remember(synced_at=clock.now(), error="")
        return len(notes)

    def _write(self, found: dict[int, Document], gone: list[int]) -> None:
        receipts = []
        if found:
            receipts.append(self.engine.upsert(list(found.values())))
        if gone:
            receipts.append(self.engine.delete(gone))
        for receipt in receipts:
            if self.engine.wait(receipt, timeout_seconds=WAIT_SECONDS) is not State.DONE:
                raise SearchUnavailable("the engine has not taken the documents yet; they stay in the queue")

    def _all_documents(self, ids: list[int]) -> Iterator[Document]:
        for start in range(0, len(ids), BATCH):
            with db.reading():
                found = self.collection.documents(ids[start : start + BATCH])
            yield from found.values()

    def _remember(self, **values: object) -> None:
        with db.transaction() as session:
            state = session.get(MirrorState, self.name) or MirrorState(collection=self.name)
            for name, value in values.items():
                setattr(state, name, value)
            session.add(state)


def mirrors() -> dict[str, Mirror]:
    """The app's mirrors by collection name."""
    return current_app.extensions.setdefault("mirrors", {})


def drain_all() -> None:
    """Drain every mirror; an engine that is down is noted and tried again later."""
    for mirror in mirrors().values():
        try:
            mirror.drain()
        except SearchUnavailable as fault:
            log.warning("search mirror %s waits: %s", mirror.name, fault)


class Drainer:
    """A thread per process that drains soon after a commit, so that published means findable within a blink.

    It ends when nothing has happened for a while and begins again at the next nudge, also after a fork, which copies
    no threads.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        """There is something to do."""
        with self._lock:
            self._wake.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="search-drainer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._has_work():
            try:
                with self._app.app_context():
                    drain_all()
            except Exception:
                log.exception("draining the search mirror failed; the jobs process will try again")

    def _has_work(self) -> bool:
        if self._wake.wait(IDLE_SECONDS):
            self._wake.clear()
            return True
        with self._lock:
            if not self._wake.is_set():
                self._thread = None
                return False
        return self._has_work()
