"""Pages: who may, what is shown, and what never is."""

import re
from datetime import timedelta

import pytest

from marketplace.accounts.models import OrganisationKind, OrganisationStatus, Role
from marketplace.catalog import actions as catalog
from marketplace.catalog.models import Listing
from marketplace.kit import db
from marketplace.matching import fairness, opportunities, queries, runs, why
from marketplace.matching.models import Choice, MatchChoice, MatchRow, MatchRun, Opportunity, OpportunityStatus
from marketplace.needs import amending
from marketplace.needs import queries as needs
from marketplace.needs.models import Need, NeedInvitation
from marketplace.search.port import SearchUnavailable
from tests.catalog.worlds import form
from tests.conftest import NOON
from tests.factories.accounts import make_member, make_organisation
from tests.matching.worlds import add_listing, make_world, matched, opened
from tests.needs.worlds import make_open, rows, stored

pytestmark = pytest.mark.usefixtures("context", "at_noon")
PUMP, SLOW = "LK-0", {"specs": [{"name": "额定排水流量", "value": 2800, "unit": "m³/h"}]}


def found_by(browser, world, need):
    """The buyer's page of a need that has been matched."""
    matched(need)
    page = browser(world.buyer).get(f"/my/needs/{need.id}/matches")
    assert page.status_code == 200
    return page.text


def told(need):
    """Commit the opportunities of a need's newest runs; the first of them."""
    with db.transaction():
        opportunities.tell_of_need(stored(need), list(queries.latest_runs(need.id).values()), at=NOON)
    return rows(Opportunity)[0]


def test_a_buyer_matches_by_page_twice_with_one_click(browser):
    world = make_world(1)
    need, buyer = opened(world), browser(world.buyer)
    url = f"/my/needs/{need.id}/matches"
    assert "开始匹配" in buyer.get(url).text and rows(MatchRun) == []
    assert buyer.post(url, seen="").location == url and len(rows(MatchRun)) == 1
    buyer.post(url, seen="")
    assert len(rows(MatchRun)) == 1
    buyer.post(url, seen=str(rows(MatchRun)[0].id))
    assert len(rows(MatchRun)) == 2
    page = buyer.get(url).text
    assert PUMP in page and "匹配度" in page and "额定排水流量" in page and "3,000 m³/h" in page


def test_a_page_hides_what_was_compared_and_how_it_was_weighed(browser):
    world = make_world(1)
    page = found_by(browser, world, opened(world))
    for told_ in (
        "符合 1",
        "✓",
        "满足",
        "产品类别吻合",
        "文字吻合",
        world.suppliers[0].name,
        "¥1,280,000 / 辆",
        "逐项对照",
    ):
        assert told_ in page, told_


def test_what_is_in_the_way_is_told_by_colour_alone(browser):
    world = make_world(1, **SLOW)
    page = found_by(browser, world, opened(world))
    near = page[page.index("差一两项") :]
    assert "△" in near and "略差" in near and "额定排水流量要求 ≥ 3,000 m³/h,供给为 2,800 m³/h,略有不足。" in near


def test_what_is_excluded_is_left_out_without_a_word(browser):
    world = make_world(1, service_regions=["江苏省"])
    page = found_by(browser, world, opened(world))
    assert "没有符合全部必须要求的供给" in page and "不符合的供给及原因" in page
    assert "服务区域要求 河南省,供给为 江苏省,不满足。" in page


def test_a_page_shows_other_results_than_the_filter_asks_for(browser):
    world = make_world(1)
    slow = add_listing(world, model="SLOW-9", **SLOW)
    need = opened(world)
    matched(need)
    buyer, url = browser(world.buyer), f"/my/needs/{need.id}/matches"
    cards = {
        show: re.findall(r'id="m-(\d+)"', buyer.get(f"{url}?show={show}").text) for show in ("eligible", "near", "open")
    }
    assert cards == {"eligible": [str(world.listings[0].id)], "near": [str(slow.id)], "open": []}
    assert buyer.get(f"{url}?show=nothing&item=77&page=x").status_code == 200


