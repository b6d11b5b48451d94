"""Who may do what with listings."""

from marketplace.accounts.permissions import is_member, is_operator, is_supplier, works
from marketplace.catalog.models import Certificate, ImportRun, Listing
from marketplace.kit.permissions import Actor, allow


def _sells(actor: Actor) -> bool:
    return is_member(actor) and is_supplier(actor)


def _edits(actor: Actor) -> bool:
    return _sells(actor) and works(actor)


def _own(actor: Actor, row: Listing | Certificate | ImportRun) -> bool:
    return row.owner_id == actor.organisation_id


SEE_OWN_LISTINGS = allow("listing.see_own", _sells, _own)
EDIT_LISTING = allow("listing.edit", _edits, _own)
MODERATE_LISTINGS = allow("listing.moderate", is_operator)
