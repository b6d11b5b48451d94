"""Two at once, a thousand times each on both databases: what may happen once happens once, whoever is first."""

import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from benchmarks.timing import Figure, Line, line
from marketplace.accounts import keys
from marketplace.app import create_app
from marketplace.awarding import awarding
from marketplace.awarding.awarding import Share
from marketplace.awarding.models import LIVING, Award, AwardStatus
from marketplace.bidding import closing, quotes
from marketplace.bidding.models import ClosingManifest, SealedQuote, SealedStatus
from marketplace.kit import db
from marketplace.kit.errors import Refusal
from marketplace.preparing import prepare
from marketplace.procurement.models import Lot, LotStatus, Procurement, ProcurementStatus, Round
from marketplace.procurement.rules import DRAIN
from marketplace.settings import Settings
from tests.awarding.worlds import ready_to_award
from tests.bidding.tenders import content, make_tender, seal_and_submit
from tests.conftest import NOON
from tests.factories import postgres

TIMES = 1000
HEAD_START = 0.004
SEED = 4


@dataclass(frozen=True)
class Race:
    """Two deeds at once: `begin` puts the world back before each, `wrong` says what must not have happened, else ""."""

    name: str
    begin: Callable[[], Any]
    sides: tuple[Callable[[], Any], Callable[[], Any]]
    wrong: Callable[[list[Any]], str]


def judged(times: int = TIMES) -> Figure:
    """Goal: 0 wrong in 1,000 of each race, on SQLite and PostgreSQL."""
    lines, notes, wrong = list[Line](), list[str](), 0
    for kind in ("SQLite", "PostgreSQL"):
        if kind == "PostgreSQL" and (why := postgres.missing()):
            notes.append(f"PostgreSQL was skipped: {why}.")
            continue
        with _platform(kind) as app:
            for make in RACES:
                race = make()
                taken, found, first = _run(app, race, times)
                wrong += sum(found.values())
                lines.append(line(f"{kind}: {race.name}", taken))
                notes.append(
                    f"{kind}, {race.name}: {sum(found.values())} wrong {dict(found) or ''}; outcomes {dict(first)}"
                )
    return Figure("races", lines, f"{wrong} wrong", f"0 wrong in {times:,} each", not wrong, notes, {"times": times})


def award_award() -> Race:
    """Two of the buyer's people award one lot to different suppliers."""
    world = ready_to_award()

    def begin() -> None:
        db.session().exec(sa.delete(Award).where(Award.lot_id == world.lots[0].id))
        db.session().exec(sa.update(Lot).where(Lot.id == world.lots[0].id).values(status=LotStatus.OPEN))
        status = {"status": ProcurementStatus.EVALUATING}
        db.session().exec(sa.update(Procurement).where(Procurement.id == world.procurement.id).values(**status))

    def announce(place: int) -> str:
        lot = db.session().get(Lot, world.lots[0].id)
        awarding.announce(world.seat(), lot, [Share(world.quotes[place].id, "理由")], by=world.by, at=NOON)
        return "awarded"

    def wrong(said: list[Any]) -> str:
        awards = db.session().exec(select(Award).where(Award.lot_id == world.lots[0].id))
        living = sum(award.status in LIVING for award in awards)
        return "" if living == 1 and said.count("awarded") == 1 else f"{living} living awards"

    return Race("award / award", begin, (lambda: announce(2), lambda: announce(0)), wrong)


def accept_decline() -> Race:
    """The winner accepts while it also declines."""
    world = ready_to_award()
    with db.transaction():
        lot = db.session().get(Lot, world.lots[0].id)
        [award] = awarding.announce(world.seat(), lot, [Share(world.quotes[2].id)], by=world.by, at=NOON)

    def begin() -> None:
        values = {"status": AwardStatus.ANNOUNCED, "end_reason": "", "ended_at": None}
        db.session().exec(sa.update(Award).where(Award.id == award.id).values(**values))
        db.session().exec(sa.update(Lot).where(Lot.id == award.lot_id).values(status=LotStatus.AWARDED))
        status = {"status": ProcurementStatus.AWARDED}
        db.session().exec(sa.update(Procurement).where(Procurement.id == world.procurement.id).values(**status))

    def accept() -> str:
        awarding.accept(award, by=world.sells[2], at=NOON)
        return "accepted"

    def decline() -> str:
        awarding.decline(award, "产线检修", by=world.sells[2], at=NOON)
        return "declined"

    def wrong(said: list[Any]) -> str:
        status = db.session().get(Award, award.id).status
        told = [one for one in said if one in ("accepted", "declined")]
        return "" if told == [status.value] else f"told {told}, stands {status.value}"

    return Race("accept / decline an award", begin, (accept, decline), wrong)


