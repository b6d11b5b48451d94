"""The pages: the whole way of an application in a browser, and who gets in nowhere."""

import io
import re

import pytest

from marketplace.accounts.models import OrganisationKind, User
from marketplace.financing import queries
from marketplace.financing.models import ApplicationStatus
from marketplace.kit import clock, db
from tests.conftest import NOON
from tests.contracts import worlds as contracts
from tests.factories.accounts import PASSWORD
from tests.factories.accounts import make_world as make_people
from tests.financing.worlds import DAY, drafted, key, make_world, offered, sent, status_of

UNTIL = (clock.local(NOON).date() + 10 * DAY).isoformat()


def value(name, text):
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def as_operator(browser, world):
    visitor = browser(world.operator_user)
    with db.transaction() as session:
        session.get(User, world.operator_user.id).totp_secret = "SECRET"  # operators must have set up one-time codes
    return visitor


def test_the_way_from_a_form_to_an_accepted_offer_cannot_be_walked(context, browser, at_noon):
    world = make_world(2)
    applicant, lessors = browser(world.supplier_user), [browser(user) for user in world.users]
    fields = {"form_key": value("form_key", applicant.get("/financing/applications/new").text), "subject": "funding", "title": "排水车融资",
              "amount_fen": "300万", "months": "36", "province": "江苏省", "wanted": "finance_lease", "items-1-name": "排水抢险车",
              "items-1-class_code": "大流量排水抢险车(垂直供排水)", "items-1-quantity": "2"}  # fmt: skip
    faulty = applicant.post(
        "/financing/applications", **{**fields, "amount_fen": "-5", "items-1-class_code": "没有的类别"}
    )
    assert faulty.status_code == 422 and "没有这个装备类别" in faulty.text and "请填写金额" in faulty.text
    page = applicant.post("/financing/applications", **fields).headers["Location"].split("#")[0]
    assert applicant.post("/financing/applications", **fields).headers["Location"].split("#")[0] == page
    shown = applicant.get(page).text
    assert "可申请的机构产品" in shown and "符合条件" in shown and "逐项对照" in shown
    assert applicant.post(f"{page}/send").status_code == 422
    paper = (io.BytesIO(b"%PDF-1.4 licence"), "营业执照.pdf")
    assert applicant.post(f"{page}/files", files={"files": paper}, document="营业执照").status_code == 303
    chosen = [str(one.id) for one in world.products]
    applicant.client.post(f"{page}/send", data={"csrf_token": applicant.token, "products": chosen})
    row_id = int(page.rsplit("/", 1)[1])
    with db.reading():
        first, second = queries.submissions_of(row_id)
    box = f"/financing/inbox/{first.id}"
    assert "排水车融资" in lessors[0].get("/financing/inbox").text
    dossier = lessors[0].get(box).text
    token = re.search(rf'{box}/files/([\w-]+)"', dossier)[1]
    assert lessors[0].get(f"{box}/files/{token}").data == b"%PDF-1.4 licence"
    assert lessors[1].get(f"{box}/files/{token}").status_code == 404
    assert lessors[0].post(f"{box}/take").status_code == 303
    assert lessors[0].post(f"{box}/ask", form_key=key(), text="").status_code == 422
    assert lessors[0].post(f"{box}/ask", form_key=key(), text="请补充审计报告").status_code == 303
    shown = applicant.get(page).text
    assert "请补充审计报告" in shown
    report = {"files": (io.BytesIO(b"%PDF-1.4 audit"), "审计.pdf")}
    assert (
        applicant.post(
            f"/financing/submissions/{first.id}/reply", files=report, form_key=key(), text="见附件"
        ).status_code
        == 303
    )
    form = {"form_key": key(), "kind": "finance_lease", "amount_fen": "300万", "months": "36", "rate": "4.6", "down": "10",
            "every_months": "3", "timing": "arrears", "valid_until": UNTIL, "fee_fen": "3万"}  # fmt: skip
    wrong = lessors[0].post(f"{box}/offer", **{**form, "rent_fen": "9万"})
    assert wrong.status_code == 422 and "须填且只填一项" in wrong.text
    assert lessors[0].post(f"{box}/offer", **form).status_code == 303
    assert lessors[0].post(f"{box}/offer", **form).status_code == 303
    offered(world, second, 1)
    shown = applicant.get(page).text
    assert "方案对比" in shown and "合计最低" in shown and "实际年化利率" in shown
    accept = f"/financing/submissions/{second.id}/accept"
    assert applicant.post(accept, offer="1").status_code == 303
    assert applicant.post(accept, offer="1").status_code == 303
    assert "没有重复操作" in applicant.get(page).text
    assert (status_of(first), status_of(second)) == ("not_chosen", "accepted")
    assert "未选用" in lessors[0].get(box).text and "示例融资租赁01号" not in lessors[0].get(box).text
    with db.reading():
        assert queries.application(row_id).status == ApplicationStatus.ACCEPTED


