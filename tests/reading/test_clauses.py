"""What of a text is wanted, refused or only told."""

import pytest

from marketplace.reading.clauses import Sense, clauses, pieces, plain, refused, wanted
from tests.reading.hostile import HOSTILE, within

W, R, B = Sense.WANTED, Sense.REFUSED, Sense.BACKGROUND


def senses(text):
    return [(clause.sense, clause.text) for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("不要充气的帐篷", "充气的帐篷"),
        ("也不要柴油的", "柴油的"),
        ("一律不要柴油的", "柴油的"),
        ("拒绝翻新机", "翻新机"),
        ("谢绝贸易商", "贸易商"),
        ("不接受联合体投标", "联合体投标"),
        ("不得采用铅酸电池", "铅酸电池"),
        ("禁止使用石棉", "石棉"),
        ("不采购呼吸机、AED", "呼吸机、AED"),
        ("别报扩散式的", "扩散式的"),
        ("充气的不要", "充气的"),
        ("扫叶子的那种园林货不要", "扫叶子的那种园林货"),
        ("二手的一律不收", "二手的"),
        ("只能扫码的不行", "只能扫码的"),
        ("没有3C证书的不予接受", "没有3C证书的"),
        ("缺证的免谈", "缺证的"),
        ("呼吸机不在本次采购范围内", "呼吸机"),
        ("线缆不列入报价范围", "线缆"),
        ("水带、接头除外", "水带、接头"),
        ("与普通帐篷不同", "与普通帐篷不同"),
    ],
)
def test_a_refusal_before_or_after_its_object_is_overheard(text, phrase):
    assert senses(text) == [(R, phrase)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("要硬壳的船,充气的不要", [(W, "要硬壳的船"), (R, "充气的")]),
        ("只采购硬体救生艇而不是充气的", [(W, "只采购硬体救生艇"), (R, "充气的")]),
        ("拖拉机进不去,要手抬的", [(B, "拖拉机进不去"), (W, "要手抬的")]),
        ("手电已经有了,要头灯。", [(B, "手电已经有了"), (W, "要头灯")]),
        ("采购帐篷；不要单层的！", [(W, "采购帐篷"), (R, "单层的")]),
        ("价格1,200元,要快", [(W, "价格1,200元"), (W, "要快")]),
    ],
)
def test_a_refusal_spreads_to_the_clause_beside_it(text, parts):
    assert senses(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "冲锋舟、救生衣去年都配齐了", "发电机已有", "救护车有了", "水泵另行采购", "汽油机老点不着", "去年那批报废", "大车进不去",
        "配电由其他项目解决", "帐篷早就买了", "已配置两台",
    ],
)  # fmt: skip
def test_what_is_there_already_is_asked_for(text):
    assert senses(text) == [(B, text)]


@pytest.mark.parametrize(
    "text",
    [
        "扬程不低于15米", "扬程不得低于15米", "不少于3台", "重量不要超过20公斤", "价格不超过1,200元", "噪声不大于75分贝", "不锈钢水箱", "不间断电源",
        "无须安装", "要有3C认证", "必须有", "应有合格证", "未取得不影响",
    ],
)  # fmt: skip
def test_what_is_asked_for_is_refused_or_taken_for_background(text):
    assert [sense for sense, _text in senses(text)] == [W]


def test_the_wanted_text_holds_what_is_refused_or_there():
    text = "采购头灯,手电已经有了,不要充电的,要能装电池"
    assert wanted(text) == "采购头灯,要能装电池"
    assert [clause.text for clause in refused(text)] == ["充电的"]


@pytest.mark.parametrize(
    "text",
    [
        "采购　帐篷，不要充气的。充气的不要；ＩＰ６７、Ⅱ类①级，价格１，２００元\n手电已经有了！",
        "只要头灯而不是手电,与去年不同?呼吸机不在本次采购范围内",
        "\t不要🔥,要🚒\r\n\0",
    ],
)
def test_a_place_is_lost_when_the_text_is_made_plain_or_cut(text):
    bare = plain(text)
    assert len(bare) == len(text)
    for clause in clauses(text):
        assert bare[clause.start : clause.end] == clause.text


def test_full_width_signs_stay_or_marks_of_sentences_go():
    assert plain("ＩＰ６７　≥１０㎡，Ⅱ类①。") == "IP67 ≥10㎡，Ⅱ类1。"


def test_a_comma_of_thousands_cuts_a_number():
    assert [piece.text for piece in pieces("1,200台,30,4000")] == ["1,200台", "30", "4000"]


@pytest.mark.parametrize("text", ["", " ", ",,,", "。!?;", "\n\n"])
def test_marks_alone_are_a_clause(text):
    assert clauses(text) == []


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_fails_the_cutting_or_holds_it_up(name):
    text = HOSTILE[name]
    with within(3):
        found = clauses(text)
    assert all(plain(text)[one.start : one.end] == one.text for one in found[:100])
