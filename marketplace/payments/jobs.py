"""The daily reconciliation; sending and looking up are done every second by the jobs process (`events.work_all`)."""

from datetime import datetime

from marketplace.kit import db
from marketplace.kit.jobs import job
from marketplace.payments import reconciling


@job("payments.reconcile", "30 3 * * *")
def reconcile(slot: datetime) -> str:
    """Compare with every gateway, after the slot's own commit: nobody is asked with a transaction open."""
    db.after_commit(reconciling.reconcile_all)
    return "begun"
