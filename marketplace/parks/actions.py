"""Verbs about bases: taking the list over, belonging, staff."""

import csv
from datetime import datetime
from pathlib import Path

from marketplace.accounts import actions as accounts
from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import people_of
from marketplace.kit import audit, clock, db
from marketplace.kit.i18n import told as _
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.parks import queries, rules
from marketplace.parks.errors import AlreadyTenant
from marketplace.parks.models import Base, Designation, Tenancy, TenancyStatus


def import_bases(path: Path, *, at: datetime) -> int:
    """Add bases and designations from the list that are not here yet; returns how many bases were new."""
    new = 0
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            new += _import_base(row, at)
    return new


def declare_tenancy(org: Organisation, base: Base, *, by: Actor | None, at: datetime) -> Tenancy:
    """The enterprise says that it belongs to the base; the base confirms. Raises: AlreadyTenant."""
    since = clock.local(at).date()
    row = Tenancy(base_id=base.id, organisation_id=org.id, since=since, created_at=at, updated_at=at)
    db.session().add(row)
    db.flush_or(AlreadyTenant)
    audit.record(by, "tenancy.declare", row, at, base=base.name)
    if base.organisation_id:
        subject = _("%(name)s 申报为本基地企业,请确认", name=org.name)
        accounts.tell(people_of(base.organisation_id), subject, "", f"/bases/{base.id}", key=f"tenancy-{row.id}", at=at)
    return row


def confirm_tenancy(row: Tenancy, *, by: Actor | None, at: datetime) -> None:
    """The base agrees. Moves: declared → confirmed."""
    move(row, TenancyStatus.CONFIRMED, at)
    audit.record(by, "tenancy.confirm", row, at)


def end_tenancy(row: Tenancy, *, by: Actor, at: datetime) -> None:
    """The belonging ends today. Moves: declared | confirmed → ended."""
    move(row, TenancyStatus.ENDED, at)
    row.until = clock.local(at).date()
    audit.record(by, "tenancy.end", row, at)


def assign_staff(base: Base, org: Organisation, *, by: Actor | None, at: datetime) -> None:
    """Let a park organisation run the base's pages."""
    base.organisation_id, base.updated_at = org.id, at
    audit.record(by, "base.assign", base, at, organisation=org.id)


def _import_base(row: dict[str, str], at: datetime) -> int:
    base, new = queries.base_by_name(row["name"]), 0
    if base is None:
        parts = (row.get("specialism") or "").replace("〔方向为常识〕", "").replace("〔后者为常识〕", "")
        base = Base(
            name=row["name"], province=row["province"], city=row["city"],
            specialisms=[p.strip() for p in parts.split(";") if p.strip()],
            source=row.get("source", ""), confidence=row.get("confidence", ""), created_at=at, updated_at=at,
        )  # fmt: skip
        db.session().add(base)
        db.session().flush()
        new = 1
    known = {d.name for d in queries.designations([base.id]).get(base.id, [])}
    for name in (part.strip() for part in row["batch"].split(";")):
        if name and name not in known:
            db.session().add(
                Designation(base_id=base.id, name=name, year=rules.year_of(name),
                            source=row.get("source", ""), confidence=row.get("confidence", ""))
            )  # fmt: skip
    db.session().flush()
    return new
