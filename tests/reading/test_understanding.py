"""What a need's text proposes, with the words each proposal came from."""

from collections import Counter
from datetime import date

import pytest

from marketplace.reading.understanding import LONGEST, fields_of, understand
from marketplace.taxonomy import queries
from tests.reading.hostile import HOSTILE, within

pytestmark = pytest.mark.usefixtures("taxonomy")
TODAY = date(2026, 11, 23)
TENDER = """江西省赣州市应急管理局大流量移动排水设备采购项目采购需求

一、项目概况
2025年汛期我市多处下穿通道积水,现有排水能力不足。为提高城市内涝应急抢险能力,拟采购大流量排水抢险车2辆,配套应急照明灯塔4台。采购预算:人民币叁佰陆拾万元整,其中排水抢险车单价不超过150万元。
二、技术要求
1. ★额定排水流量不低于3000立方米每小时,扬程不小于15米;
2. ★水泵电机防护等级不低于IP68;
3. ▲整车噪声≤85dB(A),夜间作业宜低于75分贝;
4. 连续工作时间不少于8小时,油箱加满后不得中途停机;
5. 最小离地间隙不小于200mm,爬坡度≥30%;
6. 照明灯塔升起高度8米以上,光通量不低于40万流明,抗风等级不低于8级;
7. 操作面板应能在零下二十度正常工作,电气部件防爆标志不低于Ex d IIB T4 Gb;
8. 整车须具备3C认证,并提供国家级检测机构出具的检验报告,没有CCC证书的不予接受;
9. 车辆自带随车吊,起吊重量不小于两吨半,可由两三个人在30分钟内完成展开。
三、不在本次采购范围的内容
发电机组已另行采购。不接受二手车辆和翻新设备,不采购龙吸水的无人驾驶版本。水带、接头去年都配齐了。
四、商务要求
1. 交货期:合同签订后60日内交货,交货地点为赣州市章贡区市应急物资储备库;
2. 付款方式:合同签订后支付30%,验收合格后支付65%,余款5%作为质保金;
3. 质保期不少于3年,供应商接到报修电话后2小时内响应,24小时内到达现场;
4. 供应商近三年内具有2个以上同类项目业绩,注册资本不低于1000万元;
5. 培训:免费培训操作人员不少于10人,培训时间不少于2天;
6. 投标文件应包含产品彩页、检测报告复印件及售后服务承诺书,均须加盖公章。
五、验收
到货后由采购人组织验收,逐台通水试验不少于30分钟,流量实测值不低于标称值的95%。验收不合格的,供应商应在7日内更换,逾期每日按合同总价千分之三支付违约金。
六、评分办法
价格分30分,技术分50分,商务分20分。技术参数中带★的为实质性要求,不满足的按无效投标处理;带▲的每负偏离一项扣3分,扣完为止。
七、其他
本项目不接受联合体投标。报价应包含运输、安装、调试、培训、税费等一切费用,采购人不再支付任何其他费用。供应商应对所投产品的合法来源负责,因产品质量问题造成的损失由供应商承担。联系人:张工,办公时间工作日上午9点至下午5点。
八、投标须知
投标人应仔细阅读本文件的全部内容,对文件有疑问的,应在投标截止时间三天前以书面形式提出。投标文件采用电子方式递交,未按规定加密或迟到的不予受理。评审期间投标人须安排授权代表到场,携带身份证原件备查。
九、采购标的使用场景说明
设备主要用于中心城区十二处下穿通道、三处地下车库和沿江低洼老旧小区的积水抢排。道路狭窄处车辆须能一次通过,水带铺设沿人行道进行。雨天能见度低,操作人员多为临时抽调的市政职工,要求面板一目了然、字体够大,戴手套也能操作。
"""


def read(text, **more):
    return understand(text, today=TODAY, **more)


def by_field(text, **more):
    return {field: [one.value for one in found] for field, found in fields_of(read(text, **more)).items()}


@pytest.fixture
def tender():
    return fields_of(read(TENDER))


