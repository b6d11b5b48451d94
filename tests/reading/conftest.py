"""The reference data in force, once for the whole room: reading changes nothing."""

import pytest

from marketplace.app import create_app
from marketplace.kit import db
from marketplace.settings import Settings


@pytest.fixture(scope="session")
def reference_app(template_data):
    """A platform on the data folder that other tests copy; only read."""
    app = create_app(Settings(data_dir=template_data, seed_demo=False))
    yield app
    with app.app_context():
        db.database().engine.dispose()


@pytest.fixture
def taxonomy(reference_app):
    """Inside the platform."""
    with reference_app.app_context():
        yield
