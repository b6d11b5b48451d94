"""What the quoting room does by the clock."""

from datetime import datetime

from marketplace.kit import clock
from marketplace.kit.jobs import job
from marketplace.quoting import mails, queries


@job("quoting.remind", "7,37 * * * *")
def remind(_slot: datetime) -> str:
    """Remind suppliers who have not answered when a day is left; the time is now, however late the slot runs."""
    at = clock.now()
    due = queries.to_remind(at)
    for request, invitation in due:
        invitation.reminded_at = at
        mails.reminder(request, invitation, at)
    return f"{len(due)} reminders"
