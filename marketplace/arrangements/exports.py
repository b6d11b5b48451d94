"""The lease schedule as a workbook."""

import io
from collections.abc import Sequence

import xlsxwriter
from flask_babel import gettext as _

from marketplace.arrangements import labels
from marketplace.arrangements.calculators.lease_schedule import Lease, Row
from marketplace.arrangements.terms import plain
from marketplace.kit.money import format_fen

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOP = 4


def schedule_workbook(lease: Lease, rows: Sequence[Row]) -> io.BytesIO:
    """One sheet: what was asked, the rows with real dates, amounts as numbers in yuan, and their sums."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
        total = book.add_format({"num_format": "#,##0.00", "bold": True})
        sheet = book.add_worksheet(_("租金计划表"))
        for n, text in enumerate(_head(lease)):
            sheet.write_string(n, 0, text, bold if n == 0 else None)
        for n, text in enumerate(columns()):
            sheet.write_string(_TOP, n, text, bold)
        for n, row in enumerate(rows, _TOP + 1):
            sheet.write_string(n, 0, _("期末残值")) if row.residual else sheet.write_number(n, 0, row.period)
            sheet.write_datetime(n, 1, row.due_on, day)
            for m, fen in enumerate((row.rent_fen, row.interest_fen, row.principal_fen, row.balance_fen), 2):
                sheet.write_number(n, m, fen / 100, money)
        end = _TOP + 1 + len(rows)
        sheet.write_string(end, 0, _("合计"), bold)
        for m, name in enumerate(("rent_fen", "interest_fen", "principal_fen"), 2):
            sheet.write_number(end, m, sum(getattr(row, name) for row in rows) / 100, total)
        sheet.set_column(0, 1, 13)
        sheet.set_column(2, 5, 16)
        sheet.freeze_panes(_TOP + 1, 0)
    out.seek(0)
    return out


def columns() -> tuple[str, ...]:
    """What the columns of a schedule are called."""
    return _("期次"), _("付款日"), _("应付(元)"), _("其中利息(元)"), _("其中本金(元)"), _("未付本金余额(元)")


def _head(lease: Lease) -> tuple[str, ...]:
    return (
        _("租金计划表"),
        _("融资金额 %(price)s,年利率 %(rate)s%%,%(n)s 期,%(every)s,%(timing)s", price=format_fen(lease.financed_fen),
          rate=plain(lease.annual_rate), n=lease.periods, every=dict(labels.intervals())[lease.every_months],
          timing=dict(labels.timings())[lease.timing]),
        _("期末残值 %(residual)s,计息 %(count)s;测算结果,以合同为准。", residual=format_fen(lease.residual_fen),
          count=dict(labels.day_counts())[lease.day_count]),
    )  # fmt: skip
