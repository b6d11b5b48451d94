"""What a results page's address asks for, read with care: whatever is odd is named, never guessed."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.arrangements.rules import KINDS
from marketplace.catalog.models import ListingKind
from marketplace.kit import quantities
from marketplace.kit.money import NotMoney, parse_yuan
from marketplace.kit.web import english
from marketplace.search.port import AnyOf, Facet, Filter, Query, Range, Sort, Under
from marketplace.taxonomy import queries as taxonomy

PER_PAGE = 20
MAX_TEXT = 200
MAX_CHOICES = 40
NATIONWIDE = "全国"
FACETS = ("category", "field", "class", "region", "base", "arrangement", "certificate")
SORTS = {
    "": None,
    "price": Sort("price_fen"),
    "price_desc": Sort("price_fen", descending=True),
    "lead": Sort("lead_time_days"),
    "stock": Sort("stock", descending=True),
    "newest": Sort("published_at", descending=True),
    "fresh": Sort("confirmed_at", descending=True),
}
_TEXT_KEYS = {"q", "page", "sort", "kind", "class", "insist", "price_min", "price_max", "lead_max", "in_stock", "attr"}


@dataclass(frozen=True)
class SpecRange:
    """A wish about a number: as typed, and in the attribute's canonical unit."""

    key: str
    name: str
    unit: str
    low_text: str
    high_text: str
    low: float | None
    high: float | None


@dataclass
class Asked:
    """A search as asked. `faults` are sentences about what was not understood and therefore left out."""

    text: str = ""
    kind: str = ""
    class_code: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    price_min_fen: int | None = None
    price_max_fen: int | None = None
    lead_max: int | None = None
    in_stock: bool = False
    specs: list[SpecRange] = field(default_factory=list)
    sort: str = ""
    page: int = 1
    insist: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def filtered(self) -> bool:
        """Whether anything but the text narrows the search."""
        return bool(
            self.class_code or self.chosen or self.specs or self.in_stock or self.kind
            or any(v is not None for v in (self.price_min_fen, self.price_max_fen, self.lead_max))
        )  # fmt: skip

    def filters(self) -> tuple[Filter, ...]:
        """What must hold, in the words of the search port."""
        found: list[Filter] = [AnyOf(name, tuple(values)) for name, values in self.chosen.items() if name != "region"]
        if self.chosen.get("region"):
            found.append(AnyOf("region", (*self.chosen["region"], NATIONWIDE)))
        if self.kind:
            found.append(AnyOf("kind", (self.kind,)))
        if self.class_code:
            found.append(Under("class", self.class_code))
        if self.price_min_fen is not None or self.price_max_fen is not None:
            found.append(Range("price_fen", self.price_min_fen, self.price_max_fen))
        if self.lead_max is not None:
            found.append(Range("lead_time_days", None, self.lead_max))
        if self.in_stock:
            found.append(Range("stock", 1, None))
        found += [Range(f"spec_{spec.key}", spec.low, spec.high) for spec in self.specs]
        return tuple(found)

    def query(self, per_page: int = PER_PAGE) -> Query:
        """The search in the words of the port."""
        return Query(
            text=self.text,
            filters=self.filters(),
            facets=tuple(Facet(name, limit=60 if name == "class" else 14) for name in FACETS),
            sort=SORTS[self.sort],
            page=self.page,
            per_page=per_page,
        )


def read(arguments: MultiDict[str, str]) -> Asked:
    """Understand an address. What is unknown or absurd is left out and named in `faults`."""
    asked = Asked(text=" ".join(arguments.get("q", "").replace("\0", " ").split()))
    if len(asked.text) > MAX_TEXT:
        asked.faults.append(_("搜索词过长,只使用了前 %(n)s 个字。", n=MAX_TEXT))
        asked.text = asked.text[:MAX_TEXT]
    asked.insist = arguments.get("insist") == "1"
    asked.kind = _one_of(asked, arguments, "kind", set(ListingKind))
    asked.sort = _one_of(asked, arguments, "sort", set(SORTS))
    _read_class(asked, arguments)
    _read_choices(asked, arguments)
    asked.price_min_fen = _yuan(asked, arguments, "price_min", _("最低价"))
    asked.price_max_fen = _yuan(asked, arguments, "price_max", _("最高价"))
    asked.lead_max = _days(asked, arguments)
    asked.in_stock = arguments.get("in_stock") == "1"
    known = _read_specs(asked, arguments)
    page = arguments.get("page", "1")
    asked.page = min(max(int(page), 1), 500) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    unknown = sorted(set(arguments) - _TEXT_KEYS - set(FACETS) - known)
    if unknown:
        asked.faults.append(_("未知的筛选条件已忽略:%(names)s。", names="、".join(k[:30] for k in unknown[:5])))
    return asked


