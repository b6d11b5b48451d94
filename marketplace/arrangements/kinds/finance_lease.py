"""Finance lease (融资租赁): down payment and rents pay for the thing, a small price at the end transfers it."""

from datetime import date
from decimal import Decimal
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field, ValidationInfo, field_validator

from marketplace.arrangements import terms as made
from marketplace.arrangements.calculators.lease_schedule import Lease, lease_schedule
from marketplace.arrangements.terms import ArrangementKind, Charge, term


class Terms(made.Terms):
    """Either the yearly rate is stated, or the rent of every period; not both."""

    kind: Literal["finance_lease"] = Field("finance_lease")
    months: int = term(_("租期"), 36, by="buyer", unit=_("个月"), ge=1, le=made.MAX_MONTHS)
    down_percent: made.Percent = term(_("首付"), Decimal(20), unit="%", lt=100)
    pay_every_months: made.Interval = term(_("付租周期"), 1, options=made.INTERVALS)
    timing: made.Timing = term(_("付租时点"), "arrears", options=made.TIMINGS)
    annual_rate: made.Percent | None = term(_("年利率"), None, unit="%", le=36, hint=_("年利率与每期租金填一项"))
    rent_fen: made.Yuan | None = term(_("每期租金"), None, unit=_("元"), validate_default=True)
    transfer_fen: made.Yuan = term(_("留购价款"), 100, unit=_("元"), hint=_("期满取得所有权的价款"))
    delivery_days: int = term(_("交付期"), 30, unit=_("天"), ge=0, le=1095)

    @field_validator("pay_every_months")
    @classmethod
    def _fills_the_term(cls, every: int, info: ValidationInfo) -> int:
        if info.data.get("months", 0) % every:
            raise ValueError(gettext("租期须为付租周期的整数倍。"))
        return every

    @field_validator("rent_fen")
    @classmethod
    def _one_of_two(cls, rent_fen: int | None, info: ValidationInfo) -> int | None:
        if (rent_fen is None) == (info.data.get("annual_rate") is None):
            raise ValueError(gettext("年利率与每期租金须填且只填一项。"))
        return rent_fen


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """Down payment at the start, rents (from the rate by `lease_schedule`), the price of the transfer at the end."""
    every = terms.pay_every_months
    down, count = made.percent_of(lines_fen, terms.down_percent), terms.months // every
    first = 0 if terms.timing == "advance" else 1
    rents = _rents(terms, lines_fen - down, start)
    return made.paid([
        Charge(start, down, gettext("首付款"), "down_payment"),
        *(Charge(made.months_after(start, (n + first) * every), rents[n],
                 gettext("第 %(n)s/%(all)s 期租金", n=n + 1, all=count), "rent") for n in range(count)),
        Charge(made.months_after(start, terms.months), terms.transfer_fen, gettext("留购价款"), "transfer"),
    ])  # fmt: skip


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """Down payment + all rents + transfer price, whatever the period: the debt does not end with it, nor the use."""
    return sum(charge.amount_fen for charge in charges(terms, lines_fen, date(2026, 1, 1)))


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    return [
        gettext("出租方:按承租方选定的设备和供应方出资购买,租期内享有所有权。"),
        gettext("供应方:%(n)s 天内向承租方交付,质保由供应方直接承担。", n=terms.delivery_days),
        gettext("承租方:按期付租,负责保管、维修和投保。"),
    ]


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("付清全部租金和留购价款后,设备所有权转移给承租方。")


def _rents(terms: Terms, financed_fen: int, start: date) -> list[int]:
    every = terms.pay_every_months
    count = terms.months // every
    if terms.rent_fen is not None:
        return [terms.rent_fen] * count
    lease = Lease(financed_fen, terms.annual_rate, count, every, terms.transfer_fen, terms.timing, start=start)
    return [row.rent_fen for row in lease_schedule(lease) if not row.residual]


KIND = ArrangementKind(
    "finance_lease", "once", Terms, charges, comparable_fen, duties, at_end, _("分期付租,期满归承租方"),
    ("buyer", "lessor", "supplier"),
)  # fmt: skip
