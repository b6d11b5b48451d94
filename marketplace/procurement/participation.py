"""Verb of registering to take part: needed before quoting, and independent of it."""

from datetime import datetime

from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries
from marketplace.procurement.errors import DeadlinePassed, MayNotDealYet
from marketplace.procurement.models import Participant, ProcurementStatus


def register(procurement_id: int, *, by: Actor, at: datetime) -> bool:
    """Take the documents and be told of changes; True when it is new. Nobody else learns of it before the opening.

    Raises: NotFound for what one may not take part in; MayNotDealYet; DeadlinePassed.
    """
    procurement = queries.taking_part(procurement_id, by, at)
    if queries.is_participant(procurement.id, by.organisation_id):
        return False
    if why := queries.obstacle(by):
        raise MayNotDealYet(why=why)
    current = queries.current_round(procurement.id, share=True)
    if procurement.status != ProcurementStatus.PUBLISHED or current.number > 1 or at >= current.quotes_until:
        raise DeadlinePassed()
    row = Participant(procurement_id=procurement.id, supplier_id=by.organisation_id, user_id=by.user_id, at=at)
    if not db.add_once(row):
        return False
    audit.record(None, "sealed.register", row, at)  # named like what is sealed: not shown before the opening
    return True
