"""Composes the platform: every room's pages, policies, jobs and mirrors meet here and nowhere else."""

import logging
from datetime import timedelta
from pathlib import Path

from flask import Flask, has_request_context, request
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from marketplace import settings as configuration
from marketplace.kit import arrival, clock, csrf, db, errors, files, headers, permissions, sessions, web
from marketplace.kit.site import Site

PACKAGE = Path(__file__).parent
LANGUAGES = {"zh": "中文", "en": "English"}


def create_app(settings: configuration.Settings | None = None) -> Flask:
    """A running platform for these settings (by default those of the environment)."""
    settings = settings or configuration.from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Site("marketplace", static_folder=None)
    app.config.update(_flask_config(settings))
    app.extensions["settings"] = settings
    app.extensions["files"] = files.store_for(settings.files, settings.s3_endpoint)
    database = db.init_app(app, settings.database)
    app.session_interface = sessions.ServerSessions(
        database, idle=timedelta(minutes=settings.idle_minutes), absolute=timedelta(hours=settings.absolute_hours)
    )
    _serve_static(app, settings)
    Babel(app, locale_selector=_choose_language, timezone_selector=lambda: "Asia/Shanghai")
    for part in (errors, headers, web):
        part.init_app(app)
    _init_rooms(app, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    return app


def _flask_config(settings: configuration.Settings) -> dict:
    secure = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "RECEIPT_SECRET": settings.receipt_secret,
        "DATA_DIR": str(settings.data_dir),
        "PUBLIC_URL": settings.public_url,
        "SMTP_URL": settings.smtp_url,
        "MAIL_FROM": settings.mail_from,
        "STRIPE": (
            settings.stripe_secret_key,
            settings.stripe_webhook_secret,
            settings.stripe_methods,
            settings.stripe_api,
        ),
        "REFUND_SECOND_ABOVE_FEN": settings.refund_second_above_yuan * 100,
        "DEMO": settings.seed_demo and not settings.production,
        "PRODUCTION": settings.production,
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_TRANSLATION_DIRECTORIES": str(PACKAGE / "translations"),
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _choose_language() -> str:
    english = has_request_context() and request.cookies.get("language") == "en"
    return "en" if english else "zh_Hans_CN"


def _serve_static(app: Flask, settings: configuration.Settings) -> None:
    """Serve `/static/` from memory-mapped files with long lives; addresses carry the file's age."""
    root = PACKAGE / "static"
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(root), prefix="static/", max_age=31_536_000)
    stamps: dict[str, int] = {}

    def static(path: str) -> str:
        if path not in stamps:
            stamps[path] = int((root / path).stat().st_mtime) if (root / path).exists() else 0
        return f"/static/{path}?v={stamps[path]}"

    app.jinja_env.globals.update(static=static, LANGUAGES=LANGUAGES, demo=app.config["DEMO"])


def _init_rooms(app: Flask, settings: configuration.Settings) -> None:
    from marketplace import searching
    from marketplace.accounts import views as accounts
    from marketplace.arrangements import views as arrangements
    from marketplace.awarding import views as awarding
    from marketplace.bidding import views as bidding
    from marketplace.catalog import views as catalog
    from marketplace.contracts import views as contracts
    from marketplace.evidence import views as evidence
    from marketplace.financing import views as financing
    from marketplace.matching import views as matching
    from marketplace.needs import views as needs
    from marketplace.pages import views as pages
    from marketplace.parks import views as parks
    from marketplace.payments import views as payments
    from marketplace.procedures import views as procedures
    from marketplace.procurement import views as procurement
    from marketplace.quoting import views as quoting
    from marketplace.search import jobs as _search_jobs  # noqa: F401 - registers itself

    arrival.init_app(app)
    csrf.init_app(app)
    trade = (catalog, needs, matching, quoting, procurement, bidding, awarding, contracts, financing, evidence)
    for room in (accounts, parks, arrangements, procedures, payments, *trade, pages):
        room.init_app(app)
    permissions.init_app(app)
    searching.init_app(app, settings)


logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
logging.Formatter.converter = lambda *_args: clock.local(clock.now()).timetuple()
for _chatty in ("alembic", "apscheduler"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)
