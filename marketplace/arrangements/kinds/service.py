"""Service (服务): a yearly fee or a fee per visit, with promised response and availability."""

from datetime import date
from decimal import Decimal
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term

BASES = {"year": _("按年"), "use": _("按次")}


class Terms(made.Terms):
    """The unit price is for a year or for a visit, as `priced_per` says."""

    kind: Literal["service"] = Field("service")
    months: int = term(_("服务期"), 12, by="buyer", unit=_("个月"), ge=1, le=made.MAX_MONTHS)
    priced_per: Literal["year", "use"] = term(_("计价方式"), "year", options=BASES)
    visits_per_year: int = term(_("每年上门次数"), 4, by="buyer", unit=_("次"), ge=1, le=366)
    pay_every_months: made.Interval = term(_("付费周期"), 12, options=made.INTERVALS)
    timing: made.Timing = term(_("付费时点"), "arrears", by="buyer", options=made.TIMINGS)
    response_minutes: int = term(_("故障响应时间"), 120, unit=_("分钟"), ge=1, le=43_200)
    on_site_hours: int = term(_("到场时间"), 24, unit=_("小时"), ge=1, le=720)
    availability: made.Percent = term(_("设备可用率"), Decimal(95), unit="%")
    credit_percent: made.Percent = term(
        _("未达标扣减"), Decimal(5), unit="%", hint=_("可用率每低一个百分点,扣减当期服务费")
    )
    parts_included: bool = term(_("含备件"), False)


def year_fen(terms: Terms, lines_fen: int) -> int:
    """The fee of a year: the price of a year, or of a visit × visits."""
    return lines_fen * (terms.visits_per_year if terms.priced_per == "use" else 1)


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """The fee in even stretches; together months ÷ 12 of the yearly fee, exactly."""
    ahead = terms.timing == "advance"
    return made.paid([
        Charge(made.months_after(start, first if ahead else end), fen,
               gettext("第 %(a)s–%(b)s 个月服务费", a=first + 1, b=end), "service_fee")
        for first, end, fen in made.yearly_in_spans(year_fen(terms, lines_fen), terms.months, terms.pay_every_months)
    ])  # fmt: skip


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """Yearly fee × months ÷ 12, to the fen; a visit's price counts visits_per_year times a year."""
    return made.share(year_fen(terms, lines_fen), months, 12)


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    parts = gettext("服务方:备件费用已含在服务费内。") if terms.parts_included else gettext("采购方:备件另行付费。")
    return [
        gettext("服务方:每年上门 %(n)s 次,留存记录。", n=terms.visits_per_year),
        gettext("服务方:故障 %(m)s 分钟内响应,%(h)s 小时内到场。", m=terms.response_minutes, h=terms.on_site_hours),
        gettext("服务方:可用率不低于 %(p)s%%,每低一个百分点扣减当期服务费 %(c)s%%。",
                p=made.plain(terms.availability), c=made.plain(terms.credit_percent)),
        parts, gettext("采购方:提供现场条件,按期付费。"),
    ]  # fmt: skip


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("服务期满移交全部记录和资料;可续签。")


KIND = ArrangementKind(
    "service",
    "year",
    Terms,
    charges,
    comparable_fen,
    duties,
    at_end,
    _("按次、按年提供服务"),
    ("buyer", "service_provider"),
)
