"""Plans and filters as tantivy queries, and the schema they run on."""

from __future__ import annotations

from collections.abc import Iterable

import tantivy
from tantivy import FieldType, Occur

from marketplace.search.collection import CollectionConfig
from marketplace.search.plan import Plan
from marketplace.search.port import (
    AllOf,
    AnyOf,
    Document,
    Filter,
    Flag,
    NoneOf,
    Range,
    SearchMisused,
    Under,
    lot,
)
from marketplace.search.scorer import Card
from marketplace.search.text import bigrams

LOT = "lot"
TITLE_LIFT = 1.0
BIGRAM_LIFT = 1.0

Q = tantivy.Query


def schema_of(config: CollectionConfig) -> tantivy.Schema:
    """The fields of a collection as tantivy keeps them."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("version", fast=True)
    builder.add_float_field(LOT, fast=True)
    builder.add_bytes_field("card", stored=True)
    for name in ("title", "words", "bigrams"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("pinyin", tokenizer_name="whitespace", index_option="basic")
    for name in config.filters:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in config.numbers:
        builder.add_float_field(name, fast=True)
    return builder.build()


def stored(card: Card, document: Document, config: CollectionConfig) -> tantivy.Document:
    """A document as tantivy keeps it. Raises: SearchMisused for fields the collection does not declare."""
    kept = tantivy.Document()
    kept.add_integer("id", card.id)
    kept.add_integer("version", card.version)
    kept.add_float(LOT, lot(card.id))
    kept.add_bytes("card", card.dump().encode())
    kept.add_text("title", " ".join(card.title_words))
    kept.add_text("words", " ".join(card.words))
    kept.add_text("bigrams", " ".join(bigrams(card.title + "\n" + card.body)))
    kept.add_text("pinyin", " ".join(card.pinyin))
    for name, value in config.filter_values(document):
        kept.add_text(name, value)
    for name, number in config.number_values(document):
        kept.add_float(name, number)
    return kept


class QueryBuilder:
    """Builds queries for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def ids(self, ids: Iterable[int]) -> Q:
        """The documents of these ids."""
        return Q.term_set_query(self._schema, "id", list(ids))

    def found(self, plan: Plan, filters: Iterable[Filter], every_word: bool) -> Q:
        """What is found: words and filters only."""
        clauses = [(Occur.Must, Q.const_score_query(self._filter(clause), 0.0)) for clause in filters]
        if plan.needs:
            wanted = self._all(plan) if every_word else self._any(plan)
            clauses += [(Occur.Must, one) for one in wanted]
        return Q.boolean_query(clauses) if clauses else Q.all_query()

    def lifted(self, found: Q, plan: Plan) -> Q:
        """The same documents; titles and pairs of characters lift their scores."""
        titles = [Q.boost_query(self._term("title", word), TITLE_LIFT) for word in plan.words]
        pairs = [Q.boost_query(self._term("bigrams", pair), BIGRAM_LIFT) for pair in plan.bigrams]
        return Q.boolean_query([(Occur.Must, found), *((Occur.Should, one) for one in titles + pairs)])

    def with_value(self, found: Q, field: str, value: float | None) -> Q:
        """Those of the documents whose number field has this value; None: states none."""
        clause = Flag(field, False) if value is None else Range(field, value, value)
        return Q.boolean_query([(Occur.Must, found), (Occur.Must, self._filter(clause))])

    def _all(self, plan: Plan) -> list[Q]:
        return [_any([self._every(words) for words in need.alternatives]) for need in plan.needs]

    def _any(self, plan: Plan) -> list[Q]:
        words = [self._term("words", word) for word in plan.any_words]
        others = [self._every(words) for words in plan.any_alternatives]
        said = [self._term("pinyin", word) for word in plan.any_pinyin]
        return [_any(words + others + said)]

    def _every(self, words: Iterable[str]) -> Q:
        terms = [self._term("words", word) for word in words]
        return terms[0] if len(terms) == 1 else Q.boolean_query([(Occur.Must, term) for term in terms])

    def _term(self, field: str, word: str) -> Q:
        return Q.term_query(self._schema, field, word, index_option="basic" if field == "pinyin" else "freq")

    def _filter(self, clause: Filter) -> Q:
        match clause:
            case AnyOf(field, values):
                return Q.term_set_query(self._schema, field, list(values)) if values else Q.empty_query()
            case AllOf(field, values):
                return _every([self._value(field, value) for value in values])
            case NoneOf(field, values):
                return _but([self._value(field, value) for value in values])
            case Under(field, path):
                return self._value(field, path)
            case Flag(field, stated):
                return Q.exists_query(field) if stated else _but([Q.exists_query(field)])
            case Range():
                return self._range(clause)
        raise SearchMisused(f"not a filter: {clause!r}")

    def _range(self, clause: Range) -> Q:
        ends = (clause.gte, clause.lte)
        stated = Q.exists_query(clause.field)
        if ends == (None, None):
            return Q.all_query() if clause.unknown else stated
        low, high = (None if end is None else float(end) for end in ends)
        within = Q.range_query(self._schema, clause.field, FieldType.Float, low, high)
        return _any([within, _but([stated])]) if clause.unknown else within

    def _value(self, field: str, value: str) -> Q:
        return Q.term_query(self._schema, field, value, index_option="basic")


def _any(queries: list[Q]) -> Q:
    return queries[0] if len(queries) == 1 else Q.boolean_query([(Occur.Should, one) for one in queries])


def _every(queries: list[Q]) -> Q:
    return Q.boolean_query([(Occur.Must, one) for one in [Q.all_query(), *queries]])


def _but(queries: list[Q]) -> Q:
    return Q.boolean_query([(Occur.Must, Q.all_query()), *((Occur.MustNot, one) for one in queries)])
