"""What an application can be begun from, and what is copied from there: things, amount, period, never a quote's price."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlmodel import col, select

from marketplace.awarding import queries as awards
from marketplace.awarding.models import Award, AwardStatus
from marketplace.bidding import queries as bidding
from marketplace.contracts import queries as contracts
from marketplace.contracts.models import IN_FORCE, Contract, ContractItem, ContractStatus
from marketplace.financing.models import Origin
from marketplace.financing.schemas import ITEMS_MOST
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.needs import queries as needs
from marketplace.needs.models import NeedKind
from marketplace.needs.rows import OwnFilter
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot

_GIVEN = (AwardStatus.ANNOUNCED, AwardStatus.ACCEPTED)
_CONTRACTS = (ContractStatus.DRAFT, ContractStatus.OFFERED, *IN_FORCE)
CHOICES, MOST = 8, 50


@dataclass(frozen=True)
class Beginning:
    """What an application starts with. `title` may be read by institutions, `origin_title` not while quotes are sealed."""

    origin: Origin = Origin.NONE
    origin_id: int | None = None
    origin_title: str = ""
    title: str = ""
    purpose: str = ""
    province: str = ""
    amount_fen: int | None = None
    months: int | None = None
    items: list[dict[str, Any]] = field(default_factory=list)


def begin_from(origin: Origin, origin_id: int | None, actor: Actor, at: datetime) -> Beginning:
    """What stands there, if this organisation may use it. Raises: NotFound."""
    if origin == Origin.NONE or origin_id is None:
        return Beginning()
    return {Origin.CONTRACT: _contract, Origin.AWARD: _award, Origin.TENDER: _tender, Origin.NEED: _need}[origin](
        origin_id, actor, at
    )


def choices(actor: Actor, at: datetime) -> list[tuple[Origin, int, str]]:
    """What this organisation has that an application may begin from, the newest of each kind first."""
    mine = actor.organisation_id or 0
    found = [(Origin.CONTRACT, row.id, f"{row.number} {row.title}") for row in begin_contracts(actor)[:CHOICES]]
    for award in [one for one in awards.awards_to(mine) if one.status in _GIVEN][:CHOICES]:
        source = procurements.procurement(procurements.lot(award.lot_id).procurement_id)
        found.append((Origin.AWARD, award.id, f"{source.number} {source.title}"))
    open_ones = [one.procurement for one in bidding.own_tenders(mine) if at < one.round.quotes_until]
    found += [(Origin.TENDER, row.id, f"{row.number} {row.title}") for row in open_ones[:CHOICES]]
    wanted = OwnFilter(kind=NeedKind.FINANCING)
    found += [(Origin.NEED, row.id, f"{row.number} {row.title}") for row in needs.own_page(mine, wanted, 1, CHOICES)[0]]
    return found


def begin_contracts(actor: Actor) -> list[Contract]:
    """The organisation's contracts that are not over, newest first."""
    query = select(Contract).where(contracts.readable(actor.organisation_id), col(Contract.status).in_(_CONTRACTS))
    return list(db.session().exec(query.order_by(col(Contract.id).desc()).limit(MOST)))


def _contract(contract_id: int, actor: Actor, _at: datetime) -> Beginning:
    row: Contract = contracts.own(contract_id, actor)
    if row.status not in _CONTRACTS:
        raise NotFound()
    items = [_contract_item(item) for item in contracts.items_of(row.id)]
    return Beginning(
        Origin.CONTRACT, row.id, f"{row.number} {row.title}"[:200], _title(items), amount_fen=row.amount_fen or None,
        months=row.period_months if row.period_months > 1 else None, items=items[:ITEMS_MOST],
    )  # fmt: skip


def _contract_item(item: ContractItem) -> dict[str, Any]:
    quantity = item.quantity_milli / 1000 if item.quantity_milli else None
    return _item(item.name, item.class_code, quantity, item.unit, item.unit_price_fen)


def _award(award_id: int, actor: Actor, _at: datetime) -> Beginning:
    award: Award = awards.award(award_id)
    lot = procurements.lot(award.lot_id)
    source = procurements.procurement(lot.procurement_id)
    if award.status not in _GIVEN or actor.organisation_id not in (award.supplier_id, source.owner_id):
        raise NotFound()
    items = _lot_items([lot])
    for line in award.lines:
        if line.get("per", "once") == "once" and line["item"] < len(items):
            items[line["item"]]["price_fen"] = line["unit_price_fen"]
    return Beginning(
        Origin.AWARD, award.id, f"{source.number} {source.title}"[:200], _title(items), province=source.province,
        amount_fen=award.amount_fen or None, months=source.period_months if source.period_months > 1 else None,
        items=items[:ITEMS_MOST],
    )  # fmt: skip


def _tender(procurement_id: int, actor: Actor, at: datetime) -> Beginning:
    """Only what the published documents say: a sealed price never leaves its envelope, and no institution reads whose
    request it is."""
    source = procurements.taking_part(procurement_id, actor, at)
    if not procurements.is_participant(source.id, actor.organisation_id):
        raise NotFound()
    items = _lot_items(procurements.lots_of(source.id))
    return Beginning(
        Origin.TENDER, source.id, f"{source.number} {source.title}"[:200], _title(items), province=source.province,
        months=source.period_months if source.period_months > 1 else None, items=items[:ITEMS_MOST],
    )  # fmt: skip


def _need(need_id: int, actor: Actor, _at: datetime) -> Beginning:
    row = needs.own_need(need_id, actor)
    if row.kind != NeedKind.FINANCING:
        raise NotFound()
    items = [
        _item(one["name"], one.get("class_code", ""), one.get("quantity"), one.get("unit", ""), None)
        for one in row.items
    ]
    return Beginning(
        Origin.NEED, row.id, f"{row.number} {row.title}"[:200], row.title[:120], row.text[:4000], row.province,
        row.budget_fen or None, items=items[:ITEMS_MOST],
    )  # fmt: skip


def _lot_items(lots: Sequence[Lot]) -> list[dict[str, Any]]:
    return [
        _item(one["name"], one.get("class_code", ""), one.get("quantity"), one.get("unit", ""), None)
        for lot in lots for one in lot.items
    ]  # fmt: skip


def _item(name: str, class_code: str | None, quantity: Any, unit: str | None, price_fen: int | None) -> dict[str, Any]:
    amount = f"{float(quantity):.3f}".rstrip("0").rstrip(".") if quantity else None
    return {
        "name": name[:120],
        "class_code": class_code or "",
        "quantity": amount,
        "unit": (unit or "")[:20],
        "price_fen": price_fen,
    }


def _title(items: Sequence[dict[str, Any]]) -> str:
    return _("%(name)s 融资或投保", name=items[0]["name"])[:120] if items else ""
