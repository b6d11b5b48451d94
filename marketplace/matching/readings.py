"""What listings say, read once and kept in the database: a match then loads what was read instead of reading it again."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlmodel import col, select

from marketplace.accounts.models import Organisation
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import PUBLIC
from marketplace.kit import clock, db
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.matching.models import ListingReading
from marketplace.matching.offers import Fact, senses, spec_facts, text_facts
from marketplace.matching.relevance import OfferWords
from marketplace.reading import codes, features
from marketplace.reading.clauses import wanted
from marketplace.reading.tokens import token

SLICE = 50
"""Listings read between two writes: a quarter of a second, so that nobody waits for the write lock."""
A_WHILE, A_ROUND = timedelta(seconds=40), 20_000
"""How long, and how many at most, one round of the job may read; a hundred thousand listings take some minutes after a
change of the rules."""
_TYPE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What a listing's own words tell; the fields are those of `Offer` and `OfferWords`."""

    class_code: str
    facts: tuple[Fact, ...]
    says: str
    denies: str
    headline: str
    features: Mapping[str, Mapping[str, str]]
    denied: tuple[str, ...]
    words: OfferWords


def read(row: Listing, known: Knowledge) -> Reading:
    """Read a listing: what it says of itself, its facts, its words, its product types."""
    about = wanted(row.description)
    guesses = known.classes.read([(row.name, 3.0), (wanted(row.summary), 1.0), (about, 0.5)], 3)
    types = {guess.code: guess.share**2 for guess in guesses if guess.share > _TYPE_SHARE}
    if row.class_code:
        types[row.class_code] = 1.0
    code = guesses[0].code if guesses else row.class_code or ""
    says, denies = senses(f"{row.name}。{row.summary}。{row.description}")
    headline, _refused = senses(f"{row.name}。{row.summary}")
    facts = spec_facts(row.specs, code, known.reference, known.attributes)
    facts += text_facts(f"{row.summary}。{row.description}", code, known.reference, known.attributes)
    specs = " ".join(f"{spec.get('name', '')}{spec.get('text', '')}" for spec in row.specs)
    tokens = Counter(known.tokens.of(f"{row.name}\n{row.name}\n{row.summary}\n{about}\n{specs}"))
    return Reading(
        code, tuple(facts), says, denies, headline, _features(says, facts, code, known),
        tuple(features.denials(f"{says},{denies}")), OfferWords(tokens, types),
    )  # fmt: skip


def _features(says: str, facts: Sequence[Fact], code: str, known: Knowledge) -> Mapping[str, Mapping[str, str]]:
    """The features a listing names; an explosion mark tells one too, and so does the variant its product type is: (普通型)."""
    variant = "".join(re.findall(r"[((](.+?)[))]", known.name_of(code)))
    found = {**features.values_in(variant, known.features), **features.values_in(says, known.features)}
    mark = next((fact.said for fact in facts if fact.key == "ex_mark" and codes.code_of(fact.text)), "")
    return {**found, "explosion": {"proof": mark}} if mark and "explosion" not in found else found


def kept(row: Listing, held: ListingReading | None, known: Knowledge) -> Reading:
    """What was read from a listing when that still is what it says by the rules in force; else it is read now."""
    if held is None or held.rules != known.rules or held.source != source_of(row):
        return read(row, known)
    return unpacked(held.content)


def source_of(row: Listing) -> str:
    """A fingerprint of all that is read from a listing."""
    told = [row.name, row.summary, row.description, row.class_code, row.specs]
    return sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def packed(reading: Reading) -> bytes:
    """A reading as it is kept."""
    words: dict[str, dict[str, int]] = {}
    for one, count in reading.words.tokens.items():
        words.setdefault(one.size, {})[one.text] = count
    told = [
        reading.class_code, [astuple(fact) for fact in reading.facts], reading.says, reading.denies, reading.headline,
        reading.features, reading.denied, reading.words.types, words,
    ]  # fmt: skip
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def unpacked(content: bytes) -> Reading:
    """The reading that was kept."""
    code, facts, says, denies, headline, told, denied, types, words = json.loads(zlib.decompress(content))
    tokens = Counter({token(size, text): count for size, counts in words.items() for text, count in counts.items()})
    return Reading(
        code,
        tuple(Fact(*fact) for fact in facts),
        says,
        denies,
        headline,
        told,
        tuple(denied),
        OfferWords(tokens, types),
    )


def keep(ids: Iterable[int], known: Knowledge, *, at: datetime) -> int:
    """Keep what these public listings say, where that is not kept yet; returns how many were read.

    Reads outside any transaction that writes, then writes: commits, slice by slice.
    """
    wanted_ids, done = list(ids), 0
    for start in range(0, len(wanted_ids), SLICE):
        with db.reading() as session:
            query = select(Listing, ListingReading).join(Organisation, Organisation.id == Listing.owner_id)
            query = query.join(ListingReading, ListingReading.listing_id == Listing.id, isouter=True)
            rows = session.exec(query.where(col(Listing.id).in_(wanted_ids[start : start + SLICE]), *PUBLIC)).all()
            made = [
                {"listing_id": row.id, "rules": known.rules, "source": source_of(row), "content": packed(read(row, known))}
                for row, held in rows
                if held is None or held.rules != known.rules or held.source != source_of(row)
            ]  # fmt: skip
        with db.transaction():
            for values in made:
                _write(values | {"read_at": at})
        done += len(made)
    return done


def _write(values: Mapping[str, Any]) -> None:
    same = col(ListingReading.listing_id) == values["listing_id"]
    changed = db.session().execute(sa.update(ListingReading).where(same).values(**values))
    if not changed.rowcount:
        db.add_once(ListingReading(**values))


def missing(known: Knowledge) -> Sequence[int]:
    """Public listings of which nothing is kept by the rules in force."""
    same = (col(ListingReading.listing_id) == Listing.id) & (col(ListingReading.rules) == known.rules)
    query = select(Listing.id).join(Organisation, Organisation.id == Listing.owner_id)
    with db.reading() as session:
        return session.exec(query.where(*PUBLIC, ~sa.exists().where(same)).limit(A_ROUND)).all()


def keep_missing(app: Flask, until: datetime) -> int:
    """Keep what is missing, slice by slice, until a moment; the rest waits for the next round. Returns how many."""
    with app.app_context():
        known, done = knowledge(), 0
        ids = missing(known)
        for start in range(0, len(ids), SLICE):
            if clock.now() >= until:
                break
            done += keep(ids[start : start + SLICE], known, at=clock.now())
    return done
