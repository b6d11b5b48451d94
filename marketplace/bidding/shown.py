"""A quote's content beside what was asked, ready to be shown, printed and added up."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from marketplace.arrangements import rules as arrangements
from marketplace.arrangements import schemas
from marketplace.arrangements.schemas import Shown
from marketplace.bidding import content
from marketplace.bidding.content import Answer, Line, Meets, Part, QuoteContent
from marketplace.procurement.models import Lot


class ShownAnswer(NamedTuple):
    """A requirement as asked, and what is said of it (None: nothing)."""

    requirement: Mapping[str, Any]
    answer: Answer | None


class ShownLine(NamedTuple):
    """An item as asked, what is offered for it (None: nothing), and quantity × unit price."""

    item: Mapping[str, Any]
    quantity: float
    line: Line | None
    amount_fen: int | None
    answers: list[ShownAnswer]


class ShownPart(NamedTuple):
    """An arrangement with its terms in words, what its price is for, and what it adds to the total."""

    part: Part
    kind: arrangements.ArrangementKind
    per: str
    terms: list[Shown]
    total_fen: int


class ShownLot(NamedTuple):
    """A lot's answer. `base_fen` is Σ quantity × unit price; `total_fen` is what is compared."""

    number: int
    title: str
    parts: list[ShownPart]
    lines: list[ShownLine]
    base_fen: int
    total_fen: int

    @property
    def missed(self) -> list[ShownAnswer]:
        """Requirements that must be met and, as the supplier says itself, are not."""
        found = [one for line in self.lines for one in line.answers if one.answer and one.answer.meets == Meets.NO]
        return [one for one in found if one.requirement.get("level") == "hard"]


def of_rows(said: QuoteContent, lots: Sequence[Lot], months: int) -> list[ShownLot]:
    """A content beside the lots as they are now."""
    return _shown(said, {lot.number: (lot.title, lot.items) for lot in lots}, months)


def of_version(said: QuoteContent, version: Mapping[str, Any]) -> list[ShownLot]:
    """A content beside what the version it answers asked for (procurement.snapshots)."""
    asked = {lot["number"]: (lot["title"], lot["items"]) for lot in version["lots"]}
    return _shown(said, asked, version["period_months"])


def _shown(
    said: QuoteContent, asked: Mapping[int, tuple[str, Sequence[Mapping[str, Any]]]], months: int
) -> list[ShownLot]:
    return [_lot(lot, *asked[lot.lot], months) for lot in said.lots if lot.lot in asked]


def _lot(lot: content.LotQuote, title: str, items: Sequence[Mapping[str, Any]], months: int) -> ShownLot:
    amounts = content.quantities(items)
    base_fen = content.lines_fen(lot, amounts)
    parts = [
        _part(part, base_fen if place == 0 else part.price_fen or 0, months) for place, part in enumerate(lot.parts)
    ]
    by_place = {line.item: line for line in lot.lines}
    lines = [_line(item, amounts[place], by_place.get(place)) for place, item in enumerate(items)]
    return ShownLot(lot.lot, title, parts, lines, base_fen, sum(part.total_fen for part in parts))


def _part(part: Part, base_fen: int, months: int) -> ShownPart:
    kind, terms = arrangements.kind(part.kind), schemas.terms_of(part.kind, part.terms)
    total_fen = content.part_fen(part, base_fen, months)
    return ShownPart(part, kind, kind.unit_of(terms), schemas.shown_terms(terms), total_fen)


def _line(item: Mapping[str, Any], quantity: float, line: Line | None) -> ShownLine:
    if line is None or line.unit_price_fen is None:
        return ShownLine(item, quantity, None, None, [])
    said = {answer.requirement: answer for answer in line.answers}
    answers = [ShownAnswer(one, said.get(n)) for n, one in enumerate(item.get("requirements") or [])]
    return ShownLine(item, quantity, line, int(quantity * line.unit_price_fen + 0.5), answers)
