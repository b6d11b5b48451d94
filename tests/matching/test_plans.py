"""Sourcing plans from frozen runs: who takes part, what the pages show, what turns into invitations."""

import re
from dataclasses import replace

import pytest

from marketplace.kit import db
from marketplace.matching import choices, incident_plans, plan_words, plans
from marketplace.matching.models import Choice, MatchRun
from marketplace.matching.plans import Obstacle, Terms
from marketplace.matching.sourcing.shapes import Method, Note, NoteKind, Reason
from marketplace.needs import amending
from marketplace.needs.models import NeedInvitation
from tests.conftest import NOON
from tests.factories.accounts import make_member
from tests.matching.worlds import add_listing, make_world, matched, opened
from tests.needs.test_incidents import attach, declare
from tests.needs.worlds import make_open, rows, stored

pytestmark = pytest.mark.usefixtures("context", "at_noon")
TODAY = NOON.date()


def trucks(quantity, **more):
    """An ask for so many pump trucks, without a budget unless told."""
    item = {"name": "大流量排水抢险车", "class": "3.4.6.01", "quantity": str(quantity), "unit": "辆"}
    return {"items": [item], "budget": "", "within_days": "60", "title": f"排水抢险车 {quantity} 辆", **more}


def asked(world, quantity, **more):
    need = opened(world, **trucks(quantity, **more))
    matched(need)
    return need


def task(*needs, **terms):
    with db.reading():
        return plans.task_of([stored(need) for need in needs], Terms(**terms), TODAY)


def solved(one, **terms):
    return one.solve(Terms(**terms).limits(2))


def lines_on(page):
    return re.findall(r'name="line" value="([^"]+)"', page)


def test_two_suppliers_together_deliver_less_than_both():
    world = make_world(2, stock=3, monthly_capacity=0)
    one = task(asked(world, 5))
    plan = solved(one)
    assert plan.shortfall == {} and sorted(line.quantity for line in plan.lines) == [2, 3]
    assert {line.supplier_id for line in plan.lines} == {org.id for org in world.suppliers}
    [part] = plans.parts_of(one, plan)
    assert (part.covered, part.short, part.suppliers, part.cost_fen) == (5, 0, 2, 5 * 128_000_000)
    assert part.lines[0][1].km == pytest.approx(730, abs=30) and part.slowest_days == 2


def test_a_listing_without_price_or_stock_is_planned_with_or_forgotten():
    world = make_world(1, stock=3)
    add_listing(world, model="ASK", price_kind="request", price_min_fen=None)
    add_listing(world, model="SILENT", stock=None, monthly_capacity=None)
    one = task(asked(world, 5))
    assert len(one.offers) == 1
    assert {entry.offer.model: entry.obstacle for entry in one.left_out} == {
        "ASK": Obstacle.PRICE, "SILENT": Obstacle.SUPPLY,
    }  # fmt: skip


def test_what_the_buyer_put_aside_is_planned_with():
    world = make_world(2, stock=3)
    need = asked(world, 5)
    with db.transaction():
        choices.choose(
            stored(need), world.listings[0].id, Choice.DISMISSED, "售后太远", by=world.by, at=NOON
        )  # fmt: skip
        choices.choose(stored(need), world.listings[1].id, Choice.SHORTLISTED, by=world.by, at=NOON)
    one = task(need)
    assert set(one.offers) == {world.listings[1].id}
    assert all(entry.shortlisted for entry in one.entries.values())
    with db.reading():
        assert plans.invitable_suppliers(need.id) == {world.suppliers[1].id}


def test_a_listing_late_with_the_whole_lends_no_part_even_when_asked():
    world = make_world(1, stock=2, monthly_capacity=1, lead_time_days=90)
    need = asked(world, 30)
    one = task(need)
    assert not one.routes and [entry.offer.model for entry in one.waiting] == ["LK-0"]
    plan = solved(task(need, partial=True))
    assert sum(line.quantity for line in plan.lines) == 2 and plan.lines[0].from_stock == 2


def test_what_misses_a_star_is_planned_with():
    world = make_world(1, stock=9, service_regions=["云南省"])
    one = task(asked(world, 5))
    assert not one.routes and not one.waiting
    plan = solved(one)
    assert [entry.offer.model for entry in plans.worth_asking(one, plan)] == ["LK-0"]


