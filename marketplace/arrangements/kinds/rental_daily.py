"""Rental by the day (按日租用): for a flood season, an exercise, a few days of need."""

from datetime import date, timedelta
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term


class Terms(made.Terms):
    """`days` is one hire; compared over several years it is taken once a year."""

    kind: Literal["rental_daily"] = Field("rental_daily")
    days: int = term(_("租用天数"), 7, by="buyer", unit=_("天"), ge=1, le=366, hint=_("每次(每年)计划租用的天数"))
    minimum_days: int = term(_("最少计费天数"), 1, unit=_("天"), ge=1, le=366)
    transport_fen: made.Yuan = term(_("进出场运输费"), 0, unit=_("元"))
    deposit_fen: made.Yuan = term(_("押金"), 0, unit=_("元"))
    with_operator: bool = term(_("配操作人员"), False)
    ready_hours: int = term(_("通知后到场时间"), 24, unit=_("小时"), ge=1, le=720)


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """Transport and deposit at the start; the days at the end, when the deposit comes back."""
    days = max(terms.days, terms.minimum_days)
    end = start + timedelta(days=terms.days)
    return made.paid([
        Charge(start, terms.deposit_fen, gettext("押金"), "deposit"),
        Charge(start, terms.transport_fen, gettext("进出场运输费"), "transport"),
        Charge(end, lines_fen * days, gettext("%(n)s 天租金", n=days), "rent"),
        Charge(end, -terms.deposit_fen, gettext("退还押金"), "deposit_back"),
    ])  # fmt: skip


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """(rent a day × max(days, least days) + transport) × years begun in the period: the same hire once a year."""
    once = lines_fen * max(terms.days, terms.minimum_days) + terms.transport_fen
    return once * made.years_begun(months)


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    crew = gettext("出租方:随机配操作人员,工资和人身保险由出租方承担。")
    if not terms.with_operator:
        crew = gettext("承租方:安排持证人员操作,出租方交底培训。")
    return [
        gettext("出租方:接到通知后 %(n)s 小时内运抵现场,保证完好可用。", n=terms.ready_hours), crew,
        gettext("承租方:按实际天数付租(不少于 %(n)s 天),丢失损坏照价赔偿。", n=terms.minimum_days),
    ]  # fmt: skip


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("用毕当日清点归还,结清租金并退还押金。")


KIND = ArrangementKind(
    "rental_daily",
    "day",
    Terms,
    charges,
    comparable_fen,
    duties,
    at_end,
    _("汛期、演练等短时使用"),
    ("buyer", "lessor"),
)
