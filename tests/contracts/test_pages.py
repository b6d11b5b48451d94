"""The pages: the whole way of a contract in a browser, and who gets in nowhere."""

import io
import re

import pytest
from PIL import Image
from sqlmodel import select

from marketplace.accounts.models import Notice, User
from marketplace.contracts import queries
from marketplace.contracts.models import ContractStatus
from marketplace.contracts.models_performance import DeliveryStatus
from marketplace.kit import clock, db
from tests.conftest import NOON
from tests.contracts.worlds import (
    DAY,
    all_of,
    call_off,
    delivered,
    drafted,
    finished,
    framework,
    in_force,
    judged,
    key,
    make_world,
)
from tests.factories.accounts import PASSWORD
from tests.factories.accounts import make_world as make_people

TODAY = clock.local(NOON).date().isoformat()


def held(row_id):
    with db.reading():
        return queries.contract(row_id)


def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return (io.BytesIO(out.getvalue()), "现场.png")


def signed_in_operator(browser, world):
    visitor = browser(world.operator_user)
    with db.transaction() as session:
        session.get(User, world.operator_user.id).totp_secret = "SECRET"  # operators must have set up one-time codes
    return visitor


def value(name, text):
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def test_the_way_from_award_to_rating_cannot_be_walked(context, browser, at_noon):
    world = make_world()
    buyer, seller = browser(world.buyer_user), browser(world.supplier_user)
    link = f"/procurements/{world.procurement.id}/awards/{world.award.id}/contract"
    page = buyer.post(link).headers["Location"]
    assert page == buyer.post(link).headers["Location"]
    row_id = int(page.rsplit("/", 1)[1])
    draft = buyer.get(f"{page}/draft").text
    fields = {
        "revision": value("revision", draft),
        "title": "排水装备合同",
        "place": "城北仓库",
        "accept_within_days": "5",
    }
    assert (
        buyer.post(f"{page}/draft", **fields, **{"steps-1-what": "全部交付", "steps-1-after_days": "20"}).status_code
        == 303
    )
    assert seller.get(page).status_code == 404
    revision = value("revision", buyer.get(page).text)
    assert buyer.post(f"{page}/offer", password="wrong-password", revision=revision).status_code == 422
    assert buyer.post(f"{page}/offer", password=PASSWORD, revision=revision).status_code == 303
    shown = seller.get(page).text
    digest = value("hash", shown)
    assert "请核对文本并签署" in shown and digest in seller.get(f"{page}/text").text
    assert seller.post(f"{page}/sign", password=PASSWORD, hash="0" * 64).status_code == 409
    assert seller.post(f"{page}/sign", password=PASSWORD, hash=digest).status_code == 303
    assert held(row_id).status == ContractStatus.SIGNED
    with db.reading():
        pump, hose = [i.id for i in queries.items_of(row_id)]
        step = queries.milestones_of(row_id)[0].id
    form = {"form_key": key(), "sent_on": TODAY, "arrives_on": TODAY, "milestone_id": str(step), "completes": "1"}
    sent = {**form, f"quantity-{pump}": "10", f"quantity-{hose}": "2.5"}
    faulty = seller.post(f"{page}/deliveries", **{**sent, f"quantity-{pump}": "11"})
    assert faulty.status_code == 422 and "超过合同尚未交付的数量" in faulty.text
    at = seller.post(f"{page}/deliveries", **sent, files={"files": photo()}).headers["Location"]
    assert seller.post(f"{page}/deliveries", **sent).headers["Location"] == at
    assert buyer.post(f"{at}/receive", received_on=TODAY).status_code == 303
    assert buyer.post(f"{at}/inspection", verdict="rework", reason="漏油").status_code == 422
    rework = {"verdict": "rework", "reason": "漏油", "redo_by": TODAY, f"finding-{pump}": "三号泵"}
    assert buyer.post(f"{at}/inspection", **rework, files={"files": photo()}).status_code == 303
    assert "三号泵" in seller.get(at).text and "整改中" in seller.get(page).text
    assert seller.post(f"{at}/again", note="已更换密封", sent_on=TODAY, arrives_on=TODAY).status_code == 303
    assert buyer.post(f"{at}/inspection", verdict="accepted").status_code == 303
    assert held(row_id).status == ContractStatus.COMPLETED
    marks = {f"score-{name}": "5" for name in ("delivery", "quality", "service")}
    assert buyer.post(f"{page}/rating", text="很好").status_code == 422
    assert buyer.post(f"{page}/rating", **marks, text="很好用").status_code == 303
    assert "很好用" not in seller.get(page).text
    marks = {f"score-{name}": "4" for name in ("payment", "clarity", "cooperation")}
    assert seller.post(f"{page}/rating", **marks).status_code == 303
    assert "很好用" in seller.get(page).text
    assert seller.post(f"{page}/rating/reply", text="谢谢信任").status_code == 303
    assert "谢谢信任" in buyer.get(page).text
    image = re.search(rf"{page}/files/[\w-]+", seller.get(at).text)[0]
    assert seller.get(image).mimetype == "image/webp" and browser().get(image).status_code == 303


