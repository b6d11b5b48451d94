"""Pages on which an organisation writes, opens, amends and ends its own needs."""

import io
import re
from dataclasses import dataclass

import pytest

from marketplace.accounts.models import OrganisationKind, Role, User
from marketplace.kit import db
from marketplace.needs import opening, questions, templates
from marketplace.needs.models import Need, NeedQuestion, NeedStatus
from marketplace.reading.titles import title_of
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member, make_organisation
from tests.needs.worlds import GOVERNMENT, PUMP_TRUCK, make_draft, make_open, rows

TEXT = (
    "郑州市城市内涝排水装备采购\n采购大流量排水抢险车2辆,流量不小于3000立方米每小时,扬程≥15m,"
    "须提供消防产品认证。\n预算360万元,合同签订后60天内送到郑州市。\n不接受二手设备。"
)


@dataclass
class Town:
    """A government buyer's people, a stranger who buys too, and two suppliers; actors beside those who sign in."""

    chief: User
    writer: User
    viewer: User
    stranger: User
    seller: User
    acts: dict


@pytest.fixture
def town(app, at_noon):
    """A small committed world."""
    with app.app_context(), db.transaction():
        buyer = make_organisation(OrganisationKind.BUYER, "测试市应急管理局", uscc=GOVERNMENT)
        chief, writer, viewer = (make_member(buyer, role) for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER))
        other, supplier = make_organisation(OrganisationKind.BUYER), make_organisation(name="示例泵业有限公司")
        stranger, seller = make_member(other), make_member(supplier)
        acts = {
            "chief": make_actor(buyer, Role.ADMIN, chief), "writer": make_actor(buyer, Role.MEMBER, writer),
            "stranger": make_actor(other, user=stranger), "seller": make_actor(supplier, user=seller),
        }  # fmt: skip
        return Town(chief, writer, viewer, stranger, seller, acts)


@pytest.fixture
def draft(app, town):
    """The writer's complete draft."""
    with app.app_context():
        return make_draft(town.acts["writer"])


@pytest.fixture
def opened(app, town):
    """The writer's open need."""
    with app.app_context():
        return make_open(town.acts["writer"], questions_until="2026-12-01T17:00")


def sent(**more) -> dict:
    """The form as the browser sends it."""
    return {
        "title": "城市内涝排水抢险车采购", "text": "用于下穿通道应急抢排,要求自带照明。", "kind": "supply", "mode": "purchase",
        "event_code": "NAT-WLOG", "class_code": PUMP_TRUCK, "province": "河南省", "city": "郑州市", "within_days": "60",
        "budget": "叁佰陆拾万元", "item_name": ["排水抢险车"], "item_class": [PUMP_TRUCK], "item_quantity": ["2"],
        "item_unit": ["辆"], "item_note": [""], "req_name": ["额定排水流量"], "req_op": [">="], "req_value": ["3000"],
        "req_high": [""], "req_unit": ["m³/h"], "req_level": ["hard"], "req_item": [""], "req_words": [""],
        "visibility": "public", "act": "save", **more,
    }  # fmt: skip


def requirements(*parts: tuple[str, str, str, str]) -> dict:
    """Requirement rows of (name, operator, value, unit) as the browser sends them."""
    blank = [""] * len(parts)
    names, ops, values, units = (list(column) for column in zip(*parts, strict=True))
    return {
        "req_name": names, "req_op": ops, "req_value": values, "req_unit": units, "req_high": blank, "req_item": blank,
        "req_words": blank, "req_level": ["plain"] * len(parts),
    }  # fmt: skip


def value_of(page: str, name: str) -> str:
    """What a hidden field of the page holds."""
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def only_need(app) -> Need:
    """The one need there is."""
    with app.app_context():
        (need,) = rows(Need)
        return need


def in_transaction(app, deed):
    """Do something from outside, committed."""
    with app.app_context(), db.transaction():
        return deed()


