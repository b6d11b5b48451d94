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
def test_a_plain_name_is_put_into_a_strange_class(context, name, expected):
    found = queries.guess_class(name)
    assert found is not None and expected in "".join((found.name, *found.aliases)), found and found.name


@pytest.mark.parametrize("name", ["", "x", "2026年新款", "红烧牛肉面", "徐州公司"])
def test_a_name_that_says_nothing_is_put_into_a_class(context, name):
    assert queries.guess_class(name) is None
