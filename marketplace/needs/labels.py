"""How needs read: kinds, states, fields, requirements and items in words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from marketplace.kit.money import format_fen
from marketplace.kit.web import english, show_day, show_number, show_time
from marketplace.needs.models import IncidentStatus, Level, Mode, NeedKind, NeedStatus, Operator, Visibility
from marketplace.taxonomy import queries as taxonomy

SIGNS = {Operator.AT_LEAST: "≥", Operator.AT_MOST: "≤", Operator.EQUAL: "="}
MARKS = {Level.HARD: "★", Level.SCORED: "▲", Level.PLAIN: ""}


def kind(code: str) -> str:
    """What is looked for."""
    return {
        NeedKind.SUPPLY: _("物资与服务"),
        NeedKind.TECHNOLOGY: _("技术需求(攻关与改造)"),
        NeedKind.FINANCING: _("融资需求"),
        NeedKind.RESERVE: _("物资储备"),
    }[NeedKind(code)]


def mode(code: str) -> str:
    """How it is to be acquired."""
    return {
        Mode.PURCHASE: _("采购"),
        Mode.OPERATING_LEASE: _("经营租赁"),
        Mode.FINANCE_LEASE: _("融资租赁"),
        Mode.SERVICE: _("服务"),
        Mode.RESERVE_AGREEMENT: _("协议储备"),
        Mode.TECHNOLOGY: _("技术合作"),
        Mode.FINANCING: _("融资"),
    }[Mode(code)]


def visibility(code: str) -> str:
    """Who may read it."""
    return {Visibility.PUBLIC: _("公开"), Visibility.INVITED: _("仅受邀单位")}[Visibility(code)]


def state(code: str) -> tuple[str, str]:
    """A need's state (`rules.State`) or status in words, with the tone it is shown in."""
    if code == "questions_closed":
        return _("征集中,提问已截止"), "ok"
    return {
        NeedStatus.DRAFT: (_("草稿"), "wait"),
        NeedStatus.IN_APPROVAL: (_("内部审批中"), "wait"),
        NeedStatus.OPEN: (_("征集中"), "ok"),
        NeedStatus.CLOSED: (_("已结束"), "mute"),
        NeedStatus.WITHDRAWN: (_("已撤回"), "bad"),
    }[NeedStatus(code)]


def level(code: str) -> str:
    """How much a requirement weighs, with its mark."""
    return {
        Level.HARD: _("★ 必须满足"),
        Level.SCORED: _("▲ 重要,评分"),
        Level.PLAIN: _("一般要求"),
    }[Level(code)]


def operator(code: str) -> str:
    """How an offered value is compared."""
    return {
        Operator.AT_LEAST: _("≥ 不低于"),
        Operator.AT_MOST: _("≤ 不高于"),
        Operator.EQUAL: _("= 等于"),
        Operator.BETWEEN: _("介于"),
        Operator.ONE_OF: _("其中之一"),
        Operator.HAS: _("具备"),
        Operator.NOT: _("不得有"),
    }[Operator(code)]


def incident_status(code: str) -> tuple[str, str]:
    """Whether an incident goes on, with its tone."""
    return {
        IncidentStatus.DECLARED: (_("处置中"), "bad"),
        IncidentStatus.ENDED: (_("已结束"), "mute"),
    }[IncidentStatus(code)]


def incident_level(number: int) -> str:
    """The four grades of the national plan."""
    return {1: _("特别重大"), 2: _("重大"), 3: _("较大"), 4: _("一般")}[number]


def field(name: str) -> str:
    """A field's label, also of what `rules.missing` and `rules.outdated` name."""
    return {
        "kind": _("需求种类"),
        "title": _("标题"),
        "text": _("需求说明"),
        "category": _("应急类别"),
        "event_code": _("事件类型"),
        "field_code": _("应用领域"),
        "class_code": _("产品类别"),
        "class_or_text": _("产品类别或需求说明"),
        "mode": _("获取方式"),
        "items": _("清单"),
        "item_quantity": _("清单(至少一项有数量)"),
        "requirements": _("技术指标"),
        "req_unit": _("指标的单位"),
        "exclusions": _("排除项"),
        "province": _("省份"),
        "city": _("城市"),
        "place": _("详细地点"),
        "wanted_on": _("需要日期"),
        "within_days": _("合同签订后天数"),
        "budget_fen": _("预算金额"),
        "visibility": _("公开范围"),
        "questions_until": _("提问截止时间"),
        "invitations": _("受邀单位"),
    }[name]


def value(name: str, stored: Any) -> str:
    """A content field's value in words; "" when it is open. Times and days may be ISO texts, as versions keep them."""
    if stored in (None, "", []):
        return ""
    known = {
        "kind": kind, "mode": mode, "visibility": visibility, "category": category, "event_code": event,
        "field_code": field_name, "class_code": class_name, "budget_fen": format_fen, "exclusions": "、".join,
        "within_days": lambda days: _("%(n)s 天内", n=days), "wanted_on": _day, "questions_until": _time,
    }  # fmt: skip
    return known[name](stored) if name in known else str(stored)


def requirement(row: Mapping[str, Any]) -> str:
    """A requirement's condition: "≥ 3,000 m³/h ★", "具备 消防产品认证"."""
    op, unit, mark = Operator(row["op"]), row["unit"], MARKS[Level(row["level"])]
    told = _shown(row["value"])
    if op == Operator.BETWEEN:
        told = f"{told} ~ {_shown(row['high'])}"
    elif op in SIGNS:
        told = f"{SIGNS[op]} {told}"
    else:
        told = f"{operator(op)} {told}"
    return " ".join(part for part in (told.strip(), unit, mark) if part)


def requirement_of(row: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> str:
    """The same with the item it belongs to, when not to all."""
    place = row["item"]
    if place is None or place >= len(items):
        return requirement(row)
    return _("%(condition)s(%(item)s)", condition=requirement(row), item=items[place]["name"])


def item(row: Mapping[str, Any]) -> str:
    """An item: "移动排水泵车 2 辆,带照明灯塔"."""
    amount = "" if row["quantity"] is None else f"{show_number(row['quantity'])} {row['unit']}".strip()
    told = " ".join(part for part in (row["name"], amount) if part)
    return _("%(item)s,%(note)s", item=told, note=row["note"]) if row["note"] else told


def category(code: str) -> str:
    """An emergency category in words."""
    found = next((row for row in taxonomy.categories() if row[0] == code), None)
    return (found[2] if english() else found[1]) if found else code


def event(code: str) -> str:
    """An event type in words."""
    return _term(taxonomy.event(code), code)


def field_name(code: str) -> str:
    """A field of use in words."""
    found = next((row for row in taxonomy.fields() if row[0] == code), None)
    return (found[2] if english() else found[1]) if found else code


def class_name(code: str) -> str:
    """A product class in words."""
    return _term(taxonomy.class_(code), code)


def _term(found: Any, code: str) -> str:
    if found is None:
        return code
    return (english() and found.name_en) or found.name


def _shown(stored: Any) -> str:
    if isinstance(stored, list):
        return "、".join(map(_shown, stored))
    return show_number(stored) if isinstance(stored, int | float) else str(stored or "")


def _day(stored: date | str) -> str:
    return show_day(date.fromisoformat(stored) if isinstance(stored, str) else stored)


def _time(stored: datetime | str) -> str:
    return show_time(datetime.fromisoformat(stored) if isinstance(stored, str) else stored)
