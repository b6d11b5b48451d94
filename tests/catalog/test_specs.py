"""What suppliers type becomes comparable numbers, and stays readable."""

import pytest

from marketplace.catalog import specs


@pytest.mark.parametrize(
    ("typed", "unit", "spec"),
    [
        ("3000", "m³/h", {"value": 3000, "unit": "m³/h"}),
        ("3,000", "m³/h", {"value": 3000, "unit": "m³/h"}),
        ("50 L/s", "", {"value": 50, "unit": "L/s"}),
        ("50L/s", "m³/h", {"value": 50, "unit": "L/s"}),
        ("0.5", "", {"value": 0.5, "unit": ""}),
        ("-20~50", "℃", {"min": -20, "max": 50, "unit": "℃"}),
        ("10-20 m", "", {"min": 10, "max": 20, "unit": "m"}),
        ("≤0.5", "mm", {"max": 0.5, "unit": "mm"}),
        ("不小于30", "min", {"min": 30, "unit": "min"}),
        ("IP67", "", {"text": "IP67"}),
        ("Ex d ib IIB T4 Gb", "", {"text": "Ex d ib IIB T4 Gb"}),
        ("4G全网通", "", {"text": "4G全网通"}),
        ("20-10", "m", {"text": "20-10"}),
        ("不锈钢", "kg", {"text": "不锈钢"}),
    ],
)
def test_typed_text_becomes_a_number_only_when_it_is_one(typed, unit, spec):
    assert specs.read_spec("参数", typed, unit) == {"name": "参数", **spec}


@pytest.mark.parametrize("typed", ["3000", "-20~50", "≤0.5", "≥30", "IP67"])
def test_a_stored_spec_goes_back_into_the_form_as_it_came(typed):
    assert specs.typed_value(specs.read_spec("参数", typed, "m")) == typed


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ({"value": 3000.0, "unit": "m³/h"}, "3,000 m³/h"),
        ({"min": -20, "max": 50, "unit": "℃"}, "-20 ~ 50 ℃"),
        ({"max": 0.5, "unit": "mm"}, "≤ 0.5 mm"),
        ({"min": 0, "unit": "mm"}, "≥ 0 mm"),
        ({"text": "IP67"}, "IP67"),
    ],
)
def test_a_spec_reads_as_people_write_it(spec, shown):
    assert specs.shown_value(spec) == shown


def test_different_names_and_units_become_one_comparable_number(context):
    rows = specs.with_keys(
        [
            {"name": "额定排水流量", "value": 180, "unit": "m³/h"},
            {"name": "排水能力", "value": 50, "unit": "L/s"},
        ],
        "3.4.6.01",
    )
    assert {row["key"] for row in rows} == {"flow"}
    assert specs.numbers(rows[0]) == specs.numbers(rows[1])


def test_another_unit_than_usual_gets_a_hint_and_the_usual_one_does_not(context):
    told = {"name": "流量", "key": "flow", "value": 50}
    assert specs.hint({**told, "unit": "L/s"}) == "≈ 180 m³/h"
    assert specs.hint({**told, "unit": "m³/h"}) == ""
    assert specs.hint({"name": "流量", "key": "flow", "text": "很大"}) == ""


@pytest.mark.parametrize("spec", [{"value": 50, "unit": "台"}, {"value": 50, "unit": ""}, {"text": "大"}])
def test_a_value_whose_unit_measures_something_else_is_not_compared(context, spec):
    assert specs.numbers({"name": "流量", "key": "flow", **spec}) == []
