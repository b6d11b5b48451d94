"""Shapes that come in through the quoting pages."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from marketplace.arrangements import rules as arrangements
from marketplace.kit import clock
from marketplace.kit.forms import Filled, Form, Yuan, read
from marketplace.quoting.models import MAX_QUANTITY
from marketplace.taxonomy import queries as taxonomy

MAX_ID = 2**31 - 1


def _shanghai(value: Any) -> Any:
    """A time as `<input type=datetime-local>` sends it, read in Shanghai."""
    if not isinstance(value, str):
        return value
    try:
        naive = datetime.strptime(value.strip().replace(" ", "T")[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        raise ValueError(_("请填写时间,如 2026-01-31 17:00。")) from None
    return naive.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)


def time_text(moment: datetime) -> str:
    """How a time stands in a form field."""
    return clock.local(moment).strftime("%Y-%m-%dT%H:%M")


def _known(codes: list[str]) -> AfterValidator:
    def judge(code: str) -> str:
        if code not in codes:
            raise ValueError(_("请从列出的选项中选择。"))
        return code

    return AfterValidator(judge)


def _province(name: str) -> str:
    if name not in taxonomy.provinces():
        raise ValueError(_("请从列出的选项中选择。"))
    return name


def _ahead(day: date) -> date:
    if day < clock.today():
        raise ValueError(_("需要日期不能早于今天。"))
    return day


ShanghaiTime = Annotated[datetime, BeforeValidator(_shanghai)]
Category = Annotated[str, _known([code for code, *_names in taxonomy.categories()])]
Arrangement = Annotated[str, _known([kind.code for kind in arrangements.KINDS])]
Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]


class NewBasketLine(Form):
    """What goes into the basket; without a quantity the least the supplier sells."""

    listing_id: int = Field(ge=1, le=MAX_ID)
    quantity: Quantity | None = None


class BasketEdit(Form):
    """How many, and what the supplier should know."""

    quantity: Quantity
    note: str = Field(default="", max_length=300)


class NewRequest(Form):
    """A request for quotes; `lines` are the basket lines to ask about."""

    form_key: str = Field(min_length=8, max_length=40)
    title: str = Field(min_length=2, max_length=120)
    purpose: str = Field(min_length=2, max_length=2000)
    category: Category
    province: Annotated[str, AfterValidator(_province)]
    city: str = Field(default="", max_length=40)
    wanted_on: Annotated[date, AfterValidator(_ahead)] | None = None
    arrangement: Arrangement
    answer_by: ShanghaiTime
    remarks: str = Field(default="", max_length=2000)
    lines: list[int] = Field(default_factory=list, max_length=1000)


class Extension(Form):
    """More time."""

    answer_by: ShanghaiTime


class Reason(Form):
    """Why something is cancelled or declined."""

    reason: str = Field(min_length=2, max_length=500)


class NewQuestion(Form):
    """A question."""

    text: str = Field(min_length=2, max_length=1000)


class NewAnswer(Form):
    """The buyer's answer, and the question as all will read it: names can be taken out."""

    text: str = Field(min_length=2, max_length=1000)
    answer: str = Field(min_length=1, max_length=2000)


class LineAnswer(Form):
    """The answer to one line: a price, or 不报价 with its reason in the note, or nothing yet."""

    price: Yuan | None = None
    skipped: bool = False
    delivery_days: int | None = Field(default=None, ge=0, le=3650)
    note: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _one_answer(self) -> "LineAnswer":
        if self.skipped and self.price is not None:
            raise ValueError(_("填写了单价又勾选了不报价,请只保留一个。"))
        if self.skipped and not self.note:
            raise ValueError(_("不报价请在备注中说明原因。"))
        if not self.answered and (self.note or self.delivery_days is not None):
            raise ValueError(_("请填写单价,或勾选不报价并说明原因。"))
        return self

    @property
    def answered(self) -> bool:
        """Whether the line says anything."""
        return self.skipped or self.price is not None


class QuoteForm(Form):
    """A supplier's whole answer; `revision` is the state of the quote it was typed over, 0 for a new one."""

    revision: int = 0
    valid_days: int | None = Field(default=None, ge=1, le=730)
    tax_included: bool | None = None
    tax_rate: int | None = Field(default=None, ge=0, le=100)
    note: str = Field(default="", max_length=2000)
    lines: list[LineAnswer] = Field(default_factory=list)


def read_quote(sent: Mapping[str, str], count: int, *, final: bool) -> Filled[QuoteForm]:
    """Judge a quote form with `count` lines, whose fields are numbered from 1 (`price-1`).

    A draft may leave things open; a `final` one must have its terms, an answer to every line, and one price at least.
    """
    terms = {name: sent.get(name) for name in QuoteForm.model_fields if name != "lines"}
    filled = read(QuoteForm, terms)
    names = tuple(LineAnswer.model_fields)
    parts = [read(LineAnswer, {name: sent.get(f"{name}-{n}") for name in names}) for n in range(1, count + 1)]
    for n, part in enumerate(parts, 1):
        filled.values.update({f"{name}-{n}": value for name, value in part.values.items()})
        for name, text in part.errors.items():
            filled.fail(f"{name or 'price'}-{n}", _("第 %(n)s 项:%(text)s", n=n, text=text))
    if final:
        _check_final(filled, parts)
    if filled.data:
        filled.data.lines = [part.data for part in parts]
    return filled


def _check_final(filled: Filled[QuoteForm], parts: list[Filled[LineAnswer]]) -> None:
    for name in ("valid_days", "tax_included", "tax_rate"):
        if not filled.values.get(name):
            filled.fail(name, _("请填写此项。"))
    for n, part in enumerate(parts, 1):
        if not part.data:
            continue
        if not part.data.answered:
            filled.fail(f"price-{n}", _("第 %(n)s 项:请填写单价,或勾选不报价并说明原因。", n=n))
        elif part.data.price is not None and part.data.delivery_days is None:
            filled.fail(f"delivery_days-{n}", _("第 %(n)s 项:请填写交货天数,现货可填 0。", n=n))
    if not filled.errors and all(part.data and part.data.skipped for part in parts):
        filled.fail("", _("所有项目均不报价时,请使用“谢绝报价”。"))
