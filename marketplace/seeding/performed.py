"""The demo world's contracts: signed, delivered, inspected, disputed, rated, and called off a framework."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from marketplace.accounts import queries as accounts
from marketplace.awarding import queries as evaluation
from marketplace.contracts import calling, deliveries, disputes, drafting, inspecting, queries, rating, signing
from marketplace.contracts.models import Contract, ContractKind
from marketplace.contracts.schemas import (
    AnnounceForm,
    CallOffForm,
    CheckForm,
    DisputeForm,
    FrameworkForm,
    InspectionForm,
    RatingForm,
    StatementForm,
)
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.seeding.stories import Story, moment

if TYPE_CHECKING:
    from marketplace.seeding.world import World

MORNING, AFTERNOON, EVENING = time(10), time(14, 30), time(16, 30)


class Deal:
    """A contract between two sides, acted on in the past."""

    def __init__(self, world: World, contract_id: int, buyer: Actor, supplier: Actor) -> None:
        self.world, self.id, self.buyer, self.supplier = world, contract_id, buyer, supplier

    def at(self, told: float, hour: time = AFTERNOON) -> datetime:
        """What a row's number means."""
        return moment(self.world.now, told, hour)

    @contextmanager
    def doing(self, at: datetime) -> Iterator[Contract]:
        """A transaction of that time with the contract held."""
        with clock.set_clock(at), db.transaction():
            yield queries.contract(self.id, lock=True)

    def key(self, what: str) -> str:
        """A form key of this contract."""
        return f"demo-{self.id}-{what}"


def perform(story: Story) -> None:
    """Conclude the contract of the award and live through what its row tells."""
    told = story.row.get("contract")
    if told is None:
        return
    at = moment(story.world.now, told["drafted"], MORNING)
    with story.doing(at) as procurement:
        award = evaluation.awards_of(procurements.lots_of(procurement.id)[0].id)[0]
        row = drafting.conclude(procurement, award, by=story.buyer[0], at=at)
        deal = Deal(story.world, row.id, story.buyer[0], story.first_of(award.supplier_id))
    _sign(deal, told["offered"], told["signed"])
    for place, delivery in enumerate(told.get("delivery", [])):
        _deliver(deal, place, delivery)
    if "rating" in told:
        _rate(deal, told["rating"])
    if "dispute" in told:
        _dispute(deal, told["dispute"])


