"""What publication needs, how complete a listing is, what changed, when to remind."""

from datetime import date
from types import SimpleNamespace

import pytest

from marketplace.catalog import rules
from marketplace.catalog.rules import Required

FULL = {
    "name": "排水车", "class_code": "3.4.6.01", "summary": "大流量", "description": "说" * 30, "price_kind": "fixed",
    "price_min_fen": 100, "price_max_fen": 100, "unit": "辆", "emergency_categories": ["natural_disaster"],
    "service_regions": ["全国"], "arrangements": ["purchase"], "specs": [{"name": "流量", "key": "flow", "value": 1}],
    "model": "A", "stock": 1, "lead_time_days": 0, "event_codes": ["NAT"], "name_en": "x",
}  # fmt: skip


def listing(**changed):
    return SimpleNamespace(**{**FULL, **changed})


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({}, []),
        ({"name": ""}, ["name"]),
        ({"class_code": None}, ["class_code"]),
        ({"summary": ""}, ["summary"]),
        ({"description": "说" * 29}, ["description"]),
        ({"emergency_categories": []}, ["emergency_categories"]),
        ({"price_min_fen": None, "price_max_fen": None}, ["price"]),
        ({"price_kind": "band", "price_max_fen": None}, ["price"]),
        ({"price_kind": "request", "price_min_fen": None}, []),
        ({"price_min_fen": 0, "price_max_fen": 0}, []),
        ({"unit": ""}, ["unit"]),
        ({"service_regions": []}, ["service_regions"]),
        ({"arrangements": []}, ["arrangements"]),
        ({"specs": []}, ["spec:额定流量"]),
        ({"specs": [{"name": "流量", "key": None}]}, ["spec:额定流量"]),
        ({"stock": None, "lead_time_days": None, "model": ""}, []),
    ],
)
def test_publication_needs_exactly_this(changed, lacking):
    assert rules.missing(listing(**changed), [Required("flow", "额定流量")]) == lacking


def test_a_listing_with_everything_is_complete():
    told = rules.completeness(listing(), [Required("flow", "流量")], {"images": 1, "certificates": 1, "documents": 1})
    assert (told.percent, told.next) == (100, ())


def test_what_publication_needs_comes_before_what_is_advised():
    told = rules.completeness(listing(unit="", model=""), [], {})
    assert told.next[0] == "unit" and told.next[1] == "images"
    assert 0 < told.percent < 80


def test_a_stock_of_nothing_is_told_but_an_unknown_stock_is_not():
    counts = {"images": 1, "certificates": 1, "documents": 1}
    assert "stock" not in rules.completeness(listing(stock=0), [], counts).next
    assert "stock" in rules.completeness(listing(stock=None), [], counts).next


def test_a_difference_names_fields_and_specs_one_by_one():
    before = {"name": "甲", "unit": "台", "specs": [{"name": "流量", "value": 1}, {"name": "扬程", "value": 2}]}
    after = {"name": "乙", "unit": "台", "specs": [{"name": "流量", "value": 3}, {"name": "功率", "value": 4}]}
    assert [(name, bool(old), bool(new)) for name, old, new in rules.difference(before, after)] == [
        ("name", True, True), ("spec:流量", True, True), ("spec:扬程", True, False), ("spec:功率", False, True),
    ]  # fmt: skip


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("until", "told", "due"),
    [
        (date(2027, 1, 23), None, None),  # 61 days
        (date(2027, 1, 22), None, 60),
        (date(2027, 1, 22), 60, None),
        (date(2026, 12, 23), 60, 30),
        (date(2026, 11, 30), 30, 7),
        (date(2026, 11, 25), None, 7),  # the earlier ones were missed: only the most urgent is sent
        (date(2026, 11, 25), 7, None),
        (date(2026, 11, 23), 7, None),  # the last day is still valid
        (date(2026, 11, 22), 7, 0),
        (date(2026, 11, 22), 0, None),
        (date(2020, 1, 1), None, 0),
    ],
)
def test_a_certificate_is_reminded_of_once_per_stage(until, told, due):
    assert rules.reminder_due(until, TODAY, told) == due


@pytest.mark.parametrize(
    ("until", "expired"), [(None, False), ("2026-11-22", True), ("2026-11-23", False), ("2026-11-24", False)]
)
def test_a_certificate_is_valid_through_its_last_day(until, expired):
    assert rules.is_expired({"valid_until": until}, TODAY) is expired


@pytest.mark.parametrize(
    ("regions", "served"), [(["全国"], True), (["江苏省", "安徽省"], True), (["安徽省"], False), ([], False)]
)
def test_nationwide_covers_every_province(regions, served):
    assert rules.covers(regions, "江苏省") is served
