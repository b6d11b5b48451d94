"""Who may evaluate, judge on a panel, award, take an award, and object."""

from marketplace.accounts.permissions import is_member, works
from marketplace.awarding.models import Award, Objection
from marketplace.kit.permissions import Actor, allow
from marketplace.procurement.models import Procurement


def _writes(actor: Actor) -> bool:
    return is_member(actor) and works(actor)


def _own(actor: Actor, row: Procurement) -> bool:
    return row.owner_id == actor.organisation_id


def _others(actor: Actor, row: Procurement) -> bool:
    return row.owner_id != actor.organisation_id


def _theirs(actor: Actor, row: Award | Objection) -> bool:
    return row.supplier_id == actor.organisation_id


SEE_EVALUATION = allow("awarding.see", is_member, _own)
EVALUATE = allow("awarding.evaluate", _writes, _own)
AWARD = allow("awarding.award", _writes, _own)
TAKE_AWARD = allow("awarding.take", _writes, _theirs)
OBJECT = allow("awarding.object", _writes, _others)
