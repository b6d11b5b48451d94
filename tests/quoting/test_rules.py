"""Deadlines, receipts and the comparison, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.quoting import comparison, rules
from marketplace.quoting.comparison import Standing
from marketplace.quoting.errors import BadAnswerBy
from marketplace.quoting.models import Invitation, Quote, QuoteLine, QuoteStatus, Request, RequestLine, RequestStatus
from marketplace.quoting.rules import State

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_default_deadline_is_five_in_the_afternoon_in_shanghai_three_working_days_ahead():
    assert rules.default_answer_by(NOON) == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    late = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)  # Friday already, in Shanghai
    assert rules.default_answer_by(late) == datetime(2026, 12, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "left", "expected"),
    [
        (RequestStatus.SENT, timedelta(microseconds=1), State.OPEN),
        (RequestStatus.SENT, timedelta(0), State.ENDED),
        (RequestStatus.SENT, -HOUR, State.ENDED),
        (RequestStatus.CLOSED, HOUR, State.CLOSED),
        (RequestStatus.CANCELLED, HOUR, State.CANCELLED),
    ],
)
def test_a_request_is_open_only_while_sent_and_before_its_time(status, left, expected):
    assert rules.state_of(Request(status=status, answer_by=NOON + left), NOON) == expected


@pytest.mark.parametrize(("ahead", "fine"), [(4 * HOUR, True), (4 * HOUR - timedelta(seconds=1), False), (-HOUR, False),
                                             (timedelta(days=180), True), (timedelta(days=181), False)])  # fmt: skip
def test_suppliers_get_four_hours_at_least(context, ahead, fine):
    if fine:
        rules.check_answer_by(NOON + ahead, NOON)
    else:
        with pytest.raises(BadAnswerBy):
            rules.check_answer_by(NOON + ahead, NOON)


def test_an_extension_never_shortens(context):
    with pytest.raises(BadAnswerBy):
        rules.check_extension(Request(answer_by=NOON + 10 * HOUR), NOON + 9 * HOUR, NOON)


def test_a_receipt_hash_depends_on_content_and_not_on_the_order_of_keys():
    assert rules.receipt_hash({"a": 1, "b": "价"}) == rules.receipt_hash({"b": "价", "a": 1})
    assert rules.receipt_hash({"a": 1}) != rules.receipt_hash({"a": 2})


@pytest.mark.parametrize(
    ("price", "included", "rate", "expected"),
    [(10000, True, 13, 10000), (10000, False, 13, 11300), (1, False, 13, 1), (5, False, 13, 6), (7, False, 0, 7)],
)
def test_prices_without_tax_are_compared_with_it(price, included, rate, expected):
    assert rules.taxed_fen(price, Quote(tax_included=included, tax_rate=rate)) == expected


@pytest.mark.parametrize(
    ("text", "found"), [("我们 甲公司 想问", True), ("甲 公司", True), ("请问规格", False), ("", False)]
)
def test_a_name_is_found_in_a_text_whatever_the_blanks(text, found):
    assert rules.named_in(text, ["甲公司", ""]) is found


def _table(asked, prices, *, status=RequestStatus.SENT, statuses=None, left=HOUR, tax=None):
    """`asked`: (supplier, title, quantity, unit) per line; `prices`: fen, None or "skip" per line."""
    lines = [RequestLine(id=n, supplier_id=s, name=t, quantity=q, unit=u) for n, (s, t, q, u) in enumerate(asked, 1)]
    suppliers = list(dict.fromkeys(line.supplier_id for line in lines))
    statuses = statuses or {}
    quotes = {
        s: Quote(supplier_id=s, status=status_of, tax_included=(tax or {}).get(s, True), tax_rate=10)
        for s in suppliers
        if (status_of := statuses.get(s, QuoteStatus.SUBMITTED)) is not None
    }
    answers = {
        n: QuoteLine(unit_price_fen=None if p == "skip" else p, delivery_days=n, note="无")
        for n, p in enumerate(prices, 1)
        if p is not None
    }
    invitations = [(Invitation(supplier_id=s, declined_reason="产能不足"), f"供应商{s}") for s in suppliers]
    request = Request(status=status, answer_by=NOON + left)
    return comparison.compare(request, lines, invitations, quotes, answers, title_of=lambda line: line.name, at=NOON)


def test_the_same_item_of_several_suppliers_stands_in_one_row_with_the_lowest_marked():
    table = _table([(1, "泵", 2, "台"), (2, "泵", 2, "台"), (3, "泵", 2, "台")], [300, 200, 200])
    assert [row.title for row in table.rows] == ["泵"]
    assert [cell.lowest for cell in table.rows[0].cells] == [False, True, True]
    assert [(c.total_fen, c.lowest) for c in table.columns] == [(600, False), (400, True), (400, True)]


def test_a_second_listing_of_the_same_kind_opens_a_second_row():
    table = _table([(1, "泵", 1, "台"), (1, "泵", 1, "台"), (2, "泵", 1, "台")], [1, 2, 3])
    assert [[cell.line.id if cell.line else None for cell in row.cells] for row in table.rows] == [[1, 3], [2, None]]


def test_one_price_alone_is_not_lowest_and_different_units_do_not_compare():
    assert not _table([(1, "泵", 1, "台")], [5]).rows[0].cells[0].lowest
    table = _table([(1, "泵", 1, "台"), (2, "泵", 1, "套")], [5, 6])
    assert not any(cell.lowest for cell in table.rows[0].cells)
    assert not any(column.lowest for column in table.columns)


def test_totals_compare_only_between_suppliers_who_priced_everything():
    asked = [(1, "泵", 1, "台"), (1, "舟", 1, "艘"), (2, "泵", 1, "台"), (2, "舟", 1, "艘")]
    table = _table(asked, [100, "skip", 200, 300])
    assert [(c.priced, c.total_fen, c.lowest) for c in table.columns] == [(1, 100, False), (2, 500, False)]


def test_different_quantities_make_totals_incomparable_but_not_unit_prices():
    table = _table([(1, "泵", 1, "台"), (2, "泵", 9, "台")], [100, 90])
    assert [cell.lowest for cell in table.rows[0].cells] == [False, True]
    assert not any(column.lowest for column in table.columns)


def test_tax_decides_what_is_lowest():
    table = _table([(1, "泵", 1, "台"), (2, "泵", 1, "台")], [1050, 1000], tax={2: False})
    assert [cell.taxed_fen for cell in table.rows[0].cells] == [1050, 1100]
    assert [cell.lowest for cell in table.rows[0].cells] == [True, False]


@pytest.mark.parametrize(
    ("status", "left", "expected"),
    [
        (None, HOUR, Standing.WAITING),
        (None, -HOUR, Standing.MISSING),
        (QuoteStatus.DECLINED, HOUR, Standing.DECLINED),
        (QuoteStatus.WITHDRAWN, HOUR, Standing.WITHDRAWN),
        (QuoteStatus.SUBMITTED, HOUR, Standing.ANSWERED),
    ],
)
def test_silence_is_visible_and_reads_differently_after_the_deadline(status, left, expected):
    column = _table([(1, "泵", 1, "台")], [None], statuses={1: status}, left=left).columns[0]
    assert column.standing == expected
    assert column.reason == ("产能不足" if expected == Standing.DECLINED else "")
