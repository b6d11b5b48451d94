"""Forms: what is typed, what it means, what is wrong with it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import pytest
from pydantic import Field
from werkzeug.datastructures import MultiDict

from marketplace.kit import forms
from marketplace.kit.forms import Form, Yuan


class Colour(StrEnum):
    RED = "red"


class Order(Form):
    name: str = Field(min_length=2, max_length=5)
    count: int = Field(default=1, ge=1, le=9)
    weight: float = Field(default=1, gt=0, lt=100)
    share: Decimal = Decimal(0)
    price: Yuan | None = None
    colour: Colour = Colour.RED
    size: Literal["s", "l"] = "s"
    day: date | None = None
    code: str = Field(default="A1", pattern=r"^[A-Z]\d$")
    tags: list[str] = Field(default_factory=list, max_length=2)
    agreed: bool = False


@pytest.fixture(autouse=True)
def _request(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("name", "", "请填写此项。"),
        ("name", "x", "至少 2 个字符。"),
        ("name", "xxxxxx", "最多 5 个字符。"),
        ("count", "two", "请填写整数。"),
        ("count", "1.5", "请填写整数。"),
        ("count", "0", "不能小于 1。"),
        ("count", "10", "不能大于 9。"),
        ("weight", "heavy", "请填写数字。"),
        ("weight", "nan", "请填写数字。"),
        ("weight", "inf", "请填写数字。"),
        ("weight", "0", "必须大于 0.0。"),
        ("weight", "100", "必须小于 100.0。"),
        ("share", "half", "请填写数字。"),
        ("price", "-1", "请填写金额(元),如 1200 或 3.5万,最多两位小数。"),
        ("colour", "blue", "请从列出的选项中选择。"),
        ("size", "m", "请从列出的选项中选择。"),
        ("day", "31.1.2026", "日期格式应为 2026-01-31。"),
        ("code", "a1", "格式不正确。"),
        ("agreed", "perhaps", "请从列出的选项中选择。"),
    ],
)
def test_a_fault_is_told_in_english_or_at_another_field(name, typed, message):
    filled = forms.read(Order, MultiDict({"name": "好名字", name: typed}))
    assert not filled
    assert filled.errors == {name: message}


def test_too_many_choices_are_accepted():
    filled = forms.read(Order, MultiDict([("name", "好名字"), ("tags", "a"), ("tags", "b"), ("tags", "c")]))
    assert filled.errors == {"tags": "最多选择 2 项。"}


def test_what_fits_means_something_else_than_typed():
    filled = forms.read(
        Order,
        MultiDict([("name", "  好名字 "), ("price", "3.5万"), ("tags", "a"), ("tags", ""), ("day", "2026-01-31")]),
    )
    assert filled
    assert filled.data == Order(name="好名字", price=35_000_00, tags=["a"], day=date(2026, 1, 31))


def test_a_faulty_form_forgets_what_was_typed():
    filled = forms.read(Order, MultiDict([("name", "好名字"), ("count", "two"), ("tags", "a")]))
    assert (filled.get("count"), filled.get("name"), filled.get("size"), filled.getlist("tags")) == (
        "two", "好名字", "", ["a"],
    )  # fmt: skip


def test_a_field_the_form_does_not_have_gets_through():
    filled = forms.read(Order, {"name": "好名字", "approved": True})
    assert "approved" not in filled.values and not hasattr(filled.data, "approved")


def test_a_character_no_database_stores_gets_through():
    assert forms.read(Order, MultiDict({"name": "好\x00名字"})).data.name == "好名字"


def test_a_fault_found_later_leaves_the_form_good():
    filled = forms.read(Order, {"name": "好名字"}).fail("name", "已被占用")
    assert not filled and filled.errors == {"name": "已被占用"}


@pytest.mark.parametrize(("fen", "text"), [(None, ""), (1200_50, "1200.50"), (35_000_00, "35000")])
def test_a_stored_amount_cannot_be_typed_again(fen, text):
    assert forms.yuan_text(fen) == text
