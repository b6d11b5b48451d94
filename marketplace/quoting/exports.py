"""Answers as a workbook; what people typed stays text, so that nothing of it runs as a formula."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from marketplace.kit.web import show_day, show_time
from marketplace.quoting import labels
from marketplace.quoting.comparison import Cell, Column, Comparison
from marketplace.quoting.models import Request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PER_SUPPLIER = 3
_FIRST = 2


def comparison_workbook(row: Request, table: Comparison, at: datetime) -> io.BytesIO:
    """Two sheets: suppliers side by side, and every answer as a line of its own. Amounts are numbers in yuan."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        formats = {
            "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "money": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
            "lowest": book.add_format({"num_format": "#,##0.00", "valign": "top", "bold": True, "bg_color": "#E2F0E6"}),
        }
        _write_table(book.add_worksheet(_("报价对比")), row, table, at, formats)
        _write_details(book.add_worksheet(_("报价明细")), table, formats)
    out.seek(0)
    return out


def _write_table(sheet: Any, row: Request, table: Comparison, at: datetime, formats: dict) -> None:
    head = [
        f"{row.number} {row.title}",
        _("市场询价(需求调查),非法定询价采购程序,报价不构成合同。"),
        _("截止 %(by)s,导出 %(at)s(北京时间);单价折算为含税,单位:元。", by=show_time(row.answer_by), at=show_time(at)),
    ]
    for n, text in enumerate(head):
        sheet.write_string(n, 0, text, formats["bold"] if n == 0 else None)
    sheet.set_column(0, 0, 28)
    top = len(head) + 1
    sheet.write_string(top, 0, _("项目"), formats["bold"])
    sheet.write_string(top, 1, _("数量"), formats["bold"])
    for n, column in enumerate(table.columns):
        _write_head(sheet, top, _FIRST + n * _PER_SUPPLIER, column, formats)
    for n, item in enumerate(table.rows, top + 2):
        sheet.write_string(n, 0, item.title, formats["text"])
        sheet.write_string(n, 1, f"{item.asked.quantity} {item.asked.unit}" if item.uniform else _("各家不同"))
        for m, cell in enumerate(item.cells):
            _write_cell(sheet, n, _FIRST + m * _PER_SUPPLIER, cell, formats)
    end = top + 2 + len(table.rows)
    sheet.write_string(end, 0, _("合计(含税)"), formats["bold"])
    for n, column in enumerate(table.columns):
        if column.priced:
            total = formats["lowest"] if column.lowest else formats["money"]
            sheet.write_number(end, _FIRST + n * _PER_SUPPLIER + 2, column.total_fen / 100, total)
            if column.priced < column.asked:
                sheet.write_string(end, _FIRST + n * _PER_SUPPLIER, _("%(n)s 项不报价", n=column.asked - column.priced))
    sheet.freeze_panes(top + 2, 1)


def _write_head(sheet: Any, top: int, left: int, column: Column, formats: dict) -> None:
    state = labels.standing(column.standing)[0]
    parts = [column.name, f"{state}:{column.reason}" if column.reason else state]
    if column.quote:
        tax = labels.tax(column.quote.tax_included, column.quote.tax_rate)
        parts += [tax, _("有效 %(n)s 天", n=column.quote.valid_days)]
    sheet.merge_range(top, left, top, left + _PER_SUPPLIER - 1, "", formats["bold"])
    sheet.write_string(top, left, "\n".join(parts), formats["bold"])
    sheet.set_row(top, 64)
    for n, text in enumerate((_("单价"), _("交货(天)"), _("小计"))):
        sheet.write_string(top + 1, left + n, text, formats["bold"])
    sheet.set_column(left, left + _PER_SUPPLIER - 1, 13)


def _write_cell(sheet: Any, row: int, left: int, cell: Cell, formats: dict) -> None:
    if cell.line is None:
        sheet.write_string(row, left, "—")
    elif cell.answer is None:
        sheet.write_string(row, left, _("无报价"))
    elif cell.taxed_fen is None:
        sheet.write_string(row, left, _("不报价:%(why)s", why=cell.answer.note), formats["text"])
    else:
        sheet.write_number(row, left, cell.taxed_fen / 100, formats["lowest"] if cell.lowest else formats["money"])
        if cell.answer.delivery_days is not None:
            sheet.write_number(row, left + 1, cell.answer.delivery_days)
        sheet.write_number(row, left + 2, cell.total_fen / 100, formats["money"])


def _write_details(sheet: Any, table: Comparison, formats: dict) -> None:
    heads = (_("供应商"), _("类别"), _("产品"), _("型号"), _("数量"), _("单位"), _("所报单价(元)"), _("税"),
             _("交货(天)"), _("备注"), _("产品信息版本"), _("提交时间"))  # fmt: skip
    for n, text in enumerate(heads):
        sheet.write_string(0, n, text, formats["bold"])
    number = 1
    for place, column in enumerate(table.columns):
        for item in table.rows:
            cell = item.cells[place]
            if cell.line and cell.answer and column.quote:
                _write_detail(sheet, number, column, item.title, cell, formats)
                number += 1
    sheet.set_column(0, 2, 24)
    sheet.freeze_panes(1, 0)


def _write_detail(sheet: Any, number: int, column: Column, title: str, cell: Cell, formats: dict) -> None:
    line, answer, quote = cell.line, cell.answer, column.quote
    price = _("不报价") if answer.unit_price_fen is None else answer.unit_price_fen / 100
    tax = labels.tax(quote.tax_included, quote.tax_rate)
    day = show_day(quote.submitted_at)
    values = (column.name, title, line.name, line.model, line.quantity, line.unit, price, tax, answer.delivery_days,
              answer.note, line.version_number, day)  # fmt: skip
    for n, value in enumerate(values):
        if isinstance(value, str):
            sheet.write_string(number, n, value, formats["text"])
        elif value is not None:
            sheet.write_number(number, n, value, formats["money"] if n == 6 else None)