def test_a_field_of_a_pasted_tender_is_proposed_wrongly_or_not_at_all(tender):
    first = {field: found[0].value for field, found in tender.items()}
    assert queries.class_(first["class_code"]).name.startswith("大流量排水抢险车")
    assert first["event_code"] == "NAT-WLOG" and first["category"] == "natural_disaster"
    assert first["field_code"] == "emergency_rescue" and first["mode"] == "purchase"
    assert first["place"] == {"province": "江西省", "city": "赣州市"}
    assert first["within_days"] == 60 and first["budget_fen"] == 360_000_000
    assert [(one.value["name"], one.value["quantity"], one.value["unit"]) for one in tender["item"]] == [
        ("大流量排水抢险车", 2, "辆"), ("应急照明灯", 4, "台"),
    ]  # fmt: skip


def test_a_requirement_of_a_pasted_tender_is_missed_or_made_up(tender):
    found = {
        (one.value["key"], one.value["op"], one.value["value"], one.value["level"])
        for one in tender["requirement"]
        if one.value["key"]
    }
    assert found >= {
        ("flow", ">=", 3000, "hard"), ("head", ">=", 15, "plain"), ("ip_code", ">=", "IP68", "hard"), ("noise", "<=", 85, "scored"),
        ("endurance", ">=", 8, "plain"), ("gradeability", ">=", 30, "plain"), ("mast_height", ">=", 8, "plain"),
        ("luminous_flux", ">=", 400_000, "plain"), ("wind_grade", ">=", 8, "plain"), ("ex_mark", ">=", "Ex d IIB T4", "plain"),
        ("lifting_capacity", ">=", 2.5, "plain"), ("deploy_time", "<=", 30, "plain"), ("warranty", ">=", 3, "plain"),
    }  # fmt: skip
    papers = [one.value["name"] for one in tender["requirement"] if one.value["op"] == "has"]
    assert sorted(papers) == sorted(set(papers)) and "强制性产品认证(3C)" in papers
    told = " ".join(one.words for one in tender["requirement"])
    assert not any(word in told for word in ("质保金", "支付", "业绩", "注册", "培训", "违约", "96小时", "95%"))


def test_a_text_without_marks_asks_for_nothing_firmly():
    (told,) = fields_of(read("采购水泵2台,扬程不低于15米。"))["requirement"]
    assert told.value["level"] == "hard"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("工作温度-20℃~50℃", ("working_temperature", "between", -20, 50)),
        ("环境温度:-20℃~+50℃", ("working_temperature", "between", -20, 50)),
        ("适应三级海况", ("sea_state", ">=", 3, None)),
        ("三级海况以上", ("sea_state", ">=", 3, None)),
        ("红外分辨率640×512", ("thermal_resolution", ">=", 640, None)),
        ("质保期不少于2年", ("warranty", ">=", 2, None)),
    ],
)
def test_a_requirement_told_in_a_usual_way_is_missed(text, told):
    found = [one.value for one in read(f"采购救援装备一批。{text}。") if one.field == "requirement"]
    assert told in [(one["key"], one["op"], one["value"], one["high"]) for one in found]


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("参照北京市、上海市的做法,采购帐篷100顶,送到湖北省荆州市", "荆州市"),
        ("供应商须在北京设有服务网点,货物运至四川省成都市", "成都市"),
        ("广东省内,深圳市交货", "深圳市"),
        ("去年杭州发生内涝,需水泵", "杭州市"),
    ],
)
def test_the_first_city_named_is_taken_for_the_place_of_delivery(text, city):
    assert by_field(text)["place"][0]["city"] == city


def test_the_category_is_doubted_although_the_class_is_sure():
    found = fields_of(read("采购大流量排水抢险车2辆,额定流量不低于3000立方米每小时。"))
    assert found["class_code"][0].sure and found["event_code"][0].sure and found["category"][0].sure


def test_a_text_pasted_a_thousand_times_is_read_a_thousand_times():
    text = "采购排水抢险车2辆,流量不低于3000立方米每小时,不要拖车式泵站,救生衣已有。"
    once, often = read(text), read(text * 1000)
    assert [one.shown for one in often] == [one.shown for one in once]


