"""A clerk pastes a tender, accepts what was read, opens the need and sees who fits and why; a supplier sees the
opportunity and what it misses; a quantity nobody has alone is planned over several suppliers."""

import json
import re

import pytest

from marketplace.settings import ROOT
from tests.journeys.people import demo_person, sign_in

pytestmark = pytest.mark.journey
TENDER = """一、项目概况:为做好主汛期城市内涝处置,现采购大流量排水抢险车2辆,用于下穿隧道和地铁口抽排。
二、主要技术要求:★1.额定流量不低于3000立方米每小时;★2.垂直取水深度不小于8米;▲3.展开时间不超过15分钟;4.整车随附操作手册。
三、预算:叁佰陆拾万元整。四、交货期:合同签订后90日历日内送到河南省郑州市。五、本项目不接受拖车式移动泵站,救生衣已有。
六、付款:验收合格后支付95%,余款5%质保期满后支付。"""
MANY = "采购12㎡单帐篷6000顶,30天内送到湖南省长沙市。"


def test_a_clerk_cannot_paste_open_and_match_or_a_supplier_cannot_see_why(visitor, site):
    clerk, supplier = visitor(), visitor(390)
    sign_in(clerk, demo_person(clerk, "采购单位"))
    need = _paste_and_open(clerk, TENDER)
    best = _match(clerk, need)
    assert clerk.faults == []

    email = _somebody_of(supplier, best)
    sign_in(supplier, email)
    _sees_opportunity(supplier, need)
    assert supplier.faults == []


def test_the_plan_of_a_large_quantity_hides_what_is_covered_or_short(visitor, site):
    clerk = visitor()
    sign_in(clerk, demo_person(clerk, "采购单位"))
    need = _paste_and_open(clerk, MANY)
    clerk.goto(f"/my/needs/{need}/matches")
    _press(clerk, "开始匹配")
    clerk.goto(f"/my/needs/{need}/plan")
    plan = clerk.locator("main").inner_text()
    assert "可以落实" in plan and "缺口" in plan and "6,000" in plan, plan[:800]
    assert clerk.faults == []


def _paste_and_open(page, text: str) -> int:
    """Paste, accept the ticked proposals, save, open; returns the need's id."""
    page.goto("/needs/new")
    page.fill("#f-text", text)
    page.get_by_role("button", name="识别文字").click()
    page.wait_for_url(re.compile(r"/needs/\d+/read|/my/needs/\d+/read"))
    body = page.locator("main").inner_text()
    assert "河南省" in body or "湖南省" in body
    page.get_by_role("button", name="采用所选,继续填写").click()
    page.wait_for_url(re.compile(r"/edit"))
    category = page.locator("[name=category]")
    if category.count() and not category.first.input_value():
        category.first.select_option("natural_disaster")
    _press(page, "发布")
    page.wait_for_url(re.compile(r"/my/needs/\d+$|/my/needs/\d+\?"))
    assert page.get_by_text("征集中").first.is_visible()
    return int(re.search(r"/my/needs/(\d+)", page.url)[1])


def _press(page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_load_state()


def _match(page, need: int) -> str:
    """Match; the first card meets everything and says why, the excluded say why not. Returns the best one's supplier."""
    page.goto(f"/my/needs/{need}/matches")
    _press(page, "开始匹配")
    page.wait_for_url(re.compile(r"/matches"))
    text = page.locator("main").inner_text()
    assert "符合" in text and "3,000 m³/h" in text and "不符合的供给及原因" in text
    assert "拖车式" in page.content()
    return page.locator("main a[href*='/suppliers/'], main a[href*='/organisations/']").first.inner_text().strip()


def _somebody_of(page, supplier: str) -> str:
    """The address of a demo person of this supplier."""

    folder = ROOT / "seed" / "demo"
    keys = {
        row["name"]: row["key"] for row in map(json.loads, (folder / "organisations.jsonl").read_text().splitlines())
    }
    return f"{keys[supplier]}.admin@demo.example"


def _sees_opportunity(page, need: int) -> None:
    """The opportunity comes when the jobs have looked; the page of fit tells the supplier its own product's points."""
    page.goto(f"/needs/{need}/fit")
    text = page.locator("main").inner_text()
    assert "流量" in text and "满足" in text
    for _ in range(40):
        page.goto("/my/opportunities")
        if page.get_by_text("大流量排水抢险车").count():
            return
        page.wait_for_timeout(2000)
    raise AssertionError("the supplier was never told")
