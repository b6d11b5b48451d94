"""The catalog's pages: one blueprint, its views divided by who stands before them."""

import importlib
from typing import Any

from flask import Blueprint, Flask, current_app, url_for

bp = Blueprint("catalog", __name__, template_folder="templates")
ID = "<int(max=2147483647):listing_id>"
PARTS = (
    "views_public",
    "views_desk",
    "views_attachments",
    "views_certificates",
    "views_import",
    "views_moderation",
    "jobs",
)


def init_app(app: Flask) -> None:
    """Register this room's pages and jobs."""
    for part in PARTS:
        importlib.import_module(f"marketplace.catalog.{part}")
    app.register_blueprint(bp)


@bp.app_template_global()
def url_if(endpoint: str, **values: Any) -> str:
    """The address of another room's page, or "" on a platform without that room: a link upwards that may be absent."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""
