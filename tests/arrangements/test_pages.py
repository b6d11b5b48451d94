"""The calculators as pages: open to all, shareable, and clear about bad input."""

import io
import re

import pytest
from python_calamine import CalamineWorkbook

TOOLS = ["lease-schedule", "internal-rate", "lease-or-buy", "work-safety-premium", "first-set-subsidy"]
GOOD = "price_fen=100万&annual_rate=4.35&periods=36&start=2026-01-31"


@pytest.mark.parametrize("tool", TOOLS)
def test_a_first_visit_shows_no_example(browser, tool):
    answer = browser().get(f"/tools/{tool}")
    assert answer.status_code == 200 and "示例" in answer.text and "is-invalid" not in answer.text
    assert f'href="/tools/{tool}"' in browser().get("/tools").text


@pytest.mark.parametrize(
    ("address", "names"),
    [
        (
            "lease-schedule?price_fen=-5&annual_rate=99&periods=0&start=x",
            ["price_fen", "annual_rate", "periods", "start"],
        ),
        (f"lease-schedule?{GOOD}&every_months=12", ["every_months"]),
        (f"lease-schedule?{GOOD}&residual_fen=101万", ["residual_fen"]),
        (f"lease-schedule?{GOOD}&timing=later", ["timing"]),
        (
            "lease-schedule?price_fen=0.005&annual_rate=1e400&periods=９９９&start=9999-12-31",
            ["price_fen", "annual_rate", "periods", "start"],
        ),
        ("internal-rate?flows=100%0A200", ["flows"]),
        ("internal-rate?flows=100", ["flows"]),
        ("internal-rate?flows=-100%0Aabc", ["flows"]),
        ("internal-rate?flows=-100%0A2026-01-31+200", ["flows"]),
        ("internal-rate?flows=2026-02-30+-100%0A2026-03-31+200", ["flows"]),
        ("lease-or-buy?months=36&discount_rate=3&price_fen=10&resale_fen=11&rent_fen=0", ["resale_fen", "rent_fen"]),
        ("work-safety-premium?sector=mining&people=0&limit_fen=30万&cost_fen=5", ["people", "limit_fen", "cost_fen"]),
        ("first-set-subsidy?programme=x&insured_fen=1&rate=11&years=9", ["programme", "rate", "years"]),
    ],
)
def test_bad_input_is_not_explained_at_its_field(browser, address, names):
    answer = browser().get(f"/tools/{address}")
    assert answer.status_code == 422
    assert set(re.findall(r'id="e-(\w+)"', answer.text)) == set(names)


def test_an_address_does_not_hold_the_whole_calculation(browser):
    text = browser().get(f"/tools/lease-schedule?{GOOD}&residual_fen=10万").text
    assert "27,074.44" in text and 'value="100万"' in text and "示例数字" not in text


def test_what_an_address_leaves_out_shows_as_something_else_than_it_means(browser):
    text = browser().get(f"/tools/lease-schedule?{GOOD}").text
    assert '<option value="arrears" selected>' in text and '<option value="advance" selected>' not in text


def test_a_script_in_an_address_runs(browser):
    text = browser().get("/tools/internal-rate?flows=<script>alert(1)</script>%0A5").text
    assert "<script>alert" not in text


def test_the_workbook_differs_from_the_page(browser):
    answer = browser().get(f"/tools/lease-schedule.xlsx?{GOOD}&residual_fen=10万")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 5 + 36 + 1 + 1
    assert rows[5][2] == 27074.44 and str(rows[5][1]) == "2026-02-28"
    assert rows[-1][4] == 1_000_000 and rows[-2][0] == "期末残值"


def test_a_faulty_workbook_is_sent(browser):
    answer = browser().get("/tools/lease-schedule.xlsx?price_fen=no")
    assert answer.status_code == 422 and answer.mimetype == "text/html"


def test_an_estimate_looks_like_an_offer(browser):
    text = browser().get("/tools/work-safety-premium").text
    assert "估算" in text and "应急〔2025〕27号第十五条" in text and "山东省安监局" in text
    text = browser().get("/tools/work-safety-premium?sector=construction&people=1&limit_fen=40万&cost_fen=2000万").text
    assert "2018 版,建筑施工" in text and "¥12,000" in text


def test_a_rate_that_is_not_the_only_one_is_given_without_a_word(browser):
    assert "可能不止一个" in browser().get("/tools/internal-rate?flows=-100%0A230%0A-132&every_months=12").text
    assert "可能不止一个" not in browser().get("/tools/internal-rate").text


def test_the_answer_of_lease_or_buy_has_no_chart(browser):
    text = browser().get("/tools/lease-or-buy").text
    assert text.count("<polyline") == 2 and "买更省" in text
