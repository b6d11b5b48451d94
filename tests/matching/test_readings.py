"""What listings say is read once, kept, and read again only when the words or the rules are others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.catalog import actions as catalog
from marketplace.catalog.models import Listing
from marketplace.kit import clock, db
from marketplace.matching import changes, prepared, readings
from marketplace.matching.knowledge import knowledge
from marketplace.matching.models import ListingReading
from tests.conftest import NOON
from tests.matching.worlds import add_listing, make_world
from tests.needs.worlds import rows

pytestmark = pytest.mark.usefixtures("context", "at_noon")


@pytest.fixture
def reads(monkeypatch):
    """The names of the listings that were read from their words, in order."""
    told: list[str] = []
    read = readings.read
    monkeypatch.setattr(readings, "read", lambda row, known: told.append(row.model) or read(row, known))
    return told


def forget():
    """Empty this process's memory, as a new process begins."""
    prepared._kept.clear()


def ready(world):
    """The world's listings, ready to be judged."""
    with db.reading():
        return prepared.prepare([row.id for row in world.listings], knowledge(), clock.today())


def test_a_new_process_reads_again_what_is_kept(reads):
    world = make_world(2)
    changes.drain(changes.engine(), at=NOON)
    assert sorted(reads) == ["LK-0", "LK-1"] and len(rows(ListingReading)) == 2
    reads.clear()
    forget()
    assert len(ready(world)) == 2 and reads == []


def test_what_is_kept_differs_from_what_is_read():
    world = make_world(1)
    forget()
    fresh = ready(world)
    readings.keep([world.listings[0].id], knowledge(), at=NOON)
    forget()
    assert ready(world) == fresh


def test_a_listing_with_other_words_is_judged_by_the_old_ones(reads):
    world = make_world(1)
    changes.drain(changes.engine(), at=NOON)
    (before,) = ready(world).values()
    with db.transaction() as session:
        session.get(Listing, world.listings[0].id).summary = "车载式照明灯塔"
    reads.clear()
    forget()
    (after,) = ready(world).values()
    assert "照明灯塔" in after.offer.headline and "照明灯塔" not in before.offer.headline and reads == ["LK-0"]


def test_other_rules_take_what_the_old_ones_read(reads):
    world = make_world(1)
    changes.drain(changes.engine(), at=NOON)
    reads.clear()
    with db.reading() as session:
        row, held = session.get(Listing, world.listings[0].id), session.get(ListingReading, world.listings[0].id)
        readings.kept(row, held, knowledge())
        assert reads == []
        readings.kept(row, held, replace(knowledge(), rules="others"))
        assert reads == ["LK-0"]


def test_the_job_leaves_a_listing_unread_or_reads_it_twice(app, reads):
    world = make_world(1)
    add_listing(world, model="LK-7")
    soon = clock.now() + timedelta(seconds=30)
    assert readings.keep_missing(app, soon) == 2 and sorted(reads) == ["LK-0", "LK-7"]
    assert readings.keep_missing(app, soon) == 0


def test_the_job_reads_beyond_its_time(app, reads):
    make_world(1)
    assert readings.keep_missing(app, clock.now()) == 0 and reads == []


def test_a_hidden_listing_is_read_before_anybody_may_see_it(app):
    world = make_world(1)
    with db.transaction() as session:
        catalog.withdraw_listing(session.get(Listing, world.listings[0].id), by=world.needs.sells[0], at=NOON)
    assert readings.keep_missing(app, clock.now() + timedelta(seconds=30)) == 0
