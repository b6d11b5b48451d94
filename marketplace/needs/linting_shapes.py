"""What the check of a draft is given and what it answers: the draft, the rules it is held against, and findings."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

RULES_CSV = Path(__file__).parents[2] / "seed" / "rules" / "procurement_rules.csv"


class Severity(StrEnum):
    """A rule forbids it; a rule may be against it, depending on the case; it could be written better."""

    FORBIDDEN = "forbidden"
    QUESTIONABLE = "questionable"
    ADVICE = "advice"


class Requirement(NamedTuple):
    """One requirement of a draft, in plain values.

    `operator` and `level` are the codes of `models.Operator` and `models.Level`; `value` is text with its unit, a range
    as "5~8 m"; `words` is what of the draft's text it was taken from, or "".
    """

    name: str
    operator: str
    value: str
    level: str
    words: str = ""


@dataclass(frozen=True)
class Draft:
    """A need while it is written. `None` means not said.

    `kind` and `mode` are the codes of `models.NeedKind` and `models.Mode`; `procedure` is a code of
    `linting_words.PROCEDURES`, or "" to read the procurement procedure from title and text.
    """

    title: str = ""
    text: str = ""
    kind: str = "supply"
    mode: str = "purchase"
    province: str = ""
    budget_fen: int | None = None
    quantity: int | float | Decimal | None = None
    wanted_by: date | None = None
    quote_until: date | None = None
    requirements: tuple[Requirement, ...] = ()
    procedure: str = ""


@dataclass(frozen=True)
class Rule:
    """One row of the procurement rules, with where it stands in the law and where we have it from."""

    rule_id: str
    topic: str
    method: str
    rule: str
    value: str
    unit: str
    citation: str
    source: str

    @property
    def number(self) -> Decimal:
        """The rule's figure in its `unit`. Raises: decimal.InvalidOperation where the row has none."""
        return Decimal(self.value)


Rules = Mapping[str, Rule]


@dataclass(frozen=True)
class Finding:
    """Something in the draft a procurement rule forbids or questions, and how to write it instead.

    `start` and `end` are offsets in the draft's text, None when it is not about words of it; `quote` are the words.
    """

    code: str
    severity: Severity
    message: str
    quote: str
    rule: Rule
    start: int | None = None
    end: int | None = None


@lru_cache
def rules_of(path: Path = RULES_CSV) -> Rules:
    """The procurement rules by their id, read once."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["rule_id"]: Rule(**row) for row in csv.DictReader(file)}
