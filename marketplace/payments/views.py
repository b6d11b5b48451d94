"""The pages of the payments room, put together, and its gateways."""

import importlib

from flask import Blueprint, Flask

from marketplace.payments.gateways import Gateway
from marketplace.payments.practice import PracticeGateway

bp = Blueprint("payments", __name__, template_folder="templates")
PARTS = ("charges", "paying", "practice", "refunds", "papers", "ledger", "operators")


def init_app(app: Flask) -> None:
    """Register this room's pages and jobs; choose the gateways: Stripe by its key, practice only where nothing is real."""
    app.extensions["gateways"] = _gateways(app)
    for part in PARTS:
        importlib.import_module(f"marketplace.payments.views_{part}")
    importlib.import_module("marketplace.payments.jobs")
    app.register_blueprint(bp)


def _gateways(app: Flask) -> dict[str, Gateway]:
    made: dict[str, Gateway] = {}
    secret_key, webhook_secret, methods, api_base = app.config["STRIPE"]
    if secret_key:
        from marketplace.payments.stripe_gateway import StripeGateway  # takes a while to load: only who uses it pays

        made["stripe"] = StripeGateway(secret_key, webhook_secret, methods, api_base)
    if not app.config["PRODUCTION"]:
        made["practice"] = PracticeGateway(app.config["SECRET_KEY"])
    return made
