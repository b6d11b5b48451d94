"""What the accounts room does by the clock."""

from datetime import datetime, timedelta

from marketplace.kit import db, sessions, throttle
from marketplace.kit.jobs import job


@job("accounts.tidy", "17 3 * * *")
def tidy(slot: datetime) -> str:
    """Delete dead sessions and counters that no longer count."""
    gone = sessions.delete_expired(db.session(), slot - timedelta(days=2))
    throttle.delete_old(db.session(), slot)
    return f"{gone} sessions"