def framework(world: World, told: dict[str, Any]) -> None:
    """An agreement made outside, its check, and what was called off it."""
    buyer, supplier = world.actors[told["buyer"]], world.actors[told["supplier"]]
    at = moment(world.now, told["drafted"], MORNING)
    with clock.set_clock(at), db.transaction():
        seller = accounts.organisation(supplier.organisation_id)
        begins = _day(world, told["begins"])
        form = FrameworkForm(
            form_key=f"demo-{told['id']}", supplier=seller.name, kind=ContractKind.RESERVE, valid_from=begins,
            valid_until=begins + timedelta(days=365 * told["months"] // 12),
            **{name: told[name] for name in FrameworkForm.model_fields if name in told and name != "supplier"},
        )  # fmt: skip
        row, _new = drafting.begin_framework(form, seller, by=buyer, at=at)
    deal = Deal(world, row.id, buyer, supplier)
    _sign(deal, told["signed"], told["signed"])
    check = told["check"]
    at = deal.at(check["at"])
    with deal.doing(at) as row:
        kept = {name: check[name] for name in ("drill", "ready", "minutes", "text")}
        form = CheckForm(form_key=deal.key("check"), checked_on=clock.local(at).date(), **kept)
        calling.record_check(row, form, by=buyer, at=at)
    for place, order in enumerate(told.get("order", [])):
        _call_off(deal, place, order)


def _sign(deal: Deal, offered: float, signed: float) -> None:
    with deal.doing(at := deal.at(offered)) as row:
        version = signing.offer(row, by=deal.buyer, at=at)
    with deal.doing(at := deal.at(signed, EVENING)) as row:
        signing.accept(row, version.hash, by=deal.supplier, at=at)


def _call_off(deal: Deal, place: int, told: dict[str, Any]) -> None:
    with deal.doing(at := deal.at(told["ordered"], MORNING)) as row:
        form = CallOffForm(
            form_key=deal.key(f"order-{place}"), title=told["title"], place=told["place"], why=told["why"],
            within_days=told["within"], quantities=_quantities(row, told["quantities"]),
        )  # fmt: skip
        order, _new = calling.call_off(row, form, by=deal.buyer, at=at)
    called = Deal(deal.world, order.id, deal.buyer, deal.supplier)
    with called.doing(at := deal.at(told["confirmed"])) as row:
        text = queries.version(row.id, row.version).hash
        signing.accept(row, text, by=deal.supplier, at=at, with_password=False)
    _deliver(called, 0, {"step": 0, **told["delivery"]})


def _deliver(deal: Deal, place: int, told: dict[str, Any]) -> None:
    """Sent; received and judged when it is told when. Without quantities it brings everything."""
    with deal.doing(at := deal.at(told["sent"], MORNING)) as row:
        steps = queries.milestones_of(row.id)
        form = AnnounceForm(
            form_key=deal.key(f"delivery-{place}"), sent_on=_day(deal.world, told["sent"]),
            arrives_on=_day(deal.world, told["arrives"]), carrier=told["carrier"], tracking=told["tracking"],
            milestone_id=steps[told["step"]].id, completes=True, quantities=_quantities(row, told.get("quantities")),
        )  # fmt: skip
        deliveries.announce(row, form, by=deal.supplier, at=at)
    if "received" in told:
        with deal.doing(at := deal.at(told["received"])) as row:
            delivery = queries.delivery(row.id, place + 1)
            deliveries.receive(row, delivery, clock.local(at).date(), by=deal.buyer, at=at)
    if "judged" in told:
        with deal.doing(at := deal.at(told["judged"])) as row:
            form = InspectionForm(
                verdict=told.get("verdict", "accepted"), reason=told.get("reason", ""),
                redo_by=_day(deal.world, told["redo"]) if "redo" in told else None,
                findings={item.id: told["finding"] for item in queries.items_of(row.id)},
            )  # fmt: skip
            inspecting.judge(row, queries.delivery(row.id, place + 1), form, by=deal.buyer, at=at)


def _rate(deal: Deal, told: dict[str, Any]) -> None:
    sides = ((deal.buyer, told["buyer"]), (deal.supplier, told["supplier"]))
    for side, said in sides:
        with deal.doing(at := deal.at(told["at"])) as row:
            marks = {name: value for name, value in said.items() if name != "text"}
            rating.rate(row, RatingForm(text=said["text"], scores=marks), by=side, at=at)
    for side, words in ((deal.supplier, told["reply"]), (deal.buyer, told["buyer_reply"])):
        with deal.doing(at := deal.at(told["reply_at"])) as row:
            rating.reply(row, rating.rating_about(row, side.organisation_id), words, by=side, at=at)


def _dispute(deal: Deal, told: dict[str, Any]) -> None:
    opener, other = (deal.buyer, deal.supplier) if told["by"] == "buyer" else (deal.supplier, deal.buyer)
    with deal.doing(at := deal.at(told["opened"])) as row:
        form = DisputeForm(form_key=deal.key("dispute"), subject=told["subject"], delivery=1, text=told["text"])
        dispute, _new = disputes.open_dispute(row, form, by=opener, at=at)
    for by, when, words in ((other, "replied", "reply"), (deal.world.actors["operator"], "mediated", "mediation")):
        with deal.doing(at := deal.at(told[when])) as row:
            said = StatementForm(form_key=deal.key(words), text=told[words])
            disputes.state(row, queries.dispute(dispute.id, lock=True), said, by=by, at=at)


def _day(world: World, told: float) -> Any:
    return clock.local(moment(world.now, told, MORNING)).date()


def _quantities(row: Contract, told: list[Any] | None) -> dict[int, Any]:
    """By item; everything that is ordered when nothing is told."""
    items = queries.items_of(row.id)
    if told is None:
        return {item.id: item.quantity_milli / 1000 for item in items}
    return {item.id: amount for item, amount in zip(items, told, strict=True) if amount}