def test_a_late_click_accepts_or_forgets_that_the_offer_has_lapsed(context, browser, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    made = offered(world, one, 0)
    applicant = browser(world.supplier_user)
    with clock.set_clock(made.valid_until + DAY):
        applicant = browser(world.supplier_user)
        applicant.post(f"/financing/submissions/{one.id}/accept", offer="1")
        assert "失效" in applicant.get(f"/financing/applications/{row.id}").text
    assert status_of(one) == "lapsed"


def test_an_application_begun_from_a_contract_is_typed_again(context, browser, at_noon):
    world = contracts.make_world()
    row = contracts.in_force(world)
    page = browser(world.buyer_user).get(f"/financing/applications/new?origin=contract&id={row.id}")
    assert page.status_code == 200 and "移动排水泵车" in page.text and row.number in page.text
    assert (
        browser(world.supplier_user).get(f"/financing/applications/new?origin=award&id={world.award.id}").status_code
        == 200
    )
    stranger = make_people(OrganisationKind.BUYER)[0][1]
    for origin, number in (
        ("contract", row.id),
        ("award", world.award.id),
        ("need", 1),
        ("tender", world.procurement.id),
    ):
        assert browser(stranger).get(f"/financing/applications/new?origin={origin}&id={number}").status_code == 404


def test_an_institution_cannot_say_who_may_apply(context, browser, at_noon):
    world = make_world(1)
    lessor, page = browser(world.users[0]), f"/financing/products/{world.listings[0].id}"
    shown = lessor.get(page).text
    fields = {"kind": "finance_lease", "open": "1", "every_months": "3", "timing": "arrears", "decision_days": "5", "rate": "4.35",
              "amount_least": "30万", "amount_most": "600万", "years_least": "2", "applicants": "buyer", "base": "confirmed",
              "documents": "营业执照\n营业执照\n财务报表", "revision": value("revision", shown)}  # fmt: skip
    assert lessor.post(page, **{**fields, "amount_most": "20万"}).status_code == 422
    assert lessor.post(page, **fields).status_code == 303
    assert lessor.post(page, **fields).status_code == 409
    public = browser().get(f"/listings/{world.listings[0].id}/financing").text
    assert "¥30万 至 ¥600万" in public and "不少于 2 年" in public and "采购单位" in public and "财务报表" in public
    other = make_people(OrganisationKind.INSTITUTION)[0][1]
    assert browser(other).get(page).status_code == 404
    assert browser(other).post(page, **fields).status_code == 404
    assert browser(world.supplier_user).get(page).status_code == 403


def test_somebody_walks_into_anothers_application(context, browser, at_noon):
    world = make_world(2)
    row, (one, _two) = sent(world, 2)
    own = f"/financing/applications/{row.id}"
    gets = [own, f"{own}/edit", f"{own}/files/abc"]
    posts = [f"{own}/edit", f"{own}/send", f"{own}/files", f"{own}/withdraw", f"/financing/submissions/{one.id}/accept",
             f"/financing/submissions/{one.id}/reply", f"/financing/submissions/{one.id}/withdraw"]  # fmt: skip
    for user in (world.buyer_user, world.users[1]):
        visitor = browser(user)
        assert {visitor.get(url).status_code for url in gets} == {404}
        assert {visitor.post(url).status_code for url in posts} == {404}
    boxes = [f"/financing/inbox/{one.id}{end}" for end in ("/take", "/ask", "/offer", "/decline")]
    assert {browser(world.users[1]).post(url).status_code for url in boxes} == {404}
    assert {browser(world.supplier_user).post(url).status_code for url in boxes} == {403}
    operator = as_operator(browser, world)
    assert {
        operator.get(url).status_code for url in (own, "/financing/applications", "/financing/inbox", "/consortia")
    } == {403}
    assert {
        browser().get(url).status_code
        for url in (own, "/financing/applications", "/consortia", "/operations/financing")
    } <= {302, 303, 401}


def test_operators_read_more_than_numbers(context, browser, at_noon):
    world = make_world(1)
    sent(world, 1)
    page = as_operator(browser, world).get("/operations/financing").text
    assert "融资租赁" in page and "排水抢险车" not in page and world.supplier.name not in page
    assert browser(world.supplier_user).get("/operations/financing").status_code == 403


def test_a_draft_is_changed_by_two_or_sent_by_an_unproven_person(context, browser, at_noon):
    world = make_world(1)
    row = drafted(world)
    applicant = browser(world.supplier_user)
    fields = {
        "form_key": row.form_key,
        "subject": "funding",
        "title": "改名",
        "amount_fen": "100万",
        "months": "12",
        "revision": "1",
    }
    assert applicant.post(f"/financing/applications/{row.id}/edit", **fields).status_code == 303
    assert applicant.post(f"/financing/applications/{row.id}/edit", **fields).status_code == 409
    assert applicant.post(f"/financing/applications/{row.id}/withdraw").status_code == 303
    with db.transaction() as session:
        session.merge(world.supplier_user).email_verified_at = None
    other = drafted(world)
    answer = applicant.post(f"/financing/applications/{other.id}/send", products=str(world.products[0].id))
    assert answer.status_code == 403 and "验证邮箱" in answer.text


@pytest.mark.parametrize("tab", ["", "?tab=ended", "?page=99999999"])
def test_a_list_breaks(context, browser, at_noon, tab):
    world = make_world(1)
    sent(world, 1)
    assert browser(world.supplier_user).get(f"/financing/applications{tab}").status_code == 200
    assert browser(world.users[0]).get(f"/financing/inbox{tab}").status_code == 200


def test_the_way_of_an_agreement_cannot_be_walked(context, browser, at_noon):
    world = contracts.make_world()
    contract = contracts.in_force(world)
    leader, member = browser(world.supplier_user), browser(world.member_user)
    fields = {"form_key": value("form_key", leader.get("/consortia/new").text), "title": "排水联合体", "text": "各方自愿组成联合体,由牵头单位代表报价和签约。",
              "members-1-who": world.supplier.name, "members-1-role": "maker", "members-2-who": world.member.name}  # fmt: skip
    wrong = leader.post("/consortia", **fields)
    assert wrong.status_code == 422 and "请选择成员的角色" in wrong.text
    fields["members-2-role"] = "insurer"
    page = leader.post("/consortia", **fields).headers["Location"]
    assert leader.post("/consortia", **fields).headers["Location"] == page
    assert member.get(page).status_code == 404
    revision = value("revision", leader.get(page).text)
    assert leader.post(f"{page}/offer", password="wrong-password", revision=revision).status_code == 422
    assert leader.post(f"{page}/offer", password=PASSWORD, revision=revision).status_code == 303
    digest = value("hash", member.get(page).text)
    assert member.post(f"{page}/accept", password=PASSWORD, hash="0" * 64).status_code == 409
    assert member.post(f"{page}/accept", password=PASSWORD, hash=digest).status_code == 303
    assert "已生效" in leader.get(page).text
    assert leader.post(f"{page}/name", where="contract-999999").status_code == 404
    assert leader.post(f"{page}/name", where="").status_code == 422
    assert leader.post(f"{page}/name", where=f"contract-{contract.id}").status_code == 303
    assert contract.number in leader.get(page).text
    assert member.post(f"{page}/end", reason="不做了").status_code == 404
    pdf = leader.get(f"{page}/pdf")
    assert pdf.status_code in (200, 503) and (pdf.status_code == 503 or pdf.data.startswith(b"%PDF"))
    stranger = browser(make_people(OrganisationKind.SUPPLIER)[0][1])
    assert {stranger.get(page).status_code, stranger.get(f"{page}/pdf").status_code} == {404}
    assert {
        stranger.post(f"{page}/{act}", password=PASSWORD).status_code
        for act in ("accept", "refuse", "end", "name", "take-back")
    } == {404}
