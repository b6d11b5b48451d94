"""Measuring matching with a labelled set: the ordinary import, the ordinary matching, then the labels."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import select

from marketplace.catalog.models import Listing
from marketplace.kit import db
from marketplace.matching.asks import asks_of
from marketplace.matching.candidates import candidate_ids
from marketplace.matching.knowledge import knowledge
from marketplace.matching.matcher import match
from marketplace.matching.prepared import prepare
from marketplace.matching.scoring import Standing
from marketplace.needs.models import Mode, Need
from marketplace.search.port import Engine
from marketplace.taxonomy import queries as taxonomy

RETURNED = 20
Run = dict[str, list[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over needs: nDCG at 10, recall at 20, precision at 5, share of hard violations among the first five."""

    needs: int
    ndcg: float
    recall: float
    precision: float
    violations: float


def rank_all(folder: Path, engine: Engine, today: date) -> Run:
    """Match every need of a set against the listings imported before; the products' own ids, best first, with scores.

    Labels are not read here.
    """
    known = knowledge()
    names = {row_id: ref for row_id, ref in db.session().exec(select(Listing.id, Listing.external_ref)) if ref}
    run: Run = {}
    for row in _lines(folder / "needs.jsonl"):
        ask = asks_of(need_of(row), known, today)[0]
        candidates = prepare(candidate_ids(ask, engine, known), known, today).values()
        ranked = [m for m in match(ask, candidates, known) if m.standing is not Standing.EXCLUDED and m.score.total > 0]
        run[str(row["id"])] = [(names[m.offer.listing_id], m.score.total) for m in ranked[:RETURNED]]
    return run


def need_of(row: Mapping[str, Any]) -> Need:
    """A need of a labelled set as the platform keeps one; nobody has gone through its text."""
    budget, quantity, text = row.get("budget_yuan"), row.get("quantity"), row.get("description") or ""
    item = {"name": row["title"], "quantity": quantity, "unit": row.get("unit") or "", "note": text}
    mode = row.get("mode")
    return Need(
        title=row["title"], text=text, mode=Mode(mode) if mode in set(Mode) else Mode.PURCHASE,
        province=row.get("province") or "", category=row.get("emergency_category") or "",
        field_code=row.get("industry_field") or "", within_days=row.get("deliver_within_days"),
        budget_fen=None if budget is None else round(budget * 100), items=[item],
        requirements=[_requirement(one) for one in row.get("requirements") or []], exclusions=[], understood=False,
    )  # fmt: skip


def _requirement(row: Mapping[str, Any]) -> dict[str, Any]:
    attribute = taxonomy.attribute_for(row["name"], None, row.get("unit") or "")
    return {**row, "unit": row.get("unit") or "", "key": attribute.key if attribute else ""}


def write_run(run: Run, path: Path) -> None:
    """Write a TREC run file."""
    lines = [
        f"{need} Q0 {product} {rank} {score:.6f} marketplace"
        for need, found in run.items()
        for rank, (product, score) in enumerate(found, start=1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def figures(folder: Path, run: Run) -> dict[str, Figures]:
    """The figures over all needs and over each slice; needs for which nothing is right count in violations only."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for need, product, grade, *_ in _cells(folder / "qrels.tsv"):
        grades[need][product] = int(grade)
    violations: dict[str, set[str]] = defaultdict(set)
    for need, product, *_ in _cells(folder / "hard_violations.tsv"):
        violations[need].add(product)
    slices: dict[str, list[str]] = {"all": [str(row["id"]) for row in _lines(folder / "needs.jsonl")]}
    for need, name in _cells(folder / "slices.tsv"):
        slices.setdefault(name, []).append(need)
    return {name: _mean(needs, run, grades, violations) for name, needs in slices.items()}


def _mean(
    needs: Sequence[str], run: Run, grades: Mapping[str, Mapping[str, int]], violations: Mapping[str, set[str]]
) -> Figures:
    found = {need: [product for product, _score in run.get(need, [])] for need in needs}
    judged = [need for need in needs if any(grade >= 2 for grade in grades.get(need, {}).values())]
    tops = [(need, found[need][:5]) for need in needs]
    return Figures(
        len(needs),
        _average(ndcg(found[need], grades[need]) for need in judged),
        _average(recall(found[need], grades[need]) for need in judged),
        _average(sum(grades[need].get(p, 0) >= 2 for p in found[need][:5]) / 5 for need in judged),
        _average(sum(p in violations.get(need, ()) for p in top) / len(top) if top else 0.0 for need, top in tops),
    )


def ndcg(found: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain, gain 2^grade − 1 (Järvelin & Kekäläinen 2002, as in the TREC tracks)."""
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(best))
    got = sum((2 ** grades.get(p, 0) - 1) / math.log2(place + 2) for place, p in enumerate(found[:depth]))
    return got / ideal if ideal else 0.0


def recall(found: Sequence[str], grades: Mapping[str, int], depth: int = 20) -> float:
    """The share of the right products (grade 2 or 3) among the first so many."""
    right = {product for product, grade in grades.items() if grade >= 2}
    return len(right & set(found[:depth])) / len(right) if right else 0.0


def _average(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _cells(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as file:
        yield from (line.rstrip("\r\n").split("\t") for line in file if line.strip())
