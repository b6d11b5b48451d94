"""What a text requires of a product: numbers with their direction, protection codes, certificates, features."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from marketplace.kit import quantities
from marketplace.reading import codes
from marketplace.reading.amounts import AT_LEAST, AT_MOST, EQUAL, Amount
from marketplace.reading.clauses import Clause, Sense, clauses
from marketplace.reading.measures import AttributeNames, Measure, bare_label, measures, told_as_span
from marketplace.taxonomy.reference import Attribute

HARD, SCORED, PLAIN = "hard", "scored", "plain"
HAS, ONE_OF, BETWEEN, NOT = "has", "in", "between", "not"
_SOFT = re.compile(r"宜|最好|优先|尽量|尽可能|希望|可选|为佳|更好|建议|力求|如有")
_SCORED = re.compile(r"▲|△|▼")
_STARRED = re.compile(r"[★※]|(?<![\d×])\*(?!\d)")
_OBLIGES = re.compile(r"必须|不得|严禁|务必|一律|否则")
_OF_THE_WHOLE = frozenset(
    {"participants", "video_channels", "points", "users", "concurrent_users", "team_size", "meals"}
)
_IDLE_DIMENSIONS = frozenset({"money", "time", "person", "household", "occurrence", "ratio", "item", "project"})
_CAPABILITIES = frozenset({"volume_flow", "pressure", "power", "force"})
_CONTRACT = re.compile(
    r"合同|签订|签约|中标人|投标人|供应商|成交人|付款|支付|质保|保修|保证金|违约|验收|培训|逾期|投标|报价|近[一二三两\d]年|业绩|工期|交货|交付|供货|到货|送到|送达|到位|评分|总价|售后|包装|托盘|抽样|注册资[本金]|"
    r"预算|控制价|限价|单价|每[台套只件顶辆艘]\S{0,3}[万元块]"
)
_COUNT_UNITS = frozenset(
    "台套辆艘顶只件个具支把根条张床副双盘卷箱盒瓶袋桶包份部架座面块片组批项场家县所间头本户口村店班名位回遍趟处"
)
_WARRANTY = "warranty"
_PIXELS = re.compile(r"\s*[×xX*]\s*\d{3,4}(?!\d)")
_QUESTION = re.compile(r"需要?(?:证书|资质)")


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something required. `value` is a number in `unit`, a code or a certificate's name as text, or several texts.

    `high` is the upper end of `between`. `start` and `end` mark the words in the text; both 0 when it came from a field.
    """

    name: str
    key: str
    op: str
    value: float | str | tuple[str, ...]
    unit: str = ""
    level: str = HARD
    high: float | None = None
    start: int = 0
    end: int = 0
    words: str = ""

    def ends(self, dimension: str) -> tuple[float, float] | None:
        """The asked number, or both ends of the range, in the base unit of a dimension."""
        return _ends(self, dimension)


@lru_cache(maxsize=65_536)
def _ends(one: Requirement, dimension: str) -> tuple[float, float] | None:
    if isinstance(one.value, str | tuple):
        return None
    if not one.unit:
        low = float(one.value)
        return low, low if one.high is None else float(one.high)
    first = quantities.canonical_number(one.value, one.unit, dimension)
    last = first if one.high is None else quantities.canonical_number(one.high, one.unit, dimension)
    return None if first is None or last is None else (first, last)


def required(
    text: str,
    known: AttributeNames,
    likely: Mapping[str, float],
    certificates: Mapping[str, Iterable[str]],
    title: int = 0,
    unmarked: str = HARD,
) -> list[Requirement]:
    """The requirements a need's text states, in order. `certificates` are kinds with what else they are called; so many
    signs at the beginning are its title.

    `unmarked` is the level of what neither a mark nor a word (必须, 最好) tells. What the text refuses or tells as background requires nothing; clauses about contract, payment and delivery are
    left to the conditions.
    """
    found: list[Requirement] = []
    before, seen = "", set[tuple[str, str]]()
    for clause in clauses(text):
        told, before = (before, clause.text), clause.text
        if told in seen:
            continue
        seen.add(told)
        level = _marked(clause.text) or unmarked
        if clause.sense is Sense.WANTED:
            found += _codes(clause, level)
            contract = bool(_CONTRACT.search(clause.text))
            for measure in measures(clause.text, clause.start, known, likely, told[0]):
                idle = measure.amount.dimension in _IDLE_DIMENSIONS and measure.key != _WARRANTY
                if contract and (idle or not measure.sure):
                    continue
                requirement = _numeric(measure, known, level, measure.end <= title)
                if requirement is not None:
                    found.append(requirement)
        if clause.sense is not Sense.BACKGROUND:
            found += _certificates(clause, certificates, level)
    return _once(found)


def marks(text: str) -> bool:
    """Whether a text tells its hard or scored requirements by marks."""
    return bool(_STARRED.search(text) or _SCORED.search(text))


def _marked(text: str) -> str:
    if _STARRED.search(text):
        return HARD
    if _SCORED.search(text):
        return SCORED
    if _OBLIGES.search(text):
        return HARD
    return PLAIN if _SOFT.search(text) else ""


