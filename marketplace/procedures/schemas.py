"""What a procedure is made of: strict, so that a misspelt or impossible setting never gets into use."""

import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from marketplace.arrangements import rules as arrangements
from marketplace.kit.forms import Form

NATURAL_PER_WORKING = 1.4
OFFICERS_LEAST = 2
DAYS_AT_ONCE = 31


class Unit(StrEnum):
    """In what a period is measured."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"


class Visibility(StrEnum):
    """Who may take part: everybody, or whom the buyer invites."""

    PUBLIC = "public"
    INVITED = "invited"


class TooFew(StrEnum):
    """What happens at the opening with fewer quotes than `min_quotes`."""

    FAILED = "failed"
    NEEDS_REASON = "needs_reason"


class PriceChanges(StrEnum):
    """Whether a price may change after the first quote."""

    NONE = "none"
    FINAL_ROUND = "final_round"


class Evaluation(StrEnum):
    """How the winner is found: lowest compliant price, weighted scores, or by comparing without a rule."""

    LOWEST = "lowest"
    SCORED = "scored"
    NONE = "none"


class Notice(StrEnum):
    """What is made public along the way."""

    PUBLISHED = "published"
    AMENDED = "amended"
    OPENED = "opened"
    AWARDED = "awarded"
    CONTRACT = "contract"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


class Duration(_Part):
    """A length of time as rules say it."""

    amount: int = Field(ge=0, le=1000)
    unit: Unit

    @property
    def words(self) -> str:
        """ "3 个工作日", in the reader's language."""
        if self.unit == Unit.WORKING_DAYS:
            return _("%(n)s 个工作日", n=self.amount)
        return _("%(n)s 小时", n=self.amount) if self.unit == Unit.HOURS else _("%(n)s 日", n=self.amount)

    @property
    def about_hours(self) -> float:
        """How long it is, roughly: good for comparing two lengths, not for a deadline."""
        return self.amount * {Unit.HOURS: 1, Unit.DAYS: 24, Unit.WORKING_DAYS: 24 * NATURAL_PER_WORKING}[self.unit]


class Span(_Part):
    """A range of whole percents."""

    low: int = Field(ge=0, le=100)
    high: int = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> "Span":
        if self.low > self.high:
            raise ValueError(_("下限不能高于上限。"))
        return self


class Citation(_Part):
    """The rule a setting follows: its words, the rows of the rule table it means, and whether the text was re-read."""

    text: str = Field(min_length=1, max_length=120)
    rule_ids: tuple[str, ...] = Field(default=(), strict=False)
    checked: bool = True


def _listed(kind: type[StrEnum]) -> Any:
    return Annotated[tuple[kind, ...], Field(min_length=1, strict=False)]


class ProcedureDefinition(_Part):
    """Every setting of a procedure. Periods of amount 0 mean that there is none.

    `min_time` runs from publication to the deadline, `usual_time` is what a form proposes. `question_margin` is how long
    before the deadline questions end. `extension_when_amended` is what must remain after an amendment. `price_weight_*` are
    percents of the total in weighted scoring. `panel_min` 0: no panel. `small_deduction` is the percent a small enterprise's price is lowered by for ranking. `publicity_days` is the objection period after the
    award. `budget_max_fen`: above it pages warn. `arrangements` are codes of the arrangements room.
    """

    use: str = Field(min_length=1, max_length=400)
    use_en: str = Field(default="", max_length=600)
    binding: bool
    sealed: bool
    visibility: _listed(Visibility)
    min_suppliers: int = Field(ge=1, le=50)
    min_quotes: int = Field(ge=1, le=50)
    too_few: TooFew
    usual_time: Duration
    min_time: Duration
    emergency_min_time: Duration | None = None
    question_margin: Duration
    extension_when_amended: Duration
    rounds: int = Field(ge=1, le=2)
    price_changes: PriceChanges
    evaluation: Evaluation
    price_weight_goods: Span | None = None
    price_weight_services: Span | None = None
    panel_min: int = Field(ge=0, le=21)
    panel_odd: bool
    officers_min: int = Field(ge=0, le=9)
    quorum: int = Field(ge=0, le=9)
    publicity_days: Duration
    notices: Annotated[tuple[Notice, ...], Field(strict=False)]
    budget_max_fen: int | None = Field(default=None, gt=0)
    needs_incident: bool
    needs_framework: bool
    split_award: bool
    small_deduction: int = Field(default=0, ge=0, le=20)
    review_after: bool
    allows_consortium: bool
    decline_next_best: bool
    arrangements: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    citations: dict[str, Citation] = {}

    @field_validator("arrangements")
    @classmethod
    def _known_arrangements(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if any(arrangements.kind(code) is None for code in codes):
            raise ValueError(_("没有这种交易方式。"))
        return tuple(kind.code for kind in arrangements.KINDS if kind.code in codes)

    @field_validator("visibility", "notices")
    @classmethod
    def _each_once(cls, chosen: tuple[StrEnum, ...]) -> tuple[StrEnum, ...]:
        """The same choices read the same, in whatever order they were made."""
        return tuple(member for kind in {type(c) for c in chosen} for member in kind if member in chosen)

    @field_validator("citations")
    @classmethod
    def _of_settings(cls, citations: dict[str, Citation]) -> dict[str, Citation]:
        if citations.keys() - cls.model_fields.keys():
            raise ValueError(_("依据所指的设置不存在。"))
        return citations

    @model_validator(mode="after")
    def _can_be_opened(self) -> "ProcedureDefinition":
        if self.sealed and not OFFICERS_LEAST <= self.quorum <= self.officers_min:
            raise ValueError(_("密封报价至少由两名开启人共同开启,且开启所需人数不能超过指定人数。"))
        return self

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "ProcedureDefinition":
        """The definition out of plain data (JSON, TOML). Raises: pydantic.ValidationError."""
        return cls.model_validate_json(json.dumps(plain))

    def plain(self) -> dict[str, Any]:
        """The definition as JSON data."""
        return self.model_dump(mode="json")

    def price_weights(self) -> Iterator[tuple[str, Span]]:
        """The price weights there are, with the setting's name."""
        for name in ("price_weight_goods", "price_weight_services"):
            if span := getattr(self, name):
                yield name, span


class WhyForm(Form):
    """A reason that will be read again."""

    why: str = Field(min_length=4, max_length=500)


class DaysForm(Form):
    """Days to be declared off or worked; a single day needs no last one."""

    first: date = Field(ge=date(2004, 1, 1), le=date(2100, 12, 31))
    last: date | None = None
    working: bool
    name: str = Field(min_length=1, max_length=40)
    source: str = Field(min_length=4, max_length=200)

    @property
    def end(self) -> date:
        """The last of the days."""
        return self.last or self.first

    @field_validator("last")
    @classmethod
    def _after_first(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("first")
        if last and first and not 0 <= (last - first).days < DAYS_AT_ONCE:
            raise ValueError(_("最后一天不能早于第一天,一次最多录入 31 天。"))
        if last and first and last.year != first.year:
            raise ValueError(_("请按年度分别录入。"))
        return last
