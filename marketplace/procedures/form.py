"""A procedure as a form: every setting with its citation beside it, read back into a definition."""

import re
from typing import Any, NamedTuple

from flask_babel import gettext as _
from pydantic import Field, ValidationError
from werkzeug.datastructures import MultiDict

from marketplace.kit.forms import Filled, Form, faults, read, yuan_text
from marketplace.kit.money import NotMoney, parse_yuan
from marketplace.procedures import citations
from marketplace.procedures.labels import CITED
from marketplace.procedures.models import Procedure
from marketplace.procedures.schemas import ProcedureDefinition

TEXTS = ("use", "use_en")
FLAGS = (
    "binding", "sealed", "panel_odd", "needs_incident", "needs_framework", "split_award", "review_after",
    "allows_consortium", "decline_next_best",
)  # fmt: skip
NUMBERS = ("min_suppliers", "min_quotes", "rounds", "panel_min", "officers_min", "quorum", "small_deduction")
CHOSEN = ("too_few", "price_changes", "evaluation")
LISTS = ("visibility", "notices", "arrangements")
PERIODS = (
    "usual_time", "min_time", "emergency_min_time", "question_margin", "extension_when_amended", "publicity_days",
)  # fmt: skip
SPANS = ("price_weight_goods", "price_weight_services")
OPTIONAL = ("emergency_min_time", *SPANS)


class Heading(Form):
    """What stands above the settings."""

    name: str = Field(min_length=2, max_length=60)
    name_en: str = Field(default="", max_length=80)
    why: str = Field(min_length=4, max_length=500)
    seen: str = Field(default="", max_length=40)


class NewHeading(Heading):
    """The same for a procedure that is new: with the code by which it is known."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")


class Drafted(NamedTuple):
    """A form that fits: heading and definition."""

    heading: Heading
    definition: ProcedureDefinition


def filled_from(row: Procedure, definition: ProcedureDefinition, **more: str) -> Filled[Drafted]:
    """The form as it opens on a version."""
    plain = definition.plain()
    values: dict[str, Any] = {"name": row.name, "name_en": row.name_en, **more}
    values |= {name: plain[name] for name in (*TEXTS, *FLAGS, *NUMBERS, *CHOSEN, *LISTS)}
    for name in PERIODS:
        period = plain[name] or {"amount": "", "unit": "hours"}
        values[f"{name}_amount"], values[f"{name}_unit"] = period["amount"], period["unit"]
    for name in SPANS:
        span = plain[name] or {"low": "", "high": ""}
        values[f"{name}_low"], values[f"{name}_high"] = span["low"], span["high"]
    values["budget_max_fen"] = yuan_text(definition.budget_max_fen)
    values |= {f"cite_{name}": citation.text for name, citation in definition.citations.items()}
    return Filled(values=values)


def judge(sent: MultiDict[str, str], before: ProcedureDefinition, heading: type[Heading] = Heading) -> Filled[Drafted]:
    """Judge a sent form. `before` is the version it began from: citations left as they were keep what they mean."""
    top = read(heading, sent)
    values = {**{name: sent.getlist(name) if name in LISTS else sent.get(name) for name in sent}, **top.values}
    for name in LISTS:
        values.setdefault(name, [])
    result: Filled[Drafted] = Filled(values=values, errors=dict(top.errors))
    try:
        definition = ProcedureDefinition.of({**_plain(sent, result.errors), "citations": _citations(sent, before)})
    except ValidationError as fault:
        result.errors |= faults(fault)
        return result
    if top.data and not result.errors:
        result.data = Drafted(top.data, definition)
    return result


def _plain(sent: MultiDict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    plain: dict[str, Any] = {name: sent.get(name, "").replace("\x00", "") for name in TEXTS}
    plain |= {name: name in sent for name in FLAGS}
    plain |= {name: _number(sent.get(name, "")) for name in NUMBERS}
    plain |= {name: sent.get(name, "") for name in CHOSEN}
    plain |= {name: sent.getlist(name) for name in LISTS}
    for name in PERIODS:
        amount = sent.get(f"{name}_amount", "").strip()
        plain[name] = _part(name, amount=amount, unit=sent.get(f"{name}_unit", ""))
    for name in SPANS:
        low, high = (sent.get(f"{name}_{end}", "").strip() for end in ("low", "high"))
        plain[name] = _part(name, low=low, high=high)
    plain["budget_max_fen"] = _budget(sent.get("budget_max_fen", "").strip(), errors)
    return plain


def _part(name: str, **parts: str) -> dict[str, Any] | None:
    """A period or a range; None where an optional one was left blank (its unit is always chosen)."""
    if name in OPTIONAL and not any(text for key, text in parts.items() if key != "unit"):
        return None
    return {key: text if key == "unit" else _number(text) for key, text in parts.items()}


def _number(text: str) -> int | str:
    """A whole number, else the text itself, which the definition then refuses in its own words."""
    text = text.strip()
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else text


def _budget(text: str, errors: dict[str, str]) -> int | None:
    try:
        return parse_yuan(text) if text else None
    except NotMoney:
        errors["budget_max_fen"] = _("请填写金额(元),如 1200 或 3.5万,最多两位小数。")
        return None


def _citations(sent: MultiDict[str, str], before: ProcedureDefinition) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in CITED:
        text = sent.get(f"cite_{name}", "").strip()
        old = before.citations.get(name)
        if old and old.text == text:
            found[name] = old.model_dump(mode="json")
        elif text:
            found[name] = {"text": text, "rule_ids": citations.meant_by(name, text)}
    return found
