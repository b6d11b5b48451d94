"""What sentences of tenders and of laymen require: attribute, direction, number, unit, weight."""

import pytest

from marketplace.reading import library
from marketplace.reading.clauses import plain
from marketplace.reading.measures import likely_keys, measures
from marketplace.reading.requirements import required
from marketplace.taxonomy import queries

pytestmark = pytest.mark.usefixtures("taxonomy")
THREE_C, MINE, LABOUR = "强制性产品认证(3C)", "矿用产品安全标志(MA)", "特种劳动防护用品安全标志(LA)"


def read(text, code=""):
    likely = likely_keys(queries.reference(), {code: 1.0} if code else {})
    return required(text, library.attribute_names(), likely, dict(queries.certificate_kinds()))


def told(text, code=""):
    return [(r.key, r.op, r.value, r.unit, r.level) for r in read(text, code)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("扬程不小于15米", ("head", ">=", 15, "m", "hard")),
        ("额定流量≥3000m³/h", ("flow", ">=", 3000, "m³/h", "hard")),
        ("每小时排水量不低于500方", ("flow", ">=", 500, "m³/h", "hard")),
        ("整机质量不超过40斤", ("mass", "<=", 40, "斤", "hard")),
        ("重量50斤以内", ("mass", "<=", 50, "斤", "hard")),
        ("续航时间不少于4小时", ("endurance", ">=", 4, "h", "hard")),
        ("待机时间≥72h", ("standby_time", ">=", 72, "h", "hard")),
        ("额定功率500kW", ("rated_power", ">=", 500, "kW", "hard")),
        ("电压380V", ("voltage", "=", 380, "V", "hard")),
        ("乘员不少于8人", ("occupants", ">=", 8, "人", "hard")),
        ("爬坡度≥35%", ("gradeability", ">=", 35, "%", "hard")),
        ("抗风不低于6级", ("wind_grade", ">=", 6, "级", "hard")),
        ("夜里零下四十度也要能用", ("min_temperature", "<=", -40, "℃", "hard")),
        ("使用寿命不少于5年", ("operating_life", ">=", 5, "年", "hard")),
        ("气瓶容积6.8L", ("cylinder_volume", ">=", 6.8, "L", "hard")),
        ("保额每人不低于100万", ("insured_amount", ">=", 1_000_000, "元", "hard")),
        ("★额定流量≥3000m³/h", ("flow", ">=", 3000, "m³/h", "hard")),
        ("▲噪声≤75dB", ("noise", "<=", 75, "dB(A)", "scored")),
        ("噪音宜低于70分贝", ("noise", "<=", 70, "dB(A)", "plain")),
        ("最好能连续工作8小时以上", ("endurance", ">=", 8, "h", "plain")),
        ("防护等级不低于IP67", ("ip_code", ">=", "IP67", "", "hard")),
        ("▲防护等级IP68", ("ip_code", ">=", "IP68", "", "scored")),
        ("须为Ex d IIB T4 Gb防爆", ("ex_mark", ">=", "Ex d IIB T4", "", "hard")),
        ("展开时间小于等于30分钟", ("deploy_time", "<=", 30, "min", "hard")),
        ("承重不小于200公斤", ("payload", ">=", 200, "kg", "hard")),
    ],
)
def test_a_sentence_requires_something_else(text, expected):
    assert told(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("承重不小于200公斤,自重不大于10公斤", [("payload", ">=", 200, "kg"), ("mass", "<=", 10, "kg")]),
        ("气瓶容积6.8L,工作压力30MPa", [("cylinder_volume", ">=", 6.8, "L"), ("working_pressure", ">=", 30, "MPa")]),
        ("扬程不小于15米,扬程不小于15米", [("head", ">=", 15, "m")]),
        ("扬程不小于15米;另一台扬程不小于20米", [("head", ">=", 15, "m"), ("head", ">=", 20, "m")]),
    ],
)
def test_several_requirements_are_mixed_up_doubled_or_lost(text, expected):
    assert [one[:4] for one in told(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "中标人应在合同签订后30天内交货", "付款比例不低于30%", "每台不超过3万元", "注册资本不低于500万元", "近三年业绩不少于2个",
        "培训不少于2天", "投标保证金不少于5万元", "预算30万元以内",
    ],
)  # fmt: skip
def test_a_clause_about_the_contract_requires_something_of_the_product(text):
    assert told(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "冲锋舟已有20艘",
        "扬程15米的水泵都配齐了",
        "不要扬程15米的",
        "采购帐篷100顶",
        "要头灯",
        "",
        "。",
        "第三方检测",
        "640×512",
    ],
)
def test_what_is_there_refused_or_merely_counted_is_required(text):
    assert [one for one in told(text) if one[1] != "has"] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("具有CCC认证", [THREE_C]),
        ("须具备3C认证和防爆合格证", [THREE_C, "防爆合格证"]),
        ("须取得煤矿安全标志证书", [MINE]),
        ("须提供特种劳动防护用品安全标志", [LABOUR]),
        ("带CE认证", ["CE 认证"]),
        ("没有3C证书的不收", [THREE_C]),
        ("未取得3C认证的不予接受", [THREE_C]),
        ("3C认证的不要", []),
        ("3C认证都配齐了", []),
        ("采购帐篷", []),
    ],
)
def test_a_certificate_is_required_wrongly_or_its_refused_lack_is_missed(text, kinds):
    assert sorted(r.value for r in read(text) if r.op == "has") == sorted(kinds)


