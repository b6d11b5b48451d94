"""A supplier registers, is approved, lists, is found in four ways, is asked with two others, and the answers stand side by side."""

import re
import time
import urllib.parse

import pytest

from tests.factories.accounts import make_uscc
from tests.journeys.people import demo_person, names, search, sign_in

pytestmark = pytest.mark.journey
NAME = "山洪救援用大流量排水抢险车(旅程)"
SUPPLIER = "旅程试验装备有限公司"
EMAIL, OWN_PASSWORD = "saleswoman@journey.example", "a-long-journey-word-77"


def test_a_supplier_cannot_register_list_be_found_and_answer(visitor, site):
    saleswoman, operator, buyer, rival = visitor(390), visitor(), visitor(), visitor()
    operator_email, buyer_email = demo_person(operator, "平台运营"), demo_person(buyer, "采购单位")

    _register(saleswoman)
    _confirm_mail(saleswoman)
    sign_in(operator, operator_email)
    _approve_organisation(operator)
    _list(saleswoman)
    _approve_listing(operator)
    _is_found(visitor())

    sign_in(buyer, buyer_email)
    rival_email = _fill_basket(buyer)
    address = _ask(buyer)
    _answer(saleswoman, EMAIL, OWN_PASSWORD, "1280000")
    _answer(rival, rival_email, None, "1150000")
    buyer.goto(address)
    _compare(buyer)
    for page in (saleswoman, operator, buyer, rival):
        assert page.faults == []


def _register(page):
    page.goto("/register")
    page.fill("#f-email", EMAIL)
    page.fill("#f-name", "旅程·赵")
    page.fill("#f-password", OWN_PASSWORD)
    page.get_by_role("button", name="创建账号,下一步").click()
    page.wait_for_url("**/organisation/new")
    page.select_option("#f-kind", "supplier")
    page.fill("#f-name", SUPPLIER)
    page.fill("#f-uscc", make_uscc(7_654_321))
    page.select_option("#f-province", "江苏省")
    page.fill("#f-city", "徐州市")
    page.fill("#f-about", "为旅程测试而设的企业,生产排水抢险车。")
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url("**/desk")
    assert page.get_by_text("单位资料正在审核").is_visible()


def _confirm_mail(page):
    page.goto("/demo/mails")
    link = page.locator("article", has_text=EMAIL).locator("a[href*='/verify/']").first.get_attribute("href")
    page.goto(urllib.parse.urlsplit(link).path)
    page.get_by_role("button", name="这是我的邮箱").click()
    page.wait_for_url("**/desk")


def _approve_organisation(page):
    page.goto("/operations/organisations")
    page.get_by_role("link", name=SUPPLIER).click()
    page.get_by_role("button", name="通过", exact=True).click()
    page.wait_for_url("**/operations/organisations")
    assert SUPPLIER in page.locator("main").inner_text()


def _list(page):
    page.goto("/desk/listings/new?kind=product&q=排水抢险车")
    page.get_by_role("link", name="大流量排水抢险车(垂直供排水)").first.click()
    page.fill("#f-name", NAME)
    page.fill("#f-model", "LC-3300")
    page.fill("#f-summary", "每秒九百二十升,八米深取水")
    page.fill(
        "#f-description",
        "面向城市内涝和山洪救援,单车可在八分钟内展开,配六联管路收放机构和夜间作业照明,国六底盘,随车两名操作手培训三天。",
    )
    for box in ("natural_disaster", "emergency_rescue", "purchase", "全国"):
        page.check(f"input[value='{box}']")
    for label, value in {"额定排水流量": "920", "最大扬程": "18", "垂直取水深度": "8"}.items():
        row = page.locator(".spec-grid", has=page.locator(f"input[name=spec_name][value='{label}']"))
        row.locator("input[name=spec_value]").fill(value)
        if label == "额定排水流量":
            row.locator("input[name=spec_unit]").fill("L/s")
    page.select_option("#f-price_kind", "fixed")
    page.fill("#f-price_min_fen", "128万")
    page.fill("#f-unit", "辆")
    page.fill("#f-stock", "2")
    page.fill("#f-lead_time_days", "30")
    page.get_by_role("button", name="保存草稿,继续添加图片").click()
    page.wait_for_url(re.compile(r"/desk/listings/\d+"))
    page.get_by_role("button", name="保存并提交审核").click()
    page.get_by_text("审核中").first.wait_for()


