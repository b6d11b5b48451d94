"""Awards, contracts, deliveries and frameworks for the tests of this room."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from marketplace.accounts.models import Organisation, OrganisationKind, User
from marketplace.awarding.models import Award, AwardStatus, Ranking
from marketplace.bidding.content import Delivery as PlannedDelivery
from marketplace.bidding.content import Line, LotQuote, Part, Party, QuoteContent
from marketplace.bidding.models import OpenedQuote, OpenedStatus, SealedQuote
from marketplace.contracts import calling, deliveries, drafting, inspecting, queries, signing
from marketplace.contracts.models import Contract, ContractKind
from marketplace.contracts.models_performance import Delivery, Verdict
from marketplace.contracts.schemas import AnnounceForm, CallOffForm, FrameworkForm, InspectionForm, NewItem
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procurement.models import Lot, LotStatus, Procurement, ProcurementStatus, Round
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member, make_organisation

DAY = timedelta(days=1)
PURCHASE = Part(kind="purchase", terms={"kind": "purchase"})
ITEMS = [
    {"name": "移动排水泵车", "class_code": "", "quantity": 10, "unit": "台", "note": "", "listing_id": None,
     "requirements": [{"name": "流量", "op": ">=", "value": 1000, "unit": "m³/h", "level": "hard"}]},
    {"name": "水带", "class_code": "", "quantity": 2.5, "unit": "千米", "note": "", "listing_id": None, "requirements": []},
]  # fmt: skip


@dataclass
class World:
    """A buyer, a supplier, and what was awarded; actors act, users sign in."""

    buyer: Organisation
    supplier: Organisation
    member: Organisation
    buys: Actor
    sells: Actor
    operates: Actor
    buyer_user: User
    supplier_user: User
    member_user: User
    operator_user: User
    procurement: Procurement | None = None
    award: Award | None = None
    quote: QuoteContent | None = None
    contracts: list[Contract] = field(default_factory=list)


def make_world(**award) -> World:
    """Commit a buyer, a supplier with a consortium member, an operator and an accepted award past its objection time."""
    with db.transaction():
        buyer = make_organisation(OrganisationKind.BUYER, "测试市应急管理局")
        supplier = make_organisation(OrganisationKind.SUPPLIER, "示例水泵制造有限公司")
        member = make_organisation(OrganisationKind.INSTITUTION, "示例财产保险公司")
        operator = make_organisation(OrganisationKind.OPERATOR, "平台运营")
        users = [make_member(org) for org in (buyer, supplier, member, operator)]
        world = World(
            buyer, supplier, member, make_actor(buyer, user=users[0]), make_actor(supplier, user=users[1]),
            make_actor(operator, user=users[3]), *users,
        )  # fmt: skip
        make_award(world, **award)
    return world


def make_quote(
    world: World, parts: list[Part] | None = None, prices: tuple[int | None, ...] = (100_000_00, 3_333_33), **more
) -> QuoteContent:
    """What the supplier sealed, for one lot."""
    lines = [Line(item=n, unit_price_fen=price, product=f"P-{n}", delivery_days=20) for n, price in enumerate(prices)]
    values = {
        "procurement": "CG1", "version": 1, "round": 1, "supplier_id": world.supplier.id, "supplier_name": world.supplier.name,
        "uscc": world.supplier.uscc, "user_id": world.supplier_user.id, "user_name": "测试员",
        "lots": [LotQuote(lot=1, parts=parts or [PURCHASE], lines=lines)], "valid_until": date(2027, 6, 1),
        "consortium": [Party(role="insurer", name=world.member.name, uscc=world.member.uscc, organisation_id=world.member.id)],
        "deliveries": [PlannedDelivery(after_days=10, what="首批交付"), PlannedDelivery(after_days=30, what="全部交付并培训")],
        **more,
    }  # fmt: skip
    return QuoteContent(**values)


def make_award(world: World, *, status: AwardStatus = AwardStatus.ACCEPTED, quantities: dict | None = None,
               objections_until: datetime | None = NOON - DAY, amount_fen: int = 1_008_333_33, payment_terms: str = "验收后30日内付款",
               acceptance_terms: str = "按采购文件逐项验收", items: list | None = None, period_months: int = 1, **quote) -> Award:  # fmt: skip
    """An award and everything under it; call inside a transaction."""
    stamps = {"created_at": NOON - 40 * DAY, "updated_at": NOON - 40 * DAY}
    procedure = procedures.newest("formal_rfq")
    world.procurement = _add(Procurement(
        owner_id=world.buyer.id, form_key=secrets.token_hex(8), number=f"CG{secrets.token_hex(4)}", status=ProcurementStatus.AWARDED,
        procedure_id=procedure.id, title="排水装备采购", place="城北仓库", version=1, period_months=period_months,
        payment_terms=payment_terms, acceptance_terms=acceptance_terms, objections_until=objections_until,
        created_by=world.buyer_user.id, **stamps,
    ))  # fmt: skip
    lot = _add(Lot(procurement_id=world.procurement.id, number=1, title="第一包", items=ITEMS if items is None else items,
                   status=LotStatus.AWARDED, updated_at=NOON))  # fmt: skip
    until = NOON - 20 * DAY
    round_ = _add(
        Round(
            procurement_id=world.procurement.id, quotes_until=until, opens_at=until, opened_at=until, created_at=until
        )
    )
    world.quote = make_quote(world, **quote)
    sealed = _add(SealedQuote(
        id=secrets.token_hex(16), round_id=round_.id, bidder_tag=secrets.token_hex(32), sequence=1, submission_key="k", version=1,
        envelope=b"", envelope_hash="", content_hash="", receipt="", signature="", arrived_at=until, updated_at=until,
    ))  # fmt: skip
    opened = _add(OpenedQuote(
        round_id=round_.id, quote_id=sealed.id, place=1, supplier_id=world.supplier.id, status=OpenedStatus.OPENED,
        content=world.quote.model_dump(mode="json"), totals={"1": amount_fen}, opened_at=until,
    ))  # fmt: skip
    ranking = _add(
        Ranking(lot_id=lot.id, round_id=round_.id, method="lowest", concluded_by=world.buyer_user.id, at=until)
    )
    world.award = _add(Award(
        lot_id=lot.id, opened_quote_id=opened.id, supplier_id=world.supplier.id, ranking_id=ranking.id, place=1,
        amount_fen=amount_fen, quantities=quantities or {}, status=status, announced_by=world.buyer_user.id,
        announced_at=NOON - 10 * DAY, updated_at=NOON - 9 * DAY,
    ))  # fmt: skip
    return world.award


def drafted(world: World, at: datetime = NOON, **more) -> Contract:
    """Commit the contract of the award, not offered yet."""
    with db.transaction():
        return drafting.conclude(world.procurement, world.award, by=world.buys, at=at, **more)


def in_force(world: World, at: datetime = NOON, row: Contract | None = None) -> Contract:
    """Commit a contract both have signed."""
    row = row or drafted(world, at)
    with db.transaction():
        row = queries.contract(row.id, lock=True)
        version = signing.offer(row, by=world.buys, at=at)
        signing.accept(row, version.hash, by=world.sells, at=at)
    return row


def key() -> str:
    """A fresh form key."""
    return secrets.token_hex(8)


def announce_form(at: datetime, quantities: dict[int, float], **more) -> AnnounceForm:
    """A filled announcement."""
    day = clock.local(at).date()
    return AnnounceForm(**{"form_key": key(), "sent_on": day, "arrives_on": day, "quantities": quantities, **more})


def delivered(
    world: World, row: Contract, quantities: dict[int, float], at: datetime = NOON, received: bool = True, **more
) -> Delivery:
    """Commit a delivery on its way, or handed over."""
    with db.transaction():
        held = queries.contract(row.id, lock=True)
        delivery, _new = deliveries.announce(held, announce_form(at, quantities, **more), by=world.sells, at=at)
        if received:
            deliveries.receive(held, delivery, clock.local(at).date(), by=world.buys, at=at)
    return delivery


def judged(world: World, row: Contract, number: int, verdict: Verdict = Verdict.ACCEPTED, at: datetime = NOON, **more):
    """Commit the buyer's verdict on a delivery."""
    with db.transaction():
        held = queries.contract(row.id, lock=True)
        form = InspectionForm(verdict=verdict, **more)
        return inspecting.judge(held, queries.delivery(row.id, number), form, by=world.buys, at=at)


