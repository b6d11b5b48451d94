"""The rules a setting may have to follow, out of the table of procurement rules."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from marketplace.procedures.schemas import Duration, Unit

RULES_CSV = Path(__file__).parents[2] / "seed" / "rules" / "procurement_rules.csv"

# The rules each setting may be measured by: a citation's words are looked up among these only.
FOR_SETTING: dict[str, tuple[str, ...]] = {
    "use": ("rfq.scope", "neg.scope", "neg.urgent", "frame.scope", "urgent.exempt"),
    "binding": ("need.survey_n",),
    "visibility": ("inv.random",),
    "min_suppliers": ("rfq.suppliers", "neg.suppliers", "inv.random", "need.survey_n"),
    "min_quotes": ("neg.suppliers", "open.min", "need.survey_n"),
    "min_time": ("rfq.days", "neg.days", "cons.days", "open.days", "urgent.exempt", "urgent.covid"),
    "extension_when_amended": ("open.clarify",),
    "price_changes": ("rfq.oneshot",),
    "evaluation": ("rfq.award", "neg.award", "cons.method", "eval.lowest", "eval.score"),
    "price_weight_goods": ("cons.method", "eval.goods_weight"),
    "price_weight_services": ("cons.method", "eval.service_weight"),
    "panel_min": ("rfq.team",),
    "small_deduction": ("sme.deduct",),
    "publicity_days": ("challenge.file", "ss.publicity"),
    "notices": ("award.notice", "contract.publish"),
    "budget_max_fen": ("limit.central",),
    "needs_incident": ("urgent.exempt", "urgent.covid", "neg.urgent"),
    "needs_framework": ("frame.scope",),
    "review_after": ("urgent.covid", "archive.years"),
}
_COUNTED = ("家", "人", "个")  # units as they stand in the table
_PERIODS = {"工作日": Unit.WORKING_DAYS, "日": Unit.DAYS}


@dataclass(frozen=True)
class Rule:
    """One row of the table: what the law asks, in words and where it can be measured in a value with its unit."""

    rule_id: str
    rule: str
    value: str
    unit: str
    citation: str

    @property
    def count(self) -> int | None:
        """How many suppliers or people it asks for; None when it counts something else."""
        return int(self.value) if self.unit in _COUNTED and self.value.isdecimal() else None

    @property
    def period(self) -> Duration | None:
        """The length of time it asks for; None when it asks for none."""
        unit = _PERIODS.get(self.unit)
        return Duration(amount=int(self.value), unit=unit) if unit and self.value.isdecimal() else None

    @property
    def percents(self) -> tuple[int, int] | None:
        """A range of ratios such as 0.30-0.60 as whole percents; None when it is none."""
        low, dash, high = self.value.partition("-")
        return (round(float(low) * 100), round(float(high) * 100)) if dash else None


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id."""
    with RULES_CSV.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {r["rule_id"]: Rule(r["rule_id"], r["rule"], r["value"], r["unit"], r["citation"]) for r in rows}


def rule(rule_id: str) -> Rule | None:
    """The rule with this id."""
    return rules().get(rule_id)


def meant_by(setting: str, text: str) -> tuple[str, ...]:
    """The rules a citation in free words means for this setting: those one of whose sources it names."""
    known = ((rule_id, rules().get(rule_id)) for rule_id in FOR_SETTING.get(setting, ()))
    return tuple(rule_id for rule_id, row in known if row and any(part in text for part in row.citation.split(";")))
