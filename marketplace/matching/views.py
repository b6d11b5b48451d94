"""The pages of matching, put together."""

import importlib

from flask import Blueprint, Flask

bp = Blueprint("matching", __name__, template_folder="templates")
PARTS = ("views_matches", "views_opportunities", "views_plans", "views_incidents", "jobs")


def init_app(app: Flask) -> None:
    """Register this room's pages and jobs."""
    for part in PARTS:
        importlib.import_module(f"marketplace.matching.{part}")
    app.register_blueprint(bp)
