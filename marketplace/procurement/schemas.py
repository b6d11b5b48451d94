"""Shapes that come in through the procurement pages, section by section."""

from collections.abc import Mapping
from datetime import date
from itertools import zip_longest
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import Field
from werkzeug.datastructures import MultiDict

from marketplace.kit.forms import Filled, Form, read, yuan_text
from marketplace.needs.models import Need
from marketplace.needs.schemas import (
    Category,
    Fen,
    FieldCode,
    Province,
    ReasonText,
    ShanghaiTime,
    Text,
    filled_from,
    read_need,
    time_text,
)
from marketplace.procurement import criteria
from marketplace.procurement.contents import Content, LotContent
from marketplace.procurement.models import Visibility
from marketplace.procurement.overviews import HallFilter
from marketplace.taxonomy import queries as taxonomy

MAX_ID = 2**31 - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID)]


class NewForm(Form):
    """Where a procurement begins, and under which procedure."""

    form_key: str = Field(default="", max_length=40)
    procedure: str = Field(max_length=40)
    source: str = Field(default="nothing", max_length=10)
    title: str = Field(default="", max_length=120)
    need_id: Id | None = None
    lines: list[Id] = Field(default_factory=list, max_length=500)
    suppliers: list[Id] = Field(default_factory=list, max_length=100)


class HeadForm(Form):
    """What it is about, where and when it is needed, who may take part. The amount is typed in yuan."""

    title: str = Field(min_length=2, max_length=120)
    text: Text = Field(default="", max_length=20_000)
    category: Category = ""
    field_code: FieldCode = ""
    province: Province = ""
    city: str = Field(default="", max_length=40)
    place: str = Field(default="", max_length=200)
    wanted_on: date | None = None
    incident_id: Id | None = None
    incident_reason: str = Field(default="", max_length=1000)
    visibility: Visibility = Visibility.INVITED
    budget_fen: Fen | None = None
    budget_public: bool = False


class TermsForm(Form):
    """Under which arrangements quotes may come, over how long they compare, how it is paid and accepted."""

    arrangements: list[str] = Field(default_factory=list, max_length=20)
    period_months: int = Field(default=1, ge=1, le=360)
    payment_terms: Text = Field(default="", max_length=2000)
    acceptance_terms: Text = Field(default="", max_length=2000)


class TimesForm(Form):
    """Until when questions and quotes are taken, and when the quotes are opened; read in Shanghai."""

    questions_until: ShanghaiTime | None = None
    quotes_until: ShanghaiTime
    opens_at: ShanghaiTime | None = None


class ReasonForm(Form):
    """Why it is called off or fails."""

    reason: ReasonText


class WhyForm(Form):
    """Why it is amended; `reconfirm` asks for confirmation of earlier quotes though nothing substantive changed."""

    why: ReasonText
    reconfirm: bool = False


class ExtensionForm(Form):
    """Until when quotes are taken now, and why."""

    quotes_until: ShanghaiTime
    why: ReasonText


class QuestionForm(Form):
    """A question."""

    text: Text = Field(min_length=2, max_length=1000)


class AnswerForm(Form):
    """A question as everybody reads it, and its answer."""

    public_text: Text = Field(default="", max_length=1000)
    answer: Text = Field(min_length=1, max_length=2000)


class OfficerForm(Form):
    """Whom to name: somebody of the own organisation by id, or anybody by e-mail."""

    user_id: Id | None = None
    email: str = Field(default="", max_length=254)


class PasswordForm(Form):
    """The password that unlocks the person's key; it is not trimmed."""

    password: str = Field(min_length=1, max_length=200)


class InviteForm(Form):
    """Which suppliers to invite, and why."""

    suppliers: list[Id] = Field(default_factory=list, max_length=100)
    note: str = Field(default="", max_length=300)


def read_head(sent: MultiDict[str, str]) -> Filled[HeadForm]:
    """The head section; the page calls the amount `budget`."""
    told = {name: sent.get(name) for name in HeadForm.model_fields}
    filled = read(HeadForm, {**told, "budget_fen": sent.get("budget")})
    filled.values["budget"] = filled.values.pop("budget_fen")
    if "budget_fen" in filled.errors:
        filled.errors["budget"] = filled.errors.pop("budget_fen")
    return filled


