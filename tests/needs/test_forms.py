"""What buyers type: numbers, units, amounts in words, repeated rows, and what contradicts itself."""

from datetime import UTC, date, datetime

import pytest
from werkzeug.datastructures import MultiDict

from marketplace.needs import schemas
from marketplace.needs.models import Mode
from marketplace.needs.requirements import Typed, Unreadable, read_requirement, without_unit
from tests.needs.worlds import COMPLETE, PUMP_TRUCK, make_draft, make_world

pytestmark = pytest.mark.usefixtures("context")


def read(**more):
    return schemas.read_need({**COMPLETE, **more})


def asked(*rows, **more):
    """A form with these requirements, each (name, op, value, unit, …)."""
    names = ("name", "op", "value", "unit", "level", "item", "high")
    return read(requirements=[dict(zip(names, row, strict=False)) for row in rows], **more)


def only(filled):
    assert filled, filled.errors
    return filled.data.requirements[0]


@pytest.mark.parametrize(
    ("op", "value", "unit", "expected"),
    [
        (">=", "3000", "m³/h", (">=", 3000, "m³/h")),
        ("", "≥3000", "m³/h", (">=", 3000, "m³/h")),
        ("", "3,000", "m³/h", (">=", 3000, "m³/h")),
        (">=", "≥ 3,000 m³/h", "", (">=", 3000, "m³/h")),
        ("", ">=3000.5", "m³/h", (">=", 3000.5, "m³/h")),
        ("", "<=0.5", "m³/s", ("<=", 0.5, "m³/s")),
        ("", "不低于三千", "m³/h", (">=", 3000, "m³/h")),
        ("", "3000以下", "m³/h", ("<=", 3000, "m³/h")),
        ("", "3000 m³/h", "L/s", (">=", 3000, "m³/h")),
        ("=", "3000", "方/小时", ("=", 3000, "方/小时")),
        (">=", "3000", "方", (">=", 3000, "m³/h")),
        ("in", "1000、2,000,000", "m³/h", ("in", [1000, 2000000], "m³/h")),
        ("in", "1000,2000", "m³/h", ("in", [1000, 2000], "m³/h")),
    ],
)
def test_a_number_is_read_otherwise_than_it_was_meant(op, value, unit, expected):
    row = only(asked(("额定排水流量", op, value, unit)))
    assert (row["op"], row["value"], row["unit"]) == expected and row["key"] == "flow"


@pytest.mark.parametrize("value", ["IP67", "IP 55", "Ex d ib mb IIB T4 Gb"])
def test_a_protection_code_becomes_a_number_or_means_exactly_this_one(value):
    row = only(asked(("防护等级", "", value)))
    assert (row["op"], row["value"], row["unit"]) == (">=", value, "")


def test_a_range_is_read_as_its_lower_end():
    row = only(asked(("工作温度", "", "-20~50", "℃")))
    assert (row["op"], row["value"], row["high"], row["unit"]) == ("between", -20, 50, "℃")
    row = only(asked(("工作温度", "between", "-20", "℃", "", "", "50")))
    assert (row["value"], row["high"]) == (-20, 50)


def test_a_range_upside_down_is_taken():
    assert "上限不能低于下限" in asked(("工作温度", "", "50~-20", "℃")).errors["req_high-1"]


def test_a_lower_number_is_better_and_still_asked_as_at_least():
    assert only(asked(("整机质量", "", "40", "kg")))["op"] == "<="


def test_a_mark_beside_the_name_is_lost():
    for name, value, level in [
        ("★额定排水流量", "3000", "hard"),
        ("额定排水流量", "3000▲", "scored"),
        ("额定排水流量", "3000", "plain"),
    ]:
        row = only(asked((name, ">=", value, "m³/h")))
        assert (row["name"], row["level"]) == ("额定排水流量", level)


@pytest.mark.parametrize(
    "row", [("额定排水流量", ">=", "3000", "方水每刻"), ("额定排水流量", ">=", "3000 方水每刻", "")]
)
def test_an_unknown_unit_is_taken_or_not_named(row):
    filled = asked(("扬程", ">=", "15", "m"), row)
    (name,) = filled.errors
    assert (
        name in ("req_unit-2", "req_value-2")
        and "第 2 条指标" in filled.errors[name]
        and "方水每刻" in filled.errors[name]
    )


def test_an_unknown_unit_of_an_item_is_taken():
    filled = read(items=[{"name": "排水车", "quantity": "2 嗻", "unit": ""}])
    assert "嗻" in filled.errors["item_quantity-1"]
    assert "嗻" in read(items=[{"name": "排水车", "quantity": "2", "unit": "嗻"}]).errors["item_unit-1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("扬程", ">=", "5", "m"), ("扬程", "<=", "3", "m")),
        (("扬程", ">=", "5", "m"), ("最大扬程", "<=", "300", "cm")),
        (("扬程", "=", "5", "m"), ("扬程", "=", "6", "m")),
        (("扬程", "in", "4、6", "m"), ("扬程", ">=", "8", "m")),
        (("排放标准", "=", "国五", ""), ("排放标准", "=", "国六", "")),
        (("进口产品", "has", "", ""), ("进口产品", "not", "", "")),
        (("桨叶数", ">=", "5", "片"), ("桨叶数", "<=", "3", "片")),
    ],
)
def test_two_requirements_that_no_offer_can_meet_stand_beside_each_other(first, second):
    filled = asked(first, ("额定排水流量", ">=", "3000", "m³/h"), second)
    assert list(filled.errors) == ["req_value-3"] and "第 1 条" in filled.errors["req_value-3"]


