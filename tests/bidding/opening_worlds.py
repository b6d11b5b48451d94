"""A published procurement with officers and suppliers, its rows written directly: what an opening needs and no more."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from marketplace.accounts import keys
from marketplace.accounts.models import Organisation, OrganisationKind, User
from marketplace.bidding import queries, quotes
from marketplace.bidding.content import QuoteContent
from marketplace.bidding.models import SealedQuote
from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procurement.models import (
    Lot,
    OpeningOfficer,
    Participant,
    Procurement,
    ProcurementStatus,
    Round,
    Visibility,
)
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_key, make_member, make_organisation

DEADLINE = NOON + timedelta(days=5)
OPENS = DEADLINE + timedelta(minutes=1)


@dataclass
class Tender:
    """What a test works with; `officers` are (person, row id, private key)."""

    procurement_id: int
    round_id: int
    buyer: Actor
    suppliers: list[tuple[Organisation, Actor, bytes]]
    officers: list[tuple[User, int, bytes]] = field(default_factory=list)

    def row(self, table):
        """The procurement or its round, as it is now."""
        ident = self.procurement_id if table is Procurement else self.round_id
        return db.session().get(table, ident, populate_existing=True)

    def officer(self, place):
        """An officer's row and private key."""
        _person, row_id, private = self.officers[place]
        return db.session().get(OpeningOfficer, row_id), private

    def acting(self, place):
        """The officer as an actor."""
        person = self.officers[place][0]
        return Actor(person.id, self.buyer.organisation_id, "buyer", "member", True, person.name, "")


def make_tender(*, suppliers=3, officers=3, quorum=2, opens_at=OPENS) -> Tender:
    """A published formal procurement with one lot of two items; everybody has registered."""
    with db.transaction():
        buyer_org = make_organisation(OrganisationKind.BUYER)
        buyer = make_actor(buyer_org)
        row = Procurement(
            owner_id=buyer_org.id, form_key="k", number="CG20261123-0001", status=ProcurementStatus.PUBLISHED,
            procedure_id=procedures.newest("formal_rfq").id, title="移动泵站", place="城北仓库", payment_terms="验收后付款", acceptance_terms="逐台验收", visibility=Visibility.PUBLIC,
            arrangements=["purchase", "operating_lease", "insurance"], version=1, reconfirm_from=1, created_by=buyer.user_id,
            published_by=buyer.user_id, published_at=NOON, created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        db.session().add(row)
        db.session().flush()
        items = [
            {
                "name": n,
                "class_code": "",
                "quantity": q,
                "unit": "台",
                "note": "",
                "listing_id": None,
                "requirements": [],
            }
            for n, q in (("泵", 2), ("管", 10))
        ]
        db.session().add(Lot(procurement_id=row.id, number=1, title="泵站", items=items, updated_at=NOON))
        current = Round(procurement_id=row.id, quotes_until=DEADLINE, opens_at=opens_at, quorum=quorum, created_at=NOON)
        db.session().add(current)
        db.session().flush()
        tender = Tender(row.id, current.id, buyer, [])
        tender.officers = [_officer(current, buyer_org, buyer) for _n in range(officers)]
        tender.suppliers = [_supplier(row) for _n in range(suppliers)]
    return tender


def quote(tender: Tender, place: int, *, price=100_000, at=NOON, key=None) -> SealedQuote:
    """Let a supplier submit a purchase at this unit price (fen)."""
    org, actor, _private = tender.suppliers[place]
    with db.transaction():
        asked = queries.asked(tender.row(Procurement))
        ready = quotes.seal_content(content(tender, org, actor, price), key or f"{place}-{price}", asked, by=actor)
        return quotes.submit(ready, by=actor, arrived=at, at=at)


def content(tender: Tender, org: Organisation, actor: Actor, price: int) -> QuoteContent:
    """A complete quote."""
    procurement = tender.row(Procurement)
    lines = [{"item": n, "unit_price_fen": price, "product": "乙型", "delivery_days": 10} for n in range(2)]
    return QuoteContent(
        procurement=procurement.number, version=procurement.version, round=tender.row(Round).number, supplier_id=org.id,
        supplier_name=org.name, uscc=org.uscc, user_id=actor.user_id, user_name=actor.name, valid_until=date(2027, 6, 1),
        lots=[{"lot": 1, "parts": [{"kind": "purchase", "terms": {}}], "lines": lines}],
    )  # fmt: skip


def _officer(current: Round, org: Organisation, buyer: Actor) -> tuple[User, int, bytes]:
    person = make_member(org)
    private = make_key(person)
    reader = keys.readers_of([person.id])[person.id]
    row = OpeningOfficer(
        round_id=current.id, user_id=person.id, appointed_by=buyer.user_id, appointed_at=NOON,
        fingerprint=reader.fingerprint, public_key=reader.public, confirmed_at=NOON,
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return person, row.id, private


def _supplier(row: Procurement) -> tuple[Organisation, Actor, bytes]:
    org = make_organisation()
    person = make_member(org)
    private = make_key(person)
    db.session().add(Participant(procurement_id=row.id, supplier_id=org.id, user_id=person.id, at=NOON))
    db.session().flush()
    return org, make_actor(org, user=person), private