def test_something_else_of_the_same_matter_stands_in_unless_shortlisted():
    world = make_world(1, stock=3)
    boat = add_listing(
        world, model="BAG", name="应急吸水膨胀袋", class_code="3.4.6.05", summary="排水抢险用吸水膨胀袋", unit="只", stock=9000,
        description="城市内涝下穿通道地下车库抢排时挡水用,替代沙袋,遇水三分钟膨胀。", price_min_fen=900, specs=[{"name": "吸水后重量", "value": 20, "unit": "kg"}],
    )  # fmt: skip
    need = opened(world, **trucks(50, requirements=[]))
    matched(need)
    assert boat.id not in task(need).offers
    with db.transaction():
        choices.choose(stored(need), boat.id, Choice.SHORTLISTED, by=world.by, at=NOON)
    assert boat.id in task(need).offers


def test_two_needs_of_an_incident_get_the_same_stock_twice():
    world = make_world(1, stock=4, monthly_capacity=0)
    plain, starred = asked(world, 4, title="普通需求", requirements=[]), asked(world, 3, title="有星需求")
    one = task(plain, starred)
    plan = solved(one)
    parts = plans.parts_of(one, plan)
    assert sum(part.covered for part in parts) == 4 == sum(line.quantity for line in plan.lines)
    assert [(part.need.id, part.demand.priority, part.covered) for part in parts] == [
        (plain.id, 1, 1), (starred.id, 2, 3),
    ]  # fmt: skip


def test_a_unit_that_cannot_be_converted_is_counted():
    world = make_world(1, stock=3)
    need = asked(world, 5)
    with db.transaction():
        row = stored(need)
        row.items = [{**row.items[0], "unit": "吨"}]
    one = task(need)
    assert [entry.obstacle for entry in one.left_out] == [Obstacle.UNIT] and not one.routes


def test_steps_between_cheap_and_fast_lead_nowhere():
    world = make_world(1, stock=0, monthly_capacity=60, lead_time_days=20, price_min_fen=100_000_00)
    add_listing(world, model="NOW", stock=20, price_min_fen=200_000_00)
    one = task(asked(world, 20))
    options = plans.options_of(one, Terms(), seconds=3)
    assert sorted(step for option in options for step in option.steps) == [0, 1, 2, 3, 4] and len(options) > 1
    cheap, fast = plans.chosen(options, 0).plan, plans.chosen(options, 4).plan
    assert cheap.cost_fen < fast.cost_fen and cheap.slowest_days > fast.slowest_days


def test_a_shortage_that_time_would_heal_is_kept_quiet():
    world = make_world(1, stock=1, monthly_capacity=10, lead_time_days=50)
    one = task(asked(world, 20))
    plan = solved(one)
    later = plans.if_it_could_wait(one, Terms(), plan)
    assert plan.shortfall and later is not None and not later.shortfall and later.slowest_days > 60
    patient = task(asked(world, 20, title="可以等", within_days=""))
    assert plans.if_it_could_wait(patient, Terms(), solved(patient)) is None


def test_the_page_hides_what_is_short_and_what_is_proven(browser):
    world = make_world(2, stock=3, monthly_capacity=0)
    need = asked(world, 10)
    page = browser(world.buyer).get(f"/my/needs/{need.id}/plan").text
    for told in ("可以落实", "缺口", "需求 10 辆 的 60%", "已求得最优方案", "缺口已证明", "期限内能交付的已全部编入,仍缺 4 辆", "¥768万",
                 "按方案邀请 2 家", world.suppliers[0].name, world.suppliers[1].name, "第 2 天"):  # fmt: skip
        assert told in page, told
    assert len(lines_on(page)) == 2


def test_limits_in_the_address_are_passed_over(browser):
    world = make_world(3, stock=9, monthly_capacity=0)
    buyer, url = browser(world.buyer), f"/my/needs/{asked(world, 10).id}/plan"
    assert len(lines_on(buyer.get(url).text)) == 2
    assert len(lines_on(buyer.get(f"{url}?share=40").text)) == 3
    assert len(lines_on(buyer.get(f"{url}?suppliers=1").text)) == 1
    late = buyer.get(f"{url}?days=1").text
    assert "候选供给都赶不上交货期" in late and not lines_on(late)