def test_what_a_pasted_tender_refuses_or_has_is_asked_for(tender):
    assert {one.value for one in tender["exclusion"]} >= {"没有CCC证书的", "二手车辆和翻新设备", "龙吸水的无人驾驶版本"}
    assert not any("发电机" in one.shown or "接头" in one.shown for one in tender["item"])


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (TENDER, ""),
        (TENDER, "大流量排水抢险车采购"),
        ("ＩＰ６７，Ⅱ类；扬程不低于１５米，不要充气的。预算１，２００，０００元，①月底前送到赣州", "水泵"),
        ("不要充气的。扬程不低于15米", "采购水泵2台,30天内交货"),
    ],
)
def test_the_words_of_a_proposal_do_not_stand_at_its_place(text, title):
    for one in read(text, title=title):
        assert 0 <= one.start <= one.end <= len(text)
        if one.end:
            assert one.words and text[one.start : one.end].strip() == one.words
        else:
            assert one.field in {"class_code", "event_code", "category", "field_code"} or title


def test_a_proposal_cannot_be_stored_or_shown():
    for one in read(TENDER):
        assert one.shown and one.field
        if one.field == "requirement":
            assert set(one.value) == {"name", "key", "op", "value", "high", "unit", "level", "item", "words"}
        if one.field == "item":
            assert set(one.value) == {"name", "class_code", "quantity", "unit", "note"} and one.value["quantity"] >= 1
        if one.field == "class_code":
            assert queries.class_(one.value) and not queries.classes(one.value)


@pytest.mark.parametrize("text", ["", " ", "。", ",,,;;!?", "\n\t\r", "。。。\n,", "🔥🚒", "\0\0"])
def test_a_text_that_says_nothing_proposes_something(text):
    assert read(text) == []


def test_two_numbers_that_contradict_each_other_are_made_one():
    found = by_field("采购水泵,扬程不低于15米,功率不限。另:扬程不低于20米。")["requirement"]
    assert [(one["key"], one["value"]) for one in found] == [("head", 15), ("head", 20)]


def test_a_number_said_twice_is_proposed_twice():
    found = by_field("采购水泵,扬程不低于15米。再说一遍:扬程不低于15米。")["requirement"]
    assert Counter(one["key"] for one in found) == {"head": 1}


def test_a_guess_is_ticked_like_what_the_text_says():
    found = read("采购拖车式移动泵站2台,2025年6月1日前交货,单价不超过3万元")
    sure = {one.field: one.sure for one in found}
    assert sure["class_code"] and sure["item"] and sure["mode"] and sure["budget_fen"]
    assert sure["event_code"] and not sure["wanted_on"] and not sure["field_code"]
    assert next(one.note for one in found if one.field == "wanted_on")
    assert next(one.value for one in found if one.field == "budget_fen") == 6_000_000


def test_a_title_is_passed_over_or_shifts_the_places():
    text = "要4台,扬程不低于15米"
    found = fields_of(read(text, title="拖车式移动泵站"))
    assert queries.class_(found["class_code"][0].value).name == "拖车式移动泵站"
    [one] = found["requirement"]
    assert text[one.start : one.end] == one.words == "扬程不低于15米"


def test_the_kind_of_need_a_chosen_class_has_decides_what_two_items_are():
    items = by_field("采购救生衣20件、冲锋舟3艘,发电机已有2台")["item"]
    assert [(one["name"], one["quantity"], one["unit"]) for one in items] == [("救生衣", 20, "件"), ("冲锋舟", 3, "艘")]
    assert len({one["class_code"] for one in items}) == 2


def test_what_stands_behind_the_longest_text_is_read():
    text = "采购帐篷。" + "。" * LONGEST + "不要充气的。"
    assert "exclusion" not in by_field(text)
    assert by_field(text[: LONGEST - 10] + "不要充气的。")["exclusion"] == ["充气的"]


@pytest.mark.parametrize("name", ["crosses", "refusals", "numerals", "surrogates", "nul", "marks", "counts"])
def test_a_hostile_text_fails_the_understanding_or_holds_it_up(name):
    text = HOSTILE[name]
    with within(25):
        found = read(text, title=text[:120])
    assert all(0 <= one.start <= one.end <= len(text) for one in found)


def test_a_real_text_of_the_greatest_length_holds_the_page_up():
    with within(25):
        found = read((TENDER * 100)[:LONGEST])
    assert Counter(one.field for one in found)["budget_fen"] == 1
