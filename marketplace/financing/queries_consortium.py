"""Reads of consortium agreements: the leader's own, and for members what was laid before them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Contract
from marketplace.financing.models_consortium import (
    Consortium,
    ConsortiumAcceptance,
    ConsortiumContract,
    ConsortiumMember,
    ConsortiumStatus,
    ConsortiumVersion,
)
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor


def readable(organisation_id: int | None) -> sa.ColumnElement[bool]:
    """The agreements an organisation may read, as a condition: its own; others once a text lay before it."""
    member = select(ConsortiumMember.consortium_id).where(ConsortiumMember.organisation_id == organisation_id)
    return sa.or_(
        Consortium.owner_id == organisation_id, sa.and_(col(Consortium.id).in_(member), Consortium.version >= 1)
    )


def consortium_for(consortium_id: int, actor: Actor, *, lock: bool = False) -> Consortium:
    """An agreement this organisation may read. `lock` before any verb. Raises: NotFound."""
    query = select(Consortium).where(Consortium.id == consortium_id, readable(actor.organisation_id))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def with_key(owner_id: int, form_key: str) -> Consortium | None:
    """The agreement a form was saved as, if it was."""
    wanted = (Consortium.owner_id == owner_id, Consortium.form_key == form_key)
    return db.session().exec(select(Consortium).where(*wanted)).first()


def page_of(organisation_id: int, page: int, per_page: int) -> tuple[list[Consortium], int]:
    """One page of what an organisation leads or is a member of, last changed first, and how many there are."""
    total = db.session().exec(select(sa.func.count()).select_from(Consortium).where(readable(organisation_id))).one()
    query = select(Consortium).where(readable(organisation_id))
    query = query.order_by(col(Consortium.updated_at).desc(), col(Consortium.id).desc())
    return list(db.session().exec(query.offset((page - 1) * per_page).limit(per_page))), total


def members_of(consortium_id: int) -> list[tuple[ConsortiumMember, Organisation]]:
    """The members as they stand now, the leader first."""
    query = select(ConsortiumMember, Organisation).join(
        Organisation, Organisation.id == ConsortiumMember.organisation_id
    )
    return list(
        db.session().exec(query.where(ConsortiumMember.consortium_id == consortium_id).order_by(ConsortiumMember.place))
    )


def version(consortium_id: int, number: int) -> ConsortiumVersion | None:
    """A text that was laid before the members."""
    wanted = (ConsortiumVersion.consortium_id == consortium_id, ConsortiumVersion.number == number)
    return db.session().exec(select(ConsortiumVersion).where(*wanted)).first()


def acceptances_of(consortium_id: int, number: int) -> list[ConsortiumAcceptance]:
    """Who accepted a version, in order."""
    wanted = (ConsortiumAcceptance.consortium_id == consortium_id, ConsortiumAcceptance.version == number)
    return list(db.session().exec(select(ConsortiumAcceptance).where(*wanted).order_by(col(ConsortiumAcceptance.id))))


def contracts_of(consortium_id: int) -> list[Contract]:
    """The contracts it is named in."""
    query = select(Contract).join(ConsortiumContract, ConsortiumContract.contract_id == Contract.id)
    return list(
        db.session().exec(query.where(ConsortiumContract.consortium_id == consortium_id).order_by(col(Contract.id)))
    )


def of_contract(contract_id: int) -> list[Consortium]:
    """The agreements a contract names; the caller has the contract through its door."""
    query = select(Consortium).join(ConsortiumContract, ConsortiumContract.consortium_id == Consortium.id)
    return list(
        db.session().exec(query.where(ConsortiumContract.contract_id == contract_id).order_by(col(Consortium.id)))
    )


def waiting_for(organisation_id: int | None) -> int:
    """How many texts wait for this organisation to accept."""
    accepted = select(ConsortiumAcceptance.id).where(
        ConsortiumAcceptance.consortium_id == Consortium.id, ConsortiumAcceptance.version == Consortium.version,
        ConsortiumAcceptance.organisation_id == organisation_id,
    )  # fmt: skip
    query = select(sa.func.count()).select_from(Consortium).join(ConsortiumMember)
    wanted: Sequence[Any] = (
        ConsortiumMember.organisation_id == organisation_id, Consortium.status == ConsortiumStatus.OFFERED, ~accepted.exists(),
    )  # fmt: skip
    return db.session().exec(query.where(*wanted)).one()


def counts() -> dict[str, int]:
    """How many agreements are in each state, for operators."""
    rows = db.session().exec(select(Consortium.status, sa.func.count()).group_by(Consortium.status))
    return {str(status.value): number for status, number in rows}