def begin(writer, text: str = TEXT, key: str = "page-1"):
    """Paste a text; the address it leads to."""
    return writer.post("/needs/read", text=text, kind="supply", key=key).location


# Beginning


def test_a_pasted_text_does_not_become_an_open_need_in_four_clicks(app, browser, town):
    writer = browser(town.writer)
    writer.get("/needs/new")
    reading = begin(writer)
    page = writer.get(reading).text
    assert "<mark" in page and "大流量排水抢险车" in page and "360万元" in page
    ticked = re.findall(r'name="take" value="(\d+)" checked', page)
    taken = writer.post(reading, revision=value_of(page, "revision"), take=ticked)
    assert taken.status_code == 303
    need = only_need(app)
    assert need.understood and need.budget_fen == 360_000_000 and need.within_days == 60
    assert need.items[0]["quantity"] == 2 and (need.province, need.city) == ("河南省", "郑州市")
    assert any(row["value"] == 3000 and row["unit"] == "m³/h" for row in need.requirements)
    assert "二手设备" in need.exclusions
    edit = writer.get(taken.location).text
    answer = writer.post(
        f"/needs/{need.id}/edit", **sent(revision=value_of(edit, "revision"), understood="", act="open")
    )
    assert answer.location == f"/my/needs/{need.id}"
    assert only_need(app).status == NeedStatus.OPEN and only_need(app).understood


def test_what_is_not_chosen_is_taken_over(app, browser, town):
    writer = browser(town.writer)
    reading = begin(writer)
    writer.post(reading, revision="1")
    need = only_need(app)
    assert need.understood and not need.items and not need.requirements and need.budget_fen is None


def test_a_changed_value_and_level_are_passed_over(app, browser, town):
    writer = browser(town.writer)
    reading = begin(writer)
    page = writer.get(reading).text
    number = re.search(r'name="value-(\d+)" value="3000"', page)[1]
    writer.post(reading, revision="1", take=[number], **{f"value-{number}": "三千二百", f"level-{number}": "scored"})
    (row,) = only_need(app).requirements
    assert (row["value"], row["level"]) == (3200, "scored")


def test_contradictory_words_are_saved_or_lost(app, browser, town):
    writer = browser(town.writer)
    reading = begin(writer, "采购浮艇泵10台,扬程≥50m。扬程≤30m。")
    page = writer.get(reading).text
    numbers = re.findall(r'name="value-(\d+)" value="(?:50|30)"', page)
    assert len(numbers) == 2
    answer = writer.post(reading, revision="1", take=numbers)
    assert answer.status_code == 422 and "互相矛盾" in answer.text
    assert 'value="50"' in answer.text and 'name="understood" value="1"' in answer.text
    assert not only_need(app).requirements


def test_the_same_text_sent_twice_makes_two_drafts(app, browser, town):
    writer = browser(town.writer)
    assert begin(writer) == begin(writer)
    only_need(app)
    assert begin(writer, TEXT + "另需操作培训。") != begin(writer)


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "请粘贴文字"), ("  \n ", "请粘贴文字"), ("水" * 100_001, "超过 100,000 字")]
)
def test_a_text_that_cannot_be_read_is_not_explained(browser, town, text, sentence):
    answer = browser(town.writer).post("/needs/read", text=text, kind="supply", key="k")
    assert answer.status_code == 422 and sentence in answer.text


def test_a_text_of_100000_characters_is_refused(app, browser, town):
    reading = begin(browser(town.writer), ("本项目按合同履约。" * 12_000)[:99_990])
    assert "/reading" in reading and len(only_need(app).text) == 99_990


