"""A contract's text as plain data, in the platform's first language: what is hashed, signed, kept and printed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from pydantic import BaseModel

from marketplace.arrangements import rules as arrangements
from marketplace.contracts import queries, rules
from marketplace.contracts.models import Contract
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.money import format_fen

FORMAT = 1
_FIELDS = (
    "number", "kind", "title", "basis", "place", "period_months", "amount_fen", "tax_included", "tax_rate", "payment_terms",
    "acceptance_terms", "other_terms", "accept_within_days", "ceiling_fen", "response_hours",
)  # fmt: skip


def content_of(row: Contract) -> dict[str, Any]:
    """Everything the two sides agree to; the same contract gives the same data, byte for byte."""
    with force_locale(FIRST_LANGUAGE):
        return {
            "format": FORMAT,
            **{name: getattr(row, name) for name in _FIELDS},
            "valid_from": _iso(row.valid_from),
            "valid_until": _iso(row.valid_until),
            "parties": [
                {"role": p.role, "name": p.name, "uscc": p.uscc, "duties": p.duties, "share": p.share}
                for p in queries.parties_of(row.id)
            ],
            "items": [_item(item) for item in queries.items_of(row.id)],
            "parts": [described(part) for part in row.parts],
            "milestones": [
                {"what": m.what, "after_days": m.after_days, "due_on": _iso(m.due_on)}
                for m in queries.milestones_of(row.id)
            ],
        }


def described(part: Mapping[str, Any]) -> dict[str, Any]:
    """An arrangement of the contract in words: its terms, who does what, and what happens at the end."""
    kind = arrangements.kind(part["kind"])
    if kind is None:
        return {
            "kind": part["kind"],
            "name": part["kind"],
            "terms": [],
            "duties": [],
            "at_end": "",
            "raw": part["terms"],
        }
    terms = kind.terms.model_validate(part["terms"])
    return {
        "kind": kind.code,
        "name": kind.name,
        "terms": _terms(terms),
        "duties": [str(text) for text in kind.duties(terms)],
        "at_end": str(kind.at_end(terms)),
        "raw": part["terms"],
    }


def _terms(terms: BaseModel) -> list[list[str]]:
    told: list[list[str]] = []
    for name, info in type(terms).model_fields.items():
        value = getattr(terms, name)
        if isinstance(value, BaseModel):
            told += _terms(value)
        elif info.title is not None or not isinstance(value, str):
            more = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
            told.append([str(info.title or name), _value(name, value, more)])
    return told


def _value(name: str, value: Any, more: Mapping[str, Any]) -> str:
    options = more.get("options") or {}
    if value in options:
        return str(options[value])
    if name.endswith("_fen") and isinstance(value, int):
        return format_fen(value)
    return f"{value} {more.get('unit') or ''}".strip()


def _item(item: Any) -> dict[str, Any]:
    thousandths = item.quantity_milli
    return {
        "name": item.name, "product": item.product, "class_code": item.class_code, "unit": item.unit,
        "quantity_milli": thousandths, "unit_price_fen": item.unit_price_fen, "delivery_days": item.delivery_days,
        "line_fen": rules.line_fen(thousandths, item.unit_price_fen) if thousandths is not None else None,
        "requirements": item.requirements, "note": item.note,
    }  # fmt: skip


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
