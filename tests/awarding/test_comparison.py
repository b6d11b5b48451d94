"""The comparison: suppliers in columns, at 20 × 50 too, on the page, in a workbook, on paper."""

import io

import pypdf
import pytest
import python_calamine
from sqlmodel import select

from marketplace.awarding import comparison, exports, queries
from marketplace.awarding.comparison import Look, Part
from marketplace.bidding.content import Answer, Meets
from marketplace.bidding.content import Part as Offered
from marketplace.bidding.models import QuoteReading
from marketplace.kit import db, pdf
from marketplace.kit.pdf import PdfUnavailable
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Round
from tests.awarding.worlds import make_world, open_quote, quote_content
from tests.conftest import NOON


def table_of(world):
    with db.transaction():
        current = queries.opened_round(world.procurement.id)
        lots = procurements.lots_of(world.procurement.id)
        return current, comparison.compare(world.quotes, lots, queries.compliances_of(current.id), {})


def rows_of(table, part):
    return [row for section in table.of(part) for row in section.rows]


def test_what_is_missing_looks_like_what_is_there_or_counts_as_the_lowest(context):
    world = make_world((900_00, 1000_00, None), items=2)
    with db.transaction() as session:
        current = session.exec(select(Round)).one()
        said = quote_content(world, 2, 500_00, skip=[1], answers=[Answer(requirement=0, meets=Meets.YES)])
        world.quotes.append(open_quote(world, current, said, 3))
    _current, table = table_of(world)
    assert [cell.look for cell in rows_of(table, Part.SUMMARY)[0].cells] == [Look.BEST, Look.PLAIN, Look.PLAIN]
    first, second = rows_of(table, Part.ITEMS)
    assert [cell.look for cell in first.cells] == [Look.PLAIN, Look.PLAIN, Look.BEST]
    assert [(cell.text, cell.look) for cell in second.cells][2] == ("未报", Look.MISSING)
    assert rows_of(table, Part.REQUIREMENTS)[1].cells[2].text == "未应答"
    assert rows_of(table, Part.REQUIREMENTS)[0].cells[2].text == "满足"


def test_a_months_rent_is_the_lowest_beside_purchase_prices(context):
    world = make_world((900_00, 1000_00, None))
    with db.transaction() as session:
        said = quote_content(world, 2, 100_00)
        said.lots[0].parts[0] = Offered(kind="operating_lease", terms={"kind": "operating_lease"})
        world.quotes.append(open_quote(world, session.exec(select(Round)).one(), said, 3))
    _current, table = table_of(world)
    [prices] = rows_of(table, Part.ITEMS)
    assert [cell.look for cell in prices.cells] == [Look.BEST, Look.PLAIN, Look.PLAIN]
    assert prices.cells[2].text.endswith("/月") and not prices.cells[0].text.endswith("/月")


def test_a_lot_that_was_not_bid_for_breaks_the_table(context):
    world = make_world((900_00, None), lots=2)
    with db.transaction() as session:
        world.quotes.append(
            open_quote(world, session.exec(select(Round)).one(), quote_content(world, 1, 500_00, lots=[2]), 2)
        )
    _current, table = table_of(world)
    assert [cell.text for cell in table.of(Part.SUMMARY)[0].rows[1].cells] == ["待审查", "未报本包"]


def test_twenty_suppliers_and_fifty_items_do_not_fit(context, app):
    world = make_world([900_00 + n * 1100 for n in range(20)], items=50)
    current, table = table_of(world)
    with app.test_request_context():
        book = python_calamine.CalamineWorkbook.from_filelike(exports.workbook(world.procurement, current, table, NOON))
        paper = pypdf.PdfReader(io.BytesIO(exports.pdf(world.procurement, current, table, NOON)))
    assert book.sheet_names == ["汇总", "分项报价", "技术与商务响应", "交易条件"]
    rows = book.get_sheet_by_name("分项报价").to_python()
    assert len(rows[2]) == 22 and rows[2][21] == "示例供应19号有限公司" and rows[4][2] == 900.0
    assert sum(str(row[0]).endswith("移动排水泵车 50") for row in rows) == 1
    assert 6 <= len(paper.pages) <= 40 and paper.pages[0].mediabox.width > paper.pages[0].mediabox.height
    for page in paper.pages:
        words = page.extract_text()
        assert "示例供应" in words and "项目" in words  # the head is repeated
    assert "示例供应19号有限公司" in paper.pages[-1].extract_text()


def test_what_a_supplier_typed_runs_as_a_formula(context, app):
    world = make_world((900_00,))
    current, table = table_of(world)
    with db.transaction():
        world.quotes[0].content["note"] = "=cmd|' /C calc'!A0"
    current, table = table_of(world)
    with app.test_request_context():
        rows = (
            python_calamine.CalamineWorkbook.from_filelike(exports.workbook(world.procurement, current, table, NOON))
            .get_sheet_by_name("交易条件")
            .to_python()
        )
    assert "'=cmd|' /C calc'!A0" in [row[2] for row in rows if len(row) > 2]


def test_a_server_without_the_libraries_answers_with_an_error(context, app, monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *more, **else_):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *more, **else_)

    monkeypatch.setattr(builtins, "__import__", without)
    world = make_world((900_00,))
    current, table = table_of(world)
    with app.test_request_context(), pytest.raises(PdfUnavailable) as refused:
        exports.pdf(world.procurement, current, table, NOON)
    assert "libpango" in refused.value.message() and refused.value.status == 503


def test_a_pdf_fetches_what_its_text_names(context, app):
    with pytest.raises(ValueError):
        pdf._refuse("http://169.254.169.254/latest")


def test_a_look_at_the_comparison_leaves_no_trace(context, browser):
    world = make_world((900_00, 1000_00))
    buyer = browser(world.buyer_user)
    for ending in ("", ".xlsx", ".pdf"):
        assert buyer.get(f"/procurements/{world.procurement.id}/comparison{ending}").status_code == 200
    with db.transaction() as session:
        read = [(r.user_id, r.what) for r in session.exec(select(QuoteReading).order_by(QuoteReading.id))]
    assert read == [(world.buyer_user.id, what) for what in ("comparison", "comparison.xlsx", "comparison.pdf")]
