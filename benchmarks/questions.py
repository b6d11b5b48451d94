"""What people type into the search and choose beside it, as addresses of the results page."""

import csv
import random
from urllib.parse import urlencode

from benchmarks.words import QUALITIES, USES, categories_of, price_range
from marketplace.settings import ROOT
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import ClassNode

WIDE = ("应急", "救援", "防护", "监测", "消防设备", "应急照明", "救援装备", "通信", "排水", "安全服务")


def addresses(count: int, seed: int) -> list[str]:
    """Different searches of real words, each narrowed by category, region and price; the page asks for its facets itself."""
    chance = random.Random(seed)
    leaves = [node for node in taxonomy.class_leaves() if node.detail.get("price_min_yuan")]
    slang = _slang()
    found: dict[str, None] = {}
    while len(found) < count:
        node = chance.choice(leaves)
        found[_address(chance, node, _words(chance, node, slang))] = None
    return list(found)


def _address(chance: random.Random, node: ClassNode, words: str) -> str:
    low, high = price_range(node)
    asked = {
        "q": words,
        "category": chance.choice(categories_of(node)),
        "region": chance.choice(taxonomy.provinces()),
        "price_min": int(low * chance.choice((0.5, 1, 1.2))),
        "price_max": int(high * chance.choice((0.7, 1, 2))) + 1,
    }
    return "/search?" + urlencode(asked)


def _words(chance: random.Random, node: ClassNode, slang: list[str]) -> str:
    """A product's name or another word for it, alone or with a quality or a use; now and then trade slang or a wide word."""
    name = chance.choice((node.name.split("(")[0], *node.aliases))
    kind = chance.random()
    if kind < 0.45:
        return name
    if kind < 0.65:
        return f"{chance.choice(QUALITIES)}{name}"
    if kind < 0.80:
        return f"{name} {chance.choice(USES)}"
    if kind < 0.92:
        return chance.choice(slang)
    return chance.choice(WIDE)


def _slang() -> list[str]:
    with (ROOT / "search_config" / "synonyms.csv").open(encoding="utf-8", newline="") as lines:
        return [row["term"] for row in csv.DictReader(lines)]