def _approve_listing(page):
    page.goto("/operations/listings")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name=re.compile("通过")).click()
    page.wait_for_url(re.compile("/operations/listings$|/operations/listings\\?"))


def _is_found(page):
    until = time.monotonic() + 5
    while NAME not in search(page, "山洪救援排水抢险车") and time.monotonic() < until:
        time.sleep(0.2)
    assert NAME in names(page), "published, but not findable"
    assert NAME in search(page, "龙吸水"), "by a synonym"
    assert NAME in search(page, "paishuiqiangxianche"), "by pinyin"
    found = search(page, "排水枪险车")
    assert "已按“" in page.locator("main").inner_text() and NAME in found, "by a typing error"
    page.goto("/search?q=排水抢险车")
    page.fill("input[name='flow.min']", "3300")
    page.fill("input[name='flow.max']", "3320")
    page.get_by_role("button", name="应用筛选").click()
    page.wait_for_url(re.compile("flow.min=3300"))
    assert names(page) == [NAME], "920 L/s are 3312 m³/h"


def _fill_basket(page) -> str:
    page.goto("/search?q=大流量排水抢险车&sort=price")
    own = page.locator(".hit", has_text=NAME)
    own.get_by_role("button", name="加入询价篮").click()
    page.get_by_text("已加入询价篮").wait_for()
    suppliers = []
    for place in range(page.locator(".hit").count()):
        hit = page.locator(".hit").nth(place)
        supplier = hit.locator(".hit-from a").first.inner_text()
        if supplier == SUPPLIER or supplier in suppliers:
            continue
        suppliers.append(supplier)
        hit.get_by_role("button", name="加入询价篮").click()
        page.get_by_text("已加入询价篮").wait_for()
        if len(suppliers) == 2:
            break
    assert len(suppliers) == 2
    return _address_of(suppliers[0])


def _address_of(supplier: str) -> str:
    import json
    from pathlib import Path

    folder = Path(__file__).parents[2] / "seed" / "demo"
    rows = [json.loads(line) for line in (folder / "organisations.jsonl").read_text("utf-8").splitlines() if line]
    key = next(row["key"] for row in rows if row["name"] == supplier)
    people = [json.loads(line) for line in (folder / "people.jsonl").read_text("utf-8").splitlines() if line]
    return next(p["email"] for p in people if p["org"] == key and p["role"] == "admin")


def _ask(page) -> str:
    page.goto("/basket")
    page.get_by_role("button", name=re.compile("填写询价单")).click()
    page.wait_for_url("**/requests/new**")
    page.fill("#f-title", "旅程:县城内涝排水车询价")
    page.fill("#f-purpose", "汛期县城下穿通道抽排,要求单车每小时三千立方米以上。")
    page.select_option("#f-category", "natural_disaster")
    page.select_option("#f-province", "江苏省")
    page.get_by_role("button", name="发出询价单").dblclick()
    page.wait_for_url(re.compile(r"/requests/\d+"))
    address = page.url
    page.goto("/requests")
    assert page.get_by_role("link", name="旅程:县城内涝排水车询价").count() == 1, "a double click sent two"
    return address


def _answer(page, email, password, price):
    sign_in(page, email, *([password] if password else []))
    page.goto("/desk/inquiries")
    page.get_by_role("link", name="旅程:县城内涝排水车询价").click()
    assert page.locator("fieldset.quote-line").count() == 1, "others' lines are shown"
    page.fill("#f-price-1", price)
    page.fill("#f-delivery_days-1", "35")
    page.select_option("#f-tax_included", "1")
    page.fill("#f-tax_rate", "13")
    page.fill("#f-valid_days", "60")
    page.get_by_role("button", name="提交报价").click()
    page.get_by_text("回执").first.wait_for()


def _compare(page):
    text = page.locator("main").inner_text()
    assert "¥1,280,000" in text and "¥1,150,000" in text
    assert "最低" in text
    assert "尚未答复" in text
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Excel|XLSX|导出")).first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
