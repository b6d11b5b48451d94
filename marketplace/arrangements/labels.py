"""What the calculators' codes are called, and where their numbers come from."""

from decimal import Decimal

from flask_babel import gettext as _

from marketplace.arrangements.terms import INTERVALS, TIMINGS, plain
from marketplace.kit.money import format_fen


def intervals() -> list[tuple[int, str]]:
    """How often is paid."""
    return [(months, str(text)) for months, text in INTERVALS.items()]


def timings() -> list[tuple[str, str]]:
    """Whether each period is paid at its beginning or its end."""
    return [(code, str(text)) for code, text in TIMINGS.items()]


def day_counts() -> list[tuple[str, str]]:
    """How much of a year a period is."""
    return [
        ("30/360", _("每月按 1/12 年(30/360)")), ("actual/365", _("实际天数/365")), ("actual/360", _("实际天数/360")),
    ]  # fmt: skip


def sectors() -> list[tuple[str, str]]:
    """Who must insure."""
    return [
        ("mining", _("矿山")), ("hazardous", _("危险化学品")), ("fireworks", _("烟花爆竹")), ("transport", _("交通运输")),
        ("construction", _("建筑施工")), ("explosives", _("民用爆炸物品")), ("metallurgy", _("金属冶炼")),
        ("fishery", _("渔业生产")),
    ]  # fmt: skip


def programmes() -> list[tuple[str, str]]:
    """Who subsidises premiums for first sets."""
    return [
        ("national", _("国家(2019 年通知)")), ("zhejiang_international", _("浙江省 · 国际首台(套)")),
        ("zhejiang_national", _("浙江省 · 国内首台(套)")), ("zhejiang_provincial", _("浙江省 · 省内首台(套)")),
    ]  # fmt: skip


def programme_source(code: str) -> str:
    """Where the cap and the share come from."""
    if code == "national":
        return _(
            "财政部、工业和信息化部、银保监会 2019 年关于进一步深入推进首台(套)重大技术装备保险补偿机制试点工作的通知:费率不超过 3%,补偿实际年度保费的 80%,不超过 3 年且不间断。2024 年起执行工信部联重装〔2024〕89号及当年通知,请以当年通知核对。"
        )
    return _(
        "浙江省 2024 年度制造业首台(套)装备保险补偿申报通知:费率不超过 2%,首年按国际 90%、国内 80%、省内 70% 补偿;以后年度递减比例未随文公布,此处不计。"
    )


def factor(code: str) -> str:
    """A factor of the premium."""
    return {
        "people": _("从业人员数"), "limit": _("每人责任限额"), "cost": _("工程造价"), "rate": _("费率"),
        "rate_low": _("费率(低)"), "rate_high": _("费率(高)"), "adjustment": _("风险浮动"),
    }[code]  # fmt: skip


def factor_value(code: str, value: Decimal) -> str:
    """A factor with its unit."""
    if code in ("limit", "cost"):
        return format_fen(int(value))
    if code == "people":
        return _("%(n)s 人", n=f"{int(value):,}")
    return f"{value:+}%" if code == "adjustment" and value else f"{plain(value)}{'%' if code == 'adjustment' else '‰'}"


def factor_source(code: str, source: str) -> str:
    """Where a factor comes from."""
    if source == "shandong_2017":
        return _("山东省安监局 2017-11-22 发布:每人保额约 50 万元时,人均保费 30 至 300 元;此处折算为每人限额的千分比")
    if source == "shandong_2018":
        return _("山东省安全生产责任保险费率表(2018 版,建筑施工)")
    return {
        "limit": _("您的填写;不得低于 40 万元(应急〔2025〕27号第十五条)"),
        "people": _("您的填写;须覆盖全体从业人员(应急〔2025〕27号第十六条)"),
        "adjustment": _("您的填写;保险机构按风险状况、标准化等级和事故记录浮动"),
    }.get(code, _("您的填写"))


def percent(rate: float) -> str:
    """A computed rate as people read it."""
    return f"{rate * 100:,.4f}%"


def yuan(fen: int) -> str:
    """An amount in a column of amounts: always two decimals, no sign of currency."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"
