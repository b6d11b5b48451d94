"""The reference files hold together: codes exist, units measure their attributes, rows name their source."""

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from marketplace.kit.quantities import parse_unit

FOLDER = Path(__file__).parents[2] / "seed" / "taxonomy"
KEYS = {
    "attributes": ("key",),
    "capabilities": ("capability_code", "class_code"),
    "certificates": ("code",),
    "classes": ("code",),
    "events": ("code",),
    "fields": ("code",),
    "gbt4754": ("code",),
    "materials": ("code",),
    "procurement": ("code",),
    "regions": ("code",),
    "scenes": ("code",),
    "templates": ("class_code", "attribute_key"),
    "units": ("symbol",),
}
TREES = ["classes", "events", "gbt4754", "materials", "procurement", "regions"]
NAMED_IN_ENGLISH = [
    "attributes",
    "capabilities",
    "certificates",
    "classes",
    "events",
    "fields",
    "scenes",
    "units",
]
FIELDS = {"transport", "mining", "construction", "hazardous_production", "emergency_rescue", "urban_safety"}
CATEGORIES = {"natural_disaster", "accident_disaster", "public_health", "social_security"}
OFFERS = {"purchase", "operating_lease", "finance_lease", "insurance", "service"}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def codes(name: str) -> set[str]:
    return {row["code"] for row in rows(name)}


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").casefold()


def measures(unit: str) -> str:
    return parse_unit(unit).dimension if unit else ""


@pytest.mark.parametrize("name", KEYS)
def test_a_row_with_a_missing_or_repeated_code(name):
    counted = Counter(tuple(row[column] for column in KEYS[name]) for row in rows(name))
    assert [key for key, times in counted.items() if times > 1 or not all(key)] == []


@pytest.mark.parametrize("name", KEYS)
def test_a_row_that_does_not_say_its_source(name):
    for row in rows(name):
        assert row["source"] and row["confidence"] in {"high", "medium", "low"}, row
        assert row["official"] in {"0", "1"}, row


@pytest.mark.parametrize("name", KEYS)
def test_a_cell_with_stray_blanks_or_a_missing_column(name):
    bad = [row for row in rows(name) if None in row or any(v is None or v != v.strip() for v in row.values())]
    assert bad == []


@pytest.mark.parametrize("name", TREES)
def test_a_parent_that_does_not_exist_or_is_not_one_level_up(name):
    levels = {row["code"]: int(row["level"]) for row in rows(name)}
    assert [r["code"] for r in rows(name) if r["parent"] and levels[r["parent"]] >= levels[r["code"]]] == []
    assert [r["code"] for r in rows(name) if not r["parent"] and r["level"] != "1"] == []


@pytest.mark.parametrize("name", NAMED_IN_ENGLISH)
def test_a_row_without_an_english_name(name):
    assert [row for row in rows(name) if not re.search("[A-Za-z]", row["name_en"])] == []


def test_a_class_that_names_an_unknown_code():
    known = {
        "procurement_code": codes("procurement"),
        "gbt4754_code": codes("gbt4754"),
        "material_code": codes("materials"),
        "event_codes": codes("events"),
        "field_codes": FIELDS,
        "offers": OFFERS,
        "gbt38565_class": {"1", "2", "3"},
        "kind": {"product", "service", "technology", "finance"},
    }
    for row in rows("classes"):
        for column, allowed in known.items():
            assert set(split(row[column])) <= allowed, (row["code"], column, row[column])


def test_a_product_type_that_lacks_what_a_listing_needs():
    for row in rows("classes"):
        if row["level"] == "4":
            assert row["unit"] and parse_unit(row["unit"]), row
            assert row["event_codes"] and row["field_codes"] and row["offers"], row
            if row["price_min_yuan"]:
                assert float(row["price_min_yuan"]) <= float(row["price_max_yuan"]), row
            assert re.fullmatch(rf"{re.escape(row['parent'])}\.\d\d", row["code"]), row


def test_an_industry_node_without_a_product_type():
    parents = {row["parent"] for row in rows("classes")}
    inner = [row["code"] for row in rows("classes") if row["level"] != "4"]
    assert [code for code in inner if code not in parents] == []


