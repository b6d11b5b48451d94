"""Which product types names and lay words mean."""

import pytest

from marketplace.reading import library
from marketplace.reading.classes import ClassReader
from marketplace.reading.library import class_of
from marketplace.taxonomy import queries
from tests.reading.hostile import HOSTILE, within

pytestmark = pytest.mark.usefixtures("taxonomy")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("大流量排水抢险车 3000方", "排水"),
        ("拖车式移动排水泵站", "泵"),
        ("干粉灭火器 4kg", "灭火器"),
        ("便携式四合一气体检测仪", "气体"),
        ("正压式空气呼吸器", "呼吸器"),
        ("雷达生命探测仪", "生命探测"),
        ("卫星电话", "卫星"),
        ("救灾棉帐篷 12平米", "帐篷"),
        ("冲锋舟", "舟"),
        ("防毒面具", "防毒"),
        ("安全帽", "安全帽"),
        ("柴油发电机组 500kW", "发电"),
        ("六旋翼无人机", "无人机"),
        ("消防机器人", "机器人"),
        ("液压破拆工具组", "破拆"),
        ("救生衣", "救生衣"),
        ("隔离防护服", "防护服"),
        ("山体滑坡监测预警系统", "监测"),
        ("应急照明灯", "照明"),
        ("净水车", "净水"),
    ],
)
def test_a_plain_name_is_put_into_a_strange_class(name, expected):
    found = queries.class_(class_of(name))
    assert found is not None and expected in "".join((found.name, *found.aliases)), found and found.name


@pytest.mark.parametrize("name", ["", "x", "2026年新款", "苹果手机", "移动式设备", "。,;", "🔥"])
def test_a_name_that_says_nothing_is_put_into_a_class(name):
    assert class_of(name) == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("公路隧道里的雾炮", "雾炮"),
        ("把塌下来的楼板里的人找出来,隔着墙听得见心跳的", "生命探测"),
        ("人心跳停了,按一下会自己说话教人怎么电的机器", "除颤"),
        ("停电了给医院供电的车", "发电车"),
        ("地铁口灌水,一小时要抽三千方的车", "排水"),
        ("井下戴在身上自己能救命的氧气盒子", "自救器"),
    ],
)
def test_lay_words_mean_no_type_or_a_strange_one(words, expected):
    guesses = library.class_reader().read([(words, 1.0)], 3)
    assert any(expected in queries.class_(guess.code).name for guess in guesses), [
        queries.class_(guess.code).name for guess in guesses
    ]


def test_the_best_guess_has_less_than_a_whole_share_or_a_worse_one_more():
    guesses = library.class_reader().read([("正压式空气呼吸器", 2.0), ("消防员进火场用", 1.0)], 5)
    assert guesses[0].share == 1 and "空气呼吸器" in "".join(guesses[0].told)
    assert [g.score for g in guesses] == sorted((g.score for g in guesses), reverse=True) and len(guesses) == 5


def test_a_name_within_a_longer_name_is_read_as_well():
    named = library.class_reader().named("采购正压式空气呼吸器、AED、灭火器箱各一")
    assert "正压式空气呼吸器" in named.values() and "呼吸器" not in named.values()
    assert len({queries.class_(code).name for code in named}) >= 2


def test_what_a_listing_says_it_is_not_decides_its_class():
    pump = class_of("移动式设备", "拖车式移动泵站")
    assert queries.class_(pump).name == "拖车式移动泵站"
    assert class_of("移动式设备", "拖车式移动泵站,不是消防机器人", "消防机器人不在本次采购范围内") == pump
    assert class_of("移动式设备", "消防机器人") != pump


def test_a_class_with_classes_below_it_is_meant():
    reader = ClassReader(queries.reference(), library.tokens())
    codes = {guess.code for text in ("泵", "排水设备", "应急服务", "消防") for guess in reader.read([(text, 1.0)], 30)}
    assert codes and not any(queries.classes(code) for code in codes)


def test_the_readers_are_built_for_every_question():
    assert library.class_reader() is library.class_reader()
    assert library.attribute_names() is library.attribute_names()


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_fails_the_reading_of_types_or_holds_it_up(name):
    with within(10):
        guesses = library.class_reader().read([(HOSTILE[name], 1.0)], 3)
    assert len(guesses) <= 3