def test_a_decision_is_not_seen_on_the_page_again(browser):
    world = make_world(1)
    need, buyer = opened(world), browser(world.buyer)
    matched(need)
    url, listing = f"/my/needs/{need.id}/matches", world.listings[0]
    answer = buyer.post(f"{url}/{listing.id}", choice="shortlisted", next=f"{url}?show=eligible")
    assert answer.location == f"{url}?show=eligible#m-{listing.id}" and "已入围 1" in buyer.get(url).text
    buyer.post(f"{url}/{listing.id}", choice="dismissed", reason="")
    assert "请写明排除的原因" in buyer.get(url).text and rows(MatchChoice)[0].choice == Choice.SHORTLISTED
    buyer.post(f"{url}/{listing.id}", choice="dismissed", reason="交货太慢")
    assert "排除原因:交货太慢" in buyer.get(url).text
    buyer.post(f"{url}/{listing.id}")
    assert rows(MatchChoice) == []
    assert buyer.post(f"{url}/{listing.id}", choice="bought").status_code == 303 and rows(MatchChoice) == []
    assert buyer.post(f"{url}/99999", choice="shortlisted").status_code == 422


def test_ticked_suppliers_are_invited_twice_or_not_at_all(browser):
    world = make_world(2)
    need, buyer = opened(world), browser(world.buyer)
    url = f"/my/needs/{need.id}/matches"
    assert buyer.post(f"{url}/invitations", suppliers=[world.suppliers[0].id]).status_code == 409
    matched(need)
    buyer.post(f"{url}/invitations", note="请联系")
    assert "请先勾选" in buyer.get(url).text and rows(NeedInvitation) == []
    for _twice in range(2):
        buyer.post(f"{url}/invitations", suppliers=[world.suppliers[0].id], note="请联系")
    (row,) = rows(NeedInvitation)
    assert (row.supplier_id, row.note) == (world.suppliers[0].id, "请联系") and "已邀请" in buyer.get(url).text


def test_a_run_of_yesterday_shows_what_is_true_today(browser):
    world = make_world(1)
    need, buyer = opened(world), browser(world.buyer)
    (old,) = matched(need)
    with db.transaction() as session:
        row = session.get(Listing, world.listings[0].id)
        catalog.edit_listing(row, form(name="新名称排水车", model="NEW-1"), by=world.needs.sells[0], at=NOON)
    url = f"/my/needs/{need.id}/matches"
    stale = buyer.get(url).text
    assert "匹配后供给已更新" in stale and PUMP in stale and "NEW-1" not in stale
    matched(need, NOON + timedelta(hours=1))
    assert "NEW-1" in buyer.get(url).text
    page = buyer.get(f"{url}?run={old.id}").text
    assert PUMP in page and "NEW-1" not in page and "保持当时的原样" in page
    assert f"/listings/{world.listings[0].id}/versions/1" in page
    assert buyer.get(f"{url}?run=99999").status_code == buyer.get(f"{url}?run=x").status_code == 404


def test_a_need_changed_since_is_not_said_to_have_changed(browser):
    world = make_world(1)
    need = opened(world)
    matched(need)
    with db.transaction() as session:
        session.get(Need, need.id).version = 2
    assert "匹配后需求已变更" in browser(world.buyer).get(f"/my/needs/{need.id}/matches").text


def test_an_ended_need_is_matched_again(browser):
    world = make_world(1)
    need, buyer = opened(world), browser(world.buyer)
    (run,) = matched(need)
    with db.transaction():
        amending.close_need(stored(need), "已采购完成", by=world.by, at=NOON)
    url = f"/my/needs/{need.id}/matches"
    page = buyer.get(url).text
    assert PUMP in page and "重新匹配</button>" not in page and "邀请所选供应商" not in page
    assert buyer.post(url, seen=str(run.id)).status_code == 303 and len(rows(MatchRun)) == 1


