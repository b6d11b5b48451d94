"""Capacity reserve (产能储备): a maker keeps production ready, and delivers at an agreed price once called."""

from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements.kinds import reserve_agreement as reserve
from marketplace.arrangements.terms import ArrangementKind, term


class Terms(reserve.Standby):
    """Nothing lies in store: what counts is how soon production starts and how much a day brings."""

    kind: Literal["capacity_reserve"] = Field("capacity_reserve")
    ramp_up_days: int = term(_("启动转产时间"), 3, unit=_("天"), ge=0, le=180)
    daily_output: int = term(_("应急日产量"), ..., ge=1, le=100_000_000, hint=_("按报价的计量单位计"))
    drills_per_year: int = term(_("每年演练次数"), 1, by="buyer", unit=_("次"), ge=0, le=12)


def duties(terms: Terms) -> list[str]:
    """Who does what; the agreements of 突发事件应对法第四十六条."""
    said = [
        gettext("供应方:保有设备、人员和原料,接到通知后 %(n)s 天内启动,日产不少于 %(m)s。",
                n=terms.ramp_up_days, m=terms.daily_output),
        gettext("采购方:按年支付储备费;产出的物资按协议价结算。"),
    ]  # fmt: skip
    if terms.drills_per_year:
        said.append(gettext("双方:每年演练转产 %(n)s 次。", n=terms.drills_per_year))
    return said


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("期满解除转产义务;已下达的调用继续履行;可续签。")


KIND = ArrangementKind(
    "capacity_reserve",
    "once",
    Terms,
    reserve.charges,
    reserve.comparable_fen,
    duties,
    at_end,
    _("平时保产能、急时转产"),
)
