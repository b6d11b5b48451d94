"""Shapes that come in through the needs pages, imports and seeding."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from werkzeug.datastructures import MultiDict

from marketplace.kit import clock, quantities
from marketplace.kit.forms import Filled, Form, read, yuan_text
from marketplace.kit.money import MAX_FEN, NotMoney, fen_from_yuan, parse_yuan
from marketplace.needs import labels, rules
from marketplace.needs.models import Mode, Need, NeedKind, NeedStatus, Visibility
from marketplace.needs.requirements import Typed, Unreadable, contradictions, read_item, read_requirement, typed_value
from marketplace.needs.rows import OpenFilter, OwnFilter
from marketplace.taxonomy import queries as taxonomy

MAX_TEXT, MAX_ITEMS, MAX_REQUIREMENTS, MAX_EXCLUSIONS = 100_000, 100, 200, 50
MAX_ID = 2**31 - 1
CLOSING_DAYS = ("3", "7", "14")
ITEM_COLUMNS = {"name": 120, "class": 60, "quantity": 40, "unit": 20, "note": 300}
REQUIREMENT_COLUMNS = {
    "name": 80, "op": 10, "value": 300, "high": 40, "unit": 20, "level": 10, "item": 4, "words": 500,
}  # fmt: skip


def _fen(value: Any) -> Any:
    """An amount as people write it: "1200", "3.5万", "30万元", "叁拾万元整"."""
    if not isinstance(value, str):
        return value
    try:
        return parse_yuan(value)
    except NotMoney:
        found = quantities.parse_quantity(value, "money")
    try:
        if found and found.unit is None:
            return fen_from_yuan(found.value)
        if found and found.unit.dimension == "money":
            return fen_from_yuan(quantities.canonical(found.value, found.unit)[0])
    except NotMoney:
        pass
    raise ValueError(_("请填写金额,如 1200、3.5万元 或 叁拾万元整。"))


def _shanghai(value: Any) -> Any:
    """A time as `<input type=datetime-local>` sends it, read in Shanghai."""
    if not isinstance(value, str):
        return value
    try:
        naive = datetime.strptime(value.strip().replace(" ", "T")[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        raise ValueError(_("请填写时间,如 2026-01-31 17:00。")) from None
    return naive.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)


def time_text(moment: datetime | None) -> str:
    """How a time stands in a form field."""
    return clock.local(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _one_way_of_ending_lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    """One exclusion per line."""
    rows = value.splitlines() if isinstance(value, str) else value
    return list(dict.fromkeys(row.strip() for row in rows if row and row.strip()))


def _class_code(text: str) -> str:
    node = taxonomy.class_(text) or taxonomy.class_by_name(text)
    if text and node is None:
        raise ValueError(_("没有此类别,请重新选择。"))
    return node.code if node else ""


def _one_of(known: Any) -> AfterValidator:
    def judge(code: str) -> str:
        if code and code not in known():
            raise ValueError(_("请从列出的选项中选择。"))
        return code

    return AfterValidator(judge)


Fen = Annotated[int, BeforeValidator(_fen), Field(ge=0, le=MAX_FEN)]
ShanghaiTime = Annotated[datetime, BeforeValidator(_shanghai)]
Text = Annotated[str, BeforeValidator(_one_way_of_ending_lines)]
Category = Annotated[str, _one_of(lambda: {code for code, *_names in taxonomy.categories()})]
EventCode = Annotated[str, _one_of(lambda: taxonomy.reference().events)]
FieldCode = Annotated[str, _one_of(lambda: {code for code, *_names in taxonomy.fields()})]
Province = Annotated[str, _one_of(taxonomy.provinces)]
ClassCode = Annotated[str, AfterValidator(_class_code)]
ReasonText = Annotated[str, Field(min_length=2, max_length=500)]


class NeedForm(Form):
    """A need as typed, and read by `read_need`. Only the title is asked of a draft; opening asks `rules.missing`.

    The event settles the category, the kind the way of acquiring, when they are left open. `revision` is the state it was
    typed over. The amount is typed in yuan and kept in fen. `understood` says that somebody went through what was read.
    """

    form_key: str = Field(default="", max_length=40)
    revision: int | None = None
    title: str = Field(min_length=2, max_length=120)
    text: Text = Field(default="", max_length=MAX_TEXT)
    kind: NeedKind = NeedKind.SUPPLY
    mode: Mode | None = None
    category: Category = ""
    event_code: EventCode = ""
    field_code: FieldCode = ""
    class_code: ClassCode = ""
    items: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_ITEMS)
    requirements: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_REQUIREMENTS)
    exclusions: Annotated[list[str], BeforeValidator(_lines)] = Field(default_factory=list)
    province: Province = ""
    city: str = Field(default="", max_length=40)
    place: str = Field(default="", max_length=200)
    wanted_on: date | None = None
    within_days: int | None = Field(default=None, ge=0, le=3650)
    budget_fen: Fen | None = None
    visibility: Visibility = Visibility.PUBLIC
    questions_until: ShanghaiTime | None = None
    understood: bool = False

    @field_validator("exclusions")
    @classmethod
    def _few_and_short(cls, rows: list[str]) -> list[str]:
        if len(rows) > MAX_EXCLUSIONS or any(len(row) > 100 for row in rows):
            raise ValueError(_("最多 %(n)s 行,每行不超过 100 字。", n=MAX_EXCLUSIONS))
        return rows

    @field_validator("within_days")
    @classmethod
    def _one_day_of_need(cls, days: int | None, info: Any) -> int | None:
        if days is not None and info.data.get("wanted_on"):
            raise ValueError(_("需要日期与合同签订后的天数请只填一项。"))
        return days

    @model_validator(mode="after")
    def _settle(self) -> "NeedForm":
        self.mode = self.mode or rules.modes_for(self.kind)[0]
        self.category = self.category or taxonomy.event_category(self.event_code)
        return self


class AmendmentForm(Form):
    """Why an open need changes; its new content comes by `read_need`."""

    why: ReasonText


class Reason(Form):
    """Why a need is returned, closed or withdrawn."""

    reason: ReasonText


class Extension(Form):
    """Until when questions are taken now."""

    questions_until: ShanghaiTime


class NewQuestion(Form):
    """A question."""

    text: Text = Field(min_length=2, max_length=1000)


class NewAnswer(Form):
    """The answer everybody reads."""

    answer: Text = Field(min_length=1, max_length=2000)


class InvitationForm(Form):
    """Whom to invite, with a word to them."""

    suppliers: list[Annotated[int, Field(ge=1, le=MAX_ID)]] = Field(default_factory=list, max_length=200)
    note: str = Field(default="", max_length=500)


class IncidentForm(Form):
    """Something that has happened; `level` 1 is the gravest."""

    name: str = Field(min_length=2, max_length=120)
    event_code: EventCode = ""
    level: int = Field(default=4, ge=1, le=4)
    province: Province = Field(min_length=1)
    city: str = Field(default="", max_length=40)
    note: Text = Field(default="", max_length=2000)


def read_need(sent: MultiDict[str, str] | Mapping[str, Any]) -> Filled[NeedForm]:
    """Judge a need's form. Faults of rows stand under `item_<column>-<n>` and `req_<column>-<n>`, n from 1.

    A web form repeats `item_name`, `item_class`, … and `req_name`, `req_op`, …; other callers give `items` and
    `requirements` as lists of {"name", "class", "quantity", "unit", "note"} and {"name", "op", "value", "high", "unit",
    "level", "item", "words"} with texts. An item's place (`req_item`) counts from 1. `values["items"]` and
    `values["requirements"]` are the rows as typed, blank ones left out.
    """
    plain = {name: sent.get(name) for name in NeedForm.model_fields if name not in ("items", "requirements")}
    plain["budget_fen"] = sent.get("budget", sent.get("budget_fen"))
    filled = read(NeedForm, plain)
    _name_the_budget(filled)
    for name, fault in (("mode", _mode_fault(filled.data)), ("event_code", _event_fault(filled.data))):
        if fault:
            filled.fail(name, fault)
    class_code = _known_class(str(sent.get("class_code") or "").strip())
    items = _rows(sent, "items", "item", ITEM_COLUMNS)
    asked = _rows(sent, "requirements", "req", REQUIREMENT_COLUMNS)
    filled.values["items"] = [row for row in items if any(row.values())]
    filled.values["requirements"] = [row for row in asked if row["name"] or row["value"]]
    read_items, places = _read_items(filled, items)
    requirements = _read_requirements(filled, asked, read_items, places, class_code)
    if filled.data:
        filled.data.items, filled.data.requirements = [row for row in read_items if row], requirements
    return filled


def open_filter(args: Mapping[str, str]) -> OpenFilter:
    """What of the open needs an address asks for; values nobody knows are passed over."""
    told = {name: args.get(name, "").strip()[:120] for name in OpenFilter.__dataclass_fields__}
    told["kind"] = _member(NeedKind, told["kind"])
    told["mode"] = _member(Mode, told["mode"]) or ""
    told["class_code"] = _known_class(told["class_code"])
    known = {
        "category": [code for code, *_names in taxonomy.categories()],
        "event_code": taxonomy.reference().events,
        "field_code": [code for code, *_names in taxonomy.fields()],
        "province": taxonomy.provinces(),
        "closing": CLOSING_DAYS,
    }
    told |= {name: "" for name, codes in known.items() if told[name] not in codes}
    return OpenFilter(**told)


def own_filter(args: Mapping[str, str]) -> OwnFilter:
    """What of one's own needs an address asks for; values nobody knows are passed over."""
    incident = args.get("incident_id", "")
    return OwnFilter(
        status=_member(NeedStatus, args.get("status", "")),
        kind=_member(NeedKind, args.get("kind", "")),
        text=args.get("text", "").strip()[:120],
        incident_id=int(incident) if incident.isdecimal() and int(incident) <= MAX_ID else None,
        template=args.get("template") == "1",
    )


