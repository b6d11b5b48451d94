"""What a quote says: the shape inside the envelope, versioned, and what it costs over the asked period."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from marketplace.arrangements import rules as arrangements

FORMAT = 1


class Strict(BaseModel):
    """Base of the parts: unknown fields are refused, so that nothing unread hides in a sealed quote."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


class PartyRole(StrEnum):
    """What a consortium member does."""

    MAKER = "maker"
    SERVICE = "service"
    LESSOR = "lessor"
    INSURER = "insurer"
    FINANCE = "finance"
    OTHER = "other"


class Meets(StrEnum):
    """What the supplier says of a requirement."""

    YES = "yes"
    BETTER = "better"
    NO = "no"


class Party(Strict):
    """A member of the consortium; `organisation_id` when it is on the platform. `share` is percent of the price, if agreed."""

    role: PartyRole
    name: str = Field(min_length=2, max_length=120)
    uscc: str = Field(default="", max_length=18)
    organisation_id: int | None = None
    duties: str = Field(default="", max_length=500)
    share: int | None = Field(default=None, ge=0, le=100)


class Answer(Strict):
    """What is offered for one requirement, by its place in the item's list."""

    requirement: int = Field(ge=0)
    meets: Meets
    offered: str = Field(default="", max_length=300)


class Line(Strict):
    """What is offered for one item of a lot, by its place. A null price says the item is not offered.

    The unit price is per what the main arrangement is priced by: once, a month, a day, a use, a year.
    """

    item: int = Field(ge=0)
    unit_price_fen: int | None = Field(default=None, ge=0, le=10**13)
    listing_id: int | None = None
    product: str = Field(default="", max_length=160)
    delivery_days: int | None = Field(default=None, ge=0, le=3650)
    note: str = Field(default="", max_length=500)
    answers: list[Answer] = []


class Part(Strict):
    """One arrangement a lot is offered under. The first of a lot prices its lines and has no price of its own; those that come
    with it (a service, an insurance) bring theirs in `price_fen`, per what their kind is priced by.
    """

    kind: str
    terms: dict[str, Any] = {}
    price_fen: int | None = Field(default=None, ge=0, le=10**13)


class LotQuote(Strict):
    """The answer to one lot."""

    lot: int = Field(ge=1)
    parts: list[Part] = Field(min_length=1, max_length=5)
    lines: list[Line] = Field(min_length=1, max_length=500)


class Delivery(Strict):
    """One step of the delivery plan: so many days after the contract."""

    after_days: int = Field(ge=0, le=3650)
    what: str = Field(min_length=1, max_length=200)


class SealedAttachment(Strict):
    """An attachment: where its sealed bytes are, and the key that opens them (base64)."""

    file: str
    key: str
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int = Field(ge=0)
    sha256: str = Field(max_length=64)


class QuoteContent(Strict):
    """Everything a supplier seals. `small_enterprise` is its own declaration (中小企业声明函)."""

    format: Literal[1] = FORMAT
    procurement: str
    version: int
    round: int
    supplier_id: int
    supplier_name: str
    uscc: str
    user_id: int
    user_name: str
    lots: list[LotQuote] = Field(min_length=1, max_length=50)
    consortium: list[Party] = Field(default=[], max_length=10)
    deliveries: list[Delivery] = Field(default=[], max_length=30)
    valid_until: date
    tax_included: bool = True
    tax_rate: int = Field(default=13, ge=0, le=100)
    small_enterprise: bool = False
    note: str = Field(default="", max_length=4000)
    files: list[SealedAttachment] = Field(default=[], max_length=20)


def quantities(items: Sequence[Mapping[str, Any]]) -> list[float]:
    """How much of each item is asked; one where nobody said."""
    return [float(item.get("quantity") or 1) for item in items]


def lines_fen(quote: LotQuote, amounts: Sequence[float]) -> int:
    """Σ quantity × unit price of the lines that are offered; half a fen rounds up."""
    offered = (line for line in quote.lines if line.unit_price_fen is not None and line.item < len(amounts))
    return sum(int(amounts[line.item] * line.unit_price_fen + 0.5) for line in offered)


def total_fen(quote: LotQuote, quantities: list[float], months: int) -> int:
    """What the buyer pays over the asked period under all parts of the offer, so that kinds of arrangement compare.

    Raises: pydantic.ValidationError for terms that do not fit their kind; KeyError for a kind there is not.
    """
    main, *others = quote.parts
    total = part_fen(main, lines_fen(quote, quantities), months)
    return total + sum(part_fen(part, part.price_fen or 0, months) for part in others)


def part_fen(part: Part, base_fen: int, months: int) -> int:
    """One part over the period; `base_fen` is what it is priced by: the lines, or its own price."""
    kind = arrangements.kind(part.kind)
    if kind is None:
        raise KeyError(part.kind)
    return kind.comparable_fen(kind.terms.model_validate(part.terms), base_fen, months)
