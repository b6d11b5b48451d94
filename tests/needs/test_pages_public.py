"""Pages of needs for others than their owner: who sees what, asking and following, filters, and what a title may hold."""

from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import OrganisationKind, Role, User
from marketplace.kit import clock, db
from marketplace.needs import amending, attachments, invitations, opening, questions
from marketplace.needs.models import NeedFollower, NeedQuestion, NeedStatus, NeedVersion
from tests.conftest import NOON
from tests.needs.worlds import make_draft, make_open, make_world, member, need_form, rows, stored

pytestmark = pytest.mark.usefixtures("context", "at_noon")
QUESTION = "是否接受进口底盘?"
INVITED = {"title": "定向邀请的排水车", "visibility": "invited"}


@pytest.fixture
def world():
    return make_world(3)


@pytest.fixture
def visit(browser):
    """`visit(actor)` is a browser signed in as that person; `visit(None)` a stranger's."""
    known = {}

    def enter(actor):
        key = actor.user_id if actor else None
        if key not in known:
            with db.reading() as session:
                user = session.get(User, key) if key else None
            known[key] = browser(user)
            if actor and actor.kind == OrganisationKind.OPERATOR:
                with db.transaction() as session:  # operators work with one-time codes set up
                    session.get(User, key).totp_secret = "SECRET"
        return known[key]

    return enter


def make_invited(world):
    row = make_draft(world.writer, **INVITED)
    with db.transaction():
        need = stored(row)
        invitations.invite(need, [world.suppliers[0].id], "请看能否满足", by=world.writer, at=NOON)
        opening.open_need(need, by=world.writer, at=NOON)
    return row


def end(row, world, how):
    with db.transaction():
        if how == NeedStatus.CLOSED:
            amending.close_need(stored(row), "已签约", by=world.writer, at=NOON)
        elif how == NeedStatus.WITHDRAWN:
            amending.withdraw_need(stored(row), "预算取消", by=world.writer, at=NOON)
    return row


def statuses(visit, world, row):
    readers = {
        "stranger": None, "owner": world.viewer, "supplier": world.sells[0], "other supplier": world.sells[1],
        "other buyer": world.other, "operator": world.operator,
    }  # fmt: skip
    return {name: visit(actor).get(f"/needs/{row.id}").status_code for name, actor in readers.items()}


def test_somebody_reads_a_need_that_is_not_for_him_or_not_one_that_is(visit, world):
    all_but_owner_404 = {
        "stranger": 404, "owner": 200, "supplier": 404, "other supplier": 404, "other buyer": 404, "operator": 404,
    }  # fmt: skip
    everybody = dict.fromkeys(all_but_owner_404, 200)
    invited = all_but_owner_404 | {"supplier": 200, "operator": 200}
    draft = make_draft(world.writer, title="尚未发布的需求")
    assert statuses(visit, world, draft) == all_but_owner_404
    for status in (NeedStatus.OPEN, NeedStatus.CLOSED, NeedStatus.WITHDRAWN):
        row = end(make_open(world.writer, title=f"公开的需求 {status}"), world, status)
        assert statuses(visit, world, row) == everybody, status
    row = make_invited(world)
    assert statuses(visit, world, row) == invited
    end(row, world, NeedStatus.WITHDRAWN)
    assert statuses(visit, world, row) == invited
    assert statuses(visit, world, end(draft, world, NeedStatus.WITHDRAWN)) == all_but_owner_404


def test_the_hall_lists_what_is_not_open_to_everybody(visit, world):
    make_draft(world.writer, title="藏着的草稿")
    make_invited(world)
    end(make_open(world.writer, title="已经结束的需求"), world, NeedStatus.CLOSED)
    make_open(world.writer, title="公开征集的需求")
    for actor in (None, world.chief, world.sells[0], world.operator):
        text = visit(actor).get("/needs").text
        assert "公开征集的需求" in text and "¥360万" in text and "提问" in text
        assert not any(title in text for title in ("藏着的草稿", INVITED["title"], "已经结束的需求"))


def test_a_need_page_leaves_out_what_a_supplier_must_know(visit, world):
    row = make_open(
        world.writer, exclusions="二手设备\n拖车式", place="东区仓库", questions_until="2026-11-30T17:00",
        field_code="urban_safety",
    )  # fmt: skip
    text = visit(world.sells[0]).get(f"/needs/{row.id}").text
    for words in (
        "大流量排水抢险车", "2 辆", "≥ 3,000 m³/h", "★ 必须满足", "▲ 重要,评分", "二手设备", "拖车式", "河南省 郑州市",
        "东区仓库", "签约后 120 天内", "¥3,600,000", "2026-11-30 17:00", "测试市应急管理局", row.number, "第 1 版",
    ):  # fmt: skip
        assert words in text, words


