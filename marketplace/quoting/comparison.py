"""Answers side by side as pure data: a column per supplier, a row per item, totals, and what is lowest."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from marketplace.quoting.models import Invitation, Quote, QuoteLine, QuoteStatus, Request, RequestLine
from marketplace.quoting.rules import State, state_of, taxed_fen


class Standing(StrEnum):
    """What a supplier has done so far, as the buyer may know it; in the order of columns."""

    ANSWERED = "answered"
    WAITING = "waiting"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


@dataclass
class Cell:
    """What one supplier says to one row: not asked (no line), not answered (no answer), or an answer."""

    line: RequestLine | None = None
    answer: QuoteLine | None = None
    taxed_fen: int | None = None
    lowest: bool = False

    @property
    def total_fen(self) -> int | None:
        """Unit price with tax times quantity; None without a price."""
        return None if self.taxed_fen is None or self.line is None else self.taxed_fen * self.line.quantity


@dataclass
class Row:
    """One item; `uniform` when everybody was asked for the same quantity in the same unit."""

    title: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def uniform(self) -> bool:
        """Whether totals of this row compare."""
        return len({(c.line.quantity, c.line.unit) for c in self.cells if c.line}) == 1

    @property
    def same_unit(self) -> bool:
        """Whether unit prices of this row compare."""
        return len({c.line.unit for c in self.cells if c.line}) == 1

    @property
    def asked(self) -> RequestLine:
        """Some line of the row, to say quantity and unit once where they are uniform."""
        return next(c.line for c in self.cells if c.line)


@dataclass
class Column:
    """One supplier."""

    supplier_id: int
    name: str
    standing: Standing
    quote: Quote | None
    reason: str = ""
    seen_at: datetime | None = None
    asked: int = 0
    priced: int = 0
    total_fen: int = 0
    longest_days: int | None = None
    lowest: bool = False


@dataclass
class Comparison:
    """The whole table."""

    columns: list[Column]
    rows: list[Row]

    @property
    def answered(self) -> int:
        """How many suppliers gave prices."""
        return sum(column.standing == Standing.ANSWERED for column in self.columns)


def compare(
    request: Request,
    lines: list[RequestLine],
    invitations: list[tuple[Invitation, str]],
    quotes: dict[int, Quote],
    answers: dict[int, QuoteLine],
    *,
    title_of: Callable[[RequestLine], str],
    at: datetime,
) -> Comparison:
    """Lay answers side by side.

    `invitations` with the suppliers' names; `quotes` by supplier id, drafts left out; `answers` by request line id, of
    submitted quotes only. Columns with prices come first. Lines with the same title meet in one row; a supplier's
    second one opens a second row.
    """
    columns = [_column(request, asked, name, quotes.get(asked.supplier_id), at) for asked, name in invitations]
    columns.sort(key=lambda column: list(Standing).index(column.standing))
    rows = _rows(lines, columns, answers, title_of)
    for row in rows:
        _mark_lowest_price(row)
    _sum_up(columns, rows)
    _mark_lowest_total(columns, rows)
    return Comparison(columns, rows)


def _column(request: Request, invitation: Invitation, name: str, quote: Quote | None, at: datetime) -> Column:
    standings = {
        QuoteStatus.SUBMITTED: Standing.ANSWERED,
        QuoteStatus.DECLINED: Standing.DECLINED,
        QuoteStatus.WITHDRAWN: Standing.WITHDRAWN,
    }
    silent = Standing.WAITING if state_of(request, at) == State.OPEN else Standing.MISSING
    standing = standings.get(quote.status, silent) if quote else silent
    reason = invitation.declined_reason if standing == Standing.DECLINED else ""
    shown = quote if standing == Standing.ANSWERED else None
    return Column(invitation.supplier_id, name, standing, shown, reason, invitation.seen_at)


def _rows(
    lines: list[RequestLine],
    columns: list[Column],
    answers: dict[int, QuoteLine],
    title_of: Callable[[RequestLine], str],
) -> list[Row]:
    places = {column.supplier_id: n for n, column in enumerate(columns)}
    groups: dict[str, list[Row]] = {}
    for line in lines:
        place, title = places[line.supplier_id], title_of(line)
        group = groups.setdefault(title, [])
        row = next((r for r in group if r.cells[place].line is None), None)
        if row is None:
            row = Row(title, [Cell() for _column in columns])
            group.append(row)
        quote, answer = columns[place].quote, answers.get(line.id)
        priced = quote is not None and answer is not None and answer.unit_price_fen is not None
        with_tax = taxed_fen(answer.unit_price_fen, quote) if priced else None
        row.cells[place] = Cell(line, answer if quote else None, with_tax)
    return [row for group in groups.values() for row in group]


def _mark_lowest_price(row: Row) -> None:
    """Mark the lowest of two or more unit prices, ties alike, when the unit is the same."""
    priced = [cell for cell in row.cells if cell.taxed_fen is not None]
    if len(priced) < 2 or not row.same_unit:
        return
    least = min(cell.taxed_fen for cell in priced)
    for cell in priced:
        cell.lowest = cell.taxed_fen == least


def _sum_up(columns: list[Column], rows: list[Row]) -> None:
    for place, column in enumerate(columns):
        cells = [row.cells[place] for row in rows if row.cells[place].line]
        priced = [cell for cell in cells if cell.total_fen is not None]
        days = [c.answer.delivery_days for c in priced if c.answer and c.answer.delivery_days is not None]
        column.asked, column.priced = len(cells), len(priced)
        column.total_fen = sum(cell.total_fen or 0 for cell in priced)
        column.longest_days = max(days) if days else None


def _mark_lowest_total(columns: list[Column], rows: list[Row]) -> None:
    """Mark the lowest total among suppliers who priced every row, when all rows ask everybody for the same."""
    whole = [column for column in columns if column.priced == len(rows)]
    if len(whole) < 2 or not all(row.uniform for row in rows):
        return
    least = min(column.total_fen for column in whole)
    for column in whole:
        column.lowest = column.total_fen == least
