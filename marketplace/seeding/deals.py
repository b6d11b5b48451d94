"""The demo world's inquiries: buyers fill baskets and ask, suppliers answer, decline, or let the time run out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from marketplace.catalog.models import Listing
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.quoting import answers, basket, queries, requests
from marketplace.quoting.models import Request
from marketplace.quoting.schemas import LineAnswer, NewBasketLine, NewRequest, QuoteForm

if TYPE_CHECKING:
    from marketplace.seeding.world import World

TAX_RATE = 13


def build(world: World, rows: list[dict[str, Any]], progress: Progress) -> None:
    """Send every inquiry and its answers."""
    task = progress.add_task("询价与答复", total=len(rows))
    for number, row in enumerate(rows):
        closes = world.now + timedelta(days=row["closes_in_days"], hours=number % 5)
        asked = min(closes - timedelta(days=8), world.now - timedelta(days=2, hours=number % 20))
        with clock.set_clock(asked), db.transaction():
            request_id = _ask(world, row, asked, closes)
        for place, answer in enumerate(row.get("answers", [])):
            at = asked + timedelta(hours=9 + 11 * place)
            if answer["state"] in ("submitted", "declined"):
                with clock.set_clock(at), db.transaction():
                    _answer(world, request_id, answer, at)
        progress.advance(task)


def _ask(world: World, row: dict[str, Any], at: datetime, closes: datetime) -> int:
    buyer = world.actors[row["buyer"]]
    lines = []
    for item in row["items"]:
        new = NewBasketLine(listing_id=world.listings[item["listing"]], quantity=item["quantity"])
        lines.append(basket.add_to_basket(new, by=buyer, at=at)[0].id)
    category = db.session().get(Listing, world.listings[row["items"][0]["listing"]]).emergency_categories[0]
    new = NewRequest(
        form_key=f"demo-{row['id']}",
        title=row["title"],
        purpose=row["text"],
        category=category,
        province=row["place"]["province"],
        city=row["place"].get("city") or "",
        wanted_on=clock.local(world.now + timedelta(days=row["wanted_in_days"])).date(),
        arrangement=row.get("mode") or "purchase",
        answer_by=closes,
        lines=lines,
    )
    request, _new = requests.send_request(new, by=buyer, at=at)
    return request.id


def _answer(world: World, request_id: int, answer: dict[str, Any], at: datetime) -> None:
    supplier = world.actors[answer["supplier"]]
    inquiry = queries.inquiry(request_id, supplier.organisation_id, at)
    if answer["state"] == "declined":
        answers.decline(inquiry, answer["reason"], by=supplier, at=at)
        return
    form = QuoteForm(
        valid_days=answer["validity_days"],
        tax_included=True,
        tax_rate=TAX_RATE,
        note=answer.get("note", ""),
        lines=_prices(inquiry.request, supplier, answer),
    )
    answers.submit_quote(inquiry, form, by=supplier, at=at)


def _prices(request: Request, supplier: Actor, answer: dict[str, Any]) -> list[LineAnswer]:
    said = []
    for line in queries.lines_of(request.id, supplier.organisation_id):
        listing = db.session().get(Listing, line.listing_id)
        if listing.price_min_fen is None:
            said.append(LineAnswer(skipped=True, note="需现场勘查后报价"))
            continue
        fen = round(listing.price_min_fen * answer["price_factor"] / 10_000) * 10_000 or listing.price_min_fen
        said.append(LineAnswer(price=fen, delivery_days=answer["lead_time_days"]))
    return said
