"""The pages of procedures and of the working calendar, for operators and for everybody."""

import html
import re
from datetime import date

import pytest
from sqlmodel import select

from marketplace.accounts.models import OrganisationKind, Role
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.procedures import queries
from marketplace.procedures.models import ProcedureStatus
from tests.factories.accounts import make_member, make_organisation


@pytest.fixture
def world(app, at_noon):
    """An operator, a buyer, a supplier, and one of the operator's who only looks."""
    app.config["DEMO"] = True
    with app.app_context(), db.transaction():
        operator = make_organisation(OrganisationKind.OPERATOR)
        others = [make_member(make_organisation(kind)) for kind in (OrganisationKind.BUYER, OrganisationKind.SUPPLIER)]
        return [make_member(operator, demo=True), *others, make_member(operator, Role.VIEWER, demo=True)]


@pytest.fixture
def keeper(browser, world):
    """The operator's browser."""
    return browser(world[0])


def number(app, code):
    with app.app_context():
        return queries.newest(code).id


def fields(page):
    """What a browser would send of the page's procedure form, unchanged."""
    form = re.search(r'<form method="post"[^>]*class="proc-form">.*?</form>', page, re.DOTALL)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") == "checkbox" and " checked" not in tag:
            continue
        sent.setdefault(found["name"], []).append(html.unescape(found.get("value", "")))
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.findall(r'<option value="(\w+)" selected', body)
    for name, body in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [html.unescape(body)]
    sent.pop("csrf_token")
    return sent


def test_a_stranger_reads_no_procedures_or_reads_the_keepers_pages(app, browser, world):
    page = browser().get("/procedures")
    assert page.status_code == 200
    for text in ("询价采购", "竞争性磋商", "紧急采购", "财政部令第74号第45条", "2027 年度放假安排尚未公布或录入"):
        assert text in page.text
    procedure = number(app, "formal_rfq")
    guarded = ["/operations/procedures", f"/operations/procedures/{procedure}", f"/operations/procedures/{procedure}/edit",
               f"/operations/procedures/{procedure}/copy", "/operations/calendar"]  # fmt: skip
    for url in guarded:
        assert browser().get(url).status_code in (302, 303, 401)
        assert [browser(user).get(url).status_code for user in world[1:]] == [403, 403, 403]
    for act in ("use", "discard", "retire", "edit", "copy"):
        assert browser(world[1]).post(f"/operations/procedures/{procedure}/{act}").status_code == 403
    assert browser(world[1]).post("/operations/calendar").status_code == 403


def test_the_english_page_shows_chinese_names(browser):
    visitor = browser()
    visitor.post("/language", language="en", next="/procedures")
    page = visitor.get("/procedures").text
    assert "Formal request for quotation" in page and "Emergency call" in page


def test_a_procedure_shows_no_rule_beside_its_setting(app, keeper):
    page = keeper.get(f"/operations/procedures/{number(app, 'formal_rfq')}").text
    assert re.search(r"不少于 3 个工作日;发布当日不计入。</dd><dd class=\"proc-source\">.*?财政部令第74号第45条", page)
    assert "平台规定" in page and "待核" in page and "第 1 版" in page
    assert keeper.get("/operations/procedures").text.count("proc-card") == 6
    assert keeper.get("/operations/procedures/99999").status_code == 404


def test_a_form_sent_as_it_came_changes_something(app, keeper):
    for code in ("formal_rfq", "consultation", "emergency_call", "market_inquiry", "framework_calloff", "negotiation"):
        procedure = number(app, code)
        sent = fields(keeper.get(f"/operations/procedures/{procedure}/edit").text)
        answer = keeper.post(f"/operations/procedures/{procedure}/edit", **{**sent, "why": "原样保存"})
        assert answer.status_code == 303, answer.text
        with app.app_context():
            draft, old = queries.draft_of(code), queries.newest(code)
            assert draft.definition == old.definition and (draft.name, draft.name_en) == (old.name, old.name_en)


