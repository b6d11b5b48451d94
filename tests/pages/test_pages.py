"""Arriving, browsing, comparing, and the desks."""

import pytest

from marketplace.accounts.models import OrganisationKind
from marketplace.kit import db
from marketplace.pages.comparing import Row, value_text
from marketplace.taxonomy import queries as taxonomy
from tests.factories.accounts import make_user, make_world


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search",
        "/classes",
        "/classes/3.4",
        "/scenes",
        "/scenes/urban_waterlogging",
        "/bases",
        "/compare",
        "/about",
        "/register",
        "/sign-in",
        "/forgot",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_public_page_fails(browser, catalogue, path, language):
    visitor = browser()
    visitor.post("/language", language=language)
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert f'lang="{"en" if language == "en" else "zh-CN"}"' in answer.text


@pytest.mark.parametrize(
    "path", ["/classes/none", "/scenes/none", "/bases/999", "/nowhere", "/listings/999999999999999999999"]
)
def test_what_does_not_exist_answers_otherwise_than_404(browser, catalogue, path):
    assert browser().get(path).status_code == 404


def test_the_comparison_leaves_out_values_units_or_differences(browser, catalogue):
    page = browser().get(f"/compare?id={catalogue['big']}&id={catalogue['small']}").text
    assert "3,000 m³/h" in page
    assert "500.4 m³/h (139 L/s)" in page
    assert "≠" in page


def test_the_comparison_takes_a_sixth_listing_or_forgets_the_others(browser, catalogue):
    visitor = browser()
    for name in ("big", "small"):
        visitor.get(f"/compare?add={catalogue[name]}")
    page = visitor.get("/compare").text
    assert "大流量排水抢险车" in page and "小型排水抢险车" in page
    page = visitor.get(f"/compare?remove={catalogue['big']}").text
    assert "大流量排水抢险车" not in page
    many = "&".join(f"id={n}" for n in range(1, 9))
    assert "一次最多对比 5 项" in visitor.get(f"/compare?{many}").text


def test_unpublished_listings_can_be_compared(browser, catalogue):
    assert "尚未发布的探测仪" not in browser().get(f"/compare?id={max(catalogue.values()) + 1}").text


@pytest.mark.parametrize(
    ("cells", "differs"), [(["a", "a"], False), (["a", "b"], True), (["a", None], False), ([None, None], False)]
)
def test_a_row_marks_the_wrong_differences(cells, differs):
    assert Row("x", cells).differs is differs


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"text": "IP67"}, "IP67"),
        ({"value": 3000, "unit": "m³/h"}, "3,000 m³/h"),
        ({"value": 50, "unit": "L/s"}, "180 m³/h (50 L/s)"),
        ({"min": 100, "max": 200, "unit": "m³/h"}, "100–200 m³/h"),
        ({"value": 5, "unit": "台"}, "5 台"),
    ],
)
def test_a_spec_reads_wrongly_beside_others(context, spec, text):
    assert value_text(spec, taxonomy.attribute("flow")) == text


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_desk_fails(app, browser, catalogue, kind):
    with app.app_context():
        ((_org, user),) = make_world(kind)
    desk = browser(user).get("/desk")
    assert desk.status_code == 200
    assert "工作台" in desk.text


def test_somebody_without_an_organisation_sees_no_next_step(app, browser):
    with app.app_context(), db.transaction():
        user = make_user()
    assert "/organisation/new" in browser(user).get("/desk").text


@pytest.mark.parametrize(
    "path",
    ["/operations/search", "/operations/jobs", "/operations/mails", "/operations/audit", "/operations/organisations"],
)
def test_operations_open_to_others_than_operators(app, browser, catalogue, path):
    with app.app_context():
        (_o, operator), (_s, supplier) = make_world(OrganisationKind.OPERATOR, OrganisationKind.SUPPLIER)
        with db.transaction() as session:
            session.merge(operator).totp_secret = ""
    assert browser(supplier).get(path).status_code == 403
    assert browser().get(path).status_code == 303
    assert browser(operator).get(path).status_code in (200, 303)  # 303: one-time codes first
