"""Pure decisions of procurements: where one stands at a moment."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.procurement.models import Procurement, ProcurementStatus, Round

DRAIN = timedelta(seconds=60)
"""Requests whose last byte was here before the deadline may be worked off this long; then the manifest is written."""


class Phase(StrEnum):
    """Where a procurement stands at a moment; nothing has to happen for a deadline to pass."""

    DRAFT = "draft"
    COLLECTING = "collecting"
    CLOSING = "closing"
    TO_OPEN = "to_open"
    EVALUATING = "evaluating"
    OBJECTIONS = "objections"
    FINAL = "final"
    FAILED = "failed"
    CANCELLED = "cancelled"


def round_phase(current: Round, at: datetime) -> Phase:
    """One round: quotes come until the deadline; after the drain and from `opens_at` on it may be opened."""
    if current.opened_at is not None:
        return Phase.EVALUATING
    if at < current.quotes_until:
        return Phase.COLLECTING
    return Phase.TO_OPEN if at >= may_open_from(current) else Phase.CLOSING


def may_open_from(current: Round) -> datetime:
    """The first moment at which a round may be opened."""
    return max(current.opens_at, current.quotes_until + DRAIN)


def phase_of(procurement: Procurement, current: Round, at: datetime) -> Phase:
    """The whole procurement, by its status and its newest round."""
    status = procurement.status
    if status in (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING):
        return round_phase(current, at)
    if status == ProcurementStatus.AWARDED:
        until = procurement.objections_until
        return Phase.FINAL if until is not None and at >= until else Phase.OBJECTIONS
    return Phase(status.value)


def is_over(phase: Phase) -> bool:
    """Whether nothing further happens to it in these rooms."""
    return phase in (Phase.FINAL, Phase.FAILED, Phase.CANCELLED)


def is_awarded(procurement: Procurement) -> bool:
    """Whether somebody holds an award in it, of all lots or of some; the room above sets the objection time as long as so."""
    return procurement.status == ProcurementStatus.AWARDED or procurement.objections_until is not None


def questions_open(procurement: Procurement, current: Round, at: datetime) -> bool:
    """Whether suppliers may ask: in the first round, until the cut-off and never past the deadline."""
    if procurement.status != ProcurementStatus.PUBLISHED or current.number != 1 or at >= current.quotes_until:
        return False
    return procurement.questions_until is None or at < procurement.questions_until


def may_amend(procurement: Procurement, current: Round, at: datetime) -> bool:
    """Whether the documents may still change: before the first deadline."""
    return procurement.status == ProcurementStatus.PUBLISHED and current.number == 1 and at < current.quotes_until


def may_edit(procurement: Procurement, current: Round, at: datetime) -> bool:
    """Whether its sections may be edited: as a draft, or towards an amendment."""
    return procurement.status == ProcurementStatus.DRAFT or may_amend(procurement, current, at)


def named_in(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of these organisations, blanks not counting."""
    bare = "".join(text.split())
    return any("".join(name.split()) in bare for name in names if name.strip())
