"""The ready-made needs of the trade."""

import csv

import pytest

from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.needs import labels, opening, requirements, templates
from marketplace.needs.errors import KindNotAllowed
from marketplace.needs.models import Level, NeedStatus
from marketplace.taxonomy import queries as taxonomy
from tests.conftest import NOON
from tests.needs.worlds import make_world, stored

pytestmark = pytest.mark.usefixtures("context")


def test_a_row_of_the_file_is_lost_or_its_class_or_event_unknown():
    with templates.TEMPLATES_CSV.open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    found = templates.find_templates()
    assert [row.code for row in found] == codes and len(set(codes)) == 78
    assert [row.code for row in found if taxonomy.event(row.event_code) is None or not row.source] == []


def test_a_requirement_of_a_template_is_no_attribute_or_lacks_its_unit():
    for row in templates.all_templates():
        asked = row.requirements
        assert all(r["key"] for r in asked) and requirements.without_unit(asked) == [], row.code
        assert requirements.contradictions(asked) == []


def test_a_template_reads_otherwise_than_its_source():
    row = templates.template("N001")
    assert [labels.requirement(r) for r in row.requirements] == ["≥ 3,000 m³/h ★", "≥ 15 m ▲", "≥ 8 m ▲", "≤ 10 min"]
    assert row.items == [
        {"name": "大流量排水抢险车(垂直供排水)", "class_code": "3.4.6.01", "quantity": 2, "unit": "辆", "note": ""}
    ]
    assert [r["value"] for r in templates.template("N016").requirements if r["name"] == "防爆等级"] == [
        "Ex d ib mb IIB T4 Gb"
    ]
    assert templates.template("N051").requirements[0]["value"] == -30
    assert {r["level"] for r in row.requirements} == set(Level)


def test_templates_are_found_by_what_they_are_not():
    scene = templates.find_templates(scene="urban_waterlogging")
    assert "N001" in {row.code for row in scene} and "N070" not in {row.code for row in scene}
    assert {row.class_code for row in templates.find_templates(class_code="3.4.6")} <= {
        f"3.4.6.0{n}" for n in range(1, 10)
    }
    assert [row.code for row in templates.find_templates(text="防爆 机器人")] == ["N016"]
    assert templates.find_templates(scene="nowhere") == templates.find_templates(class_code="9.9") == []
    with pytest.raises(NotFound):
        templates.template("N999")


def test_a_draft_from_a_template_does_not_open_or_costs_what_the_template_says():
    world = make_world(0)
    with db.transaction():
        row, new = templates.draft_from_template("N001", by=world.writer, at=NOON, form_key="from-template")
    with db.transaction():
        same, again = templates.draft_from_template("N001", by=world.writer, at=NOON, form_key="from-template")
    assert (row.id, new, again) == (same.id, True, False)
    assert (row.budget_fen, row.province, row.category) == (None, "江苏省", "natural_disaster")
    with db.transaction():
        assert opening.open_need(stored(row), by=world.writer, at=NOON) == NeedStatus.OPEN


def test_every_template_of_the_trade_lacks_something_for_opening():
    world = make_world(0)
    with db.transaction():
        made = [templates.draft_from_template(t.code, by=world.writer, at=NOON)[0] for t in templates.all_templates()]
        assert [row.title for row in made if opening.lacking(row)] == []


def test_a_seller_buys_from_a_template():
    world = make_world(1)
    with pytest.raises(KindNotAllowed), db.transaction():
        templates.draft_from_template("N001", by=world.sells[0], at=NOON)
