"""The demo world's sealed quotes: filled in as on the page, sealed, confirmed again, and opened by two officers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from marketplace.accounts import queries as accounts
from marketplace.bidding import closing, opening, prefill, quotes, typed
from marketplace.bidding import queries as bidding
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.procurement import participation, queries
from marketplace.procurement.models import Round
from marketplace.procurement.rules import may_open_from

if TYPE_CHECKING:
    from marketplace.seeding.stories import Story

QUOTED, OPENED = time(15), time(9, 30)


def quote(story: Story, told: dict[str, Any]) -> None:
    """A supplier registers, fills the form and submits it."""
    at = story.moment(told["at"], QUOTED)
    with story.doing(at):
        participation.register(story.id, by=story.world.actors[told["by"]], at=at)
    _send(story, told, at)


def final_price(story: Story, told: dict[str, Any], at: datetime) -> None:
    """The same offer at its last price."""
    first, *others = told["lines"]
    _send(story, {**told, "lines": [{**first, "price": told["final"]}, *others]}, at)


def _send(story: Story, told: dict[str, Any], at: datetime) -> None:
    supplier = story.world.actors[told["by"]]
    with story.doing(at) as procurement:
        asked = bidding.asked(procurement)
        key = _key(story, told, asked.round.number)
        filled = typed.read(_typed(story, told, asked, supplier, at), [], asked, supplier)
        if filled.data is None:
            raise ValueError(f"{key}: {filled.errors}")
        quotes.submit(quotes.seal_content(filled.data, key, asked, by=supplier), by=supplier, arrived=at, at=at)


def _key(story: Story, told: dict[str, Any], number: int | str) -> str:
    return f"demo-{story.row['id']}-{told['by']}-{number}"


def _typed(story: Story, told: dict[str, Any], asked: bidding.Asked, supplier: Actor, at: datetime) -> dict[str, str]:
    """The form as the supplier fills it: its listings answer what they can, and it promises the rest."""
    said = typed.fresh(asked) | {
        "lot-1-kind": told.get("kind", asked.procurement.arrangements[0]),
        "note": told.get("note", ""),
    }
    said |= {f"lot-1-{name}": value for name, value in told.get("terms", {}).items()}
    said |= {"small_enterprise": "1"} if told.get("small") else {}
    for n, party in enumerate(told.get("parties", [])):
        org = accounts.organisation(story.world.organisations[party["org"]])
        values = {
            "role": party["role"],
            "name": org.name,
            "uscc": org.uscc,
            "duties": party["duties"],
            "share": str(party["share"]),
        }
        said |= {f"party-{n}-{name}": value for name, value in values.items()}
    for n, step in enumerate(told.get("deliveries", [])):
        said |= {f"delivery-{n}-days": str(step["days"]), f"delivery-{n}-what": step["what"]}
    for place, line in enumerate(told["lines"]):
        values = {"price": line["price"], "days": str(line["days"]), "product": line.get("product", "")}
        values["listing"] = str(story.world.listings[line["listing"]]) if "listing" in line else ""
        said |= {f"lot-1-item-{place}-{name}": value for name, value in values.items() if value}
    said = prefill.fill(said, asked, supplier, clock.local(at).date())
    for place, item in enumerate(asked.lots[0].items):
        for n, _requirement in enumerate(item["requirements"]):
            said.setdefault(f"lot-1-item-{place}-req-{n}", "yes")
    return said


def confirm_again(story: Story, told: dict[str, Any]) -> None:
    """The supplier lets its quote stand for the amended request."""
    supplier = story.world.actors[told["by"]]
    at = story.moment(told["again"], QUOTED)
    with story.doing(at) as procurement:
        private = story.private_key(supplier, at)
        ready = quotes.seal_again(private, _key(story, told, "again"), bidding.asked(procurement), by=supplier)
        quotes.submit(ready, by=supplier, arrived=at, at=at)


def open_round(story: Story, opened: float | None) -> None:
    """Close the newest round; two officers give their shares if it is told when."""
    current = _closed(story)
    if opened is None:
        return
    for place, officer in enumerate(story.buyer[:2]):
        at = max(story.moment(opened, OPENED), may_open_from(current)) + place * timedelta(minutes=2)
        with story.doing(at):
            current = queries.current_round(story.id)
            mine = next(row for row, _user in queries.officers_of(current.id) if row.user_id == officer.user_id)
            opening.give_shares(current, mine, story.private_key(officer, at), by=officer, at=at)


def _closed(story: Story) -> Round:
    with db.reading():
        at = may_open_from(queries.current_round(story.id))
    with story.doing(at):
        current = queries.current_round(story.id)
        closing.close_round(current, at=at)
    return current
