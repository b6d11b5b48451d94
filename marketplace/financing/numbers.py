"""Running numbers of financing: RZ for applications, LH for consortia, the day, and a count."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from marketplace.financing.models import FinanceCounter
from marketplace.kit import clock, db


def next_number(series: Literal["RZ", "LH"], at: datetime) -> str:
    """Count up in the database: two at once get two numbers."""
    day = clock.local(at).date()
    counter = sa.text(
        "INSERT INTO finance_counter (day, series, last) VALUES (:day, :series, 1) "
        "ON CONFLICT (day, series) DO UPDATE SET last = finance_counter.last + 1 RETURNING last"
    ).bindparams(sa.bindparam("day", type_=FinanceCounter.__table__.c.day.type))
    last = db.session().connection().execute(counter, {"day": day, "series": series}).scalar_one()
    return f"{series}{day:%Y%m%d}-{last:04d}"
