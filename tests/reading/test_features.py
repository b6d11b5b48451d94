"""Features that exclude each other, and what a text denies."""

import pytest

from marketplace.reading.features import Feature, conflict, denials, denied_wish, features, unsaid, values_in
from marketplace.taxonomy import queries

FUEL = [Feature("fuel", "gasoline", ("汽油",), True), Feature("fuel", "electric", ("充电", "电动"), True)]
PROOF = [Feature("explosion", "proof", ("防爆",), True), Feature("explosion", "not proof", ("非防爆", "不防爆"), True)]
CARRY = [Feature("carry", "handheld", ("手持",), False), Feature("carry", "vehicle", ("车载",), False)]
KNOWN = FUEL + PROOF + CARRY


def values(text):
    return {group: sorted(found) for group, found in values_in(text, KNOWN).items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("充电式风力灭火机", {"fuel": ["electric"]}),
        ("汽油机和电动机两用", {"fuel": ["electric", "gasoline"]}),
        ("ＬＥＤ　手持防爆灯", {"carry": ["handheld"], "explosion": ["proof"]}),
        ("非防爆", {"explosion": ["not proof"]}),
        ("不防爆", {"explosion": ["not proof"]}),
        ("无汽油味", {}),
        ("没有手持款,未充电", {}),
        ("", {}),
    ],
)
def test_a_feature_is_found_in_its_opposite_or_missed(text, found):
    assert values(text) == found


@pytest.mark.parametrize(
    ("wanted", "refused", "offered", "clash"),
    [
        ("充电的", "", "汽油机", ("充电", "汽油")),
        ("充电的", "", "充电", None),
        ("充电的", "", "汽油电动两用", None),
        ("充电或汽油", "", "汽油机", None),
        ("手持", "", "车载", None),
        ("", "汽油", "汽油机", ("不要汽油", "汽油")),
        ("", "汽油", "汽油电动两用", None),
        ("汽油", "汽油", "汽油机", None),
        ("防爆", "", "非防爆", ("防爆", "非防爆")),
        ("防爆", "", "什么也没说", None),
    ],
)
def test_an_offer_that_goes_with_a_wish_clashes_or_one_that_does_not_passes(wanted, refused, offered, clash):
    read = [values_in(text, KNOWN) for text in (wanted, refused, offered)]
    assert conflict(*read, KNOWN) == clash


def test_what_an_offer_leaves_unsaid_is_not_asked_for():
    wanted = values_in("手持充电防爆", KNOWN)
    assert unsaid(wanted, values_in("电动的", KNOWN), KNOWN) == ["防爆"]
    assert unsaid(wanted, wanted, KNOWN) == []
    assert unsaid(values_in("汽油或充电", KNOWN), {}, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("不联网", ["联网"]),
        ("未取得3C认证", ["3C认证"]),
        ("没有蓝牙,没有蓝牙", ["蓝牙"]),
        ("不带声光报警", ["声光报警"]),
        ("非接触式", ["接触式"]),
        ("不能涉水;不防刺", ["涉水", "防刺"]),
        ("不锈钢", []),
        ("不间断电源", []),
        ("不少于3台", []),
        ("无人机", []),
        ("无线传输", []),
        ("无需加油", []),
        ("扬程15米", []),
    ],
)
def test_a_denial_is_missed_or_read_into_a_word(text, denied):
    assert denials(text) == denied


@pytest.mark.parametrize(
    ("denied", "wanted", "what"),
    [
        (["联网"], "要能联网的", "联网"),
        (["联网"], "要头灯", ""),
        (["联网"], "不联网的", ""),
        (["联网"], "联网的不行", ""),
        (["防刺"], "防刺的手套", "防刺"),
        (["声光报警"], "带声光报警", "声光报警"),
        ([], "防刺", ""),
    ],
)
def test_a_wish_is_denied_by_what_it_does_not_say(denied, wanted, what):
    assert denied_wish(denied, wanted) == what


@pytest.mark.usefixtures("taxonomy")
def test_the_features_of_the_reference_data_lack_words_or_name_two_values_by_one():
    known = features(queries.reference())
    assert len(known) > 40 and all(feature.words for feature in known)
    spoken = [(feature.group, word) for feature in known for word in feature.words]
    assert len(spoken) == len(set(spoken))
