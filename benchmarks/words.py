"""Invented listings: names, texts, specs and prices that read like the trade's, from the seed's classes and templates."""

import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from marketplace.catalog.models import ListingKind, ListingStatus, PriceKind
from marketplace.settings import ROOT
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import ClassNode, SpecField

FIRST = "安铁恒岚沧砺昆沐钧凌朔瀚翊垣岱沂泓峻澔祺"
SECOND = "盾屿岫澜舟衡朗弘川泽骁锋桓岳津旻淳策望桥"
LATIN = "ABCDFGHJKLMQRSTXYZ"
QUALITIES = (
    "便携式", "车载", "防爆型", "矿用", "智能", "轻型", "重型", "高原型", "低温型", "多功能", "折叠式", "手提式", "背负式",
    "移动式", "固定式", "无线", "数字化", "一体化", "模块化", "全地形", "本安型", "快装", "单兵", "拖挂式", "履带式",
)  # fmt: skip
USES = (
    "城市内涝", "下穿通道", "化工园区", "煤矿井下", "森林火灾", "高层建筑", "地下车库", "危化品泄漏", "地震废墟", "山洪地质灾害",
    "道路抢通", "人员转移安置", "堤防抢险", "有限空间", "隧道救援", "大型活动安保", "社区微型消防站", "水上搜救", "轨道交通",
)  # fmt: skip
PROMISES = (
    "提供安装调试与操作培训。", "全国联保,四十八小时内到场。", "备件常年有库存。", "可按合同约定代储。", "随货附检测报告与中文操作卡。",
    "支持以租代购。", "质保期两年,终身维护。", "接受第三方到厂验收。", "可配合演练试用。", "配套托盘包装,便于叉装运输。",
)  # fmt: skip