def head_from(content: Content) -> Filled[HeadForm]:
    """The head section as it stands."""
    values = {name: getattr(content, name) for name in HeadForm.model_fields if name != "budget_fen"}
    return Filled(values={**values, "budget": yuan_text(content.budget_fen)})


def times_from(content: Content) -> Filled[TimesForm]:
    """The times as fields show them."""
    return Filled(values={name: time_text(getattr(content, name)) for name in TimesForm.model_fields})


def read_lot(sent: MultiDict[str, str]) -> Filled[Any]:
    """A lot: its title and limit, items and requirements typed as in a need; `data` is the LotContent.

    A requirement for all items is copied into each, so that quotes answer item by item.
    """
    filled = read_need(sent)
    if filled.data is None:
        return filled
    form = filled.data
    items = [
        {**row, "listing_id": None, "requirements": [_bare(r) for r in form.requirements if r["item"] in (None, place)]}
        for place, row in enumerate(form.items)
    ]
    lot = LotContent(title=form.title, items=items, budget_fen=form.budget_fen)
    return Filled(values=filled.values, data=lot)


def lot_from(lot: LotContent) -> Filled[Any]:
    """A lot as its form shows it: what every item asks stands once."""
    requirements = []
    common = (
        [r for r in lot.items[0]["requirements"] if all(r in row["requirements"] for row in lot.items)]
        if lot.items
        else []
    )
    requirements += [{**row, "item": None} for row in common]
    for place, item in enumerate(lot.items):
        requirements += [{**row, "item": place} for row in item["requirements"] if row not in common]
    return filled_from(Need(title=lot.title, items=lot.items, requirements=requirements, budget_fen=lot.budget_fen))


def read_criteria(sent: MultiDict[str, str]) -> Filled[Any]:
    """The criteria section: `price_points`, and `crit_name`, `crit_points`, `crit_how` repeated; `data` is the list."""
    columns = [sent.getlist(f"crit_{name}") for name in ("name", "points", "how")]
    rows = [[cell.replace("\x00", "").strip() for cell in row] for row in zip_longest(*columns, fillvalue="")]
    rows = [row for row in rows if any(row)][: criteria.MAX_CRITERIA]
    filled: Filled[Any] = Filled(values={"price_points": sent.get("price_points", "").strip(), "rows": rows})
    price = _points(filled, "price_points", filled.values["price_points"])
    read_rows = []
    for n, (name, points, how) in enumerate(rows, 1):
        if not name or len(name) > 60:
            filled.fail(f"crit_name-{n}", _("请填写因素名称,最多 60 字。"))
        if len(how) > 500:
            filled.fail(f"crit_how-{n}", _("最多 %(n)s 个字符。", n=500))
        read_rows.append((name, _points(filled, f"crit_points-{n}", points), how))
    if not filled.errors:
        filled.data = criteria.read(price, read_rows)
    return filled


def criteria_from(rows: list[dict[str, Any]]) -> Filled[Any]:
    """The criteria as their form shows them."""
    price = sum(row["points"] for row in rows if row["kind"] == criteria.PRICE)
    others = [[row["name"], str(row["points"]), row["how"]] for row in rows if row["kind"] != criteria.PRICE]
    return Filled(values={"price_points": str(price), "rows": others})


def hall_filter(args: Mapping[str, str]) -> HallFilter:
    """What of the hall an address asks for; values nobody knows are passed over."""
    told = {name: args.get(name, "").strip()[:120] for name in HallFilter.__dataclass_fields__}
    node = taxonomy.class_(told["class_code"]) or taxonomy.class_by_name(told["class_code"])
    told["class_code"] = node.code if node else ""
    known = {
        "category": [code for code, *_names in taxonomy.categories()],
        "field_code": [code for code, *_names in taxonomy.fields()],
        "province": taxonomy.provinces(),
        "closing": ("soon", "over"),
    }
    return HallFilter(
        **{name: "" if name in known and text not in known[name] else text for name, text in told.items()}
    )


def _bare(requirement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in requirement.items() if name != "item"}


def _points(filled: Filled[Any], name: str, text: str) -> int:
    if text.isdecimal() and len(text) < 4 and int(text) <= criteria.TOTAL:
        return int(text)
    filled.fail(name, _("请填写 0 到 100 的整数。"))
    return 0
