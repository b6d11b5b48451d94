"""The reference data in force, held in memory as plain objects with the lookups the rooms need."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from marketplace.kit import quantities
from marketplace.taxonomy.models import Term


@dataclass(frozen=True)
class ClassNode:
    """A class of goods or services: an industry node, or a product type as its leaf."""

    code: str
    name: str
    name_en: str
    parent: str
    level: int
    kind: str
    unit: str
    path: tuple[str, ...]
    event_codes: tuple[str, ...]
    field_codes: tuple[str, ...]
    aliases: tuple[str, ...]
    official: bool
    source: str
    confidence: str
    detail: dict = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True)
class Attribute:
    """A canonical spec attribute: one number or text whatever suppliers call it."""

    key: str
    name: str
    name_en: str
    dimension: str
    unit: str
    direction: str
    aliases: tuple[str, ...]
    filterable: bool
    asked_as: tuple[str, ...] = ()
    family: str = ""


@dataclass(frozen=True)
class SpecField:
    """One line of a class's spec template."""

    key: str
    label: str
    label_en: str
    unit: str
    dimension: str
    direction: str
    required: bool
    typical_min: str
    typical_max: str
    enum_values: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """A situation in the words of who stands in it, with what it calls for."""

    code: str
    name: str
    name_en: str
    description: str
    description_en: str
    event_codes: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    source: str


