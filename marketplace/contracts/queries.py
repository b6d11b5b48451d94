"""Reads of contracts: through one door for their parties, and everything that hangs on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.contracts.models import (
    FRAMEWORKS,
    IN_FORCE,
    ChangeStatus,
    Contract,
    ContractChange,
    ContractItem,
    ContractParty,
    ContractStatus,
    ContractVersion,
    Milestone,
    ReadinessCheck,
    Signature,
)
from marketplace.contracts.models_performance import (
    ContractFile,
    Delivery,
    DeliveryLine,
    DeliveryStatus,
    Dispute,
    DisputeStatement,
    DisputeStatus,
    Inspection,
    Rating,
)
from marketplace.contracts.rows import Folder, Scorecard, Shipment
from marketplace.contracts.rules import RATING_TIME
from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor

SCORED_TIME = timedelta(days=3 * 365)
RATED_TIME = RATING_TIME


def readable(organisation_id: int | None) -> sa.ColumnElement[bool]:
    """The contracts an organisation may read, as a condition: its own as buyer; offered ones it is a party to."""
    member = select(ContractParty.contract_id).where(ContractParty.organisation_id == organisation_id)
    others = sa.and_(
        sa.or_(Contract.supplier_id == organisation_id, col(Contract.id).in_(member)),
        Contract.status != ContractStatus.DRAFT,
        Contract.version >= 1,
    )
    return sa.or_(Contract.owner_id == organisation_id, others)


def own(contract_id: int, actor: Actor, *, lock: bool = False) -> Contract:
    """A contract the organisation acted for is a party to. `lock` before any verb: whoever else acts on it waits.

    Raises: NotFound, also for others' and for drafts of the other side.
    """
    return _one(select(Contract).where(Contract.id == contract_id, readable(actor.organisation_id)), lock)


def contract(contract_id: int, *, lock: bool = False) -> Contract:
    """Whoever asks; for jobs, upper rooms and operators with a dispute. Raises: NotFound."""
    return _one(select(Contract).where(Contract.id == contract_id), lock)


def contract_with_key(owner_id: int, form_key: str) -> Contract | None:
    """The contract a form was saved as, if it was."""
    wanted = (Contract.owner_id == owner_id, Contract.form_key == form_key)
    return db.session().exec(select(Contract).where(*wanted)).first()


def contract_of_award(award_id: int) -> Contract | None:
    """What came of an award."""
    return db.session().exec(select(Contract).where(Contract.award_id == award_id)).first()


def contracts_of_procurement(procurement_id: int) -> list[Contract]:
    """What came of a procurement; the caller has the procurement through a door."""
    query = select(Contract).where(Contract.procurement_id == procurement_id).order_by(col(Contract.id))
    return list(db.session().exec(query))


def orders_of(contract_id: int) -> list[Contract]:
    """What was called off a framework, newest first."""
    query = select(Contract).where(Contract.parent_id == contract_id).order_by(col(Contract.id).desc())
    return list(db.session().exec(query))


def frameworks_in_force(organisation_id: int | None) -> list[Contract]:
    """The frameworks a buyer may call off, the one that ends first on top."""
    wanted = (
        Contract.owner_id == organisation_id, col(Contract.kind).in_(FRAMEWORKS), col(Contract.status).in_(IN_FORCE),
    )  # fmt: skip
    return list(
        db.session().exec(select(Contract).where(*wanted).order_by(col(Contract.valid_until), col(Contract.id)))
    )


def parties_of(contract_id: int) -> list[ContractParty]:
    """Everybody bound by it, the two sides first."""
    return _of(ContractParty, contract_id, ContractParty.id)


def items_of(contract_id: int) -> list[ContractItem]:
    """What is agreed, in its order; read anew, because counters are counted in the database."""
    query = select(ContractItem).where(ContractItem.contract_id == contract_id).order_by(col(ContractItem.place))
    return list(db.session().exec(query.execution_options(populate_existing=True)))


def milestones_of(contract_id: int) -> list[Milestone]:
    """The delivery plan."""
    return _of(Milestone, contract_id, Milestone.place)


def versions_of(contract_id: int) -> list[ContractVersion]:
    """Every text offered or agreed, newest first."""
    return _of(ContractVersion, contract_id, col(ContractVersion.number).desc())


def version(contract_id: int, number: int) -> ContractVersion:
    """One of them. Raises: NotFound."""
    wanted = (ContractVersion.contract_id == contract_id, ContractVersion.number == number)
    found = db.session().exec(select(ContractVersion).where(*wanted)).first()
    if found is None:
        raise NotFound()
    return found


def signatures_of(contract_id: int) -> list[Signature]:
    """Who accepted which version, in order."""
    return _of(Signature, contract_id, Signature.id)


def changes_of(contract_id: int) -> list[ContractChange]:
    """What was proposed, newest first."""
    return _of(ContractChange, contract_id, col(ContractChange.id).desc())


def open_change(contract_id: int) -> ContractChange | None:
    """The proposal that waits for an answer."""
    wanted = (ContractChange.contract_id == contract_id, ContractChange.status == ChangeStatus.PROPOSED)
    return db.session().exec(select(ContractChange).where(*wanted)).first()


def checks_of(contract_id: int) -> list[ReadinessCheck]:
    """Looks and drills, newest first."""
    return _of(ReadinessCheck, contract_id, col(ReadinessCheck.checked_on).desc())


def delivery(contract_id: int, number: int) -> Delivery:
    """A delivery by its number; the caller has locked the contract. Raises: NotFound."""
    query = select(Delivery).where(Delivery.contract_id == contract_id, Delivery.number == number)
    return _one(query, True)


def delivery_with_key(contract_id: int, form_key: str) -> Delivery | None:
    """The delivery a form was saved as, if it was."""
    wanted = (Delivery.contract_id == contract_id, Delivery.form_key == form_key)
    return db.session().exec(select(Delivery).where(*wanted)).first()


def lines_of(delivery_id: int) -> list[DeliveryLine]:
    """What a delivery brings."""
    query = select(DeliveryLine).where(DeliveryLine.delivery_id == delivery_id).order_by(col(DeliveryLine.id))
    return list(db.session().exec(query))


def folder(row: Contract) -> Folder:
    """A contract with everything that hangs on it."""
    return folders([row])[0]


def folders(rows: Sequence[Contract]) -> list[Folder]:
    """Several contracts with everything that hangs on them, in a fixed number of queries."""
    ids = [row.id for row in rows]
    names = accounts.organisations([i for row in rows for i in (row.owner_id, row.supplier_id)])
    found = {row.id: Folder(row, names[row.owner_id], names[row.supplier_id]) for row in rows}
    for item in _all(ContractItem, ids, ContractItem.place):
        found[item.contract_id].items.append(item)
    for step in _all(Milestone, ids, Milestone.place):
        found[step.contract_id].milestones.append(step)
    for shipment in _shipments(ids):
        found[shipment.delivery.contract_id].shipments.append(shipment)
    for change in _all(ContractChange, ids, ContractChange.id, ContractChange.status == ChangeStatus.PROPOSED):
        found[change.contract_id].change = change
    for dispute in _all(Dispute, ids, Dispute.id, Dispute.status == DisputeStatus.OPEN):
        found[dispute.contract_id].dispute = dispute
    for rating in _all(Rating, ids, Rating.id):
        found[rating.contract_id].ratings.append(rating)
    return list(found.values())


def scorecard(supplier_id: int, at: datetime | None = None) -> Scorecard:
    """How one supplier performed in contracts that ended in the last three years."""
    return scorecards([supplier_id], at or clock.now())[supplier_id]


def scorecards(supplier_ids: Sequence[int], at: datetime) -> dict[int, Scorecard]:
    """How several suppliers performed, for a comparison; frameworks count through their orders."""
    wanted = (
        col(Contract.supplier_id).in_(set(supplier_ids)), col(Contract.kind).not_in(FRAMEWORKS),
        col(Contract.status).in_((ContractStatus.COMPLETED, ContractStatus.TERMINATED)),
        col(Contract.signed_at).is_not(None), col(Contract.ended_at) > at - SCORED_TIME,
    )  # fmt: skip
    held = folders(list(db.session().exec(select(Contract).where(*wanted))))
    disputed = select(Dispute.contract_id).where(
        col(Dispute.contract_id).in_([f.contract.id for f in held]), Dispute.status != DisputeStatus.WITHDRAWN
    )
    quarrels = set(db.session().exec(disputed))
    cards = {}
    for supplier_id in supplier_ids:
        mine = [f for f in held if f.contract.supplier_id == supplier_id]
        cards[supplier_id] = Scorecard.of(mine, sum(f.contract.id in quarrels for f in mine), at)
    return cards


def files_of(contract_id: int) -> list[tuple[ContractFile, StoredFile]]:
    """Every paper and photo, oldest first."""
    query = select(ContractFile, StoredFile).join(StoredFile, StoredFile.id == ContractFile.file_id)
    return list(db.session().exec(query.where(ContractFile.contract_id == contract_id).order_by(ContractFile.id)))


def disputes_of(contract_id: int) -> list[Dispute]:
    """Every dispute, newest first."""
    return _of(Dispute, contract_id, col(Dispute.id).desc())


def disputes_page(ended: bool, page: int, per_page: int) -> tuple[list[tuple[Dispute, Folder]], int]:
    """One page of all disputes for operators, the longest open or the last ended first, and how many there are."""
    wanted = Dispute.status != DisputeStatus.OPEN if ended else Dispute.status == DisputeStatus.OPEN
    total = db.session().exec(select(sa.func.count()).select_from(Dispute).where(wanted)).one()
    order = col(Dispute.id).desc() if ended else col(Dispute.id)
    rows = list(
        db.session().exec(select(Dispute).where(wanted).order_by(order).offset((page - 1) * per_page).limit(per_page))
    )
    held = {f.contract.id: f for f in folders([contract(row.contract_id) for row in rows])}
    return [(row, held[row.contract_id]) for row in rows], total


def dispute(dispute_id: int, *, lock: bool = False) -> Dispute:
    """Whoever asks: the caller checks the contract. Raises: NotFound."""
    return _one(select(Dispute).where(Dispute.id == dispute_id), lock)


def statements_of(dispute_id: int) -> list[DisputeStatement]:
    """What was said, in order."""
    query = select(DisputeStatement).where(DisputeStatement.dispute_id == dispute_id)
    return list(db.session().exec(query.order_by(col(DisputeStatement.id))))


def ratings_of(contract_id: int) -> list[Rating]:
    """Both sides' ratings, hidden ones included: the caller asks rules.ratings_shown."""
    return _of(Rating, contract_id, Rating.id)


