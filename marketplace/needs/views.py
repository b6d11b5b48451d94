"""The pages of needs, put together."""

import importlib

from flask import Blueprint, Flask

bp = Blueprint("needs", __name__, template_folder="templates")
PARTS = ("views_public", "views_edit", "views_reading", "views_own", "views_files", "views_incidents")


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    for part in PARTS:
        importlib.import_module(f"marketplace.needs.{part}")
    app.register_blueprint(bp)
