"""How kinds, states, fields, prices and changes read."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.catalog import specs
from marketplace.catalog.models import ListingKind, ListingStatus, ReviewDecision
from marketplace.kit.money import format_fen
from marketplace.kit.web import english, show_number
from marketplace.taxonomy import queries as taxonomy


def kind(code: str) -> str:
    """A listing's kind in words."""
    return {
        ListingKind.PRODUCT: _("产品"),
        ListingKind.SERVICE: _("服务"),
        ListingKind.TECHNOLOGY: _("科技成果"),
        ListingKind.FINANCE: _("金融保险"),
    }[ListingKind(code)]


def kind_hint(code: str) -> str:
    """What belongs under a kind."""
    return {
        ListingKind.PRODUCT: _("装备、物资、材料、软件等实物或授权产品"),
        ListingKind.SERVICE: _("检测、培训、评估、演练、运维、救援等服务"),
        ListingKind.TECHNOLOGY: _("可转让、许可或合作开发的技术成果"),
        ListingKind.FINANCE: _("融资租赁、保险等金融产品"),
    }[ListingKind(code)]


def status(code: str) -> tuple[str, str]:
    """A listing's state in words, with the tone it is shown in."""
    return {
        ListingStatus.DRAFT: (_("草稿"), "mute"),
        ListingStatus.IN_REVIEW: (_("审核中"), "wait"),
        ListingStatus.RETURNED: (_("已退回修改"), "bad"),
        ListingStatus.PUBLISHED: (_("已发布"), "ok"),
        ListingStatus.WITHDRAWN: (_("已下架"), "mute"),
        ListingStatus.SUSPENDED: (_("已暂停"), "bad"),
    }[ListingStatus(code)]


def decision(code: str) -> tuple[str, str]:
    """An operator's decision in words, with its tone."""
    return {
        ReviewDecision.APPROVE: (_("通过并发布"), "ok"),
        ReviewDecision.RETURN: (_("退回修改"), "bad"),
        ReviewDecision.SUSPEND: (_("暂停展示"), "bad"),
        ReviewDecision.REINSTATE: (_("恢复展示"), "ok"),
        ReviewDecision.KEEP: (_("已复核,无需处理"), "info"),
    }[ReviewDecision(code)]


def field(code: str) -> str:
    """A field's name in words; "spec:流量" reads as the spec's own label."""
    if code.startswith("spec:"):
        return code.removeprefix("spec:")
    return {
        "kind": _("供给类型"), "class_code": _("产品类别"), "name": _("名称"), "name_en": _("英文名称"), "model": _("型号"),
        "summary": _("一句话简介"), "description": _("详细说明(至少 30 字)"), "emergency_categories": _("突发事件类别"),
        "field_codes": _("应用领域"), "event_codes": _("适用事件"), "price": _("价格"), "price_kind": _("价格方式"),
        "price_min_fen": _("价格(下限)"), "price_max_fen": _("价格(上限)"), "unit": _("计价单位"),
        "min_order": _("最小起订量"), "stock": _("现货库存"), "monthly_capacity": _("月产能"),
        "lead_time_days": _("交货期"), "service_regions": _("服务区域"), "arrangements": _("合作方式"),
        "images": _("图片"), "documents": _("资料"), "certificates": _("证书"),
    }.get(code, code)  # fmt: skip


def price(content: Any) -> str:
    """The price of a listing or of a snapshot: "¥36,800 / 台", "¥1,200 – ¥2,000 / 套", "价格面议"."""
    told = (
        content
        if isinstance(content, dict)
        else {n: getattr(content, n) for n in ("price_kind", "price_min_fen", "price_max_fen", "unit")}
    )
    low, high, unit = told["price_min_fen"], told["price_max_fen"], told["unit"]
    if told["price_kind"] == "request" or low is None:
        return _("价格面议")
    text = format_fen(low) if high is None or high == low else f"{format_fen(low)} – {format_fen(high)}"
    return f"{text} / {unit}" if unit else text


def lead_time(days: int | None) -> str:
    """How soon one gets it."""
    if days is None:
        return _("未填写")
    return _("当天可发") if days == 0 else _("%(n)s 天", n=days)


def arrangement(code: str) -> str:
    """An arrangement kind in the reader's language."""
    found = arrangements.kind(code)
    return code if found is None else found.name_en if english() else found.name


def category(code: str) -> str:
    """An emergency category in the reader's language."""
    return _named(code, taxonomy.categories())


def field_of_use(code: str) -> str:
    """A field of application in the reader's language."""
    return _named(code, taxonomy.fields())


def event(code: str) -> str:
    """An event type in the reader's language."""
    found = taxonomy.event(code)
    return code if found is None else (found.name_en or found.name) if english() else found.name


def class_name(code: str | None) -> str:
    """A class in the reader's language; "" when there is none."""
    node = taxonomy.class_(code)
    return (code or "") if node is None else (node.name_en or node.name) if english() else node.name


def many(codes: Iterable[str], name_of: Any) -> str:
    """Several codes as one text."""
    return "、".join(name_of(code) for code in codes)


def changed_value(name: str, value: Any) -> str:
    """One side of a change in words."""
    if value in (None, "", []):
        return "—"
    readers = {
        "kind": kind, "class_code": class_name, "price_min_fen": format_fen, "price_max_fen": format_fen,
        "price_kind": price_kind, "lead_time_days": lead_time,
        "emergency_categories": lambda v: many(v, category), "field_codes": lambda v: many(v, field_of_use),
        "event_codes": lambda v: many(v, event), "arrangements": lambda v: many(v, arrangement),
        "service_regions": "、".join,
        "images": lambda v: _("%(n)s 张", n=len(v)), "documents": lambda v: "、".join(d["title"] for d in v),
        "certificates": lambda v: "、".join(f"{c['kind']} {c['number']}".strip() for c in v),
    }  # fmt: skip
    if name.startswith("spec:"):
        return specs.shown_value(value)
    return str(readers.get(name, lambda v: show_number(v) if isinstance(v, int) else v)(value))


def price_kind(code: str) -> str:
    """How the price is told, in words."""
    return {"fixed": _("明码标价"), "band": _("价格区间"), "request": _("价格面议")}[code]


def _named(code: str, table: list[tuple[str, str, str]]) -> str:
    found = next((row for row in table if row[0] == code), None)
    return code if found is None else found[2] if english() else found[1]