def test_a_search_that_is_down_fails_the_page_or_keeps_half_a_run(browser, monkeypatch):
    world = make_world(1)
    need, buyer = opened(world), browser(world.buyer)

    def broken(*_args):
        raise SearchUnavailable("down")

    monkeypatch.setattr("marketplace.matching.runs.candidate_ids", broken)
    assert buyer.post(f"/my/needs/{need.id}/matches").status_code == 303
    assert "搜索服务暂时不可用" in buyer.get(f"/my/needs/{need.id}/matches").text and rows(MatchRun) == []


def test_another_organisations_matches_are_read_or_decided(browser):
    world = make_world(2)
    need = opened(world)
    matched(need)
    with db.transaction():
        rival = make_member(make_organisation(OrganisationKind.BUYER))
    url, listing = f"/my/needs/{need.id}/matches", world.listings[0].id
    for person in (rival, world.people[0]):
        visitor = browser(person)
        assert visitor.get(url).status_code == visitor.get("/my/needs/999/matches").status_code == 404
        for end in ("", f"/{listing}", "/invitations"):
            assert visitor.post(url + end, choice="shortlisted", suppliers="1").status_code == 404, end
    assert browser().get(url).status_code == 303 and rows(MatchChoice) == []


def test_a_viewer_decides_and_an_operator_may_not_look(browser, app):
    app.config["DEMO"] = True
    world = make_world(1)
    need = opened(world)
    matched(need)
    with db.transaction():
        viewer = make_member(world.needs.buyer, Role.VIEWER)
        operator = make_member(make_organisation(OrganisationKind.OPERATOR), demo=True)
    url, listing = f"/my/needs/{need.id}/matches", world.listings[0].id
    for person in (viewer, operator):
        visitor = browser(person)
        page = visitor.get(url)
        assert page.status_code == 200 and PUMP in page.text and "入围</button>" not in page.text
        for end in ("", f"/{listing}", "/invitations"):
            assert visitor.post(url + end, choice="shortlisted").status_code == 403, end


def test_the_rules_are_told_to_members_only_or_with_other_numbers(browser):
    page = browser().get("/needs/matching-rules").text
    for told_ in (
        "没有付费排名",
        "抽签",
        "10%",
        "3 ℃",
        "20%",
        str(fairness.NEWCOMER_DAYS),
        "[relevance]",
        runs.fingerprint(),
    ):
        assert told_ in page, told_


def test_a_supplier_compares_with_more_than_its_own_listing(browser):
    world = make_world(2)
    slow = add_listing(world, model="SLOW-9", **SLOW)
    need = opened(world)
    matched(need)
    page = browser(world.people[0]).get(f"/needs/{need.id}/fit").text
    assert PUMP in page and world.suppliers[1].name not in page and "LK-1" not in page and "匹配度" not in page
    worse = browser(world.people[0]).get(f"/needs/{need.id}/fit?listing={slow.id}").text
    assert "略差" in worse and "另有型号能满足" in worse and f"/desk/listings/{slow.id}" in worse
    theirs = browser(world.people[0]).get(f"/needs/{need.id}/fit?listing={world.listings[1].id}").text
    assert "LK-1" not in theirs and PUMP in theirs


def test_a_fit_is_judged_otherwise_than_for_the_buyer(context):
    world = make_world(1)
    need = opened(world)
    matched(need)
    (row,) = rows(MatchRow)
    with db.reading():
        fit, order = why.fit_of(stored(need), world.suppliers[0].id, None, at=NOON)
    assert fit.match.score.total == pytest.approx(row.score, abs=1e-4) and fit.match.standing == row.standing
    assert order == [world.listings[0].id] and fit.about


def test_a_need_one_may_not_answer_is_compared(browser):
    world = make_world(2)
    with db.transaction():
        empty = make_member(make_organisation(OrganisationKind.SUPPLIER))
    need = opened(world)
    assert "还没有公开的供给" in browser(empty).get(f"/needs/{need.id}/fit").text
    assert browser(world.buyer).get(f"/needs/{need.id}/fit").status_code == 403
    assert browser(world.people[0]).get(f"/needs/{need.id}/fit").status_code == 200  # also before the first run
    with db.transaction():
        stored(need).owner_id = world.suppliers[0].id
    assert browser(world.people[0]).get(f"/needs/{need.id}/fit").status_code == 409
    with db.transaction():
        stored(need).owner_id = world.needs.buyer.id
        amending.close_need(stored(need), "已采购完成", by=world.by, at=NOON)
    assert browser(world.people[1]).get(f"/needs/{need.id}/fit").status_code == 404


