"""The one shape in which a search is asked and answered, whichever engine does the work.

No filter strings, engine words or engine scores cross this port. What must hold for every engine:

- Words alone decide what is found; everything else only lifts the order.
- Filter values are codes: two values must not differ only by case, width or outer blanks.
- A path-valued field (class, region) carries every ancestor of the document's own place.
- Equal scores and equal sort values are ordered by `lot(id)`, a fixed draw: neither age nor name helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Protocol

WINDOW = 100
"""How many of the best candidates our own scorer puts in order; later hits follow in the engine's order."""

LOT_CEILING = 0.002


class Match(StrEnum):
    """Which words must occur. LADDER asks for all, and for any when fewer than `enough` are found."""

    ALL = "all"
    ANY = "any"
    LADDER = "ladder"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field has at least one of the values. Left out when the same field's facet is counted."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """The field has every one of the values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The field has none of the values; a document without the field passes."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """At least one value of the number field lies within both ends, which are included.

    With `unknown`, documents that state no value pass too. Without an end and without `unknown`, any
    stated value passes.
    """

    field: str
    gte: float | None = None
    lte: float | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Under:
    """The document's place is `path` or below it. Not left out of facet counts, so a tree can be walked."""

    field: str
    path: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether the number field is stated at all."""

    field: str
    stated: bool = True


Filter = AnyOf | AllOf | NoneOf | Range | Under | Flag


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts per value of a filter field, ordered by `count` (falling, then value) or by `value`."""

    field: str
    limit: int = 20
    order: str = "count"


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by a number field; documents without a value come last both ways."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One search. A blank text finds everything that the filters let through.

    `synonyms` names terms that occur in the text, each with what may stand for it: (term, others).
    `stats` names number fields whose smallest and largest value are wanted.
    `without_spans` saves the work of highlighting.
    """

    text: str = ""
    match: Match = Match.LADDER
    enough: int = 1
    filters: tuple[Filter, ...] = ()
    facets: tuple[Facet, ...] = ()
    stats: tuple[str, ...] = ()
    sort: Sort | None = None
    page: int = 1
    per_page: int = 20
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    without_spans: bool = False

    def __post_init__(self) -> None:
        if self.page < 1 or not 1 <= self.per_page <= 1000:
            raise ValueError("page starts at 1, per_page lies within 1 and 1000")

    @property
    def offset(self) -> int:
        """How many hits come before this page."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the original text of a field, end excluded, that answers a word of the query."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found: `score` is the share of the query it covers, 0 to 1, whatever else is indexed."""

    id: int
    score: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet and how many of the documents found have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The smallest and largest stated value among the documents found."""

    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits and the figures over all of them.

    `relaxed`: the ladder stepped down to any word. `partial`: the engine answered before it was done.
    """

    hits: tuple[Hit, ...]
    total: int
    exact_total: bool = True
    relaxed: bool = False
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    stats: Mapping[str, Stats] = field(default_factory=dict)
    partial: bool = False
    took_ms: float = 0.0
    generation: str = ""


class State(StrEnum):
    """What became of a write."""

    DONE = "done"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A write that the engine has accepted; `tasks` is the engine's own way of naming it."""

    tasks: tuple[int, ...] = ()
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """How an engine is: a sentence in `error` when it is not well."""

    ok: bool
    documents: int = 0
    generation: str = ""
    waiting: int = 0
    error: str = ""


class SearchUnavailable(Exception):
    """The engine cannot answer now; the message says what happened and what helps."""


class SearchMisused(ValueError):
    """A field was asked for that the collection does not declare, or in a way it does not allow."""


Document = Mapping[str, Any]
"""{"id": int, "version": int, "texts": {field: str}, "pinyin": [names], "filters": {field: [str]},
"numbers": {field: float | [float]}}; fields that say nothing may be left out."""


class Engine(Protocol):
    """One collection in one engine. Every method raises SearchUnavailable when the engine cannot answer."""

    def search(self, query: Query) -> Results:
        """Find, count and order. Raises: SearchMisused for an undeclared field."""

    def find_ids(self, queries: Sequence[Query]) -> list[list[int]]:
        """What several searches find first, ids only, in the engine's own order: cheap, for others to judge.

        Of each query its text, match (LADDER asks for every word), filters and `per_page` count.
        Raises: SearchMisused for an undeclared field.
        """

    def upsert(self, documents: Sequence[Document]) -> Receipt:
        """Put documents in; one with a smaller version than the stored one is passed over."""

    def delete(self, ids: Sequence[int]) -> Receipt:
        """Take documents out; ids that are not there are passed over."""

    def wait(self, receipt: Receipt, *, timeout_seconds: float = 30) -> State:
        """Wait until a write can be found."""

    def rebuild(self, documents: Iterable[Document]) -> Receipt:
        """Fill a new generation beside the serving one, then switch once; writes meanwhile are kept."""

    def health(self) -> Health:
        """How the engine is. Never raises."""

    def ids_and_versions(self) -> dict[int, int]:
        """Every document's id and version, to compare with the database."""


def lot(document_id: int) -> float:
    """The fixed draw that orders equals, in [0, 0.002): the same in every engine, blind to age and name."""
    digest = blake2b(str(document_id).encode(), digest_size=7).digest()
    return int.from_bytes(digest) / 2**56 * LOT_CEILING


def facet_values(counts: Mapping[str, int], facet: Facet) -> tuple[FacetValue, ...]:
    """Counts as the facet orders and limits them."""
    by_value = facet.order == "value"
    ordered = sorted(counts.items(), key=lambda item: item[0] if by_value else (-item[1], item[0]))
    return tuple(FacetValue(value, count) for value, count in ordered[: facet.limit] if count)