def _member(kind: Any, text: str) -> Any:
    return kind(text) if text in set(kind) else None


def filled_from(need: Need) -> Filled[NeedForm]:
    """The form showing a stored need."""
    values = {name: getattr(need, name) for name in NeedForm.model_fields if name != "form_key"}
    values |= {
        "budget": yuan_text(need.budget_fen),
        "questions_until": time_text(need.questions_until),
        "exclusions": "\n".join(need.exclusions),
        "items": [_typed_item(row) for row in need.items],
        "requirements": [_typed_requirement(row) for row in need.requirements],
    }
    return Filled(values=values)


def _typed_item(row: dict[str, Any]) -> dict[str, str]:
    told = {name: row.get(name) for name in ("name", "unit", "note")}
    return {**told, "class": row["class_code"], "quantity": typed_value(row["quantity"])}


def _typed_requirement(row: dict[str, Any]) -> dict[str, str]:
    told = {name: row.get(name, "") for name in ("name", "op", "unit", "level", "words")}
    place = "" if row["item"] is None else str(row["item"] + 1)
    return {**told, "value": typed_value(row["value"]), "high": typed_value(row["high"]), "item": place}


def _rows(sent: Any, many: str, prefix: str, columns: dict[str, int]) -> list[dict[str, str]]:
    if isinstance(sent, MultiDict):
        texts = [sent.getlist(f"{prefix}_{column}") for column in columns]
        rows = [dict(zip(columns, row, strict=True)) for row in zip_longest(*texts, fillvalue="")]
    else:
        rows = [{column: row.get(column) for column in columns} for row in sent.get(many) or []]
    return [{name: _cell(value) for name, value in row.items()} for row in rows]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(_cell, value))
    return "" if value is None else str(value).replace("\x00", "").strip()


