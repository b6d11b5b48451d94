"""Reads of bases and who belongs to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.parks.models import Base, Designation, Tenancy, TenancyStatus

IN_FORCE = Tenancy.status != TenancyStatus.ENDED


def base(base_id: int) -> Base:
    """Raises: NotFound."""
    found = db.session().get(Base, base_id)
    if found is None:
        raise NotFound()
    return found


def bases() -> list[Base]:
    """All bases by province."""
    return list(db.session().exec(select(Base).order_by(Base.province, Base.id)))


def base_by_name(name: str) -> Base | None:
    """The base with exactly this name."""
    return db.session().exec(select(Base).where(Base.name == name)).first()


def base_of_staff(organisation_id: int | None) -> Base | None:
    """The base a park organisation runs; None without one."""
    if organisation_id is None:
        return None
    return db.session().exec(select(Base).where(Base.organisation_id == organisation_id)).first()


def designations(base_ids: Sequence[int]) -> dict[int, list[Designation]]:
    """The designations of bases, in the order they were given."""
    query = select(Designation).where(Designation.base_id.in_(base_ids)).order_by(Designation.year, Designation.id)
    found: dict[int, list[Designation]] = {}
    for row in db.session().exec(query):
        found.setdefault(row.base_id, []).append(row)
    return found


def tenants(base_id: int) -> list[tuple[Tenancy, Organisation]]:
    """The approved enterprises of a base, confirmed ones first."""
    query = (
        select(Tenancy, Organisation)
        .join(Organisation, Organisation.id == Tenancy.organisation_id)
        .where(Tenancy.base_id == base_id, IN_FORCE, Organisation.status == OrganisationStatus.APPROVED)
        .order_by(Tenancy.status, Organisation.name)
    )
    return list(db.session().exec(query))


def tenancy(tenancy_id: int, *, lock: bool = False) -> Tenancy:
    """`lock` before deciding about it: whoever else decides waits. Raises: NotFound."""
    found = db.session().get(Tenancy, tenancy_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def tenancy_of(organisation_id: int) -> Tenancy | None:
    """The belonging in force of an enterprise."""
    return db.session().exec(select(Tenancy).where(Tenancy.organisation_id == organisation_id, IN_FORCE)).first()


def base_names(organisation_ids: Sequence[int]) -> dict[int, str]:
    """The base each enterprise belongs to, by name; those without are left out."""
    query = (
        select(Tenancy.organisation_id, Base.name)
        .join(Base, Base.id == Tenancy.base_id)
        .where(Tenancy.organisation_id.in_(set(organisation_ids)), IN_FORCE)
    )
    return dict(db.session().exec(query).all())


def tenant_counts() -> dict[int, int]:
    """How many approved enterprises each base has."""
    query = (
        select(Tenancy.base_id, sa.func.count())
        .join(Organisation, Organisation.id == Tenancy.organisation_id)
        .where(IN_FORCE, Organisation.status == OrganisationStatus.APPROVED)
        .group_by(Tenancy.base_id)
    )
    return dict(db.session().exec(query).all())
