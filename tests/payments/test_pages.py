"""The pages: a charge paid online and by transfer, confirmed, refunded, invoiced; nobody sees another's money."""

import io
import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from marketplace.accounts.models import OrganisationKind, User
from marketplace.kit import clock, db
from marketplace.payments import differing
from marketplace.payments.models import Charge, Refund, Route
from marketplace.payments.models_ledger import Difference, DifferenceClass
from marketplace.payments.models_papers import Invoice
from tests.conftest import NOON
from tests.factories.accounts import make_world
from tests.factories.browser import Browser
from tests.payments.test_paying import pay
from tests.payments.worlds import make_charge, make_sides, pay_by, read


@pytest.fixture
def sides(context, at_noon):
    return make_sides()


def make_operator() -> User:
    """An operator with the second factor that operators need."""
    [(_org, person)] = make_world(OrganisationKind.OPERATOR)
    with db.transaction() as session:
        session.get(User, person.id).totp_secret = "SECRET"
    return person


def signed_in(app, person) -> Browser:
    """Signed in without asking for the second factor, which another room tests."""
    with db.transaction() as session:
        session.get(User, person.id).totp_secret = ""
    visitor = Browser(app, person)
    with db.transaction() as session:
        session.get(User, person.id).totp_secret = "SECRET"
    return visitor


@pytest.fixture
def payer(sides, browser):
    return browser(sides.people["payer"])


@pytest.fixture
def payee(sides, browser):
    return browser(sides.people["payee"])


def test_a_charge_cannot_be_paid_from_the_list_to_the_receipt(sides, payer, payee):
    charge = make_charge(sides, 123_456)
    assert "¥1,234.56" in payer.get("/payments").text
    assert "/payments/pay" in payer.get("/payments").text
    chosen = payer.get(f"/payments/pay?charge={charge.id}").text
    key = re.search(r'name="key" value="([^"]+)"', chosen)[1]
    answers = {payer.post("/payments/start", charge=charge.id, route="practice", key=key).location for _n in range(2)}
    [payment_url] = answers
    page = payer.get(payment_url).text
    assert "前往支付页面" in page and "已确认到账" not in page
    checkout = re.search(r'href="(/payments/practice/[^"]+)"', page)[1]
    assert "演练支付,不产生真实资金" in payer.get(checkout).text
    assert payer.post(checkout, act="fail").location == checkout
    assert payer.post(checkout, act="leave").location == payment_url
    assert "等待付款结果" in payer.get(payment_url).text
    assert payer.post(checkout, act="pay").location == payment_url
    assert "确认到账" in payer.get(payment_url).text
    assert "已付清" in payee.get("/payments?side=receivable&tab=paid").text
    assert payer.get(f"{payment_url}/receipt.pdf").data.startswith(b"%PDF")


def test_a_transfer_cannot_be_shown_and_confirmed(sides, payer, payee):
    charge = make_charge(sides)
    url = payer.post("/payments/start", charge=charge.id, route="transfer", key="transfer-key").location
    assert payer.post(f"{url}/proof", reference="12", paid_on="2027-01-01").status_code == 422
    file = {"file": (io.BytesIO(b"%PDF-1.4 proof"), "回单.pdf")}
    assert payer.post(f"{url}/proof", files=file, reference="20261123001", paid_on="2026-11-23").status_code == 303
    waiting = payee.get("/payments/transfers").text
    assert "20261123001" in waiting
    file_url = re.search(r'href="(/payments/\d+/proof/\d+)"', waiting)[1]
    assert payee.get(file_url).data == b"%PDF-1.4 proof"
    assert payee.post(f"{url}/refuse", reason="").status_code == 422
    assert payer.post(f"{url}/confirm").status_code in (403, 404)
    assert payee.post(f"{url}/confirm").status_code == 303
    assert "已付清" in payer.get(f"/payments/charges/{charge.id}").text


def test_a_refund_cannot_be_asked_approved_and_seen(sides, payer, payee, browser):
    charge = make_charge(sides, 900_000)
    pay(pay_by(Route.PRACTICE, sides, charge))
    base = f"/payments/charges/{charge.id}"
    assert payer.post(f"{base}/refund", amount_fen="10", reason="理由", key="refund-key-1").status_code in (403, 404)
    for amount in ("-1", "0", "1.234", "１２元五", "USD 5", "1e3"):
        assert payee.post(f"{base}/refund", amount_fen=amount, reason="理由", key="refund-key-1").status_code == 422
    url = payee.post(f"{base}/refund", amount_fen="6,000", reason="提前退租", key="refund-key-1").location
    assert payee.post(f"{url}/approve").status_code == 303
    assert payee.post(f"{url}/approve").status_code == 403
    assert "还需另一位管理员" in payee.get(url).text
    assert browser(sides.people["second"]).post(f"{url}/approve").status_code == 303
    with db.reading() as session:
        assert session.exec(select(Refund)).one().status == "confirmed"
    assert "已退回" in payer.get("/payments/refunds").text