@pytest.mark.parametrize(
    "query", ["share=0", "share=abc", "suppliers=-1", "days=99999", "step=5", "step=x", "partial=maybe"]
)
def test_bad_limits_break_the_page_or_are_planned_with(browser, query):
    world = make_world(1)
    need = asked(world, 5)
    page = browser(world.buyer).get(f"/my/needs/{need.id}/plan?{query}")
    assert page.status_code == 422 and "填写有误" in page.text and not lines_on(page.text)


def test_a_need_without_matches_without_quantity_or_without_supply_breaks_the_page(browser):
    world = make_world(1, stock=None, monthly_capacity=None)
    buyer = browser(world.buyer)
    fresh = opened(world, **trucks(5, title="还没匹配"))
    assert "还没有匹配过" in buyer.get(f"/my/needs/{fresh.id}/plan").text
    matched(fresh)
    page = buyer.get(f"/my/needs/{fresh.id}/plan").text
    assert (
        "目前没有可以编入方案的供给" in page
        and plan_words.obstacle("supply") in page
        and world.suppliers[0].name in page
    )
    idea = make_open(world.by, kind="technology", mode="technology", items=[], budget="", title="抢险车轻量化攻关")
    matched(idea)
    assert "需求没有写明数量" in buyer.get(f"/my/needs/{idea.id}/plan").text


def test_a_stranger_reads_a_plan(browser):
    world = make_world(1)
    need, url = asked(world, 5), "/my/needs/{}/plan"
    incident, _new = declare(world.by)
    attach(need, incident, world.by)
    with db.transaction():
        operator = make_member(
            db.session().get(type(world.needs.buyer), world.needs.operator.organisation_id), demo=True
        )
        other = make_member(db.session().get(type(world.needs.buyer), world.needs.other.organisation_id))
    assert browser().get(url.format(need.id)).status_code in (302, 303, 401)
    for who, code in ((other, 404), (world.people[0], 404), (operator, 200), (world.buyer, 200)):
        visitor = browser(who)
        assert visitor.get(url.format(need.id)).status_code == code, who.email
        assert visitor.get(f"/incidents/{incident.id}/plan").status_code == code, who.email
        assert visitor.get(url.format(99999)).status_code == visitor.get("/incidents/99999/plan").status_code == 404
    assert browser(other).post(url.format(need.id) + "/invitations", line="1:0:1:1").status_code == 404
    assert browser(other).post(f"/incidents/{incident.id}/plan/matches").status_code == 404
    page = browser(operator).get(url.format(need.id)).text
    assert "按方案邀请" not in page and not lines_on(page)


def test_a_second_click_invites_again(browser):
    world = make_world(2, stock=3, monthly_capacity=0)
    need, buyer = asked(world, 5), browser(world.buyer)
    url = f"/my/needs/{need.id}/plan"
    lines = lines_on(buyer.get(url).text)
    for _ in range(2):
        answer = buyer.post(f"{url}/invitations", line=lines, next=f"{url}?share=60")
        assert answer.status_code == 303 and answer.location == f"{url}?share=60"
    invitations = rows(NeedInvitation)
    assert {row.supplier_id for row in invitations} == {org.id for org in world.suppliers} and len(invitations) == 2
    assert sorted(re.search(r"大流量排水抢险车 (\d) 辆", row.note)[1] for row in invitations) == ["2", "3"]
    assert "方案中的供应商都已邀请" in buyer.get(url).text


def test_a_made_up_line_invites_somebody(browser):
    world = make_world(1, stock=3)
    need, buyer = asked(world, 5), browser(world.buyer)
    for line in (
        "",
        "x",
        "99999:0:5:1",
        f"{world.suppliers[0].id}:7:5:1",
        f"{world.suppliers[0].id}:0:0:1",
        "1:0:-5:1",
    ):
        assert buyer.post(f"/my/needs/{need.id}/plan/invitations", line=line).status_code == 303
    assert rows(NeedInvitation) == []


