"""Pure decisions of needs, and how they read."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from marketplace.needs import labels, rules
from marketplace.needs.models import (
    IncidentStatus,
    Level,
    Mode,
    Need,
    NeedKind,
    NeedStatus,
    Operator,
    Visibility,
)
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("context")


def need(**more):
    values = {"kind": "supply", "class_code": "3.4.6.01", "text": "", "category": "natural_disaster", "province": "河南省",
              "items": [{"quantity": 1}], "budget_fen": None, "visibility": "public", **more}  # fmt: skip
    return SimpleNamespace(**values)


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        ({}, []),
        ({"class_code": ""}, ["class_or_text"]),
        ({"class_code": "", "text": "大流量排水车两辆,三千方"}, []),
        ({"items": []}, ["item_quantity"]),
        ({"items": [{"quantity": None}]}, ["item_quantity"]),
        ({"kind": "technology", "items": []}, []),
        ({"kind": "financing", "items": []}, ["budget_fen"]),
        ({"category": "", "province": ""}, ["category", "province"]),
        ({"visibility": "invited"}, ["invitations"]),
    ],
)
def test_what_is_missing_is_not_named_or_something_else_is(more, lacks):
    assert rules.missing(need(**more)) == lacks


def test_every_kind_has_a_way_of_being_met_and_no_way_belongs_to_none():
    assert {mode for kind in NeedKind for mode in rules.modes_for(kind)} == set(Mode)


def test_a_value_of_an_enum_has_no_words():
    for word, kind in [
        (labels.kind, NeedKind), (labels.mode, Mode), (labels.visibility, Visibility), (labels.state, NeedStatus),
        (labels.state, rules.State), (labels.level, Level), (labels.operator, Operator), (labels.incident_status, IncidentStatus),
    ]:  # fmt: skip
        assert all(word(member) and word(member.value) for member in kind)
    assert all(labels.incident_level(level) for level in (1, 2, 3, 4))
    assert all(
        labels.field(name)
        for name in (*rules.CONTENT_FIELDS, "class_or_text", "item_quantity", "req_unit", "invitations")
    )


def test_a_requirement_reads_otherwise_than_it_was_meant():
    def words(**more):
        row = {
            "name": "扬程",
            "op": ">=",
            "value": 15,
            "high": None,
            "unit": "m",
            "level": "plain",
            "item": None,
            **more,
        }
        return labels.requirement(row)

    assert words() == "≥ 15 m" and words(level="hard", value=1500.5) == "≥ 1,500.5 m ★"
    assert words(op="between", value=-20, high=50, unit="℃") == "-20 ~ 50 ℃"
    assert words(op="in", value=[6, 8]) == "其中之一 6、8 m" and words(op="has", value="3C", unit="") == "具备 3C"
    row = {"op": "=", "value": "国六", "unit": "", "level": "plain", "item": 1}
    assert labels.requirement_of(row, [{"name": "车"}, {"name": "泵"}]) == "= 国六(泵)"
    assert labels.requirement_of(row, []) == "= 国六"


def test_direction_is_told_otherwise_than_by_the_operator():
    assert [rules.direction({"op": op}) for op in Operator] == ["hi", "lo", "eq", "rng", "enum", "text", "text"]


def test_a_reordered_list_reads_as_changed_or_a_second_row_of_a_name_is_lost():
    def content(*items):
        return {
            "items": [{"name": n, "class_code": "", "quantity": q, "unit": "台", "note": ""} for n, q in items],
            "requirements": [],
        }

    assert rules.differences(content(("泵", 1), ("艇", 2)), content(("艇", 2), ("泵", 1))) == []
    changed = rules.differences(content(("泵", 1), ("泵", 2)), content(("泵", 3), ("泵", 2)))
    assert [(d.label, d.before, d.after) for d in changed] == [("清单:泵", "泵 1 台", "泵 3 台")]


@pytest.mark.parametrize(
    ("status", "until", "state"),
    [
        ("open", None, "open"), ("open", NOON + timedelta(seconds=1), "open"), ("open", NOON, "questions_closed"),
        ("draft", None, "draft"), ("closed", NOON, "closed"), ("withdrawn", None, "withdrawn"), ("in_approval", None, "in_approval"),
    ],
)  # fmt: skip
def test_a_need_stands_somewhere_else(status, until, state):
    row = Need.model_construct(status=NeedStatus(status), questions_until=until)
    assert rules.state_of(row, NOON) == state


@pytest.mark.parametrize(
    ("kind", "code", "is_one"),
    [("buyer", "11", True), ("park", "12", True), ("buyer", "91", False), ("supplier", "12", False)],
)
def test_a_company_counts_as_government(kind, code, is_one):
    assert rules.is_government(kind, code + "410100DEM000858") is is_one


def test_a_kind_of_organisation_posts_too_much():
    assert set(rules.kinds_for("buyer")) == set(rules.kinds_for("park")) == set(NeedKind)
    assert set(rules.kinds_for("supplier")) == set(rules.kinds_for("institution")) == {"technology", "financing"}
    assert rules.kinds_for("operator") == ()
