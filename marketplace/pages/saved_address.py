"""One address per search: whatever order it was typed in, the same search reads the same."""

from decimal import Decimal
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from marketplace.pages.asking import FACETS, Asked, read


def address(asked: Asked) -> str:
    """The search as a results page's query string: what was understood, in a fixed order, without the page number."""
    pairs = [("q", asked.text), ("kind", asked.kind), ("class", asked.class_code)]
    for name in FACETS:
        pairs += [(name, value) for value in sorted(asked.chosen.get(name, []))]
    pairs += [("price_min", _yuan(asked.price_min_fen)), ("price_max", _yuan(asked.price_max_fen))]
    pairs.append(("lead_max", "" if asked.lead_max is None else str(asked.lead_max)))
    pairs.append(("in_stock", "1" if asked.in_stock else ""))
    for spec in sorted(asked.specs, key=lambda spec: spec.key):
        pairs.append((f"{spec.key}.min", _number(spec.low_text) if spec.low is not None else ""))
        pairs.append((f"{spec.key}.max", _number(spec.high_text) if spec.high is not None else ""))
        pairs.append((f"{spec.key}.unit", spec.unit))
    pairs += [("sort", asked.sort), ("insist", "1" if asked.insist and asked.text else "")]
    return urlencode([(name, value) for name, value in pairs if value])


def asked_of(text: str) -> Asked:
    """The search behind an address. `faults` are not empty when something it names exists no more."""
    return read(MultiDict(parse_qsl(text.replace("%00", ""))))  # a NUL, which no page lets in and no database stores


def fingerprint(text: str) -> str:
    """What stands for an address in the unique index."""
    return sha256(text.encode()).hexdigest()


def _yuan(fen: int | None) -> str:
    return "" if fen is None else _number(str(Decimal(fen) / 100))


def _number(text: str) -> str:
    return f"{Decimal(text.replace(',', '')).normalize():f}"
