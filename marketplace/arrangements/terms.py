"""What every kind of arrangement is made of: terms with labels, payments over time, and exact shares of money and months."""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, Field

from marketplace.kit.forms import Form
from marketplace.kit.forms import Yuan as TypedYuan
from marketplace.kit.money import MAX_FEN

Per = Literal["once", "month", "day", "use", "year"]
Timing = Literal["advance", "arrears"]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Yuan = Annotated[TypedYuan, Field(ge=0, le=MAX_FEN)]
MAX_MONTHS = 240

TIMINGS = {"advance": _("期初支付"), "arrears": _("期末支付")}
INTERVALS = {1: _("按月"), 3: _("按季"), 6: _("按半年"), 12: _("按年")}


def _interval(months: int) -> int:
    if months not in INTERVALS:
        raise ValueError(gettext("请从列出的选项中选择。"))
    return months


Interval = Annotated[int, AfterValidator(_interval)]
Terms = Form
"""Base of every kind's terms: text is trimmed, "1200" in a money field is yuan, 120000 as a number is fen."""


def term(title: Any, default: Any = ..., *, by: str = "supplier", unit: Any = "", hint: Any = "",
         options: dict[Any, Any] | None = None, **bounds: Any) -> Any:  # fmt: skip
    """A field of terms: its label, unit and hint, and who sets it.

    `by` is "buyer" for what every offer must share to be comparable (period, expected use), else "supplier".
    """
    more = {"by": by, "unit": unit, "hint": hint, "options": options}
    return Field(default, title=title, json_schema_extra=more, **bounds)


@dataclass(frozen=True)
class Charge:
    """A payment of the buyer, due on a day in Shanghai; below zero it comes back to the buyer.

    `what` is in the reader's language: who stores it asks for it in the first language. `code` says what it is to a
    program. `part` is the kind that raised it when the arrangement is a bundle, else "".
    """

    due_on: date
    amount_fen: int
    what: str
    code: str = ""
    part: str = ""


@dataclass(frozen=True)
class ArrangementKind:
    """One way of dealing. `lines_fen`, given to its functions, is Σ quantity × unit price, the price per `priced_per`.

    `names` are other words suppliers write for it in their lists; `parties` are the roles that answer for it.
    """

    code: str
    priced_per: Per
    terms: type[Form]
    charges: Callable[[Any, int, date], list[Charge]]
    comparable_fen: Callable[[Any, int, int], int]
    duties: Callable[[Any], list[str]]
    at_end: Callable[[Any], str]
    hint: Any
    parties: tuple[str, ...] = ("buyer", "supplier")
    name: str = ""
    name_en: str = ""
    names: tuple[str, ...] = ()

    def unit_of(self, terms: Form) -> Per:
        """What a unit price is for under these terms: a bundle's is its product's, a service's may be a visit."""
        return getattr(terms, "priced_per", self.priced_per)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day (31 January → 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def share(fen: int, part: int, whole: int) -> int:
    """`fen` × part / whole to the fen, half up; `fen` and `part` are not below zero."""
    return (2 * fen * part + whole) // (2 * whole)


def percent_of(fen: int, percent: Decimal) -> int:
    """So many percent of an amount to the fen, half up."""
    return int((Decimal(fen) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def spans(months: int, every: int) -> Iterator[tuple[int, int]]:
    """The stretches of `every` months that fill `months`, as (first month, months in it); the last may be shorter."""
    return ((first, min(every, months - first)) for first in range(0, months, every))


def yearly_in_spans(year_fen: int, months: int, every: int) -> list[tuple[int, int, int]]:
    """A yearly price in stretches, as (first month, month after its last, fen); they sum exactly to months ÷ 12."""
    ends = [(first, first + length) for first, length in spans(months, every)]
    return [(first, end, share(year_fen, end, 12) - share(year_fen, first, 12)) for first, end in ends]


def years_begun(months: int) -> int:
    """Years of which at least a day falls into so many months."""
    return -(-months // 12)


def paid(charges: list[Charge]) -> list[Charge]:
    """By day, without those of nothing."""
    return sorted((charge for charge in charges if charge.amount_fen), key=lambda charge: charge.due_on)


def plain(number: Decimal) -> str:
    """A percentage without needless zeros."""
    return f"{number.normalize():f}"
