"""What the calculators are asked, and for each an example that a first visit shows."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from flask_babel import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from marketplace.arrangements.calculators.first_set_subsidy import BY_CODE
from marketplace.arrangements.calculators.lease_schedule import DayCount
from marketplace.arrangements.calculators.work_safety_premium import LEAST_LIMIT_FEN, SECTORS
from marketplace.arrangements.terms import Interval, Timing, Yuan
from marketplace.kit import clock
from marketplace.kit.forms import Form
from marketplace.kit.money import NotMoney, format_fen, parse_yuan

MAX_TERM_MONTHS = 360
MAX_FLOWS = 200
MAX_FLOW_DAYS = 60 * 366
_DATED = re.compile(r"^(\d{4}-\d{1,2}-\d{1,2})[\s,:\uff0c\uff1a]+(\S.*)$")
_SIGNS = {"-": -1, "−": -1, "\uff0d": -1, "+": 1, "\uff0b": 1}


def _positive(fen: int) -> int:
    if fen <= 0:
        raise ValueError(_("必须大于 %(n)s。", n=0))
    return fen


def _known(codes: Any) -> AfterValidator:
    def check(code: str) -> str:
        if code not in codes:
            raise ValueError(_("请从列出的选项中选择。"))
        return code

    return AfterValidator(check)


SomeYuan = Annotated[Yuan, AfterValidator(_positive)]
Rate = Annotated[Decimal, Field(ge=0, le=36, decimal_places=4)]


class LeaseAsked(Form):
    """A lease with level rents."""

    price_fen: SomeYuan
    annual_rate: Rate
    periods: int = Field(ge=1, le=MAX_TERM_MONTHS)
    every_months: Interval = Field(1, validate_default=True)
    timing: Timing = "arrears"
    residual_fen: Yuan = 0
    day_count: DayCount = "30/360"
    start: date = Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))

    @field_validator("every_months")
    @classmethod
    def _not_too_long(cls, every: int, info: ValidationInfo) -> int:
        if every * info.data.get("periods", 0) > MAX_TERM_MONTHS:
            raise ValueError(_("租期合计不能超过 %(n)s 个月。", n=MAX_TERM_MONTHS))
        return every

    @field_validator("residual_fen")
    @classmethod
    def _below_the_price(cls, fen: int, info: ValidationInfo) -> int:
        if fen > info.data.get("price_fen", fen):
            raise ValueError(_("期末残值不能超过融资金额。"))
        return fen


class FlowsAsked(Form):
    """Payments, one a line: all dated, or all the same distance apart."""

    flows: Annotated[list, BeforeValidator(lambda text: _flows(text))]  # of (day or None, fen)
    every_months: Interval = 12


class LeaseOrBuyAsked(Form):
    """The same thing for the same time, leased or bought."""

    months: int = Field(ge=1, le=240)
    discount_rate: Rate
    price_fen: SomeYuan
    resale_fen: Yuan = 0
    buy_upkeep_fen: Yuan = 0
    rent_fen: SomeYuan
    deposit_fen: Yuan = 0
    lease_upkeep_fen: Yuan = 0
    timing: Timing = "advance"

    @field_validator("resale_fen")
    @classmethod
    def _below_the_price(cls, fen: int, info: ValidationInfo) -> int:
        if fen > info.data.get("price_fen", fen):
            raise ValueError(_("期末残值不能超过购置价。"))
        return fen


class PremiumAsked(Form):
    """Who is to be insured for how much."""

    sector: Annotated[str, _known(SECTORS)]
    people: int = Field(ge=1, le=1_000_000)
    limit_fen: Yuan
    cost_fen: SomeYuan | None = None
    adjustment: Decimal = Field(Decimal(0), ge=-70, le=200, decimal_places=2)
    own_rate: Decimal | None = Field(None, gt=0, le=50, decimal_places=4)

    @field_validator("limit_fen")
    @classmethod
    def _at_least_what_the_rule_says(cls, fen: int) -> int:
        if fen < LEAST_LIMIT_FEN:
            raise ValueError(
                _("每人责任限额不得低于 %(least)s(应急〔2025〕27号第十五条)。", least=format_fen(LEAST_LIMIT_FEN))
            )
        return fen

    @field_validator("cost_fen")
    @classmethod
    def _only_for_works(cls, fen: int | None, info: ValidationInfo) -> int | None:
        if fen is not None and info.data.get("sector") not in (None, "construction"):
            raise ValueError(_("只有建筑施工按工程造价估算;其他行业请留空。"))
        return fen


class SubsidyAsked(Form):
    """A policy for a first set."""

    programme: Annotated[str, _known(BY_CODE)]
    insured_fen: SomeYuan
    rate: Decimal = Field(gt=0, le=10, decimal_places=4)
    years: Literal["1", "2", "3", "4", "5"]


EXAMPLES: dict[type[Form], Callable[[], dict[str, str]]] = {
    LeaseAsked: lambda: {
        "price_fen": "1000000", "annual_rate": "4.35", "periods": "36", "every_months": "1", "timing": "arrears",
        "residual_fen": "0", "day_count": "30/360", "start": clock.today().isoformat(),
    },
    FlowsAsked: lambda: {"flows": "-1000000\n390000\n590000\n550000\n200000", "every_months": "12"},
    LeaseOrBuyAsked: lambda: {
        "months": "36", "discount_rate": "3.5", "price_fen": "1000000", "resale_fen": "400000",
        "buy_upkeep_fen": "30000", "rent_fen": "24000", "deposit_fen": "24000", "lease_upkeep_fen": "0",
        "timing": "advance",
    },
    PremiumAsked: lambda: {"sector": "hazardous", "people": "120", "limit_fen": "500000", "adjustment": "0"},
    SubsidyAsked: lambda: {"programme": "national", "insured_fen": "5000000", "rate": "3", "years": "3"},
}  # fmt: skip


def _flows(text: Any) -> Any:
    """Lines such as "-100万" or "2026-01-31 -1,000,000"; a fault names its line."""
    if not isinstance(text, str):
        return text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not 2 <= len(lines) <= MAX_FLOWS:
        raise ValueError(_("请填写 2 到 %(n)s 行。", n=MAX_FLOWS))
    found = [_flow(number, line) for number, line in enumerate(lines, 1)]
    if len({day is None for day, _fen in found}) > 1:
        raise ValueError(_("要么每行都写日期,要么都不写。"))
    if found[0][1] == 0:
        raise ValueError(_("第一笔不能为零。"))
    if found[0][0] and (max(found)[0] - min(found)[0]).days > MAX_FLOW_DAYS:
        raise ValueError(_("首末两笔相隔不能超过 %(n)s 年。", n=MAX_FLOW_DAYS // 366))
    return found


def _flow(number: int, line: str) -> tuple[date | None, int]:
    dated = _DATED.match(line)
    try:
        day = date.fromisoformat("-".join(part.zfill(2) for part in dated[1].split("-"))) if dated else None
        amount = dated[2] if dated else line
        sign = _SIGNS.get(amount[0], 0)
        return day, (sign or 1) * parse_yuan(amount[1:].strip() if sign else amount)
    except (NotMoney, ValueError):
        raise ValueError(_("第 %(n)s 行看不懂:“%(text)s”。", n=number, text=line[:40])) from None