def withdraw_close() -> Race:
    """A bidder withdraws at the last moment while the round is closed."""
    tender, standing = _tender_with_quote()

    def begin() -> None:
        db.session().exec(sa.delete(ClosingManifest).where(ClosingManifest.round_id == tender.tender.round_id))
        values = {"status": SealedStatus.SUBMITTED, "withdrawn_at": None}
        db.session().exec(sa.update(SealedQuote).where(SealedQuote.id == standing.id).values(**values))

    def withdraw() -> str:
        before = tender.until - timedelta(microseconds=1)
        quotes.withdraw(tender.tender.id, by=tender.by, arrived=before, at=before)
        return "withdrawn"

    def wrong(said: list[Any]) -> str:
        status = db.session().get(SealedQuote, standing.id).status
        size = closing.manifest_of(tender.tender.round_id).size
        listed, gone = size == 1, status == SealedStatus.WITHDRAWN
        return "" if listed != gone and gone == ("withdrawn" in said) else f"withdrawn {gone}, in the manifest {listed}"

    return Race("withdraw / close", begin, (withdraw, tender.close), wrong)


def submit_deadline() -> Race:
    """A quote whose last byte was here just before, or just after, the deadline is stored while the round is closed."""
    tender, standing = _tender_with_quote()
    with db.transaction():
        ready = quotes.seal_content(content(tender.tender), "race", tender.tender.asked(), by=tender.by)
        db.session().exec(sa.delete(SealedQuote).where(SealedQuote.id == standing.id))
    chance, late = random.Random(SEED), [False]

    def begin() -> None:
        late[0] = chance.random() < 0.2
        db.session().exec(sa.delete(ClosingManifest).where(ClosingManifest.round_id == tender.tender.round_id))
        db.session().exec(sa.delete(SealedQuote).where(SealedQuote.round_id == tender.tender.round_id))

    def submit() -> str:
        arrived = tender.until + timedelta(microseconds=0 if late[0] else -1)
        quotes.submit(ready, by=tender.by, arrived=arrived, at=tender.until)
        return "taken"

    def wrong(said: list[Any]) -> str:
        stored = len(closing.standing_quotes(tender.tender.round_id))
        size = closing.manifest_of(tender.tender.round_id).size
        taken = said.count("taken")
        if late[0] and (taken or stored):
            return "a late quote was taken"
        return "" if stored == size == taken else f"told {taken}, stored {stored}, in the manifest {size}"

    return Race("submit / deadline", begin, (submit, tender.close), wrong)


RACES: list[Callable[[], Race]] = [award_award, accept_decline, withdraw_close, submit_deadline]


@dataclass(frozen=True)
class _Closing:
    """A tender about to close."""

    tender: Any
    by: Any
    until: Any

    def close(self) -> str:
        """Write the manifest after the drain."""
        closing.close_round(db.session().get(Round, self.tender.round_id), at=self.until + DRAIN)
        return "closed"


def _tender_with_quote() -> tuple[_Closing, SealedQuote]:
    with db.transaction():
        tender = make_tender(NOON)
    with db.transaction():
        standing = seal_and_submit(tender, NOON)
        until = db.session().get(Round, tender.round_id).quotes_until
        return _Closing(tender, tender.actor(), until), standing


def _run(app: Flask, race: Race, times: int) -> tuple[list[float], Counter[str], Counter[str]]:
    """How long each turn took, what went wrong, and how turns ended."""
    chance = random.Random(SEED)
    taken, wrong, ended = list[float](), Counter[str](), Counter[str]()
    for _turn in range(times):
        with db.transaction():
            race.begin()
        begun = time.perf_counter()
        said = _at_once(app, race, [chance.uniform(0, HEAD_START), chance.uniform(0, HEAD_START)])
        taken.append((time.perf_counter() - begun) * 1000)
        with db.transaction():
            fault = race.wrong(said)
        fault = fault or next((f"{type(one).__name__}: {one}"[:80] for one in said if isinstance(one, Exception)), "")
        wrong.update([fault] if fault else [])
        ended.update([" + ".join(sorted(str(one) for one in said))])
    return taken, wrong, ended


def _at_once(app: Flask, race: Race, waits: list[float]) -> list[Any]:
    """What each side said: its word, the code of the refusal it met, or the fault that nobody foresaw."""
    ready, said = threading.Barrier(len(race.sides)), list[Any]([None] * len(race.sides))

    def act(place: int) -> None:
        ready.wait()
        time.sleep(waits[place])
        try:
            with app.app_context(), db.transaction():
                word = race.sides[place]()
            said[place] = word  # only what is committed is said
        except Refusal as refusal:
            said[place] = f"refused:{refusal.code}"
        except StaleDataError:
            said[place] = "refused:stale"
        except Exception as fault:
            said[place] = fault

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(race.sides))]
    [one.start() for one in threads]
    [one.join() for one in threads]
    return said


@contextmanager
def _platform(kind: str) -> Iterator[Flask]:
    folder = Path(tempfile.mkdtemp(prefix="marketplace-races-"))
    try:
        with patch.object(keys, "COST", (1, 8, 1)):
            if kind == "SQLite":
                with _opened(Settings(data_dir=folder, seed_demo=False)) as app:
                    yield app
                return
            with postgres.cluster() as cluster:
                settings = Settings(data_dir=folder, database_url=cluster.url(cluster.create()), seed_demo=False)
                with _opened(settings) as app:
                    yield app
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _opened(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        prepare(app, settings, seed=False)
        yield app
        db.database().engine.dispose()
