"""The demo world's files are complete, consistent and plainly invented."""

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat
from stdnum.cn import uscc

from marketplace.arrangements import rules as arrangements
from marketplace.seeding.drawings import FAMILIES, draw

SEED = Path(__file__).parents[2] / "seed"
FIELDS = {"transport", "mining", "construction", "hazardous_production", "emergency_rescue", "urban_safety"}
CATEGORIES = {
    "NAT": "natural_disaster", "ACC": "accident_disaster", "PH": "public_health", "SS": "social_security",
}  # fmt: skip
TODAY = date(2026, 11, 23)


def table(name: str) -> list[dict[str, str]]:
    with (SEED / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def lines(name: str) -> list[dict[str, Any]]:
    with (SEED / "demo" / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


ORGANISATIONS, PEOPLE, LISTINGS, INQUIRIES = map(lines, ("organisations", "people", "listings", "inquiries"))
BY_KEY = {row["key"]: row for row in ORGANISATIONS}
BY_ID = {row["id"]: row for row in LISTINGS}
CLASSES = {row["name"]: row for row in table("taxonomy/classes.csv")}


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [row for row in ORGANISATIONS if row["kind"] == kind]


@pytest.mark.parametrize(
    "rows, field", [(ORGANISATIONS, "key"), (ORGANISATIONS, "name"), (ORGANISATIONS, "uscc"), (ORGANISATIONS, "phone"),
                    (PEOPLE, "email"), (PEOPLE, "name"), (LISTINGS, "id"), (LISTINGS, "name"), (LISTINGS, "model"),
                    (LISTINGS, "description"), (INQUIRIES, "id"), (INQUIRIES, "title")],
)  # fmt: skip
def test_a_value_that_names_one_row_is_never_used_twice(rows: list[dict[str, Any]], field: str) -> None:
    assert [value for value, times in Counter(row[field] for row in rows).items() if times > 1] == []


def test_a_market_has_enough_of_every_kind_of_organisation() -> None:
    in_bases = [row for row in of_kind("supplier") if row["base"]]
    assert len(in_bases) >= 64 and len({row["base"] for row in in_bases}) >= 24
    assert len(of_kind("supplier")) - len(in_bases) >= 6
    assert len(of_kind("buyer")) >= 14 and len({row["province"] for row in of_kind("buyer")}) >= 10
    assert len(of_kind("institution")) >= 8 and len(of_kind("park")) >= 8 and len(of_kind("operator")) == 1


def test_an_organisation_stands_where_its_base_stands() -> None:
    bases = {row["name"]: row for row in table("bases.csv")}
    for row in ORGANISATIONS:
        if row["base"]:
            assert (row["province"], row["city"]) == tuple(bases[row["base"]][key] for key in ("province", "city")), row
    assert all(row["base"] for row in of_kind("park"))


def test_a_credit_code_is_valid_and_plainly_invented() -> None:
    for row in ORGANISATIONS:
        assert uscc.is_valid(row["uscc"]), row["name"]
        assert row["uscc"][8:12] == "DEM0", row["name"]


def test_a_person_or_contact_is_plainly_invented() -> None:
    for row in ORGANISATIONS:
        assert row["contact_name"].startswith("演示·") and row["phone"].startswith("000-"), row["name"]
        assert row["website"] is None or row["website"].endswith(".demo.example"), row["name"]
        assert 20 <= len(row["about"]) <= 240 and 1990 <= row["founded_year"] <= 2026 and row["staff"] > 0
    for row in PEOPLE:
        assert row["name"].startswith("演示·") and row["email"].endswith("@demo.example"), row


def test_an_organisation_without_an_administrator_does_not_exist() -> None:
    people = defaultdict(list)
    for person in PEOPLE:
        people[person["org"]].append(person["role"])
    assert set(people) == set(BY_KEY)
    for key, roles in people.items():
        assert 1 <= len(roles) <= 3 and roles.count("admin") == 1 and set(roles) <= {"admin", "member", "viewer"}, key


def test_a_catalogue_covers_kinds_categories_and_fields() -> None:
    kinds = Counter(row["kind"] for row in LISTINGS)
    assert len(LISTINGS) >= 440 and kinds["service"] >= 60 and kinds["technology"] >= 25 and kinds["finance"] >= 20
    for key, known in (("emergency_categories", set(CATEGORIES.values())), ("industry_fields", FIELDS)):
        counts = Counter(value for row in LISTINGS for value in row[key])
        assert set(counts) == known and min(counts.values()) >= 40, counts


def test_a_choice_between_suppliers_exists_in_most_classes() -> None:
    offered = defaultdict(set)
    for row in LISTINGS:
        offered[row["class"]].add(row["org"])
    assert sum(len(suppliers) >= 2 for suppliers in offered.values()) >= 102
    assert sum(len(suppliers) >= 5 for suppliers in offered.values()) >= 12
    assert set(offered) <= set(CLASSES)


def test_a_listing_reads_like_a_listing() -> None:
    for row in LISTINGS:
        assert BY_KEY[row["org"]]["kind"] == ("institution" if row["kind"] == "finance" else "supplier"), row["id"]
        assert "state" not in BY_KEY[row["org"]], row["id"]
        assert 60 <= len(row["description"]) <= 260 and 2 <= len(row["summary"]) <= 40, row["id"]
        assert row["name_en"].isascii() and row["unit"] and row["min_order"] >= 1 and row["lead_time_days"] >= 1, row[
            "id"
        ]
        assert 0 <= row["confirmed_days_ago"] <= 200 and row["service_regions"], row["id"]
        assert row["offers"] and all(arrangements.kind(code) for code in row["offers"]), row["id"]


def test_an_event_belongs_to_a_category_of_its_listing() -> None:
    events = {row["code"] for row in table("taxonomy/events.csv")}
    for row in LISTINGS:
        assert row["event_codes"] and set(row["event_codes"]) <= events, row["id"]
        assert {CATEGORIES[code.split("-")[0]] for code in row["event_codes"]} == set(row["emergency_categories"]), row[
            "id"
        ]


def test_a_spec_says_a_number_or_a_text() -> None:
    for row in LISTINGS:
        assert len(row["specs"]) >= 2, row["id"]
        for spec in row["specs"]:
            told = [spec[side] for side in ("value", "min", "max") if side in spec]
            assert bool(told) != bool(spec.get("text")), (row["id"], spec)
            assert all(isinstance(number, int | float) and not isinstance(number, bool) for number in told), row["id"]
            assert spec.get("min", 0) <= spec.get("max", float("inf")), (row["id"], spec)


def prices_of(row: dict[str, Any]) -> list[float]:
    return [row[key] for key in ("price_yuan", "price_min_yuan", "price_max_yuan") if row.get(key) is not None]


def test_a_price_is_near_what_its_class_usually_costs() -> None:
    for row in LISTINGS:
        usual = CLASSES[row["class"]]
        assert prices_of(row) == sorted(prices_of(row)), row["id"]
        if row["kind"] == "product" and usual["price_min_yuan"]:
            low, high = float(usual["price_min_yuan"]) * 0.3, float(usual["price_max_yuan"]) * 3
            assert all(low <= price <= high for price in prices_of(row)), (row["id"], row["name"], low, high)
    assert 10 <= sum(not prices_of(row) for row in LISTINGS) <= 40
    assert 20 <= sum("price_min_yuan" in row for row in LISTINGS)


def test_a_certificate_is_a_name_or_tells_number_issuer_and_validity() -> None:
    days = []
    for row in LISTINGS:
        assert row["certificates"], row["id"]
        for item in row["certificates"]:
            if isinstance(item, dict):
                assert set(item) == {"name", "number", "issuer", "valid_until"} and item["number"].startswith("演示-")
                days.append((date.fromisoformat(item["valid_until"]) - TODAY).days)
    assert sum(day < 0 for day in days) >= 4 and sum(0 <= day <= 40 for day in days) >= 4 and max(days) < 1500


def test_a_desk_is_not_empty() -> None:
    states = Counter(row["state"] for row in LISTINGS)
    assert set(states) == {"published", "draft", "in_review", "returned"} and len(LISTINGS) - states["published"] >= 24
    assert all(bool(row.get("reason")) == (row["state"] == "returned") for row in LISTINGS)
    assert {row["state"] for row in ORGANISATIONS if "state" in row} == {"in_review", "returned"}


def test_an_inquiry_asks_published_listings_and_each_of_their_suppliers_once() -> None:
    assert len(INQUIRIES) >= 24 and sum(row["closes_in_days"] < 0 for row in INQUIRIES) >= 3
    for row in INQUIRIES:
        asked = [BY_ID[item["listing"]] for item in row["items"]]
        assert BY_KEY[row["buyer"]]["kind"] == "buyer" and "state" not in BY_KEY[row["buyer"]], row["id"]
        assert {listing["state"] for listing in asked} == {"published"}, row["id"]
        assert all(item["quantity"] >= BY_ID[item["listing"]]["min_order"] for item in row["items"]), row["id"]
        suppliers = [answer["supplier"] for answer in row["answers"]]
        assert sorted(suppliers) == sorted({listing["org"] for listing in asked}), row["id"]
        assert row["place"]["province"] in {organisation["province"] for organisation in ORGANISATIONS}


def test_an_answer_has_what_its_state_needs() -> None:
    answers = [answer for row in INQUIRIES for answer in row["answers"]]
    assert set(Counter(answer["state"] for answer in answers)) == {"submitted", "declined", "pending"}
    for answer in answers:
        if answer["state"] == "submitted":
            assert 0.7 <= answer["price_factor"] <= 1.2 and answer["note"], answer
            assert answer["lead_time_days"] > 0 and answer["validity_days"] > 0, answer
        assert bool(answer.get("reason")) == (answer["state"] == "declined"), answer


def test_a_listing_has_a_family_of_pictures() -> None:
    assert {row["drawing"] for row in LISTINGS} <= set(FAMILIES)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_draws_a_picture_of_the_size_asked_for(family: str) -> None:
    picture = Image.open(io.BytesIO(draw(family, "seed", size=(240, 180)))).convert("L")
    assert picture.size == (240, 180) and ImageStat.Stat(picture).stddev[0] > 8


def test_a_picture_is_the_same_for_the_same_seed_and_a_sibling_for_another() -> None:
    small = (240, 180)
    assert draw("boat", "one", small) == draw("boat", "one", small)
    assert len({draw("boat", seed, small) for seed in ("one", "two", "three", "four")}) > 1
