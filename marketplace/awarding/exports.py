"""The comparison on paper and in a workbook; what people typed stays text, so that nothing of it runs as a formula."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from marketplace.awarding.comparison import Cell, Comparison, Look, Part, Section
from marketplace.catalog.exports import safe_text
from marketplace.kit.pdf import pdf_of
from marketplace.kit.web import show_time
from marketplace.procurement.models import Procurement, Round

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 7
"""Suppliers side by side on an A3 page; the first columns come again on each."""
_LEFT = 2


def part_name(part: Part) -> str:
    """A part's name, also its sheet's."""
    return {
        Part.SUMMARY: _("汇总"),
        Part.ITEMS: _("分项报价"),
        Part.REQUIREMENTS: _("技术与商务响应"),
        Part.TERMS: _("交易条件"),
    }[part]


def workbook(procurement: Procurement, current: Round, table: Comparison, at: datetime) -> io.BytesIO:
    """Four sheets with suppliers in columns; heads and the first columns stand still, amounts are numbers in yuan."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        formats = _formats(book)
        for part in Part:
            sheet = book.add_worksheet(part_name(part))
            top = _write_head(sheet, procurement, current, table, at, formats)
            for section in table.of(part):
                top = _write_section(sheet, top, section, formats)
    out.seek(0)
    return out


def pdf(procurement: Procurement, current: Round, table: Comparison, at: datetime) -> bytes:
    """A3 landscape, so many suppliers a page. Raises: PdfUnavailable."""
    groups = list(table.groups(PER_PAGE))
    return pdf_of(
        "awarding/comparison_pdf.html", procurement=procurement, current=current, groups=groups, per_page=PER_PAGE,
        count=len(table.columns), at=at, part_name=part_name,
    )  # fmt: skip


def _formats(book: Any) -> dict[str, Any]:
    base = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C9D3DC"}
    looks = {Look.PLAIN: {}, Look.BEST: {"bold": True, "bg_color": "#E2F0E6"}, Look.MISSING: {"font_color": "#7F1D1D", "bg_color": "#FBEEEE"},
             Look.BAD: {"font_color": "#7F1D1D"}, Look.ASK: {"font_color": "#8A4B06"}}  # fmt: skip
    found = {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "quiet": book.add_format({"font_color": "#55636F"}),
    }
    found["head"] = book.add_format({**base, "bold": True, "bg_color": "#E8EEF3"})
    found["row"] = book.add_format({**base, "bg_color": "#F8FAFB"})
    found["group"] = book.add_format({"bold": True, "bg_color": "#DFE7EE"})
    for look, more in looks.items():
        found[f"text{look}"] = book.add_format({**base, **more})
        found[f"money{look}"] = book.add_format({**base, **more, "num_format": "#,##0.00"})
        found[f"number{look}"] = book.add_format({**base, **more, "num_format": "#,##0.##"})
    return found


def _write_head(
    sheet: Any, procurement: Procurement, current: Round, table: Comparison, at: datetime, formats: dict
) -> int:
    sheet.write_string(0, 0, safe_text(f"{procurement.number} {procurement.title}"), formats["title"])
    told = _("第 %(n)s 轮报价,%(opened)s 开启,%(at)s 导出(北京时间);金额单位:元。", n=current.number,
             opened=show_time(current.opened_at), at=show_time(at))  # fmt: skip
    sheet.write_string(1, 0, told, formats["quiet"])
    sheet.write_string(2, 0, _("项目"), formats["head"])
    sheet.write_string(2, 1, _("要求"), formats["head"])
    for place, column in enumerate(table.columns, _LEFT):
        sheet.write_string(
            2, place, safe_text("\n".join(filter(None, (column.name, column.consortium)))), formats["head"]
        )
    sheet.set_row(2, 42)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 18)
    sheet.set_column(_LEFT, _LEFT + max(len(table.columns) - 1, 0), 20)
    sheet.freeze_panes(3, _LEFT)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.repeat_rows(2)
    sheet.repeat_columns(0, 1)
    return 3


def _write_section(sheet: Any, top: int, section: Section, formats: dict) -> int:
    sheet.write_string(top, 0, safe_text(section.title), formats["group"])
    for row in section.rows:
        top += 1
        sheet.write_string(top, 0, safe_text(row.head), formats["row"])
        sheet.write_string(top, 1, safe_text(row.sub), formats["row"])
        for place, cell in enumerate(row.cells, _LEFT):
            _write_cell(sheet, top, place, cell, row.money, formats)
    return top + 2


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, money: bool, formats: dict) -> None:
    if cell.number is not None:
        sheet.write_number(row, place, cell.number, formats[f"{'money' if money else 'number'}{cell.look}"])
        if cell.note:
            sheet.write_comment(row, place, safe_text(cell.note), {"x_scale": 1.5})
    else:
        text = cell.text if not cell.note else f"{cell.text}\n{cell.note}"
        sheet.write_string(row, place, safe_text(text), formats[f"text{cell.look}"])
