"""Who may do what with money: the payer pays, the payee's side confirms, waives and returns, operators reconcile."""

from typing import Any

from marketplace.accounts.permissions import is_admin, is_member, is_operator, works
from marketplace.kit.permissions import Actor, allow


def _works(actor: Actor) -> bool:
    return is_member(actor) and works(actor)


def _either(actor: Actor, row: Any) -> bool:
    return actor.organisation_id in (row.payer_id, row.payee_id)


def _payer(actor: Actor, row: Any) -> bool:
    return row.payer_id == actor.organisation_id


def _payee(actor: Actor, row: Any) -> bool:
    return row.payee_id == actor.organisation_id


SEE_MONEY = allow("payments.see", is_member, _either)
PAY = allow("payments.pay", _works, _payer)
COLLECT = allow("payments.collect", _works, _payee)
APPROVE_REFUND = allow("payments.approve_refund", is_admin, _payee)
EDIT_BILLING = allow("payments.billing", is_admin)
RECONCILE = allow("payments.reconcile", is_operator)