def test_a_text_that_proposes_nothing_leads_nowhere(browser, town):
    writer = browser(town.writer)
    page = writer.get(begin(writer, "啊啊啊啊啊啊")).text
    assert "没有从这段文字中识别出" in page and "/edit" in page


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"%PDF-1.4 broken", "a.pdf", "文件无法读取"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "a.doc", "旧版 Office"),
        (b"   ", "a.txt", "没有文字"),
    ],
)
def test_an_unreadable_document_is_not_explained(app, browser, town, content, name, sentence):
    answer = browser(town.writer).post("/needs/read", files={"file": (io.BytesIO(content), name)}, kind="supply")
    assert answer.status_code == 422 and sentence in answer.text
    with app.app_context():
        assert rows(Need) == []


def test_a_document_is_not_read_like_a_text(app, browser, town):
    upload = {"file": (io.BytesIO(TEXT.encode()), "需求.txt")}
    answer = browser(town.writer).post("/needs/read", files=upload, kind="supply", key="k")
    assert answer.location.endswith("/reading") and only_need(app).text == TEXT


def test_an_upload_without_a_file_is_not_explained(browser, town):
    answer = browser(town.writer).post("/needs/read", files={"file": (io.BytesIO(), "")}, kind="supply", key="k")
    assert answer.status_code == 422 and "请选择一个文件" in answer.text


def test_a_template_is_not_found_or_begun_once(app, browser, town):
    writer = browser(town.writer)
    page = writer.get("/needs/new?q=排水抢险车").text
    with app.app_context():
        code = templates.find_templates(text="排水抢险车")[0].code
    assert f'value="{code}"' in page
    first = writer.post("/needs/new/template", code=code, key="k").location
    assert first == writer.post("/needs/new/template", code=code, key="k").location
    assert only_need(app).requirements and only_need(app).province == "江苏省"


def test_a_copy_is_made_twice_by_two_clicks(app, browser, town, draft):
    writer = browser(town.writer)
    first = writer.post(f"/needs/{draft.id}/copy", key="k").location
    assert first == writer.post(f"/needs/{draft.id}/copy", key="k").location != f"/needs/{draft.id}/edit"


def test_a_supplier_may_post_a_purchase(browser, town):
    seller = browser(town.seller)
    page = seller.get("/needs/new").text
    assert "kind=technology" in page and "kind=supply" not in page
    assert value_of(seller.get("/needs/new?kind=supply").text, "kind") == "technology"
    answer = seller.post("/needs", **sent(form_key="k"))
    assert answer.status_code == 422 and "贵单位可发布技术需求和融资需求" in answer.text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("一、采购排水抢险车2辆,用于防汛。", "采购排水抢险车2辆,用于防汛"),
        ("\n\n采购救灾帐篷\n共200顶", "采购救灾帐篷"),
        ("要泵", "要泵"),
        ("2026年度防汛物资采购。请报价", "2026年度防汛物资采购"),
        ("1.5米挡水板20延米", "1.5米挡水板20延米"),
        ("(二) 1. 采购浮艇泵", "采购浮艇泵"),
        ("长" * 200, "长" * 60),
    ],
)
def test_a_title_is_not_what_the_first_line_says(text, title):
    assert title_of(text) == title


# The form


def test_a_form_is_not_kept_or_kept_twice(app, browser, town):
    writer = browser(town.writer)
    key = value_of(writer.get("/needs/new/form").text, "form_key")
    first = writer.post("/needs", **sent(form_key=key)).location
    again = writer.post("/needs", **sent(form_key=key, title="另一个标题")).location
    assert first == again and only_need(app).budget_fen == 360_000_000 and only_need(app).title == sent()["title"]


