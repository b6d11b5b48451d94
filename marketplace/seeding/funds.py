"""The demo world's institutions: what applications for their products are judged by, and one that already holds an offer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from marketplace.catalog.models import Listing, ListingKind
from marketplace.financing import applications, products, queries, reviewing
from marketplace.financing.schemas import ApplicationForm, ItemForm, MessageForm, OfferForm, ProductForm
from marketplace.financing.sources import Beginning
from marketplace.kit import clock, db

if TYPE_CHECKING:
    from marketplace.seeding.world import World

BUYER = "zz_yj"
ANSWERED = ("D467", "D469")


def build(world: World, rows: list[dict[str, Any]], progress: Progress) -> None:
    """Fill in every product, then let a county office apply for a pump truck and two lessors answer."""
    task = progress.add_task("金融保险", total=len(rows) + 1)
    at, made = world.now - timedelta(days=5, hours=3), {}
    for row in rows:
        with clock.set_clock(at), db.transaction():
            listing = db.session().get(Listing, world.listings[row["listing"]])
            if listing.kind == ListingKind.FINANCE:
                form = ProductForm(**{**row, "open": True, "documents": "\n".join(row["documents"])})
                by = next(a for a in world.actors.values() if a.organisation_id == listing.owner_id)
                made[row["listing"]] = products.save_product(listing, form, revision=None, by=by, at=at).id
        progress.advance(task)
    if BUYER in world.actors and set(ANSWERED) <= set(made):
        _apply(world, [made[key] for key in ANSWERED])
    progress.advance(task)


def _apply(world: World, product_ids: list[int]) -> None:
    at, buyer = world.now - timedelta(days=4), world.actors[BUYER]
    form = ApplicationForm(
        form_key="demo-pump-truck", subject="funding", wanted=["finance_lease"], title="大流量排水抢险车 2 辆分期", amount_fen="360万",
        months="36", province="河南省", purpose="汛前列装两辆垂直供排水抢险车,租金列入年度预算分三年支付。",
        items=[ItemForm(name="大流量排水抢险车", class_code="3.4.6.01", quantity="2", unit="辆", price_fen="180万")],
    )  # fmt: skip
    with clock.set_clock(at), db.transaction():
        row, _new = applications.begin(form, Beginning(), by=buyer, at=at)
        sent = applications.send(row, product_ids, by=buyer, at=at)
    later = at + timedelta(days=1)
    offers = ({"rate": "4.2", "down": "10", "transfer_fen": "1000", "fee_fen": "1.8万"}, {"rate": "5.4", "down": "20"})
    for submission, terms in zip(sent, offers, strict=True):
        lessor = next(a for a in world.actors.values() if a.organisation_id == submission.institution_id)
        with clock.set_clock(later), db.transaction():
            offer = OfferForm(
                form_key=f"demo-offer-{submission.id}", kind="finance_lease", amount_fen="360万", months="36", every_months="3",
                valid_until=clock.local(world.now).date() + timedelta(days=20), conditions="设备验收后起租。", **terms,
            )  # fmt: skip
            held = queries.held(submission.id, lessor, institution=True)
            question = MessageForm(form_key=f"demo-ask-{submission.id}", text="请确认租金已列入年度部门预算。")
            answer = MessageForm(form_key=f"demo-answer-{submission.id}", text="已列入 2027 至 2029 年部门预算。")
            reviewing.ask(*held, question, by=lessor, at=later)
            applications.reply(*held, answer, by=buyer, at=later + timedelta(hours=3))
            reviewing.offer(*held, offer, by=lessor, at=later + timedelta(hours=6))
