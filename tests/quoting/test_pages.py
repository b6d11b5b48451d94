"""Pages: who may, what is shown, and what never is."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from marketplace.accounts.models import OrganisationKind, OrganisationStatus, Role
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.kit import clock, db
from marketplace.quoting.models import BasketLine, Quote, Request
from tests.conftest import NOON
from tests.factories.accounts import make_member, make_organisation
from tests.quoting.worlds import BOAT, answered, fill_basket, make_listing, make_world, sent

FIELDS = {
    "title": "防汛泵车询价", "purpose": "城区内涝排水", "category": "natural_disaster", "province": "江苏省",
    "city": "徐州市", "arrangement": "purchase", "answer_by": "2026-11-26T17:00", "form_key": "a-form-key",
}  # fmt: skip
ANSWER = {"price-1": "1280.50", "delivery_days-1": "7", "valid_days": "30", "tax_included": "1", "tax_rate": "13",
          "revision": "0", "act": "submit"}  # fmt: skip


@pytest.fixture
def inside(app):
    """`with inside():` for data; never around a request, which must have a context of its own."""
    return app.app_context


@pytest.fixture
def world(inside, at_noon):
    with inside():
        return make_world(2)


@pytest.fixture
def row(inside, world):
    with inside():
        return sent(world)


@pytest.fixture
def count(inside):
    """How many rows of a table there are."""

    def counted(model):
        with inside():
            return len(list(db.session().exec(select(model))))

    return counted


def test_a_buyer_walks_from_the_listing_to_the_answers(world, browser, count):
    buyer = browser(world.buyer_user)
    for listing in world.listings:
        answer = buyer.post("/basket/add", listing_id=listing.id, quantity=2, next="/inbox")
        assert (answer.status_code, answer.location) == (303, "/inbox")
    page = buyer.get("/basket").text
    assert all(org.name in page for org in world.suppliers)
    ids = re.findall(r'name="quantity-(\d+)"', page)
    edited = {f"quantity-{ids[0]}": "4", f"note-{ids[0]}": "含培训", f"quantity-{ids[1]}": "4", f"note-{ids[1]}": ""}
    assert buyer.post("/basket", act="ask", **edited).location == "/requests/new"
    form = buyer.get("/requests/new").text
    assert "不是法定的询价采购程序" in form and "政府采购法" in form and "2026-11-26T17:00" in form
    made = buyer.post("/requests", lines=ids, **FIELDS)
    assert made.status_code == 303
    again = buyer.post("/requests", lines=ids, **FIELDS)
    assert again.location == made.location and count(Request) == 1
    supplier = browser(world.users[0])
    assert "防汛泵车询价" in supplier.get("/desk/inquiries").text
    done = supplier.post(f"/desk{made.location.replace('requests', 'inquiries')}/quote", **ANSWER)
    assert done.status_code == 303
    receipt = supplier.get(done.location).text
    assert "¥1,280.50" in receipt and "¥5,122" in receipt and "SHA-256" in receipt
    answers = buyer.get(made.location).text
    assert "¥1,280.50" in answers and "尚未答复" in answers and "含培训" in answers


def test_a_supplier_never_reads_who_else_was_asked(world, inside, row, browser):
    with inside():
        answered(world, row, 1, 100_00)
    supplier, other = browser(world.users[0]), world.suppliers[1]
    for url in ("/desk/inquiries", f"/desk/inquiries/{row.id}", "/inbox"):
        page = supplier.get(url).text
        assert row.number in page or url == "/inbox"
        assert other.name not in page and "P-1" not in page and "¥100" not in page, url


def test_other_peoples_requests_answer_exactly_as_absent_ones(world, inside, row, browser):
    with inside():
        answered(world, row, 0, 100)
    with inside(), db.transaction():
        rival = make_member(make_organisation(OrganisationKind.BUYER))
        stranger = make_member(make_organisation(OrganisationKind.SUPPLIER))
    buyer, seller = browser(rival), browser(stranger)
    for visitor, paths in (
        (buyer, ["/requests/{}", "/requests/{}/answers.xlsx"]),
        (seller, ["/desk/inquiries/{}", "/desk/inquiries/{}/receipts/1"]),
    ):
        for path in paths:
            theirs, absent = visitor.get(path.format(row.id)), visitor.get(path.format(999))
            assert theirs.status_code == absent.status_code == 404
            assert _bare(theirs.text, row.id) == _bare(absent.text, 999)
    posts = {
        buyer: ["extend", "close", "cancel", "again", "questions/1"],
        seller: ["quote", "decline", "withdraw", "seen", "questions"],
    }
    form = {"reason": "理由充分", "answer_by": "2026-12-01T17:00", "text": "问题", "answer": "答"}
    for visitor, ends in posts.items():
        base = "/requests" if visitor is buyer else "/desk/inquiries"
        for end in ends:
            codes = [visitor.post(f"{base}/{n}/{end}", **form).status_code for n in (row.id, 999)]
            assert codes == [404, 404], end
    receipts = [browser(world.users[1]).get(f"/desk/inquiries/{row.id}/receipts/{n}").status_code for n in (1, 2)]
    assert receipts == [404, 404]


def _bare(page: str, number: int) -> str:
    page = re.sub(r'(nonce|value|content)="[^"]*"', "", page)
    return re.sub(r"&#39;[^&]*&#39;|'\{[^']*\}'", "", page).replace(f"/{number}", "/n")


@pytest.mark.parametrize(
    ("kind", "role", "url", "status"),
    [
        (OrganisationKind.BUYER, Role.VIEWER, "/requests", 200),
        (OrganisationKind.BUYER, Role.VIEWER, "/basket", 403),
        (OrganisationKind.PARK, Role.MEMBER, "/basket", 200),
        (OrganisationKind.SUPPLIER, Role.ADMIN, "/basket", 403),
        (OrganisationKind.SUPPLIER, Role.VIEWER, "/desk/inquiries", 200),
        (OrganisationKind.INSTITUTION, Role.MEMBER, "/desk/inquiries", 200),
        (OrganisationKind.BUYER, Role.ADMIN, "/desk/inquiries", 403),
        (OrganisationKind.SUPPLIER, Role.ADMIN, "/requests", 403),
        (OrganisationKind.BUYER, Role.ADMIN, "/operations/requests", 403),
    ],
)
def test_each_role_sees_only_its_side(inside, at_noon, browser, kind, role, url, status):
    with inside(), db.transaction():
        person = make_member(make_organisation(kind), role)
    assert browser(person).get(url).status_code == status


def test_strangers_are_led_to_sign_in(browser):
    assert all(browser().get(url).status_code == 303 for url in ("/basket", "/requests", "/desk/inquiries"))


def test_a_viewer_looks_but_does_not_answer(world, inside, row, browser):
    with inside(), db.transaction():
        viewer = make_member(world.suppliers[0], Role.VIEWER)
    looking = browser(viewer)
    page = looking.get(f"/desk/inquiries/{row.id}").text
    assert 'name="price-1"' not in page
    assert looking.post(f"/desk/inquiries/{row.id}/quote", **ANSWER).status_code == 403


def test_operators_read_numbers_and_no_prices(world, inside, row, browser):
    with inside():
        answered(world, row, 0, 4242_42)
    with inside(), db.transaction() as session:
        person = make_member(make_organisation(OrganisationKind.OPERATOR))
        person.demo = True
        session.add(person)
    browser_app = browser(person)
    browser_app.client.application.config["DEMO"] = True
    page = browser_app.get("/operations/requests").text
    assert "有效报价" in page and "4,242" not in page and row.title not in page
    assert browser_app.get(f"/requests/{row.id}").status_code == 403


def test_a_faulty_quote_comes_back_as_typed(world, row, browser, count):
    supplier = browser(world.users[0])
    answer = supplier.post(f"/desk/inquiries/{row.id}/quote", **{**ANSWER, "price-1": "十二块", "note": "我的说明"})
    assert answer.status_code == 422 and "十二块" in answer.text and "我的说明" in answer.text and count(Quote) == 0


def test_a_draft_is_kept_and_shown_again(world, row, browser):
    supplier = browser(world.users[0])
    supplier.post(f"/desk/inquiries/{row.id}/quote", **{"price-1": "77.70", "revision": "0", "act": "draft"})
    page = supplier.get(f"/desk/inquiries/{row.id}").text
    assert 'value="77.70"' in page and "草稿" in page
    assert "77.7" not in browser(world.buyer_user).get(f"/requests/{row.id}").text


def test_after_the_deadline_the_form_is_gone_and_the_answer_is_not(world, inside, row, browser):
    with inside():
        answered(world, row, 0, 100_00)
    with clock.set_clock(row.answer_by):
        supplier, buyer = browser(world.users[0]), browser(world.buyer_user)
        page = supplier.get(f"/desk/inquiries/{row.id}?edit=1").text
        assert 'name="price-1"' not in page and "¥100" in page
        refused = supplier.post(f"/desk/inquiries/{row.id}/quote", **{**ANSWER, "revision": "3"})
        assert refused.status_code == 409
        assert "未报价" in buyer.get(f"/requests/{row.id}").text
    with clock.set_clock(row.answer_by - timedelta(microseconds=1)):
        supplier = browser(world.users[0])
        assert 'name="price-1"' in supplier.get(f"/desk/inquiries/{row.id}?edit=1").text


def test_what_is_no_longer_offered_is_said_in_the_basket(world, inside, browser):
    with inside():
        fill_basket(world)
    with inside(), db.transaction() as session:
        session.get(Listing, world.listings[0].id).status = ListingStatus.WITHDRAWN
    buyer = browser(world.buyer_user)
    assert "暂不可询价" in buyer.get("/basket").text
    form = buyer.get("/requests/new").text
    assert "不会发出" in form and form.count('name="lines"') == 1


def test_an_organisation_in_review_sees_the_next_step(inside, at_noon, browser, count):
    with inside():
        world = make_world(1, status=OrganisationStatus.IN_REVIEW)
        ids = fill_basket(world)
    buyer = browser(world.buyer_user)
    assert "查看审核进度" in buyer.get("/requests/new").text
    refused = buyer.post("/requests", lines=ids, **FIELDS)
    assert refused.status_code == 403 and "审核" in refused.text and count(BasketLine) == 1


def test_a_faulty_request_comes_back_with_its_key_and_choices(world, inside, browser):
    with inside():
        ids = fill_basket(world)
    answer = browser(world.buyer_user).post("/requests", lines=ids[:1], **{**FIELDS, "title": "", "answer_by": "明天"})
    assert answer.status_code == 422 and "a-form-key" in answer.text and answer.text.count(" checked") == 1
    assert "2026-01-31 17:00" in answer.text and "内涝" in answer.text


def test_the_basket_count_is_shown_to_buyers_only(world, inside, browser):
    with inside():
        fill_basket(world)
    shown = re.compile(r'询价篮 <span class="count">2</span>')
    assert shown.search(browser(world.buyer_user).get("/inbox").text)
    assert "询价篮" not in browser(world.users[0]).get("/inbox").text


def test_formulas_stay_text_in_the_workbook(world, inside, row, browser):
    evil = '=HYPERLINK("http://x.example","价")'
    with inside():
        answered(world, row, 0, 100_50, note=evil)
    with inside(), db.transaction() as session:
        session.get(Request, row.id).title = "=1+1"
    supplier = browser(world.users[1])
    supplier.post(f"/desk/inquiries/{row.id}/decline", reason="@SUM(A1)")
    answer = browser(world.buyer_user).get(f"/requests/{row.id}/answers.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
    assert sheets and not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    cells = [cell for name in book.sheet_names for line in book.get_sheet_by_name(name).to_python() for cell in line]
    assert 100.5 in cells and any("@SUM(A1)" in str(cell) for cell in cells)


def test_twenty_suppliers_with_fifty_items_each_compare_on_one_page(inside, at_noon, browser):
    with inside():
        world = make_world(20)
        with db.transaction():
            world.listings = [make_listing(org, f"{BOAT}{n}") for org in world.suppliers for n in range(50)]
        row = sent(world)
        for n in range(20):
            answered(world, row, n, *[(n + 1) * 100 + item for item in range(50)])
    buyer = browser(world.buyer_user)
    page = buyer.get(f"/requests/{row.id}").text
    assert page.count("合计最低") == 1 and page.count(">最低<") == 50
    assert buyer.get(f"/requests/{row.id}/answers.xlsx").status_code == 200


def test_a_request_can_be_extended_closed_and_asked_again_by_page(world, row, browser, count):
    buyer = browser(world.buyer_user)
    early = buyer.post(f"/requests/{row.id}/extend", answer_by="2026-11-23T13:00")
    assert early.status_code == 422 and "晚于" in early.text
    assert buyer.post(f"/requests/{row.id}/extend", answer_by="2026-12-01T17:00").status_code == 303
    assert "2026-12-01 17:00" in browser(world.users[0]).get(f"/desk/inquiries/{row.id}").text
    assert buyer.post(f"/requests/{row.id}/close").status_code == 303
    assert buyer.post(f"/requests/{row.id}/again").location == "/basket"
    assert count(BasketLine) == 2
    assert buyer.post(f"/requests/{row.id}/cancel", reason="不需要了").status_code == 409


def test_questions_are_answered_to_all_by_page(world, row, browser):
    asker, other, buyer = browser(world.users[0]), browser(world.users[1]), browser(world.buyer_user)
    assert asker.post(f"/desk/inquiries/{row.id}/questions", text="含运费吗?").status_code == 303
    page = buyer.get(f"/requests/{row.id}").text
    link = re.search(rf"/requests/{row.id}/questions/\d+", page)[0]
    assert "含运费吗" not in other.get(f"/desk/inquiries/{row.id}").text
    assert buyer.post(link, text="含运费吗?", answer="请分别报。").status_code == 303
    shown = other.get(f"/desk/inquiries/{row.id}").text
    assert "请分别报。" in shown and world.suppliers[0].name not in shown and "本单位提问" not in shown
    assert NOON < row.answer_by