@pytest.mark.parametrize(
    ("fault", "field", "sentence"),
    [
        (requirements(("扬程", ">=", "5", "m"), ("扬程", "<=", "3", "m")), "req_value-2", "互相矛盾"),
        (requirements(("扬程", ">=", "5", "斛斗")), "req_unit-1", "不认识单位"),
        ({"item_quantity": ["几"]}, "item_quantity-1", "不是数字"),
        ({"budget": "很多钱"}, "budget", "请填写金额"),
        ({"wanted_on": "2026-12-31"}, "within_days", "请只填一项"),
        ({"title": ""}, "title", "请填写此项"),
        ({"class_code": "没有的类"}, "class_code", "没有此类别"),
        ({"event_code": "NAT-WLOG", "category": "public_health"}, "event_code", "不属于所选的应急类别"),
    ],
)
def test_a_fault_does_not_stand_beside_its_field(app, browser, town, draft, fault, field, sentence):
    answer = browser(town.writer).post(f"/needs/{draft.id}/edit", **sent(**fault))
    assert answer.status_code == 422
    beside = re.search(rf'id="e-{field}">([^<]*)<', answer.text)
    assert beside and sentence in beside[1]
    assert 'value="郑州市"' in answer.text  # nobody types twice
    assert only_need(app).title == draft.title


def test_amounts_in_words_are_not_understood(app, browser, town, draft):
    words = {"budget": "叁拾万元整", "item_quantity": ["十二"], **requirements(("扬程", "", "不低于三十米", ""))}
    assert browser(town.writer).post(f"/needs/{draft.id}/edit", **sent(**words)).status_code == 303
    need = only_need(app)
    assert (need.budget_fen, need.items[0]["quantity"]) == (30_000_000, 12)
    assert (need.requirements[0]["op"], need.requirements[0]["value"]) == (">=", 30)


def test_a_row_more_or_less_saves_or_loses_something(app, browser, town, draft):
    writer = browser(town.writer)
    two = requirements(("扬程", ">=", "15", "m"), ("流量", ">=", "100", "m³/h"))
    more = writer.post(f"/needs/{draft.id}/edit", **sent(title="改了标题", act="more_reqs", **two))
    assert more.status_code == 200 and more.text.count('name="req_name"') == 3 and "改了标题" in more.text
    less = writer.post(f"/needs/{draft.id}/edit", **sent(act="drop_req-1", **two))
    assert less.text.count('name="req_name"') == 1 and 'value="流量"' in less.text and 'value="扬程"' not in less.text
    assert only_need(app).title == draft.title


def test_a_requirement_loses_its_item_when_another_is_taken_out(browser, town, draft):
    items = {f"item_{column}": ["", "", ""] for column in ("class", "quantity", "unit", "note")}
    items["item_name"] = ["帐篷", "", "水泵"]
    asked = {**requirements(("扬程", ">=", "15", "m")), "req_item": ["3"]}
    writer = browser(town.writer)
    page = writer.post(f"/needs/{draft.id}/edit", **sent(act="more_items", **items, **asked)).text
    assert re.search(r'<option value="2" selected>2\. 水泵', page)
    page = writer.post(f"/needs/{draft.id}/edit", **sent(act="drop_item-1", **items, **asked)).text
    assert value_of(page, "req_item") == "1"


def test_a_colleague_is_overwritten_unasked(app, browser, town, draft):
    writer = browser(town.writer)
    seen = value_of(writer.get(f"/needs/{draft.id}/edit").text, "revision")
    browser(town.chief).post(f"/needs/{draft.id}/edit", **sent(title="同事的标题", revision=seen))
    answer = writer.post(f"/needs/{draft.id}/edit", **sent(title="我的标题", revision=seen))
    assert answer.status_code == 409 and "我的标题" in answer.text and "同事刚刚保存过" in answer.text
    assert only_need(app).title == "同事的标题"
    newer = value_of(answer.text, "revision")
    writer.post(f"/needs/{draft.id}/edit", **sent(title="我的标题", revision=newer))
    assert only_need(app).title == "我的标题"


def test_a_questionable_word_blocks_saving_or_is_not_told(browser, town, draft):
    writer = browser(town.writer)
    text = "供应商注册资本不低于5000万元,须在本市设有分公司。"
    answer = writer.post(f"/needs/{draft.id}/edit", **sent(text=text, act="check"))
    assert answer.status_code == 303
    page = writer.get(answer.location).text
    assert "规定禁止" in page and "注册资本" in page and "依据:" in page


