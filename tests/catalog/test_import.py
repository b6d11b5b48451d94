"""Files become listings: every cell judged, everything or the good rows, once; and come out again harmless."""

import io
import json

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlmodel import func, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import is_uscc_checked, is_uscc_shaped
from marketplace.catalog import actions, bulk, exports, imports, queries, reading
from marketplace.catalog.errors import AlreadyImported, RowsFaulty, UnreadableTable
from marketplace.catalog.models import Certificate, ImportRun, Listing, ListingStatus
from marketplace.catalog.rows import Words, read_row
from marketplace.kit import db
from marketplace.kit.uploads import BadUpload
from tests.catalog.test_attachments import BOMB, ENTITY, zip_of
from tests.catalog.worlds import COMPLETE, form, make_operator, make_published, make_supplier, upload

RECORD = {
    "id": "P001", "supplier": {"name": "测试墨井机电有限公司", "province": "安徽省", "city": "淮南市", "base": None},
    "name": "卧式矿用排污泵", "model": "MJ-PW", "summary": "泥浆泵", "description": "水仓清淤和掘进面排污用。" * 4,
    "kind": "product", "emergency_categories": ["accident_disaster"], "industry_fields": ["mining"],
    "specs": [{"name": "流量", "value": 50, "unit": "m³/h"}, {"name": "噪声", "max": 80, "unit": "dB"},
              {"name": "防爆", "text": "Ex d I Mb"}],
    "price_yuan": 36800, "unit": "台", "stock": 12, "monthly_capacity": None, "lead_time_days": 10,
    "service_regions": ["全国"], "certificates": ["3C认证"], "offers": ["purchase", "operating_lease"],
}  # fmt: skip


def csv_of(*rows: dict, encoding: str = "utf-8") -> bytes:
    """A CSV with the union of the rows' columns."""
    headers = list(dict.fromkeys(key for row in rows for key in row))
    lines = [headers, *([str(row.get(key, "")) for key in headers] for row in rows)]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode(encoding)


