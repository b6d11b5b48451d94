"""Who may quote, and who may look at an organisation's own quotes."""

from marketplace.accounts.permissions import is_member, is_supplier, works
from marketplace.kit.permissions import Actor, allow
from marketplace.procurement.models import Procurement


def _sells(actor: Actor) -> bool:
    return is_member(actor) and is_supplier(actor)


def _quotes(actor: Actor) -> bool:
    return _sells(actor) and works(actor)


def _others(actor: Actor, row: Procurement) -> bool:
    return row.owner_id != actor.organisation_id


QUOTE = allow("bidding.quote", _quotes, _others)
SEE_OWN_QUOTES = allow("bidding.see_own", _sells, _others)
