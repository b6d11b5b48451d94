"""Evaluation criteria of scored procedures: what is proposed and what is wrong with them. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _

from marketplace.kit.i18n import told
from marketplace.procedures import rules as procedures
from marketplace.procedures.schemas import Evaluation, ProcedureDefinition
from marketplace.procurement import labels
from marketplace.taxonomy import queries as taxonomy

TOTAL = 100
PRICE = "price"
MAX_CRITERIA = 30
Criterion = dict[str, Any]


def scored(definition: ProcedureDefinition) -> bool:
    """Whether the procedure weighs criteria at all."""
    return definition.evaluation == Evaluation.SCORED


def are_services(items: Iterable[dict[str, Any]]) -> bool:
    """Whether nothing but services is asked for; the bounds of the price weight differ."""
    kinds = [node.kind if (node := taxonomy.class_(row.get("class_code") or "")) else "" for row in items]
    return bool(kinds) and all(kind == "service" for kind in kinds)


def proposed(definition: ProcedureDefinition, services: bool) -> list[Criterion]:
    """Criteria a form begins with: the price at its least weight, three scored ones for the rest; none where nothing is scored."""
    if not scored(definition):
        return []
    span = procedures.price_weight(definition, services)
    price = span.low if span else 30
    rest = TOTAL - price
    parts = [rest - 2 * (rest // 4), rest // 4, rest // 4]
    names = [
        (told("技术响应与方案"), told("▲ 指标逐项打分;方案完整、可行得高分,缺项不得分。")),
        (told("交付与供应保障"), told("交付时间、备货与运输安排优于要求的得高分。")),
        (told("售后与应急服务"), told("响应时间、备件、人员培训和应急保障安排。")),
    ]
    rows = [_price(price)]
    return rows + [
        {"key": f"c{n}", "name": name, "kind": "scored", "points": points, "how": how}
        for n, ((name, how), points) in enumerate(zip(names, parts, strict=True), 1)
    ]


def read(price: int, rows: Sequence[tuple[str, int, str]]) -> list[Criterion]:
    """Criteria out of what was typed: the price's points, and name, points and how of the others."""
    found = [_price(price)]
    for n, (name, points, how) in enumerate(rows, 1):
        found.append({"key": f"c{n}", "name": name, "kind": "scored", "points": points, "how": how})
    return found


def problems(criteria: Sequence[Criterion], definition: ProcedureDefinition, services: bool) -> list[str]:
    """Why these criteria cannot be published, as sentences with the rule; empty when they can."""
    if not scored(definition):
        return []
    found = []
    total = sum(row["points"] for row in criteria)
    if total != TOTAL:
        found.append(_("评审因素合计 %(n)s 分,应为 100 分。", n=total))
    if len(criteria) < 2:
        found.append(_("请至少列出一项价格以外的评审因素。"))
    if any(not row["how"] for row in criteria):
        found.append(_("每项评审因素都应写明怎样打分。"))
    span = procedures.price_weight(definition, services)
    price = sum(row["points"] for row in criteria if row["kind"] == PRICE)
    if span and not span.low <= price <= span.high:
        setting = "price_weight_services" if services else "price_weight_goods"
        rule = labels.citation(definition, setting)
        found.append(_("价格分应在 %(low)s 至 %(high)s 分之间(%(rule)s)。", low=span.low, high=span.high, rule=rule))
    return found


def _price(points: int) -> Criterion:
    how = told("满足要求的最低报价为基准价,得满分;其他报价得分 = 基准价 ÷ 报价 × 分值。")
    return {"key": PRICE, "name": told("价格"), "kind": PRICE, "points": points, "how": how}
