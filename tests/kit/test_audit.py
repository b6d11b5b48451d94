"""The audit trail: written with the deed, never changed after."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from marketplace import migrate
from marketplace.kit import audit, db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.db import Database
from marketplace.kit.permissions import Actor
from tests.conftest import NOON
from tests.factories.accounts import make_organisation

BY = Actor(user_id=7, organisation_id=8)


def entries():
    with db.reading() as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == "test.deed")))


def test_a_deed_leaves_no_trace_or_a_wrong_one(context):
    with db.transaction():
        org = make_organisation()
        audit.record(BY, "test.deed", org, NOON, reason="理由")
        audit.record(None, "test.deed", org, NOON)
        assert [e.action for e in audit.trail(org)] == ["test.deed", "test.deed"]
    named, nobody = entries()
    assert (named.actor_id, named.organisation_id, named.at, named.detail) == (7, 8, NOON, {"reason": "理由"})
    assert (named.object_type, named.object_id) == ("organisation", org.id)
    assert (nobody.actor_id, nobody.organisation_id, nobody.detail) == (None, None, {})


def test_a_deed_that_was_undone_stays_in_the_trail(context):
    with pytest.raises(RuntimeError), db.transaction():
        audit.record(BY, "test.deed", make_organisation(), NOON)
        db.session().flush()
        raise RuntimeError
    assert entries() == []


@pytest.mark.parametrize("sql", ["UPDATE audit_entry SET action = 'other'", "DELETE FROM audit_entry"])
def test_a_migrated_database_lets_the_trail_be_changed(tmp_path, sql):
    url = f"sqlite:///{tmp_path}/fresh.db"
    migrate.upgrade(url)
    database = Database(url)
    insert = "INSERT INTO audit_entry (at, action, object_type, detail) VALUES ('2026-11-23', 'a', 'b', '{}')"
    with database.engine.begin() as connection:
        connection.execute(sa.text(insert))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(sa.text(sql))
    with database.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT action FROM audit_entry")) == "a"
    database.engine.dispose()
