"""What a need is taken to ask for."""

from datetime import date

import pytest

from marketplace.matching.asks import asks_of
from marketplace.matching.knowledge import knowledge
from marketplace.needs.models import Mode, Need

pytestmark = pytest.mark.usefixtures("context")
TODAY = date(2026, 11, 23)
BOATS, BOAT = "3.4.7", "3.4.7.01"
HEAD = {"name": "扬程", "key": "head", "op": ">=", "value": 15, "unit": "m", "level": "hard"}


def need(**more) -> Need:
    values = {
        "title": "救生衣",
        "text": "",
        "mode": Mode.PURCHASE,
        "items": [],
        "requirements": [],
        "exclusions": [],
        "understood": False,
    }
    return Need(**{**values, **more})


def item(name, quantity=None, unit="", **more):
    return {"name": name, "class_code": "", "quantity": quantity, "unit": unit, "note": "", **more}


def asked(**more):
    return asks_of(need(**more), knowledge(), TODAY)


def only(**more):
    [ask] = asked(**more)
    return ask


def named(ask):
    return knowledge().name_of(ask.best_type)


def required(ask):
    return [(r.key or r.name, r.op, r.value) for r in ask.requirements]


def test_a_need_of_several_items_is_one_ask():
    items = [item("救生衣", 20, "件", note="浮力不小于150N"), item("冲锋舟", 3, "艘"), item("充气帐篷", 5, "顶")]
    asks = asked(title="防汛物资采购", text="扬程不低于15米", items=items, budget_fen=100, exclusions=["翻新的"])

    assert [(ask.item, ask.title) for ask in asks] == [(0, "救生衣"), (1, "冲锋舟"), (2, "充气帐篷")]
    assert [(ask.conditions.quantity, ask.conditions.unit) for ask in asks] == [(20, "件"), (3, "艘"), (5, "顶")]
    assert ["救生衣" in named(asks[0]), "冲锋舟" in named(asks[1]), "帐篷" in named(asks[2])] == [True] * 3
    assert required(asks[0]) == [("buoyancy", ">=", 150)] and required(asks[1]) == []
    assert {ask.conditions.budget_fen for ask in asks} == {None}
    assert all("翻新" in "".join(ask.refusals.phrases) for ask in asks)


@pytest.mark.parametrize("items", [[], [item("物资", 2, "台")]])
def test_a_need_of_one_item_or_none_is_not_read_whole(items):
    ask = only(title="冲锋舟", text="乘员不少于8人", items=items, budget_fen=900)
    assert ask.title == "冲锋舟" and "冲锋舟" in named(ask) and required(ask) == [("occupants", ">=", 8)]
    assert ask.conditions.budget_fen == 900 and ask.conditions.quantity == (2 if items else None)


def test_a_requirement_of_one_item_is_asked_of_another():
    rows = [
        {**HEAD, "item": 1},
        {"name": "检测报告", "key": "", "op": "has", "value": "检测报告", "level": "hard", "item": None},
    ]
    first, second = asked(items=[item("冲锋舟"), item("水泵")], requirements=rows)
    assert required(first) == [("检测报告", "has", "检测报告")]
    assert required(second) == [("head", ">=", 15), ("检测报告", "has", "检测报告")]


@pytest.mark.parametrize("where", ["need", "item"])
def test_a_class_the_buyer_chose_yields_to_the_words(where):
    chosen = {"class_code": BOAT} if where == "need" else {"items": [item("水泵", class_code=BOAT)]}
    ask = only(title="拖车式移动泵站", text="扬程不低于15米", **chosen)
    assert (ask.chosen, ask.best_type, ask.types[BOAT]) == (BOAT, BOAT, 1.0)
    assert max(share for code, share in ask.types.items() if code != BOAT) <= 0.6
    assert "泵" in named(only(title="拖车式移动泵站", text="扬程不低于15米"))


