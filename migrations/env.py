"""Runs migrations against the platform's own database setting."""

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from marketplace import tables  # noqa: F401 - every room's tables
from marketplace.kit.db import Database


def render_item(kind: str, item: object, generating: AutogenContext) -> str | bool:
    """Write JSON columns the same way in every migration."""
    if kind == "type" and isinstance(item, sa.JSON) and not isinstance(item, postgresql.JSONB):
        generating.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Migrate over one connection; on SQLite with foreign keys off, for rebuilding a parent table deletes its children."""
    database = Database(context.config.attributes["url"])
    with database.engine.connect() as connection:
        if database.sqlite:
            # The PRAGMA does nothing inside a transaction, and SQLAlchemy opens one at the first statement.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_type=True,
            compare_server_default=True,
            render_as_batch=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        if database.sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration leaves rows without their parents: {broken[:5]}")
        connection.commit()
    database.engine.dispose()


run()