def test_an_invoice_cannot_be_asked_and_written(sides, payer, payee):
    charge = make_charge(sides)
    pay(pay_by(Route.PRACTICE, sides, charge))
    ask = f"/payments/charges/{charge.id}/invoice"
    assert payer.post(ask, kind="plain").status_code == 409
    details = {"title": sides.payer.name, "tax_number": sides.payer.uscc, "bank_account": "6222 0000 1111 2222"}
    assert payer.post("/payments/billing", **{**details, "bank_account": "abc"}).status_code == 422
    assert payer.post("/payments/billing", **details).status_code == 303
    assert payer.post(ask, kind="plain").status_code == 303
    assert payer.post(ask, kind="plain").status_code == 409
    with db.reading() as session:
        row = session.exec(select(Invoice)).one()
    assert sides.payer.uscc in payee.get("/payments/invoices").text
    issue = f"/payments/invoices/{row.id}/issue"
    assert payee.post(issue, number="123", issued_on="2026-11-23").status_code == 422
    assert payee.post(issue, number="26327000000012345678", issued_on="2026-11-23").status_code == 303
    assert "26327000000012345678" in payer.get(f"/payments/charges/{charge.id}").text


def test_the_statement_of_a_month_lacks_what_moved(sides, payer):
    make_charge(sides, 120_000)
    assert "应付账款" in payer.get("/payments/ledger").text
    assert "本月没有记账" not in payer.get("/payments/ledger?month=2026-12").text  # carried over
    assert "本月没有记账" in payer.get("/payments/ledger?month=2026-10").text
    assert payer.get("/payments/ledger?month=9999-99").status_code == 200
    for url in ("/payments/ledger.xlsx", "/payments.xlsx?side=payable&tab=all"):
        assert payer.get(url).data.startswith(b"PK")


def test_a_stranger_or_a_viewer_reaches_somebodys_money(context, sides, payer, browser):
    charge = make_charge(sides)
    payment = pay_by(Route.TRANSFER, sides, charge)
    [(_org, stranger)] = make_world(OrganisationKind.SUPPLIER)
    foreign = browser(stranger)
    gets = [f"/payments/charges/{charge.id}", f"/payments/{payment.id}", f"/payments/pay?charge={charge.id}"]
    for url in gets:
        assert payer.get(url).status_code in (200, 409)
        assert foreign.get(url).status_code == 404
    posts = [
        f"charges/{charge.id}/waive",
        f"{payment.id}/proof",
        f"{payment.id}/give-up",
        f"{payment.id}/confirm",
        f"{payment.id}/refuse",
    ]
    for url in posts:
        assert foreign.post(f"/payments/{url}", reason="理由").status_code == 404, url
    viewer = browser(sides.people["viewer"])
    assert viewer.get(f"/payments/charges/{charge.id}").status_code == 200
    assert viewer.post("/payments/start", charge=charge.id, route="transfer", key="viewer-key").status_code == 403
    assert payer.get("/operations/payments").status_code == 403
    assert signed_in(context, make_operator()).get("/operations/payments").status_code == 200


def test_an_operator_cannot_see_or_explain_a_difference(context, sides):
    with db.transaction():
        differing.note("k", DifferenceClass.DUPLICATE, NOON, detail="paid_twice", ours_fen=1, theirs_fen=2)
    with clock.set_clock(NOON + timedelta(hours=2)):
        watch = signed_in(context, make_operator())
        assert "2 小时" in watch.get("/operations/payments").text
        with db.reading() as session:
            row = session.exec(select(Difference)).one()
        assert watch.post(f"/operations/payments/differences/{row.id}/explain", reason="").status_code == 422
        assert watch.post(f"/operations/payments/differences/{row.id}/explain", reason="已原路退回").status_code == 303
        assert watch.post("/operations/payments/reconcile").status_code == 303
        assert "三方一致" in watch.get("/operations/payments").text


def test_a_waiver_or_a_deduction_goes_without_a_reason(sides, payee):
    rent, deposit = make_charge(sides), make_charge(sides, deposit=True, code="deposit", due_on=date(2026, 11, 23))
    assert payee.post(f"/payments/charges/{rent.id}/waive", reason="").status_code == 422
    assert payee.post(f"/payments/charges/{rent.id}/waive", reason="设备停用").status_code == 303
    pay(pay_by(Route.PRACTICE, sides, deposit))
    url = f"/payments/charges/{deposit.id}/deposit"
    assert payee.post(url, amount_fen="5", reason="", key="deposit-key").status_code == 422
    for _n in range(2):
        assert payee.post(url, amount_fen="5", reason="外壳损坏", key="deposit-key").status_code == 303
    assert read(Charge, deposit.id).applied_fen == 500


def test_a_production_platform_offers_practice(make_app):
    safe = {
        "env": "production", "secret_key": "x" * 40, "receipt_secret": "y" * 40, "public_url": "https://a.example",
        "trusted_hosts": ("a.example",),
    }  # fmt: skip
    assert make_app(**safe).extensions["gateways"] == {}
