"""No quote is put into a round that has been closed

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CLOSED = "the round is closed: no quote is taken any more"
NAME = "sealed_quote_not_after_the_close"
WHEN = "EXISTS (SELECT 1 FROM closing_manifest WHERE round_id = NEW.round_id)"


def upgrade() -> None:
    """The database itself refuses; the manifest would otherwise say less than there is."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {NAME} BEFORE INSERT ON sealed_quote WHEN {WHEN} BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {WHEN} THEN "
        f"RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {NAME} BEFORE INSERT ON sealed_quote FOR EACH ROW EXECUTE FUNCTION {NAME}()")


def downgrade() -> None:
    """Leave it to the code alone."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {NAME}")
        return
    op.execute(f"DROP TRIGGER {NAME} ON sealed_quote")
    op.execute(f"DROP FUNCTION {NAME}")
