"""Shapes that come in through the pages of contracts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field, model_validator

from marketplace.contracts.models import ChangeReason, ContractKind
from marketplace.contracts.models_performance import DisputeOutcome, DisputeSubject, Verdict
from marketplace.kit.forms import Filled, Form, Yuan, read
from marketplace.kit.money import MAX_FEN

MAX_DAYS = 3650
MAX_STEPS, MAX_ITEMS = 12, 12
MAX_QUANTITY = Decimal(10_000_000)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def _plain(value: Any) -> Any:
    return value.translate(_FULL_WIDTH).replace(",", "").strip() if isinstance(value, str) else value


Quantity = Annotated[Decimal, BeforeValidator(_plain), Field(ge=0, le=MAX_QUANTITY, decimal_places=3)]
Key = Annotated[str, Field(min_length=8, max_length=40)]
Price = Annotated[Yuan, Field(ge=0, le=MAX_FEN)]


class StepForm(Form):
    """One step of the delivery plan; empty ones are left out."""

    what: str = Field(default="", max_length=200)
    after_days: int | None = Field(default=None, ge=0, le=MAX_DAYS)

    @model_validator(mode="after")
    def _whole(self) -> "StepForm":
        if bool(self.what) != (self.after_days is not None):
            raise ValueError(_("请同时填写交付内容和天数,或都留空。"))
        return self


class DraftForm(Form):
    """What the buyer may still settle before offering: nothing of the award itself."""

    title: str = Field(min_length=2, max_length=160)
    place: str = Field(default="", max_length=200)
    payment_terms: str = Field(default="", max_length=2000)
    acceptance_terms: str = Field(default="", max_length=2000)
    other_terms: str = Field(default="", max_length=4000)
    accept_within_days: int = Field(ge=1, le=90)
    valid_from: date | None = None
    valid_until: date | None = None
    ceiling: Price | None = None
    response_hours: int | None = Field(default=None, ge=1, le=2160)
    steps: list[StepForm] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> "DraftForm":
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(_("有效期的截止日期不能早于开始日期。"))
        return self


class NewItem(Form):
    """One thing a framework offers."""

    name: str = Field(default="", max_length=120)
    unit: str = Field(default="", max_length=20)
    quantity: Quantity | None = None
    price: Price | None = None

    @model_validator(mode="after")
    def _whole(self) -> "NewItem":
        if self.name and self.price is None:
            raise ValueError(_("请填写单价。"))
        if not self.name and (self.price is not None or self.quantity is not None):
            raise ValueError(_("请填写品目名称。"))
        return self


class FrameworkForm(Form):
    """An agreement the buyer already has with a supplier, or now wants to make."""

    form_key: Key
    supplier: str = Field(min_length=2, max_length=120)
    kind: ContractKind
    title: str = Field(min_length=2, max_length=160)
    basis: str = Field(min_length=2, max_length=500)
    valid_from: date
    valid_until: date
    ceiling: Price | None = None
    response_hours: int | None = Field(default=None, ge=1, le=2160)
    payment_terms: str = Field(default="", max_length=2000)
    acceptance_terms: str = Field(default="", max_length=2000)
    items: list[NewItem] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> "FrameworkForm":
        if self.valid_until < self.valid_from:
            raise ValueError(_("有效期的截止日期不能早于开始日期。"))
        return self


class CallOffForm(Form):
    """What is called off now, by the framework's item; others stay empty."""

    form_key: Key
    title: str = Field(min_length=2, max_length=160)
    place: str = Field(min_length=2, max_length=200)
    why: str = Field(default="", max_length=500)
    within_days: int = Field(ge=0, le=365)
    quantities: dict[int, Decimal] = Field(default_factory=dict)


class AnnounceForm(Form):
    """A delivery on its way: what it brings by item, for which step."""

    form_key: Key
    sent_on: date
    arrives_on: date
    carrier: str = Field(default="", max_length=120)
    tracking: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=1000)
    milestone_id: int | None = None
    completes: bool = False
    quantities: dict[int, Decimal] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_order(self) -> "AnnounceForm":
        if self.arrives_on < self.sent_on:
            raise ValueError(_("预计到达日期不能早于发出日期。"))
        return self


class HandoverForm(Form):
    """When it was handed over."""

    received_on: date


class AgainForm(Form):
    """A delivery sent again after rework."""

    sent_on: date
    arrives_on: date
    carrier: str = Field(default="", max_length=120)
    tracking: str = Field(default="", max_length=80)
    note: str = Field(min_length=2, max_length=1000)


class InspectionForm(Form):
    """What the buyer found; `passed` and `findings` by item. Rework needs a day, all but acceptance a reason."""

    verdict: Verdict
    reason: str = Field(default="", max_length=1000)
    redo_by: date | None = None
    passed: dict[int, Decimal] = Field(default_factory=dict)
    findings: dict[int, str] = Field(default_factory=dict)


