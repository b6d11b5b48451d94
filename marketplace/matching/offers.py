"""What is offered, as matching judges it: plain values read from a listing, its text, its supplier and its certificates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.kit import quantities
from marketplace.reading import codes
from marketplace.reading.amounts import amounts
from marketplace.reading.clauses import Sense, clauses
from marketplace.reading.measures import AttributeNames, likely_keys, measures
from marketplace.taxonomy.reference import Reference

_SIZE = re.compile(r"(?P<numbers>\d+(?:\.\d+)?(?:\s*[×xX*]\s*\d+(?:\.\d+)?){1,2})\s*(?P<unit>[A-Za-z米厘毫公分]+)")
_SIZE_WORDS = re.compile(r"(?:外形|展开)?(?:尺寸|规格|大小)|[((].*?[))]")
_RIVAL = re.compile(r"比|相比|对比|传统|普通|一般|同类|不同于|区别")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing an offer says of itself: a number or range in the base unit of `dimension`, or a text.

    `said` is how it is told, for people; `listed` whether it stands among the specs and not only in the text.
    """

    key: str
    name: str
    dimension: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""
    said: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing at one version with all that decides a match. Null numbers are not stated.

    `certificates` are the kinds in force; `modes` the arrangements offered; `says` what the listing says of itself
    (name, summary, description without what it refuses), `denies` what it says it is not or has not, `headline` its name
    and summary; `features` and `denied` are read from these. `evidence` names what speaks for it besides, 0 to 1.
    """

    listing_id: int
    version: int
    supplier_id: int
    supplier: str
    name: str
    model: str
    kind: str
    class_code: str
    province: str
    city: str
    modes: frozenset[str]
    regions: frozenset[str]
    price_fen: int | None
    unit: str
    stock: int | None
    monthly_capacity: int | None
    lead_days: int | None
    min_order: int
    certificates: frozenset[str]
    facts: tuple[Fact, ...]
    says: str
    denies: str
    headline: str
    features: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    denied: tuple[str, ...] = ()
    confirmed_at: datetime | None = None
    published_at: datetime | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)


def spec_facts(
    specs: Iterable[Mapping[str, object]], class_code: str, reference: Reference, known: AttributeNames
) -> list[Fact]:
    """The specs of a listing as facts. A name nobody knows is read like words in a text, with the product type's help."""
    likely = likely_keys(reference, {class_code: 1.0} if class_code else {})
    specs = list(specs)
    return [_spec_fact(spec, reference, known, likely) for spec in specs] + [f for s in specs for f in _sides(s)]


def _sides(spec: Mapping[str, object]) -> Iterator[Fact]:
    """The sides of a size told as one text: 通道尺寸 600×500 mm is 通道宽度 600 mm and 通道高度 500 mm."""
    size = _SIZE.fullmatch(str(spec.get("text") or "").strip())
    unit = quantities.parse_unit(size["unit"]) if size else None
    if size is None or unit is None or unit.dimension != "length":
        return
    base = _SIZE_WORDS.sub("", str(spec.get("name") or ""))
    numbers = re.findall(r"\d+(?:\.\d+)?", size["numbers"])
    for side, number in zip(("长度", "宽度", "高度")[-len(numbers) :], numbers, strict=False):
        value = quantities.canonical_number(number, unit.symbol)
        yield Fact("", f"{base}{side}", "length", value, value, said=str(spec["text"]))


def _spec_fact(
    spec: Mapping[str, object], reference: Reference, known: AttributeNames, likely: Mapping[str, float]
) -> Fact:
    name, unit_text = str(spec.get("name") or ""), str(spec.get("unit") or "")
    attribute = reference.attributes.get(str(spec.get("key") or ""))
    if spec.get("text") is not None:
        text = str(spec["text"])
        return Fact(
            attribute.key if attribute else "", name, attribute.dimension if attribute else "", text=text, said=text
        )
    low, high = spec.get("min", spec.get("value")), spec.get("max", spec.get("value"))
    if attribute is None and unit_text:
        told = amounts(f"{low if low is not None else high}{unit_text}")
        key = known.of(told[0], name, likely)[0] if told else ""
        attribute = reference.attributes.get(key)
    unit = quantities.parse_unit(unit_text, attribute.dimension if attribute and attribute.dimension else None)
    dimension = unit.dimension if unit else ""
    ends = [None if end is None else _base(end, unit_text, dimension) for end in (low, high)]
    shown = "~".join(f"{end:,.10g}" for end in dict.fromkeys(e for e in (low, high) if isinstance(e, int | float)))
    key = attribute.key if attribute else ""
    return Fact(key, name, dimension, ends[0], ends[1], said=f"{shown} {unit_text}".strip())


def _base(value: object, unit: str, dimension: str) -> float | None:
    if not unit or not dimension:
        return float(value)  # type: ignore[arg-type]
    return quantities.canonical_number(value, unit, dimension)  # type: ignore[arg-type]


def text_facts(text: str, class_code: str, reference: Reference, known: AttributeNames) -> list[Fact]:
    """The numbers and codes that a listing states in its text."""
    likely = likely_keys(reference, {class_code: 1.0} if class_code else {})
    found, before = [], ""
    for clause in clauses(text):
        if clause.sense is Sense.WANTED and not _RIVAL.search(clause.text):
            for measure in measures(clause.text, clause.start, known, likely, before):
                dimension = measure.unit.dimension if measure.unit else ""
                ends = measure.ends(dimension) if measure.unit else None
                if ends is None or not dimension:
                    continue
                low, high = ends
                if (
                    measure.amount.op == "<="
                    and reference_direction(reference, measure.key) != "lo"
                    and measure.amount.high is None
                ):
                    low = min(low, 0.0)
                said = measure.clause[max(0, measure.amount.start - 8) : measure.amount.end].strip()
                found.append(
                    Fact(measure.key, measure.label.strip()[-10:], dimension, low, high, said=said, listed=False)
                )
            for one in [*codes.ip_codes(clause.text), *codes.ex_marks(clause.text)]:
                key = "ip_code" if isinstance(one.code, codes.IpCode) else "ex_mark"
                found.append(Fact(key, "", text=str(one.code), said=str(one.code), listed=False))
        before = clause.text
    return found


def reference_direction(reference: Reference, key: str) -> str:
    """Which way an attribute is better: hi, lo, eq, rng; "" for an unknown one."""
    attribute = reference.attributes.get(key)
    return attribute.direction if attribute else ""


def senses(text: str) -> tuple[str, str]:
    """What a listing says of itself, and what it says it is not."""
    read = clauses(text)
    says = ",".join(c.text for c in read if c.sense is not Sense.REFUSED)
    return says, ",".join(c.text for c in read if c.sense is Sense.REFUSED)