def test_an_ended_need_does_not_say_so_and_why(visit, world):
    withdrawn = end(make_open(world.writer, title="撤回的"), world, NeedStatus.WITHDRAWN)
    text = visit(None).get(f"/needs/{withdrawn.id}").text
    assert "撤回。" in text and "预算取消" in text
    closed = end(make_open(world.writer, title="结束的"), world, NeedStatus.CLOSED)
    text = visit(world.sells[0]).get(f"/needs/{closed.id}").text
    assert "结束。" in text and "已签约" in text and "/questions" not in text


def test_a_change_is_shown_without_what_and_why_or_the_old_version_is_lost(visit, world):
    row = make_open(world.writer, text="交货到东区仓库,含培训两次。")
    with db.transaction():
        form = need_form(text="交货到西区仓库,含培训两次。", budget="380万元")
        amending.amend_need(stored(row), form, "仓库迁址", by=world.writer, at=NOON)
    text = visit(None).get(f"/needs/{row.id}").text
    assert "仓库迁址" in text and "¥3,600,000" in text and "¥3,800,000" in text
    before = visit(None).get(f"/needs/{row.id}/versions/1")
    assert before.status_code == 200 and "东区仓库" in before.text and "查看当前内容" in before.text
    assert visit(None).get(f"/needs/{row.id}/versions/3").status_code == 404
    hidden = make_invited(world)
    assert visit(world.sells[1]).get(f"/needs/{hidden.id}/versions/1").status_code == 404
    assert visit(world.sells[0]).get(f"/needs/{hidden.id}/versions/1").status_code == 200
    assert len(rows(NeedVersion, NeedVersion.need_id == row.id)) == 2


def test_an_attachment_reaches_who_may_not_read_its_need(visit, world):
    row, pdf = make_invited(world), b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    with db.transaction():
        upload = FileStorage(BytesIO(pdf), "图纸.pdf", content_type="application/pdf")
        attachments.attach_file(stored(row), upload, "图纸", by=world.writer, at=NOON, why="补充图纸")
    page = visit(world.sells[0]).get(f"/needs/{row.id}").text
    link = page.split(f'href="/needs/{row.id}/files/')[1].split('"')[0]
    answers = {actor: visit(actor).get(f"/needs/{row.id}/files/{link}") for actor in (*world.sells[:2], None)}
    assert [answer.status_code for answer in answers.values()] == [200, 404, 404]
    found = answers[world.sells[0]]
    assert found.data == pdf and found.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in found.headers["Cache-Control"]
    other = make_open(world.writer, title="别的公开需求")
    assert visit(None).get(f"/needs/{other.id}/files/{link}").status_code == 404


def test_the_askers_name_is_shown_to_others(visit, world):
    row, name = make_open(world.writer), world.suppliers[0].name
    asked = visit(world.sells[0]).post(f"/needs/{row.id}/questions", text=QUESTION)
    assert asked.status_code == 303 and asked.location.endswith(f"/needs/{row.id}#questions")
    seen = {a: visit(a).get(f"/needs/{row.id}").text for a in (world.sells[1], world.viewer, world.operator, None)}
    assert [QUESTION in text for text in seen.values()] == [False, True, True, False]
    with db.transaction():
        question = db.session().get(NeedQuestion, rows(NeedQuestion)[0].id)
        questions.answer_question(stored(row), question, "不接受。", by=world.writer, at=NOON)
    for actor in (world.sells[1], world.viewer, world.operator, None):
        text = visit(actor).get(f"/needs/{row.id}").text
        assert QUESTION in text and "不接受。" in text and name not in text.replace(_head(text), "")
    assert "本单位提问" in visit(world.sells[0]).get(f"/needs/{row.id}").text


def _head(text):
    """The page's own head, where everybody reads the name of his own organisation."""
    return text.split("</header>")[0]


