"""Verbs of inviting suppliers by name."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus
from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.procurement import mails, queries, rules
from marketplace.procurement.errors import NotEditable, TooManyInvited
from marketplace.procurement.models import InvitedFrom, Procurement, ProcurementInvitation, ProcurementStatus
from marketplace.procurement.sources import Invited

MAX_INVITED = 100
_INVITABLE = (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)


def invite(
    procurement: Procurement, supplier_ids: Sequence[int], note: str = "", *, by: Actor, at: datetime
) -> tuple[list[int], list[int]]:
    """Invite suppliers the buyer chose; returns the ids newly invited and those passed over.

    A running procurement tells them at once, a draft when it is published. Raises: NotEditable after the deadline;
    TooManyInvited.
    """
    current = queries.current_round(procurement.id)
    if not rules.may_edit(procurement, current, at):
        raise NotEditable()
    reasons = {"note": note.strip()[:300]} if note.strip() else {}
    wanted = [Invited(id_, InvitedFrom.CHOSEN, reasons) for id_ in dict.fromkeys(supplier_ids)]
    new = add(procurement, wanted, by=by, at=at)
    if new:
        audit.record(by, "procurement.invite", procurement, at, suppliers=new)
        if procurement.status == ProcurementStatus.PUBLISHED:
            tell_new(procurement, by=by, at=at)
    return new, [one.supplier_id for one in wanted if one.supplier_id not in new]


def add(procurement: Procurement, wanted: Sequence[Invited], *, by: Actor, at: datetime) -> list[int]:
    """Note invitations; who is invited already, or is no approved supplier or institution, is passed over."""
    known = {row.supplier_id for row, _org in queries.invitations_of(procurement.id)}
    organisations = accounts.organisations([one.supplier_id for one in wanted])
    new: list[int] = []
    for one in wanted:
        if one.supplier_id in known or not _may_be_invited(organisations.get(one.supplier_id), procurement):
            continue
        if len(known) >= MAX_INVITED:
            raise TooManyInvited(limit=MAX_INVITED)
        row = ProcurementInvitation(
            procurement_id=procurement.id, supplier_id=one.supplier_id, came_from=one.came_from, reasons=one.reasons,
            invited_by=by.user_id, created_at=at,
        )  # fmt: skip
        known.add(one.supplier_id)
        if db.add_once(row):
            new.append(one.supplier_id)
    return new


def withdraw_invitation(procurement: Procurement, supplier_id: int, *, by: Actor, at: datetime) -> None:
    """Take an invitation out of a draft; one that was told stays. Raises: NotEditable."""
    if procurement.status != ProcurementStatus.DRAFT:
        raise NotEditable()
    row = queries.invitation(procurement.id, supplier_id)
    if row is not None:
        db.session().delete(row)
        audit.record(by, "procurement.uninvite", procurement, at, supplier=supplier_id)


def tell_new(procurement: Procurement, *, by: Actor, at: datetime) -> None:
    """Tell the invited who have not been told yet."""
    for row, organisation in queries.invitations_of(procurement.id):
        if row.told_at is None:
            row.told_at = at
            mails.invited(procurement, organisation.id, by.organisation_name, at)


def _may_be_invited(organisation: Organisation | None, procurement: Procurement) -> bool:
    return (
        organisation is not None
        and organisation.kind in _INVITABLE
        and organisation.status == OrganisationStatus.APPROVED
        and organisation.id != procurement.owner_id
    )
