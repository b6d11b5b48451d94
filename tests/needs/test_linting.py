"""The check of drafts: what it must say, what it must be silent about, and how long it may take."""

import csv
import random
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from marketplace.needs import linting_words
from marketplace.needs.linting import Draft, Requirement, Severity, lint, rules_of
from marketplace.needs.linting_codes import CODES
from marketplace.needs.linting_patterns import PATTERNS
from marketplace.needs.linting_shapes import RULES_CSV
from marketplace.needs.linting_values import SHORTEST

TODAY = date(2026, 11, 23)  # a Monday
FULL = Draft(
    title="排涝泵采购",
    text="交货地点:县应急仓库。交货期:30日。到货后由使用单位抽检验收。",
    province="河南省",
    budget_fen=50_000_000,
    quantity=2,
    wanted_by=date(2027, 3, 1),
)


@pytest.fixture(autouse=True)
def tables():
    """Nothing here needs a database, so the room's tables are not made."""


# What is said, and the code it must be found under. Each of these is also a sentence of a real tender, more or less.
WRONG_SENTENCES = {
    "score.grades": ["优:10分;良:6分;中:3分;差:0分", "实施方案优得10分,良得6分,中得3分,差得0分", "评审等级为优、良、中、差,对应分值10、7、4、1分"],
    "brand.named": [
        "品牌:华为和配套设备及附件", "投影设备品牌:华为", "品牌：海康威视，数量2台", "所投水泵必须采用格兰富品牌", "指定使用“三江”牌灭火器", "采用海康威视摄像机12台", "发动机选用康明斯",
    ],
    "maker.proof": ["为避免假冒产品投标人须提供原厂授权书", "投标人须提供原厂授权书", "★提供生产厂家针对本项目的售后服务承诺函", "非生产厂家投标的,须出具制造商授权函,否则投标无效"],
    "brand.model": ["型号：DRK-200，数量5台", "规格型号为 SRHZ600E"],
    "brand.famous": ["主要部件采用国际知名品牌", "供应国内一线品牌产品"],
    "maker.only": ["供应商必须是生产厂家", "投标人应为制造商或其授权代理商"],
    "supplier.named": ["水泵须由上海某某有限公司生产"],
    "place.local": ["仅限本地企业参加", "优先选择本市供应商", "外地企业不得参加本次询价", "不接受外省供应商", "供应商须为郑州市企业"],
    "place.registered": ["投标人须在本省注册", "供应商注册地须在河南省"],
    "place.branch": ["投标人须在本市设有分公司或办事处", "供应商在郑州市设有售后服务网点的得3分", "3.在本县设有售后服务网点"],
    "place.distance": ["供应商距采购人不超过50公里的得5分"],
    "scale.size": ["注册资本不低于500万元", "注册资金1000万元以上的得3分", "近三年年均营业收入达到5000万元", "从业人员不少于100人"],
    "scale.years": ["成立满3年", "供应商成立时间不少于五年", "经营年限不少于3年"],
    "owner.form": ["投标人须为国有企业", "上市公司加5分", "不接受个体工商户参加"],
    "owner.legal_person": ["供应商须具有独立法人资格"],
    "award.region": ["具有本省同类项目业绩的每个得2分", "须提供河南省内消防车供货业绩", "获得省级奖项的得3分"],
    "award.industry": ["具有电力行业业绩的得5分", "须具有消防系统类似项目业绩"],
    "award.count": ["供应商须具有5个以上同类项目业绩", "资格要求:近三年至少三个类似合同"],
    "award.sum": ["提供合同金额不低于500万元的业绩"],
    "score.discretion": ["由评委酌情打分", "专家根据方案情况自行评分", "各投标文件横向比较后给分"],
    "score.adjective": ["服务方案完善合理的得5分"],
    "words.vague": ["产品须达到国际先进水平", "采用一流的产品", "性能优良、质量过硬"],
    "cert.voluntary": ["★投标人须具有ISO9001质量管理体系认证", "供应商须为高新技术企业"],
    "cert.credit": ["具有AAA级信用证书的得2分"],
    "entry.list": ["供应商须在我县应急物资供应商库内"],
    "entry.attend": ["法定代表人必须本人到场参加开标"],
    "goods.import": ["发动机须为原装进口"],
    "docs.sample": ["投标时须提供样品,样品不合格的投标无效"],
    "docs.fee": ["招标文件售价500元,售后不退", "报名费:每家300元"],
    "price.min": ["本项目最低限价为80万元"],
    "bond.cash": ["投标保证金以现金形式缴纳"],
    "bond.bid": ["投标保证金为预算金额的5%", "投标保证金：3％"],
    "bond.perf": ["成交后缴纳合同金额15%的履约担保,履约保证金为合同价的15%"],
    "pay.condition": ["待财政资金到位后支付货款", "审计完成后30日内支付", "收到上级拨款后支付"],
    "pay.advance": ["供应商须有垫资能力"],
    "pay.late": ["验收合格后45日内支付全款"],
    "pay.too_late": ["验收合格后3个月内支付", "交货后一次性验收合格并收到发票后90日内付清"],
    "date.zero": ["交货期:0天", "合同签订后供货时间为当天"],
    "date.past": ["请于2020年5月1日前交货"],
    "date.impossible": ["开标时间为2027年2月30日"],
}  # fmt: skip
WRONG = [(code, text) for code, texts in WRONG_SENTENCES.items() for text in texts]

