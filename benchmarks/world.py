"""Scratch platforms full of invented listings, kept between runs below `benchmarks/results/worlds/`."""

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from rich.console import Console

from benchmarks.words import Writer
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus
from marketplace.app import create_app
from marketplace.catalog import snapshots
from marketplace.catalog.models import Certificate, Listing, ListingImage, ListingVersion
from marketplace.kit import db
from marketplace.kit.files import StoredFile
from marketplace.parks import queries as parks
from marketplace.parks.models import Tenancy, TenancyStatus
from marketplace.preparing import prepare
from marketplace.search.mirror import mirrors
from marketplace.searching import learn_vocabulary
from marketplace.settings import ROOT, Settings
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import ClassNode

HOME = ROOT / "benchmarks" / "results" / "worlds"
SEED = 20261123
BATCH = 5_000
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_SOURCES = (
    "benchmarks/wor*.py", "migrations/versions/*.py", "marketplace/catalog/indexing.py", "marketplace/search/collection.py",
    "marketplace/search/text.py", "search_config/*", "seed/taxonomy/*.csv",
)  # fmt: skip
console = Console(stderr=True)


def settings(folder: Path) -> Settings:
    """Settings of a platform in a scratch folder, without the demo world."""
    return Settings(data_dir=folder, seed_demo=False)


def platform(folder: Path) -> Flask:
    """The app on a world's folder; nothing is prepared or changed."""
    app = create_app(settings(folder))
    logging.getLogger().setLevel(logging.WARNING)
    return app


def world(listings: int) -> Path:
    """The folder of a world with so many public listings, findable; made when there is none of today's code yet."""
    folder, made_of = HOME / str(listings), _made_of()
    note = folder / "made_of.json"
    if note.exists() and json.loads(note.read_text(encoding="utf-8"))["made_of"] == made_of:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    seconds = _make(folder, listings)
    note.write_text(json.dumps({"made_of": made_of, "seconds": seconds}), encoding="utf-8")
    return folder


@contextmanager
def scratch(listings: int) -> Iterator[Path]:
    """A copy of such a world that may be written to; thrown away after."""
    source = world(listings)
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as folder:
        yield Path(shutil.copytree(source, Path(folder) / "world"))


def _made_of() -> str:
    digest = sha256()
    for pattern in _SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _make(folder: Path, listings: int) -> dict[str, float]:
    """Returns what each step took, in seconds."""
    app = platform(folder)
    seconds: dict[str, float] = {}
    with app.app_context(), console.status("") as status:
        for step, make in (
            ("schema and reference data", lambda: prepare(app, settings(folder), seed=False)),
            ("rows", lambda: _fill(listings)),
            ("search index", lambda: [mirror.rebuild() for mirror in mirrors().values()]),
            ("vocabulary", lambda: learn_vocabulary(app)),
            ("tidying", tidy),
        ):
            status.update(f"making a world of {listings:,} listings: {step}")
            begun = time.perf_counter()
            make()
            seconds[step] = round(time.perf_counter() - begun, 1)
    console.print(f"made a world of {listings:,} listings: {seconds}")
    return seconds


def _fill(listings: int) -> None:
    writer = Writer(SEED, NOW)
    owners = _owners(writer, min(max(listings // 50, 40), 20_000))
    with db.transaction():
        _insert(StoredFile, _pictures(writer.leaves))
    pictures = {node.code: number for number, node in enumerate(writer.leaves, start=1)}
    for start in range(1, listings + 1, BATCH):
        rows = _listings(writer, owners, start, min(start + BATCH, listings + 1))
        with db.transaction():
            _insert(Listing, rows)
            _insert(ListingVersion, [_version(row, owners[row["owner_id"] - 1]) for row in rows])
            _insert(ListingImage, [_image(row, pictures) for row in rows if writer.chance.random() < 0.7])
            _insert(Certificate, _proofs(writer, rows))


def _listings(writer: Writer, owners: list[dict[str, Any]], start: int, end: int) -> list[dict[str, Any]]:
    nodes = writer.classes(end - start)
    rows = []
    for number, node in zip(range(start, end), nodes, strict=True):
        owner = owners[int(len(owners) * writer.chance.random() ** 1.5)]  # a few suppliers offer much
        rows.append(writer.listing(node, owner["brand"], f"B{number:07d}") | {"id": number, "owner_id": owner["id"]})
    return rows


def _owners(writer: Writer, count: int) -> list[dict[str, Any]]:
    """Approved suppliers with their certificates, most of them in a base."""
    stamps = {"created_at": NOW - timedelta(days=500), "updated_at": NOW - timedelta(days=500)}
    chance, provinces = writer.chance, [p for p in taxonomy.provinces() if taxonomy.cities(p)]
    cities = {province: taxonomy.cities(province) for province in provinces}
    owners = []
    for number in range(1, count + 1):
        province, brand = chance.choice(provinces), writer.brand()
        city = chance.choice(cities[province])
        trade = chance.choice(("应急装备", "安全科技", "消防器材", "救援设备", "防护用品", "智能装备", "环境仪器"))
        name = f"{city.removesuffix('市')}{brand}{trade}有限公司(演示{number:05d})"
        owners.append({"id": number, "brand": brand, "name": name, "province": province, "city": city})
    fixed = {"kind": OrganisationKind.SUPPLIER, "status": OrganisationStatus.APPROVED, "demo": True, **stamps}
    with db.transaction():
        bases = [base.id for base in parks.bases()]
        rows = [
            {k: v for k, v in o.items() if k != "brand"} | fixed | {"uscc": f"91000000BEN{o['id']:07d}"} for o in owners
        ]
        _insert(Organisation, rows)
        tenancy = {"status": TenancyStatus.CONFIRMED, "since": NOW.date(), **stamps}
        _insert(
            Tenancy,
            [
                tenancy | {"organisation_id": o["id"], "base_id": chance.choice(bases)}
                for o in owners
                if chance.random() < 0.7
            ],
        )
        _insert(Certificate, [_proof(writer, o["id"], None) for o in owners for _ in range(chance.randint(0, 3))])
    return owners


def _proofs(writer: Writer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        _proof(writer, row["owner_id"], row["id"]) for row in rows for _ in range(writer.chance.choice((0, 0, 1, 2)))
    ]


def _proof(writer: Writer, owner_id: int, listing_id: int | None) -> dict[str, Any]:
    kind, _aliases = writer.chance.choice(taxonomy.certificate_kinds())
    until = (NOW + timedelta(days=writer.chance.randint(-100, 1500))).date()
    return {
        "owner_id": owner_id, "listing_id": listing_id, "kind": kind, "number": f"演示-{writer.chance.randrange(10**6):06d}",
        "valid_until": until, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip


def _version(row: dict[str, Any], owner: dict[str, Any]) -> dict[str, Any]:
    path = snapshots.class_path(row["class_code"])
    content = snapshots.plain_content(SimpleNamespace(**row), owner["id"], owner["name"], path)
    return {"listing_id": row["id"], "number": 1, "valid_from": row["published_at"], "content": content}


def _pictures(leaves: list[ClassNode]) -> list[dict[str, Any]]:
    """One picture for each product type; its bytes are never asked for."""
    fixed = {
        "owner_id": 1,
        "name": "picture.png",
        "media_type": "image/png",
        "size": 1,
        "public": True,
        "created_at": NOW,
    }
    names = [sha256(node.code.encode()).hexdigest() for node in leaves]
    return [{"id": number, "token": name[:22], "sha256": name, **fixed} for number, name in enumerate(names, start=1)]


def _image(row: dict[str, Any], pictures: dict[str, int]) -> dict[str, Any]:
    picture = pictures[row["class_code"]]
    return {"listing_id": row["id"], "large_id": picture, "small_id": picture, "width": 800, "height": 600}


def _insert(table: type, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session().connection().execute(sa.insert(table), rows)


def tidy() -> None:
    """Leave one database file behind, so that a world can be copied."""
    engine = db.database().engine
    engine.dispose()
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("ROLLBACK") if raw.in_transaction else None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
