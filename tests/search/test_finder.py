"""The breaker before the engine, and when an index must be built anew."""

import time

import pytest

from marketplace.kit import db
from marketplace.search import finder as finders
from marketplace.search.collection import CollectionConfig
from marketplace.search.finder import Finder
from marketplace.search.mirror import mirrors
from marketplace.search.port import Query, Results, SearchUnavailable
from marketplace.searching import CONFIG
from marketplace.settings import ROOT


class Engine:
    """Answers nothing after a while, or fails."""

    def __init__(self, seconds=0.0, broken=False):
        self.seconds, self.broken, self.asked = seconds, broken, 0

    def search(self, _query):
        self.asked += 1
        time.sleep(self.seconds)
        if self.broken:
            raise SearchUnavailable("broken")
        return Results((), 0)


@pytest.fixture
def make_finder(tmp_path):
    config = CollectionConfig.load(CONFIG, "products")
    return lambda engine: Finder(engine, config, ROOT / "search_config", tmp_path / "vocabulary.json")


def test_a_slow_engine_keeps_a_page_waiting(make_finder):
    engine = Engine()
    finder = make_finder(engine)
    finder.warm()
    engine.seconds = 1.1
    begun = time.monotonic()
    with pytest.raises(SearchUnavailable):
        finder.find(lambda: Query(text="生命探侧仪"))
    assert time.monotonic() - begun < 2


def test_a_failed_engine_is_asked_again_at_once(make_finder, monkeypatch):
    engine = Engine(broken=True)
    finder = make_finder(engine)
    for _n in range(5):
        with pytest.raises(SearchUnavailable):
            finder.find(lambda: Query(text="水泵"))
    assert engine.asked == finders.FAILURES_BEFORE_REST
    monkeypatch.setattr(finders.time, "monotonic", lambda: finder._resting_until + 1)
    engine.broken = False
    assert finder.find(lambda: Query(text="水泵")).results.total == 0


def test_a_broken_vocabulary_file_stops_search(make_finder, tmp_path):
    (tmp_path / "vocabulary.json").write_text("{not json", encoding="utf-8")
    assert make_finder(Engine()).suggest("水") == ()


def test_changed_search_settings_do_not_call_for_a_rebuild(context):
    mirror = mirrors()["products"]
    assert mirror.needs_rebuild()
    mirror.rebuild()
    assert not mirror.needs_rebuild()
    with db.transaction():
        mirror.state().fingerprint = "that of other settings"
    assert mirror.needs_rebuild()