def test_a_contract_does_not_print(context, browser, at_noon):
    pytest.importorskip("weasyprint")
    world = make_world()
    row = in_force(world)
    answer = browser(world.supplier_user).get(f"/contracts/{row.id}/contract.pdf")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")


def test_the_clock_is_faster_and_the_buyers_verdict_is_kept(context, browser):
    world = make_world()
    row = in_force(world)
    delivery = delivered(world, row, all_of(row))
    with clock.set_clock(delivery.accept_by):
        buyer = browser(world.buyer_user)
        at = f"/contracts/{row.id}/deliveries/1"
        assert "视为验收合格" in buyer.get(at).text and 'name="verdict"' not in buyer.get(at).text
        with db.reading():
            assert queries.delivery(row.id, 1).status == DeliveryStatus.RECEIVED  # looking writes nothing
        assert buyer.post(f"{at}/inspection", verdict="rejected", reason="不要了").status_code == 303
    with db.reading():
        shipment = queries.folder(held(row.id)).shipments[0]
    assert [(i.verdict, i.automatic) for i in shipment.inspections] == [("accepted", True)]


def test_what_came_in_time_is_late_or_sent_again(context, browser):
    world = make_world()
    with clock.set_clock(NOON):
        row = in_force(world)
        first, last = queries.milestones_of(row.id)
        delivered(world, row, all_of(row), milestone_id=first.id, completes=True)
        page = browser(world.supplier_user).get(f"/contracts/{row.id}").text
        assert "签收,待验收" in page and "登记发货" in page
        delivered(world, row, {}, milestone_id=last.id, completes=True)
    with clock.set_clock(NOON + 45 * DAY), db.reading():
        folder = queries.folder(held(row.id))
        assert folder.next_milestone() is None
    with clock.set_clock(NOON + 1 * DAY):
        assert "登记发货" not in browser(world.supplier_user).get(f"/contracts/{row.id}").text
    with clock.set_clock(NOON + 12 * DAY):
        assert "已逾期" not in browser(world.supplier_user).get(f"/contracts/{row.id}").text


def test_the_supplier_cannot_prove_that_the_goods_are_there(context, browser, at_noon):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row), received=False)
    seller, at = browser(world.supplier_user), f"/contracts/{row.id}/deliveries/1"
    assert seller.post(f"{at}/handover", received_on=TODAY).status_code == 422
    assert seller.post(f"{at}/handover", received_on=TODAY, files={"files": photo()}).status_code == 303
    with db.reading():
        assert queries.delivery(row.id, 1).accept_by is not None


