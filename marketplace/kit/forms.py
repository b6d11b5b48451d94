"""Forms: one pydantic model judges what a page, an import or a caller sends; faults come back by field in Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, get_origin

from flask_babel import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from marketplace.kit.money import NotMoney, format_fen, parse_yuan


class Form(BaseModel):
    """Base of all forms: text is trimmed, unknown keys are passed over, an empty field takes its default."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", allow_inf_nan=False)


F = TypeVar("F", bound=BaseModel)


@dataclass
class Filled(Generic[F]):
    """A form as it came back: what was typed, what it means if it is right, and what is wrong, by field."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: F | None = None

    def __bool__(self) -> bool:
        return self.data is not None

    def get(self, name: str, default: Any = "") -> Any:
        """What the field shows: as typed, so that nobody types twice."""
        value = self.values.get(name, default)
        return default if value is None else value

    def getlist(self, name: str) -> list[Any]:
        """The chosen values of a field with several."""
        value = self.values.get(name) or []
        return value if isinstance(value, list) else [value]

    def fail(self, name: str, message: str) -> "Filled[F]":
        """Add a fault found later, such as a name already taken."""
        self.errors[name] = message
        self.data = None
        return self


def read(model: type[F], sent: MultiDict[str, str] | Mapping[str, Any]) -> Filled[F]:
    """Judge what was sent. The result is true when everything fits."""
    values = gather(model, sent)
    try:
        return Filled(values=values, data=model.model_validate(_without_blanks(values)))
    except ValidationError as fault:
        return Filled(values=values, errors=faults(fault))


def gather(model: type[BaseModel], sent: MultiDict[str, str] | Mapping[str, Any]) -> dict[str, Any]:
    """The model's fields out of what was sent, lists where the model has lists."""
    if not isinstance(sent, MultiDict):
        return {name: _storable(sent.get(name)) for name in model.model_fields}
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        many = get_origin(info.annotation) in (list, set, tuple)
        values[name] = [_storable(v) for v in sent.getlist(name) if v] if many else _storable(sent.get(name))
    return values


def faults(fault: ValidationError) -> dict[str, str]:
    """Pydantic's findings as sentences, the first one per field."""
    found: dict[str, str] = {}
    for error in fault.errors():
        found.setdefault(str(error["loc"][0]) if error["loc"] else "", sentence(error))
    return found


def sentence(error: Mapping[str, Any]) -> str:
    """One finding as a sentence in the reader's language."""
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    known = {
        "missing": _("请填写此项。"),
        "string_too_short": _("至少 %(n)s 个字符。", n=context.get("min_length", "")),
        "string_too_long": _("最多 %(n)s 个字符。", n=context.get("max_length", "")),
        "int_parsing": _("请填写整数。"),
        "int_type": _("请填写整数。"),
        "int_from_float": _("请填写整数。"),
        "float_parsing": _("请填写数字。"),
        "decimal_parsing": _("请填写数字。"),
        "finite_number": _("请填写数字。"),
        "greater_than": _("必须大于 %(n)s。", n=context.get("gt", "")),
        "greater_than_equal": _("不能小于 %(n)s。", n=context.get("ge", "")),
        "less_than": _("必须小于 %(n)s。", n=context.get("lt", "")),
        "less_than_equal": _("不能大于 %(n)s。", n=context.get("le", "")),
        "enum": _("请从列出的选项中选择。"),
        "literal_error": _("请从列出的选项中选择。"),
        "date_from_datetime_parsing": _("日期格式应为 2026-01-31。"),
        "date_parsing": _("日期格式应为 2026-01-31。"),
        "string_pattern_mismatch": _("格式不正确。"),
        "too_long": _("最多选择 %(n)s 项。", n=context.get("max_length", "")),
        "too_short": _("至少选择 %(n)s 项。", n=context.get("min_length", "")),
        "bool_parsing": _("请从列出的选项中选择。"),
    }
    return known.get(kind, _("填写有误,请检查。"))


def _yuan(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse_yuan(value)
    except NotMoney:
        raise ValueError(_("请填写金额(元),如 1200 或 3.5万,最多两位小数。")) from None


Yuan = Annotated[int, BeforeValidator(_yuan)]
"""A field typed in yuan and kept in fen."""


def yuan_text(fen: int | None) -> str:
    """How a stored amount stands in a form field again."""
    return "" if fen is None else format_fen(fen).replace("¥", "").replace(",", "")


def _storable(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) else value  # PostgreSQL stores no NUL in text


def _without_blanks(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}
