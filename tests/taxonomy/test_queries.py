"""What the rooms ask the reference data."""

import pytest

from marketplace.taxonomy import queries
from marketplace.taxonomy.models import Term
from marketplace.taxonomy.reference import Reference


def term(code, name="", parent="", position=1, **detail):
    return Term(code=code, name=name or code, parent=parent, edition_id=1, position=position, detail=detail)


@pytest.fixture
def small():
    """A tree 1 → 1.1 → 1.1.1 with spec fields on 1 and 1.1, and a class 2 without any."""
    spec = lambda c, a, n: term(f"{c}/{a}", f"{c} {a}", class_code=c, attribute_key=a, position=n)  # noqa: E731
    return Reference({
        "classes": [term("1"), term("1.1", parent="1"), term("1.1.1", parent="1.1"), term("1.2", parent="1"), term("2")],
        "attributes": [term("flow", "流量", aliases="排水量;额定流量", unit="m3/h"), term("lift", "扬程", unit="m")],
        "templates": [spec("1", "lift", "2"), spec("1", "flow", "1"), spec("1.1", "flow", "1"), spec("1.2", "gone", "1")],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("1", ["1 flow", "1 lift"]),
        ("1.1", ["1.1 flow"]),
        ("1.1.1", ["1.1 flow"]),
        ("1.2", ["1 flow", "1 lift"]),
        ("2", []),
        ("9", []),
    ],
)
def test_a_class_inherits_beside_its_own_fields_or_not_at_all(small, code, labels):
    assert [spec.label for spec in small.template(code)] == labels


@pytest.mark.parametrize(
    ("name", "class_code", "key"),
    [
        ("排水量", None, "flow"),
        ("额定 流量", None, "flow"),
        ("1.1 flow", "1.1.1", "flow"),
        ("1.1 flow", None, None),
        ("重量", "1", None),
    ],
)
def test_a_suppliers_name_for_an_attribute_is_misread(small, name, class_code, key):
    found = small.attribute_for(name, class_code)
    assert (found.key if found else None) == key


def test_a_circle_of_parents_hangs_the_platform():
    ring = Reference({"classes": [term("1", parent="2"), term("2", parent="1")]})
    assert ring.classes["1"].path == ("2", "1")


def test_a_leaf_has_children_or_a_branch_none(context):
    leaves = queries.class_leaves()
    assert len(leaves) > 200 and not any(queries.classes(leaf.code) for leaf in leaves)
    assert {leaf.kind for leaf in queries.class_leaves("service")} == {"service"}
    assert all(queries.class_(code) for leaf in leaves for code in leaf.path)


def test_an_event_has_no_category(context):
    codes = {code for code, _zh, _en in queries.categories()}
    assert {queries.event_category(event.code) for event in queries.events()} == codes
    assert queries.event_category("no-such") == ""


def test_a_province_has_no_cities(context):
    assert len(queries.provinces()) >= 31
    assert "徐州市" in queries.cities("江苏省") and "徐州市" not in queries.cities("四川省")
    assert queries.cities("不存在省") == []
