"""What every engine promises about writing and rebuilding, held against each of them."""

from __future__ import annotations

import threading

import pytest

from marketplace.search.port import Facet, Match, Query, SearchUnavailable, State
from tests.search.worlds import document


def ids(engine, text="", **more) -> list[int]:
    return [hit.id for hit in engine.search(Query(text, **{"per_page": 100} | more)).hits]


# Writing


def test_the_newest_version_stays_whatever_comes_later(filled):
    engine = filled([document(1, "灭火器", version=5)])

    engine.wait(engine.upsert([document(1, "旧名", version=4)]))
    assert ids(engine, "灭火器") == [1]
    several = [document(1, "同版", version=5), document(1, "新名", version=6), document(1, "旧名", version=4)]
    engine.wait(engine.upsert(several))
    assert ids(engine, "新名", match=Match.ALL) == [1]
    assert engine.ids_and_versions() == {1: 6}


def test_what_is_deleted_is_gone_and_can_come_back(filled):
    engine = filled([document(1, "灭火器"), document(2, "消火栓")])

    assert engine.wait(engine.delete([1, 77])) is State.DONE
    assert ids(engine) == [2]
    engine.wait(engine.upsert([document(1, "灭火器")]))
    assert set(ids(engine)) == {1, 2}
    assert engine.wait(engine.delete([])) is State.DONE


def test_a_thousand_documents_arrive_in_one_batch(filled):
    engine = filled([document(n, f"水带 {n}") for n in range(1, 1001)])

    assert engine.search(Query("水带")).total == 1000
    assert engine.ids_and_versions() == dict.fromkeys(range(1, 1001), 1)
    health = engine.health()
    assert health.ok and health.documents == 1000 and not health.error


def test_an_engine_that_never_saw_a_document_finds_nothing(engine):
    results = engine.search(Query("灭火器", facets=(Facet("kind"),), stats=("price",)))

    assert (results.hits, results.total, results.facets["kind"], results.stats) == ((), 0, (), {})
    assert engine.ids_and_versions() == {}
    assert engine.health().ok


def test_another_process_or_thread_sees_what_one_has_written(make_engine, filled):
    filled([document(1, "灭火器")])
    other = make_engine()
    assert ids(other) == [1]
    other.wait(other.upsert([document(2, "消火栓")]))

    assert set(ids(make_engine())) == {1, 2}


# Rebuilding


def test_a_rebuild_replaces_everything_and_changes_the_generation(filled):
    engine = filled([document(1, "灭火器"), document(2, "消火栓")])
    before = engine.search(Query())

    engine.wait(engine.rebuild(iter([document(2, "消火栓", version=2), document(3, "水带")])))
    after = engine.search(Query())

    assert {hit.id for hit in after.hits} == {2, 3}
    assert before.generation and after.generation and before.generation != after.generation
    assert engine.ids_and_versions() == {2: 2, 3: 1}


def test_what_is_written_during_a_rebuild_is_not_lost(filled):
    engine = filled([document(n, "旧水带") for n in (1, 2, 3)])

    def rows():
        yield document(1, "水带一", version=1)
        engine.wait(engine.upsert([document(1, "水带一 加急", version=2), document(4, "水带四")]))
        engine.wait(engine.delete([2]))
        yield document(2, "水带二", version=1)
        yield document(3, "水带三", version=1)
        engine.wait(engine.upsert([document(3, "水带三 加急", version=2)]))

    engine.wait(engine.rebuild(rows()))

    assert engine.ids_and_versions() == {1: 2, 3: 2, 4: 1}
    assert set(ids(engine, "加急", match=Match.ALL)) == {1, 3}


def test_a_rebuild_that_breaks_off_leaves_the_old_generation_serving(filled):
    engine = filled([document(1, "灭火器")])

    def rows():
        yield document(2, "消火栓")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(rows())
    assert ids(engine) == [1]
    engine.wait(engine.rebuild([document(3, "水带")]))
    assert ids(engine) == [3]


@pytest.mark.live
def test_readers_never_see_an_empty_or_mixed_index_while_it_is_rebuilt(make_engine, filled):
    old, new = range(1, 201), range(1001, 1201)
    engine = filled([document(n, "灭火器") for n in old])
    seen, faults, done = [], [], threading.Event()

    def read():
        reader = make_engine()
        try:
            while not done.is_set():
                results = reader.search(Query("灭火器", per_page=100))
                seen.append((results.total, {hit.id > 1000 for hit in results.hits}))
        except SearchUnavailable as fault:
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for rows in (new, old, new):
        engine.wait(engine.rebuild(document(n, "灭火器") for n in rows))
    done.set()
    for thread in threads:
        thread.join()

    assert not faults
    assert {total for total, _ in seen} == {200}
    assert all(len(sides) == 1 for _, sides in seen)
