"""Who may do what with bases."""

from marketplace.accounts.models import OrganisationKind
from marketplace.accounts.permissions import is_admin, is_operator, is_supplier, works
from marketplace.kit.permissions import Actor, allow
from marketplace.parks.models import Base, Tenancy


def runs(actor: Actor, base: Base) -> bool:
    """The base's own management."""
    return actor.kind == OrganisationKind.PARK and base.organisation_id == actor.organisation_id


def own_tenancy(actor: Actor, tenancy: Tenancy) -> bool:
    """The enterprise's own belonging."""
    return tenancy.organisation_id == actor.organisation_id


CONFIRM_TENANTS = allow("base.tenants", lambda a: a.kind == OrganisationKind.PARK and works(a), runs)
DECLARE_TENANCY = allow("tenancy.declare", lambda a: is_supplier(a) and is_admin(a), own_tenancy)
ASSIGN_STAFF = allow("base.assign", is_operator)
