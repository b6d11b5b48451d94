import io
import re
import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.bidding import queries, quotes
from marketplace.bidding.models import SealedQuote
from marketplace.kit import clock, db
from marketplace.kit.sessions import WebSession
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import OpeningOfficer, Participant, Round
from tests.bidding.tenders import amend, content, make_tender, save_draft, seal_and_submit, typed_quote
from tests.factories.accounts import PASSWORD, make_key, make_member

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def tender(context, at_noon):
    with db.transaction():
        return make_tender(at_noon, suppliers=2)


@pytest.fixture
def supplier(tender, browser):
    return browser(tender.suppliers[0][1])


def at(tender, page=""):
    return f"/tenders/{tender.id}/quote{page}"


def key_of(page):
    return re.search(r'name="submission_key" value="([^"]+)"', page.text)[1]


def submit(tender, visitor, **more):
    page = visitor.get(at(tender, "/check"))
    assert page.status_code == 200, page.text
    return visitor.post(at(tender, "/submit"), submission_key=key_of(page), version=1, **more)


def test_a_supplier_cannot_write_look_submit_and_keep_the_receipt(tender, supplier):
    assert "尚未提交报价" in supplier.get(at(tender)).text
    assert "移动排水泵车" in supplier.get(at(tender, "/edit")).text
    saved = supplier.post(at(tender, "/edit"), act="check", revision=0, **typed_quote())
    assert saved.status_code == 303 and saved.location.endswith("/check")
    look = supplier.get(at(tender, "/check"))
    assert "¥2,400,000" in look.text and "巨浪 JL-3000" in look.text
    done = submit(tender, supplier)
    assert done.location.endswith("/receipts/1")
    receipt = supplier.get(done.location)
    assert "报价已密封接收" in receipt.text and "2026-11-23T04:00:00.000000Z" in receipt.text
    assert "已密封提交(第 1 次)" in supplier.get(at(tender)).text
    assert "巨浪 JL-3000" in supplier.get(at(tender, "/submissions/1")).text
    assert "第 1 次" in supplier.get("/quotes").text


def test_what_is_typed_wrong_is_lost_or_the_fault_is_not_at_its_field(tender, supplier):
    wrong = typed_quote(price="很贵", valid_until="2026-11-01") | {"lot-1-item-0-req-0": ""}
    assert supplier.post(at(tender, "/edit"), act="check", revision=0, **wrong).status_code == 303
    look = supplier.get(at(tender, "/check"))
    assert look.location.endswith("check=1")
    page = supplier.get(look.location).text
    assert 'value="很贵"' in page and 'value="2026-11-01"' in page and 'value="巨浪 JL-3000"' in page
    for name in ("lot-1-item-0-price", "valid_until", "lot-1-item-0-req-0"):
        assert f'id="e-{name}"' in page


def test_changing_the_arrangement_loses_what_is_typed_or_keeps_the_old_terms(tender, supplier):
    typed = typed_quote() | {"lot-1-kind": "operating_lease"}
    back = supplier.post(at(tender, "/edit"), act="redraw-lot-1", revision=0, **typed)
    assert back.location.endswith("#lot-1")
    page = supplier.get(at(tender, "/edit")).text
    assert "元/月" in page and 'name="lot-1-main.deposit_months"' in page and 'value="巨浪 JL-3000"' in page
    lease = typed | {"lot-1-item-0-price": "2万", "lot-1-with-insurance": "1", "lot-1-insurance-price": "5000",
                     "lot-1-insurance.insured_fen": "500万"}  # fmt: skip
    supplier.post(at(tender, "/edit"), act="check", revision=1, **lease)
    look = supplier.get(at(tender, "/check")).text
    assert "¥485,000" in look, "2 vehicles × 20,000 × 12 months and a premium of 5,000"


def test_a_consortium_is_not_taken_over(tender, supplier):
    partner = tender.suppliers[1][0]
    typed = typed_quote() | {"party-0-role": "insurer", "party-0-uscc": partner.uscc, "party-0-share": "20",
                             "party-0-duties": "承保", "delivery-0-days": "30", "delivery-0-what": "首批一辆"}  # fmt: skip
    supplier.post(at(tender, "/edit"), act="check", revision=0, **typed)
    look = supplier.get(at(tender, "/check")).text
    assert partner.name in look and "已在平台登记" in look and "首批一辆" in look


def test_a_double_click_or_a_lost_answer_makes_two(tender, supplier):
    with db.transaction():
        save_draft(tender, clock.now())
    key = key_of(supplier.get(at(tender, "/check")))
    answers = [supplier.post(at(tender, "/submit"), submission_key=key, version=1) for _n in range(3)]
    assert {answer.location for answer in answers} == {at(tender, "/receipts/1")}


