"""How, where, when and for how much something is wanted."""

from datetime import date

import pytest

from marketplace.reading import conditions
from marketplace.reading.clauses import clauses
from tests.reading.hostile import HOSTILE, within

pytestmark = pytest.mark.usefixtures("taxonomy")
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("采购应急电源车", "purchase", "采购"),
        ("急购救生衣", "purchase", "急购"),
        ("租用排水泵三个月", "operating_lease", "租用"),
        ("想租四台雾炮", "operating_lease", "想租"),
        ("采购融资租赁的消防车", "finance_lease", "融资租赁"),
        ("采购安全培训服务", "service", "采购安全培训服务"),
        ("安责险统一投保", "service", "投保"),
        ("委托研发井下通信技术", "technology", "委托研发"),
        ("需要流动资金贷款500万", "financing", "流动资金"),
        ("协议储备帐篷", "reserve_agreement", "协议储备"),
    ],
)
def test_it_is_acquired_in_another_way(text, mode, words):
    told = conditions.mode(clauses(text))
    assert (told.value, text[told.start : told.end]) == (mode, words)


def test_a_way_is_made_up():
    assert conditions.mode(clauses("要头灯")) is None


@pytest.mark.parametrize(
    ("text", "province", "city", "words"),
    [
        ("送到江西省赣州市", "江西省", "赣州市", "江西省赣州市"),
        ("赣州某村", "江西省", "赣州市", "赣州"),
        ("四川凉山", "四川省", "凉山彝族自治州", "四川凉山"),
        ("地点在内蒙古自治区呼和浩特市", "内蒙古自治区", "呼和浩特市", "内蒙古自治区呼和浩特市"),
        ("送到新疆", "新疆维吾尔自治区", "", "新疆"),
        ("吉林市", "吉林省", "吉林市", "吉林市"),
        ("河北省,交货地点石家庄", "河北省", "石家庄市", "河北省,交货地点石家庄"),
        ("湖北省武汉市和黄石市", "湖北省", "武汉市", "湖北省武汉市"),
        ("河北省的队伍,要送去湖南长沙", "河北省", "", "河北省"),
    ],
)
def test_a_place_is_misread(text, province, city, words):
    told = conditions.place(clauses(text))
    assert (told.value, text[told.start : told.end]) == ({"province": province, "city": city}, words)


def test_a_place_is_made_up():
    assert conditions.place(clauses("送到村口大樟树下")) is None


@pytest.mark.parametrize(
    ("text", "days", "note"),
    [
        ("30天内交货", 30, ""),
        ("合同签订后30日内交货", 30, "自合同签订起算"),
        ("两周内送到", 14, ""),
        ("半个月内到货", 15, ""),
        ("一个月内到货", 30, ""),
        ("15个工作日内交货", 21, ""),
        ("工期60天", 60, ""),
        ("要头灯,二十天内要到位", 20, ""),
    ],
)
def test_a_time_of_delivery_is_miscounted(text, days, note):
    told = conditions.day(clauses(text), TODAY)
    assert (told.field, told.value, told.note, told.sure) == ("within_days", days, note, True)


@pytest.mark.parametrize(
    ("text", "day", "words", "sure"),
    [
        ("2026年12月31日前交货", date(2026, 12, 31), "2026年12月31日", True),
        ("2026-12-31前", date(2026, 12, 31), "2026-12-31", True),
        ("12月15日前到货", date(2026, 12, 15), "12月15日", True),
        ("2025年6月1日前交货", date(2025, 6, 1), "2025年6月1日", False),
        ("10月31日前到货", date(2027, 10, 31), "10月31日", True),
        ("月底前送到", date(2026, 11, 30), "月底前", True),
        ("12月底前到位", date(2026, 12, 31), "12月底前", True),
        ("2月底前", date(2027, 2, 28), "2月底前", True),
        ("10月底前到位", date(2027, 10, 31), "10月底前", True),
    ],
)
def test_a_day_is_another_or_a_past_one_is_sure(text, day, words, sure):
    told = conditions.day(clauses(text), TODAY)
    assert (told.field, told.value, told.sure) == ("wanted_on", day, sure)
    assert text[told.start : told.end] == words and bool(told.note) is not sure


def test_the_end_of_february_is_no_day_in_a_leap_year():
    assert conditions.day(clauses("2月底前"), date(2028, 1, 5)).value == date(2028, 2, 29)
    assert conditions.day(clauses("2月29日前到货"), date(2028, 3, 1)).value == date(2029, 2, 28)


@pytest.mark.parametrize(
    "text",
    ["质保三年内", "培训3天内完成", "租期30天内", "2小时内送达", "2月30日前", "近三年内的业绩", "三十天", "要快"],
)
def test_a_time_of_something_else_is_a_time_of_delivery(text):
    assert conditions.day(clauses(text), TODAY) is None


@pytest.mark.parametrize(
    ("text", "quantity", "yuan", "sure", "note"),
    [
        ("预算30万元以内", None, 300_000, True, ""),
        ("预算叁拾万元", 4, 300_000, True, ""),
        ("经费一百二十万", None, 1_200_000, True, ""),
        ("总价控制在85万元以下", 2, 850_000, True, ""),
        ("总价不超过1,200,000元", 2, 1_200_000, True, ""),
        ("每台不超过3万元", 4, 120_000, True, "¥30,000 × 4"),
        ("单价不超过3万元", 4, 120_000, True, "¥30,000 × 4"),
        ("单价不超过3万元", None, 30_000, False, "单价"),
        ("资金0.5元", None, 0.5, True, ""),
    ],
)
def test_a_budget_is_miscounted(text, quantity, yuan, sure, note):
    told = conditions.budget(clauses(text), quantity)
    assert (told.value, told.sure, told.note) == (round(yuan * 100), sure, note)
    assert text[told.start : told.end][-1] in "元万"


@pytest.mark.parametrize("text", ["价格面议", "预算", "预算20台", "注册资本500万元", "保额每人80万元", ""])
def test_a_budget_is_made_up(text):
    assert conditions.budget(clauses(text), 3) is None


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_fails_the_reading_of_conditions_or_holds_it_up(name):
    read = clauses(HOSTILE[name])
    with within(10):
        conditions.mode(read), conditions.place(read), conditions.day(read, TODAY), conditions.budget(read, 2)