def _numeric(measure: Measure, known: AttributeNames, level: str, in_title: bool) -> Requirement | None:
    amount, attribute = measure.amount, known.attributes.get(measure.key)
    if attribute is None and not _tells_itself(measure):
        return None
    if not amount.op and amount.dimension.startswith("count"):
        return None
    op = _direction(measure, attribute, in_title)
    if not op:
        return None
    low, high = float(amount.low), None if amount.high is None else float(amount.high)
    value: float = low
    if high is not None and op != BETWEEN:
        # 两三吨 asked for at least means the smaller, at most the larger; a true range is contained.
        value, high = (low, None) if op == AT_LEAST else (high, None) if op == AT_MOST else (low, high)
    name = attribute.name if attribute else bare_label(measure.label).strip()[-12:]
    start, end = measure.start + max(0, amount.start - len(measure.label)), measure.end
    words = measure.clause[start - measure.start : end - measure.start].strip()
    unit = _unit(measure, attribute)
    if unit == "月" and value <= 3 and high is None:
        value, unit = value * 30, "d"  # 半个月 in a need is fifteen days, not the 365th part of anything
    if not amount.op and measure.key in _OF_THE_WHOLE and level == HARD:
        level = PLAIN  # 监控装了三十来路 tells how many there are, not what one device must take
    if measure.key == _WARRANTY and level == HARD:
        level = PLAIN  # a term of the contract: it is agreed on, nobody is turned away for it
    return Requirement(
        name, measure.key, BETWEEN if high is not None else op, value, unit, level, high, start, end, words
    )


def _tells_itself(measure: Measure) -> bool:
    """Whether an amount of no known attribute still requires something: a direction, a unit, and words for what."""
    amount = measure.amount
    return bool(
        amount.op
        and amount.unit is not None
        and amount.dimension not in _IDLE_DIMENSIONS
        and not amount.dimension.startswith("count")
        and len(bare_label(measure.label).strip()) >= 2
    )


def _unit(measure: Measure, attribute: Attribute | None) -> str:
    if measure.unit is not None:
        return measure.unit.symbol
    if attribute is None:
        return measure.amount.unit.symbol if measure.amount.unit else ""
    # 每人不低于100万: what is counted in 万 without a unit is yuan.
    return "元" if attribute.dimension == "money" and measure.amount.low >= 10_000 else attribute.unit


def _direction(measure: Measure, attribute: Attribute | None, in_title: bool) -> str:
    """The direction the words give; without any, the better one of what is named right before the number, or of what a
    number with such a unit can only be (供200千瓦), in a title of anything (4kg干粉)."""
    amount, pixels = measure.amount, _pair_of_pixels(measure, attribute)
    if attribute is not None and told_as_span(attribute):
        return BETWEEN
    if amount.op:
        return amount.op
    if attribute is None or (amount.unit is None and not measure.sure and not pixels) or _one_of_each(amount):
        return ""
    if measure.sure or pixels:
        return {"hi": AT_LEAST, "lo": AT_MOST, "eq": EQUAL}.get(attribute.direction, "")
    if attribute.dimension == "temperature" and attribute.direction == "lo" and amount.low < 0:
        return AT_MOST  # 夜里零下四十度 is the cold it must stand
    plain = not amount.about and (in_title or attribute.dimension in _CAPABILITIES)
    return AT_LEAST if attribute.direction == "hi" and (measure.near or amount.per or plain) else ""


def _pair_of_pixels(measure: Measure, attribute: Attribute | None) -> bool:
    """Whether the number is the first of 640×512, which no other attribute is told by."""
    counted = attribute is not None and attribute.dimension == "pixel_line" and measure.amount.unit is None
    return counted and bool(_PIXELS.match(measure.clause, measure.amount.end))


def _one_of_each(amount: Amount) -> bool:
    return amount.low <= 2 and amount.dimension in ("person", "household")


def _codes(clause: Clause, level: str) -> list[Requirement]:
    found = []
    for key, name, ones in (
        ("ip_code", "防护等级", codes.ip_codes(clause.text)),
        ("ex_mark", "防爆等级", codes.ex_marks(clause.text)),
    ):
        for one in ones:
            found.append(
                Requirement(
                    name,
                    key,
                    AT_LEAST,
                    str(one.code),
                    "",
                    level,
                    None,
                    clause.start + one.start,
                    clause.start + one.end,
                    clause.text[one.start : one.end],
                )  # fmt: skip
            )
    return found


_ASKS_PAPER = re.compile(r"须|需|要|应|必|具有|具备|持|取得|带|有|提供|得|备|过|通过|标志|证|认证|检测")


def _certificates(clause: Clause, kinds: Mapping[str, Iterable[str]], level: str) -> list[Requirement]:
    """Certificates asked for: by name, or by saying that what lacks them is refused."""
    asked = clause.sense is Sense.WANTED and _ASKS_PAPER.search(clause.text)
    lacking = clause.sense is Sense.REFUSED and re.search(r"没有|未取得|无|不具备|没|缺", clause.text)
    if not asked and not lacking:
        return []
    found = []
    for kind, aliases in kinds.items():
        for name in sorted({kind, *aliases}, key=len, reverse=True):
            place = _place(clause.text, name)
            if place >= 0:
                start = clause.start + place
                found.append(Requirement(kind, "", HAS, kind, "", level, None, start, start + len(name), name))
                break
    return found


def _place(text: str, name: str) -> int:
    """Where a certificate's name stands whole; short Latin ones not within a word."""
    if len(name) < 2:
        return -1
    if name.isascii():
        match = re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text, re.IGNORECASE)
        return match.start() if match else -1
    return text.find(name)


def _once(found: list[Requirement]) -> list[Requirement]:
    """Each requirement once; one that says the same of the same again is dropped."""
    seen: set[tuple[str, str, str, object, str]] = set()
    kept = []
    for one in found:
        mark = (one.key or one.name, one.op, one.unit, one.value, one.key)
        if mark not in seen:
            seen.add(mark)
            kept.append(one)
    return kept