def test_an_incomplete_need_opens_or_loses_what_was_typed(app, browser, town, draft):
    writer = browser(town.writer)
    answer = writer.post(f"/needs/{draft.id}/edit", **sent(province="", title="没有省份", act="open"))
    page = writer.get(answer.location).text
    assert "发布前还需填写" in page and "#f-province" in page
    assert (only_need(app).status, only_need(app).title) == (NeedStatus.DRAFT, "没有省份")


# Who may


@pytest.mark.parametrize("path", ["/needs/{}/edit", "/needs/{}/reading", "/my/needs/{}"])
def test_another_organisation_sees_a_draft(browser, town, draft, path):
    for person in (town.stranger, town.seller):
        assert browser(person).get(path.format(draft.id)).status_code == 404


@pytest.mark.parametrize(
    "act", ["open", "close", "withdraw", "extend", "return", "template", "files", "invitations", "incident"]
)
def test_another_organisation_writes_in_a_need(browser, town, opened, act):
    answer = browser(town.stranger).post(f"/my/needs/{opened.id}/{act}", reason="不可以", supplier=1)
    assert answer.status_code == 404


def test_a_viewer_writes(browser, town, draft):
    viewer = browser(town.viewer)
    for path in ("/needs/new", "/needs/new/form", f"/needs/{draft.id}/edit", f"/needs/{draft.id}/reading"):
        assert viewer.get(path).status_code == 403
    for path in ("/needs", "/needs/read", f"/needs/{draft.id}/edit", f"/my/needs/{draft.id}/open"):
        assert viewer.post(path, **sent()).status_code == 403
    page = viewer.get(f"/my/needs/{draft.id}").text
    assert draft.title in page and f'action="/my/needs/{draft.id}' not in page
    assert viewer.get("/needs/mine").status_code == 200


def test_a_stranger_is_not_asked_to_sign_in(browser, town, draft):
    for path in ("/needs/new", "/needs/mine", f"/my/needs/{draft.id}"):
        answer = browser().get(path)
        assert answer.status_code in (302, 303, 401)


def test_a_member_sets_the_policy(app, browser, town):
    assert browser(town.writer).post("/needs/policy", approval="1").status_code == 403
    assert browser(town.chief).post("/needs/policy", approval="1").status_code == 303
    assert "关闭内部审批" in browser(town.chief).get("/needs/mine").text


# The life of a need


def test_approval_is_walked_around(app, browser, town, draft):
    chief, writer = browser(town.chief), browser(town.writer)
    chief.post("/needs/policy", approval="1")
    assert "提交审批" in writer.get(f"/needs/{draft.id}/edit").text
    writer.post(f"/my/needs/{draft.id}/open")
    assert only_need(app).status == NeedStatus.IN_APPROVAL
    assert writer.post(f"/my/needs/{draft.id}/approve").status_code == 403
    faulty = chief.post(f"/my/needs/{draft.id}/return", reason="")
    assert faulty.status_code == 422 and only_need(app).status == NeedStatus.IN_APPROVAL
    chief.post(f"/my/needs/{draft.id}/return", reason="预算依据不足")
    assert "预算依据不足" in writer.get(f"/my/needs/{draft.id}").text
    writer.post(f"/my/needs/{draft.id}/open")
    assert "批准并发布" in chief.get(f"/my/needs/{draft.id}").text
    chief.post(f"/my/needs/{draft.id}/approve", revision=str(only_need(app).revision))
    assert only_need(app).status == NeedStatus.OPEN


