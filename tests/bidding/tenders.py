"""Tenders for tests of quotes: a published procurement with officers whose keys exist, and suppliers who take part."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from marketplace.accounts.models import Organisation, OrganisationKind, User
from marketplace.accounts.queries import actor_of
from marketplace.bidding import drafts, queries, quotes, typed
from marketplace.bidding.content import QuoteContent
from marketplace.bidding.models import SealedQuote
from marketplace.bidding.seal import bidder_tag, new_key
from marketplace.kit import boxes, db
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procurement import snapshots
from marketplace.procurement.models import (
    Lot,
    OpeningOfficer,
    Participant,
    Procurement,
    ProcurementStatus,
    ProcurementVersion,
    Round,
    Visibility,
)
from tests.factories.accounts import make_key, make_member, make_organisation

PUMP = {
    "name": "移动排水泵车", "class_code": "", "quantity": 2, "unit": "辆", "note": "", "listing_id": None,
    "requirements": [
        {"name": "额定流量", "key": "flow", "op": ">=", "value": 3000.0, "high": None, "unit": "m³/h", "level": "hard",
         "words": ""},
        {"name": "防护等级", "key": "", "op": ">=", "value": "IP55", "high": None, "unit": "", "level": "plain", "words": ""},
    ],
}  # fmt: skip
_numbers = count(1)


@dataclass
class Tender:
    """A tender with everybody concerned; rows are detached, read them again inside a transaction."""

    id: int
    round_id: int
    buyer: tuple[Organisation, User]
    officers: list[tuple[User, bytes]]
    suppliers: list[tuple[Organisation, User]] = field(default_factory=list)

    def actor(self, place: int = 0) -> Actor:
        """The acting person of a supplier."""
        org, user = self.suppliers[place]
        return actor_of(user, org.id)

    def private(self, place: int = 0) -> bytes:
        """That person's key."""
        return make_key(self.suppliers[place][1])

    def asked(self) -> queries.Asked:
        """What is asked now."""
        return queries.asked(db.session().get(Procurement, self.id))

    def tag(self, place: int = 0) -> str:
        """The tag of a supplier's rows."""
        return bidder_tag(self.id, self.suppliers[place][0].id)


def make_tender(at: datetime, *, suppliers: int = 1, hours: int = 48, items: list | None = None, **more) -> Tender:
    """Published at `at`, with quotes until `hours` later; call inside a transaction."""
    buyer = make_organisation(OrganisationKind.BUYER)
    admin = make_member(buyer)
    until = at + timedelta(hours=hours)
    values = {
        "title": "防汛泵车采购", "status": ProcurementStatus.PUBLISHED, "visibility": Visibility.PUBLIC, "version": 1,
        "reconfirm_from": 1, "arrangements": ["purchase", "operating_lease", "insurance"], "period_months": 12,
        "procedure_id": procedures.newest("consultation").id,
        "published_at": at, "published_by": admin.id, "created_at": at, "updated_at": at, **more,
    }  # fmt: skip
    row = Procurement(owner_id=buyer.id, form_key=new_key(), number=f"CG2026-{next(_numbers):06d}",
                      created_by=admin.id, **values)  # fmt: skip
    db.session().add(row)
    db.session().flush()
    current = Round(procurement_id=row.id, quotes_until=until, opens_at=until + timedelta(minutes=2), created_at=at)
    db.session().add(Lot(procurement_id=row.id, number=1, title="排水设备", items=items or [PUMP], updated_at=at))
    db.session().add(current)
    db.session().flush()
    officers = [_officer(current, buyer, admin, at) for _n in range(3)]
    tender = Tender(row.id, current.id, (buyer, admin), officers)
    tender.suppliers = [register(row.id, at) for _n in range(suppliers)]
    add_version(row, at)
    return tender


def add_version(row: Procurement, at: datetime, changes: list | None = None, reconfirm: bool = False) -> None:
    """Keep what stands as the newest version."""
    db.session().flush()
    db.session().add(ProcurementVersion(
        procurement_id=row.id, number=row.version, content=snapshots.content_of(row), changes=changes or [],
        reconfirm=reconfirm, user_id=row.created_by, at=at,
    ))  # fmt: skip
    db.session().flush()


def register(procurement_id: int, at: datetime) -> tuple[Organisation, User]:
    """A new supplier that takes part, with a person whose key exists."""
    org = make_organisation()
    user = make_member(org)
    make_key(user)
    db.session().add(Participant(procurement_id=procurement_id, supplier_id=org.id, user_id=user.id, at=at))
    db.session().flush()
    return org, user


def amend(tender: Tender, at: datetime, *, reconfirm: bool) -> None:
    """A new version of the request."""
    row = db.session().get(Procurement, tender.id)
    row.version += 1
    if reconfirm:
        row.reconfirm_from = row.version
    changes = [{"what": "数量", "before": "2 辆", "after": "3 辆"}]
    add_version(row, at, changes, reconfirm)


def typed_quote(price: str = "120万", **more: str) -> dict[str, str]:
    """A whole quote as it is typed."""
    return {
        "lot-1": "1", "lot-1-kind": "purchase", "lot-1-item-0-price": price, "lot-1-item-0-product": "巨浪 JL-3000",
        "lot-1-item-0-days": "20", "lot-1-item-0-req-0": "yes", "lot-1-item-0-req-0-offered": "3200 m³/h",
        "valid_until": "2027-03-31", "tax_included": "1", "tax_rate": "13", "note": "含现场培训", **more,
    }  # fmt: skip


def content(tender: Tender, place: int = 0, **more: str) -> QuoteContent:
    """A quote ready to be sealed."""
    filled = typed.read(typed_quote(**more), [], tender.asked(), tender.actor(place))
    assert filled.data is not None, filled.errors
    return filled.data


def seal_and_submit(tender: Tender, arrived: datetime, place: int = 0, key: str = "", **more: str) -> SealedQuote:
    """A submission of one supplier; call inside a transaction."""
    said = content(tender, place, **more)
    ready = quotes.seal_content(said, key or new_key(), tender.asked(), by=tender.actor(place))
    return quotes.submit(ready, by=tender.actor(place), arrived=arrived, at=arrived)


def save_draft(tender: Tender, at: datetime, place: int = 0, revision: int = 0, **more: str) -> None:
    """Keep what a supplier has typed."""
    asked = tender.asked()
    draft = drafts.Draft(typed_quote(**more), revision=revision)
    drafts.save(asked.procurement, asked.round, draft, by=tender.actor(place), at=at)


def _officer(current: Round, buyer: Organisation, admin: User, at: datetime) -> tuple[User, bytes]:
    user = make_member(buyer)
    private = make_key(user)
    public = boxes.public_of(private)
    db.session().add(OpeningOfficer(
        round_id=current.id, user_id=user.id, appointed_by=admin.id, appointed_at=at, confirmed_at=at,
        fingerprint=boxes.reader_of(public).fingerprint, public_key=public,
    ))  # fmt: skip
    db.session().flush()
    return user, private
