"""The embedded engine: tantivy in this process, one writer at a time, readers in any process.

Words decide what is found; pairs of characters and titles only lift the order. The best `WINDOW` hits are
put in order by `scorer`; the rest follow by BM25. Filters are exact terms and ranges, facets exact counts.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import tantivy

from marketplace.search.collection import CollectionConfig
from marketplace.search.embedded_queries import LOT, QueryBuilder, schema_of, stored
from marketplace.search.generations import Generations
from marketplace.search.plan import Plan, Planner, spans
from marketplace.search.port import (
    WINDOW,
    AnyOf,
    Document,
    FacetValue,
    Filter,
    Health,
    Hit,
    Match,
    Query,
    Receipt,
    Results,
    SearchMisused,
    SearchUnavailable,
    Sort,
    State,
    Stats,
    facet_values,
)
from marketplace.search.scorer import Card, card, covered, ordered
from marketplace.search.text import Cutter

WRITER_BYTES = 64_000_000
FACET_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class _Reader:
    """An opened generation at one commit; `stamp` tells whether it is still the newest."""

    generation: str
    stamp: tuple[int, ...]
    index: tantivy.Index
    searcher: tantivy.Searcher


class EmbeddedEngine:
    """One collection in folders below `root`. Writers wait `lock_seconds` for each other."""

    def __init__(self, root: Path, config: CollectionConfig, *, lock_seconds: float = 10) -> None:
        self._config = config
        self._generations = Generations(root, lock_seconds)
        self._cutter = Cutter(config.dictionary)
        self._planner = Planner(self._cutter, dict(config.weights))
        self._schema = schema_of(config)
        self._queries = QueryBuilder(self._schema)
        self._opening = threading.Lock()
        self._reader: _Reader | None = None

    # Searching

    def search(self, query: Query) -> Results:
        """Find, count and order."""
        self._config.check(query)
        started = time.perf_counter()
        plan = self._planner.plan(query)
        with _guarded():
            reader = self._current()
            results = self._answer(reader, plan, query, query.match is not Match.ANY)
            if query.match is Match.LADDER and results.total < query.enough and plan.needs:
                results = replace(self._answer(reader, plan, query, False), relaxed=True)
        return replace(results, took_ms=(time.perf_counter() - started) * 1000, generation=reader.generation)

    def _answer(self, reader: _Reader, plan: Plan, query: Query, every_word: bool) -> Results:
        searcher = reader.searcher
        found = self._queries.found(plan, query.filters, every_word)
        total, addresses = self._page(searcher, found, plan, query)
        hits = [self._hit(one, plan, query) for one in addresses]
        facets, stats = self._figures(searcher, plan, query, every_word)
        return Results(tuple(hits), total, facets=facets, stats=stats)

    def _page(
        self, searcher: tantivy.Searcher, found: tantivy.Query, plan: Plan, query: Query
    ) -> tuple[int, list[Card]]:
        """How many were found, and the page's cards in order."""
        if query.sort:
            total, addresses = self._sorted(searcher, found, query.sort, query.offset, query.per_page)
            return total, _cards(searcher, addresses)
        if not plan.needs:
            result = _drawn(searcher, found, query.per_page, query.offset)
            return result.count, _cards(searcher, [address for _, address in result.hits])
        lifted = self._queries.lifted(found, plan)
        end = query.offset + query.per_page
        result = searcher.search(lifted, max(WINDOW, end), weight_by_field=LOT)
        addresses = [address for _, address in result.hits]
        if query.offset >= WINDOW:
            return result.count, _cards(searcher, addresses[query.offset : end])
        best = ordered(plan, _cards(searcher, addresses[:WINDOW]))
        return result.count, (best + _cards(searcher, addresses[WINDOW:end]))[query.offset : end]

    def _sorted(
        self, searcher: tantivy.Searcher, found: tantivy.Query, sort: Sort, offset: int, size: int
    ) -> tuple[int, list[tantivy.DocAddress]]:
        """A page in the order of a field. tantivy breaks ties by age, so groups of equals are drawn again."""
        order = tantivy.Order.Desc if sort.descending else tantivy.Order.Asc
        result = searcher.search(found, offset + size, order_by_field=sort.field, order=order)
        keys = [key for key, _ in result.hits]
        addresses: list[tantivy.DocAddress] = []
        place = offset
        while place < len(keys):
            first = keys.index(keys[place])
            group = self._queries.with_value(found, sort.field, keys[place])
            equals = _drawn(searcher, group, offset + size - place, offset=place - first)
            addresses.extend(address for _, address in equals.hits)
            place = offset + len(addresses)
        return result.count, addresses[:size]

    def _hit(self, one: Card, plan: Plan, query: Query) -> Hit:
        marked = () if query.without_spans else spans(plan, {**one.titles, **one.bodies})
        return Hit(one.id, covered(plan, one), marked)

    def _figures(
        self, searcher: tantivy.Searcher, plan: Plan, query: Query, every_word: bool
    ) -> tuple[dict[str, tuple[FacetValue, ...]], dict[str, Stats]]:
        """Facet counts and stats; a facet whose field is chosen by AnyOf is counted without that choice."""
        chosen = {clause.field for clause in query.filters if isinstance(clause, AnyOf)}
        groups: dict[str | None, list[str]] = {}
        for facet in query.facets:
            groups.setdefault(facet.field if facet.field in chosen else None, []).append(facet.field)
        if query.stats:
            groups.setdefault(None, [])
        counts: dict[str, dict[str, int]] = {}
        stats: dict[str, Stats] = {}
        for left_out, fields in groups.items():
            found = self._queries.found(plan, _without(query.filters, left_out), every_word)
            asked = {name: {"terms": {"field": name, "size": FACET_SIZE}} for name in fields}
            if left_out is None:
                asked |= {name: {"stats": {"field": name}} for name in query.stats}
            answer = searcher.aggregate(found, asked)
            counts |= {f: {b["key"]: b["doc_count"] for b in answer[f]["buckets"]} for f in fields}
            if left_out is None:
                figures = ((name, answer[name]) for name in query.stats)
                stats = {name: Stats(one["min"], one["max"]) for name, one in figures if one["count"]}
        return {f.field: facet_values(counts[f.field], f) for f in query.facets}, stats

    def find_ids(self, queries: Sequence[Query]) -> list[list[int]]:
        """What several searches find first, ids only, in the engine's own order."""
        for query in queries:
            self._config.check(query)
        plans = [self._planner.plan(query) for query in queries]
        with _guarded():
            searcher = self._current().searcher
            return [self._ids(searcher, plan, query) for plan, query in zip(plans, queries, strict=True)]

    def _ids(self, searcher: tantivy.Searcher, plan: Plan, query: Query) -> list[int]:
        found = self._queries.found(plan, query.filters, query.match is not Match.ANY)
        if plan.needs:
            lifted = self._queries.lifted(found, plan)
            result = searcher.search(lifted, query.per_page, count=False, weight_by_field=LOT)
        else:
            result = _drawn(searcher, found, query.per_page, 0)
        return searcher.fast_field_values("id", [address for _, address in result.hits])

    # Writing

    def upsert(self, documents: Sequence[Document]) -> Receipt:
        """Put documents in, in one commit."""
        cards = [(card(document, self._config, self._cutter), document) for document in documents]
        with _guarded(), self._generations.writing():
            rebuilding = self._generations.note(put=list(documents))
            try:
                reader = self._current()
            except SearchUnavailable:
                if rebuilding:
                    return Receipt(accepted=len(documents))
                raise
            known = self._versions(reader, [one.id for one, _ in cards])
            with _writer(reader.index) as writer:
                for one, document in cards:
                    self._put(writer, known, one, document)
        return Receipt(accepted=len(documents))

    def _put(self, writer: tantivy.IndexWriter, known: dict[int, int], one: Card, document: Document) -> None:
        if one.version < known.get(one.id, one.version):
            return
        if one.id in known:
            writer.delete_documents_by_term("id", one.id)
        known[one.id] = one.version
        writer.add_document(stored(one, document, self._config))

    def delete(self, ids: Sequence[int]) -> Receipt:
        """Take documents out, in one commit."""
        with _guarded(), self._generations.writing():
            self._generations.note(drop=list(ids))
            with _writer(self._current().index) as writer:
                for one in ids:
                    writer.delete_documents_by_term("id", one)
        return Receipt(accepted=len(ids))

    def wait(self, receipt: Receipt, *, timeout_seconds: float = 30) -> State:
        """Writes are done when they return."""
        return State.DONE

    def rebuild(self, documents: Iterable[Document]) -> Receipt:
        """Fill the next generation and let it serve. Raises: SearchUnavailable while another rebuild runs."""
        shelf = self._generations
        with _guarded(), shelf.rebuilding():
            before = shelf.current()
            name = shelf.make()
            try:
                known = self._fill(name, documents)
            except BaseException:
                shelf.drop(name)
                raise
            shelf.sweep(keep={name, before})
        return Receipt(accepted=len(known))

    def _fill(self, name: str, documents: Iterable[Document]) -> dict[int, int]:
        """Fill a generation, replay what was written meanwhile, and switch to it."""
        index = self._create(name)
        known: dict[int, int] = {}
        document: Document | None = None
        with _writer(index) as writer:
            for document in documents:
                self._put(writer, known, card(document, self._config, self._cutter), document)
        if document:  # one commit more lets tantivy merge now, not when the first publication waits for it
            with _writer(index) as writer:
                self._put(writer, known, card(document, self._config, self._cutter), document)
        with self._generations.writing():
            with _writer(index) as writer:
                for change in self._generations.noted():
                    for document in change.get("put", ()):
                        self._put(writer, known, card(document, self._config, self._cutter), document)
                    for one in change.get("drop", ()):
                        known.pop(one, None)
                        writer.delete_documents_by_term("id", one)
            self._generations.switch(name)
        return known

    # Looking after

    def health(self) -> Health:
        """How the engine is. Never raises."""
        try:
            with _guarded():
                reader = self._current()
                return Health(True, reader.searcher.num_docs, reader.generation)
        except SearchUnavailable as error:
            return Health(False, error=str(error))

    def ids_and_versions(self) -> dict[int, int]:
        """Every document's id and version."""
        with _guarded():
            searcher = self._current().searcher
            return _versions(searcher, tantivy.Query.all_query(), searcher.num_docs)

    def _versions(self, reader: _Reader, ids: list[int]) -> dict[int, int]:
        return _versions(reader.searcher, self._queries.ids(ids), len(ids)) if ids else {}

    def _current(self) -> _Reader:
        """The newest commit of the serving generation; two `stat` calls when nothing changed."""
        reader = self._reader
        if reader and reader.stamp == self._stamp(reader.generation):
            return reader
        with self._opening:
            name = self._generations.current() or self._found_first()
            same = self._reader is not None and self._reader.generation == name
            index = self._reader.index if same else self._open(name)
            stamp = self._stamp(name)
            index.reload()
            self._reader = _Reader(name, stamp, index, index.searcher())
            return self._reader

    def _stamp(self, generation: str) -> tuple[int, ...]:
        root = self._generations
        stats = [(root.root / "CURRENT").stat(), (root.folder(generation) / "meta.json").stat()]
        return tuple(figure for one in stats for figure in (one.st_ino, one.st_mtime_ns))

    def _open(self, name: str) -> tantivy.Index:
        folder = self._generations.folder(name)
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about.get("fingerprint") != self._config.fingerprint:
            raise SearchUnavailable("the search index was built with other settings: rebuild it")
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        return index

    def _create(self, name: str) -> tantivy.Index:
        folder = self._generations.folder(name)
        about = json.dumps({"fingerprint": self._config.fingerprint})
        (folder / "about.json").write_text(about, encoding="utf-8")
        return tantivy.Index(self._schema, path=str(folder))

    def _found_first(self) -> str:
        """An empty first generation, so that a fresh installation finds nothing instead of failing."""
        shelf = self._generations
        shelf.root.mkdir(parents=True, exist_ok=True)
        with shelf.starting():
            if current := shelf.current():
                return current
            name = shelf.make()
            self._create(name)
            shelf.switch(name)
            return name


