"""Bringing the database to the newest schema."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from marketplace.kit.db import Database

FOLDER = Path(__file__).parents[1] / "migrations"


def config(url: str) -> Config:
    """Alembic's settings without an ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["url"] = url
    return settings


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision."""
    newest = ScriptDirectory(str(FOLDER)).get_current_head()
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == newest


def upgrade(url: str) -> None:
    """Migrate to the newest revision."""
    command.upgrade(config(url), "head")


def main() -> None:
    """Write the next migration from what the tables say now: `python -m marketplace.migrate "What it does"`."""
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        upgrade(url)
        revision = f"{len(list((FOLDER / 'versions').glob('*.py'))) + 1:04d}"
        command.revision(config(url), message=sys.argv[1], autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    main()
