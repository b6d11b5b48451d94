"""Verbs of ending: calling off with a reason, and failing with a reason."""

from datetime import datetime

from marketplace.accounts.errors import ReasonMissing
from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procurement import mails, queries, rules
from marketplace.procurement.errors import StillAwarded
from marketplace.procurement.models import LotStatus, Procurement, ProcurementStatus


def cancel(procurement: Procurement, reason: str, *, by: Actor, at: datetime) -> None:
    """Call it off; of a published one everybody invited or registered is told why. What was sealed stays sealed.

    Moves: draft | published | evaluating → cancelled. Raises: ReasonMissing; StillAwarded; NoSuchMove.
    """
    _end(procurement, ProcurementStatus.CANCELLED, reason, by=by, at=at)
    audit.record(by, "procurement.cancel", procurement, at, reason=reason.strip())


def fail(procurement: Procurement, reason: str, *, by: Actor, at: datetime) -> None:
    """It comes to nothing, such as with too few quotes; its open lots fail with it.

    Moves: published | evaluating → failed. Raises: ReasonMissing; StillAwarded; NoSuchMove.
    """
    _end(procurement, ProcurementStatus.FAILED, reason, by=by, at=at)
    for lot in queries.lots_of(procurement.id):
        if lot.status == LotStatus.OPEN:
            lot.fail_reason = reason.strip()[:500]
            move(lot, LotStatus.FAILED, at)
    db.session().flush()
    audit.record(by, "procurement.fail", procurement, at, reason=reason.strip())


def _end(procurement: Procurement, to: ProcurementStatus, reason: str, *, by: Actor, at: datetime) -> None:
    if not reason.strip():
        raise ReasonMissing()
    if rules.is_awarded(procurement):
        raise StillAwarded()
    queries.current_round(procurement.id, lock=True)
    waiting = queries.amendment_of(procurement.id, lock=True)
    procurement.end_reason = reason.strip()[:500]  # before the move is flushed: the table refuses an end without one
    move(procurement, to, at)
    procurement.ended_at = at
    if waiting is not None:
        db.session().delete(waiting)
    db.session().flush()
    if procurement.version:
        mails.ended(procurement, at)
