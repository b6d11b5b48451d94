"""Opened quotes side by side as plain data: suppliers in columns; totals, items, requirements and terms in rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.awarding import labels
from marketplace.awarding.models import Compliance, Outcome, Ranking
from marketplace.bidding.content import Line, LotQuote, QuoteContent
from marketplace.bidding.models import OpenedQuote
from marketplace.kit.money import format_fen
from marketplace.kit.web import english, show_day, show_number
from marketplace.needs import labels as needs_labels
from marketplace.procurement.models import Lot


class Part(StrEnum):
    """The parts of the table, each a sheet of the workbook."""

    SUMMARY = "summary"
    ITEMS = "items"
    REQUIREMENTS = "requirements"
    TERMS = "terms"


class Look(StrEnum):
    """What a cell is, said in words and colour alike."""

    PLAIN = ""
    BEST = "best"
    MISSING = "missing"
    BAD = "bad"
    ASK = "ask"


@dataclass(frozen=True)
class Cell:
    """What one supplier says to one row. `number` is yuan or days where the row is one of numbers."""

    text: str
    look: Look = Look.PLAIN
    note: str = ""
    number: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table; `money` says that its numbers are yuan."""

    head: str
    sub: str
    cells: list[Cell]
    money: bool = False


@dataclass(frozen=True)
class Section:
    """The rows of one part for one lot; `lot` is None for what is said of the whole quote."""

    part: Part
    title: str
    lot: int | None
    rows: list[Row]


@dataclass(frozen=True)
class Column:
    """One quote."""

    quote_id: int
    name: str
    consortium: str = ""


@dataclass(frozen=True)
class Comparison:
    """The whole table."""

    columns: list[Column]
    sections: list[Section] = field(default_factory=list)

    def of(self, part: Part) -> list[Section]:
        """The sections of one part."""
        return [section for section in self.sections if section.part == part]

    def groups(self, size: int) -> Iterator["Comparison"]:
        """The table in pieces of so many suppliers, for paper."""
        for start in range(0, len(self.columns), size):
            cut = slice(start, start + size)
            yield Comparison(
                self.columns[cut],
                [Section(s.part, s.title, s.lot, [Row(r.head, r.sub, r.cells[cut], r.money) for r in s.rows]) for s in self.sections],
            )  # fmt: skip


@dataclass(frozen=True)
class _Side:
    """One quote with its content, and what has been decided about it."""

    quote: OpenedQuote
    content: QuoteContent
    lots: Mapping[int, LotQuote]


def compare(
    quotes: Sequence[OpenedQuote], lots: Sequence[Lot], sheets: Mapping[tuple[int, int], Compliance],
    rankings: Mapping[int, Ranking | None],
) -> Comparison:  # fmt: skip
    """Lay opened quotes side by side in manifest order. `sheets` by quote and lot, `rankings` by lot as far as there are any."""
    sides = []
    for quote in quotes:
        content = QuoteContent.model_validate(quote.content)
        sides.append(_Side(quote, content, {one.lot: one for one in content.lots}))
    columns = [
        Column(s.quote.id, s.content.supplier_name, "、".join(p.name for p in s.content.consortium)) for s in sides
    ]
    table = Comparison(columns)
    for lot in lots:
        table.sections.append(_summary(lot, sides, sheets, rankings.get(lot.id)))
    for lot in lots:
        table.sections.append(_items(lot, sides))
    for lot in lots:
        table.sections.append(_requirements(lot, sides, sheets))
    for lot in lots:
        table.sections.append(_arrangement(lot, sides))
    table.sections.append(_whole(sides))
    return Comparison(columns, [section for section in table.sections if section.rows])


def _title(lot: Lot) -> str:
    return _("第 %(n)s 包 %(title)s", n=lot.number, title=lot.title)


def _summary(
    lot: Lot, sides: Sequence[_Side], sheets: Mapping[tuple[int, int], Compliance], ranking: Ranking | None
) -> Section:
    ranked = {row["opened_quote_id"]: row for row in ranking.rows} if ranking else {}
    totals = [side.quote.totals.get(str(lot.number)) for side in sides]
    fit = [
        t is not None and _whole_offer(lot, s) and not _rejected(sheets, s, lot)
        for s, t in zip(sides, totals, strict=True)
    ]
    rows = [Row(_("总价(按要求期间折算)"), _("含全部随附安排"), _lowest(totals, fit, format_fen), money=True)]
    rows.append(Row(_("符合性审查"), "", [_outcome(sheets.get((s.quote.id, lot.id)), lot, s) for s in sides]))
    if ranked:
        rows.append(Row(_("评审排序"), "", [_place(ranked.get(s.quote.id)) for s in sides]))
        if any(row["points"] is not None for row in ranked.values()):
            rows.append(Row(_("综合得分"), "", [_points(ranked.get(s.quote.id)) for s in sides]))
        if any(row["ranked_fen"] != row["total_fen"] for row in ranked.values()):
            rows.append(
                Row(
                    _("参与排序的价格"),
                    _("小微企业扣除后"),
                    [_ranked_price(ranked.get(s.quote.id)) for s in sides],
                    money=True,
                )
            )
    days = [_longest(s.lots.get(lot.number)) for s in sides]
    rows.append(Row(_("最长交货期"), _("天"), _lowest(days, [d is not None for d in days], _days)))
    return Section(Part.SUMMARY, _title(lot), lot.number, rows)


