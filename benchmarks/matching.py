"""A need's whole matching beside one bare query with the need's own text, and what the matching's steps take."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median
from typing import Any

import sqlalchemy as sa

from benchmarks import world
from benchmarks.timing import Figure, interleaved, line, percentile
from benchmarks.words import QUALITIES, USES, Writer, price_range
from marketplace.kit import clock, db
from marketplace.matching import prepared, readings
from marketplace.matching.asks import asks_of
from marketplace.matching.candidates import candidate_ids
from marketplace.matching.evaluation import need_of
from marketplace.matching.knowledge import knowledge
from marketplace.matching.matcher import judge_all
from marketplace.matching.models import ListingReading
from marketplace.needs.models import Need
from marketplace.search.port import Engine, Match, Query
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import ClassNode, SpecField

LISTINGS = 100_000
NEEDS, COLD = 60, 10
SEED = 41
TIMES = 5.0
TODAY = date(2026, 11, 23)
SHORT, LONG = 40, 200
OPENINGS = (
    "去年汛期吃过亏,{use}一旦出事,现有的家伙顶不上去。", "为补齐{use}处置短板,", "我们这儿{use}多,队里人手少,", "按年度装备更新计划,用于{use},",
    "演练时发现{use}救援跟不上,", "{use}专项整治要求配齐,",
)  # fmt: skip
CALLS = ("拟购{thing}{count}{unit}", "想要{thing}{count}{unit}", "采购{thing}{count}{unit}", "急需{count}{unit}{thing}")
AT_LEAST = ("{name}不低于{value}{unit}", "{name}≥{value}{unit}", "{name}至少要{value}{unit}", "{name}{value}{unit}以上")
AT_MOST = (
    "{name}不超过{value}{unit}",
    "{name}≤{value}{unit}",
    "{name}最多{value}{unit}",
    "{name}控制在{value}{unit}以内",
)
CLOSINGS = (
    "供方负责安装调试和培训。", "随车配齐附件和备件。", "{other}去年已经配了,这次不买。", "不要{other}。", "夜里也要能用。", "两个人就能抬着走。",
    "须提供第三方检测报告。", "现场毗邻居民区,对噪声有限制。", "操作简单,培训半天就能上手。", "合同签订后分批到货,验收合格付款。", "最好是国产的,轻一点优先。",
    "能和现有指挥平台对接,数据要进政务云。", "存放在镇里的库房,平时有专人保养。", "坏了要有人来修,备件要好买。",
)  # fmt: skip


class Needs:
    """Writes needs as buyers type them: a scene, what is wanted, figures with bounds, what is not wanted. One seed, one list."""

    def __init__(self, seed: int, writer: Writer) -> None:
        self.chance, self._writer, self._provinces = random.Random(seed), writer, taxonomy.provinces()

    def rows(self, count: int) -> Iterator[dict[str, Any]]:
        """Needs as a labelled set has them, their texts of 40 to 200 characters."""
        for node in self._writer.classes(count):
            yield self._row(node)

    def _row(self, node: ClassNode) -> dict[str, Any]:
        chance = self.chance
        thing, count = self._thing(node), chance.choice((1, 2, 5, 10, 50, 200))
        fields = [f for f in taxonomy.template(node.code) if f.typical_min and f.typical_max]
        told = chance.sample(fields, min(len(fields), chance.randint(0, 4)))
        given = told[:1] if chance.random() < 0.3 else []
        return {
            "title": f"{thing}采购" if chance.random() < 0.6 else f"{chance.choice(USES)}用{thing}",
            "description": self._text(node, thing, count, [field for field in told if field not in given]),
            "mode": "service" if node.kind == "service" else "financing" if node.kind == "finance" else "purchase",
            "province": chance.choice(self._provinces), "quantity": count, "unit": node.unit or "套",
            "budget_yuan": None if chance.random() < 0.5 else round(price_range(node)[1] * count * chance.uniform(0.4, 1.2)),
            "deliver_within_days": chance.choice((None, 5, 15, 30, 60)),
            "requirements": [
                {"name": f.label, "op": _op(f), "value": self._value(f), "unit": f.unit, "level": "hard"} for f in given
            ],
        }  # fmt: skip

    def _thing(self, node: ClassNode) -> str:
        name = self.chance.choice((node.name.split("(")[0], *node.aliases))
        return f"{self.chance.choice(QUALITIES)}{name}" if self.chance.random() < 0.4 else name

    def _text(self, node: ClassNode, thing: str, count: int, told: list[SpecField]) -> str:
        """At least 40 characters and at most 200, anywhere between."""
        chance, length = self.chance, self.chance.randint(SHORT, LONG - 20)
        text = chance.choice(OPENINGS).format(use=chance.choice(USES))
        text += chance.choice(CALLS).format(thing=thing, count=count, unit=node.unit or "套")
        text += "".join(f",{self._figure(field)}" for field in told) + "。"
        others = [one.name.split("(")[0] for one in self._writer.classes(3)]
        for closing in chance.sample(CLOSINGS, len(CLOSINGS)):
            if len(text) >= length:
                break
            text += closing.format(other=chance.choice(others))
        return text[:LONG]

    def _figure(self, field: SpecField) -> str:
        form = self.chance.choice(AT_MOST if _op(field) == "<=" else AT_LEAST)
        return form.format(name=field.label, value=f"{self._value(field):g}", unit=field.unit)

    def _value(self, field: SpecField) -> float:
        low, high = float(field.typical_min), float(field.typical_max)
        return float(f"{low + (high - low) * self.chance.choice((0.2, 0.3, 0.5)):.3g}")


def _op(field: SpecField) -> str:
    return "<=" if field.direction == "lo" else ">="


class _Steps:
    """The matching of a need as a page asks for it, without keeping the result; what each step took."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.known = engine, knowledge()
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.candidates: list[int] = []
        self.seen: set[int] = set()
        self.matches = 0

    def match(self, need: Need) -> None:
        """Read the need, find its candidates, make them ready, judge them."""
        with db.reading():
            begun = time.perf_counter()
            [ask] = asks_of(need, self.known, TODAY)
            read = time.perf_counter()
            ids = candidate_ids(ask, self.engine, self.known)
            found = time.perf_counter()
            ready = prepared.prepare(ids, self.known, TODAY)
            made = time.perf_counter()
            judged = judge_all(ask, ready.values(), self.known)
            done = time.perf_counter()
        self.candidates.append(len(ids))
        self.seen.update(ids)
        self.matches += len(judged.matches)
        for name, seconds in (
            ("read", read - begun),
            ("find", found - read),
            ("prepare", made - found),
            ("judge", done - made),
        ):
            self.taken[name].append(seconds * 1000)

    def bare(self, need: Need) -> None:
        """One query with the need's own words."""
        self.engine.search(Query(need.text, Match.ANY, per_page=20))