# Sentences near to wrong ones that no rule is against.
HARMLESS = [
    "发动机采用国产或进口品牌均可选择",
    "不得对外地供应商不予受理", "验收合格满12个月后支付质量保证金", "提供5个同类业绩的得10分", "须为本市消防部门提供产品", "应签订一式六份合同", "3个月内签订合同", "利润不超过10%",
    "优质服务、良好信誉的中标人评分", "优先采用良好的一般产品,评审时注意", "本项目不接受原装进口产品", "入围供应商须遵守框架协议", "部分设备外观优,良好,中等,充分利用",
    "参加政府采购活动前三年内,在经营活动中没有重大违法记录", "单位负责人为同一人或者存在直接控股、管理关系的不同供应商,不得参加同一合同项下的政府采购活动", "供应商须在中华人民共和国境内依法注册",
    "投标人须在河南省政府采购网注册账号", "设备北京市某区用", "供货到河南省郑州市", "洞里没有中国移动信号", "参照或相当于华为品牌:", "品牌：华为或相当于", "不得限定品牌", "品牌不限",
    "品牌型号：由投标人自报", "参考品牌:华为、海康威视、大华,或相当于", "参考品牌：格兰富、南方泵业、威乐", "提供相同品牌产品且通过资格审查的不同投标人参加同一合同项下投标的,按一家投标人计算",
    "与现有海康威视平台兼容", "供应商自有品牌产品也可以投标", "车门两侧喷涂统一标识牌,铭牌清楚", "型号:由投标人填写", "电缆型号:YJV-3×95", "防爆型号:ExdIICT4",
    "生产厂家授权代表到场培训3天", "厂家授权不作为资格条件", "不得要求供应商提供原厂授权", "进口产品须提供制造商授权书", "提供制造商出厂检验合格证明", "供应商须为生产厂家或经销商均可",
    "本地企业和外地企业平等参加", "不得限定供应商在本地注册或者设立分支机构", "不得排斥外地供应商", "成交后在本市设立售后服务站", "外地运输时包装须牢固", "我县在各乡镇设有应急仓库", "送至本市应急仓库",
    "本市消防支队使用,本省内配送", "全市各县区设有办事处的单位均已通知", "不得将注册资本、资产总额、营业收入、从业人员、利润、纳税额等规模条件作为资格要求或者评审因素",
    "以特定行政区域的业绩作为加分条件的,属于差别待遇", "从业人员  人,营业收入为  万元,资产总额为  万元,属于小型企业(中小企业声明函)", "供应商应依法缴纳税收和社会保障资金", "工作温度-20℃以上",
    "注册商标清晰", "质保期不少于3年", "公司成立于2015年", "质保满3年以上", "项目负责人从业年限不少于5年", "本单位为国有企业,投标人须遵守入厂规定", "本项目专门面向中小企业采购,大型企业不得参加",
    "大中型企业与小微企业组成联合体的给予价格扣除", "具有独立承担民事责任的能力", "提供近三年同类项目业绩,每个得2分,最高6分", "不限地区的同类业绩每个2分", "提供1个类似项目合同", "提供2个同类业绩",
    "响应时间2小时以内为优得10分,4小时以内为良得6分,8小时以内为中得3分,其余为差得0分", "优质服务,良好信誉,中标后签约", "每缺少一项扣1分", "先进先出,优先使用临期物资", "荣获先进单位称号的村庄",
    "产品须取得3C强制性认证", "消防产品须取得强制性产品认证证书", "提供ISO9001认证的得1分", "查询信用中国,无失信记录", "采购人从供应商库以外征集", "法定代表人或其授权代表须到场参加开标",
    "进口博览会展品运输", "中标后提供样品封样", "投标人无需提供样品", "招标文件免费获取,售价0元", "招标文件售价:0元", "最高限价80万元", "投标保证金为预算金额的2%",
    "投标保证金1%,履约保证金10%", "本项目不收取投标保证金", "履约保证金为合同金额的5%,可以保函形式提交", "保证金应以保函等非现金形式提交", "余款5%作为质量保证金,质保期满1年后支付",
    "验收合格后30日内支付", "验收合格后10个工作日内付款", "不得以财政资金未到位为由延迟付款", "合同签订后30%预付,验收合格后支付65%", "供货期:合同签订当日起30天", "交货期:10天",
    "接到通知后立即到达现场", "依据2019年5月1日施行的办法", "2020年1月1日以来的同类业绩", "请于2027年3月1日前交货", "续航不少于5小时,响应不超过3分钟",
    "流量不低于3000m³/h,扬程不低于15m", "应急响应时间2小时内到达现场", "在城市低洼点布设", "无人机具有远程操作界面,飞行控制先进", "配品牌标识和铭牌", "联想到去年的洪水,须提前准备",
    "需具备营业执照", "限高架高度2.5米", "预算有限,请合理报价", "城市社区居民使用", "供货范围:省内各县", "具备在全国范围内供货的能力", "工程师具有消防设施操作员证", "村民在本地有集中安置点",
    "本县有办事处负责收货",
]  # fmt: skip


