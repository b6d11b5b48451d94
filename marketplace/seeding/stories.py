"""One procurement or framework of the demo world as its row tells it, and how to act in it at moments of the past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from marketplace.accounts import keys
from marketplace.accounts import queries as accounts
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries
from marketplace.procurement.models import Procurement

if TYPE_CHECKING:
    from marketplace.seeding.world import World


class Story:
    """One procurement as its row tells it, with the means to act in it at moments of the past."""

    def __init__(self, world: World, row: dict[str, Any]) -> None:
        self.world, self.row = world, row
        self.buyer = world.people[row["buyer"]]
        self.id = 0

    def moment(self, told: float, hour: time) -> datetime:
        """A whole number is a day at this hour in Shanghai, another one so many days from the moment of seeding."""
        return moment(self.world.now, told, hour)

    @contextmanager
    def doing(self, at: datetime) -> Iterator[Procurement]:
        """A transaction of that time; gives the procurement as it stands."""
        with clock.set_clock(at), db.transaction():
            yield queries.procurement(self.id)

    def private_key(self, actor: Actor, at: datetime) -> bytes:
        """A person's key; demo passwords are public."""
        return keys.ensure_key(accounts.user(actor.user_id), self.world.password, at)

    def first_of(self, organisation_id: int) -> Actor:
        """The administrator of an organisation."""
        return next(people[0] for people in self.world.people.values() if people[0].organisation_id == organisation_id)

    def person(self, name: str) -> Actor:
        """Somebody by organisation and place: "zz_yj.1"."""
        key, place = name.split(".")
        return self.world.people[key][int(place)]


def moment(now: datetime, told: float, hour: time) -> datetime:
    """What a row's number means, see `Story.moment`."""
    if isinstance(told, int):
        day = clock.local(now).date() + timedelta(days=told)
        return datetime.combine(day, hour, clock.SHANGHAI).astimezone(now.tzinfo)
    return (now + timedelta(days=told)).replace(second=0, microsecond=0)