def test_an_ended_need_invites(browser):
    world = make_world(1, stock=3)
    need, buyer = asked(world, 5), browser(world.buyer)
    lines = lines_on(buyer.get(f"/my/needs/{need.id}/plan").text)
    with db.transaction():
        amending.close_need(stored(need), "已解决", by=world.by, at=NOON)
    assert buyer.post(f"/my/needs/{need.id}/plan/invitations", line=lines).status_code >= 400
    assert rows(NeedInvitation) == [] and not lines_on(buyer.get(f"/my/needs/{need.id}/plan").text)


def test_an_incident_without_needs_or_matches_breaks_the_page(browser):
    world = make_world(1, stock=3, monthly_capacity=0)
    incident, _new = declare(world.by)
    buyer, url = browser(world.buyer), f"/incidents/{incident.id}/plan"
    assert "还没有征集中的需求" in buyer.get(url).text
    need = opened(world, **trucks(5))
    attach(need, incident, world.by)
    assert "匹配这 1 份需求" in buyer.get(url).text
    for _ in range(2):
        assert buyer.post(f"{url}/matches").location == url
    assert len(rows(MatchRun)) == 1
    page = buyer.get(url).text
    assert "匹配这 1 份需求" not in page and "河南省 2" in page and "按方案邀请 1 家" in page
    assert buyer.get(f"{url}?class=3.4.6.01%7C辆").status_code == buyer.get(f"{url}?class=nonsense").status_code == 200
    assert buyer.get(f"{url}?step=9").status_code == 422


def test_sums_mix_units_or_leave_a_province_out():
    world = make_world(1, stock=4, monthly_capacity=0)
    one = task(asked(world, 6, title="城南"), asked(world, 4, title="江北", province="湖北省", city="武汉市"))
    parts = plans.parts_of(one, solved(one))
    [row] = incident_plans.by_class(parts)
    assert (row.asked, row.short, row.covered, row.unit) == (10, 6, 4, "辆") and sum(row.by_region.values()) == 6
    assert {region.province for region in incident_plans.by_region(parts)} == {"河南省", "湖北省"}
    [supply] = incident_plans.supply(parts)
    assert (supply.province, supply.suppliers, dict(supply.units)) == (
        "江苏省", {world.suppliers[0].id}, {("大流量排水抢险车", "辆"): 4},
    )  # fmt: skip
    both = incident_plans.maps(parts, row.key)
    shown = {square.place.province: square.text for square in both.missing if square.text}
    assert sum(map(int, shown.values())) == 6 and set(shown) == {"河南省", "湖北省"} and both.unit == "辆"
    assert {square.place.mark: (square.text, square.shade) for square in both.supply if square.text} == {"苏": ("4", 4)}
    assert all(square.text.endswith("%") for square in incident_plans.maps(parts, "").missing if square.text)


@pytest.mark.parametrize(("share", "text"), [(0.0041, "0.5%"), (0.004, "0.4%"), (0.0, "0%"), (1.0, "100%")])
def test_a_bound_is_told_smaller_than_it_is(share, text):
    assert plan_words.percent(share) == text


def test_almost_everything_is_told_as_everything():
    assert plan_words.share(4999, 5000) == "99%" and plan_words.whole_share(0.9999) == "99%"
    assert plan_words.share(5000, 5000) == plan_words.whole_share(1.0) == "100%"


def test_a_greedy_plan_is_told_as_proven(app):
    world = make_world(1, stock=3)
    plan = solved(task(asked(world, 5)))
    with app.test_request_context():
        greedy = replace(plan, method=Method.GREEDY, reason=Reason.SOLVER, gap=1.0, shortfall_gap=0.2)
        text, tone = plan_words.proof(greedy)
        assert tone == "wait" and "采用贪心方案" in text and "求解器目前不可用" in text
        assert "20%" in plan_words.proof_of_shortfall(greedy)
        late = plan_words.proof(replace(plan, reason=Reason.TIME, gap=0.004))
        assert late[1] == "wait" and "0.4%" in late[0]
        assert plan_words.proof(replace(plan, gap=0.004)) == ("与最优方案相差不超过 0.4%(已证明)。", "ok")
        assert all(plan_words.note(Note(kind, "x", 1200), "顶") for kind in NoteKind)