def _read_items(filled: Filled, rows: list[dict[str, str]]) -> tuple[list[dict[str, Any] | None], dict[int, int]]:
    """The items, None for one with a fault, and at which place each typed row (from 1) came to stand."""
    kept = [(number, row) for number, row in enumerate(rows, 1) if any(row.values())]
    if len(kept) > MAX_ITEMS:
        filled.fail("items", _("最多 %(n)s 项,请拆分为多份需求。", n=MAX_ITEMS))
        return [], {}
    found: list[dict[str, Any] | None] = []
    for n, (_number, row) in enumerate(kept, 1):
        try:
            _check_lengths(row, ITEM_COLUMNS)
            found.append(read_item(row["name"], row["class"], row["quantity"], row["unit"], row["note"]))
        except Unreadable as fault:
            filled.fail(f"item_{fault.column}-{n}", _("清单第 %(n)s 项:%(text)s", n=n, text=str(fault)))
            found.append(None)
    return found, {number: place for place, (number, _row) in enumerate(kept)}


def _read_requirements(
    filled: Filled,
    rows: list[dict[str, str]],
    items: list[dict[str, Any] | None],
    places: dict[int, int],
    class_code: str,
) -> list[dict[str, Any]]:
    kept = [row for row in rows if row["name"] or row["value"]]
    if len(kept) > MAX_REQUIREMENTS:
        filled.fail("requirements", _("最多 %(n)s 条指标,请拆分为多份需求。", n=MAX_REQUIREMENTS))
        return []
    found: dict[int, dict[str, Any]] = {}
    for n, row in enumerate(kept, 1):
        try:
            _check_lengths(row, REQUIREMENT_COLUMNS)
            item = _item_place(row["item"], places)
            of_item = items[item] if item is not None else None
            typed = Typed(**{**row, "item": item})
            found[n] = read_requirement(typed, (of_item or {}).get("class_code") or class_code)
        except Unreadable as fault:
            filled.fail(f"req_{fault.column}-{n}", _("第 %(n)s 条指标:%(text)s", n=n, text=str(fault)))
    numbers, read_rows = list(found), list(found.values())
    for a, b in contradictions(read_rows):
        both = {"a": numbers[a], "one": labels.requirement(read_rows[a])}
        both |= {"b": numbers[b], "other": labels.requirement(read_rows[b])}
        text = _("第 %(a)s 条“%(one)s”与第 %(b)s 条“%(other)s”互相矛盾。", **both)
        filled.fail(f"req_value-{numbers[b]}", text)
    return read_rows