def test_a_contradiction_shows_only_one_side():
    text = asked(("扬程", ">=", "5", "m"), ("扬程", "<=", "300", "cm")).errors["req_value-2"]
    assert "≥ 5 m" in text and "≤ 300 cm" in text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("扬程", ">=", "3", "m"), ("扬程", "<=", "500", "cm")),
        (("扬程", ">=", "5", "m"), ("扬程", "<=", "5", "m")),
        (("扬程", "in", "4、8", "m"), ("扬程", ">=", "8", "m")),
        (("防护等级", ">=", "IP67", ""), ("防护等级", ">=", "IP55", "")),
        (("桨叶数", ">=", "5", "片"), ("桨叶长", "<=", "3", "m")),
        (("扬程", ">=", "5", "m"), ("扬程", "<=", "3", "kg")),
    ],
)
def test_requirements_that_agree_are_refused(first, second):
    assert asked(first, second), asked(first, second).errors


def test_requirements_of_two_items_are_held_against_each_other():
    items = [{"name": "大泵", "quantity": "1", "unit": "台"}, {}, {"name": "小泵", "quantity": "1", "unit": "台"}]
    filled = asked(("扬程", ">=", "50", "m", "", "1"), ("扬程", "<=", "30", "m", "", "3"), items=items)
    assert [row["item"] for row in filled.data.requirements] == [0, 1]
    both = asked(("扬程", ">=", "50", "m", "", "1"), ("扬程", "<=", "30", "m", "", ""), items=items)
    assert "req_value-2" in both.errors
    assert "req_item-1" in asked(("扬程", ">=", "50", "m", "", "2"), items=items).errors


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("300000", 30_000_000), ("30万元", 30_000_000), ("叁拾万元整", 30_000_000), ("三十万", 30_000_000),
        ("¥1,200.50", 120_050), ("壹佰贰拾万元", 120_000_000), ("3.5万", 3_500_000), ("", None),
    ],
)  # fmt: skip
def test_an_amount_in_words_is_another_amount(text, fen):
    assert read(budget=text).data.budget_fen == fen


@pytest.mark.parametrize("text", ["三十万美元左右吧", "-5", "30 kg", "1.234", "一大笔", "9" * 30])
def test_what_is_no_amount_is_taken(text):
    filled = read(budget=text)
    assert "budget" in filled.errors and filled.get("budget") == text


def test_a_text_of_a_hundred_thousand_characters_is_refused_or_a_longer_one_taken():
    long = ("需求\r\n" * 40_000)[: 100_000 + 33_000]
    kept = read(text=long).data.text
    assert "\r" not in kept and len(kept) <= 100_000
    assert len(read(text="长" * 100_000).data.text) == 100_000
    assert "text" in read(text="长" * 100_001).errors


def test_a_need_without_title_is_taken_or_one_without_text_refused():
    assert "title" in read(title=" ").errors
    assert read(text="").data.text == ""


@pytest.mark.parametrize(("count", "field"), [(201, "requirements"), (101, "items")])
def test_too_many_rows_are_taken(count, field):
    rows = [{"name": f"指标{n}", "op": "=", "value": "1"} for n in range(count)]
    if field == "items":
        rows = [{"name": f"物资{n}", "quantity": "1"} for n in range(count)]
    assert field in read(**{field: rows}).errors
    assert read(**{field: rows[1:]})