@pytest.mark.parametrize(
    "text",
    [
        "前言。★额定流量≥3000m³/h，重量５０斤以内。外壳IP67，Ex d ⅡC T4，须具备3C认证",
        "要能在零下四十度用的,扬程不小于15米",
    ],
)
def test_the_words_of_a_requirement_are_not_where_it_says(text):
    found = read(text)
    assert found
    for one in found:
        assert one.words and plain(text)[one.start : one.end].strip() == one.words


def test_a_range_asked_for_is_narrowed_to_one_number():
    [one] = read("电压220~380V")
    assert (one.key, one.op, one.value, one.high, one.unit) == ("voltage", "between", 220, 380, "V")
    assert one.ends("voltage") == (220.0, 380.0) and one.ends("mass") is None


@pytest.mark.parametrize(("text", "value"), [("扬程至少两三米", 2), ("重量两三斤以内", 3)])
def test_the_wrong_end_of_a_loose_number_is_required(text, value):
    [one] = read(text)
    assert (one.value, one.high) == (value, None)


def test_the_number_of_a_whole_site_is_required_of_one_device():
    [one] = read("监控装了三十来路")
    assert (one.key, one.level) == ("video_channels", "plain")


@pytest.mark.parametrize("text", ["自重别超过40公斤", "重不超过40公斤", "四十公斤以内"])
def test_a_weight_is_read_as_a_load_where_both_may_be_meant(text):
    assert {key for key, *_rest in told(text, "3.4.6.01")} <= {"mass", ""}


def test_an_amount_has_no_label_or_another_ones():
    known = library.attribute_names()
    first, second = measures("扬程不小于15米、每小时排水500方", 7, known, {})
    assert (first.key, first.sure, first.near) == ("head", True, True)
    assert (second.key, second.unit.symbol, second.end) == ("flow", "m³/h", 7 + second.amount.end)
    assert "扬程" in first.label and "扬程" not in second.label
    assert first.ends("length") == (15.0, 15.0)


def test_a_label_in_the_clause_before_is_passed_over_or_outranks_the_own():
    known = library.attribute_names()
    assert [m.key for m in measures("15米", 0, known, {}, "扬程要求如下扬程")] == ["head"]
    assert [m.key for m in measures("重量15公斤", 0, known, {}, "额定载重")] == ["mass"]
