"""Who may ask for quotes, and who may answer."""

from marketplace.accounts.permissions import is_buyer, is_member, is_operator, is_supplier, works
from marketplace.kit.permissions import Actor, allow
from marketplace.quoting.models import BasketLine, Invitation, Request


def _buys(actor: Actor) -> bool:
    return is_member(actor) and is_buyer(actor)


def _asks(actor: Actor) -> bool:
    return _buys(actor) and works(actor)


def _own(actor: Actor, row: Request | BasketLine) -> bool:
    owner_id = row.organisation_id if isinstance(row, BasketLine) else row.owner_id
    return owner_id == actor.organisation_id


def _sells(actor: Actor) -> bool:
    return is_member(actor) and is_supplier(actor)


def _answers(actor: Actor) -> bool:
    return _sells(actor) and works(actor)


def _invited(actor: Actor, row: Invitation) -> bool:
    return row.supplier_id == actor.organisation_id


ASK = allow("quoting.ask", _asks, _own)
SEE_REQUESTS = allow("quoting.see_requests", _buys, _own)
ANSWER = allow("quoting.answer", _answers, _invited)
SEE_INQUIRIES = allow("quoting.see_inquiries", _sells, _invited)
COUNT_REQUESTS = allow("quoting.count", is_operator)
