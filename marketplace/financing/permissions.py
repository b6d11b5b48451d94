"""Who may do what with financing: applicants their own, institutions what was laid before them, members their agreements."""

from marketplace.accounts.models import OrganisationKind
from marketplace.accounts.permissions import is_member, is_operator, works
from marketplace.financing.models import FinanceApplication, FinanceProduct, FinanceSubmission
from marketplace.financing.models_consortium import Consortium
from marketplace.kit.permissions import Actor, allow


def _takes_part(actor: Actor) -> bool:
    return is_member(actor) and actor.kind != OrganisationKind.OPERATOR


def _works(actor: Actor) -> bool:
    return _takes_part(actor) and works(actor)


def _is_institution(actor: Actor) -> bool:
    return is_member(actor) and actor.kind == OrganisationKind.INSTITUTION


def _lends(actor: Actor) -> bool:
    return _is_institution(actor) and works(actor)


def _own(actor: Actor, row: FinanceApplication | FinanceProduct | Consortium) -> bool:
    return row.owner_id == actor.organisation_id


def _before(actor: Actor, row: FinanceSubmission) -> bool:
    return row.institution_id == actor.organisation_id


SEE_FINANCING = allow("financing.see", _takes_part)
APPLY = allow("financing.apply", _works, _own)
SEE_INBOX = allow("financing.inbox", _is_institution)
LEND = allow("financing.lend", _lends, _before)
SEE_PRODUCTS = allow("financing.products", _is_institution)
EDIT_PRODUCT = allow("financing.product.edit", _lends, _own)
SEE_CONSORTIA = allow("consortium.see", _takes_part)
LEAD = allow("consortium.lead", _works, _own)
JOIN = allow("consortium.join", _works)
OVERSEE = allow("financing.oversee", is_operator)
