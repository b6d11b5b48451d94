"""Who may look at matches and opportunities, and who may decide."""

from marketplace.accounts.permissions import is_buyer, is_member, is_operator, is_supplier, works
from marketplace.kit.permissions import Actor, allow
from marketplace.matching.models import Opportunity
from marketplace.needs.models import Need


def _posts(actor: Actor) -> bool:
    return is_member(actor) and (is_buyer(actor) or is_supplier(actor))


def _decides(actor: Actor) -> bool:
    return _posts(actor) and works(actor)


def _sells(actor: Actor) -> bool:
    return is_member(actor) and is_supplier(actor)


def _answers(actor: Actor) -> bool:
    return _sells(actor) and works(actor)


def _own(actor: Actor, row: Need) -> bool:
    return row.owner_id == actor.organisation_id


def _meant(actor: Actor, row: Opportunity) -> bool:
    return row.supplier_id == actor.organisation_id


SEE_MATCHES = allow("match.see", _posts, _own)
CHOOSE_MATCHES = allow("match.choose", _decides, _own)
SEE_OPPORTUNITIES = allow("opportunity.see", _sells, _meant)
ANSWER_OPPORTUNITY = allow("opportunity.answer", _answers, _meant)
OVERSEE_MATCHES = allow("match.oversee", is_operator)
