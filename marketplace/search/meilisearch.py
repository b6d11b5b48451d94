"""The production engine: a Meilisearch server, spoken to through its official client."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any, TypeVar

import meilisearch
import requests
from meilisearch.errors import MeilisearchApiError, MeilisearchError, MeilisearchTimeoutError

from marketplace.search.collection import CollectionConfig
from marketplace.search.meilisearch_queries import candidates, conditions, settings_of, stored
from marketplace.search.plan import Plan, Planner, spans
from marketplace.search.port import (
    AnyOf,
    Document,
    FacetValue,
    Health,
    Hit,
    Match,
    Query,
    Receipt,
    Results,
    SearchUnavailable,
    State,
    Stats,
    facet_values,
)
from marketplace.search.scorer import Card, card, covered, ordered
from marketplace.search.text import Cutter

Item = TypeVar("Item")

BATCH = 1000
WRITE_SECONDS = 30
TASK_SECONDS = 600
GENERATION_SECONDS = 60
UNASKED = ("", float("-inf"))
CUTOFF_MS = 1500
MAX_ID_SEARCHES = 12


class MeilisearchEngine:
    """One collection in the index `<prefix><name>`; `<prefix><name>_next` is used while rebuilding.

    After a change of the collection's settings or dictionary the index must be rebuilt; the server
    cannot tell. `timeout_seconds` bounds each request of a search.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        config: CollectionConfig,
        *,
        prefix: str = "",
        timeout_seconds: float = 1.8,
    ) -> None:
        self._config = config
        self._uid = f"{prefix}{config.name}"
        self._next = f"{self._uid}_next"
        self._cutter = Cutter(config.dictionary)
        self._planner = Planner(self._cutter, dict(config.weights))
        self._access = (url, api_key or None)
        self._timeout_seconds = timeout_seconds
        self._clients = threading.local()
        self._pending: Receipt = Receipt()
        self._generation = UNASKED

    # Searching

    def search(self, query: Query) -> Results:
        """Find, count and order."""
        self._config.check(query)
        started = time.perf_counter()
        plan = self._planner.plan(query)
        with _guarded():
            results = self._answer(plan, query, query.match is not Match.ANY)
            if query.match is Match.LADDER and results.total < query.enough and plan.needs:
                results = replace(self._answer(plan, query, False), relaxed=True)
            generation = self._served_generation()
        return replace(results, took_ms=(time.perf_counter() - started) * 1000, generation=generation)

    def _answer(self, plan: Plan, query: Query, every_word: bool) -> Results:
        """One multi-search for figures and candidates; a second one only past the last candidate."""
        found = conditions(plan, query.filters, every_word)
        chosen = [f.field for f in query.facets if any(_chooses(c, f.field) for c in query.filters)]
        wanted = [*(f.field for f in query.facets if f.field not in chosen), *query.stats]
        asked = [_figures(found, wanted)]
        for name in chosen:
            others = [clause for clause in query.filters if not _chooses(clause, name)]
            asked.append(_figures(conditions(plan, others, every_word), [name]))
        listed = len(asked)
        asked += self._lists(plan, query, found, every_word)
        answers = self._ask(asked)
        total = answers[0]["totalHits"]
        cards = _cards(answers[listed:])
        if plan.needs and not query.sort:
            cards = self._page(ordered(plan, cards), query, found, total)
        return Results(
            hits=tuple(self._hit(one, plan, query) for one in cards),
            total=total,
            facets=_facets(query, answers[:listed]),
            stats=_stats(query, answers[0]),
            partial=any(answer.get("degraded") for answer in answers),
        )

    def _lists(self, plan: Plan, query: Query, found: list[str], every_word: bool) -> list[dict[str, Any]]:
        """The searches whose hits are the page itself or the candidates for it."""
        if not plan.needs or query.sort:
            place = {"offset": query.offset, "limit": query.per_page}
            return [_listing(found, **place, sort=_sort_of(query))]
        return [
            _listing(found + one.pop("filter", []), sort=["lot:asc"], **one) for one in candidates(plan, every_word)
        ]

    def _page(self, best: list[Card], query: Query, found: list[str], total: int) -> list[Card]:
        """The page out of the ordered candidates, and behind them the others in the order of their draw."""
        page = best[query.offset : query.offset + query.per_page]
        missing = min(query.per_page, total - query.offset) - len(page)
        if missing <= 0:
            return page
        rest = [*found, f"NOT {_among(one.id for one in best)}"] if best else found
        offset = max(0, query.offset - len(best))
        return page + _cards(self._ask([_listing(rest, offset=offset, limit=missing, sort=["lot:asc"])]))

    def _hit(self, one: Card, plan: Plan, query: Query) -> Hit:
        marked = () if query.without_spans else spans(plan, {**one.titles, **one.bodies})
        return Hit(one.id, covered(plan, one), marked)

    def _ask(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Several searches at once. An index that was never made is an empty one."""
        try:
            return self._client().multi_search([{"indexUid": self._uid, **one} for one in asked])["results"]
        except MeilisearchApiError as error:
            if error.code != "index_not_found":
                raise
            return [{"hits": [], "totalHits": 0, "facetDistribution": {}, "facetStats": {}} for _ in asked]

    def find_ids(self, queries: Sequence[Query]) -> list[list[int]]:
        """What several searches find first, ids only, in one request."""
        asked: list[dict[str, Any]] = []
        counts = []
        for query in queries:
            self._config.check(query)
            searches = _id_searches(self._planner.plan(query), query)
            asked += searches
            counts.append(len(searches))
        with _guarded():
            answers = iter(self._ask(asked) if asked else [])
        found = []
        for query, count in zip(queries, counts, strict=True):
            lists = [[hit["id"] for hit in next(answers)["hits"]] for _ in range(count)]
            turns = [one for turn in zip_longest(*lists) for one in turn if one is not None]
            found.append(list(dict.fromkeys(turns))[: query.per_page])
        return found

    # Writing

    def upsert(self, documents: Sequence[Document]) -> Receipt:
        """Put documents in; the server does it in the order asked, `wait` tells when."""
        with _guarded():
            self._settle()
            known = self._versions(self._uid, [document["id"] for document in documents])
            newest: dict[int, dict[str, Any]] = {}
            for document in documents:
                if document["version"] >= known.get(document["id"], document["version"]):
                    known[document["id"]] = document["version"]
                    newest[document["id"]] = self._stored(document)
            return self._accept(self._add(self._uid, list(newest.values())), len(documents))

    def delete(self, ids: Sequence[int]) -> Receipt:
        """Take documents out."""
        with _guarded():
            self._prepare(self._uid)
            return self._accept(self._remove(self._uid, ids), len(ids))

    def wait(self, receipt: Receipt, *, timeout_seconds: float = 30) -> State:
        """Wait until a write can be found."""
        deadline, client = time.monotonic() + timeout_seconds, self._client(WRITE_SECONDS)
        with _guarded():
            for task in receipt.tasks:
                left_ms = max(0, int((deadline - time.monotonic()) * 1000))
                try:
                    done = client.wait_for_task(task, timeout_in_ms=left_ms, interval_in_ms=20)
                except MeilisearchTimeoutError:
                    return State.WAITING
                if done.status != "succeeded":
                    return State.FAILED
        return State.DONE

    def rebuild(self, documents: Iterable[Document]) -> Receipt:
        """Fill the next index, swap it in, and carry over what was written to the old one meanwhile."""
        accepted = 0
        with _guarded():
            self._prepare(self._uid)
            before = self._all_versions(self._uid)
            self._finish([self._client(WRITE_SECONDS).delete_index(self._next).task_uid], may_fail=True)
            self._prepare(self._next)
            for some in _batched(documents, BATCH):
                self._finish(self._add(self._next, [self._stored(document) for document in some]))
                accepted += len(some)
            now = self._carry_over(self._uid, self._next, before)
            swap = self._client(WRITE_SECONDS).swap_indexes([{"indexes": [self._uid, self._next]}])
            self._finish([swap.task_uid])
            self._carry_over(self._next, self._uid, now)
            self._finish([self._client(WRITE_SECONDS).delete_index(self._next).task_uid])
            self._generation = UNASKED
        return Receipt(accepted=accepted)

    def drop(self) -> None:
        """Remove the index and everything in it: for scratch platforms."""
        with _guarded():
            client = self._client(WRITE_SECONDS)
            self._finish([client.delete_index(name).task_uid for name in (self._uid, self._next)], may_fail=True)

    def _carry_over(self, old: str, new: str, since: dict[int, int]) -> dict[int, int]:
        """Bring the writes that reached `old` since then to `new`. Returns the versions in `old` now."""
        now, there = self._all_versions(old), self._all_versions(new)
        index = self._client(WRITE_SECONDS).index(old)
        newer = [one for one, version in now.items() if version > max(there.get(one, 0), since.get(one, 0))]
        for some in _batched(newer, BATCH):
            answer = index.get_documents({"filter": _among(some), "limit": BATCH})
            self._finish(self._add(new, [vars(document) for document in answer.results]))
        gone = [one for one in since if one not in now]
        self._finish(self._remove(new, gone))
        return now

    def _stored(self, document: Document) -> dict[str, Any]:
        return stored(card(document, self._config, self._cutter), document, self._config)

    def _add(self, uid: str, documents: list[dict[str, Any]]) -> list[int]:
        self._prepare(uid)
        index = self._client(WRITE_SECONDS).index(uid)
        return [index.add_documents(list(some)).task_uid for some in _batched(documents, BATCH)]

    def _remove(self, uid: str, ids: Sequence[int]) -> list[int]:
        index = self._client(WRITE_SECONDS).index(uid)
        wanted = (_among(some) for some in _batched(ids, BATCH))
        return [index.delete_documents(filter=one).task_uid for one in wanted]

    def _accept(self, tasks: list[int], accepted: int) -> Receipt:
        self._pending = Receipt(tuple(tasks), accepted)
        return self._pending

    def _settle(self) -> None:
        """Let our own last write be done, so that versions read now are the newest."""
        self.wait(self._pending, timeout_seconds=TASK_SECONDS)
        self._pending = Receipt()

    def _finish(self, tasks: list[int], may_fail: bool = False) -> None:
        state = self.wait(Receipt(tuple(tasks)), timeout_seconds=TASK_SECONDS)
        if state is not State.DONE and not may_fail:
            raise SearchUnavailable(f"a write to the search server is {state.value}: tasks {tasks}")

    def _prepare(self, uid: str) -> None:
        """Make the index with its settings unless it is there."""
        client = self._client(WRITE_SECONDS)
        try:
            client.get_raw_index(uid)
        except MeilisearchApiError as error:
            if error.code != "index_not_found":
                raise
            self._finish([client.create_index(uid, {"primaryKey": "id"}).task_uid], may_fail=True)
            task = client.index(uid).update_settings(settings_of(self._config, CUTOFF_MS))
            self._finish([task.task_uid])

    # Looking after

    def health(self) -> Health:
        """How the server is. Never raises."""
        try:
            with _guarded():
                self._prepare(self._uid)
                client, unfinished = self._client(), {"statuses": "enqueued,processing"}
                documents = client.index(self._uid).get_stats().number_of_documents
                waiting = len(client.get_tasks({"indexUids": self._uid, **unfinished}).results)
                return Health(True, documents, self._served_generation(), waiting)
        except SearchUnavailable as error:
            return Health(False, error=str(error))

    def ids_and_versions(self) -> dict[int, int]:
        """Every document's id and version."""
        with _guarded():
            self._prepare(self._uid)
            return self._all_versions(self._uid)

    def _all_versions(self, uid: str) -> dict[int, int]:
        found: dict[int, int] = {}
        index = self._client(WRITE_SECONDS).index(uid)
        while True:
            page = index.get_documents({"fields": ["id", "version"], "limit": 10_000, "offset": len(found)})
            found |= {document.id: document.version for document in page.results}
            if len(page.results) < 10_000:
                return found

    def _versions(self, uid: str, ids: Sequence[int]) -> dict[int, int]:
        self._prepare(uid)
        index = self._client(WRITE_SECONDS).index(uid)
        found: dict[int, int] = {}
        for some in _batched(ids, BATCH):
            page = index.get_documents({"fields": ["id", "version"], "filter": _among(some), "limit": BATCH})
            found |= {document.id: document.version for document in page.results}
        return found

    def _served_generation(self) -> str:
        """When the serving index was made, asked for once a minute; "" when there is none or the key may not ask."""
        name, asked = self._generation
        if time.monotonic() - asked > GENERATION_SECONDS:
            try:
                name = str(self._client().get_raw_index(self._uid)["createdAt"])
            except MeilisearchApiError:
                name = ""
            self._generation = (name, time.monotonic())
        return name

    def _client(self, timeout_seconds: float | None = None) -> meilisearch.Client:
        """This thread's client: one changes its headers during a call."""
        seconds = timeout_seconds or self._timeout_seconds
        kept = self._clients.__dict__.setdefault("by_timeout", {})
        if seconds not in kept:
            kept[seconds] = meilisearch.Client(*self._access, timeout=seconds)  # type: ignore[arg-type]
        return kept[seconds]


def _among(ids: Iterable[int]) -> str:
    return f"id IN [{', '.join(map(str, ids))}]"


def _listing(found: list[str], **place: Any) -> dict[str, Any]:
    return {"q": "", "filter": found, "attributesToRetrieve": ["card"], **place}


def _id_searches(plan: Plan, query: Query) -> list[dict[str, Any]]:
    """The searches whose ids, taken in turns, answer one query."""
    every_word = query.match is not Match.ANY
    found = conditions(plan, query.filters, every_word)
    place = {"limit": query.per_page, "sort": ["lot:asc"], "attributesToRetrieve": ["id"]}
    if not plan.needs:
        return [{**_listing(found), **place}]
    texts = candidates(plan, every_word)[:MAX_ID_SEARCHES]
    return [{**_listing(found + one.pop("filter", []), **one), **place} for one in texts]


def _figures(found: list[str], fields: Sequence[str]) -> dict[str, Any]:
    """A search for exact totals and counts only: `page` with `hitsPerPage` makes them exhaustive."""
    return {"q": "", "filter": found, "facets": list(fields), "page": 1, "hitsPerPage": 0}


def _sort_of(query: Query) -> list[str]:
    if query.sort is None:
        return ["lot:asc"]
    return [f"{query.sort.field}:{'desc' if query.sort.descending else 'asc'}", "lot:asc"]


def _chooses(clause: object, field: str) -> bool:
    return isinstance(clause, AnyOf) and clause.field == field


def _cards(answers: Iterable[dict[str, Any]]) -> list[Card]:
    dumped = dict.fromkeys(hit["card"] for answer in answers for hit in answer["hits"])
    return [Card.load(one) for one in dumped]


def _facets(query: Query, answers: list[dict[str, Any]]) -> dict[str, tuple[FacetValue, ...]]:
    counts: dict[str, dict[str, int]] = {}
    for answer in answers:
        counts |= answer.get("facetDistribution") or {}
    return {facet.field: facet_values(counts.get(facet.field, {}), facet) for facet in query.facets}


def _stats(query: Query, answer: dict[str, Any]) -> dict[str, Stats]:
    figures = answer.get("facetStats") or {}
    return {n: Stats(figures[n]["min"], figures[n]["max"]) for n in query.stats if n in figures}


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`; `itertools` has this from Python 3.12 on."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn what the client and the network say into the one error of the port."""
    try:
        yield
    except (MeilisearchError, requests.RequestException) as error:
        raise SearchUnavailable(f"the search server does not answer: {error}") from error