def xlsx_of(*lines: list) -> bytes:
    """A workbook of these lines."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return out.getvalue()


def read(raw: dict, *, is_json: bool = False):
    """One row, judged."""
    return read_row(2, raw, Words(), is_json=is_json)


@pytest.mark.parametrize(
    ("cells", "column", "part"),
    [
        ({"name": ""}, "name", "请填写"),
        ({"name": "车", "price": "便宜"}, "名称", "至少 2"),
        ({"price": "便宜"}, "价格(元)", "金额"),
        ({"price": "-5"}, "价格(元)", "金额"),
        ({"price": "2000-1000"}, "价格(元)", "上限"),
        ({"price": "1.005"}, "价格(元)", "金额"),
        ({"stock": "很多"}, "现货库存", "整数"),
        ({"stock": -1}, "现货库存", "负数"),
        ({"stock": 1.5}, "现货库存", "整数"),
        ({"stock": 10**12}, "现货库存", "不能大于"),
        ({"lead_time_days": "一周"}, "交货期(天)", "整数"),
        ({"min_order": 0}, "最小起订量", "不能小于"),
        ({"kind": "商品"}, "供给类型", "应为"),
        ({"class_code": "不存在的类别"}, "产品类别", "没有"),
        ({"emergency_categories": "自然灾害、天灾"}, "突发事件类别", "天灾"),
        ({"field_codes": "航天"}, "应用领域", "航天"),
        ({"event_codes": "下雨"}, "适用事件", "下雨"),
        ({"service_regions": "江苏、北美"}, "服务区域", "北美"),
        ({"arrangements": "白送"}, "合作方式", "白送"),
        ({"specs": "流量 3000"}, "技术参数", "名称=数值"),
        ({"certificates": "3C,A1,明年"}, "证书", "日期"),
        ({"external_ref": 913201000000000000.0}, "货号", "截断"),
        ({"external_ref": "9.1320E+17"}, "货号", "科学计数法"),
        ({"model": 913201000000000000}, "型号", "截断"),
        ({"summary": "长" * 201}, "一句话简介", "最多 200"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(context, cells, column, part):
    row = read({"name": "排水车", **cells})
    assert row.form is None
    faults = {fault.column: fault for fault in row.faults}
    fault = faults[column if column != "name" else "名称"]
    assert fault.row == 2 and part in fault.message and f"第 2 行“{fault.column}”" in str(fault)


@pytest.mark.parametrize(
    ("cell", "kind", "low", "high"),
    [
        (36800, "fixed", 3_680_000, 3_680_000),
        (0.5, "fixed", 50, 50),
        ("3.5万", "fixed", 3_500_000, 3_500_000),
        ("1,000-2,000", "band", 100_000, 200_000),
        ("1000至2000", "band", 100_000, 200_000),
        ("面议", "request", None, None),
    ],
)
def test_prices_are_read_as_people_write_them(context, cell, kind, low, high):
    told = read({"name": "排水车", "price": cell}).form
    assert (told.price_kind, told.price_min_fen, told.price_max_fen) == (kind, low, high)


def test_coded_cells_take_names_short_names_and_codes(context):
    told = read({
        "name": "排水车", "kind": "服务", "emergency_categories": "自然灾害;social_security", "field_codes": "城市安全",
        "event_codes": "城市内涝", "service_regions": "江苏、内蒙古,安徽省", "arrangements": "租赁、采购",
        "class_code": "大流量排水抢险车(垂直供排水)", "certificates": "3C认证,A1,2027-01-31;ISO9001",
    })  # fmt: skip
    assert told.faults == []
    values = told.form
    assert values.service_regions == ["江苏省", "内蒙古自治区", "安徽省"]
    assert values.arrangements == ["operating_lease", "purchase"]
    assert (values.class_code, values.event_codes) == ("3.4.6.01", ["NAT-WLOG"])
    assert values.emergency_categories == ["natural_disaster", "social_security"]
    first, second = told.certificates
    assert "3C" in first.kind and str(first.valid_until) == "2027-01-31" and "9001" in second.kind


def test_a_json_line_of_the_exchange_format_is_taken_as_it_is(context):
    row = read(RECORD, is_json=True)
    assert row.faults == [] and row.supplier["name"] == "测试墨井机电有限公司"
    assert (row.form.external_ref, row.form.price_min_fen, row.form.field_codes) == ("P001", 3_680_000, ["mining"])
    assert row.form.specs[1] == {"name": "噪声", "max": 80, "unit": "dB"}


def test_a_json_line_may_say_more(context):
    more = {
        "class": "3.4.6.01", "name_en": "Pump", "event_codes": ["NAT-WLOG"], "price_yuan": None, "price_min_yuan": 10,
        "price_max_yuan": 20.5, "min_order": 2,
        "certificates": [{"name": "3C", "number": "A", "issuer": "某所", "valid_until": "2027-01-01"}],
    }  # fmt: skip
    row = read({**RECORD, **more}, is_json=True)
    assert row.faults == [] and row.certificates[0].issuer == "某所"
    assert (row.form.price_kind, row.form.price_max_fen, row.form.class_code) == ("band", 2050, "3.4.6.01")


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_yuan": -1}, {"price_yuan": "free"}, {"price_yuan": True}, {"specs": [{"name": "流量"}]}, {"specs": {}},
        {"specs": [{"value": 1}]}, {"stock": True}, {"name": ["a"]}, {"emergency_categories": ["rain"]},
        {"certificates": "3C"}, {"certificates": [5]}, {"service_regions": [["x"]]},
    ],
)  # fmt: skip
def test_a_wrong_json_line_is_a_fault_and_no_crash(context, wrong):
    row = read({**RECORD, **wrong}, is_json=True)
    assert row.form is None and row.faults


def test_csv_from_a_chinese_spreadsheet_is_read(context):
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        table = reading.open_table(csv_of({"名称": "排水车", "单位": "辆"}, encoding=encoding), "a.csv")
        assert [row.form.name for row in bulk.read_rows(table)] == ["排水车"]


def test_unknown_columns_are_named_and_spec_columns_are_specs(context):
    table = reading.open_table(
        xlsx_of(["名称*", "参数:流量(m³/h)", "颜色"], ["排水车", 3000, "红"], [], ["", ""]), "a.xlsx"
    )
    assert (table.unknown, table.total) == (["颜色"], 1)
    assert next(bulk.read_rows(table)).form.specs == [{"name": "流量", "value": 3000, "unit": "m³/h"}]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"x", "a.xls"), (b"x", "a.xlsx"), (b"a,b\n1,2", "a.csv"), (b"\xff\xfe\xff\x00", "a.csv"), (BOMB, "a.xlsx"),
        (zip_of(xl__workbook=ENTITY), "a.xlsx"), ("名称,名称\nab,cd".encode(), "a.csv"), (b"", "a.csv"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(context, content, name):
    with pytest.raises((BadUpload, UnreadableTable)) as refusal:
        reading.open_table(content, name)
    assert refusal.value.message()


def test_broken_json_lines_are_faults_of_their_rows(context):
    lines = [json.dumps(RECORD), "{", "[1]", "[" * 100_000, ""]
    rows = list(bulk.read_rows(reading.open_table("\n".join(lines).encode(), "a.jsonl")))
    assert [bool(row.form) for row in rows] == [True, False, False, False]


@pytest.fixture
def shop(context, at_noon):
    """A supplier in a transaction."""
    with db.transaction():
        owner, by = make_supplier()
        yield owner, by, at_noon


def preview(shop, content: bytes, name: str = "a.csv") -> ImportRun:
    owner, by, at = shop
    return imports.preview_import(owner, upload(content, name), by=by, at=at)


def count() -> int:
    return db.session().exec(select(func.count()).select_from(Listing)).one()


def test_a_preview_imports_nothing_and_confirming_imports_drafts_once(shop):
    _owner, by, at = shop
    run = preview(shop, csv_of({"名称": "排水车", "货号": "A-1"}, {"名称": "水泵"}))
    assert count() == 0
    assert imports.confirm_import(run, only_good=False, by=by, at=at).created == 2
    assert {row.status for row in db.session().exec(select(Listing))} == {ListingStatus.DRAFT}
    with pytest.raises(AlreadyImported):
        imports.confirm_import(run, only_good=True, by=by, at=at)
    with pytest.raises(AlreadyImported):
        imports.discard_import(run, by=by, at=at)
    assert count() == 2


def test_all_or_nothing_means_nothing_when_a_row_is_wrong(shop):
    _owner, by, at = shop
    run = preview(shop, csv_of({"名称": "排水车"}, {"名称": "水泵", "现货库存": "很多"}))
    with pytest.raises(RowsFaulty):
        imports.confirm_import(run, only_good=False, by=by, at=at)
    assert count() == 0 and run.status == "previewed"
    assert imports.confirm_import(run, only_good=True, by=by, at=at).created == 1


def test_a_discarded_preview_cannot_be_imported(shop):
    _owner, by, at = shop
    run = preview(shop, csv_of({"名称": "排水车"}))
    imports.discard_import(run, by=by, at=at)
    with pytest.raises(AlreadyImported):
        imports.confirm_import(run, only_good=True, by=by, at=at)


def test_the_same_number_twice_in_a_file_is_a_fault_of_the_second_row(shop):
    run = preview(shop, csv_of({"名称": "排水车", "货号": "A"}, {"名称": "水泵", "货号": "A"}))
    assert run.result["faulty"] == 1 and run.errors[0]["row"] == 3 and "第 2 行" in run.errors[0]["message"]


def test_a_known_number_updates_and_an_empty_cell_changes_nothing(shop):
    owner, by, at = shop
    row = actions.create_listing(owner, form(external_ref="A-1"), by=by, at=at)
    run = preview(shop, csv_of({"名称": "新名称", "货号": "A-1", "库存": "9", "型号": ""}))
    outcome = imports.confirm_import(run, only_good=False, by=by, at=at)
    assert (outcome.created, outcome.updated, count()) == (0, 1, 1)
    assert (row.name, row.stock, row.model) == ("新名称", 9, "LK-3000")
    assert (row.class_code, row.price_min_fen, len(row.specs) > 2) == ("3.4.6.01", 128_000_000, True)
    again = preview(shop, csv_of({"名称": "新名称", "货号": "A-1", "库存": "9"}))
    assert imports.confirm_import(again, only_good=False, by=by, at=at).unchanged == 1


def test_a_number_of_another_supplier_is_not_touched(shop):
    _owner, by, at = shop
    other, by_other = make_supplier()
    theirs = actions.create_listing(other, form(external_ref="A-1"), by=by_other, at=at)
    imports.confirm_import(preview(shop, csv_of({"名称": "我的", "货号": "A-1"})), only_good=False, by=by, at=at)
    assert theirs.name == COMPLETE["name"] and count() == 2


def test_an_import_gives_a_published_listing_a_new_version(shop):
    owner, by, at = shop
    row = make_published(owner, by, make_operator(), at, external_ref="A-1")
    run = preview(shop, csv_of({"名称": row.name, "货号": "A-1", "库存": "77"}))
    imports.confirm_import(run, only_good=False, by=by, at=at)
    assert (row.version, queries.version(row.id, 2).content["stock"]) == (2, 77)


def test_an_empty_file_and_one_with_too_many_rows_are_refused(shop):
    with pytest.raises(UnreadableTable):
        preview(shop, "名称\n".encode())
    with pytest.raises(UnreadableTable):
        preview(shop, ("名称\n" + "排水车\n" * (imports.MAX_ROWS + 1)).encode())


def test_the_command_line_makes_suppliers_publishes_and_repeats_without_doubling(context, tmp_path):
    records = [{**RECORD, "id": f"P{n}", "name": f"矿用隔爆潜水泵{n}"} for n in range(3)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in [*records, {**RECORD, "stock": -1}]))
    seen = []
    outcome = bulk.import_file(path, publish=True, progress=lambda done, total: seen.append((done, total)))
    assert (outcome.imported, outcome.suppliers, len(outcome.faults), seen[-1]) == (3, 1, 1, (4, 4))
    with db.reading() as session:
        org = session.exec(select(Organisation)).one()
        assert is_uscc_shaped(org.uscc) and not is_uscc_checked(org.uscc) and org.uscc_doubtful
        rows = session.exec(select(Listing)).all()
        assert {row.status for row in rows} == {ListingStatus.PUBLISHED} and len(
            queries.public_listings([r.id for r in rows])
        ) == 3
        content = queries.version(rows[0].id, 1).content
        assert content["supplier"]["name"] == org.name and content["certificates"][0]["kind"]
        assert session.exec(select(func.count()).select_from(Certificate)).one() == 3
    again = bulk.import_file(path, publish=True)
    assert (again.created, again.unchanged, again.suppliers) == (0, 3, 0)


def test_what_an_import_publishes_with_gaps_waits_for_the_operators(context, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({**RECORD, "description": "短"}, ensure_ascii=False))
    assert bulk.import_file(path, publish=True).incomplete == 1
    with db.reading():
        assert queries.changed_since_review(1, 10)[1] == 1


def test_nobody_can_run_a_formula_in_an_export(context):
    evil = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "普通", 5, None, 1.5, 10**18]
    lines = CalamineWorkbook.from_filelike(io.BytesIO(exports.table_xlsx(["=头"], [[cell] for cell in evil])))
    cells = [line[0] for line in lines.get_sheet_by_index(0).to_python()[1:]]
    assert cells[:4] == ["'=1+1", "'+cmd|' /C calc'!A0", "'-2", "'@SUM(A1)"]
    assert all(not str(cell).startswith(("=", "+", "@", "\t")) for cell in cells)
    assert cells[5:7] == ["普通", 5]


def test_what_is_exported_can_be_imported_again_unchanged(shop):
    owner, by, at = shop
    row = actions.create_listing(
        owner, form(external_ref="A-1", name="=排水车", price_kind="band", price_max_fen=200_000_000), by=by, at=at
    )
    content = exports.listings_xlsx(queries.own_all(owner.id, None, ""))
    outcome = imports.confirm_import(preview(shop, content, "a.xlsx"), only_good=False, by=by, at=at)
    assert (outcome.unchanged, outcome.updated, row.name) == (1, 0, "=排水车")


def test_the_template_is_read_by_our_own_importer_and_its_example_is_faultless(context):
    content = exports.template_xlsx()
    assert reading.open_table(content, "t.xlsx").unknown == []
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    example = xlsx_of(*book.get_sheet_by_name("填写示例").to_python())
    row = next(bulk.read_rows(reading.open_table(example, "e.xlsx")))
    assert row.faults == [] and row.form.class_code == "3.4.6.01"
