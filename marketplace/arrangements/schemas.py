"""Terms as forms draw them, as they come back, as they are stored, and as documents show them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from marketplace.arrangements import bundle, rules
from marketplace.arrangements.terms import Terms, plain
from marketplace.kit.forms import Filled, sentence, yuan_text
from marketplace.kit.money import format_fen


@dataclass(frozen=True)
class TermField:
    """One input: `name` is dotted inside a bundle ("insurance.months"), `group` the part it belongs to, "" for none.

    `shape` is number, yuan, percent, date or choice; `by` is "buyer" for what the request fixes for every offer;
    `redraws` marks the choice after which other fields are asked.
    """

    name: str
    label: str
    shape: str
    unit: str
    hint: str
    required: bool
    default: str
    by: str
    group: str
    options: tuple[tuple[str, str], ...] = ()
    redraws: bool = False


class Shown(NamedTuple):
    """One term in words."""

    group: str
    label: str
    text: str


def fields(code: str, chosen: Mapping[str, Any] | None = None, prefix: str = "") -> list[TermField]:
    """The inputs for the terms of this kind, in order. A bundle's depend on how its product is had, as `chosen` says.

    `prefix` stands before every name, here and in `read_terms`, so that several kinds fit on one page.
    """
    return list(_walk(rules.kind(code).terms, prefix, "", chosen or {}))


def read_terms(code: str, sent: Mapping[str, Any], prefix: str = "") -> Filled[Terms]:
    """Judge terms sent under the names that `fields` gave; faults stand under the same names."""
    asked = fields(code, sent, prefix)
    values = {field.name: str(sent.get(field.name) or "").replace("\x00", "").strip() for field in asked}
    nested: dict[str, Any] = {}
    for field in asked:
        *path, last = field.name.removeprefix(prefix).split(".")
        inner = nested
        for step in path:
            inner = inner.setdefault(step, {})
        if text := values[field.name] or (field.default if field.redraws else ""):
            inner[last] = text
    try:
        return Filled(values=values, data=rules.kind(code).terms.model_validate(nested))
    except ValidationError as fault:
        errors: dict[str, str] = {}
        for error in fault.errors():
            path = [str(step) for step in error["loc"] if step not in bundle.PRODUCTS]
            errors.setdefault(prefix + ".".join(path), sentence(error))
        return Filled(values=values, errors=errors)


def terms_of(code: str, stored: Mapping[str, Any]) -> Terms:
    """Terms out of what `stored_terms` made."""
    return rules.kind(code).terms.model_validate(stored)


def stored_terms(terms: Terms) -> dict[str, Any]:
    """Terms as JSON, amounts in fen."""
    return terms.model_dump(mode="json")


def typed_terms(terms: Terms, prefix: str = "") -> dict[str, str]:
    """Terms as they stand in their form again, by the names of `fields`."""
    found: dict[str, str] = {}
    for name, value in terms:
        if isinstance(value, Terms):
            found |= typed_terms(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = _typed(name, value)
    return found


def shown_terms(terms: Terms) -> list[Shown]:
    """Every term in the reader's words, a bundle's part by part."""
    return list(_shown(terms, ""))


def _walk(model: type[Terms], prefix: str, group: str, chosen: Mapping[str, Any]) -> Iterator[TermField]:
    for name, info in model.model_fields.items():
        if info.discriminator:
            way = str(chosen.get(f"{prefix}{name}.kind") or "")
            way = way if way in bundle.PRODUCTS else "purchase"
            yield _field(f"{prefix}{name}.kind", info, str(info.title), way)
            yield from _walk(bundle.PRODUCTS[way].terms, f"{prefix}{name}.", str(info.title), chosen)
        elif isinstance(info.annotation, type) and issubclass(info.annotation, Terms):
            yield from _walk(info.annotation, f"{prefix}{name}.", str(info.title), chosen)
        elif name != "kind":
            yield _field(prefix + name, info, group)


def _field(name: str, info: FieldInfo, group: str, way: str = "") -> TermField:
    more = info.json_schema_extra
    options = more["options"] or (_yes_no() if info.annotation is bool else {})
    default = way or ("" if info.is_required() else _typed(name, info.default))
    label = _("取得方式") if way else str(info.title)
    return TermField(
        name, label, "choice" if options else _shape(name, info), str(more["unit"]), str(more["hint"]),
        info.is_required(), default, "buyer" if way else more["by"], group,
        tuple((_typed(name, value), str(text)) for value, text in options.items()), redraws=bool(way),
    )  # fmt: skip


def _shape(name: str, info: FieldInfo) -> str:
    if name.endswith("_fen"):
        return "yuan"
    if info.annotation is date:
        return "date"
    return "percent" if info.json_schema_extra["unit"] == "%" else "number"


def _typed(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_fen"):
        return yuan_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(value) if isinstance(value, Decimal) else str(value)


def _yes_no() -> dict[bool, str]:
    return {True: _("是"), False: _("否")}


def _shown(terms: Terms, group: str) -> Iterator[Shown]:
    for name, info in type(terms).model_fields.items():
        value = getattr(terms, name)
        if isinstance(value, Terms):
            if info.discriminator:
                yield Shown(str(info.title), _("取得方式"), str(bundle.WAYS[value.kind]))
            yield from _shown(value, str(info.title))
        elif name != "kind" and value is not None:
            yield Shown(group, str(info.title), _in_words(name, info, value))


def _in_words(name: str, info: FieldInfo, value: Any) -> str:
    more = info.json_schema_extra
    options = more["options"] or (_yes_no() if isinstance(value, bool) else {})
    if value in options:
        return str(options[value])
    if name.endswith("_fen"):
        return format_fen(value)
    text = plain(value) if isinstance(value, Decimal) else str(value)
    unit = str(more["unit"])
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".strip()
