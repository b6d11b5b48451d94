"""A need before the linter: its content in the shape the check of drafts reads."""

from typing import Any

from marketplace.kit import clock
from marketplace.needs.linting import Draft, Finding, Requirement, lint, rules_of
from marketplace.needs.models import Need
from marketplace.needs.requirements import typed_value
from marketplace.needs.schemas import NeedForm


def findings_of(content: Need | NeedForm) -> list[Finding]:
    """What the procurement rules forbid or question in a need, or in a form of one."""
    draft = Draft(
        title=content.title, text=content.text, kind=str(content.kind), mode=str(content.mode or ""),
        province=content.province, budget_fen=content.budget_fen, wanted_by=content.wanted_on,
        quantity=next((row["quantity"] for row in content.items if row["quantity"]), None),
        requirements=tuple(map(_requirement, content.requirements)),
    )  # fmt: skip
    return lint(draft, today=clock.today(), rules=rules_of())


def findings_of_words(title: str, text: str) -> list[Finding]:
    """The same for a form with faults, of which only the words can be read."""
    found = lint(Draft(title=title, text=text), today=clock.today(), rules=rules_of())
    return [finding for finding in found if finding.quote]


def _requirement(row: dict[str, Any]) -> Requirement:
    high = f"~{typed_value(row['high'])}" if row["high"] is not None else ""
    value = f"{typed_value(row['value'])}{high} {row['unit']}".strip()
    return Requirement(row["name"], row["op"], value, row["level"], row["words"])
