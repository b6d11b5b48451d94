"""Joins the catalogue and the search engine: which engine serves, what it mirrors, what makes a listing change in it."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlmodel import Session, select

from marketplace.accounts.models import Organisation
from marketplace.catalog import indexing
from marketplace.catalog.models import Certificate, Listing, ListingImage
from marketplace.catalog.signals import listings_changed
from marketplace.kit import db
from marketplace.kit.jobs import job
from marketplace.matching import changes
from marketplace.needs.signals import needs_changed
from marketplace.parks.models import Tenancy
from marketplace.search import outbox
from marketplace.search.collection import CollectionConfig
from marketplace.search.embedded import EmbeddedEngine
from marketplace.search.finder import Finder
from marketplace.search.meilisearch import MeilisearchEngine
from marketplace.search.mirror import Collection, Drainer, Mirror
from marketplace.search.port import Engine
from marketplace.search.vocabulary import Term
from marketplace.settings import ROOT, Settings
from marketplace.taxonomy import queries as taxonomy

CONFIG = ROOT / "search_config"
PRODUCTS = "products"


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its engine, its mirror and its finder."""
    config = CollectionConfig.load(CONFIG, PRODUCTS, spec_keys())
    engine = _engine(settings, config)
    collection = Collection(PRODUCTS, indexing.product_documents, indexing.public_versions)
    app.extensions["mirrors"] = {PRODUCTS: Mirror(collection, engine, config.fingerprint)}
    file = Path(settings.data_dir) / "search" / f"{PRODUCTS}-vocabulary.json"
    app.extensions["finder"] = Finder(engine, config, CONFIG, file)
    if settings.search_engine == "embedded":
        drainer = Drainer(app)
        app.extensions["search_nudge"] = drainer.nudge
    outbox.watch(Listing, lambda row, _s: [(PRODUCTS, row.id), (changes.LISTINGS, row.id)])
    outbox.watch(ListingImage, lambda row, _s: [(PRODUCTS, row.listing_id)])
    outbox.watch(Certificate, _of_certificate)
    outbox.watch(Organisation, lambda row, s: _of_owner(row.id, s))
    listings_changed.connect(_note_bulk)
    needs_changed.connect(_note_needs)
    outbox.watch(Tenancy, lambda row, s: _of_owner(row.organisation_id, s))


def spec_keys() -> list[str]:
    """The attributes that are searchable numbers, read from the reference file so that no database is needed."""
    import csv

    with (ROOT / "seed" / "taxonomy" / "attributes.csv").open(encoding="utf-8-sig", newline="") as lines:
        return [row["key"] for row in csv.DictReader(lines) if row.get("filterable") == "1"]


def learn_vocabulary(app: Flask) -> int:
    """Teach the finder the names in use: classes with how much is under them, and listings."""
    with db.reading() as session:
        names = session.exec(select(Listing.name, Listing.class_code).where(Listing.status == "published")).all()
    under: dict[str, int] = {}
    for _name, code in names:
        node = taxonomy.class_(code)
        for step in node.path if node else ():
            under[step] = under.get(step, 0) + 1
    classes = [
        Term(text, under.get(node.code, 0), "class")
        for node in taxonomy.reference().classes.values()
        for text in (node.name, *node.aliases)
        if under.get(node.code)
    ]
    return app.extensions["finder"].learn([*classes, *(Term(name, 1, "listing") for name, _code in names)])


@job("search.learn", "*/15 * * * *")
def learn(slot: datetime) -> str:
    """Let suggestions and corrections know new names."""
    from flask import current_app

    db.after_commit(learn_vocabulary, current_app._get_current_object())
    return "started"


def _engine(settings: Settings, config: CollectionConfig) -> Engine:
    if settings.search_engine == "meilisearch":
        return MeilisearchEngine(
            settings.meili_url, settings.meili_key, config, prefix=settings.meili_prefix, timeout_seconds=0.8
        )
    return EmbeddedEngine(Path(settings.data_dir) / "search" / PRODUCTS, config)


def _note_bulk(_sender: object, ids: Iterable[int]) -> None:
    outbox.note(PRODUCTS, ids)


def _note_needs(_sender: object, ids: list[int]) -> None:
    changes.note_needs(ids)


def _of_certificate(row: Certificate, session: Session) -> Iterable[tuple[str, int]]:
    return [(PRODUCTS, row.listing_id)] if row.listing_id else _of_owner(row.owner_id, session)


def _of_owner(owner_id: int, session: Session) -> Iterable[tuple[str, int]]:
    return [
        (PRODUCTS, i) for i in session.exec(select(Listing.id).where(Listing.owner_id == owner_id, Listing.version > 0))
    ]
