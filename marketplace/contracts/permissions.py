"""Who may do what with contracts: the two sides their own, operators only disputes and ratings that were reported."""

from marketplace.accounts.models import OrganisationKind
from marketplace.accounts.permissions import is_buyer, is_member, is_operator, is_supplier, works
from marketplace.contracts.models import Contract
from marketplace.kit.permissions import Actor, allow


def _takes_part(actor: Actor) -> bool:
    return is_member(actor) and actor.kind != OrganisationKind.OPERATOR


def _works(actor: Actor) -> bool:
    return _takes_part(actor) and works(actor)


def _buys(actor: Actor) -> bool:
    return _works(actor) and is_buyer(actor)


def _supplies(actor: Actor) -> bool:
    return _works(actor) and is_supplier(actor)


def _as_buyer(actor: Actor, row: Contract) -> bool:
    return row.owner_id == actor.organisation_id


def _as_supplier(actor: Actor, row: Contract) -> bool:
    return row.supplier_id == actor.organisation_id


def _either(actor: Actor, row: Contract) -> bool:
    return _as_buyer(actor, row) or _as_supplier(actor, row)


SEE_CONTRACTS = allow("contracts.see", _takes_part)
BUY = allow("contracts.buy", _buys, _as_buyer)
SUPPLY = allow("contracts.supply", _supplies, _as_supplier)
PERFORM = allow("contracts.perform", _works, _either)
MEDIATE = allow("contracts.mediate", is_operator)
MODERATE_RATINGS = allow("contracts.moderate", is_operator)