def test_an_edit_comes_into_use_without_its_warning_being_read(app, keeper):
    procedure = number(app, "formal_rfq")
    sent = fields(keeper.get(f"/operations/procedures/{procedure}/edit").text)
    answer = keeper.post(
        f"/operations/procedures/{procedure}/edit", **{**sent, "min_time_amount": "2", "why": "想要快一点"}
    )
    url = answer.location
    page = keeper.get(url).text
    assert "低于所引规则的要求" in page and "财政部令第74号第45条" in page and "与上一版相比改动 1 处" in page
    draft = int(url.rsplit("/", 1)[1])
    assert keeper.post(f"/operations/procedures/{draft}/use").status_code == 422
    assert keeper.post(f"/operations/procedures/{draft}/use", warnings_read="1").status_code == 303
    with app.app_context():
        assert queries.newest("formal_rfq").id == draft
        assert queries.procedure(procedure).status == ProcedureStatus.RETIRED
        told = db.session().exec(select(AuditEntry).where(AuditEntry.action == "procedure.use")).one()
        assert len(told.detail["warnings"]) == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("min_time_amount", "三", "请填写整数"),
        ("min_time_amount", "", "请填写整数"),
        ("quorum", "3", "开启所需人数不能超过指定人数"),
        ("quorum", "1", "至少由两名开启人"),
        ("why", "", "请填写此项"),
        ("arrangements", [], "至少选择 1 项"),
        ("arrangements", ["gift"], "没有这种交易方式"),
        ("visibility", ["everybody"], "请从列出的选项中选择"),
        ("budget_max_fen", "很多", "请填写金额"),
        ("price_weight_goods_low", "70", "请填写整数"),
        ("rounds", "3", "不能大于 2"),
        ("use", "", "至少 1 个字符"),
    ],
)
def test_an_impossible_setting_is_kept(app, keeper, field, value, told):
    procedure = number(app, "formal_rfq")
    sent = {**fields(keeper.get(f"/operations/procedures/{procedure}/edit").text), "why": "试一试改动", field: value}
    answer = keeper.post(f"/operations/procedures/{procedure}/edit", **sent)
    assert answer.status_code == 422 and told in answer.text
    with app.app_context():
        assert queries.draft_of("formal_rfq") is None


def test_two_editors_overwrite_each_other(app, keeper):
    procedure = number(app, "negotiation")
    first = fields(keeper.get(f"/operations/procedures/{procedure}/edit").text)
    assert keeper.post(f"/operations/procedures/{procedure}/edit", **{**first, "why": "先改的人"}).status_code == 303
    assert keeper.post(f"/operations/procedures/{procedure}/edit", **{**first, "why": "后改的人"}).status_code == 409


def test_a_copy_takes_a_taken_code_or_forgets_its_rules(app, keeper):
    procedure = number(app, "formal_rfq")
    sent = fields(keeper.get(f"/operations/procedures/{procedure}/copy").text)
    new = {**sent, "name": "县级小额采购", "why": "县里有小额采购办法", "min_suppliers": "2",
           "cite_min_time": "本县办法,参照财政部令第74号第29条"}  # fmt: skip
    taken = keeper.post(f"/operations/procedures/{procedure}/copy", **{**new, "code": "negotiation"})
    assert taken.status_code == 422 and "已被其他采购程序使用" in taken.text
    assert keeper.post(f"/operations/procedures/{procedure}/copy", **{**new, "code": "A b"}).status_code == 422
    answer = keeper.post(f"/operations/procedures/{procedure}/copy", **{**new, "code": "county_small"})
    page = keeper.get(answer.location).text
    assert "政府采购法第40条" in page and "低于所引规则的要求:发出询价通知书的供应商不少于3家" in page
    with app.app_context():
        drafted = queries.draft_of("county_small")
        read = queries.definition(drafted)
        assert read.citations["min_time"].rule_ids == ("neg.days",)
        assert drafted.version == 1 and queries.newest("county_small") is None
    keeper.post(f"/operations/procedures/{drafted.id}/use", warnings_read="1")
    assert "县级小额采购" in keeper.get("/procedures").text