def _items(lot: Lot, sides: Sequence[_Side]) -> Section:
    rows, kinds = [], [_priced(side.lots.get(lot.number)) for side in sides]
    for place, item in enumerate(lot.items):
        lines = [_line(side, lot, place) for side in sides]
        prices = [line.unit_price_fen if line else None for line in lines]
        cells = _lowest(prices, [price is not None for price in prices], format_fen, kinds)
        notes = [_beside(line) for line in lines]
        units = [
            labels.per(per) if price is not None else "" for (_code, per), price in zip(kinds, prices, strict=True)
        ]
        named = [
            Cell(c.text + per, c.look, ";".join(filter(None, (c.note, note))), c.number)
            for c, note, per in zip(cells, notes, units, strict=True)
        ]
        amount = f"{show_number(item.get('quantity'))} {item.get('unit') or ''}".strip()
        rows.append(Row(f"{place + 1}. {item['name']}", amount, named, money=True))
    return Section(Part.ITEMS, _title(lot), lot.number, rows)


def _requirements(lot: Lot, sides: Sequence[_Side], sheets: Mapping[tuple[int, int], Compliance]) -> Section:
    rows = []
    for item, asked in enumerate(lot.items):
        for place, wanted in enumerate(asked.get("requirements") or []):
            told = f"{item + 1}.{place + 1} {wanted['name']}"
            cells = [_answer(side, lot, item, place, sheets.get((side.quote.id, lot.id))) for side in sides]
            rows.append(
                Row(told, needs_labels.requirement({"unit": "", "level": "hard", "high": None, **wanted}), cells)
            )
    return Section(Part.REQUIREMENTS, _title(lot), lot.number, rows)


def _arrangement(lot: Lot, sides: Sequence[_Side]) -> Section:
    answered = [side.lots.get(lot.number) for side in sides]
    rows = [
        Row(
            _("交易方式"),
            "",
            [Cell(" + ".join(_kind(p.kind) for p in one.parts)) if one else _absent() for one in answered],
        )
    ]
    said = [dict(_terms(one)) if one else {} for one in answered]
    for head in dict.fromkeys(head for terms in said for head in terms):
        rows.append(
            Row(
                head,
                "",
                [Cell(terms.get(head, "—")) if one else _absent() for one, terms in zip(answered, said, strict=True)],
            )
        )
    return Section(Part.TERMS, _title(lot), lot.number, rows)


def _whole(sides: Sequence[_Side]) -> Section:
    def row(head: str, said: Callable[[QuoteContent], str]) -> Row:
        return Row(head, "", [Cell(said(side.content) or "—") for side in sides])

    rows = [
        row(_("报价有效期至"), lambda c: show_day(c.valid_until)),
        row(
            _("税"),
            lambda c: (
                _("含税,税率 %(n)s%%", n=c.tax_rate) if c.tax_included else _("不含税,税率 %(n)s%%", n=c.tax_rate)
            ),
        ),
        row(_("小微企业声明"), lambda c: _("是") if c.small_enterprise else _("否")),
        row(_("联合体成员"), lambda c: "、".join(p.name for p in c.consortium)),
        row(
            _("交付计划"), lambda c: ";".join(_("%(n)s 天:%(what)s", n=d.after_days, what=d.what) for d in c.deliveries)
        ),
        row(_("附件"), lambda c: "、".join(f.name for f in c.files)),
        row(_("说明"), lambda c: c.note),
    ]
    return Section(Part.TERMS, _("整份报价"), None, rows)


def _lowest(
    values: Sequence[int | None], counted: Sequence[bool], shown: Callable[[int], str], kinds: Sequence[Any] = ()
) -> list[Cell]:
    """The values as cells, the lowest of two or more of the same kind that count marked, ties alike."""
    same: dict[Any, list[int]] = {}
    kinds = kinds or [None] * len(values)
    for value, counts, kind in zip(values, counted, kinds, strict=True):
        if counts and value is not None:
            same.setdefault(kind, []).append(value)
    cells = []
    for value, counts, kind in zip(values, counted, kinds, strict=True):
        if value is None:
            cells.append(Cell(_("未报"), Look.MISSING))
        else:
            best = counts and len(same[kind]) > 1 and value == min(same[kind])
            number = value / 100 if shown is format_fen else float(value)
            cells.append(Cell(shown(value), Look.BEST if best else Look.PLAIN, _("最低") if best else "", number))
    return cells


