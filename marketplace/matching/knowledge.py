"""What matching knows of the trade, gathered once per edition of the reference data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from marketplace.matching.judging import Names
from marketplace.matching.relevance import type_nearness
from marketplace.reading import classes, features, library, measures, tokens
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Reference

_ROOMS = Path(__file__).parents[1]
_READS = ("reading/*.py", "matching/offers.py", "matching/readings.py", "search/text.py", "kit/quantities.py")


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Reference data with the readers built on it. `rules` is the fingerprint of the edition and of the code that reads."""

    reference: Reference
    tokens: tokens.Tokens
    classes: classes.ClassReader
    attributes: measures.AttributeNames
    names: Names
    features: list[features.Feature]
    certificates: Mapping[str, tuple[str, ...]]
    rules: str = ""
    _near: dict[tuple[str, str], float] = field(default_factory=dict)

    def nearness(self, asked: str, offered: str) -> float:
        """How near an offered product type is to an asked one; see `relevance.type_nearness`."""
        pair = (asked, offered)
        if pair not in self._near:
            self._near[pair] = type_nearness(asked, offered, self._parent, self.reference.relations)
        return self._near[pair]

    def name_of(self, code: str) -> str:
        """A product type's name; "" for an unknown one."""
        node = self.reference.classes.get(code)
        return node.name if node else ""

    def _parent(self, code: str) -> str:
        node = self.reference.classes.get(code)
        return node.parent if node else ""


def knowledge() -> Knowledge:
    """The knowledge of the edition in force."""
    return _of(taxonomy.reference())


@lru_cache
def _code() -> str:
    """A fingerprint of the source that reads listings, so that nothing read by other rules is taken for theirs."""
    digest = sha256(library.DICTIONARY.read_bytes())
    for path in sorted(path for pattern in _READS for path in _ROOMS.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=2)
def _of(reference: Reference) -> Knowledge:
    cut = library.tokens()
    attributes = measures.AttributeNames(reference)
    certificates = dict(taxonomy.certificate_kinds())
    editions = ",".join(f"{edition.scheme}:{edition.version}" for edition in taxonomy.editions_in_force())
    return Knowledge(
        reference,
        cut,
        library.reader_of(reference),
        attributes,
        Names(attributes, certificates),
        features.features(reference),
        certificates,
        sha256((_code() + editions).encode()).hexdigest()[:32],
    )