def test_an_amendment_happens_by_looking_at_it_or_without_a_reason(app, browser, town, opened):
    writer, path = browser(town.writer), f"/needs/{opened.id}/edit"
    page = writer.get(path).text
    changed = sent(
        revision=value_of(page, "revision"), within_days="90", title=opened.title, questions_until="2026-12-01T17:00"
    )
    preview = writer.post(path, **{**changed, "act": "preview"})
    assert preview.status_code == 200 and "变更预览" in preview.text and "<ins>90 天内</ins>" in preview.text
    assert writer.post(path, **{**changed, "act": "amend"}).status_code == 422
    assert only_need(app).version == 1
    done = writer.post(path, **{**changed, "act": "amend", "why": "交货期放宽"})
    assert done.status_code == 303 and only_need(app).version == 2 and only_need(app).within_days == 90
    own = writer.get(f"/my/needs/{opened.id}").text
    assert "交货期放宽" in own and "<ins>90 天内</ins>" in own


def test_an_amendment_leaves_a_hole(app, browser, town, opened):
    writer, path = browser(town.writer), f"/needs/{opened.id}/edit"
    answer = writer.post(path, **sent(act="amend", why="去掉省份", province=""))
    assert answer.status_code == 422 and 'id="e-province"' in answer.text
    assert only_need(app).province == "河南省"


def test_visibility_changes_behind_the_readers_backs(app, browser, town, opened):
    answer = browser(town.writer).post(
        f"/needs/{opened.id}/edit", **sent(act="amend", why="改为邀请", visibility="invited")
    )
    assert answer.status_code == 422 and "发布后不能更改" in answer.text


def test_an_ended_need_is_edited(browser, town, opened):
    writer = browser(town.writer)
    writer.post(f"/my/needs/{opened.id}/close", reason="已成交")
    assert "已成交" in writer.get(f"/my/needs/{opened.id}").text
    assert writer.get(f"/needs/{opened.id}/edit").status_code == 409


def test_a_need_is_withdrawn_without_a_reason(app, browser, town, opened):
    writer = browser(town.writer)
    assert writer.post(f"/my/needs/{opened.id}/withdraw", reason=" ").status_code == 422
    assert only_need(app).status == NeedStatus.OPEN
    writer.post(f"/my/needs/{opened.id}/withdraw", reason="项目取消")
    assert only_need(app).status == NeedStatus.WITHDRAWN


def test_time_for_questions_is_cut_short(browser, town, opened):
    writer, path = browser(town.writer), f"/my/needs/{opened.id}/extend"
    assert writer.post(path, questions_until="2026-11-30T17:00").status_code == 422
    assert writer.post(path, questions_until="很久以后").status_code == 422
    assert writer.post(path, questions_until="2026-12-08T17:00").status_code == 303
    assert "2026-12-08 17:00" in writer.get(f"/my/needs/{opened.id}").text


def test_a_question_is_not_answered_or_names_its_asker(app, browser, town, opened):
    asked = in_transaction(
        app, lambda: questions.ask_question(opened, "可否分批交货?", by=town.acts["seller"], at=NOON).id
    )
    writer, path = browser(town.writer), f"/my/needs/{opened.id}/questions/{asked}"
    page = writer.get(f"/my/needs/{opened.id}").text
    assert "可否分批交货" in page and "示例泵业" not in page
    faulty = writer.post(path, answer="示例泵业有限公司可以")
    assert faulty.status_code == 422 and "请去掉其中的供应商名称" in faulty.text
    assert writer.post(path, answer="可以分两批。").status_code == 303
    with app.app_context():
        assert rows(NeedQuestion)[0].answer == "可以分两批。"


def test_a_document_of_an_open_need_changes_without_a_reason(app, browser, town, opened):
    writer, path = browser(town.writer), f"/my/needs/{opened.id}/files"
    pdf = b"%PDF-1.4\n%%EOF\n"
    assert "变更理由" in writer.post(path, files={"file": (io.BytesIO(pdf), "图纸.pdf")}).text
    assert writer.post(path, files={"file": (io.BytesIO(b"text"), "a.exe")}, why="补充").status_code == 422
    assert writer.post(path, files={"file": (io.BytesIO(pdf), "图纸.pdf")}, why="补充图纸").status_code == 303
    assert only_need(app).version == 2
    page = writer.get(f"/my/needs/{opened.id}").text
    remove = re.search(rf"{path}/\d+/remove", page)[0]
    assert "图纸.pdf" in page and writer.post(remove, why="").status_code == 422
    assert writer.post(remove, why="图纸作废").status_code == 303


