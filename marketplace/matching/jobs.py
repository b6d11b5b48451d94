"""Matching by the clock: what changed is judged again every minute; suppliers get one mail a day."""

from datetime import datetime

from flask import current_app

from marketplace.kit import clock, db
from marketplace.kit.jobs import job
from marketplace.matching import changes, opportunities, readings


@job("matching.changes", "* * * * *")
def judge_changes(at: datetime) -> str:
    """Judge needs and listings that changed."""
    db.after_commit(changes.drain_soon, current_app._get_current_object())
    return "started"


@job("matching.readings", "* * * * *")
def read_listings(at: datetime) -> str:
    """Read listings of which nothing is kept by the rules in force: after a start with new rules, or an import."""
    db.after_commit(readings.keep_missing, current_app._get_current_object(), clock.now() + readings.A_WHILE)
    return "started"


@job("matching.digest", "30 8 * * *")
def send_digests(at: datetime) -> str:
    """Mail each supplier the opportunities of the last day."""
    return f"{opportunities.send_digests(at=at)} suppliers told"
