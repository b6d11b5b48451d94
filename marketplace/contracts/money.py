"""What is to be paid when, as the terms say it: an overview, not an account of payments."""

from datetime import date

from pydantic import ValidationError

from marketplace.arrangements import rules as arrangements
from marketplace.arrangements.terms import Charge
from marketplace.contracts import rules
from marketplace.contracts.models import FRAMEWORKS, Contract
from marketplace.contracts.rows import Folder
from marketplace.kit import clock


def planned(folder: Folder) -> list[Charge]:
    """The payments the terms foresee from signing on, by day; none before signing and for frameworks without a fee."""
    row = folder.contract
    if row.signed_at is None:
        return []
    start, lines = clock.local(row.signed_at).date(), rules.lines_fen(folder.items)
    found = [charge for place, part in enumerate(row.parts) for charge in _of(row, part, 0 if place else lines, start)]
    return sorted(found, key=lambda charge: charge.due_on)


def _of(row: Contract, part: dict, lines: int, start: date) -> list[Charge]:
    kind = arrangements.kind(part["kind"])
    if kind is None or (row.kind in FRAMEWORKS and kind.code not in ("reserve_agreement", "capacity_reserve")):
        return []
    try:
        return kind.charges(kind.terms.model_validate(part["terms"]), lines or part.get("price_fen") or 0, start)
    except ValidationError:
        return []  # terms of a kind that has changed since: the text itself still says them
