"""What the pages room does by the clock."""

from datetime import datetime

from marketplace.kit import clock, db
from marketplace.kit.jobs import job
from marketplace.pages import saved_alerts


@job("pages.saved_searches", "10,40 7-9 * * *")
def look_at_saved(slot: datetime) -> str:
    """Tell what is new in saved searches, in the morning; the later slots only take up what an earlier one left."""
    db.after_commit(saved_alerts.run_due, clock.now())  # it asks the engine for long and writes on its own
    return "started"