def people(ids: Sequence[int | None]) -> dict[int, str]:
    """Names of people by id."""
    wanted = {i for i in ids if i is not None}
    return dict(db.session().exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())


def silent(contract_id: int, at: datetime) -> list[Delivery]:
    """Deliveries of a contract whose clock has run out, in order; the caller has locked the contract."""
    wanted = (
        Delivery.contract_id == contract_id, Delivery.status == DeliveryStatus.RECEIVED, col(Delivery.accept_by) <= at,
    )  # fmt: skip
    query = select(Delivery).where(*wanted).order_by(col(Delivery.number))
    return list(db.session().exec(query.execution_options(populate_existing=True)))


def due_alone(at: datetime) -> list[int]:
    """Contracts with a delivery whose clock has run out and that nobody has recorded yet."""
    wanted = (Delivery.status == DeliveryStatus.RECEIVED, col(Delivery.accept_by) <= at)
    return list(
        db.session().exec(select(Delivery.contract_id).where(*wanted).distinct().order_by(Delivery.contract_id))
    )


def to_warn(until: datetime) -> list[Delivery]:
    """Deliveries whose clock runs out by then, nobody told yet."""
    wanted = (
        Delivery.status == DeliveryStatus.RECEIVED, col(Delivery.accept_by) <= until, col(Delivery.warned_at).is_(None),
    )  # fmt: skip
    return list(db.session().exec(select(Delivery).where(*wanted).order_by(col(Delivery.id))))


def _shipments(contract_ids: Sequence[int]) -> list[Shipment]:
    shipments = {row.id: Shipment(row) for row in _all(Delivery, contract_ids, Delivery.number)}
    for kind in (DeliveryLine, Inspection):
        query = select(kind).where(col(kind.delivery_id).in_(list(shipments))).order_by(col(kind.id))
        for row in db.session().exec(query.execution_options(populate_existing=True)):
            held = shipments[row.delivery_id]
            (held.lines if kind is DeliveryLine else held.inspections).append(row)
    return list(shipments.values())


def _all(kind: Any, contract_ids: Sequence[int], order: Any, *more: Any) -> list[Any]:
    query = select(kind).where(col(kind.contract_id).in_(list(contract_ids)), *more).order_by(order)
    return list(db.session().exec(query.execution_options(populate_existing=kind is ContractItem)))


def _of(kind: Any, contract_id: int, order: Any) -> list[Any]:
    return list(db.session().exec(select(kind).where(kind.contract_id == contract_id).order_by(order)))


def _one(query: Any, lock: bool) -> Any:
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found
