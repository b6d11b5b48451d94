"""The pages, walked as people walk them."""

import io
import re

import pytest

from marketplace.accounts.models import User
from marketplace.kit import db
from marketplace.procurement import contents, queries
from marketplace.procurement.models import (
    Participant,
    Procurement,
    ProcurementAmendment,
    ProcurementQuestion,
    ProcurementStatus,
    Visibility,
)
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD
from tests.procurement.worlds import (
    deadline,
    edit,
    make_draft,
    make_published,
    make_world,
    rows,
    stored_now,
)

pytestmark = pytest.mark.usefixtures("context", "at_noon")
SECTIONS = ("head", "lots", "lots/1", "terms", "files", "times", "officers", "invitations")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def as_(world, browser, actor):
    return browser(world.people[actor.user_id].email)


def seen(page, name="seen"):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def content(row):
    with db.reading():
        return contents.being_edited(queries.procurement(row.id))


def test_a_draft_cannot_be_begun_filled_and_published_without_script(browser):
    world = make_world()
    chief = as_(world, browser, world.chief)
    page = chief.get("/procurements/new")
    key = seen(page, "form_key")
    told = {"form_key": key, "source": "nothing", "title": "橡皮艇采购", "procedure": "formal_rfq"}
    assert chief.post("/procurements", **told).headers["Location"].endswith("/edit/head")
    chief.post("/procurements", **told)
    (row,) = rows(Procurement)
    at = f"/procurements/{row.id}"
    head = chief.post(
        f"{at}/edit/head", seen=seen(chief.get(f"{at}/edit/head")), title="橡皮艇采购", text="防汛用", province="河南省",
        visibility="invited", budget="30万元", budget_public="1", category="natural_disaster",
    )  # fmt: skip
    assert head.headers["Location"].endswith("/edit/lots")
    lot = {
        "title": "橡皮艇", "item_name": ["橡皮艇", "船外机"], "item_class": ["", ""], "item_quantity": ["10", "10台"],
        "item_unit": ["艘", ""], "item_note": ["", ""], "req_name": ["质保期", "额定功率"], "req_op": [">=", ">="],
        "req_value": ["24", "15"], "req_high": ["", ""], "req_unit": ["月", "kW"], "req_level": ["hard", "scored"],
        "req_item": ["", "2"], "req_words": ["", ""],
    }  # fmt: skip
    more = chief.post(f"{at}/edit/lots/1", **lot, act="more_reqs")
    assert more.status_code == 200 and more.text.count('name="req_name"') == 3 and content(row).lots[0].items == []
    assert chief.post(f"{at}/edit/lots/1", **lot, act="done").status_code == 303
    first, second = content(row).lots[0].items
    assert [len(item["requirements"]) for item in (first, second)] == [1, 2]
    shown = chief.get(f"{at}/edit/lots/1")
    assert shown.text.count('name="req_name"') == 2  # what all items ask stands once
    for name in SECTIONS:
        assert chief.get(f"{at}/edit/{name}").status_code == 200, name
    upload = {"file": (io.BytesIO(PDF), "规格书.pdf")}
    assert chief.post(f"{at}/edit/files", files=upload, title="规格书").status_code == 303
    chief.post(f"{at}/edit/invitations", suppliers=[str(org.id) for org in world.suppliers[:3]], note="长期供应")
    for actor in (world.chief, world.second):
        chief.post(f"{at}/edit/officers", user_id=str(actor.user_id))
        officer = as_(world, browser, actor)
        assert "橡皮艇采购" in officer.get("/my/appointments").text
        assert officer.post(f"/my/appointments/{row.id}", password="wrong").status_code == 422
        assert officer.post(f"/my/appointments/{row.id}", password=PASSWORD).status_code == 303
    assert "内容已齐全" in chief.get(f"{at}/check").text
    assert chief.post(f"{at}/publish").status_code == 303
    assert stored_now(row).status == ProcurementStatus.PUBLISHED
    token = content(row).files and re.search(r"/files/([\w-]+)", chief.get(f"/tenders/{row.id}").text)[1]
    assert as_(world, browser, world.sells[0]).get(f"/tenders/{row.id}/files/{token}").data == PDF
    assert as_(world, browser, world.sells[3]).get(f"/tenders/{row.id}/files/{token}").status_code == 404


def test_an_incomplete_draft_is_published_by_its_address(browser):
    world = make_world()
    row = make_draft(world, confirmed=0, invited=0)
    page = as_(world, browser, world.chief).post(f"/procurements/{row.id}/publish")
    assert page.status_code == 422 and "还有 2 处需要补充" in page.text
    assert stored_now(row).status == ProcurementStatus.DRAFT


