"""Every test gets its own platform: a real database, the real embedded engine, a fixed clock when it asks for one."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marketplace import migrate
from marketplace.accounts import keys
from marketplace.app import create_app
from marketplace.kit import clock, db
from marketplace.procedures import actions as procedure_actions
from marketplace.settings import Settings
from marketplace.taxonomy import actions as taxonomy_actions
from tests.factories import postgres
from tests.factories.browser import Browser

ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai


DATABASE = os.environ.get("TEST_DATABASE", "sqlite")


def pytest_configure(config):
    """Refuse to run on a PostgreSQL that was asked for and is not there."""
    if DATABASE not in ("sqlite", "postgresql") or (DATABASE == "postgresql" and postgres.missing()):
        raise pytest.UsageError(f"TEST_DATABASE={DATABASE}: {postgres.missing() or 'say sqlite or postgresql'}")


def pytest_terminal_summary(terminalreporter):
    """Say so when a run has not looked at PostgreSQL."""
    if why := postgres.missing():
        terminalreporter.write_line(f"The tests on PostgreSQL were skipped: {why}.", yellow=True)


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch):
    """Personal keys are locked at next to no cost, or each new person would take 40 ms."""
    monkeypatch.setattr(keys, "COST", (1, 8, 1))


@pytest.fixture(scope="session")
def template_data(tmp_path_factory):
    """A data folder with a migrated schema and the reference data, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    _prepare(Settings(data_dir=folder, seed_demo=False))
    with closing(sqlite3.connect(folder / "marketplace.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture(scope="session")
def postgres_cluster():
    """The PostgreSQL of this run; started when the first test asks for it."""
    if why := postgres.missing():
        pytest.skip(why)
    with postgres.cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster, tmp_path_factory):
    """What `template_data` is on SQLite: the name of a database to copy."""
    name = postgres_cluster.create()
    folder = tmp_path_factory.mktemp("template")
    _prepare(Settings(data_dir=folder, database_url=postgres_cluster.url(name), seed_demo=False))
    return name


def _prepare(settings):
    app = create_app(settings)
    with app.app_context():
        migrate.upgrade(settings.database)
        with db.transaction():
            taxonomy_actions.import_all(ROOT / "seed" / "taxonomy", at=NOON)
            procedure_actions.import_shipped(ROOT / "seed" / "procedures", at=NOON)
        db.database().engine.dispose()


@pytest.fixture
def database_kind():
    """Where the test's data lives, "sqlite" or "postgresql"; a module that parametrises it runs on both."""
    return DATABASE


@pytest.fixture
def make_database(database_kind, tmp_path, request):
    """`make_database()` is the address of a fresh database with reference data and nobody in it."""
    if database_kind == "sqlite":
        template = request.getfixturevalue("template_data") / "marketplace.db"

        def copy():
            (tmp_path / "marketplace.db").write_bytes(template.read_bytes())
            return f"sqlite:///{tmp_path}/marketplace.db"

        yield copy
        return
    template, made = request.getfixturevalue("postgres_template"), []
    cluster = request.getfixturevalue("postgres_cluster")

    def create():
        made.append(cluster.create(template))
        return cluster.url(made[-1])

    yield create
    for name in made:
        cluster.drop(name)


@pytest.fixture
def make_app(tmp_path, make_database):
    """`make_app(**settings)` is a platform with reference data and nobody on it, under other settings than usual."""
    made = []

    def make(**settings):
        app = create_app(
            Settings(**{"data_dir": tmp_path, "database_url": make_database(), "seed_demo": False, **settings})
        )
        app.config["TESTING"] = True
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.database().engine.dispose()


@pytest.fixture
def app(make_app):
    """A platform with reference data and nobody on it."""
    return make_app()


@pytest.fixture
def context(app):
    """Inside the app, for tests of verbs and queries. Wrap writes in `with db.transaction():`."""
    with app.app_context():
        yield app


@pytest.fixture
def browser(app):
    """`browser()` is a fresh visitor; `browser(user)` one who has signed in."""
    return lambda user=None: Browser(app, user)


@pytest.fixture
def at_noon():
    """The clock stands at Monday noon, 2026-11-23, in Shanghai."""
    with clock.set_clock(NOON):
        yield NOON