def test_a_retired_procedure_is_still_offered(app, keeper):
    inquiry, calloff = number(app, "market_inquiry"), number(app, "framework_calloff")
    assert keeper.post(f"/operations/procedures/{calloff}/retire", why="").status_code == 422
    assert keeper.post(f"/operations/procedures/{calloff}/retire", why="协议都已到期").status_code == 303
    assert keeper.post(f"/operations/procedures/{calloff}/retire", why="协议都已到期").status_code == 409
    assert keeper.post(f"/operations/procedures/{inquiry}/retire", why="不想要了").status_code == 409
    page = keeper.get("/procedures").text
    assert "框架/协议储备直接采购" not in page and "市场询价" in page


def test_a_discarded_draft_comes_into_use(app, keeper):
    procedure = number(app, "negotiation")
    sent = {**fields(keeper.get(f"/operations/procedures/{procedure}/edit").text), "why": "想想再说"}
    draft = keeper.post(f"/operations/procedures/{procedure}/edit", **sent).location.rsplit("/", 1)[1]
    assert keeper.post(f"/operations/procedures/{draft}/discard").status_code == 303
    assert keeper.post(f"/operations/procedures/{draft}/use").status_code == 409
    assert keeper.post(f"/operations/procedures/{procedure}/discard").status_code == 409
    assert number(app, "negotiation") == procedure


def test_a_day_people_enter_counts_for_nothing(app, keeper):
    page = keeper.get("/operations/calendar?year=2027").text
    assert "2027 年度放假安排尚未公布或录入" in page
    told = {"first": "2027-02-05", "last": "2027-02-11", "working": "0", "name": "春节", "source": "国务院办公厅通知"}
    assert keeper.post("/operations/calendar", **told).status_code == 303
    for first, name in (("2027-04-05", "清明节"), ("2027-06-09", "端午节"), ("2027-09-15", "中秋节")):
        assert "尚未公布或录入" in keeper.get("/operations/calendar?year=2027").text
        assert (
            keeper.post("/operations/calendar", **{**told, "first": first, "last": "", "name": name}).status_code == 303
        )
    assert "尚未公布或录入" not in keeper.get("/operations/calendar?year=2027").text
    with app.app_context():
        assert queries.calendar_extra()[date(2027, 2, 8)] is False and len(queries.calendar_extra()) == 10
        entered = queries.calendar_days(2027)[0].id
        assert len(db.session().exec(select(AuditEntry).where(AuditEntry.action == "calendar.declare")).all()) == 10
    again = {**told, "last": "", "working": "1", "name": "防汛值守"}
    assert keeper.post("/operations/calendar", **again).status_code == 303
    with app.app_context():
        assert queries.calendar_extra()[date(2027, 2, 5)] is True and len(queries.calendar_extra()) == 10
        entered = next(row.id for row in queries.calendar_days(2027) if row.day == date(2027, 2, 5))
    assert keeper.post(f"/operations/calendar/{entered}/withdraw").status_code == 303
    assert keeper.post(f"/operations/calendar/{entered}/withdraw").status_code == 404
    with app.app_context():
        assert date(2027, 2, 5) not in queries.calendar_extra()


@pytest.mark.parametrize(
    ("field", "value"),
    [("first", ""), ("first", "1999-01-01"), ("last", "2027-02-01"), ("last", "2027-05-01"), ("source", ""), ("name", ""),
     ("working", "perhaps")],
)  # fmt: skip
def test_a_senseless_day_is_entered(app, keeper, field, value):
    told = {"first": "2027-02-05", "last": "2027-02-11", "working": "0", "name": "春节", "source": "国务院办公厅通知"}
    assert keeper.post("/operations/calendar", **{**told, field: value}).status_code == 422
    with app.app_context():
        assert queries.calendar_extra() == {}


def test_a_year_that_is_none_breaks_the_calendar(keeper):
    for year in ("2026", "abc", "1900", "99999", "2004", "2100", "٢٠٢٦"):
        assert keeper.get(f"/operations/calendar?year={year}").status_code == 200
    page = keeper.get("/operations/calendar?year=2026").text
    assert "全年 248 个工作日" in page and page.count("cal-month") == 12
