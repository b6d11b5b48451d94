"""The pages of procedures and of the working calendar, put together."""

import importlib

from flask import Blueprint, Flask

bp = Blueprint("procedures", __name__, template_folder="templates")
PARTS = ("views_public", "views_keeping", "views_editing", "views_calendar")


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    for part in PARTS:
        importlib.import_module(f"marketplace.procedures.{part}")
    app.register_blueprint(bp)