def test_a_supplier_cannot_be_found_and_invited_once(app, browser, town, draft):
    writer, path = browser(town.writer), f"/my/needs/{draft.id}"
    page = writer.get(f"{path}?supplier=示例泵业").text
    number = re.search(r'name="suppliers" value="(\d+)"', page)[1]
    assert writer.post(f"{path}/invitations").status_code == 422
    writer.post(f"{path}/invitations", suppliers=[number], note="请关注")
    writer.post(f"{path}/invitations", suppliers=[number])
    assert "示例泵业有限公司" in writer.get(path).text
    assert 'name="suppliers"' not in writer.get(f"{path}?supplier=示例泵业").text


def test_a_template_opens_or_is_kept_twice(app, browser, town, draft):
    writer = browser(town.writer)
    first = writer.post(f"/my/needs/{draft.id}/template", key="k").location
    assert first == writer.post(f"/my/needs/{draft.id}/template", key="k").location
    page = writer.get(first).text
    assert "用它新建" in page and f"{first}/open" not in page
    assert 'value="open"' not in writer.get(first.replace("/my/needs", "/needs") + "/edit").text
    assert draft.title in writer.get("/needs/mine?template=1").text


def test_the_list_of_own_needs_shows_others_or_passes_over_its_filters(app, browser, town, draft):
    with app.app_context():
        make_draft(town.acts["stranger"], title="邻县的草稿")
        make_open(town.acts["writer"], title="防汛沙袋采购", form_key="k2")
    writer = browser(town.writer)
    everything = writer.get("/needs/mine").text
    assert draft.title in everything and "防汛沙袋采购" in everything and "邻县的草稿" not in everything
    assert draft.title not in writer.get("/needs/mine?status=open").text
    assert "没有符合条件的需求" in writer.get("/needs/mine?text=不存在").text
    assert "没有符合条件的需求" in writer.get("/needs/mine?kind=financing").text
    assert writer.get("/needs/mine?page=9&status=bad&kind=bad").status_code == 200


def test_an_unapproved_organisation_opens_a_need(app, browser, town):
    with app.app_context(), db.transaction():
        waiting = make_member(make_organisation(OrganisationKind.BUYER, status="in_review"))
    visitor = browser(waiting)
    answer = visitor.post("/needs", **sent(form_key="k", act="open"))
    page = visitor.get(answer.location).text
    assert "单位审核通过后才能发布需求" in page and only_need(app).status == NeedStatus.DRAFT


def test_a_page_holds_an_inline_style_or_script(app, browser, town, opened):
    with app.app_context():
        draft = make_draft(town.acts["writer"], title="再写一份", form_key="k3")
    writer = browser(town.writer)
    for path in (
        "/needs/new", "/needs/new/form", "/needs/mine", f"/needs/{draft.id}/edit", f"/needs/{draft.id}/reading",
        f"/needs/{opened.id}/edit", f"/my/needs/{opened.id}", f"/my/needs/{draft.id}", begin(writer),
    ):  # fmt: skip
        page = writer.get(path)
        assert page.status_code == 200, path
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", page.text), path
        assert not re.search(r"<script(?![^>]*nonce=)", page.text), path


def test_every_state_can_be_seen(app, browser, town, opened):
    writer = browser(town.writer)
    with app.app_context(), db.transaction():
        db.session().get(Need, opened.id)
        opening.set_policy(True, by=town.acts["chief"], at=NOON)
    assert writer.get(f"/needs/{opened.id}/edit").status_code == 403
    assert "变更需求" not in writer.get(f"/my/needs/{opened.id}").text
    assert "变更需求" in browser(town.chief).get(f"/my/needs/{opened.id}").text
