"""What is owed, and one's accounts, as workbooks; what people typed stays text, so that nothing of it runs as a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from marketplace.accounts.models import Organisation
from marketplace.kit.web import show_day, show_time
from marketplace.payments import labels
from marketplace.payments.models import Charge
from marketplace.payments.statements import Statement

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def charges_workbook(rows: Iterable[tuple[Charge, Organisation]], today: date) -> io.BytesIO:
    """One line per charge; amounts are numbers in yuan."""
    head = [
        _("款项"),
        _("对方单位"),
        _("到期日"),
        _("金额(元)"),
        _("状态"),
        _("付清时间"),
        _("已退(元)"),
        _("抵扣(元)"),
    ]
    lines = (
        [c.what, other.name, show_day(c.due_on), c.amount_fen / 100, labels.charge(c, today)[0], show_time(c.paid_at),
         c.refunded_fen / 100, c.applied_fen / 100]
        for c, other in rows
    )  # fmt: skip
    return _workbook([(_("款项"), head, lines)], {0: 40, 1: 30, 2: 12, 3: 14, 4: 14, 5: 18})


def statement_workbook(accounts: Sequence[Statement]) -> io.BytesIO:
    """One sheet per account."""
    head = [_("时间"), _("类型"), _("摘要"), _("增减(元)"), _("余额(元)")]
    sheets = []
    for one in accounts:
        lines = [["", "", _("期初余额"), "", one.opening_fen / 100]]
        lines += [
            [show_time(m.at), labels.entry_kind(m.kind), m.memo, m.amount_fen / 100, m.balance_fen / 100]
            for m in one.lines
        ]
        sheets.append((labels.purpose(one.purpose), head, lines))
    return _workbook(sheets or [(_("无记录"), head, [])], {0: 18, 1: 12, 2: 40, 3: 14, 4: 14})


def _workbook(sheets: Sequence[tuple[str, list[str], Iterable[list[Any]]]], widths: dict[int, int]) -> io.BytesIO:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for title, head, lines in sheets:
            sheet = book.add_worksheet(title[:31])
            for column, width in widths.items():
                sheet.set_column(column, column, width)
            for column, text in enumerate(head):
                sheet.write_string(0, column, text, bold)
            for number, line in enumerate(lines, start=1):
                for column, value in enumerate(line):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value)
                    else:
                        sheet.write_number(number, column, value, money)
            sheet.freeze_panes(1, 0)
    out.seek(0)
    return out
