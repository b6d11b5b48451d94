"""Who may do what with people and organisations."""

from marketplace.accounts.models import JoinRequest, Membership, Organisation, OrganisationKind, Role
from marketplace.kit.permissions import Actor, allow


def is_member(actor: Actor) -> bool:
    """Acts for some organisation."""
    return actor.organisation_id is not None


def is_admin(actor: Actor) -> bool:
    """Administers the organisation acted for."""
    return is_member(actor) and actor.role == Role.ADMIN


def is_operator(actor: Actor) -> bool:
    """Keeps the platform honest."""
    return actor.kind == OrganisationKind.OPERATOR and actor.role in (Role.ADMIN, Role.MEMBER)


def is_supplier(actor: Actor) -> bool:
    """May list: enterprises, and institutions with their finance and insurance products."""
    return actor.kind in (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)


def is_buyer(actor: Actor) -> bool:
    """May ask for quotes: any organisation but the operator and the institutions' lenders themselves may need goods."""
    return actor.kind in (OrganisationKind.BUYER, OrganisationKind.PARK)


def works(actor: Actor) -> bool:
    """May change things, not only look."""
    return actor.role in (Role.ADMIN, Role.MEMBER)


def own(actor: Actor, row: Organisation | Membership | JoinRequest) -> bool:
    """The row is, or belongs to, the organisation acted for."""
    organisation_id = row.id if isinstance(row, Organisation) else row.organisation_id
    return organisation_id == actor.organisation_id


SEE_ORGANISATION = allow("organisation.see", is_member, own)
EDIT_ORGANISATION = allow("organisation.edit", is_admin, own)
MANAGE_MEMBERS = allow("organisation.members", is_admin, own)
REVIEW_ORGANISATIONS = allow("organisation.review", is_operator)
RUN_PLATFORM = allow("platform.run", is_operator)
