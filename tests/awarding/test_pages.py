"""The pages of evaluation and award, asked for as the people who use them."""

import re

import pytest
from sqlmodel import select

from marketplace.awarding import awarding, queries
from marketplace.awarding.models import Award, Conflict, Objection, Ranking, ScoreSheet
from marketplace.bidding.models import QuoteReading
from marketplace.kit import clock, db
from marketplace.procurement.models import Round
from tests.awarding.worlds import (
    CRITERIA,
    concluded,
    decide_all,
    final_round,
    make_world,
    ready_to_award,
    score_all,
    seat_judges,
)
from tests.conftest import NOON
from tests.factories.accounts import make_world as make_people


@pytest.fixture(autouse=True)
def noon():
    with clock.set_clock(NOON):
        yield


def all_of(model):
    with db.reading() as session:
        return list(session.exec(select(model).order_by(model.id)))


def walk(browser, urls):
    for url in urls:
        answer = browser.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.text[-2000:])
        assert "style=" not in answer.text.split("<main")[1].split("</main>")[0]


def test_a_page_of_an_evaluation_breaks(context, browser):
    world = make_world(code="consultation", judges=3, criteria=CRITERIA)
    pid, lot = world.procurement.id, world.lots[0].id
    buyer, judge = browser(world.buyer_user), browser(world.judge_users[0])
    walk(buyer, [f"/procurements/{pid}/evaluation", f"/procurements/{pid}/comparison", f"/procurements/{pid}/panel"])
    assert buyer.post(f"/procurements/{pid}/compliance").status_code == 303
    sheets = queries.compliances_of(queries.evaluated_round(world.procurement).id)
    for sheet in sheets.values():
        url = f"/procurements/{pid}/compliance/{sheet.id}"
        walk(buyer, [url, url + "?show=open"])
        assert buyer.post(url, outcome="compliant").status_code == 303
    final_round(world, (0, 880_00), (1, 990_00), (2, 790_00))
    walk(buyer, [f"/procurements/{pid}/evaluation"])
    decide_all(world)
    walk(judge, [f"/procurements/{pid}/evaluation", f"/procurements/{pid}/lots/{lot}/scores", "/panels"])
    score_all(
        world,
        [
            [(3000, 2000), (2500, 2500), (2000, 2000)],
            [(3500, 2000), (1000, 2500), (2000, 2000)],
            [(3000, 2000), (2500, 2500), (2000, 2000)],
        ],
    )
    walk(judge, [f"/procurements/{pid}/lots/{lot}/scores", f"/procurements/{pid}/lots/{lot}/consensus"])
    concluded(world, text="差异已讨论")
    walk(
        buyer,
        [
            f"/procurements/{pid}/lots/{lot}/consensus",
            f"/procurements/{pid}/lots/{lot}/award",
            f"/procurements/{pid}/comparison",
            f"/procurements/{pid}/evaluation",
        ],
    )
    first = all_of(Ranking)[0].rows[0]["opened_quote_id"]
    url = f"/procurements/{pid}/lots/{lot}/award"
    page = buyer.get(f"{url}?quote={first}&why=").text
    assert "通知预览" in page
    assert buyer.post(url, quote=str(first), why="").status_code == 303
    assert len(all_of(Award)) == 1
    walk(buyer, [f"/procurements/{pid}/evaluation", f"/procurements/{pid}/objections", f"/tenders/{pid}/result"])
    walk(browser(), [f"/tenders/{pid}/result"])
    for user in world.users[:1] + world.users[2:]:
        walk(browser(user), [f"/tenders/{pid}/result", f"/tenders/{pid}/objections"])


def test_what_failed_unevaluated_looks_evaluated(context, browser):
    world = make_world()
    pid, buyer = world.procurement.id, browser(world.buyer_user)
    steps = re.compile(r'<ol class="steps-line">.*?</ol>', re.S)
    assert 'class="now"' in steps.search(buyer.get(f"/procurements/{pid}/evaluation").text)[0]
    with db.transaction():
        awarding.fail_all(world.procurement, "预算取消", by=world.by, at=NOON)
    shown = steps.search(buyer.get(f"/procurements/{pid}/evaluation").text)[0]
    assert "done" not in shown and "now" not in shown


def test_an_address_says_its_province_twice(context, browser):
    world = ready_to_award()
    with db.transaction() as session:
        buyer, winner = (session.get(type(world.buyer), org.id) for org in (world.buyer, world.suppliers[2]))
        buyer.address = f"{buyer.province}{buyer.city}测试路 1 号"
        told = f"{winner.province}{winner.city}{winner.address}"
    pid = world.procurement.id
    browser(world.buyer_user).post(f"/procurements/{pid}/lots/{world.lots[0].id}/award", quote=str(world.quotes[2].id))
    page = browser().get(f"/tenders/{pid}/result").text
    assert page.count(world.buyer.province + world.buyer.city + world.buyer.province) == 0 and told in page


