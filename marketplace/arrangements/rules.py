"""The kinds of arrangement a supplier may offer, in the order in which people choose."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ArrangementKind:
    """One way of dealing; `names` are other words suppliers write for it in their lists."""

    code: str
    name: str
    name_en: str
    hint: str
    names: tuple[str, ...] = ()


KINDS: tuple[ArrangementKind, ...] = (
    ArrangementKind("purchase", "采购", "Purchase", "一次性购买", ("购买", "出售", "销售", "buy")),
    ArrangementKind("operating_lease", "经营租赁", "Operating lease", "按月付租,期满归还", ("租赁", "租用", "长租")),
    ArrangementKind("rental_daily", "按日租用", "Daily rental", "汛期、演练等短时使用", ("日租", "短租")),
    ArrangementKind("finance_lease", "融资租赁", "Finance lease", "分期付租,期满归承租方", ("直租", "售后回租")),
    ArrangementKind("service", "服务", "Service", "按次、按年提供服务", ("技术服务", "运维")),
    ArrangementKind("insurance", "保险", "Insurance", "附带或单独投保", ("投保",)),
    ArrangementKind("reserve_agreement", "协议储备", "Reserve agreement", "平时代储、急时调用", ("代储", "产能储备")),
)  # fmt: skip
_BY_CODE = {kind.code: kind for kind in KINDS}
_BY_NAME = {name: kind for kind in KINDS for name in (kind.code, kind.name, kind.name_en.lower(), *kind.names)}


def kind(code: str) -> ArrangementKind | None:
    """The kind with this code."""
    return _BY_CODE.get(code)


def names() -> dict[str, ArrangementKind]:
    """Every word that means a kind, in lower case: its code, its names, what suppliers write for it."""
    return _BY_NAME