def test_a_change_cannot_be_proposed_and_agreed(context, browser, at_noon):
    world = make_world()
    row = in_force(world)
    pump = next(iter(all_of(row)))
    buyer, seller, page = browser(world.buyer_user), browser(world.supplier_user), f"/contracts/{row.id}"
    assert buyer.get(f"{page}/changes/new").status_code == 200
    form = {"form_key": key(), "reason": "quantity", "why": "汛期提前", f"quantity-{pump}": "20"}
    over = buyer.post(f"{page}/changes", **form)
    assert over.status_code == 422 and "政府采购法第49条" in over.text and 'name="limit_read"' in over.text
    assert buyer.post(f"{page}/changes", **form, limit_read="1").status_code == 303
    assert buyer.post(f"{page}/changes/1/agree").status_code == 404
    assert "政府采购法第49条" in seller.get(page).text
    assert seller.post(f"{page}/changes/1/agree").status_code == 303
    assert held(row.id).version == 2 and buyer.get(f"{page}/versions/1").status_code == 200


def test_a_quarrel_does_not_reach_the_operator(context, browser, at_noon):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    buyer, seller, operator = (
        browser(world.buyer_user),
        browser(world.supplier_user),
        signed_in_operator(browser, world),
    )
    page = f"/contracts/{row.id}"
    assert buyer.get(f"{page}/disputes/new?delivery=1").status_code == 200
    form = {"form_key": key(), "subject": "quality", "delivery": "1", "text": "泵体有裂纹,无法使用,要求更换。"}
    at = buyer.post(f"{page}/disputes", **form, files={"files": photo()}).headers["Location"]
    assert seller.post(f"{at}/statements", form_key=key(), text="系运输所致").status_code == 303
    number = at.rsplit("/", 1)[1]
    there = f"/operations/disputes/{number}"
    with db.reading() as session:
        told = session.exec(select(Notice.link).where(Notice.user_id == world.operator_user.id)).all()
    assert told == [there]
    shown = operator.get(there).text
    assert "系运输所致" in shown and operator.get("/operations/disputes").status_code == 200
    assert operator.get(re.search(rf"{there}/files/[\w-]+", shown)[0]).mimetype == "image/webp"
    assert operator.get(page).status_code == 403
    assert operator.post(f"{there}/outcome", outcome="rework", text="限期更换泵体").status_code == 422
    assert operator.post(f"{there}/outcome", outcome="rework", text="限期更换泵体", redo_by=TODAY).status_code == 303
    assert "限期更换泵体" in buyer.get(at).text
    assert seller.get(there).status_code == 403


def test_a_reported_rating_stays_as_it_is(context, browser, at_noon):
    from tests.contracts.test_disagreeing import rate

    world = make_world()
    row = finished(world)
    rate(world, row, world.buys, "buyer", text="态度恶劣,骂人")
    rate(world, row, world.sells, "supplier")
    seller, operator = browser(world.supplier_user), signed_in_operator(browser, world)
    assert seller.post(f"/contracts/{row.id}/rating/report", reason="含人身攻击").status_code == 303
    report = re.search(r"/operations/ratings/(\d+)", operator.get("/operations/ratings").text)[1]
    assert operator.post(f"/operations/ratings/{report}", hide="1").status_code == 422
    assert operator.post(f"/operations/ratings/{report}", hide="1", reason="用语不当").status_code == 303
    assert "骂人" not in seller.get(f"/contracts/{row.id}").text
    assert operator.get("/operations/ratings?tab=decided").status_code == 200