def test_an_alias_that_means_two_product_types():
    meanings: dict[str, set[str]] = {}
    for row in rows("classes"):
        if row["level"] == "4":
            for name in (row["name"], *split(row["aliases"])):
                meanings.setdefault(plain(name), set()).add(row["code"])
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_an_attribute_alias_that_means_two_attributes():
    meanings: dict[str, set[str]] = {}
    for row in rows("attributes"):
        for name in (row["name"], *split(row["aliases"])):
            meanings.setdefault(plain(name), set()).add(row["key"])
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_an_attribute_that_cannot_be_filtered_as_promised():
    for row in rows("attributes"):
        assert re.fullmatch("[a-z][a-z0-9_]*", row["key"]), row
        assert row["direction"] in {"hi", "lo", "eq", "rng", "enum", "text"}, row
        assert measures(row["unit"]) == row["dimension"], row
        assert bool(row["unit"]) == (row["direction"] not in {"enum", "text"}), row


def test_a_template_line_that_does_not_fit_its_class_or_attribute():
    attributes = {row["key"]: row for row in rows("attributes")}
    known = codes("classes")
    for row in rows("templates"):
        attribute = attributes[row["attribute_key"]]
        assert row["class_code"] in known, row
        assert measures(row["unit"]) == attribute["dimension"], row
        assert row["direction"] in {"hi", "lo", "eq", "rng", "enum", "text"}, row
        if row["typical_min"]:
            assert float(row["typical_min"]) <= float(row["typical_max"]), row


def test_a_label_that_means_two_things_in_one_class():
    counted = Counter((row["class_code"], row["label"]) for row in rows("templates"))
    assert [key for key, times in counted.items() if times > 1] == []


def test_a_product_type_without_spec_fields():
    have = {row["class_code"] for row in rows("templates")}
    families = {row["parent"] for row in rows("classes") if row["code"] in have} | have
    types = [row for row in rows("classes") if row["level"] == "4"]
    assert [row["name"] for row in types if row["code"] not in have and row["parent"] not in families] == []


def test_a_scene_or_capability_that_names_an_unknown_class_or_event():
    known, events = codes("classes"), codes("events")
    for scene in rows("scenes"):
        chosen = [c for p in ("required", "recommended", "optional") for c in split(scene[f"{p}_classes"])]
        assert set(chosen) <= known and len(chosen) == len(set(chosen)), scene["code"]
        assert scene["required_classes"] and scene["description"] and scene["description_en"], scene["code"]
        assert set(split(scene["event_codes"])) <= events, scene["code"]
    for row in rows("capabilities"):
        assert row["class_code"] in known and set(split(row["event_codes"])) <= events, row
        assert row["priority"] in {"required", "recommended", "optional"}, row


def test_an_event_outside_the_four_categories_or_a_field_outside_the_six():
    assert {row["category"] for row in rows("events")} == CATEGORIES
    assert codes("fields") == FIELDS
    assert {e for row in rows("materials") for e in split(row["scenario"])} <= codes("events")


def test_a_region_code_that_is_not_six_digits_under_its_province():
    regions = rows("regions")
    assert sum(not row["parent"] for row in regions) == 34
    for row in regions:
        assert re.fullmatch(r"\d{6}", row["code"]), row
        assert not row["parent"] or row["parent"][:2] == row["code"][:2], row
    siblings = Counter((row["parent"], row["name"]) for row in regions)
    assert [key for key, times in siblings.items() if times > 1] == []


def test_a_unit_alias_that_means_two_units():
    meanings: dict[str, set[str]] = {}
    for row in rows("units"):
        for name in (row["symbol"], row["name"], *split(row["aliases"])):
            meanings.setdefault(unicodedata.normalize("NFKC", name), set()).add(row["symbol"])
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_a_unit_alias_of_units_csv_that_does_not_parse():
    for row in rows("units"):
        for name in (row["name"], *split(row["aliases"])):
            assert parse_unit(name).symbol == row["symbol"], (row["symbol"], name)
        for name in split(row["context_aliases"]):
            assert parse_unit(name, row["dimension"]).dimension == row["dimension"], (row["symbol"], name)
