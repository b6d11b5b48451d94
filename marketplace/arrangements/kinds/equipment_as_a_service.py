"""Equipment as a service (按使用付费): paid per use, hour or kilometre, with a least amount every month."""

from datetime import date
from decimal import Decimal
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term

MEASURES = {"use": _("次"), "hour": _("小时"), "km": _("公里")}


class Terms(made.Terms):
    """The unit price is for one use (hour, kilometre) of each piece; both monthly figures count uses of each piece."""

    kind: Literal["equipment_as_a_service"] = Field("equipment_as_a_service")
    months: int = term(_("期限"), 12, by="buyer", unit=_("个月"), ge=1, le=made.MAX_MONTHS)
    measure: Literal["use", "hour", "km"] = term(_("计费单位"), "use", by="buyer", options=MEASURES)
    expected_monthly: int = term(
        _("预计每月用量"), ..., by="buyer", ge=1, le=1_000_000, hint=_("每台(套),按计费单位计")
    )
    minimum_monthly: int = term(_("每月保底用量"), 0, ge=0, le=1_000_000, hint=_("用量不足时按此计费"))
    availability: made.Percent = term(_("设备可用率"), Decimal(95), unit="%")
    response_hours: int = term(_("故障响应时间"), 24, unit=_("小时"), ge=1, le=720)


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """The least amount of every month, at its end; use beyond it is added by `used_fen` once the meter is read."""
    least = lines_fen * terms.minimum_monthly
    return made.paid([
        Charge(made.months_after(start, n), least, gettext("第 %(n)s 个月保底费", n=n), "minimum")
        for n in range(1, terms.months + 1)
    ])  # fmt: skip


def used_fen(terms: Terms, lines_fen: int, used: int) -> int:
    """What a month with so much use costs beyond the least amount already charged."""
    return lines_fen * max(0, used - terms.minimum_monthly)


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """Unit price × max(expected, least use a month) × months."""
    return lines_fen * max(terms.expected_monthly, terms.minimum_monthly) * months


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    return [
        gettext("供应方:提供设备并负责维护、耗材和更新,可用率不低于 %(p)s%%。", p=made.plain(terms.availability)),
        gettext("供应方:故障 %(n)s 小时内响应。", n=terms.response_hours),
        gettext("采购方:按计量表读数逐月付费,不足保底用量按保底计。"),
    ]


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("期满结清最后一期用量,供应方收回设备;可续签。")


KIND = ArrangementKind(
    "equipment_as_a_service",
    "use",
    Terms,
    charges,
    comparable_fen,
    duties,
    at_end,
    _("用多少付多少,按次、按小时或按公里"),
)
