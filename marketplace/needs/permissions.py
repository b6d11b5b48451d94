"""Who may write, approve, ask about and follow needs."""

from marketplace.accounts.models import OrganisationKind
from marketplace.accounts.permissions import is_admin, is_buyer, is_member, is_operator, is_supplier, works
from marketplace.kit.permissions import Actor, allow
from marketplace.needs.models import Incident, Need


def _posts(actor: Actor) -> bool:
    return is_member(actor) and (is_buyer(actor) or is_supplier(actor))


def _writes(actor: Actor) -> bool:
    return _posts(actor) and works(actor)


def _decides(actor: Actor) -> bool:
    return _posts(actor) and is_admin(actor)


def _sells(actor: Actor) -> bool:
    return is_member(actor) and is_supplier(actor)


def _asks(actor: Actor) -> bool:
    return _sells(actor) and works(actor)


def _follows(actor: Actor) -> bool:
    return is_member(actor) and works(actor) and actor.kind != OrganisationKind.OPERATOR


def _leads(actor: Actor) -> bool:
    return is_member(actor) and is_buyer(actor) and works(actor)


def _own(actor: Actor, row: Need | Incident) -> bool:
    return row.owner_id == actor.organisation_id


def _others(actor: Actor, row: Need) -> bool:
    return row.owner_id != actor.organisation_id


EDIT_NEED = allow("need.edit", _writes, _own)
SEE_OWN_NEEDS = allow("need.see_own", _posts, _own)
APPROVE_NEED = allow("need.approve", _decides, _own)
SET_POLICY = allow("need.policy", _decides)
SEE_INVITED = allow("need.see_invited", _sells)
ASK_ABOUT_NEED = allow("need.ask", _asks, _others)
FOLLOW_NEED = allow("need.follow", _follows, _others)
DECLARE_INCIDENT = allow("incident.declare", _leads, _own)
OVERSEE_NEEDS = allow("need.oversee", is_operator)