def test_a_question_is_taken_from_the_cut_off_on(visit, world):
    row = make_open(world.writer, questions_until="2026-11-23T17:00")
    assert 'name="text"' in visit(world.sells[0]).get(f"/needs/{row.id}").text
    with clock.set_clock(NOON + timedelta(hours=5)):
        page = visit(world.sells[1]).get(f"/needs/{row.id}").text
        assert "提问已于 2026-11-23 17:00 截止" in page and 'name="text"' not in page
        late = visit(world.sells[1]).post(f"/needs/{row.id}/questions", text=QUESTION)
        assert late.status_code == 409 and "截止" in late.text
    assert rows(NeedQuestion) == []


def test_somebody_may_ask_who_may_not_and_is_not_told_why(visit, world):
    row = make_open(world.writer)
    viewer = member(world.suppliers[0], Role.VIEWER)
    url = f"/needs/{row.id}/questions"
    assert "登录供应单位账号后可以提问" in visit(None).get(f"/needs/{row.id}").text
    assert visit(None).post(url, text=QUESTION).status_code in (302, 303, 401)
    assert "由供应单位提问" in visit(world.other).get(f"/needs/{row.id}").text
    assert visit(world.other).post(url, text=QUESTION).status_code == 403
    assert visit(world.writer).post(url, text=QUESTION).status_code == 403
    browser = visit(type(world.viewer)(viewer.id))
    assert "只有查看权限" in browser.get(f"/needs/{row.id}").text
    assert browser.post(url, text=QUESTION).status_code == 403
    hidden = make_invited(world)
    assert visit(world.sells[1]).post(f"/needs/{hidden.id}/questions", text=QUESTION).status_code == 404
    assert rows(NeedQuestion) == []


def test_a_faulty_question_loses_what_was_typed_or_names_the_asker(visit, world):
    row, seller = make_open(world.writer), visit(world.sells[0])
    named = seller.post(f"/needs/{row.id}/questions", text=f"我们{world.suppliers[0].name}能做吗?")
    assert named.status_code == 422 and "能做吗?" in named.text and "请去掉其中的供应商名称" in named.text
    assert seller.post(f"/needs/{row.id}/questions", text=" ").status_code == 422
    for _n in range(2):
        assert seller.post(f"/needs/{row.id}/questions", text=QUESTION).status_code == 303
    assert len(rows(NeedQuestion)) == 1


def test_following_twice_follows_twice_or_cannot_be_undone(visit, world):
    row, buyer = make_open(world.writer), visit(world.other)
    for _n in range(2):
        assert buyer.post(f"/needs/{row.id}/follow").status_code == 303
    assert [f.organisation_id for f in rows(NeedFollower)] == [world.other.organisation_id]
    assert "取消关注" in buyer.get(f"/needs/{row.id}").text
    for _n in range(2):
        assert buyer.post(f"/needs/{row.id}/unfollow", next="/needs").location == "/needs"
    assert rows(NeedFollower) == []
    assert visit(world.operator).post(f"/needs/{row.id}/follow").status_code == 403
    assert visit(world.writer).post(f"/needs/{row.id}/follow").status_code == 409
    assert visit(world.sells[1]).post(f"/needs/{make_invited(world).id}/follow").status_code == 404


def test_a_suppliers_list_misses_an_invitation_or_shows_anothers(visit, world):
    row = make_invited(world)
    own = visit(world.sells[0]).get("/my/invited-needs")
    assert INVITED["title"] in own.text and "请看能否满足" in own.text and "受邀 (1)" in own.text
    assert "邀请贵单位关注需求" in own.text, "what is new is not told"
    other = visit(world.sells[1]).get("/my/invited-needs").text
    assert INVITED["title"] not in other and "还没有收到邀请" in other
    visit(world.sells[0]).post(f"/needs/{row.id}/unfollow")
    assert "还没有关注的需求" in visit(world.sells[0]).get("/my/invited-needs?tab=followed").text
    public = make_open(world.writer, title="公开征集的需求")
    visit(world.sells[1]).post(f"/needs/{public.id}/follow")
    assert "公开征集的需求" in visit(world.sells[1]).get("/my/invited-needs?tab=followed").text
    assert visit(world.chief).get("/my/invited-needs").status_code == 403
    assert 'href="/my/invited-needs"' in visit(world.sells[0]).get("/desk").text