def all_of(row: Contract) -> dict[int, float]:
    """Everything ordered, by item id."""
    with db.reading():
        return {item.id: item.quantity_milli / 1000 for item in queries.items_of(row.id)}


def finished(world: World, at: datetime = NOON, row: Contract | None = None, received_after: int = 0) -> Contract:
    """Commit a contract performed to its end: one delivery for the first step, one that only completes the second."""
    row = row or in_force(world, at)
    with db.reading():
        steps = queries.milestones_of(row.id)
    then = at + received_after * DAY
    quantities = all_of(row)
    for number, step in enumerate(steps, 1):
        delivered(world, row, quantities if number == 1 else {}, then, milestone_id=step.id, completes=True)
        judged(world, row, number, at=then)
    with db.reading():
        return queries.contract(row.id)


def framework_form(world: World, **more) -> FrameworkForm:
    """A filled form of a framework for a year."""
    today = clock.local(NOON).date()
    values = {
        "form_key": key(), "supplier": world.supplier.name, "kind": ContractKind.RESERVE, "title": "沙袋协议储备", "basis": "2026年入围结果",
        "valid_from": today, "valid_until": today + 365 * DAY, "payment_terms": "按单结算", "acceptance_terms": "逐批验收",
        "response_hours": 6,
        "items": [NewItem(name="沙袋", unit="条", quantity=1000, price=500), NewItem(name="雨衣", unit="件", price=10_000)], **more,
    }  # fmt: skip
    return FrameworkForm(**values)


def framework(world: World, at: datetime = NOON, **more) -> Contract:
    """Commit a framework in force."""
    with db.transaction():
        row, _new = drafting.begin_framework(framework_form(world, **more), world.supplier, by=world.buys, at=at)
    return in_force(world, at, row)


def call_off(world: World, row: Contract, quantities: dict[int, float], at: datetime = NOON, **more) -> Contract:
    """Commit an order."""
    with db.transaction():
        form = CallOffForm(
            **{
                "form_key": key(),
                "title": "防汛调用",
                "place": "城东",
                "within_days": 1,
                "quantities": quantities,
                **more,
            }
        )
        return calling.call_off(queries.contract(row.id, lock=True), form, by=world.buys, at=at)[0]


def _add(row):
    db.session().add(row)
    db.session().flush()
    return row
