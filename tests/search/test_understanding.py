"""What typed queries are taken to mean."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.search.embedded import EmbeddedEngine
from marketplace.search.port import Match, Query
from marketplace.search.text import Cutter, normalise
from marketplace.search.understanding import Change, Reader, Synonyms, Why, ask
from marketplace.search.vocabulary import Neighbours, Term, Vocabulary, one_error_apart
from tests.search.worlds import CONFIG, document

SETTINGS = Path(__file__).parents[2] / "search_config"
SYNONYMS = Synonyms([["龙吸水", "大流量排水抢险车", "排涝车"], ["AED", "自动体外除颤器"], ["空呼", "正压式空气呼吸器"]])
TERMS = [
    Term("生命探测仪", 40, "class"),
    Term("生命探测雷达", 5, "class"),
    Term("灭火器", 90, "class"),
    Term("大流量排水抢险车", 12, "class"),
    Term("正压式空气呼吸器", 30, "class"),
    Term("石棉毯", 2, "class"),
    Term("AED", 7, "synonym"),
    Term("长江牌多气体检测仪 SM-2000X", 1, "name"),
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.build(TERMS)


@pytest.fixture(scope="module")
def reader(vocabulary) -> Reader:
    return Reader(vocabulary, SYNONYMS, Cutter())


@pytest.mark.parametrize(
    ("typed", "read_as", "why"),
    [
        ("shengmingtanceyi", "生命探测仪", Why.PINYIN),
        ("Sheng Ming Tan Ce Yi", "生命探测仪", Why.PINYIN),
        ("smtcy", "生命探测仪", Why.INITIALS),
        ("生命探策仪", "生命探测仪", Why.HOMOPHONE),
        ("声明探测仪", "生命探测仪", Why.HOMOPHONE),
        ("生名探测仪", "生命探测仪", Why.HOMOPHONE),
        ("生命测探仪", "生命探测仪", Why.TYPING),
        ("命探测仪", "生命探测仪", Why.TYPING),
        ("生命的探测仪", "生命探测仪", Why.TYPING),
        ("生命探查仪", "生命探测仪", Why.TYPING),
        ("滅火氣", "灭火器", Why.HOMOPHONE),
        ("mie huo qi", "灭火器", Why.PINYIN),
    ],
)
def test_pinyin_initials_and_typing_errors_are_read_as_the_term_meant(reader, typed, read_as, why):
    reading = reader.otherwise(typed)[0]

    assert reading.text == read_as and reading.typed == typed
    assert [change.why for change in reading.changes] == [why]


def test_only_the_mistaken_part_of_a_longer_query_is_changed(reader):
    [reading] = reader.otherwise("采购生命探策仪和sm-200x")

    assert reading.text == "采购生命探测仪和sm-2000x"
    assert reading.changes == (
        Change("生命探策仪", "生命探测仪", Why.HOMOPHONE),
        Change("sm-200x", "sm-2000x", Why.TYPING),
    )


@pytest.mark.parametrize(
    "typed", ["生命探测仪", "AED", "采购大流量排水抢险车两台", "的灭火器", "", "？", "x" * 100, "灭火", "100kw"]
)
def test_what_is_right_or_unknown_is_left_alone(reader, typed):
    assert reader.otherwise(typed) == []


def test_synonyms_are_symmetrical_and_do_not_cut_into_latin_words():
    assert SYNONYMS.within("租赁排涝车") == (("排涝车", ("龙吸水", "大流量排水抢险车")),)
    assert dict(SYNONYMS.within("aed 空呼")) == {"aed": ("自动体外除颤器",), "空呼": ("正压式空气呼吸器",)}
    assert SYNONYMS.within("saedx") == ()


def test_the_table_of_synonyms_is_well_formed_and_large():
    with (SETTINGS / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    groups = [[row["term"], *row["same_as"].split("|")] for row in rows]

    assert len(groups) >= 150
    assert all(row["source"] for row in rows)
    assert all(len(group) == len({normalise(term).text for term in group}) >= 2 for group in groups)
    assert all(term == term.strip() and term for group in groups for term in group)


def test_suggestions_come_by_text_pinyin_and_initials_with_most_documents_first(vocabulary):
    def suggested(typed):
        return [(one.text, one.via) for one in vocabulary.suggest(typed)]

    assert suggested("生命") == [("生命探测仪", "text"), ("生命探测雷达", "text")]
    assert suggested("sheng") == [("生命探测仪", "pinyin"), ("生命探测雷达", "pinyin")]
    assert suggested("SMT") == [("生命探测仪", "initials"), ("生命探测雷达", "initials"), ("石棉毯", "initials")]
    assert suggested("ae") == [("AED", "text")]
    assert suggested("滅火") == [("灭火器", "text")]
    assert suggested(" ") == suggested("火星") == []
    assert vocabulary.suggest("生", 1)[0].count == 40


def test_a_vocabulary_is_the_same_after_saving(vocabulary, tmp_path):
    vocabulary.save(tmp_path / "vocabulary.json")
    loaded = Vocabulary.load(tmp_path / "vocabulary.json")

    assert len(loaded) == len(vocabulary)
    assert loaded.suggest("s") == vocabulary.suggest("s")
    assert Reader(loaded, SYNONYMS, Cutter()).otherwise("生命探策仪")[0].text == "生命探测仪"


def edits(word, alphabet):
    for i in range(len(word) + 1):
        yield from (word[:i] + c + word[i:] for c in alphabet)
        if i < len(word):
            yield word[:i] + word[i + 1 :]
            yield from (word[:i] + c + word[i + 1 :] for c in alphabet)
            yield word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]


words = st.text(alphabet="abc", min_size=1, max_size=6)


@given(words, words)
def test_one_error_apart_is_what_one_edit_makes(one, other):
    assert one_error_apart(one, other) == (one != other and other in set(edits(one, "abc")))


@given(st.lists(words, unique=True, max_size=30), words)
def test_neighbours_are_all_the_words_one_error_away(known, word):
    assert Neighbours(known).of(word) == {other for other in known if one_error_apart(word, other)}


def test_nothing_is_changed_while_the_words_as_typed_find_something(tmp_path, reader):
    engine = EmbeddedEngine(tmp_path, CONFIG)
    engine.upsert([document(1, "生命探测仪"), document(2, "大流量排水抢险车"), document(3, "探索策略仪器")])

    meant = ask(engine, reader, Query("生命探策仪"))
    assert [hit.id for hit in meant.results.hits] == [1]
    assert meant.reading.changes == (Change("生命探策仪", "生命探测仪", Why.HOMOPHONE),)
    assert not meant.results.relaxed

    insisted = ask(engine, reader, Query("生命探策仪"), insist=True)
    assert insisted.reading.changes == () and insisted.results.relaxed
    assert [hit.id for hit in ask(engine, reader, Query("龙吸水")).results.hits] == [2]
    right = ask(engine, reader, Query("生命探测仪"))
    assert right.reading.changes == () and right.results.total == 1
    strict = ask(engine, reader, Query("生命探策仪", match=Match.ALL))
    assert strict.results.total == 0 and strict.reading.changes == ()
    assert ask(engine, reader, Query("")).results.total == 3