def test_a_late_submission_is_kept_or_not_told_the_times(tender, supplier, browser, at_noon):
    with db.transaction():
        save_draft(tender, at_noon)
    key = key_of(supplier.get(at(tender, "/check")))
    late = at_noon + timedelta(hours=48)
    with clock.set_clock(late):
        fresh = browser(tender.suppliers[0][1])
        answer = fresh.post(at(tender, "/submit"), submission_key=key, version=1)
    assert answer.status_code == 409
    assert answer.text.count("2026-11-25 12:00:00.000") == 2
    assert db.session().exec(sa.select(SealedQuote)).first() is None


def test_amended_terms_are_answered_unseen(tender, supplier, at_noon):
    with db.transaction():
        save_draft(tender, at_noon)
    key = key_of(supplier.get(at(tender, "/check")))
    with db.transaction():
        amend(tender, at_noon, reconfirm=True)
    answer = supplier.post(at(tender, "/submit"), submission_key=key, version=1)
    assert answer.status_code == 409 and "数量" in answer.text


def test_reconfirming_takes_more_than_a_click(tender, supplier, at_noon):
    with db.transaction():
        seal_and_submit(tender, at_noon)
        amend(tender, at_noon, reconfirm=True)
    page = supplier.get(at(tender))
    assert "需要重新确认" in page.text and "3 辆" in page.text and ">有效<" not in page.text
    assert "需要重新确认" in supplier.get(at(tender, "/receipts/1")).text
    assert "填写或查看报价" in supplier.get(f"/tenders/{tender.id}").text
    done = supplier.post(at(tender, "/reconfirm"), submission_key=key_of(page), version=2)
    assert done.location.endswith("/receipts/2")
    assert "已密封提交(第 2 次)" in supplier.get(at(tender)).text


def test_withdrawing_does_not_leave_the_draft_and_the_record(tender, supplier, at_noon):
    with db.transaction():
        save_draft(tender, at_noon)
        seal_and_submit(tender, at_noon)
    assert supplier.post(at(tender, "/withdraw")).status_code == 303
    page = supplier.get(at(tender)).text
    assert "报价已撤回" in page and at(tender, "/receipts/1") in page
    assert "撤回" in supplier.get(at(tender, "/receipts/1")).text
    assert 'value="巨浪 JL-3000"' in supplier.get(at(tender, "/edit")).text


def test_another_supplier_reads_or_changes_a_quote(tender, supplier, browser, at_noon):
    with db.transaction():
        seal_and_submit(tender, at_noon)
    other = browser(tender.suppliers[1][1])
    for page in ("/receipts/1", "/submissions/1", "/submissions/1/files/0"):
        assert other.get(at(tender, page)).status_code == 404
    assert "尚未提交报价" in other.get(at(tender)).text
    assert other.post(at(tender, "/withdraw")).status_code == 409
    buyer = browser(tender.buyer[1])
    assert buyer.get(at(tender)).status_code == 403 and buyer.get("/quotes").status_code == 403


def test_a_session_without_the_key_reads_or_cannot_get_it_back(tender, supplier, app, at_noon):
    with db.transaction():
        seal_and_submit(tender, at_noon)
    with db.transaction() as session:
        for row in session.exec(sa.select(WebSession)).scalars():
            row.data = {name: value for name, value in row.data.items() if name != "held_key"}
    shut = supplier.get(at(tender, "/submissions/1"))
    assert "巨浪" not in shut.text and "登录密码" in shut.text
    wrong = supplier.post("/quotes/unlock", password="wrong", next=at(tender, "/submissions/1"))
    assert wrong.status_code == 422 and "密码不正确" in wrong.text
    back = supplier.post("/quotes/unlock", password=PASSWORD, next=at(tender, "/submissions/1"))
    assert "巨浪" in supplier.get(back.location).text


def test_a_colleague_with_a_key_cannot_read_or_one_without_can(tender, browser, at_noon):
    with db.transaction():
        early = make_member(tender.suppliers[0][0])
        make_key(early)
        seal_and_submit(tender, at_noon)
        late = make_member(tender.suppliers[0][0])
    assert "巨浪" in browser(early).get(at(tender, "/submissions/1")).text
    shut = browser(late).get(at(tender, "/submissions/1"))
    assert shut.status_code == 409 and "巨浪" not in shut.text


def test_an_attachment_is_kept_readable_or_lost(tender, supplier, app):
    files = {"files": (io.BytesIO(PDF), "检测报告.pdf")}
    supplier.post(at(tender, "/edit"), files=files, act="check", revision=0, **typed_quote())
    assert supplier.get(at(tender, "/draft/files/0")).data == PDF
    assert "检测报告.pdf" in supplier.get(at(tender, "/check")).text
    submit(tender, supplier)
    assert supplier.get(at(tender, "/submissions/1/files/0")).data == PDF
    kept = [p.read_bytes() for p in app.extensions["files"].root.rglob("*") if p.is_file()]
    assert kept and not any(b"%PDF" in one for one in kept)
    refused = supplier.post(at(tender, "/edit"), files={"files": (io.BytesIO(b"MZ..."), "a.exe")}, revision=1, act="save",
                            **typed_quote())  # fmt: skip
    assert refused.status_code == 422 and 'value="巨浪 JL-3000"' in refused.text