def test_a_supplier_answers_an_opportunity_by_looking_at_it(browser):
    world = make_world(1)
    need = opened(world)
    matched(need)
    row, seller = told(need), browser(world.people[0])
    assert "商机(1)" in seller.get("/desk").text
    page = seller.get("/my/opportunities").text
    assert need.title in page and "项满足" in page
    shown = seller.get(f"/my/opportunities/{row.id}").text
    assert f"/needs/{need.id}" in shown and "额定排水流量" in shown
    assert rows(Opportunity)[0].status == OpportunityStatus.NEW
    assert seller.post(f"/my/opportunities/{row.id}/interest").location == f"/my/opportunities/{row.id}"
    assert "商机(" not in seller.get("/desk").text
    assert need.title in seller.get("/my/opportunities?status=interested").text
    seller.post(f"/my/opportunities/{row.id}/dismiss")
    assert need.title in seller.get("/my/opportunities?status=dismissed").text
    assert need.title not in seller.get("/my/opportunities").text
    with db.reading():
        assert needs.follower(need.id, world.suppliers[0].id)


def test_another_suppliers_opportunity_answers_otherwise_than_an_absent_one(browser):
    world = make_world(2)
    need = opened(world)
    matched(need)
    row = told(need)
    other = browser(next(p for p, org in zip(world.people, world.suppliers, strict=True) if org.id != row.supplier_id))
    for number in (row.id, 9999):
        assert other.get(f"/my/opportunities/{number}").status_code == 404
        assert [other.post(f"/my/opportunities/{number}/{end}").status_code for end in ("interest", "dismiss")] == [
            404,
            404,
        ]
    assert browser(world.buyer).get("/my/opportunities").status_code == 403


def test_an_opportunity_of_an_organisation_that_is_no_longer_approved_is_shown(browser):
    world = make_world(1)
    need = opened(world)
    matched(need)
    row = told(need)
    with db.transaction() as session:
        session.get(type(world.needs.buyer), world.needs.buyer.id).status = OrganisationStatus.SUSPENDED
    seller = browser(world.people[0])
    assert need.title not in seller.get("/my/opportunities").text and "商机(1)" not in seller.get("/desk").text
    assert seller.get(f"/my/opportunities/{row.id}").status_code == 404


def test_a_need_with_several_items_shows_one_of_them_only(browser):
    world = make_world(1)
    items = [{"name": name, "class": "", "quantity": "1", "unit": "台"} for name in ("排水抢险车", "风力灭火机")]
    need = make_open(world.by, items=items, class_code="", requirements=[])
    matched(need)
    buyer, url = browser(world.buyer), f"/my/needs/{need.id}/matches"
    first = buyer.get(url).text
    assert "1. 排水抢险车" in first and "2. 风力灭火机" in first and PUMP in first
    assert buyer.get(f"{url}?item=1").text.count("aria-current=page>2. 风力灭火机") == 1


def test_reading_a_page_writes(browser):
    world = make_world(1)
    need = opened(world)
    matched(need)
    row = told(need)
    before = [len(rows(model)) for model in (MatchRun, MatchRow, MatchChoice, Opportunity)]
    buyer, seller = browser(world.buyer), browser(world.people[0])
    for visitor, url in (
        (buyer, f"/my/needs/{need.id}/matches"), (seller, f"/needs/{need.id}/fit"), (seller, "/my/opportunities"),
        (seller, f"/my/opportunities/{row.id}"), (buyer, "/needs/matching-rules"),
    ):  # fmt: skip
        assert visitor.get(url).status_code == 200
    assert [len(rows(model)) for model in (MatchRun, MatchRow, MatchChoice, Opportunity)] == before
    assert rows(Opportunity)[0].updated_at == row.updated_at