def _one_of(asked: Asked, arguments: MultiDict[str, str], name: str, allowed: set[str]) -> str:
    value = arguments.get(name, "")
    if value and value not in allowed:
        asked.faults.append(_("未知的筛选条件已忽略:%(names)s。", names=f"{name}={value[:30]}"))
        return ""
    return value


def _read_class(asked: Asked, arguments: MultiDict[str, str]) -> None:
    code = arguments.get("class", "")
    if code and taxonomy.class_(code) is None:
        asked.faults.append(_("没有这个类别:%(code)s。", code=code[:30]))
    else:
        asked.class_code = code


def _read_choices(asked: Asked, arguments: MultiDict[str, str]) -> None:
    fixed = {
        "category": {code for code, *_names in taxonomy.categories()},
        "field": {code for code, *_names in taxonomy.fields()},
        "arrangement": {kind.code for kind in KINDS},
        "region": {*taxonomy.provinces(), NATIONWIDE},
    }
    for name in FACETS:
        if name == "class":
            continue
        values = list(dict.fromkeys(v.strip()[:120] for v in arguments.getlist(name) if v.strip()))[:MAX_CHOICES]
        strange = [v for v in values if name in fixed and v not in fixed[name]]
        if strange:
            asked.faults.append(_("未知的筛选条件已忽略:%(names)s。", names=f"{name}={strange[0][:30]}"))
        values = [v for v in values if v not in strange]
        if values:
            asked.chosen[name] = values


def _yuan(asked: Asked, arguments: MultiDict[str, str], name: str, label: str) -> int | None:
    text = arguments.get(name, "").strip()
    if not text:
        return None
    try:
        return parse_yuan(text)
    except NotMoney:
        asked.faults.append(_("%(label)s“%(text)s”不是金额,已忽略。", label=label, text=text[:20]))
        return None


def _days(asked: Asked, arguments: MultiDict[str, str]) -> int | None:
    text = arguments.get("lead_max", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        asked.faults.append(_("供货天数“%(text)s”应为 0–9999 的整数,已忽略。", text=text[:20]))
        return None
    return int(text)


def _read_specs(asked: Asked, arguments: MultiDict[str, str]) -> set[str]:
    known: set[str] = set()
    for attribute in taxonomy.filterable_attributes():
        names = [f"{attribute.key}.{part}" for part in ("min", "max", "unit")]
        if not any(name in arguments for name in names):
            continue
        known.update(names)
        low_text, high_text, unit = (arguments.get(name, "").strip() for name in names)
        unit = unit or attribute.unit
        low = _canonical(asked, attribute.name, low_text, unit, attribute.dimension)
        high = _canonical(asked, attribute.name, high_text, unit, attribute.dimension)
        if low is not None or high is not None:
            name = attribute.name_en if english() and attribute.name_en else attribute.name
            asked.specs.append(SpecRange(attribute.key, name, unit, low_text, high_text, low, high))
    return known


def _canonical(asked: Asked, name: str, text: str, unit: str, dimension: str) -> float | None:
    if not text:
        return None
    parsed = quantities.parse_unit(unit, dimension)
    try:
        number = Decimal(text.replace(",", ""))
        sensible = number.is_finite() and abs(number) < Decimal("1e15")
    except InvalidOperation:
        sensible = False
    if not sensible:
        asked.faults.append(_("%(name)s“%(text)s”不是合理的数字,已忽略。", name=name, text=text[:20]))
        return None
    if parsed is None or parsed.dimension != dimension:
        asked.faults.append(_("%(name)s不能用单位“%(unit)s”,已忽略。", name=name, unit=unit[:20]))
        return None
    return quantities.canonical_number(number, unit, dimension)