def test_a_deadline_too_early_is_saved_or_refused_without_the_rule(browser):
    world = make_world()
    row = make_draft(world)
    before = deadline(row)
    chief = as_(world, browser, world.chief)
    page = chief.post(
        f"/procurements/{row.id}/edit/times", quotes_until="2026-11-24T17:00", opens_at="", questions_until=""
    )
    assert page.status_code == 422 and "财政部令第74号第45条" in page.text and 'value="2026-11-24T17:00"' in page.text
    assert deadline(row) == before
    chief.post(
        f"/procurements/{row.id}/edit/times",
        quotes_until="2026-12-06T10:00",
        opens_at="",
        questions_until="",
        act="stay",
    )
    assert "不是工作日" in chief.get(f"/procurements/{row.id}/edit/times").text


def test_two_colleagues_overwrite_each_other(browser):
    world = make_world()
    row = make_draft(world)
    chief = as_(world, browser, world.chief)
    mark = seen(chief.get(f"/procurements/{row.id}/edit/terms"))
    edit(row, world.second, payment_terms="货到付款。")
    told = {
        "arrangements": "purchase",
        "period_months": "1",
        "payment_terms": "分期。",
        "acceptance_terms": "到货验收。",
    }
    page = chief.post(f"/procurements/{row.id}/edit/terms", seen=mark, **told)
    assert page.status_code == 409 and "分期。" in page.text and content(row).payment_terms == "货到付款。"
    chief.post(f"/procurements/{row.id}/edit/terms", seen=seen(page), **told)
    assert content(row).payment_terms == "分期。"


def test_criteria_typed_wrong_are_lost(browser):
    world = make_world()
    row = make_draft(world, "consultation")
    chief = as_(world, browser, world.chief)
    page = chief.post(
        f"/procurements/{row.id}/edit/criteria",
        price_points="40",
        crit_name=["技术", ""],
        crit_points=["许多", ""],
        crit_how=["打分", ""],
    )
    assert page.status_code == 422 and 'value="许多"' in page.text
    chief.post(
        f"/procurements/{row.id}/edit/criteria",
        price_points="40",
        crit_name=["技术"],
        crit_points=["50"],
        crit_how=["打分"],
        act="stay",
    )
    assert "合计 90 分" in chief.get(f"/procurements/{row.id}/edit/criteria").text


def test_a_running_procurement_changes_before_the_amendment_is_told(browser):
    world = make_world()
    row = make_published(world)
    chief, supplier = as_(world, browser, world.chief), as_(world, browser, world.sells[0])
    at = f"/procurements/{row.id}"
    mark = seen(chief.get(f"{at}/edit/head"))
    head = {"title": "排水抢险车采购(更正)", "province": "河南省", "visibility": "invited", "budget_public": "1"}
    assert chief.post(f"{at}/edit/head", seen=mark, act="check", **head).headers["Location"].endswith("/amendment")
    assert "更正" not in supplier.get(f"/tenders/{row.id}").text
    page = chief.get(f"{at}/amendment")
    assert "<ins>排水抢险车采购(更正)</ins>" in page.text
    assert chief.post(f"{at}/amendment", why="").status_code == 422
    assert chief.post(f"{at}/amendment", why="名称有误").status_code == 303
    assert "排水抢险车采购(更正)" in supplier.get(f"/tenders/{row.id}").text
    assert "更正" not in supplier.get(f"/tenders/{row.id}/versions/1").text.split("versions")[0]
    edit(row, world.chief, text="x" * 30)
    assert chief.post(f"{at}/amendment/discard").status_code == 303 and rows(ProcurementAmendment) == []
    for name in ("", "/edit/officers", "/edit/invitations", "/edit/times"):
        assert chief.get(f"{at}{name}").status_code == 200
    assert chief.post(f"{at}/extend", quotes_until="2026-11-20T17:00", why="来不及").status_code == 422
    assert chief.post(f"{at}/extend", quotes_until="2026-12-03T17:00", why="来不及").status_code == 303


