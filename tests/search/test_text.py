"""The normal form, the words, and the pinyin that search works with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.search.text import Cutter, bigrams, normalise, pinyin_tokens

cutter = Cutter(["空呼"])


@pytest.mark.parametrize(
    ("original", "normal"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("無人機 氣體檢測儀", "无人机 气体检测仪"),
        ("50m³/h ㎡ -20℃ ½", "50m3/h m2 -20°c 1⁄2"),
        ("ﬁ Ⅱ e\u0301", "fi ii é"),
        ("灭\x00火\t器\u200b箱", "灭 火 器箱"),
    ],
)
def test_writings_of_the_same_text_have_one_normal_form(original, normal):
    assert normalise(original).text == normal


@given(st.text(max_size=60))
def test_every_place_in_the_normal_form_has_a_place_in_the_original(original):
    normal = normalise(original)
    for place in range(len(normal.text)):
        start, end = normal.original(place, place + 1)
        assert 0 <= start < end <= len(original)


@given(st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form_for_cutting(original):
    once = normalise(original).text
    assert cutter.words(once) == cutter.words(normalise(once).text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("待处理设备", ["待", "处理", "设备"]),
        ("正压式空气呼吸器", ["正压", "式", "空气", "呼吸", "器"]),
        ("生命探测仪", ["生命", "探测", "仪"]),
        ("空呼检测", ["空呼", "检测"]),
    ],
)
def test_long_words_are_cut_into_short_ones(text, words):
    assert cutter.words(text) == words


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("MJ-PW-50", "mjpw50"),
        ("mjpw50", "MJ-PW-50 型泵"),
        ("pw50", "MJ-PW-50"),
        ("sm 100", "SM100"),
        ("50kW", "额定功率 50 千瓦"),
        ("50千瓦", "50KW柴油机"),
        ("3000m³/h", "流量3,000立方米/小时"),
        ("60", "扬程60米"),
        ("60米", "扬程60m"),
        ("3.5kw", "3.50 kW"),
        ("12㎡", "12平方米"),
        ("流量60米", "流量60米扬程"),
        ("处理", "待处理设备"),
        ("ip68", "防护等级IP68级"),
    ],
)
def test_what_is_asked_is_found_however_it_is_written(asked, text):
    assert set(cutter.asked(asked)) <= set(cutter.words(text))


@given(st.text(alphabet="待处理设备灭火器aB1.5-/kw千瓦米 ，", max_size=25))
def test_every_text_is_found_by_itself(text):
    assert set(cutter.asked(text)) <= set(cutter.words(text))


@given(st.text(max_size=80))
def test_words_lie_where_they_say(original):
    text = normalise(original).text
    for token in cutter.tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.text and not token.text.isspace() and " " not in token.text


def test_pairs_of_characters_do_not_reach_over_other_characters():
    assert bigrams("灭火器a箱体 箱") == ["灭火", "火器", "箱体"]


def test_a_name_is_found_by_joined_syllables_and_by_initials():
    tokens = pinyin_tokens("大流量排水车 SM-100")

    assert {"paishuiche", "daliuliangpaishuiche", "psc", "dllpsc", "che"} <= set(tokens)
    assert "d" not in tokens and not any("sm" in token for token in tokens)
    assert pinyin_tokens("UAV") == []
    assert "nvxing" in pinyin_tokens("女性")
