"""What a need does not want, held against what is offered."""

from datetime import date

import pytest

from marketplace.matching import refusals
from marketplace.matching.asks import asks_of
from marketplace.matching.judging import State
from marketplace.matching.knowledge import knowledge
from marketplace.matching.refusals import Refusals, cores_of, judge
from marketplace.needs.models import Mode, Need
from marketplace.reading import features
from marketplace.reading.clauses import clauses
from tests.matching.worlds import offer

pytestmark = pytest.mark.usefixtures("context")


def code_of(name):
    return next(code for code, node in knowledge().reference.classes.items() if node.name == name)


def offered(name, type_name="", summary="", **more):
    """An offer with what is read from its words."""
    says = f"{name}。{summary}"
    values = {
        "name": name, "headline": says, "says": says, "class_code": code_of(type_name) if type_name else "",
        "features": features.values_in(says, knowledge().features), "denied": tuple(features.denials(says)), **more,
    }  # fmt: skip
    return offer(**values)


def refused_by(title, text="", exclusions=()):
    need = Need(
        title=title,
        text=text,
        mode=Mode.PURCHASE,
        items=[],
        requirements=[],
        exclusions=list(exclusions),
        understood=False,
    )
    [ask] = asks_of(need, knowledge(), date(2026, 11, 23))
    return ask.refusals


def verdict(read, one, types=None):
    return judge(read, one, {one.class_code: 1.0} if types is None else types, knowledge())


@pytest.mark.parametrize(
    ("phrase", "cores"),
    [
        ("普通隔离衣、扩散式的", ["隔离衣", "扩散"]),
        ("那种扫叶子的园林货", ["扫叶子的园林"]),
        ("二手车辆和翻新设备", ["二手车辆", "翻新"]),
        ("呼吸机、AED等设备", ["呼吸机", "AED"]),
        ("只会叫的", ["叫"]),
        ("的", []),
        ("", []),
    ],
)
def test_a_refused_phrase_keeps_its_filling_words(phrase, cores):
    assert cores_of(phrase) == [core for core in cores if len(core) > 1]


def test_an_offer_of_a_refused_type_passes():
    read = refused_by("充气帐篷采购", "不要冲锋舟", ["橡皮艇"])
    for name in ("冲锋舟", "橡皮艇"):
        found = verdict(read, offered("LK水上艇", name))
        assert (found.state, found.asked) == (State.MISSED, name)
    assert verdict(read, offered("LK帐篷", "充气式救灾帐篷")) is None


def test_an_offer_of_what_is_there_already_passes():
    read = refused_by("采购头灯20个", "应急救生衣去年都配齐了")
    assert verdict(read, offered("LK衣", "应急救生衣")).state is State.MISSED


def test_an_offer_of_the_own_type_is_refused_by_the_types_name():
    read = refused_by("冲锋舟", "不要充气的橡皮艇")
    boat = offered("硬体冲锋舟", "冲锋舟")
    assert verdict(read, boat) is None
    assert verdict(read, offered("橡皮艇", "橡皮艇")).state is State.MISSED


@pytest.mark.parametrize(
    ("title", "text", "name", "clash"),
    [
        ("头灯", "要充电的", "汽油机头灯", True),
        ("头灯", "要充电的", "充电头灯", False),
        ("头灯", "不要汽油的", "汽油头灯", True),
        ("头灯", "不要烧油的", "柴油头灯", True),
        ("头灯", "不要烧油的", "锂电头灯", False),
        ("气体检测仪", "要泵吸的", "扩散式气体检测仪", True),
        ("气体检测仪", "不要扩散式的", "泵吸式气体检测仪", False),
        ("防爆手电", "", "非防爆手电", True),
    ],
)
def test_an_offer_with_a_refused_or_opposite_feature_passes_or_a_fit_one_does_not(title, text, name, clash):
    found = verdict(refused_by(title, text), offered(name))
    assert (found is not None) is clash


def test_an_offer_that_denies_what_is_wanted_passes():
    read = refused_by("防护手套", "要防刺的")
    found = verdict(read, offered("防护手套", summary="耐磨,不防刺"))
    assert (found.state, found.asked) == (State.MISSED, "防刺")
    assert verdict(read, offered("防护手套", summary="耐磨防刺")) is None


def test_a_need_that_refuses_nothing_refuses_something():
    read = refused_by("冲锋舟")
    assert read.phrases == () and read.types == {} and read.refused_features == {}
    assert verdict(read, offered("冲锋舟", "冲锋舟")) is None
    assert judge(Refusals(), offered("冲锋舟"), {}, knowledge()) is None


def test_a_title_that_refuses_a_part_refuses_the_whole():
    read = refused_by("不要油管的破拆工具")
    assert "油管" in read.phrases and not any("破拆" in phrase for phrase in read.phrases)


def test_a_class_refused_by_its_description_is_the_one_that_is_meant():
    known = knowledge()
    read = refusals.read(
        "充气帐篷", clauses("充气帐篷。不要充气帐篷"), {code_of("充气式救灾帐篷"): 1.0}, "充气帐篷", known
    )
    assert read.best_type == code_of("充气式救灾帐篷") and read.best_type not in read.types
