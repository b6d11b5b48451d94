"""Working without script, on a phone, in English, with a reader of pages; and a second start."""

import pytest

from tests.journeys.conftest import ROOT
from tests.journeys.people import demo_person, names, sign_in

pytestmark = pytest.mark.journey
PAGES = ["/", "/search", "/search?q=生命探测仪", "/listings/1", "/suppliers/3", "/classes", "/classes/3.4.6", "/scenes", "/scenes/urban_waterlogging",
         "/bases", "/bases/1", "/compare?id=1&id=2", "/about", "/sign-in", "/register"]  # fmt: skip
DESKS = {
    "供应企业": ["/desk", "/desk/listings", "/desk/listings/new", "/desk/listings/import", "/desk/certificates", "/desk/inquiries"],
    "采购单位": ["/desk", "/basket", "/requests", "/inbox", "/organisation", "/account"],
    "园区管理": ["/desk", "/requests"],
    "金融保险": ["/desk", "/desk/listings"],
    "平台运营": ["/desk", "/operations/organisations", "/operations/listings", "/operations/search", "/operations/jobs",
              "/operations/mails", "/operations/audit"],
}  # fmt: skip
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("width", [360, 1440])
def test_a_page_overflows_or_breaks(visitor, width):
    page = visitor(width)
    for path in PAGES:
        answer = page.goto(path)
        assert answer.status == 200, path
        assert not _overflows(page), f"{path} is wider than {width} px"
    assert page.faults == []


@pytest.mark.parametrize("role", list(DESKS))
def test_a_desk_overflows_breaks_or_is_empty(visitor, role):
    page = visitor(390)
    sign_in(page, demo_person(page, role))
    for path in DESKS[role]:
        answer = page.goto(path)
        assert answer.status == 200, path
        assert not _overflows(page), f"{path} is wider than a phone"
        assert len(page.locator("main").inner_text()) > 60, path
    assert page.faults == []


def test_the_site_does_not_work_without_script(visitor):
    page = visitor(script=False)
    sign_in(page, demo_person(page, "采购单位"))
    page.goto("/search?q=AED")
    assert names(page)
    page.locator(".facet input[type=checkbox]").first.check()
    page.get_by_role("button", name="应用筛选").click()
    assert page.locator(".chips li").count() == 1
    page.locator(".hit").first.get_by_role("button", name="加入询价篮").click()
    page.goto("/basket")
    page.get_by_role("button", name="移除").first.click()
    assert page.get_by_text("询价篮是空的").is_visible()


def test_a_screen_reader_meets_serious_obstacles(visitor):
    page = visitor()
    found = []
    for path in (
        "/",
        "/search?q=排水",
        "/listings/1",
        "/compare?id=1&id=2",
        "/scenes/urban_waterlogging",
        "/bases",
        "/sign-in",
    ):
        page.goto(path)
        found += [f"{path}: {fault}" for fault in _obstacles(page)]
    sign_in(page, demo_person(page, "供应企业"))
    for path in ("/desk", "/desk/listings", "/desk/inquiries", "/desk/listings/new"):
        page.goto(path)
        found += [f"{path}: {fault}" for fault in _obstacles(page)]
    assert found == []


def test_suggestions_do_not_come_as_one_types(visitor):
    page = visitor()
    page.goto("/")
    page.locator("#home-q").press_sequentially("shengming", delay=30)
    page.locator("#home-suggestions option").first.wait_for(state="attached")
    assert any(
        "生命" in v for v in page.eval_on_selector_all("#home-suggestions option", "all => all.map(o => o.value)")
    )


def test_english_readers_meet_chinese_menus(visitor):
    page = visitor()
    page.goto("/")
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".head-nav").inner_text().isascii()


def test_a_second_start_is_slow_or_seeds_again(second_start, visitor):
    _address, seconds, log = second_start
    assert seconds < 6, f"the second start answered after {seconds:.1f} s"  # the goal is 3; CI shares its cores
    assert "产品与服务" not in log.read_text(errors="replace")
    page = visitor()
    page.goto("/search")
    assert names(page)


def _overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")


def _obstacles(page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    rules = {"resultTypes": ["violations"]}
    found = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    return [f"{v['id']}: {v['nodes'][0]['html'][:140]}" for v in serious]
