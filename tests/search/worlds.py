"""A small collection, forty documents written by hand, and random worlds with an oracle that knows no engine."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from marketplace.search.collection import CollectionConfig
from marketplace.search.port import AllOf, AnyOf, Filter, Flag, Match, NoneOf, Query, Range, Under

CONFIG = CollectionConfig(
    name="things",
    texts=("name", "model", "summary", "body"),
    titles=frozenset({"name", "model"}),
    filters=("kind", "class", "region", "supplier"),
    numbers=("price", "days", "spec_flow"),
    dictionary=("空呼",),
    weights=(("的", 0.0), ("采购", 0.0), ("设备", 0.35)),
)

_HAND_WRITTEN = """
1|大流量排水抢险车|用于城市内涝强排,流量3000m³/h
2|移动泵车|排水流量 1500 立方米/小时
3|雷达生命探测仪 SM-100|穿墙探测
4|音视频生命探测仪 SM-200|蛇眼
5|待处理设备|等待分拣
6|污水处理装置|日处理十吨
7|正压式空气呼吸器 RHZK6.8|碳纤维气瓶
8|呼吸器配件|面罩
9|手提式灭火器|4kg 干粉
10|灭火器箱|不锈钢
11|推车式灭火器|35kg 干粉
12|消防机器人|履带
13|消防车|水罐
14|灭火防护服|消防员用
15|無人機|航拍測繪
16|无人机反制设备|侦测
17|ＵＡＶ　ｔｅｓｔ|全角
18|四合一气体检测仪|Ex d IIC T6
19|氣體檢測儀|攜帶型
20|防爆对讲机|IP68
21|卫星电话|手持
22|应急电源车|500kW
23|柴油发电机组|500 千瓦
24|移动照明灯塔|升降九米
25|充气帐篷|12㎡
26|救灾棉帐篷|12平方米
27|折叠床|行军
28|便携式卫星通信站|Ka 频段
29|MJ-PW-50 卧式泵|矿用
30|卧式泵|替代 mjpw50
31|AED 自动体外除颤器|急救
32|急救包|绷带
33|防化服|-20℃ 可用
34|低温电池|零下 20℃
35|编程培训|C++ "引号" 与 \\ 反斜杠
36|应急演练服务|桌面推演
37|安全培训服务|线上
38|保险服务|责任险
39|融资租赁服务|三年
40|排水泵租赁|按天
"""


def document(number: int, name: str, body: str = "", version: int = 1, **fields: Any) -> dict[str, Any]:
    """A document of the small collection."""
    return {"id": number, "version": version, "texts": {"name": name, "body": body}, "pinyin": [name], **fields}


def hand_written() -> list[dict[str, Any]]:
    """The forty documents."""
    rows = (line.split("|") for line in _HAND_WRITTEN.strip().splitlines())
    return [document(int(number), name, body) for number, name, body in rows]


WORDS = ("排水", "救援", "照明", "帐篷", "通信", "水泵", "rescue", "sm100", "3.5kw", "消毒")
KINDS = ("product", "service", "融资", 'say "hi"', "back\\slash", "a, b] OR x", "-minus")
CLASSES = (("3", "3.4", "3.4.6"), ("3", "3.4", "3.4.7"), ("3", "3.1"), ("2", "2.1"), ())
SUPPLIERS = tuple(f"供应商{n:02d}" for n in range(30))


@dataclass(frozen=True)
class Thing:
    """A document as the oracle sees it."""

    id: int
    words: frozenset[str]
    filters: dict[str, tuple[str, ...]]
    numbers: dict[str, tuple[float, ...]]

    def document(self) -> dict[str, Any]:
        """The same as engines take it."""
        words = sorted(self.words)
        return document(self.id, " ".join(words[:1]), " ".join(words[1:]), filters=self.filters, numbers=self.numbers)


def random_things(chance: random.Random, size: int = 60) -> list[Thing]:
    """Documents with missing, single and several values."""
    return [
        Thing(
            id=number,
            words=frozenset(chance.sample(WORDS, chance.randint(1, 5))),
            filters={
                "kind": tuple(chance.sample(KINDS, chance.randint(0, 3))),
                "class": chance.choice(CLASSES),
                "supplier": (chance.choice(SUPPLIERS),),
            },
            numbers={
                "price": tuple(chance.sample([-5.0, 0.0, 1.5, 7.0, 10.0, 1e9], chance.randint(0, 1))),
                "spec_flow": tuple(chance.sample([1.0, 2.0, 3.0, 4.0, 5.0], chance.choice([0, 1, 2]))),
            },
        )
        for number in range(1, size + 1)
    ]


def random_filter(chance: random.Random) -> Filter:
    """Any filter over the fields of a thing."""
    kinds = tuple(chance.sample(KINDS, chance.randint(1, 3)))
    number = chance.choice(["price", "spec_flow"])
    low, high = sorted(chance.choices([-5.0, 0.0, 1.0, 2.0, 2.5, 4.0, 7.0], k=2))
    return chance.choice(
        [
            AnyOf("kind", kinds),
            AllOf("kind", kinds[:2]),
            NoneOf("kind", kinds),
            AnyOf("supplier", tuple(chance.sample(SUPPLIERS, 8))),
            Under("class", chance.choice(["3", "3.4", "3.4.6", "2", "9"])),
            Range(number, low, high, chance.random() < 0.4),
            Range(number, low, None, chance.random() < 0.4),
            Range(number, None, high),
            Range(number),
            Flag(number, chance.random() < 0.5),
        ]
    )


def random_query(chance: random.Random) -> Query:
    """Words and filters, alone and together."""
    words = chance.sample(WORDS, chance.randint(0, 3))
    match = chance.choice([Match.ALL, Match.ANY])
    filters = tuple(random_filter(chance) for _ in range(chance.randint(0, 3)))
    return Query(" ".join(words), match=match, filters=filters, per_page=100)


def passes(thing: Thing, clause: Filter) -> bool:
    """Whether a thing passes a filter, by the words of the port."""
    match clause:
        case AnyOf(field, values):
            return any(value in thing.filters[field] for value in values)
        case AllOf(field, values):
            return all(value in thing.filters[field] for value in values)
        case NoneOf(field, values):
            return not any(value in thing.filters[field] for value in values)
        case Under(field, path):
            return path in thing.filters[field]
        case Flag(field, stated):
            return bool(thing.numbers[field]) == stated
        case Range(field, gte, lte, unknown):
            values = thing.numbers[field]
            low, high = float("-inf") if gte is None else gte, float("inf") if lte is None else lte
            return any(low <= value <= high for value in values) or (unknown and not values)
    raise AssertionError(clause)


def found_by(things: Iterable[Thing], query: Query, without: str | None = None) -> list[Thing]:
    """What a query finds; `without`: its AnyOf on this field left out."""
    words = set(query.text.split())
    clauses = [c for c in query.filters if not (isinstance(c, AnyOf) and c.field == without)]
    least = len(words) if query.match is Match.ALL else min(1, len(words))
    enough = (thing for thing in things if len(words & thing.words) >= least)
    return [thing for thing in enough if all(passes(thing, clause) for clause in clauses)]


def counted(things: Iterable[Thing], field: str) -> list[tuple[str, int]]:
    """Counts per value, most first, then by value."""
    counts = Counter(value for thing in things for value in thing.filters[field])
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