def test_a_filter_lets_through_what_it_should_not(visit, world):
    make_open(world.writer, title="河南的排水车")
    make_open(
        world.writer, title="江苏的检测仪租赁", text="用于检修期间的临时租用。", province="江苏省", city="南京市",
        mode="operating_lease", event_code="", category="accident_disaster", class_code="", field_code="mining",
        **{"items": [{"name": "检测仪", "quantity": "3", "unit": "台", "class": ""}], "requirements": []},
    )  # fmt: skip
    for query, drains, measures in (
        ("", 1, 1), ("text=排水", 1, 0), ("text=检修", 0, 1), ("province=江苏省", 0, 1), ("mode=purchase", 1, 0),
        ("category=accident_disaster", 0, 1), ("field_code=mining", 0, 1), ("kind=supply", 1, 1),
        ("kind=technology", 0, 0), ("class_code=3.4", 1, 0), ("class_code=3.4.6.01", 1, 0), ("class_code=1", 0, 0),
        ("province=江苏省&mode=purchase", 0, 0),
    ):  # fmt: skip
        text = visit(None).get(f"/needs?{query}").text
        assert ("河南的排水车" in text, "江苏的检测仪租赁" in text) == (bool(drains), bool(measures)), query


@pytest.mark.parametrize("name", ["province", "mode", "kind", "category", "field_code", "class_code", "event_code"])
@pytest.mark.parametrize("value", ["nothing", "' OR 1=1 --", "%", "3.4.6.01.99", "<script>"])
def test_a_filter_nobody_knows_breaks_the_page_or_hides_everything(visit, world, name, value):
    make_open(world.writer, title="公开征集的需求")
    answer = visit(None).get("/needs", query_string={name: value, "page": "x"})
    assert answer.status_code == 200 and "公开征集的需求" in answer.text and "无法识别" in answer.text
    assert "<script>alert" not in answer.text and 'value="<script>' not in answer.text


def test_an_empty_hall_or_a_page_too_far_says_nothing(visit, world):
    assert "目前没有公开征集的需求" in visit(None).get("/needs").text
    make_open(world.writer)
    assert "没有符合全部条件的需求" in visit(None).get("/needs?text=zzzz").text
    assert "回到第一页" in visit(None).get("/needs?page=9").text
    assert visit(None).get("/needs/999999").status_code == visit(None).get("/needs/99999999999").status_code == 404


def test_a_title_becomes_markup_or_a_page_holds_inline_code(visit, world):
    nasty = "<img src=x onerror=alert(1)>\"'<script>alert(2)</script>"
    row = make_open(
        world.writer, form_key="nasty", title=nasty, text=nasty, exclusions=nasty,
        **{"items": [{"name": nasty, "quantity": "1", "unit": "台", "class": "", "note": nasty}],
           "requirements": [{"name": nasty, "value": f"材质{nasty}", "op": "has", "level": "hard"}]},
    )  # fmt: skip
    with db.transaction():
        questions.ask_question(stored(row), nasty, by=world.sells[0], at=NOON)
        amending.amend_need(
            stored(row), need_form(title="无害的标题", text=nasty), f"因为{nasty}", by=world.writer, at=NOON
        )
    for actor in (None, world.writer, world.sells[0]):
        for url in ("/needs", f"/needs/{row.id}", f"/needs/{row.id}/versions/1", f"/needs?text={nasty}"):
            text = visit(actor).get(url).text
            assert "<img src=x" not in text and "<script>alert" not in text
            assert " style=" not in text and " onerror=alert(1)>" not in text.replace("&gt;", "")


def test_a_page_leads_strangers_past_the_top_navigation(visit):
    assert 'href="/needs"' in visit(None).get("/needs").text


def test_a_need_is_not_found_by_its_number_or_by_what_closes_soon(world, visit):
    soon = make_open(world.writer, title="三天内截止的水泵", questions_until="2026-11-25T12:00")
    late = make_open(world.writer, title="月底截止的帐篷", questions_until="2026-12-20T12:00")
    always = make_open(world.writer, title="一直可以提问的灯塔", questions_until="")
    stranger = visit(None)
    found = stranger.get(f"/needs?text={late.number}").text
    assert late.title in found and soon.title not in found
    closing = stranger.get("/needs?closing=3").text
    assert soon.title in closing and late.title not in closing and always.title not in closing
    assert late.title not in stranger.get("/needs?closing=14").text
    assert late.title in stranger.get("/needs?closing=99").text  # what nobody knows is passed over


def test_an_own_need_does_not_lead_to_its_matches(world, visit):
    need = make_open(world.writer, title="要看匹配的水泵")
    own = visit(world.writer)
    address = f"/my/needs/{need.id}/matches"
    assert f'href="{address}"' in own.get(f"/my/needs/{need.id}").text
    assert own.get(address).status_code == 200
