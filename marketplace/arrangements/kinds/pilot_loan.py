"""Pilot loan (试用借用): free until a date, then returned or bought at an agreed price."""

from datetime import date
from decimal import Decimal
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term


class Terms(made.Terms):
    """The unit price is what buying would cost; `convert_percent` of it is asked when the trial turns into a purchase."""

    kind: Literal["pilot_loan"] = Field("pilot_loan")
    until: date = term(_("试用至"), ..., by="buyer")
    transport_fen: made.Yuan = term(_("采购方承担的运输安装费"), 0, unit=_("元"))
    deposit_fen: made.Yuan = term(_("押金"), 0, unit=_("元"))
    convertible: bool = term(_("可转为购买"), True)
    convert_percent: made.Percent = term(_("转购价占报价"), Decimal(100), unit="%")
    report: bool = term(_("采购方提交试用报告"), True, by="buyer")


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """Transport and deposit at the start, the deposit back on the last day; the use itself is free."""
    back = max(start, terms.until)
    return made.paid([
        Charge(start, terms.deposit_fen, gettext("押金"), "deposit"),
        Charge(start, terms.transport_fen, gettext("运输安装费"), "transport"),
        Charge(back, -terms.deposit_fen, gettext("退还押金"), "deposit_back"),
    ])  # fmt: skip


def conversion_fen(terms: Terms, lines_fen: int) -> int:
    """What is paid when the trial turns into a purchase; 0 when it cannot."""
    return made.percent_of(lines_fen, terms.convert_percent) if terms.convertible else 0


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """Transport + the price of conversion: only buying gives use for a whole period. Transport alone if it must go back."""
    return terms.transport_fen + conversion_fen(terms, lines_fen)


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    said = [
        gettext("供应方:免费提供试用、培训和技术支持,承担试用期内的正常损耗。"),
        gettext("采购方:妥善使用保管,不承诺购买。"),
    ]
    if terms.report:
        said.append(gettext("采购方:试用结束时提交试用报告。"))
    return said


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    day = terms.until.isoformat()
    if not terms.convertible:
        return gettext("%(day)s 试用期满,设备归还供应方。", day=day)
    percent = made.plain(terms.convert_percent)
    return gettext("%(day)s 试用期满,归还或按报价的 %(p)s%% 转为购买;购买须另走采购程序。", day=day, p=percent)


KIND = ArrangementKind(
    "pilot_loan", "once", Terms, charges, comparable_fen, duties, at_end, _("免费试用,到期归还或转购")
)