def test_a_chosen_branch_means_less_than_all_below_it():
    ask = only(title="水上救援", class_code=BOATS)
    below = {code for code, share in ask.types.items() if share == 1.0}
    assert BOAT in below and len(below) > 3 and all(code.startswith(BOATS + ".") for code in below)


def test_the_class_of_a_need_is_taken_for_that_of_each_of_its_items():
    first, second = asked(class_code=BOAT, items=[item("救生衣"), item("充气帐篷")])
    assert first.chosen == second.chosen == "" and BOAT not in (first.best_type, second.best_type)


def test_a_need_that_somebody_went_through_is_read_again():
    text = "扬程不低于15米,外壳IP67,须具备3C认证"
    raw = only(title="拖车式移动泵站", text=text, requirements=[])
    gone_through = only(title="拖车式移动泵站", text=text, requirements=[{**HEAD, "value": 20}], understood=True)
    assert {key for key, _op, _value in required(raw)} == {"head", "ip_code", "强制性产品认证(3C)"}
    assert required(gone_through) == [("head", ">=", 20)]


def test_what_the_text_says_outranks_what_the_buyer_stated():
    ask = only(title="拖车式移动泵站", text="扬程不低于15米,外壳IP67", requirements=[{**HEAD, "value": 20}])
    assert required(ask) == [("head", ">=", 20), ("ip_code", ">=", "IP67")]


def test_a_stated_requirement_without_a_key_finds_none():
    ask = only(
        title="拖车式移动泵站", requirements=[{"name": "扬程", "op": ">=", "value": 200, "unit": "m", "level": "hard"}]
    )
    assert required(ask) == [("head", ">=", 200)]


@pytest.mark.parametrize(
    ("within", "on", "days"),
    [
        (None, None, None),
        (30, None, 30),
        (None, date(2026, 12, 3), 10),
        (30, date(2026, 12, 3), 10),
        (5, date(2026, 12, 3), 5),
        (None, date(2026, 11, 1), 0),
    ],
)
def test_the_earlier_of_a_day_and_a_term_does_not_hold(within, on, days):
    assert only(within_days=within, wanted_on=on).conditions.within_days == days


def test_months_of_machines_are_taken_for_machines():
    ask = only(title="租雾炮", mode=Mode.OPERATING_LEASE, text="两台,租四个月", items=[item("雾炮", 8, "台·月")])
    assert (ask.conditions.mode, ask.conditions.quantity, ask.conditions.pieces) == ("operating_lease", 8, 2)
    assert only(items=[item("雾炮", 8, "台")], text="两台").conditions.pieces is None


def test_a_service_is_asked_for_and_a_thing_is_meant():
    reference = knowledge().reference
    service, thing = only(title="应急演练", mode=Mode.SERVICE), only(title="采购灭火器")
    assert reference.classes[service.best_type].kind == "service"
    assert reference.classes[thing.best_type].kind == "product"


def test_a_type_refused_or_there_already_is_not_refused():
    ask = only(title="充气帐篷采购", text="不要冲锋舟。救生衣去年都配齐了", exclusions=["橡皮艇"])
    names = {knowledge().name_of(code) for code in ask.refusals.types}
    assert {"冲锋舟", "橡皮艇"} <= names and any("救生衣" in name for name in names)
    assert {"冲锋舟", "橡皮艇"} <= set(ask.refusals.phrases)


def test_the_type_that_is_meant_is_refused_by_its_own_name():
    ask = only(title="冲锋舟", text="不要充气的冲锋舟")
    assert named(ask) == "冲锋舟" and BOAT not in ask.refusals.types


def test_a_refused_word_counts_among_the_words_of_the_need():
    ask = only(title="头灯", text="不要柴油发电机")
    words = {token.text for token in ask.tokens}
    assert "头灯" in words and not any("柴油" in word for word in words)


@pytest.mark.parametrize("text", ["", "。", "🔥", "x", "\0"])
def test_a_need_that_says_nothing_fails_or_asks_for_something(text):
    ask = only(title=text, text=text)
    assert ask.requirements == () and ask.names == "" and ask.chosen == ""