def found(text="", **values):
    return lint(Draft(text=text, **values), today=TODAY, rules=rules_of())


def codes(text="", **values):
    return {finding.code for finding in found(text, **values) if finding.severity != Severity.ADVICE}


def advice(draft):
    return {finding.code for finding in lint(draft, today=TODAY, rules=rules_of())}


@pytest.mark.parametrize(("code", "text"), WRONG)
def test_a_wrong_sentence_is_passed_over(code, text):
    assert code in codes(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_sentence_is_warned_of(text):
    assert codes(text) == set()


def test_there_are_more_cases_of_alarm_than_of_silence():
    assert len(HARMLESS) >= len(WRONG)


def test_a_code_of_words_has_no_case():
    values = {code for code in CODES if code.startswith(("missing.", "budget."))}
    values |= {"date.order", "date.too_short", "exact.combination", "hard.all", "numbers.contradict", "sme.reserve"}
    assert set(CODES) - {code for code, _text in WRONG} == values


def test_a_finding_points_elsewhere():
    text = "一、概况\n投标人须提供原厂授权书。\n品牌：华为,数量2台"
    findings = [f for f in found(text) if f.start is not None]
    assert [f.code for f in findings] == ["maker.proof", "brand.named"]
    assert [text[f.start : f.end] for f in findings] == [f.quote for f in findings]
    assert findings[1].quote == "品牌：华为"


def test_a_finding_gives_no_rule_no_words_and_no_advice():
    brand = next(f for f in found("品牌:华为") if f.code == "brand.named")
    assert brand.severity == Severity.FORBIDDEN
    assert "政府采购法实施条例第20条" in brand.rule.citation and brand.rule.source
    assert "品牌" in brand.rule.rule
    assert "华为" in brand.message and "或相当于" in brand.message


def test_a_rule_that_is_cited_does_not_exist():
    rules = rules_of()
    assert {code.rule_id for code in CODES.values()} | set(SHORTEST.values()) <= set(rules)
    assert {pattern.code for pattern in PATTERNS} <= set(CODES)


def test_the_rules_lack_a_source_or_repeat_an_id():
    with Path(RULES_CSV).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["rule_id"] for row in rows}) == len(rows)
    assert all(row["rule"] and row["citation"] and row["source"] for row in rows)
    numbers = ("rfq.days", "open.days", "bond.bid", "bond.perf", "limit.central", "pay.days", "pay.longest")
    assert [str(rules_of()[rule].number) for rule in numbers] == ["3", "20", "0.02", "0.10", "200", "30", "60"]


