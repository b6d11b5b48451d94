"""Listings side by side: rows of specs under one name and unit, with what differs marked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from marketplace.kit import quantities
from marketplace.kit.web import english, show_ago, show_number
from marketplace.pages.cards import Card, cards
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Attribute

MOST = 5


@dataclass
class Row:
    """One line of the comparison; None where a listing is silent."""

    name: str
    cells: list[str | None]

    @property
    def differs(self) -> bool:
        """Whether those listings that say something do not all say the same; silence is no difference."""
        return len({cell for cell in self.cells if cell is not None}) > 1


@dataclass
class Table:
    """The comparison: a column per listing, rows in groups."""

    columns: list[Card]
    groups: list[tuple[str, list[Row]]] = field(default_factory=list)


def table(ids: Sequence[int]) -> Table:
    """Compare public listings; ids of others are left out."""
    columns = cards(ids)
    if not columns:
        return Table([])
    return Table(columns, [(_("供货"), _supply(columns)), (_("技术参数"), spec_rows(columns))])


def spec_rows(columns: Sequence[Card]) -> list[Row]:
    """One row per attribute, in the order of the templates; numbers in the attribute's unit so that they compare."""
    found: dict[str, tuple[str, dict[int, str]]] = {}
    for column in columns:
        for spec in _ordered(column):
            key = spec.get("key") or spec["name"]
            attribute = taxonomy.attribute(spec.get("key") or "")
            name, cells = found.setdefault(key, (_named(attribute) if attribute else spec["name"], {}))
            cells[column.id] = value_text(spec, attribute)
    return [Row(name, [cells.get(c.id) for c in columns]) for name, cells in found.values()]


def _named(attribute: Attribute) -> str:
    return attribute.name_en if english() and attribute.name_en else attribute.name


def value_text(spec: dict[str, Any], attribute: Attribute | None) -> str:
    """A spec's value in words, in the attribute's unit where that is possible, the supplier's own figure beside it."""
    if spec.get("text"):
        return str(spec["text"])
    own = spec.get("unit") or ""
    numbers = [spec[k] for k in ("value",) if spec.get(k) is not None] or [spec.get("min"), spec.get("max")]
    said = "–".join(show_number(n) for n in numbers if n is not None)
    said = f"{said} {own}".strip()
    if attribute is None or not attribute.unit or own == attribute.unit:
        return said
    unit = quantities.parse_unit(own, attribute.dimension)
    if unit is None or unit.dimension != attribute.dimension:
        return said
    converted = [float(quantities.convert(n, unit, attribute.unit)) for n in numbers if n is not None]
    return f"{'–'.join(show_number(n) for n in converted)} {attribute.unit} ({said})"


def _ordered(column: Card) -> list[dict[str, Any]]:
    order = {spec.key: n for n, spec in enumerate(taxonomy.template(column.class_code or ""))}
    return sorted(column.specs, key=lambda s: order.get(s.get("key") or "", 99))


def _supply(columns: Sequence[Card]) -> list[Row]:
    def row(name: str, say) -> Row:
        return Row(name, [say(c) for c in columns])

    return [
        row(_("供应企业"), lambda c: c.supplier),
        row(_("示范基地"), lambda c: c.base or None),
        row(_("型号"), lambda c: c.model or None),
        row(_("参考价"), price_text),
        row(_("库存"), lambda c: f"{c.stock:,} {c.unit}" if c.stock is not None else None),
        row(_("供货天数"), lambda c: _("%(n)s 天", n=c.lead_time_days) if c.lead_time_days is not None else None),
        row(_("信息确认"), lambda c: show_ago(c.confirmed_at)),
    ]


def price_text(card: Card) -> str:
    """A price as lists show it."""
    from marketplace.kit.money import format_fen

    if card.price_kind == "request" or card.price_min_fen is None:
        return _("价格面议")
    text = format_fen(card.price_min_fen)
    if card.price_kind == "band" and card.price_max_fen is not None:
        text += f"–{format_fen(card.price_max_fen)}"
    return f"{text}/{card.unit}" if card.unit else text