def test_a_receipt_is_not_checked_by_anybody_online_and_with_openssl(tender, supplier, browser, at_noon, tmp_path):
    with db.transaction():
        seal_and_submit(tender, at_noon)
    text = supplier.get(at(tender, "/receipts/1?as=text")).text
    stranger = browser()
    told = stranger.post("/receipts/check", receipt=text).text
    assert "回执为真" in told and "密封信封与回执" not in told
    assert "与回执记载的校验值一致" in supplier.post("/receipts/check", receipt=text).text
    assert "不是有效的回执" in stranger.post("/receipts/check", receipt=text.replace("sequence: 1", "sequence: 2")).text
    json = supplier.get(at(tender, "/receipts/1?as=json")).data
    upload = stranger.post("/receipts/check", files={"file": (io.BytesIO(json), "receipt.json")})
    assert "回执为真" in upload.text
    (tmp_path / "receipt.txt").write_text(text)
    (tmp_path / "receipts-key.pem").write_bytes(stranger.get("/receipts/key.pem").data)
    page = stranger.get("/receipts/check").text
    shown = re.search(r"(head -n -1.*?-sigfile sig)", page, re.DOTALL)[1]
    command = shown.replace("&gt;", ">").replace("&#39;", "'")
    run = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert run.returncode == 0 and "Verified Successfully" in run.stdout, run.stderr


def test_a_program_cannot_hand_in_its_own_envelope(tender, supplier, at_noon):
    told = supplier.get(at(tender, "/sealing")).json
    assert told["head"]["bidder_tag"] == tender.tag() and len(told["officers"]) == 3 and told["quorum"] == 2
    with db.transaction():
        ready = quotes.seal_content(content(tender), "p" * 20, tender.asked(), by=tender.actor())
    supplier.refresh()
    headers = {"X-CSRF-Token": supplier.token}
    url = at(tender, f"/envelope?submission_key={'p' * 20}")
    kinds = {"application/octet-stream", "application/json"}
    for kind in kinds:
        answer = supplier.client.post(url, data=ready.sealed.data, content_type=kind, headers=headers)
        assert answer.status_code == 201 and answer.json["sequence"] == 1
    url = at(tender, f"/envelope?submission_key={'q' * 20}")
    plain = supplier.client.post(url, data=b'{"price": 1}', headers=headers | {"Accept": "application/json"})
    assert plain.status_code == 422 and plain.json["code" if "code" in plain.json else "title"] == "not-sealed"


def test_a_supplier_that_has_not_registered_quotes(tender, browser, at_noon):
    with db.transaction():
        db.session().exec(sa.delete(Participant).where(Participant.supplier_id == tender.suppliers[1][0].id))
    other = browser(tender.suppliers[1][1])
    assert "先登记参与" in other.get(at(tender)).text
    other.post(at(tender, "/edit"), act="save", revision=0, **typed_quote())
    answer = submit_blindly(tender, other)
    assert answer.status_code == 409 and "登记参与" in answer.text


def submit_blindly(tender, visitor):
    return visitor.post(at(tender, "/submit"), submission_key="b" * 20, version=1)


def test_in_a_final_round_the_first_offer_is_typed_again_or_strangers_are_let_in(tender, browser, at_noon):
    with db.transaction():
        seal_and_submit(tender, at_noon)
        first = db.session().get(Round, tender.round_id)
        later = at_noon + timedelta(hours=90)
        final = Round(procurement_id=tender.id, number=2, quotes_until=later, opens_at=later, created_at=at_noon,
                      admitted=[tender.suppliers[0][0].id])  # fmt: skip
        db.session().add(final)
        db.session().flush()
        for officer, _user in procurements.officers_of(first.id):
            copied = officer.model_dump(exclude={"id", "round_id"})
            db.session().add(OpeningOfficer(round_id=final.id, **copied))
        first.opened_at = at_noon
    supplier, other = (browser(user) for _org, user in tender.suppliers)
    assert 'value="巨浪 JL-3000"' in supplier.get(at(tender, "/edit")).text
    supplier.post(at(tender, "/edit"), act="check", revision=0, **typed_quote(price="100万"))
    assert submit(tender, supplier).location.endswith("/receipts/2")
    other.post(at(tender, "/edit"), act="check", revision=0, **typed_quote())
    assert submit_blindly(tender, other).status_code == 409
    assert len(queries.own_quotes(tender.id, tender.suppliers[0][0].id)) == 2
