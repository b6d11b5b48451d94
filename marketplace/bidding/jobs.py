"""Bidding by the clock: manifests are published soon after the close. Nothing waits for it: whoever opens writes it too."""

from datetime import datetime

from marketplace.bidding import closing
from marketplace.kit.jobs import job


@job("bidding.close", "* * * * *")
def close_due_rounds(at: datetime) -> str:
    """Write the manifests of the rounds whose drain has passed."""
    due = closing.due_rounds(at)
    for current in due:
        closing.close_round(current, at=at)
    return f"{len(due)} rounds closed"
