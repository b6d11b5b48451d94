"""Running numbers of contracts: HT, the day, and a count."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.contracts.models import ContractCounter
from marketplace.kit import clock, db


def next_number(at: datetime) -> str:
    """Count up in the database: two at once get two numbers."""
    day = clock.local(at).date()
    counter = sa.text(
        "INSERT INTO contract_counter (day, last) VALUES (:day, 1) "
        "ON CONFLICT (day) DO UPDATE SET last = contract_counter.last + 1 RETURNING last"
    ).bindparams(sa.bindparam("day", type_=ContractCounter.__table__.c.day.type))
    last = db.session().connection().execute(counter, {"day": day}).scalar_one()
    return f"HT{day:%Y%m%d}-{last:04d}"
