"""Verbs about deposits: taken = held + kept + returned, always."""

from datetime import datetime

from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.payments import ledger, queries, refunding, refunds, rules
from marketplace.payments.errors import BadCharge, NoDeposit, NotPayable, TooMuchBack
from marketplace.payments.ledger import Posting
from marketplace.payments.models import Charge, ChargeStatus, Refund


def held_fen(charge: Charge) -> int:
    """What of a deposit is still with its holder and not on its way back; 0 before it is paid."""
    return rules.returnable_fen(charge) if charge.deposit else 0


def return_deposit(
    charge: Charge, reason: str, key: str, *, by: Actor | None, at: datetime, amount_fen: int | None = None
) -> Refund | None:
    """Give a deposit back, by default all that is held: a refund with its approvals; None when nothing is held.

    Raises: NoDeposit, TooMuchBack.
    """
    if not charge.deposit:
        raise NoDeposit()
    amount = held_fen(charge) if amount_fen is None else amount_fen
    return refunds.ask(charge, amount, reason, key, by=by, at=at) if amount else None


def apply_deposit(
    charge: Charge,
    amount_fen: int,
    reason: str,
    key: str,
    *,
    by: Actor | None,
    at: datetime,
    against: Charge | None = None,
) -> bool:
    """Keep part of a deposit, for damage or, with `against`, for the whole of another open charge between the same two.

    The same key keeps once; False when it was kept before. Raises: NoDeposit, TooMuchBack, NotPayable, BadCharge.
    """
    posting = f"deposit-applied:{charge.id}:{key[:80]}"
    if ledger.posted_keys([posting]):
        return False
    if not charge.deposit:
        raise NoDeposit()
    if not rules.is_amount(amount_fen):
        raise BadCharge(amount_fen=str(amount_fen))
    charge = queries.charge(charge.id, lock=True)
    if amount_fen > held_fen(charge):
        raise TooMuchBack(left_fen=held_fen(charge))
    if against is not None:
        _pay_with(charge, amount_fen, against, at)
    charge.applied_fen, charge.updated_at = charge.applied_fen + amount_fen, at
    refunding.close_if_nothing_left(charge, at)
    lines = rules.on_applied(charge, amount_fen, against)
    ledger.post(Posting(posting, "deposit", lines, memo=reason), at)
    db.flush_or(TooMuchBack)
    audit.record(
        by, "deposit.apply", charge, at, amount_fen=amount_fen, reason=reason, against=against.id if against else None
    )
    return True


def _pay_with(charge: Charge, amount_fen: int, against: Charge, at: datetime) -> None:
    against = queries.charge(against.id, lock=True)
    same = (against.payer_id, against.payee_id) == (charge.payer_id, charge.payee_id)
    if not same or against.deposit or against.amount_fen != amount_fen or against.status != ChargeStatus.OPEN:
        raise NotPayable()
    move(against, ChargeStatus.PAID, at)
    against.paid_at = at