def test_the_rows_of_a_web_form_get_mixed_up():
    sent = MultiDict([
        *((name, value) for name, value in COMPLETE.items() if isinstance(value, str)),
        ("item_name", "排水车"), ("item_class", "大流量排水抢险车(垂直供排水)"), ("item_quantity", "贰辆"), ("item_unit", ""), ("item_note", ""),
        ("item_name", ""), ("item_class", ""), ("item_quantity", ""), ("item_unit", ""), ("item_note", ""),
        ("item_name", "水带"), ("item_class", ""), ("item_quantity", "1,000"), ("item_unit", "米"), ("item_note", "含接口"),
        ("req_name", "扬程"), ("req_op", ">="), ("req_value", "15"), ("req_unit", "m"), ("req_level", "hard"), ("req_item", "1"), ("req_words", "扬程不小于15米"),
        ("req_name", ""), ("req_op", ">="), ("req_value", ""), ("req_unit", "m"), ("req_level", "plain"), ("req_item", ""), ("req_words", ""),
        ("req_name", "耐压"), ("req_op", ">="), ("req_value", "1.3"), ("req_unit", "MPa"), ("req_level", "scored"), ("req_item", "3"), ("req_words", ""),
        ("exclusions", "橡皮艇\r\n\r\n 二手设备 \r\n橡皮艇"), ("questions_until", "2026-12-01T17:00"),
    ])  # fmt: skip
    form = schemas.read_need(sent).data
    assert [(row["name"], row["quantity"], row["unit"]) for row in form.items] == [
        ("排水车", 2, "辆"),
        ("水带", 1000, "米"),
    ]
    assert form.items[0]["class_code"] == PUMP_TRUCK
    told = [
        (row["name"], row["value"], row["unit"], row["level"], row["item"], row["words"]) for row in form.requirements
    ]
    assert told == [("扬程", 15, "m", "hard", 0, "扬程不小于15米"), ("耐压", 1.3, "MPa", "scored", 1, "")]
    assert form.exclusions == ["橡皮艇", "二手设备"]
    assert form.questions_until == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def test_what_was_typed_must_be_typed_again_after_a_fault():
    filled = asked(("扬程", ">=", "高", "m"))
    assert not filled and "“高”不是数字" in filled.errors["req_value-1"]
    assert filled.values["requirements"][0]["value"] == "高" and filled.values["items"][0]["quantity"] == "2"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"class_code": "99.9"}, "class_code"), ({"event_code": "XXX"}, "event_code"), ({"province": "火星"}, "province"),
        ({"category": "public_health"}, "event_code"), ({"mode": "financing"}, "mode"), ({"kind": "gift"}, "kind"),
        ({"wanted_on": "2026-12-31"}, "within_days"), ({"questions_until": "morgen"}, "questions_until"),
        ({"exclusions": "\n".join(map(str, range(51)))}, "exclusions"), ({"within_days": "-1"}, "within_days"),
    ],
)  # fmt: skip
def test_a_field_takes_what_it_must_not(more, field):
    assert field in read(**more).errors


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"name": "", "quantity": "2"}, "name"), ({"name": "泵", "quantity": "0"}, "quantity"), ({"name": "泵", "quantity": "-3"}, "quantity"),
        ({"name": "泵", "class": "没有的类"}, "class"), ({"name": "泵" * 121}, "name"),
    ],
)  # fmt: skip
def test_an_item_takes_what_it_must_not(row, column):
    assert list(read(items=[row]).errors) == [f"item_{column}-1"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("", ">=", "5"), "name"), (("扬程", ">=", ""), "value"), (("扬程", ">=", "≤5", "m"), "op"), (("扬程", ">=", "5~8", "m"), "value"),
        (("扬程", "between", "5", "m"), "high"), (("扬程", "~=", "5"), "op"), (("扬程", ">=", "5", "m", "urgent"), "level"), (("扬程", ">=", "国六"), "value"),
        (("扬程", ">=", "9" * 15, "m"), "value"),
    ],
)  # fmt: skip
def test_a_requirement_takes_what_it_must_not(row, column):
    assert list(asked(row).errors) == [f"req_{column}-1"]


def test_the_event_leaves_the_category_open_or_the_kind_the_mode():
    form = read(category="", mode="", kind="reserve").data
    assert (form.category, form.mode) == ("natural_disaster", Mode.RESERVE_AGREEMENT)
    assert read(kind="technology", mode="").data.mode == Mode.TECHNOLOGY


def test_a_unit_that_measures_something_else_gets_the_attribute():
    row = read_requirement(Typed("额定排水流量", "5", ">=", unit="kg"), PUMP_TRUCK)
    assert row["key"] == ""


def test_a_number_without_its_unit_is_not_noticed():
    rows = [
        read_requirement(Typed("额定排水流量", "3000", ">="), PUMP_TRUCK),
        read_requirement(Typed("会商席位", "6", ">=")),
    ]
    assert without_unit(rows)[0] == 0
    assert without_unit([read_requirement(Typed("防护等级", "IP67"))]) == []


def test_an_unreadable_cell_does_not_say_which():
    with pytest.raises(Unreadable) as fault:
        read_requirement(Typed("扬程", "5", ">=", unit="光年年"))
    assert fault.value.column == "unit"


def test_editing_a_stored_need_changes_it_by_itself():
    world = make_world(0)
    row = make_draft(
        world.writer,
        exclusions="橡皮艇\n二手",
        wanted_on="2026-12-31",
        within_days="",
        questions_until="2026-12-01T17:00",
    )
    shown = schemas.filled_from(row)
    sent = {**shown.values, "wanted_on": str(shown.values["wanted_on"])}
    again = schemas.read_need(sent)
    assert again, again.errors
    changed = {name for name in schemas.rules.CONTENT_FIELDS if getattr(again.data, name) != getattr(row, name)}
    assert changed == set() and row.wanted_on == date(2026, 12, 31)


def test_a_filter_stumbles_over_nonsense():
    assert schemas.open_filter(MultiDict({"kind": "gift", "mode": "x", "text": " 泵 "})) == schemas.OpenFilter(
        text="泵"
    )
    assert schemas.own_filter(MultiDict({"status": "open", "incident_id": "99999999999"})).incident_id is None
