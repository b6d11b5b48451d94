"""What a collection consists of: its text, filter and number fields, read from search_config."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from math import isfinite
from pathlib import Path

from marketplace.search.port import AllOf, AnyOf, Document, Filter, NoneOf, Query, SearchMisused, Under

FORMAT = 1
"""Raised when the stored shape of a document changes, so that older generations are rebuilt."""

RESERVED = {"id", "version", "lot", "title", "words", "bigrams", "pinyin", "card"}


@dataclass(frozen=True)
class CollectionConfig:
    """The fields of a collection and the words its texts are cut with.

    `titles` are the text fields that count double. `weights` says how much a common word counts;
    a word of weight 0 is passed over when a query has other words.
    """

    name: str
    texts: tuple[str, ...]
    titles: frozenset[str]
    filters: tuple[str, ...]
    numbers: tuple[str, ...]
    dictionary: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        names = [*self.filters, *self.numbers]
        if len(set(names)) != len(names) or RESERVED & set(names) or not self.titles <= set(self.texts):
            raise ValueError(f"{self.name}: field names clash or a title is not among the texts")

    @classmethod
    def load(cls, folder: Path, name: str, spec_keys: Iterable[str] = ()) -> CollectionConfig:
        """Read `<name>.json` with the dictionary and common words beside it.

        `spec_keys` become number fields named with the file's `numbers_prefix`.
        """
        settings = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        keys = dict.fromkeys([*settings.get("spec_keys", ()), *spec_keys])
        specs = [settings["numbers_prefix"] + key for key in keys]
        return cls(
            name=name,
            texts=tuple(settings["texts"]),
            titles=frozenset(settings["titles"]),
            filters=tuple(settings["filters"]),
            numbers=(*settings["numbers"], *specs),
            dictionary=tuple(_lines(folder / "dictionary.txt")),
            weights=tuple(_weights(folder / "common_words.csv")),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever documents would be indexed differently."""
        shape = asdict(self) | {"titles": sorted(self.titles), "format": FORMAT, "weights": None}
        return blake2b(json.dumps(shape, sort_keys=True).encode(), digest_size=8).hexdigest()

    def filter_values(self, document: Document) -> Iterator[tuple[str, str]]:
        """Every (field, value) of a document's filters, each once."""
        for name, values in document.get("filters", {}).items():
            self._check("filter", name, self.filters)
            yield from ((name, value) for value in dict.fromkeys(values) if value)

    def number_values(self, document: Document) -> Iterator[tuple[str, float]]:
        """Every (field, number) of a document, each once. Raises: SearchMisused for what is not a number."""
        for name, given in document.get("numbers", {}).items():
            self._check("number", name, self.numbers)
            for number in dict.fromkeys(given if isinstance(given, list | tuple) else [given]):
                if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
                    raise SearchMisused(f"{name} is a number field, not {number!r}")
                yield name, float(number)

    def check(self, query: Query) -> None:
        """Raises: SearchMisused when the query names a field that is not declared for that use."""
        for clause in query.filters:
            self._check_filter(clause)
        for facet in query.facets:
            self._check("facet", facet.field, self.filters)
        for name in (*query.stats, *([query.sort.field] if query.sort else ())):
            self._check("number", name, self.numbers)

    def _check_filter(self, clause: Filter) -> None:
        if isinstance(clause, AnyOf | AllOf | NoneOf | Under):
            self._check("filter", clause.field, self.filters)
        else:
            self._check("number", clause.field, self.numbers)

    def _check(self, use: str, name: str, allowed: tuple[str, ...]) -> None:
        if name not in allowed:
            raise SearchMisused(f"{self.name} has no {use} field {name!r}")


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def _weights(path: Path) -> list[tuple[str, float]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["word"], float(row["weight"])) for row in csv.DictReader(file)]