def split(text: str) -> tuple[str, ...]:
    """A cell that holds several values."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


class Reference:
    """Every scheme in force; built once per edition from the stored terms."""

    def __init__(self, schemes: dict[str, list[Term]]) -> None:
        self.terms = schemes
        self.classes = _classes(schemes.get("classes", []))
        self.children: dict[str, list[ClassNode]] = {}
        for node in self.classes.values():
            self.children.setdefault(node.parent, []).append(node)
        self.class_names = _class_names(self.classes.values())
        self.attributes = {a.key: a for a in map(_attribute, schemes.get("attributes", []))}
        self.attribute_aliases = _aliases(self.attributes.values())
        self.templates = self._templates(schemes.get("templates", []))
        self.scenes = {s.code: s for s in map(_scene, schemes.get("scenes", []))}
        self._phrases = {t.code: _spoken(t) for t in schemes.get("phrases", [])}
        self.relations = _relations(schemes.get("relations", []))
        self.events = {t.code: t for t in schemes.get("events", [])}
        self.regions = {t.code: t for t in schemes.get("regions", [])}
        self.provinces = [t.name for t in schemes.get("regions", []) if not t.parent]

    def phrases(self, class_code: str) -> dict[str, tuple[str, ...]]:
        """What people say who mean a class: further `name`s, what it `does`, the `scene`, its `part`s."""
        return self._phrases.get(class_code, {})

    def template(self, class_code: str) -> list[SpecField]:
        """A class's own spec fields; else those of the nearest class above that has some, else of its nearest kin: a class
        it is related to under the same parent, or the first sibling."""
        node = self.classes.get(class_code)
        for code in reversed(node.path if node else ()):
            if code in self.templates:
                return self.templates[code]
        if node is None or not node.parent or class_code in self.children:
            return []
        kin = [other for other in self.relations.get(class_code, ()) if self.classes[other].parent == node.parent]
        kin += [sibling.code for sibling in self.children.get(node.parent, ())]
        return next((self.templates[code] for code in kin if code in self.templates), [])

    def attribute_for(self, name: str, class_code: str | None, unit: str = "") -> Attribute | None:
        """The attribute a supplier's spec name means.

        The class's own label comes first, then the aliases. A short or general name ("功率", "流量") that stands in just
        one label of the class's template ("额定功率", "水炮流量") and fits its unit means that one.
        """
        wanted = _plain(name)
        template = self.template(class_code) if class_code else []
        for spec in template:
            if _plain(spec.label) == wanted:
                return self.attributes.get(spec.key)
        found = self.attributes.get(self.attribute_aliases.get(wanted, ""))
        if found is not None and any(spec.key == found.key for spec in template):
            return found
        near = [spec for spec in template if len(wanted) > 1 and wanted in _plain(spec.label)]
        if len(near) == 1 and _measures(near[0].dimension, unit or (found.unit if found else "")):
            return self.attributes.get(near[0].key)
        return found

    def _templates(self, terms: Iterable[Term]) -> dict[str, list[SpecField]]:
        found: dict[str, list[SpecField]] = {}
        for term in sorted(terms, key=lambda t: (int(t.detail.get("position") or 0), t.position)):
            d = term.detail
            attribute = self.attributes.get(d["attribute_key"])
            if attribute is None:
                continue
            found.setdefault(d["class_code"], []).append(
                SpecField(
                    key=attribute.key,
                    label=term.name,
                    label_en=attribute.name_en,
                    unit=d.get("unit") or attribute.unit,
                    dimension=attribute.dimension,
                    direction=d.get("direction") or attribute.direction,
                    required=d.get("required") == "1",
                    typical_min=d.get("typical_min", ""),
                    typical_max=d.get("typical_max", ""),
                    enum_values=split(d.get("enum_values", "")),
                )
            )
        return found


def _classes(terms: list[Term]) -> dict[str, ClassNode]:
    parents = {term.code: term.parent for term in terms}

    def path(code: str) -> tuple[str, ...]:
        steps: list[str] = []
        while code and code not in steps:
            steps.append(code)
            code = parents.get(code, "")
        return tuple(reversed(steps))

    return {
        term.code: ClassNode(
            code=term.code,
            name=term.name,
            name_en=term.name_en,
            parent=term.parent,
            level=int(term.detail.get("level") or 0),
            kind=term.detail.get("kind") or "product",
            unit=term.detail.get("unit", ""),
            path=path(term.code),
            event_codes=split(term.detail.get("event_codes", "")),
            field_codes=split(term.detail.get("field_codes", "")),
            aliases=split(term.detail.get("aliases", "")),
            official=term.official,
            source=term.source,
            confidence=term.confidence,
            detail=term.detail,
        )
        for term in terms
    }


def _class_names(nodes: Iterable[ClassNode]) -> dict[str, ClassNode]:
    """Classes by name, alias and English name; a product type wins over the industry node it shares a name with."""
    deepest_first = sorted(nodes, key=lambda node: -node.level)
    found: dict[str, ClassNode] = {}
    for node in deepest_first:
        found.setdefault(node.name, node)
    for node in deepest_first:
        for alias in (*node.aliases, node.name_en):
            found.setdefault(alias, node)
    return found


def _spoken(term: Term) -> dict[str, tuple[str, ...]]:
    columns = (("name", "names"), ("does", "does"), ("scene", "scenes"), ("part", "parts"))
    return {kind: split(term.detail.get(column, "")) for kind, column in columns}


def _relations(terms: Iterable[Term]) -> dict[str, dict[str, str]]:
    """For each class, the other classes a buyer of it would accept (stands_in) or look at (related)."""
    found: dict[str, dict[str, str]] = {}
    for term in terms:
        code, _, other = term.code.partition("/")
        found.setdefault(code, {})[other] = term.detail.get("relation", "related")
    return found


def _attribute(term: Term) -> Attribute:
    d = term.detail
    return Attribute(
        key=term.code,
        name=term.name,
        name_en=term.name_en,
        dimension=d.get("dimension", ""),
        unit=d.get("unit", ""),
        direction=d.get("direction", ""),
        aliases=split(d.get("aliases", "")),
        filterable=d.get("filterable") == "1",
        asked_as=split(d.get("asked_as", "")),
        family=d.get("family", ""),
    )


def _scene(term: Term) -> Scene:
    d = term.detail
    pairs = [
        (code, priority)
        for priority in ("required", "recommended", "optional")
        for code in split(d.get(f"{priority}_classes") or d.get(priority) or "")
    ]
    return Scene(
        code=term.code,
        name=term.name,
        name_en=term.name_en,
        description=d.get("description", ""),
        description_en=d.get("description_en", ""),
        event_codes=split(d.get("event_codes", "")),
        classes=tuple(pairs),
        source=term.source,
    )


def _aliases(attributes: Iterable[Attribute]) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in attributes:
        for alias in (attribute.name, *attribute.aliases):
            found.setdefault(_plain(alias), attribute.key)
    return found


def _measures(dimension: str, unit: str) -> bool:
    parsed = quantities.parse_unit(unit, dimension) if unit else None
    return parsed is None or parsed.dimension == dimension


def _plain(name: str) -> str:
    half = name.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    return half.replace(" ", "").lower()