def test_somebody_without_a_seat_sees_an_evaluation(context, browser):
    world = ready_to_award(public=False)
    pid, lot = world.procurement.id, world.lots[0].id
    pages = [
        "evaluation",
        "comparison",
        "comparison.xlsx",
        "panel",
        "objections",
        f"lots/{lot}/consensus",
        f"lots/{lot}/award",
    ]
    [(_other, other), (_operator, operator)] = make_people("buyer", "operator")
    for user in (world.users[0], other, operator):
        visitor = browser(user)
        for name in pages:
            answer = visitor.get(f"/procurements/{pid}/{name}")
            kept_out = answer.status_code in (403, 404) or answer.headers.get("Location", "").startswith("/account")
            assert kept_out and "示例供应02号" not in answer.text, name
        visitor.post(f"/procurements/{pid}/lots/{lot}/award", quote="1")
        visitor.post(f"/procurements/{pid}/compliance")
    assert browser().get(f"/procurements/{pid}/evaluation").status_code in (302, 303, 401)
    assert browser().get(f"/tenders/{pid}/result").status_code == 404
    assert all_of(QuoteReading) == [] and all_of(Award) == []


def test_a_member_is_shown_a_price_before_declaring(context, browser):
    world = make_world(judges=2)
    with db.transaction():
        seat_judges(world, 1, Conflict.UNDECLARED)
    judge, pid = browser(world.judge_users[2]), world.procurement.id
    for name in ("evaluation", "comparison", "comparison.xlsx"):
        answer = judge.get(f"/procurements/{pid}/{name}")
        assert answer.status_code == 303 and answer.headers["Location"].endswith("/panel")
    page = judge.get(f"/procurements/{pid}/panel").text
    assert "示例供应00号有限公司" in page and "¥" not in page.split("<main")[1] and "近亲属" in page
    assert (
        judge.post(f"/procurements/{pid}/panel/declaration", conflict="none")
        .headers["Location"]
        .endswith("/evaluation")
    )
    assert "¥1,800" in judge.get(f"/procurements/{pid}/evaluation").text
    [reading] = all_of(QuoteReading)
    assert reading.user_id == world.judge_users[2].id


def test_an_unopened_round_tells_anything(context, browser):
    world = make_world()
    with db.transaction() as session:
        session.exec(select(Round)).one().opened_at = None
    buyer, pid = browser(world.buyer_user), world.procurement.id
    page = buyer.get(f"/procurements/{pid}/evaluation").text
    assert "报价尚未开启" in page and "示例供应" not in page and "份报价" not in page
    assert buyer.get(f"/procurements/{pid}/comparison").status_code == 409
    assert "结果尚未公告" in browser().get(f"/tenders/{pid}/result").text
    assert browser(world.users[0]).get(f"/tenders/{pid}/objections").status_code == 404


def test_what_was_typed_into_a_score_sheet_is_lost_with_a_gap(context, browser):
    world = make_world(code="consultation", judges=3, criteria=CRITERIA)
    final_round(world, (0, 880_00), (1, 990_00), (2, 790_00))
    decide_all(world)
    judge, url = browser(world.judge_users[0]), f"/procurements/{world.procurement.id}/lots/{world.lots[0].id}/scores"
    first = world.quotes[3].id
    judge.post(url, **{f"p-{first}-c1": "31.25", f"n-{first}-c1": "方案完整", "act": "submit"})
    [sheet] = all_of(ScoreSheet)
    assert sheet.status == "draft" and sheet.scores[str(first)]["c1"] == {"points": 3125, "note": "方案完整"}
    page = judge.get(url).text
    assert 'value="31.25"' in page and "评分不完整" in page
    assert "31.25" not in browser(world.judge_users[1]).get(url).text
    assert browser(world.buyer_user).get(url).status_code == 403


def test_a_winner_and_a_loser_cannot_do_what_is_theirs(context, browser):
    world = ready_to_award()
    pid = world.procurement.id
    browser(world.buyer_user).post(f"/procurements/{pid}/lots/{world.lots[0].id}/award", quote=str(world.quotes[2].id))
    [award] = all_of(Award)
    loser, winner, buyer = browser(world.users[0]), browser(world.users[2]), browser(world.buyer_user)
    assert loser.post(f"/tenders/{pid}/awards/{award.id}/acceptance").status_code == 404
    assert winner.post(f"/tenders/{pid}/awards/{award.id}/acceptance").status_code == 303
    assert all_of(Award)[0].status == "accepted"
    assert loser.post(f"/tenders/{pid}/objections", form_key="key-12345", text="短").status_code == 422
    for _n in range(2):
        assert (
            loser.post(f"/tenders/{pid}/objections", form_key="key-12345", text="成交产品流量不足,请复核").status_code
            == 303
        )
    [objection] = all_of(Objection)
    assert (
        buyer.post(f"/procurements/{pid}/objections/{objection.id}", upheld="1", reply="经复核成立,撤销").status_code
        == 303
    )
    assert all_of(Award)[0].status == "revoked"
    notice = browser().get(f"/tenders/{pid}/result").text
    assert "已撤销" in notice and "测试市应急管理局" in notice and "评审1" in notice
    assert "排序第" not in notice and "示例供应00号" not in notice
