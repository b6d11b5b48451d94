"""What a procurement can begin from: nothing, a need, its matches, a plan, lines of the basket."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.catalog import queries as catalog
from marketplace.kit.i18n import told
from marketplace.kit.permissions import Actor
from marketplace.matching import plans
from marketplace.matching import queries as matching
from marketplace.matching.models import Choice, MatchRow
from marketplace.matching.scoring import Standing
from marketplace.needs import queries as needs
from marketplace.needs.models import Need
from marketplace.procurement.contents import LotContent
from marketplace.procurement.errors import NothingChosen
from marketplace.procurement.models import InvitedFrom
from marketplace.quoting import queries as quoting
from marketplace.quoting.rows import BasketItem
from marketplace.taxonomy import queries as taxonomy


@dataclass(frozen=True)
class Invited:
    """A supplier to invite, and why."""

    supplier_id: int
    came_from: InvitedFrom
    reasons: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """What a draft takes over. `need_version` is frozen with it."""

    title: str
    text: str = ""
    category: str = ""
    field_code: str = ""
    province: str = ""
    city: str = ""
    place: str = ""
    wanted_on: date | None = None
    budget_fen: int | None = None
    need_id: int | None = None
    need_version: int | None = None
    incident_id: int | None = None
    lots: Sequence[LotContent] = ()
    mode: str = ""
    invited: Sequence[Invited] = field(default_factory=tuple)


def from_nothing(title: str, by: Actor) -> Source:
    """An empty lot, at the buyer's place."""
    owner = accounts.organisation(by.organisation_id)
    return Source(title=title, province=owner.province, city=owner.city, lots=[LotContent(title=title)])


def from_need(need_id: int, by: Actor, invited: Sequence[Invited] = ()) -> Source:
    """An own need: its words, place and day, and its items with their requirements in one lot. Raises: NotFound."""
    need = needs.own_need(need_id, by)
    return Source(
        title=need.title, text=need.text[:20_000], category=need.category, field_code=need.field_code,
        province=need.province, city=need.city, place=need.place, wanted_on=need.wanted_on, budget_fen=need.budget_fen, need_id=need.id, need_version=need.version,
        incident_id=need.incident_id, mode=need.mode.value, invited=invited,
        lots=[LotContent(title=need.title, items=items_of(need), budget_fen=need.budget_fen)],
    )  # fmt: skip


def from_matches(need_id: int, by: Actor) -> Source:
    """The same, with the shortlisted suppliers of its newest judging invited, or without any shortlisted those that meet
    everything. What they were judged by is frozen with the invitation. Raises: NotFound."""
    need = needs.own_need(need_id, by)
    return from_need(need_id, by, matched(need.id))


def from_plan(need_id: int, supplier_ids: Collection[int], by: Actor) -> Source:
    """The same, with suppliers of a sourcing plan; who is not in the need's matches is passed over. Raises: NotFound."""
    need = needs.own_need(need_id, by)
    known = plans.invitable_suppliers(need.id)
    best = _best_rows(need.id)
    invited = [
        Invited(supplier_id, InvitedFrom.PLAN, _frozen(best[supplier_id]) if supplier_id in best else {})
        for supplier_id in dict.fromkeys(supplier_ids)
        if supplier_id in known
    ]
    return from_need(need_id, by, invited)


def from_basket(line_ids: Collection[int], by: Actor) -> Source:
    """The chosen basket lines that are still on show, added up by class and unit, their suppliers invited.

    No product is named: a procurement asks for things, not for brands. Raises: NothingChosen.
    """
    chosen = [item for item in quoting.basket(by.organisation_id) if item.available and item.line.id in set(line_ids)]
    if not chosen:
        raise NothingChosen()
    items = _added_up(chosen)
    owner = accounts.organisation(by.organisation_id)
    title = (
        told("%(name)s等采购", name=items[0]["name"]) if len(items) > 1 else told("%(name)s采购", name=items[0]["name"])
    )
    invited = [
        Invited(item.supplier.id, InvitedFrom.BASKET, {"listing_id": item.listing.id, "listing": item.listing.name})
        for item in chosen
    ]
    return Source(
        title=title[:120], province=owner.province, city=owner.city, lots=[LotContent(title=title[:120], items=items)],
        invited=invited,
    )  # fmt: skip


def matched(need_id: int) -> list[Invited]:
    """The suppliers a need's newest judging speaks for, best first."""
    choices = matching.choices_of(need_id)
    shortlisted = {id_ for id_, row in choices.items() if row.choice == Choice.SHORTLISTED}
    best = _best_rows(need_id, shortlisted)
    rows = sorted(best.values(), key=lambda row: (-row.score, row.id))
    return [Invited(row.supplier_id, InvitedFrom.MATCH, _frozen(row)) for row in rows]


def items_of(need: Need) -> list[dict[str, Any]]:
    """A need's items, each with its requirements; those without an item belong to every one."""
    items = need.items or [
        {"name": need.title, "class_code": need.class_code, "quantity": 1, "unit": "", "note": ""},
    ]
    return [
        {
            **row,
            "listing_id": None,
            "requirements": [_of_item(r) for r in need.requirements if r["item"] in (None, place)],
        }
        for place, row in enumerate(items)
    ]


def _of_item(requirement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in requirement.items() if name != "item"}


def _best_rows(need_id: int, only: Collection[int] = ()) -> dict[int, MatchRow]:
    """By supplier its best judged listing: of these listings, or of those that meet everything when none are given."""
    found: dict[int, MatchRow] = {}
    dismissed = {id_ for id_, row in matching.choices_of(need_id).items() if row.choice == Choice.DISMISSED}
    for run in matching.latest_runs(need_id).values():
        for row in matching.rows_of(run.id):
            fits = row.listing_id in only if only else _meets(row, run) and row.listing_id not in dismissed
            if fits and (row.supplier_id not in found or row.score > found[row.supplier_id].score):
                found[row.supplier_id] = row
    return found


def _meets(row: MatchRow, run: Any) -> bool:
    return row.standing == Standing.ELIGIBLE and plans.is_the_thing(row, run)


def _frozen(row: MatchRow) -> dict[str, Any]:
    return {
        "run_id": row.run_id, "listing_id": row.listing_id, "listing_version": row.listing_version,
        "listing": catalog.listing(row.listing_id).name, "standing": row.standing.value, "score": row.score,
        "verdicts": row.verdicts,
    }  # fmt: skip


def _added_up(chosen: Sequence[BasketItem]) -> list[dict[str, Any]]:
    """By class and unit. One thing put into the basket from several suppliers is one thing to buy: the largest counts."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    sums: Counter[tuple[str, str, int]] = Counter()
    for item in chosen:
        node = taxonomy.class_(item.listing.class_code or "")
        name, unit = (node.name if node else item.listing.name), item.listing.unit
        row = found.setdefault((name, unit), {
            "name": name, "class_code": node.code if node else "", "quantity": 0, "unit": unit, "note": "",
            "listing_id": None, "requirements": [],
        })  # fmt: skip
        sums[name, unit, item.supplier.id] += item.line.quantity
        row["quantity"] = max(row["quantity"], sums[name, unit, item.supplier.id])
    return list(found.values())
