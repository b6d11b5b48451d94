"""What the search room does by the clock."""

from datetime import datetime

from marketplace.kit import db
from marketplace.kit.jobs import job
from marketplace.search.mirror import mirrors


@job("search.reconcile", "*/10 * * * *")
def reconcile(slot: datetime) -> str:
    """Compare every index with the database and repair what differs."""
    db.after_commit(_reconcile_all)  # the comparison writes on its own and may take long
    return "started"


def _reconcile_all() -> None:
    for mirror in mirrors().values():
        mirror.reconcile()
