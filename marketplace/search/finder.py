"""Asking a collection: the engine behind a breaker, with the vocabulary that understands what people type."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from marketplace.search.collection import CollectionConfig
from marketplace.search.port import Engine, Query, Results, SearchUnavailable
from marketplace.search.text import Cutter
from marketplace.search.understanding import Reader, Synonyms, ask
from marketplace.search.vocabulary import Suggestion, Term, Vocabulary

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 1.0
FAILURES_BEFORE_REST = 2
REST_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """Results, and the words the query was read as when that was not as typed."""

    results: Results
    corrected: str = ""


class Finder:
    """One per collection and process. An engine that fails twice running is left alone for a moment: pages stay quick."""

    def __init__(self, engine: Engine, config: CollectionConfig, folder: Path, vocabulary_file: Path) -> None:
        self.engine = engine
        self._cutter = Cutter(config.dictionary)
        self._synonyms = Synonyms.load(folder / "synonyms.csv")
        self._file = vocabulary_file
        self._lock = threading.Lock()
        self._looked_at = -LOOK_AGAIN_SECONDS
        self._stamp = -1.0
        self._vocabulary = Vocabulary()
        self._reader = Reader(self._vocabulary, self._synonyms, self._cutter)
        self._resting_until = 0.0
        self._failures = 0

    def find(self, make_query: Callable[[], Query], *, insist: bool = False) -> Answer:
        """Search for what was typed, then for what was probably meant.

        Raises: SearchUnavailable when the engine is down, too slow, or was so a moment ago.
        """
        if time.monotonic() < self._resting_until:
            raise SearchUnavailable("the engine rests after a failure")
        reader = self._current_reader()
        try:
            answer = ask(_Impatient(self.engine, PATIENCE_SECONDS), reader, make_query(), insist=insist)
        except SearchUnavailable:
            self._failures += 1
            if self._failures >= FAILURES_BEFORE_REST:
                self._resting_until, self._failures = time.monotonic() + REST_SECONDS, 0
            raise
        self._failures = 0
        return Answer(answer.results, answer.reading.text if answer.reading.changes else "")

    def suggest(self, typed: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Terms that begin with what was typed, sound so, or have these initials."""
        self._current_reader()
        return self._vocabulary.suggest(typed, limit)

    def learn(self, terms: Iterable[Term]) -> int:
        """Build the vocabulary anew and keep it for every process; returns how many terms it has."""
        every = [*terms, *(Term(text) for text in self._synonyms.terms())]
        vocabulary = Vocabulary.build(every)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        vocabulary.save(self._file)
        self._refresh()
        return len(vocabulary)

    def warm(self) -> None:
        """Load vocabulary, dictionaries and index now: before the server forks, so that its workers share them and
        nobody's first search waits for them."""
        with suppress(SearchUnavailable):
            self.find(lambda: Query(text=f"{self._synonyms.terms()[0]} wucijieguo"))

    def _current_reader(self) -> Reader:
        if time.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
            self._looked_at = time.monotonic()
            if self._stamp < 0:
                self._refresh()
            elif self._stamp != self._stamp_of_file():
                # A hundred thousand names take two seconds: whoever searches meanwhile has the ones of before.
                threading.Thread(target=self._refresh, name="search-vocabulary", daemon=True).start()
        return self._reader

    def _stamp_of_file(self) -> float:
        return self._file.stat().st_mtime if self._file.exists() else 0.0

    def _refresh(self) -> None:
        with self._lock:
            stamp = self._stamp_of_file()
            if stamp != self._stamp:
                self._vocabulary = self._load() if stamp else Vocabulary.build(Term(t) for t in self._synonyms.terms())
                self._reader = Reader(self._vocabulary, self._synonyms, self._cutter)
                self._stamp = stamp

    def _load(self) -> Vocabulary:
        try:
            return Vocabulary.load(self._file)
        except (OSError, ValueError) as broken:
            log.warning("the search vocabulary cannot be read and will be built again: %s", broken)
            return Vocabulary()


class _Impatient:
    """An engine that is asked no further once a search as a whole has taken too long."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        self._engine, self._until = engine, time.monotonic() + seconds

    def search(self, query: Query) -> Results:
        if time.monotonic() > self._until:
            raise SearchUnavailable("the engine is too slow")
        return self._engine.search(query)