def _days(value: int) -> str:
    return _("%(n)s 天", n=value)


def _priced(answered: LotQuote | None) -> tuple[str, str]:
    """What a quote's unit prices are: the main arrangement, and what they are for; a month's rent is no purchase price."""
    if answered is None:
        return "", ""
    main = answered.parts[0]
    kind = arrangements.kind(main.kind)
    return main.kind, kind.unit_of(kind.terms.model_validate(main.terms)) if kind else "once"


def _line(side: _Side, lot: Lot, place: int) -> Line | None:
    answered = side.lots.get(lot.number)
    return next((line for line in answered.lines if line.item == place), None) if answered else None


def _whole_offer(lot: Lot, side: _Side) -> bool:
    lines = [_line(side, lot, place) for place in range(len(lot.items))]
    return all(line is not None and line.unit_price_fen is not None for line in lines)


def _rejected(sheets: Mapping[tuple[int, int], Compliance], side: _Side, lot: Lot) -> bool:
    sheet = sheets.get((side.quote.id, lot.id))
    return sheet is not None and sheet.outcome == Outcome.REJECTED


def _longest(answered: LotQuote | None) -> int | None:
    days = [line.delivery_days for line in answered.lines if line.delivery_days is not None] if answered else []
    return max(days) if days else None


def _beside(line: Line | None) -> str:
    if line is None:
        return ""
    days = _days(line.delivery_days) if line.delivery_days is not None else ""
    return ",".join(filter(None, (line.product, days, line.note)))


def _outcome(sheet: Compliance | None, lot: Lot, side: _Side) -> Cell:
    if lot.number not in side.lots:
        return _absent()
    if sheet is None:
        return Cell(_("待审查"), Look.ASK)
    text, tone = labels.outcome(sheet.outcome)
    return Cell(text, {"bad": Look.BAD, "wait": Look.ASK}.get(tone, Look.PLAIN), sheet.reason)


def _place(row: Mapping[str, Any] | None) -> Cell:
    if row is None:
        return _absent()
    if row["place"] is None:
        return Cell(_("不排序"), Look.BAD)
    first = row["place"] == 1
    return Cell(
        _("第 %(n)s", n=row["place"]),
        Look.BEST if first else Look.PLAIN,
        _("第一成交候选人") if first else "",
        row["place"],
    )


def _points(row: Mapping[str, Any] | None) -> Cell:
    if row is None or row["points"] is None:
        return Cell("—")
    return Cell(labels.points(row["points"]), number=row["points"] / 100)


def _ranked_price(row: Mapping[str, Any] | None) -> Cell:
    return Cell("—") if row is None else Cell(format_fen(row["ranked_fen"]), number=row["ranked_fen"] / 100)


def _answer(side: _Side, lot: Lot, item: int, place: int, sheet: Compliance | None) -> Cell:
    line = _line(side, lot, item)
    if line is None or line.unit_price_fen is None:
        return Cell(_("未报"), Look.MISSING)
    answer = next((one for one in line.answers if one.requirement == place), None)
    rows: Iterable[Mapping[str, Any]] = sheet.rows if sheet else ()
    judged = next((row for row in rows if (row["item"], row["requirement"]) == (item, place)), None)
    look = {"fails": Look.BAD, "unclear": Look.ASK}.get(judged["verdict"], Look.PLAIN) if judged else Look.PLAIN
    told = labels.verdict(judged["verdict"])[0] if judged else ""
    if answer is None:
        return Cell(_("未应答"), Look.MISSING, told)
    claims = {"yes": _("满足"), "better": _("优于要求"), "no": _("不满足")}[answer.meets]
    return Cell(answer.offered or claims, look, told or claims)


def _absent() -> Cell:
    return Cell(_("未报本包"), Look.MISSING)


def _kind(code: str) -> str:
    found = arrangements.kind(code)
    return code if found is None else found.name_en if english() else found.name


def _terms(answered: LotQuote) -> Iterator[tuple[str, str]]:
    """Every term of every part with its label, in words."""
    for part in answered.parts:
        kind = arrangements.kind(part.kind)
        fields = kind.terms.model_fields if kind else {}
        for name, value in part.terms.items():
            if name == "kind" or isinstance(value, dict | list):
                continue
            info = fields.get(name)
            more: Any = (info.json_schema_extra if info else None) or {}
            title = str(info.title if info and info.title else name)
            yield f"{_kind(part.kind)} · {title}", _term(name, value, more)


def _term(name: str, value: Any, more: Mapping[str, Any]) -> str:
    options = more.get("options") or {}
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name.endswith("_fen") and isinstance(value, int):
        return format_fen(value)
    if value in options:
        return str(options[value])
    return f"{value} {more.get('unit') or ''}".strip()
