"""XLSX that opens harmlessly: tables with headers, our own listings, and the import template."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.catalog import labels, specs
from marketplace.catalog.columns import COLUMNS, Column
from marketplace.catalog.models import Listing, ListingKind
from marketplace.kit.forms import yuan_text
from marketplace.taxonomy import queries as taxonomy

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_TEMPLATE_ROWS = 5000


def table_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "Sheet1") -> bytes:
    """A workbook of one table. Numbers stay numbers, everything else becomes text that no spreadsheet will run."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF3", "border": 1})
        sheet.freeze_panes(1, 0)
        for place, header in enumerate(headers):
            sheet.write_string(0, place, header, bold)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                write_cell(sheet, number, place, value)
    return out.getvalue()


def write_cell(sheet: Any, row: int, place: int, value: Any) -> None:
    """Write one value: a number as such, nothing for None, text made harmless."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15:
        sheet.write_number(row, place, value)
    elif value is not None and value != "":
        sheet.write_string(row, place, safe_text(str(value)))


def safe_text(text: str) -> str:
    """Text with an apostrophe before what a spreadsheet would take for a formula, without what XML cannot carry."""
    text = "".join(c for c in text if c in "\n\t" or c.isprintable())[:32_000]
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def listings_xlsx(rows: Iterable[Listing]) -> bytes:
    """Listings in the columns of the import template, so that what comes out can go in again, with their state."""
    headers = [column.header for column in COLUMNS if column.key != "certificates"]
    return table_xlsx([*headers, _("状态")], (_cells(row) for row in rows), title=_("我的供给"))


def template_xlsx() -> bytes:
    """The import template: headers with notes and drop-downs, an example, the classes, how to fill it in."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**_OPTIONS, "constant_memory": False}) as book:
        sheet = book.add_worksheet(_("供给"))
        _write_head(book, sheet)
        _add_choices(sheet)
        example = book.add_worksheet(_("填写示例"))
        _write_head(book, example)
        for place, column in enumerate(COLUMNS):
            example.write_string(1, place, column.example)
        _write_classes(book.add_worksheet(_("类别")))
        _write_notes(book, book.add_worksheet(_("说明")))
    return out.getvalue()


def _cells(row: Listing) -> list[Any]:
    return [
        row.external_ref, labels.kind(row.kind), labels.class_name(row.class_code), row.name, row.name_en, row.model,
        row.summary, row.description, labels.many(row.emergency_categories, labels.category),
        labels.many(row.field_codes, labels.field_of_use), labels.many(row.event_codes, labels.event),
        ";".join(f"{spec['name']}={specs.typed_value(spec)} {spec.get('unit', '')}".strip() for spec in row.specs),
        _price(row), row.unit, row.min_order, row.stock, row.monthly_capacity, row.lead_time_days,
        "、".join(row.service_regions), labels.many(row.arrangements, labels.arrangement), labels.status(row.status)[0],
    ]  # fmt: skip


def _price(row: Listing) -> str:
    if row.price_kind == "request" or row.price_min_fen is None:
        return "面议"
    low, high = yuan_text(row.price_min_fen), yuan_text(row.price_max_fen)
    return f"{low}-{high}" if row.price_kind == "band" and high else low


def _write_head(book: Any, sheet: Any) -> None:
    needed = book.add_format({"bold": True, "bg_color": "#FDE9CC", "border": 1, "text_wrap": True})
    usual = book.add_format({"bold": True, "bg_color": "#E8EEF3", "border": 1, "text_wrap": True})
    as_text = book.add_format({"num_format": "@"})
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width, as_text if column.text else None)
        sheet.write_string(0, place, column.header, needed if column.key == "name" else usual)
        if column.note:
            sheet.write_comment(0, place, column.note, {"x_scale": 1.6})
    sheet.freeze_panes(1, 0)


def _add_choices(sheet: Any) -> None:
    choices = {
        "kind": [labels.kind(kind) for kind in ListingKind],
        "emergency_categories": [name for _code, name, _en in taxonomy.categories()],
        "field_codes": [name for _code, name, _en in taxonomy.fields()],
        "arrangements": [kind.name for kind in arrangements.KINDS],
    }
    for place, column in enumerate(COLUMNS):
        if column.key in choices:
            sheet.data_validation(1, place, _TEMPLATE_ROWS, place, _one_of(column, choices[column.key]))


def _one_of(column: Column, values: list[str]) -> dict[str, Any]:
    # Cells with several values must stay possible, so the list advises and only a single choice is enforced.
    return {"validate": "list", "source": values, "error_type": "stop" if column.key == "kind" else "information"}


def _write_classes(sheet: Any) -> None:
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 2, 34)
    for place, header in enumerate((_("代码"), _("产品类别"), _("所属大类"))):
        sheet.write_string(0, place, header)
    for number, node in enumerate(taxonomy.class_leaves(), start=1):
        parents = " › ".join(taxonomy.class_(code).name for code in node.path[:-1])
        for place, text in enumerate((node.code, node.name, parents)):
            sheet.write_string(number, place, text)


def _write_notes(book: Any, sheet: Any) -> None:
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90, book.add_format({"text_wrap": True}))
    lines = [(column.header, column.note) for column in COLUMNS if column.note]
    lines += [
        (_("更多参数"), _("可另加列,表头写成 参数:名称(单位),例如 参数:流量(m³/h)。")),
        (_("再次导入"), _("同一货号会更新原信息;空单元格不改动原有内容。")),
        (_("导入后"), _("新信息存为草稿,补充图片后即可提交审核。已发布的信息更新后立即生效。")),
    ]
    for number, (name, note) in enumerate(lines):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, note)