def beside_query(listings: int = LISTINGS, needs: int = NEEDS, rounds: int = 3, limit_seconds: float = 150) -> Figure:
    """Goal: the whole matching's p95 ≤ 5 × one bare query's p95, caches warm."""
    app = world.platform(world.world(listings))
    with app.app_context():
        steps = _Steps(app.extensions["finder"].engine)
        wanted = [need_of(row) for row in Needs(SEED, Writer(SEED, world.NOW)).rows(needs)]
        with db.transaction() as session:
            session.execute(sa.delete(ListingReading))
        steps.match(wanted[0])  # the reference data's readers are made once per process
        steps.taken.clear()
        forgetful: dict[str, Callable[[Need], object]] = {"cold": lambda need: _cold(steps, need), "bare": steps.bare}
        unread = interleaved(forgetful, wanted[:COLD], rounds=1, limit_seconds=limit_seconds)
        cold_steps = _medians(steps)
        begun = time.perf_counter()
        kept = readings.keep(sorted(steps.seen), steps.known, at=clock.now())
        reading_ms = (time.perf_counter() - begun) * 1000 / max(1, kept)
        steps.taken.clear()
        stored = interleaved(forgetful, wanted[:COLD], rounds=2, limit_seconds=limit_seconds)
        stored_steps = _medians(steps)
        for need in wanted:
            steps.match(need)
            steps.bare(need)
        found = steps.candidates[-needs:]
        steps.taken.clear()
        calls: dict[str, Callable[[Need], object]] = {"matching": steps.match, "bare": steps.bare}
        taken = interleaved(calls, wanted, rounds=rounds, limit_seconds=limit_seconds)
    ours, bare = (percentile(taken[name], 0.95) for name in calls)
    lengths = [len(need.text) for need in wanted]
    return Figure(
        "matching",
        [
            line(f"a need's whole matching, {listings:,} listings, warm", taken["matching"]),
            line("one bare query with the need's text", taken["bare"]),
            line("the matching, nothing in memory, readings kept in the database", stored["cold"]),
            line("the bare query beside it", stored["bare"]),
            line("the matching with no listing ever read", unread["cold"]),
            line("the bare query beside it", unread["bare"]),
        ],
        f"{ours / bare:.2f} (kept {_times(stored):.1f}, unread {_times(unread):.0f})", "matching p95 ≤ 5 × bare p95", ours <= TIMES * bare,
        [
            f"{needs} needs of {min(lengths)}–{max(lengths)} characters, {median(found):.0f} candidates each (at most {max(found)}). Matching: "
            "reading the need, finding candidates, preparing them, judging; not the freezing of the result. Bare: engine.search, any "
            f"of the words, 20 hits. In turn in one process, each first in turn, after one pass. Medians: {_told(_medians(steps))}; with "
            f"nothing in memory before each need: {_told(stored_steps)}; with nothing kept either: {_told(cold_steps)}. Reading and "
            f"keeping a listing takes the job {reading_ms:.1f} ms ({kept:,} listings)."
        ],
        {"listings": listings, "ms": taken, "stored_ms": stored, "cold_ms": unread, "reading_ms": reading_ms,
         "steps_ms": dict(steps.taken), "candidates": found},
    )  # fmt: skip


def _cold(steps: _Steps, need: Need) -> None:
    """A matching with nothing in memory: what is not kept in the database must be read first."""
    prepared._kept.clear()
    steps.match(need)


def _times(taken: dict[str, list[float]]) -> float:
    return percentile(taken["cold"], 0.95) / percentile(taken["bare"], 0.95)


def _medians(steps: _Steps) -> dict[str, float]:
    return {name: median(values) for name, values in steps.taken.items()}


def _told(medians: dict[str, float]) -> str:
    return ", ".join(f"{name} {ms:.1f} ms" for name, ms in medians.items())
