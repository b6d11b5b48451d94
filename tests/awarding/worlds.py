"""Procurements whose quotes are opened, for the tests of this room: rows as the rooms below leave them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from itertools import count

from marketplace.accounts.models import Organisation, OrganisationKind, User
from marketplace.awarding import compliance, concluding, queries, sheets
from marketplace.awarding.compliance import Decision
from marketplace.awarding.models import Conflict, Outcome, PanelMember
from marketplace.awarding.queries import Seat
from marketplace.bidding import content
from marketplace.bidding.content import Answer, Line, LotQuote, Meets, Part, QuoteContent
from marketplace.bidding.models import OpenedQuote, OpenedStatus, SealedQuote
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procurement.models import Lot, Participant, Procurement, ProcurementStatus, Round
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member, make_organisation, make_user

_numbers = count(1)
FLOW = {
    "name": "额定流量",
    "key": "flow",
    "op": ">=",
    "value": 3000,
    "high": None,
    "unit": "m³/h",
    "level": "hard",
    "words": "",
}
HEAD = {"name": "扬程", "key": "", "op": ">=", "value": 15, "high": None, "unit": "m", "level": "scored", "words": ""}
CRITERIA = [
    {"key": "price", "name": "价格", "kind": "price", "points": 30, "how": ""},
    {"key": "c1", "name": "技术响应", "kind": "scored", "points": 40, "how": "逐项打分"},
    {"key": "c2", "name": "售后与应急服务", "kind": "scored", "points": 30, "how": ""},
]


@dataclass
class World:
    """A buyer with a procurement in evaluation, and suppliers whose quotes are opened."""

    buyer: Organisation
    buyer_user: User
    by: Actor
    suppliers: list[Organisation] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    sells: list[Actor] = field(default_factory=list)
    judges: list[Actor] = field(default_factory=list)
    judge_users: list[User] = field(default_factory=list)
    procurement: Procurement = None
    lots: list[Lot] = field(default_factory=list)
    quotes: list[OpenedQuote] = field(default_factory=list)

    def seat(self, by: Actor | None = None) -> Seat:
        """Where the buyer, or somebody else, looks from now."""
        return queries.seat(self.procurement.id, by or self.by)

    def lot(self, n: int = 0) -> Lot:
        """The lot as it is now."""
        return db.session().get(Lot, self.lots[n].id, populate_existing=True)


def make_world(prices: Sequence[int | None] = (900_00, 1000_00, 800_00), code: str = "formal_rfq", *, lots: int = 1,
               items: int = 1, judges: int = 0, quantity: float = 2, criteria: Sequence[dict] = (), requirements: Sequence[dict] = (FLOW, HEAD),
               small: Sequence[int] = (), public: bool = True, budget: int | None = None) -> World:  # fmt: skip
    """Commit a procurement under a shipped procedure with one opened quote per price; None is a supplier without a quote."""
    with db.transaction():
        org = make_organisation(
            OrganisationKind.BUYER, "测试市应急管理局", contact_name="周明", phone="0510-0000000", address="测试路 1 号"
        )
        user = make_member(org)
        world = World(org, user, make_actor(org, user=user))
        for n, _price in enumerate(prices):
            seller = make_organisation(
                OrganisationKind.SUPPLIER, f"示例供应{n:02d}号有限公司", address=f"示例路 {n} 号"
            )
            world.suppliers.append(seller)
            world.users.append(make_member(seller))
            world.sells.append(make_actor(seller, user=world.users[-1]))
        world.procurement = _procurement(world, code, criteria, public)
        for n in range(lots):
            world.lots.append(_lot(world.procurement, n + 1, items, quantity, requirements, budget))
        _round(world, 1, [(n, price) for n, price in enumerate(prices) if price is not None], small)
        seat_judges(world, judges)
    return world


def seat_judges(world: World, number: int, conflict: Conflict = Conflict.NONE) -> list[PanelMember]:
    """Appoint experts from elsewhere who have declared; call inside a transaction."""
    found = []
    for _n in range(number):
        expert = make_user(name=f"评审{len(world.judges) + 1}")
        row = PanelMember(
            procurement_id=world.procurement.id, user_id=expert.id, expert=True, conflict=conflict,
            declared_at=None if conflict == Conflict.UNDECLARED else NOON, appointed_by=world.buyer_user.id, appointed_at=NOON,
        )  # fmt: skip
        db.session().add(row)
        db.session().flush()
        world.judge_users.append(expert)
        world.judges.append(Actor(expert.id, name=expert.name))
        found.append(row)
    return found


def quote_content(world: World, n: int, price: int, round_number: int = 1, *, answers: Sequence[Answer] | None = None,
                  lots: Sequence[int] = (), small: bool = False, listing_id: int | None = None, skip: Sequence[int] = ()) -> QuoteContent:  # fmt: skip
    """What a supplier quotes: one unit price for every item, meeting everything unless said otherwise."""
    supplier = world.suppliers[n]
    said = list(answers) if answers is not None else [
        Answer(requirement=0, meets=Meets.YES, offered="3200 m³/h"), Answer(requirement=1, meets=Meets.YES, offered="18 m"),
    ]  # fmt: skip
    numbers = lots or [lot.number for lot in world.lots]
    items = len(world.lots[0].items)
    lines = [
        Line(item=place, unit_price_fen=None if place in skip else price, product=f"泵车 {n}", delivery_days=10 + n, answers=said, listing_id=listing_id)
        for place in range(items)
    ]  # fmt: skip
    return QuoteContent(
        procurement=world.procurement.number, version=1, round=round_number, supplier_id=supplier.id, supplier_name=supplier.name,
        uscc=supplier.uscc, user_id=world.users[n].id, user_name="测试员", valid_until=date(2027, 3, 1), small_enterprise=small,
        lots=[LotQuote(lot=number, parts=[Part(kind="purchase")], lines=lines) for number in numbers],
    )  # fmt: skip


def open_quote(world: World, current: Round, said: QuoteContent, place: int) -> OpenedQuote:
    """An opened quote with what stood sealed before it; call inside a transaction."""
    number = next(_numbers)
    sealed = SealedQuote(
        id=f"{number:032d}", round_id=current.id, bidder_tag=sha256(str(number).encode()).hexdigest(), sequence=1,
        submission_key=f"k{number}", version=1, envelope=b"{}", envelope_hash="0" * 64, content_hash="0" * 64, receipt="",
        signature="", arrived_at=NOON, updated_at=NOON,
    )  # fmt: skip
    db.session().add(sealed)
    db.session().flush()
    asked = {lot.number: [float(item["quantity"]) for item in lot.items] for lot in world.lots}
    row = OpenedQuote(
        round_id=current.id, quote_id=sealed.id, place=place, supplier_id=said.supplier_id, status=OpenedStatus.OPENED,
        content=said.model_dump(mode="json"), opened_at=NOON,
        totals={str(one.lot): content.lines_fen(one, asked[one.lot]) for one in said.lots},
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return row


def final_round(world: World, *pairs: tuple[int, int]) -> list[OpenedQuote]:
    """Commit an opened second round with these suppliers and prices."""
    with db.transaction():
        return _round(world, 2, pairs, ())


def decide_all(world: World, rejected: Sequence[int] = (), at=NOON) -> None:
    """Commit: everybody complies but the suppliers named by place."""
    with db.transaction():
        seat = world.seat()
        compliance.prefill(seat, by=world.by, at=at)
        out = {world.suppliers[n].id for n in rejected}
        current = queries.evaluated_round(world.procurement)
        suppliers = {quote.id: quote.supplier_id for quote in world.quotes}
        for (quote_id, _lot), sheet in queries.compliances_of(current.id).items():
            bad = suppliers[quote_id] in out
            said = Decision({}, Outcome.REJECTED if bad else Outcome.COMPLIANT, "流量不足" if bad else "")
            compliance.decide(seat, sheet, said, by=world.by, at=at)


def score_all(world: World, points: Sequence[Sequence[tuple[int, int]]], lot: int = 0, at=NOON) -> None:
    """Commit every judge's sheet: for each judge, for each quote, the hundredths of c1 and c2."""
    for judge, given in zip(world.judges, points, strict=True):
        with db.transaction():
            seat = world.seat(judge)
            _current, quotes = sheets.to_score(seat, world.lot(lot))
            said = {q.id: {"c1": {"points": a}, "c2": {"points": b}} for q, (a, b) in zip(quotes, given, strict=True)}
            sheets.save(seat, world.lot(lot), said, submit=True, by=judge, at=at)


