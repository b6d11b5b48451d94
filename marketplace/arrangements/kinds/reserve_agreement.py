"""Reserve agreement (协议储备): a supplier holds stock for a yearly fee and hands it over at an agreed price when called."""

from datetime import date
from decimal import Decimal
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term


class Standby(made.Terms):
    """What agreements of standing ready share; a unit price is the price of a piece when it is called off."""

    months: int = term(_("协议期"), 12, by="buyer", unit=_("个月"), ge=1, le=made.MAX_MONTHS)
    year_fen: made.Yuan = term(_("每年储备费"), ..., unit=_("元"), hint=_("全部品目合计;不收取填 0"))
    called_percent: made.Percent = term(
        _("比较时按调用比例"), Decimal(100), by="buyer", unit="%", hint=_("假定协议期内调用总量的百分之几")
    )


class Terms(Standby):
    """Stock is held; goods near their date are exchanged by the supplier."""

    kind: Literal["reserve_agreement"] = Field("reserve_agreement")
    ready_hours: int = term(_("调用后送达时间"), 24, unit=_("小时"), ge=1, le=720)
    rotation_months: int = term(_("轮换周期"), 12, unit=_("个月"), ge=0, le=120, hint=_("0 为不需轮换"))
    checks_per_year: int = term(_("每年盘点次数"), 2, by="buyer", unit=_("次"), ge=0, le=52)


def charges(terms: Standby, lines_fen: int, start: date) -> list[Charge]:
    """The fee at the start of every year, the last by its months; what is called off is charged when it is called."""
    return made.paid([
        Charge(made.months_after(start, first), fen, gettext("第 %(n)s 年储备费", n=first // 12 + 1), "reserve_fee")
        for first, _end, fen in made.yearly_in_spans(terms.year_fen, terms.months, 12)
    ])  # fmt: skip


def called_fen(terms: Standby, lines_fen: int, part: int, whole: int) -> int:
    """What calling off `part` of `whole` pieces costs."""
    return made.share(lines_fen, part, whole)


def comparable_fen(terms: Standby, lines_fen: int, months: int) -> int:
    """Yearly fee × months ÷ 12 + called_percent of everything at its call-off price, once in the period."""
    return made.share(terms.year_fen, months, 12) + made.percent_of(lines_fen, terms.called_percent)


def duties(terms: Terms) -> list[str]:
    """Who does what; the agreements of 突发事件应对法第四十六条."""
    said = [
        gettext("供应方:足额储备,接到调用通知后 %(n)s 小时内送达指定地点。", n=terms.ready_hours),
        gettext("采购方:按年支付储备费;调用的物资按协议价结算。"),
    ]
    if terms.rotation_months:
        said.insert(1, gettext("供应方:每 %(n)s 个月轮换,保证质量和有效期。", n=terms.rotation_months))
    if terms.checks_per_year:
        said.append(gettext("双方:每年盘点 %(n)s 次。", n=terms.checks_per_year))
    return said


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("期满未调用的物资仍归供应方;可续签。")


KIND = ArrangementKind(
    "reserve_agreement", "once", Terms, charges, comparable_fen, duties, at_end, _("平时代储、急时调用")
)