def test_a_supplier_cannot_find_register_for_or_ask_about_a_procurement(browser):
    world = make_world()
    invited = make_published(world)
    public = make_published(world, "negotiation", visibility=Visibility.PUBLIC, invited=0)
    stranger, first, last = browser(), as_(world, browser, world.sells[0]), as_(world, browser, world.sells[3])
    assert f'/tenders/{invited.id}"' not in stranger.get("/tenders").text
    assert f'/tenders/{public.id}"' in stranger.get("/tenders").text
    hall = first.get("/tenders").text
    assert hall.index(f'/tenders/{invited.id}"') < hall.index(f'/tenders/{public.id}"')
    assert "登录后登记参与" in stranger.get(f"/tenders/{public.id}").text
    assert last.get(f"/tenders/{invited.id}").status_code == 404
    for page in (first.get(f"/tenders/{invited.id}"), last.get(f"/tenders/{public.id}")):
        assert "登记参与</button>" in page.text and 'name="text"' in page.text
    last.post(f"/tenders/{public.id}/register")
    assert "已登记参与" in last.get(f"/tenders/{public.id}").text and len(rows(Participant)) == 1
    assert last.post(f"/tenders/{invited.id}/register").status_code == 404
    last.post(f"/tenders/{public.id}/questions", text="能否分批交付?")
    (question,) = rows(ProcurementQuestion)
    chief = as_(world, browser, world.chief)
    assert "能否分批交付?" in chief.get(f"/procurements/{public.id}").text
    assert "有 1 个提问等待答复" in chief.get("/procurements").text
    faulty = chief.post(f"/procurements/{public.id}/questions/{question.id}", answer=f"{world.suppliers[1].name}可以")
    assert faulty.status_code == 422
    chief.post(f"/procurements/{public.id}/questions/{question.id}", answer="可以分两批。", public_text="可否分批?")
    assert "可否分批?" in first.get(f"/tenders/{public.id}").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("class_code=3.4.6", True), ("class_code=3.4.6.01", True), ("class_code=1.1", False),
        ("province=河南省", True), ("province=江苏省", False), ("procedure=formal_rfq", True),
        ("procedure=consultation", False), ("closing=open", True), ("closing=soon", False), ("closing=over", False), ("text=抢险", True),
        ("text=口罩", False), ("field_code=mining", False), ("category=nonsense", True),
    ],
)  # fmt: skip
def test_a_filter_of_the_hall_shows_what_it_should_not(browser, query, found):
    world = make_world()
    row = make_published(world, visibility=Visibility.PUBLIC)
    assert (f'/tenders/{row.id}"' in browser().get(f"/tenders?{query}").text) is found


def test_the_hall_shows_what_has_ended_among_what_runs(browser):
    world = make_world()
    row = make_published(world, visibility=Visibility.PUBLIC)
    assert as_(world, browser, world.chief).post(f"/procurements/{row.id}/cancel", reason="预算取消").status_code == 303
    assert f'/tenders/{row.id}"' not in browser().get("/tenders").text
    assert f'/tenders/{row.id}"' in browser().get("/tenders?closing=over").text


def test_an_ended_opening_stands_above_one_to_come(browser):
    world = make_world()
    coming, ended = make_published(world), make_published(world, "negotiation")
    chief = as_(world, browser, world.chief)
    assert "已开启或结束的" not in chief.get("/my/appointments").text
    chief.post(f"/procurements/{ended.id}/cancel", reason="预算取消")
    page = chief.get("/my/appointments").text
    assert page.index(f'id="p-{coming.id}"') < page.index("已开启或结束的 1 项") < page.index(f'id="p-{ended.id}"')


def test_an_award_is_left_living_by_the_buyers_page(browser):
    world = make_world()
    row = make_published(world)
    with db.transaction() as session:
        held = session.get(Procurement, row.id)
        held.status, held.objections_until = ProcurementStatus.AWARDED, NOON
    chief = as_(world, browser, world.chief)
    page = chief.get(f"/procurements/{row.id}").text
    assert f"/procurements/{row.id}/cancel" not in page and "签订合同" not in page and "合同与交付见合同页" in page
    for deed in ("cancel", "fail"):
        answer = chief.post(f"/procurements/{row.id}/{deed}", reason="预算取消")
        assert answer.headers["Location"].endswith(f"/procurements/{row.id}/evaluation")
    assert rows(Procurement)[0].status == ProcurementStatus.AWARDED


def test_an_unpublished_draft_asks_for_answers(browser):
    world = make_world()
    draft, live = make_draft(world), make_published(world)
    chief = as_(world, browser, world.chief)
    for path in ("/procurements", "/tenders"):
        assert 'id="questions"' not in chief.get(f"{path}/{draft.id}").text
        assert 'id="questions"' in chief.get(f"{path}/{live.id}").text


def test_somebody_elses_procurement_answers_unlike_an_absent_one(browser):
    world = make_world()
    row = make_published(world)
    stranger = browser(world_email(world.other))
    for path in ("", "/edit/head", "/edit/lots", "/edit/files", "/edit/officers", "/check", "/amendment"):
        assert stranger.get(f"/procurements/{row.id}{path}").status_code == 404
    for path in ("/publish", "/cancel", "/extend", "/amendment", "/edit/officers", "/edit/invitations"):
        answer = stranger.post(
            f"/procurements/{row.id}{path}", reason="x" * 5, why="x" * 5, suppliers="1", email="a@b.example"
        )
        assert answer.status_code == 404, path
    assert stranger.post(f"/my/appointments/{row.id}", password=PASSWORD).status_code == 404


def test_a_viewer_edits(browser):
    world = make_world()
    row = make_published(world)
    viewer = as_(world, browser, world.viewer)
    page = viewer.get(f"/procurements/{row.id}")
    assert page.status_code == 200 and "变更文件" not in page.text
    assert viewer.post(f"/procurements/{row.id}/cancel", reason="不想要了").status_code == 403


def world_email(actor):
    return rows(User, User.id == actor.user_id)[0].email
