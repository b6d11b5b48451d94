"""Operating lease (经营租赁): rent every month, a deposit, and the thing goes back at the end."""

from datetime import date, timedelta
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term

KEEPERS = {"lessor": _("出租方"), "lessee": _("承租方")}


class Terms(made.Terms):
    """The deposit is so many months' rent (押几付几)."""

    kind: Literal["operating_lease"] = Field("operating_lease")
    months: int = term(_("租期"), 12, by="buyer", unit=_("个月"), ge=1, le=made.MAX_MONTHS)
    pay_every_months: made.Interval = term(_("付租周期"), 1, options=made.INTERVALS)
    timing: made.Timing = term(_("付租时点"), "advance", options=made.TIMINGS)
    deposit_months: int = term(_("押金"), 1, unit=_("个月租金"), ge=0, le=12)
    delivery_days: int = term(_("交付期"), 15, unit=_("天"), ge=0, le=1095)
    maintained_by: Literal["lessor", "lessee"] = term(_("维修保养由谁承担"), "lessor", options=KEEPERS)
    early_end_months: int = term(_("提前终止补偿"), 0, unit=_("个月租金"), ge=0, le=24)
    return_days: int = term(_("归还验收与退押金期限"), 15, unit=_("天"), ge=0, le=90)


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """Deposit at the start and back after the inspection; rents from `start`, the day of handing over."""
    deposit = lines_fen * terms.deposit_months
    back = made.months_after(start, terms.months) + timedelta(days=terms.return_days)
    rents = []
    for first, length in made.spans(terms.months, terms.pay_every_months):
        due = made.months_after(start, first if terms.timing == "advance" else first + length)
        what = gettext("第 %(a)s–%(b)s 个月租金", a=first + 1, b=first + length)
        if length == 1:
            what = gettext("第 %(n)s 个月租金", n=first + 1)
        rents.append(Charge(due, lines_fen * length, what, "rent"))
    return made.paid([
        Charge(start, deposit, gettext("押金"), "deposit"), *rents,
        Charge(back, -deposit, gettext("退还押金"), "deposit_back"),
    ])  # fmt: skip


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """Rent × months asked, a shorter lease going on at the same rent; a longer one adds what ending it early costs:

    rent × min(early_end_months, months of the lease beyond the period). The deposit comes back and is left out.
    """
    return lines_fen * (months + min(terms.early_end_months, max(0, terms.months - months)))


def duties(terms: Terms) -> list[str]:
    """Who does what."""
    keeper = gettext("出租方:负责维修保养,故障期间提供替代设备或减免租金。")
    if terms.maintained_by == "lessee":
        keeper = gettext("承租方:负责日常维修保养,费用自理。")
    return [
        gettext("出租方:%(n)s 天内交付可正常使用的设备。", n=terms.delivery_days), keeper,
        gettext("承租方:按期付租,妥善保管使用,不得转租、抵押。"),
        gettext("出租方:归还后 %(n)s 天内完成验收并退还押金。", n=terms.return_days),
    ]  # fmt: skip


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("租期届满归还设备并共同验收;正常磨损不扣押金。可协商续租。")


KIND = ArrangementKind(
    "operating_lease",
    "month",
    Terms,
    charges,
    comparable_fen,
    duties,
    at_end,
    _("按月付租,期满归还"),
    ("buyer", "lessor"),
)