def _drawn(searcher: tantivy.Searcher, found: tantivy.Query, size: int, offset: int) -> tantivy.SearchResult:
    return searcher.search(found, size, offset=offset, order_by_field=LOT, order=tantivy.Order.Asc)


def _cards(searcher: tantivy.Searcher, addresses: Iterable[tantivy.DocAddress]) -> list[Card]:
    return [Card.load(searcher.doc(address).get_first("card")) for address in addresses]


def _versions(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> dict[int, int]:
    addresses = [address for _, address in searcher.search(query, max(limit, 1), count=False).hits]
    ids, versions = (searcher.fast_field_values(name, addresses) for name in ("id", "version"))
    return dict(zip(ids, versions, strict=True))


def _without(filters: tuple[Filter, ...], field: str | None) -> tuple[Filter, ...]:
    return tuple(clause for clause in filters if not (isinstance(clause, AnyOf) and clause.field == field))


@contextmanager
def _writer(index: tantivy.Index) -> Iterator[tantivy.IndexWriter]:
    """A writer for one commit, so that processes can take turns."""
    writer = index.writer(WRITER_BYTES, 1)
    try:
        yield writer
        writer.commit()
    finally:
        writer.wait_merging_threads()


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn what tantivy and the file system say into the one error of the port."""
    try:
        yield
    except SearchMisused:
        raise
    except (ValueError, OSError) as error:
        raise SearchUnavailable(f"the search index cannot be used: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SearchUnavailable(f"the search index is damaged: {error}") from error
