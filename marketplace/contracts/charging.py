"""What a signed contract makes its buyer owe: the payments its terms foresee, raised once, at signing."""

from datetime import datetime

from flask_babel import force_locale

from marketplace.contracts import money, queries
from marketplace.contracts.models import Contract
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.permissions import Actor
from marketplace.payments import charging
from marketplace.payments.charging import ChargeAsk

DEPOSIT = "deposit"
LONGEST = 120


def raise_for(row: Contract, *, by: Actor, at: datetime) -> None:
    """Raise the charges of a contract that is in force. What comes back at the end (a deposit) is returned, not charged."""
    with force_locale(FIRST_LANGUAGE):
        foreseen = money.planned(queries.folder(row))
    asks = [
        ChargeAsk(
            payer_id=row.owner_id, payee_id=row.supplier_id, what=f"{charge.what} {row.number} {row.title}"[:LONGEST],
            code=charge.code, amount_fen=charge.amount_fen, due_on=charge.due_on, source_type="contract", source_id=row.id,
            source_key=f"{number}-{charge.code}", deposit=charge.code == DEPOSIT, link=f"/contracts/{row.id}",
        )
        for number, charge in enumerate(foreseen, 1)
        if charge.amount_fen > 0
    ]  # fmt: skip
    if asks:
        charging.raise_charges(asks, by=by, at=at)