def concluded(world: World, lot: int = 0, text: str = "同意", at=NOON) -> concluding.Ranking:
    """Commit every judge's agreement and the conclusion."""
    for judge in world.judges:
        with db.transaction():
            proposal = concluding.propose(world.seat(judge), world.lot(lot))
            concluding.give_opinion(world.seat(judge), world.lot(lot), proposal.digest, True, "", by=judge, at=at)
    with db.transaction():
        proposal = concluding.propose(world.seat(), world.lot(lot))
        return concluding.conclude(world.seat(), world.lot(lot), proposal.digest, text, by=world.by, at=at)


def ready_to_award(prices: Sequence[int] = (900_00, 1000_00, 800_00), code: str = "formal_rfq", **more) -> World:
    """A world with a conclusion for every lot."""
    world = make_world(prices, code, judges=3 if code != "emergency_call" else 0, **more)
    decide_all(world)
    for n in range(len(world.lots)):
        concluded(world, n)
    return world


def _procurement(world: World, code: str, criteria: Sequence[dict], public: bool) -> Procurement:
    row = Procurement(
        owner_id=world.buyer.id, form_key=f"key-{next(_numbers)}", number=f"CG20261123-{next(_numbers):03d}",
        status=ProcurementStatus.EVALUATING, procedure_id=procedures.newest(code).id, title="城区排涝泵车采购", province="江苏省",
        city="徐州市", visibility="public" if public else "invited", arrangements=["purchase"], criteria=list(criteria), version=1,
        reconfirm_from=1, created_by=world.buyer_user.id, published_by=world.buyer_user.id, published_at=NOON - timedelta(days=6),
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return row


def _lot(
    procurement: Procurement, number: int, items: int, quantity: float, requirements: Sequence[dict], budget: int | None
) -> Lot:
    row = Lot(
        procurement_id=procurement.id, number=number, title=f"排涝设备 {number}", budget_fen=budget, updated_at=NOON,
        items=[
            {"name": f"移动排水泵车 {n + 1}", "class_code": "", "quantity": quantity, "unit": "台", "note": "", "listing_id": None,
             "requirements": [dict(one) for one in requirements]}
            for n in range(items)
        ],
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return row


def _round(world: World, number: int, pairs: Sequence[tuple[int, int]], small: Sequence[int]) -> list[OpenedQuote]:
    current = Round(
        procurement_id=world.procurement.id, number=number, quotes_until=NOON - timedelta(hours=2), opens_at=NOON - timedelta(hours=1),
        admitted=[] if number == 1 else [world.suppliers[n].id for n, _price in pairs], opened_at=NOON - timedelta(minutes=30), created_at=NOON,
        record={"quotes": [{"supplier": world.suppliers[n].name, "consortium": []} for n, _price in pairs]},
    )  # fmt: skip
    db.session().add(current)
    db.session().flush()
    made = []
    for place, (n, price) in enumerate(pairs, 1):
        if number == 1:
            db.session().add(
                Participant(
                    procurement_id=world.procurement.id,
                    supplier_id=world.suppliers[n].id,
                    user_id=world.users[n].id,
                    at=NOON,
                )
            )
        made.append(open_quote(world, current, quote_content(world, n, price, number, small=n in small), place))
    world.quotes += made
    return made
