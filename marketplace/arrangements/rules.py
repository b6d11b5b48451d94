"""The kinds of arrangement a supplier may offer, in the order in which people choose."""

from dataclasses import replace
from datetime import date

from marketplace.arrangements.kinds import (
    capacity_reserve,
    equipment_as_a_service,
    finance_lease,
    insurance,
    operating_lease,
    pilot_loan,
    product_insurance,
    product_service,
    product_service_insurance,
    purchase,
    rental_daily,
    reserve_agreement,
    service,
)
from marketplace.arrangements.terms import ArrangementKind, Charge, Terms

__all__ = ["KINDS", "ArrangementKind", "Charge", "Terms", "kind", "names", "total_fen"]


def _called(found: ArrangementKind, name: str, name_en: str, *others: str) -> ArrangementKind:
    return replace(found, name=name, name_en=name_en, names=others)


KINDS: tuple[ArrangementKind, ...] = (
    _called(purchase.KIND, "采购", "Purchase", "购买", "出售", "销售", "buy"),
    _called(operating_lease.KIND, "经营租赁", "Operating lease", "租赁", "租用", "长租"),
    _called(rental_daily.KIND, "按日租用", "Daily rental", "日租", "短租"),
    _called(finance_lease.KIND, "融资租赁", "Finance lease", "直租", "售后回租"),
    _called(
        equipment_as_a_service.KIND, "按使用付费", "Pay per use", "按次付费", "按小时付费", "按里程付费", "装备即服务"
    ),
    _called(service.KIND, "服务", "Service", "技术服务", "运维"),
    _called(insurance.KIND, "保险", "Insurance", "投保"),
    _called(product_service.KIND, "产品+服务", "Product and service", "产品加服务", "产品服务"),
    _called(product_insurance.KIND, "产品+保险", "Product and insurance", "产品加保险"),
    _called(product_service_insurance.KIND, "产品+服务+保险", "Product, service and insurance", "产品加服务加保险"),
    _called(reserve_agreement.KIND, "协议储备", "Reserve agreement", "代储"),
    _called(capacity_reserve.KIND, "产能储备", "Capacity reserve", "转产储备"),
    _called(pilot_loan.KIND, "试用", "Trial loan", "借用", "免费试用"),
)
_BY_CODE = {kind.code: kind for kind in KINDS}
_BY_NAME = {name: kind for kind in KINDS for name in (kind.code, kind.name, kind.name_en.lower(), *kind.names)}


def kind(code: str) -> ArrangementKind | None:
    """The kind with this code."""
    return _BY_CODE.get(code)


def names() -> dict[str, ArrangementKind]:
    """Every word that means a kind, in lower case: its code, its names, what suppliers write for it."""
    return _BY_NAME


def total_fen(terms: Terms, lines_fen: int, start: date) -> int:
    """All that these terms charge, deposits given back deducted; `terms` name their own kind."""
    return sum(charge.amount_fen for charge in _BY_CODE[terms.kind].charges(terms, lines_fen, start))