@pytest.mark.parametrize(
    "text",
    [
        "不得要求供应商注册资本不低于500万元",
        "注册资本不作为资格条件,500万元以上也不加分",
        "不得以经营年限不少于3年为由排斥新成立的供应商",
        "禁止设置最低限价",
    ],
)
def test_what_is_ruled_out_is_taken_for_asked(text):
    assert codes(text) == set()


def test_a_negation_in_one_part_of_a_sentence_excuses_another():
    assert codes("本项目不接受联合体投标,投标人须在本市设有办事处") == {"place.branch"}
    assert codes("不得转包,注册资本须500万元以上") == {"scale.size"}


def test_full_width_signs_hide_a_fault():
    assert codes("投标保证金为预算的５％") == codes("投标保证金为预算的5%") == {"bond.bid"}


def test_a_line_broken_by_a_pdf_hides_a_fault():
    text = "一、资格要求:凡有意参加本次采购活动的各类潜在供应商均应满足并提供下列证明材料,供应商在当地拥有自己的、\n固定的办事处"
    assert len(text.split("\n")[0].rpartition(",")[2]) < 30
    wrapped = "供应商为保障本项目后续长期维护保养以及抢修工作的顺利开展必须要做到在本市范围以内长期\n设有办事处"
    assert codes(wrapped) == {"place.branch"}


def test_the_title_is_not_read():
    only = found("", title="华为交换机采购,品牌:华为")
    assert any(f.code == "brand.named" and f.start is None for f in only)


def test_a_requirement_says_what_the_text_must_not():
    brand = Requirement("品牌", "=", "华为", "hard")
    iso = Requirement("质量管理体系认证", "has", "ISO9001", "hard")
    assert codes(requirements=(brand, iso)) == {"brand.named", "cert.voluntary"}
    assert codes(requirements=(iso._replace(level="scored"),)) == set()


def test_a_requirement_taken_from_the_text_is_told_twice_or_not_placed():
    text = "参数表\n品牌:华为\n质量管理体系 ISO9001"
    brand = Requirement("品牌", "=", "华为", "hard", "品牌:华为")
    iso = Requirement("质量管理体系", "has", "ISO9001", "hard", "质量管理体系 ISO9001")
    placed = [f for f in found(text, requirements=(brand, iso)) if f.severity != Severity.ADVICE]
    assert [(f.code, f.start) for f in placed] == [("brand.named", 4), ("cert.voluntary", 10)]


@pytest.mark.parametrize(
    ("procedure", "days", "short"),
    [
        ("询价通知书", 2, True), ("询价通知书", 3, False), ("竞争性谈判公告", 2, True), ("竞争性谈判公告", 3, False),
        ("竞争性磋商文件", 9, True), ("竞争性磋商文件", 10, False), ("公开招标公告", 19, True), ("公开招标公告", 20, False),
        ("邀请招标", 19, True), ("单一来源采购", 1, False), ("市场调研", 1, False),
    ],
)  # fmt: skip
def test_a_deadline_below_the_legal_minimum_is_passed_over(procedure, days, short):
    short_ones = [f for f in found(procedure, quote_until=TODAY + timedelta(days=days)) if f.code == "date.too_short"]
    assert bool(short_ones) == short
    if short:
        assert short_ones[0].rule.rule_id != "bond.bid" and short_ones[0].rule.value in short_ones[0].message