def _item_place(text: str, places: dict[int, int]) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) not in places:
        raise Unreadable("item", _("没有清单第 %(n)s 项。", n=text))
    return places[int(text)]


def _check_lengths(row: dict[str, str], columns: dict[str, int]) -> None:
    for column, limit in columns.items():
        if len(row[column]) > limit:
            raise Unreadable(column, _("最多 %(n)s 个字符。", n=limit))


def _name_the_budget(filled: Filled[NeedForm]) -> None:
    """The field is called `budget` on the page."""
    filled.values["budget"] = filled.values.pop("budget_fen")
    if "budget_fen" in filled.errors:
        filled.errors["budget"] = filled.errors.pop("budget_fen")


def _known_class(text: str) -> str:
    node = taxonomy.class_(text) or taxonomy.class_by_name(text)
    return node.code if node else ""


def _mode_fault(form: NeedForm | None) -> str:
    if form is None or form.mode in rules.modes_for(form.kind):
        return ""
    return _("“%(kind)s”不能以“%(mode)s”方式获取。", kind=labels.kind(form.kind), mode=labels.mode(form.mode))


def _event_fault(form: NeedForm | None) -> str:
    belongs = form is None or not form.event_code or taxonomy.event_category(form.event_code) in ("", form.category)
    return "" if belongs else _("事件类型不属于所选的应急类别。")