def test_a_framework_cannot_be_entered_and_called_off(context, browser, at_noon):
    world = make_world()
    buyer, seller = browser(world.buyer_user), browser(world.supplier_user)
    assert buyer.get("/contracts/new").status_code == 200
    form = {"form_key": key(), "kind": "reserve", "supplier": "没有这家公司", "title": "沙袋储备", "basis": "入围", "valid_from": TODAY,
            "valid_until": "2027-11-22", "response_hours": "6", "payment_terms": "按单", "acceptance_terms": "逐批",
            "items-1-name": "沙袋", "items-1-unit": "条", "items-1-price": "5", "items-1-quantity": "1000"}  # fmt: skip
    faulty = buyer.post("/contracts", **form)
    assert faulty.status_code == 422 and "没有找到这家供应商" in faulty.text and "沙袋储备" in faulty.text
    page = buyer.post("/contracts", **{**form, "supplier": world.supplier.name}).headers["Location"]
    buyer.post(f"{page}/offer", password=PASSWORD, revision=value("revision", buyer.get(page).text))
    assert seller.post(f"{page}/sign", password=PASSWORD, hash=value("hash", seller.get(page).text)).status_code == 303
    item = re.search(r'name="quantity-(\d+)"', buyer.get(f"{page}/orders/new").text)[1]
    order = {"form_key": key(), "title": "调用", "place": "城东", "within_days": "1", f"quantity-{item}": "2000"}
    assert buyer.post(f"{page}/orders", **order).status_code == 422
    order[f"quantity-{item}"] = "200"
    at = buyer.post(f"{page}/orders", **order).headers["Location"]
    assert buyer.post(f"{page}/orders", **order).headers["Location"] == at
    assert seller.post(f"{at}/sign", hash=value("hash", seller.get(at).text)).status_code == 303
    check = {"form_key": key(), "checked_on": TODAY, "ready": "0", "drill": "1", "minutes": "40", "text": "缺 20 条"}
    assert buyer.post(f"{page}/checks", **check).status_code == 303
    assert "缺 20 条" in seller.get(page).text and "沙袋储备" in seller.get("/contracts?tab=frameworks").text


def test_a_contract_is_signed_without_the_password(context, browser, at_noon):
    from marketplace.contracts import signing

    world = make_world()
    row = drafted(world)
    with db.transaction():
        digest = signing.offer(queries.contract(row.id), by=world.buys, at=NOON).hash
    assert browser(world.supplier_user).post(f"/contracts/{row.id}/sign", hash=digest).status_code == 422


@pytest.mark.parametrize("who", ["stranger", "member", "operator", "nobody"])
def test_somebody_who_is_no_side_acts_on_a_contract(context, browser, at_noon, who):
    world = make_world()
    row = in_force(world)
    delivered(world, row, all_of(row))
    _org, stranger = make_people("buyer")[0]
    visitor = browser(
        {"stranger": stranger, "member": world.member_user, "operator": world.operator_user, "nobody": None}[who]
    )
    page = f"/contracts/{row.id}"
    reads = visitor.get(page).status_code
    assert reads == {"stranger": 404, "member": 200, "operator": 303, "nobody": 303}[who]
    for path in ("take-back", "give-up", "complete", "deliveries", "deliveries/1/receive", "deliveries/1/inspection", "changes",
                 "deliveries/1/handover", "disputes", "rating", "orders", "checks", "draft", "offer", "sign", "return"):  # fmt: skip
        answer = visitor.post(f"{page}/{path}", reason="试一试", password=PASSWORD)
        assert (
            answer.status_code in (403, 404)
            or "/sign-in" in answer.headers.get("Location", "")
            or "/account" in answer.headers.get("Location", "")
        ), path
    assert held(row.id).status == ContractStatus.RUNNING


def test_a_list_or_page_breaks_in_some_state(context, browser, at_noon):
    world = make_world()
    drafted(world)
    buyer, seller = browser(world.buyer_user), browser(world.supplier_user)
    reserve = framework(world)
    with db.reading():
        item = queries.items_of(reserve.id)[0].id
    call_off(world, reserve, {item: 5})
    row = in_force(world, row=held(1))
    delivered(world, row, all_of(row))
    judged(world, row, 1)
    for visitor in (buyer, seller):
        for path in ("/contracts", "/contracts?tab=frameworks", "/contracts?tab=ended", "/contracts?tab=x", "/contracts/1", "/contracts/2",
                     "/contracts/3", "/contracts/1/text", "/contracts/1/deliveries/1"):  # fmt: skip
            assert visitor.get(path).status_code == 200, path
    assert seller.get("/contracts/1/deliveries/new").status_code == 200
    assert browser().get(f"/suppliers/{world.supplier.id}/record").status_code == 200
    assert "不足 3 份" in browser().get(f"/suppliers/{world.supplier.id}/record").text
    assert buyer.get("/contracts/1/deliveries/9").status_code == 404 and buyer.get("/contracts/99").status_code == 404
    assert buyer.get("/contracts/1/draft").status_code == 409
    assert DAY