class ChangeForm(Form):
    """What one side would like to be different; empty fields stay as they are."""

    form_key: Key
    reason: ChangeReason
    why: str = Field(min_length=2, max_length=1000)
    ends: bool = False
    limit_read: bool = False
    valid_until: date | None = None
    ceiling: Price | None = None
    payment_terms: str = Field(default="", max_length=2000)
    acceptance_terms: str = Field(default="", max_length=2000)
    other_terms: str = Field(default="", max_length=4000)
    quantities: dict[int, Decimal] = Field(default_factory=dict)
    days: dict[int, date] = Field(default_factory=dict)


class Reason(Form):
    """Why."""

    reason: str = Field(min_length=2, max_length=500)


class Words(Form):
    """A reply."""

    text: str = Field(min_length=2, max_length=1000)


class DisputeForm(Form):
    """What one side complains about."""

    form_key: Key
    subject: DisputeSubject
    delivery: int | None = None
    text: str = Field(min_length=10, max_length=4000)


class StatementForm(Form):
    """What somebody adds to a dispute."""

    form_key: Key
    text: str = Field(min_length=2, max_length=4000)


class OutcomeForm(Form):
    """How a dispute ended."""

    outcome: DisputeOutcome
    text: str = Field(min_length=5, max_length=2000)
    redo_by: date | None = None


class RatingForm(Form):
    """Marks by criterion, and words."""

    text: str = Field(default="", max_length=1000)
    scores: dict[str, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)


class DecisionForm(Form):
    """What the operator decides about a reported rating."""

    hide: bool
    reason: str = Field(min_length=2, max_length=500)


class CheckForm(Form):
    """A look at the reserve, or a drill."""

    form_key: Key
    drill: bool = False
    checked_on: date
    ready: bool
    minutes: int | None = Field(default=None, ge=0, le=100_000)
    text: str = Field(min_length=2, max_length=1000)


class _Amount(Form):
    value: Quantity | None = None


class _Day(Form):
    value: date | None = None


class _Words(Form):
    value: str = Field(default="", max_length=500)


class _Mark(Form):
    value: int = Field(ge=1, le=5)


def read_map(filled: Filled[Any], sent: Mapping[str, str], field: str, prefix: str, keys: Sequence[Any],
             kind: type[Form]) -> None:  # fmt: skip
    """Read numbered fields `prefix-key` into the form's map `field`; blanks are left out, faults stand at their field."""
    found: dict[Any, Any] = {}
    for key in keys:
        name = f"{prefix}-{key}"
        part = read(kind, {"value": sent.get(name)})
        filled.values[name] = sent.get(name)
        for text in part.errors.values():
            filled.fail(name, text)
        if part.data is not None and part.data.value not in (None, ""):  # type: ignore[attr-defined]
            found[key] = part.data.value  # type: ignore[attr-defined]
    if filled.data is not None:
        setattr(filled.data, field, found)


def read_quantities(filled: Filled[Any], sent: Mapping[str, str], keys: Sequence[int], field: str = "quantities",
                    prefix: str = "quantity") -> None:  # fmt: skip
    """Quantities by item id out of `quantity-<id>`."""
    read_map(filled, sent, field, prefix, keys, _Amount)


def read_days(filled: Filled[Any], sent: Mapping[str, str], keys: Sequence[int]) -> None:
    """Days by milestone id out of `day-<id>`."""
    read_map(filled, sent, "days", "day", keys, _Day)


def read_findings(filled: Filled[Any], sent: Mapping[str, str], keys: Sequence[int]) -> None:
    """Words by item id out of `finding-<id>`."""
    read_map(filled, sent, "findings", "finding", keys, _Words)


def read_scores(filled: Filled[Any], sent: Mapping[str, str], names: Sequence[str]) -> None:
    """Marks by criterion out of `score-<name>`; each must be given."""
    read_map(filled, sent, "scores", "score", names, _Mark)


def read_rows(filled: Filled[Any], sent: Mapping[str, str], field: str, kind: type[Form], count: int) -> None:
    """Read `count` numbered rows `<field>-<n>-<name>` into the form's list; rows left empty are dropped."""
    rows = []
    for n in range(1, count + 1):
        part = read(kind, {name: sent.get(f"{field}-{n}-{name}") for name in kind.model_fields})
        filled.values.update({f"{field}-{n}-{name}": value for name, value in part.values.items()})
        for name, text in part.errors.items():
            filled.fail(
                f"{field}-{n}-{name or next(iter(kind.model_fields))}", _("第 %(n)s 行:%(text)s", n=n, text=text)
            )
        if part.data is not None and any(part.values.values()):
            rows.append(part.data)
    if filled.data is not None:
        setattr(filled.data, field, rows)