class Writer:
    """Writes listings. The same seed gives the same ones, whatever was written before."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.chance, self.now = random.Random(seed), now
        self.leaves = [node for node in taxonomy.class_leaves() if node.detail.get("price_min_yuan")]
        self._weights = [1 / (1 + place) ** 0.5 for place in range(len(self.leaves))]
        self.chance.shuffle(self._weights)  # some types are offered often, most seldom
        self._sentences = _sentences()
        self._provinces = taxonomy.provinces()

    def classes(self, count: int) -> list[ClassNode]:
        """Product types as often as they are offered."""
        return self.chance.choices(self.leaves, self._weights, k=count)

    def brand(self) -> str:
        """A made-up brand of two characters."""
        return self.chance.choice(FIRST) + self.chance.choice(SECOND)

    def listing(self, node: ClassNode, brand: str, reference: str) -> dict[str, Any]:
        """The columns of a published listing, but for its owner."""
        chance = self.chance
        told = self._specs(node)
        price_kind, low, high = self._price(node)
        published = self.now - timedelta(minutes=chance.randrange(60, 60 * 24 * 400))
        confirmed = published + (self.now - published) * chance.random() ** 0.5
        return {
            "kind": ListingKind(node.kind), "status": ListingStatus.PUBLISHED, "class_code": node.code,
            "name": self._name(node, brand), "name_en": node.name_en[:160], "model": self._model(), "summary": self._summary(node, told),
            "description": self._description(node, told), "specs": told,
            "emergency_categories": categories_of(node), "field_codes": list(node.field_codes), "event_codes": list(node.event_codes),
            "price_kind": price_kind, "price_min_fen": low, "price_max_fen": high, "unit": node.unit or "套",
            "min_order": chance.choice((1, 1, 1, 2, 5, 10)), "stock": chance.choice((None, 0, 1, 2, 5, 20, 100, 500)),
            "monthly_capacity": chance.choice((None, 5, 20, 100, 1000)), "lead_time_days": chance.choice((None, 0, 3, 7, 15, 30, 45, 60, 90)),
            "service_regions": self._regions(), "arrangements": _offers(node), "external_ref": reference,
            "version": 1, "reviewed_version": 1, "revision": 1, "confirmed_at": confirmed,
            "published_at": published, "created_at": published, "updated_at": published,
        }  # fmt: skip

    def _name(self, node: ClassNode, brand: str) -> str:
        noun = self.chance.choice((node.name, node.name, *node.aliases))
        quality = self.chance.choice(QUALITIES) if self.chance.random() < 0.6 else ""
        return f"{brand if self.chance.random() < 0.7 else ''}{quality}{noun}"[:120]

    def _model(self) -> str:
        letters = "".join(self.chance.choices(LATIN, k=self.chance.choice((2, 2, 3))))
        return f"{letters}-{self.chance.choice(LATIN)}{self.chance.randrange(10, 9990, 5)}"

    def _summary(self, node: ClassNode, told: list[dict[str, Any]]) -> str:
        figures = ",".join(f"{one['name']}{_said(one)}" for one in told[:2])
        return f"{self.chance.choice(QUALITIES)}{node.aliases[0] if node.aliases else node.name},{figures},适合{self.chance.choice(USES)}"[
            :200
        ]

    def _description(self, node: ClassNode, told: list[dict[str, Any]]) -> str:
        near = self._sentences[".".join(node.code.split(".")[:2])] or self._sentences[""]
        said = self.chance.sample(near, min(len(near), self.chance.randint(2, 4)))
        figures = ";".join(f"{one['name']}{_said(one)}" for one in told)
        uses = "、".join(self.chance.sample(USES, 3))
        return f"{node.name}用于{uses}。{''.join(said)}主要参数:{figures}。{self.chance.choice(PROMISES)}"

    def _specs(self, node: ClassNode) -> list[dict[str, Any]]:
        fields = taxonomy.template(node.code)[:8]
        return [
            spec for field in fields if (field.required or self.chance.random() < 0.8) and (spec := self._spec(field))
        ]

    def _spec(self, field: SpecField) -> dict[str, Any] | None:
        attribute = taxonomy.attribute(field.key)
        names = [field.label] * 3 + list(attribute.aliases[:3] if attribute else ())
        named = {"name": self.chance.choice(names), "key": field.key}
        if field.enum_values:
            return {**named, "text": self.chance.choice(field.enum_values)}
        if not field.typical_min or not field.typical_max:
            return None
        return {**named, "value": self._between(float(field.typical_min), float(field.typical_max)), "unit": field.unit}

    def _between(self, low: float, high: float) -> float:
        wide = low > 0 and high / low > 10
        value = math.exp(self.chance.uniform(math.log(low), math.log(high))) if wide else self.chance.uniform(low, high)
        return float(f"{value:.3g}")

    def _price(self, node: ClassNode) -> tuple[PriceKind, int | None, int | None]:
        if self.chance.random() < 0.15:
            return PriceKind.REQUEST, None, None
        low = round(self._between(*price_range(node))) * 100
        if self.chance.random() < 0.2:
            return PriceKind.BAND, low, round(low * self.chance.uniform(1.1, 1.8))
        return PriceKind.FIXED, low, low

    def _regions(self) -> list[str]:
        if self.chance.random() < 0.4:
            return ["全国"]
        return self.chance.sample(self._provinces, self.chance.randint(1, 6))


def price_range(node: ClassNode) -> tuple[float, float]:
    """What a product type usually costs, in yuan."""
    low = float(node.detail["price_min_yuan"])
    return max(low, 1.0), max(low, 1.0, float(node.detail.get("price_max_yuan") or low * 3))


def categories_of(node: ClassNode) -> list[str]:
    """The emergency categories of a product type's events."""
    found = dict.fromkeys(filter(None, map(taxonomy.event_category, node.event_codes)))
    return list(found) or ["accident_disaster"]


def _offers(node: ClassNode) -> list[str]:
    return [code for code in node.detail.get("offers", "").split(";") if code] or ["purchase"]


def _said(spec: dict[str, Any]) -> str:
    return spec.get("text") or f"{spec['value']:g}{spec['unit']}"


def _sentences() -> dict[str, list[str]]:
    """What the demo world's listings say of themselves, sentence by sentence, by the first two steps of their class."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in _demo_listings():
        node = taxonomy.class_by_name(row.get("class") or "")
        for sentence in re.findall("[^。]+。", row["description"]):
            found[""].append(sentence)
            if node:
                found[".".join(node.code.split(".")[:2])].append(sentence)
    return found


def _demo_listings() -> Iterator[dict[str, Any]]:
    with (ROOT / "seed" / "demo" / "listings.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, filter(str.strip, lines))