def test_a_deadline_names_another_procedures_rule():
    (short,) = [f for f in found("竞争性磋商公告", quote_until=TODAY + timedelta(days=5)) if f.code == "date.too_short"]
    assert short.rule.rule_id == "cons.days" and "214" in short.rule.citation
    assert "date.too_short" in codes("", procedure="open", quote_until=TODAY + timedelta(days=5))


def test_days_gone_by_and_in_the_wrong_order_are_passed_over():
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    assert codes(wanted_by=yesterday) == codes(quote_until=yesterday) == {"date.past"}
    assert codes(wanted_by=TODAY) == {"date.zero"}
    assert codes(wanted_by=tomorrow, quote_until=tomorrow) == {"date.order"}
    assert codes(wanted_by=TODAY + timedelta(days=30), quote_until=tomorrow) == set()


@pytest.mark.parametrize(
    ("first", "second", "contradict"),
    [
        ((">=", "5 m"), ("<=", "3 m"), True),
        ((">=", "5 m"), ("<=", "300 cm"), True),
        ((">=", "5"), ("<=", "3"), True),
        (("=", "5 m"), ("=", "6 m"), True),
        (("between", "5~8 m"), (">=", "9 m"), True),
        ((">=", "3 m"), ("<=", "5 m"), False),
        ((">=", "5 m"), ("<=", "600 cm"), False),
        ((">=", "5 m"), ("<=", "3 kg"), False),
        (("=", "IP65"), ("=", "IP67"), False),
        (("between", "5~8 m"), (">=", "6 m"), False),
        (("in", "5 m"), ("in", "6 m"), False),
    ],
)
def test_contradictory_numbers_are_passed_over(first, second, contradict):
    pair = tuple(Requirement("扬 程" if n else "扬程", *one, "plain") for n, one in enumerate((first, second)))
    assert ("numbers.contradict" in codes(requirements=pair)) == contradict
    assert "numbers.contradict" not in codes(requirements=(pair[0], pair[1]._replace(name="口径")))


def test_a_range_upside_down_is_passed_over():
    assert codes(requirements=(Requirement("扬程", "between", "8~5 m", "plain"),)) == {"numbers.contradict"}


def test_nothing_but_hard_requirements_is_passed_over():
    many = tuple(Requirement(f"指标{n}", ">=", f"{n} m", "hard") for n in range(1, 6))
    assert codes(requirements=many) == {"hard.all"}
    assert codes(requirements=many[:4]) == set()
    assert codes(requirements=(*many, Requirement("颜色", "has", "橙色", "plain"))) == set()


def test_a_text_of_nothing_but_stars_is_passed_over():
    assert "hard.all" in codes("\n".join(f"★{n}.指标" for n in range(1, 7)))
    assert "hard.all" not in codes("\n".join(f"{'★' if n < 3 else ''}{n}.指标" for n in range(1, 7)))


def test_a_combination_that_one_product_has_is_passed_over():
    exact = tuple(Requirement(f"尺寸{n}", "=", f"{n} mm", "plain") for n in range(1, 5))
    finding = next(f for f in found(requirements=exact) if f.code == "exact.combination")
    assert finding.severity == Severity.ADVICE and "4 项" in finding.message
    loose = tuple(item._replace(operator=">=") for item in exact)
    named = tuple(item._replace(value="不锈钢") for item in exact)
    for harmless in (exact[:3], loose, named):
        assert "exact.combination" not in {f.code for f in found(requirements=harmless)}


def test_a_deposit_in_yuan_beyond_its_share_of_the_budget_is_passed_over():
    assert codes("投标保证金:人民币20,000元", budget_fen=50_000_000) == {"bond.bid"}
    assert codes("投标保证金1万元", budget_fen=50_000_000) == set()
    assert codes("履约保证金6万元", budget_fen=50_000_000) == {"bond.perf"}
    assert codes("投标保证金:人民币20000元") == set()


