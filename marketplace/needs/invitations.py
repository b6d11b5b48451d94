"""Verb of inviting suppliers by name."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus
from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.needs import mails, queries
from marketplace.needs.errors import NotEditable, TooManyInvited
from marketplace.needs.following import add_follower
from marketplace.needs.models import Need, NeedInvitation, NeedStatus
from marketplace.needs.rules import UNENDED

MAX_INVITED = 200
_INVITABLE = (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)


def invite(
    need: Need, supplier_ids: Sequence[int], note: str = "", *, by: Actor, at: datetime
) -> tuple[list[int], list[int]]:
    """Ask suppliers by name to look at a need; returns the ids newly invited, and those passed over.

    Passed over are who is invited already, the owner, and who is no approved supplier or institution. Each is told once:
    at once for an open need, else when it opens. Raises: NotEditable for an ended need or a template; TooManyInvited.
    """
    if need.status not in UNENDED or need.template:
        raise NotEditable()
    known = {row.supplier_id for row, _org in queries.invitations_of(need.id)}
    wanted = list(dict.fromkeys(supplier_ids))
    organisations = accounts.organisations(wanted)
    fit = [id_ for id_ in wanted if id_ not in known and _may_be_invited(organisations.get(id_), need)]
    if len(known) + len(fit) > MAX_INVITED:
        raise TooManyInvited(limit=MAX_INVITED)
    new = [id_ for id_ in fit if _add(need, id_, note.strip(), by, at)]
    if new:
        audit.record(by, "need.invite", need, at, suppliers=new)
        if need.status == NeedStatus.OPEN:
            mails.invited(need, by, at)
    return new, [id_ for id_ in wanted if id_ not in new]


def _may_be_invited(organisation: Organisation | None, need: Need) -> bool:
    return (
        organisation is not None
        and organisation.kind in _INVITABLE
        and organisation.status == OrganisationStatus.APPROVED
        and organisation.id != need.owner_id
    )


def _add(need: Need, supplier_id: int, note: str, by: Actor, at: datetime) -> bool:
    row = NeedInvitation(
        need_id=need.id, supplier_id=supplier_id, note=note[:500], invited_by=by.user_id, created_at=at
    )  # fmt: skip
    if not db.add_once(row):
        return False
    add_follower(need, supplier_id, at)
    return True
