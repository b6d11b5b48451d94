"""Outright purchase (采购): paid in up to three parts, owned from acceptance."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field, ValidationInfo, field_validator

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term


class Terms(made.Terms):
    """Payment within 30 days of delivery, never later than 60: 保障中小企业款项支付条例(2025 年修订)第九条."""

    kind: Literal["purchase"] = Field("purchase")
    delivery_days: int = term(_("交货期"), 30, unit=_("天"), ge=0, le=1095)
    advance_percent: made.Percent = term(_("预付款"), Decimal(0), by="buyer", unit="%")
    payment_days: int = term(_("验收后付款期限"), 30, by="buyer", unit=_("天"), ge=0, le=60)
    warranty_months: int = term(_("质保期"), 12, unit=_("个月"), ge=0, le=made.MAX_MONTHS)
    retention_percent: made.Percent = term(_("质保金"), Decimal(0), by="buyer", unit="%", hint=_("质保期满支付的部分"))

    @field_validator("retention_percent")
    @classmethod
    def _within_the_price(cls, percent: Decimal, info: ValidationInfo) -> Decimal:
        if percent + info.data.get("advance_percent", 0) > 100:
            raise ValueError(gettext("预付款与质保金合计不能超过 100%。"))
        return percent


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """Advance at the start, the rest after acceptance, what is retained at the end of the warranty; exactly the price."""
    advance = made.percent_of(lines_fen, terms.advance_percent)
    retained = min(made.percent_of(lines_fen, terms.retention_percent), lines_fen - advance)
    delivered = start + timedelta(days=terms.delivery_days)
    warranted = made.months_after(delivered, terms.warranty_months)
    due = delivered + timedelta(days=terms.payment_days)
    return made.paid([
        Charge(start, advance, gettext("预付款"), "advance"),
        Charge(due, lines_fen - advance - retained, gettext("货款"), "price"),
        Charge(max(due, warranted), retained, gettext("质保金"), "retention"),
    ])  # fmt: skip


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """The price, whatever the period; what the goods are still worth afterwards is not deducted."""
    return lines_fen


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    return [
        gettext("供应方:%(n)s 天内交付,并配合验收。", n=terms.delivery_days),
        gettext("供应方:质保 %(n)s 个月,期内免费修理、更换。", n=terms.warranty_months),
        gettext("采购方:验收合格后 %(n)s 天内付款。", n=terms.payment_days),
    ]


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("验收后归采购方所有;质保期满,供应方按约定继续提供有偿维修。")


KIND = ArrangementKind("purchase", "once", Terms, charges, comparable_fen, duties, at_end, _("一次性购买"))