def test_a_full_draft_is_told_what_it_lacks():
    assert advice(FULL) == set()


@pytest.mark.parametrize(
    ("code", "lacking"),
    [
        ("missing.quantity", {"quantity": None}),
        ("missing.place", {"province": "", "text": "交货期30日,到货验收"}),
        ("missing.date", {"wanted_by": None, "text": "交货地点:仓库,到货验收"}),
        ("missing.acceptance", {"text": "交货地点:仓库"}),
        ("missing.budget", {"budget_fen": None}),
    ],
)
def test_a_missing_essential_is_passed_over(code, lacking):
    assert advice(replace(FULL, **lacking)) == {code}


def test_what_the_text_says_is_called_missing():
    said = "采购排涝泵2台,预算50万元,送至县应急仓库,交货期30日内,到货后验收"
    assert advice(Draft(text=said)) == set()


def test_money_and_technology_are_asked_for_quantity_and_place():
    assert advice(Draft(kind="financing", text="融资租赁")) == {"missing.date", "missing.budget"}


def test_a_budget_where_open_tender_may_be_due_is_passed_over():
    rich = replace(FULL, budget_fen=200_000_000)
    finding = next(f for f in lint(rich, today=TODAY, rules=rules_of()) if f.code == "budget.open_tender")
    assert finding.severity == Severity.ADVICE and "如属政府采购" in finding.message and "¥200万" in finding.message
    assert "budget.open_tender" not in advice(replace(rich, budget_fen=199_999_900))
    assert "budget.open_tender" not in advice(replace(rich, title="排涝泵公开招标公告"))
    assert "budget.survey" in advice(replace(rich, budget_fen=1_000_000_000))


def test_small_firms_are_forgotten_in_a_formal_procedure():
    formal = replace(FULL, title="排涝泵询价通知书")
    assert advice(formal) == {"sme.reserve"}
    assert advice(replace(formal, text=formal.text + "专门面向中小企业采购。")) == set()


def test_the_same_draft_gives_different_findings():
    text = "。".join(text for _code, text in WRONG)
    assert found(text) == found(text)
    starts = [f.start for f in found(text) if f.start is not None]
    assert starts == sorted(starts) and None not in starts


@pytest.mark.parametrize(("code", "text"), [("brand.named", "品牌:华为。"), ("bond.bid", "投标保证金5%。")])
def test_one_fault_a_thousand_times_fills_the_page(code, text):
    assert len([f for f in found(text * 1000) if f.code == code]) == 20


def _took(text: str) -> float:
    begun = time.process_time()
    found(text[:100_000])
    return time.process_time() - begun


def test_a_long_tender_takes_longer_than_half_a_second():
    sentences = [text for _code, text in WRONG] + HARMLESS
    honest = "\n".join(sentences) + "\n"
    rng = random.Random(1)
    letters = "".join(sentences)
    hostile = [
        honest * 60, "".join(sentences) * 60, "优、良" * 40_000, "优得良良" * 25_000, "投标保证金1" * 20_000, "验收一" * 40_000,
        "指定" * 50_000, "须使用" * 40_000, "(" * 100_000, " " * 100_000, "\n" * 100_000, "9" * 100_000, "品牌:华为、" * 20_000,
        "".join(rng.choice(letters) for _n in range(100_000)),
    ]  # fmt: skip
    rules_of()
    assert max(map(_took, hostile)) < 0.5


def test_a_pattern_repeats_without_bound():
    patterns = [part.pattern for p in PATTERNS for part in p[1:5] if part]
    patterns += [p.pattern for p in vars(linting_words).values() if isinstance(p, re.Pattern) and p.flags & re.M == 0]
    patterns.remove(linting_words.RANGE.pattern)  # meets sixty characters
    bare = [re.sub(r"\\.|\[[^\]]*\]", "x", pattern) for pattern in patterns]
    assert [p for p in bare if re.search(r"\.[*+]|\)[*+]|\{\d+,\}", p)] == []
