"""Who may write, publish and follow procurements, ask, take part, and serve as opening officer."""

from marketplace.accounts.permissions import is_buyer, is_member, is_operator, is_supplier, works
from marketplace.kit.permissions import Actor, allow
from marketplace.procurement.models import Procurement


def _buys(actor: Actor) -> bool:
    return is_member(actor) and is_buyer(actor)


def _writes(actor: Actor) -> bool:
    return _buys(actor) and works(actor)


def _sells(actor: Actor) -> bool:
    return is_member(actor) and is_supplier(actor)


def _takes_part(actor: Actor) -> bool:
    return _sells(actor) and works(actor)


def _own(actor: Actor, row: Procurement) -> bool:
    return row.owner_id == actor.organisation_id


def _others(actor: Actor, row: Procurement) -> bool:
    return row.owner_id != actor.organisation_id


EDIT_PROCUREMENT = allow("procurement.edit", _writes, _own)
SEE_OWN_PROCUREMENTS = allow("procurement.see_own", _buys, _own)
SEE_INVITATIONS = allow("procurement.see_invitations", _sells)
TAKE_PART = allow("procurement.take_part", _takes_part, _others)
SERVE_AS_OFFICER = allow("procurement.officer", is_member)
OVERSEE_PROCUREMENTS = allow("procurement.oversee", is_operator)
