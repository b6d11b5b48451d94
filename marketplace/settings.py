"""Every setting, with a default that works; read once by `app.py` and handed down."""

import os
import secrets
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).parents[1]
PREFIX = "MARKETPLACE_"
DEMO_SECRET = "demo-secret-not-for-production"
DEMO_RECEIPT_SECRET = "demo-receipt-secret-not-for-production"


class UnsafeSettings(RuntimeError):
    """Production mode refuses to start with this."""


@dataclass(frozen=True)
class Settings:
    """The settings of one running platform. `.env.example` explains each in the words of whoever installs it."""

    env: str = "demo"
    secret_key: str = DEMO_SECRET
    receipt_secret: str = DEMO_RECEIPT_SECRET
    data_dir: Path = ROOT / "var"
    database_url: str = ""
    search_engine: str = "embedded"
    meili_url: str = ""
    meili_key: str = ""
    meili_prefix: str = ""
    files_url: str = ""
    s3_endpoint: str = ""
    smtp_url: str = ""
    mail_from: str = "no-reply@marketplace.example"
    public_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    arrival_header: str = ""
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_methods: tuple[str, ...] = ("card", "alipay", "wechat_pay")
    stripe_api: str = ""
    refund_second_above_yuan: int = 5000
    seed_demo: bool = True
    idle_minutes: int = 240
    absolute_hours: int = 12

    @property
    def production(self) -> bool:
        """Whether real people and real data are served."""
        return self.env == "production"

    @property
    def database(self) -> str:
        """The database address; by default one SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'marketplace.db'}"

    @property
    def files(self) -> str:
        """Where files live: a folder, or `s3://bucket/prefix`."""
        return self.files_url or str(self.data_dir / "files")


def from_environment(environment: dict[str, str] | None = None) -> Settings:
    """Read `MARKETPLACE_*` variables; unknown ones are ignored, absent ones take the default."""
    environment = dict(os.environ if environment is None else environment)
    values = {}
    for setting in fields(Settings):
        raw = environment.get(PREFIX + setting.name.upper())
        if raw is not None:
            values[setting.name] = _typed(setting.type, raw)
    settings = Settings(**values)
    if settings.production:
        check_production(settings)
    return settings


def check_production(settings: Settings) -> None:
    """Refuse default secrets and demo data where real people work.

    Raises: UnsafeSettings, naming every setting to change.
    """
    faults = []
    for name in ("secret_key", "receipt_secret"):
        secret = getattr(settings, name)
        if secret == getattr(Settings, name) or len(secret) < 32:
            example = secrets.token_urlsafe(32)
            faults.append(f"{PREFIX}{name.upper()} must be 32 random characters or more, e.g. {example}")
    if settings.seed_demo:
        faults.append(f"{PREFIX}SEED_DEMO must be 0: demo accounts have public passwords")
    if not settings.public_url.startswith("https://"):
        faults.append(f"{PREFIX}PUBLIC_URL must start with https://")
    if not settings.trusted_hosts:
        faults.append(f"{PREFIX}TRUSTED_HOSTS must name the host names served")
    if settings.search_engine == "meilisearch" and not (settings.meili_url and settings.meili_key):
        faults.append(f"{PREFIX}MEILI_URL and {PREFIX}MEILI_KEY must be set for this search engine")
    if bool(settings.stripe_secret_key) != bool(settings.stripe_webhook_secret):
        faults.append(f"{PREFIX}STRIPE_SECRET_KEY and {PREFIX}STRIPE_WEBHOOK_SECRET must be set together")
    if settings.stripe_api:
        faults.append(f"{PREFIX}STRIPE_API must be empty: it leads payments elsewhere")
    if faults:
        raise UnsafeSettings("\n".join(["Production mode does not start:", *(f"- {fault}" for fault in faults)]))


def _typed(kind: object, raw: str) -> object:
    if kind in (bool, "bool"):
        return raw.strip().lower() in ("1", "true", "yes", "on")
    if kind in (int, "int"):
        return int(raw)
    if kind in (Path, "Path"):
        return Path(raw).resolve()
    if "tuple" in str(kind):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw
