"""The ledger balances and is append-only; what is owed and what was sent do not change

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = "the ledger is append-only: corrections are reversals"
UNBALANCED = "a set of entries must balance"
POSTED = "a posted set takes no more entries"
CHARGE = "a charge never changes its sides or amount"
SENT = "the amount of a payment is fixed once it is sent"

CHARGE_CHANGED = "OLD.amount_fen <> NEW.amount_fen OR OLD.payer_id <> NEW.payer_id OR OLD.payee_id <> NEW.payee_id OR OLD.deposit <> NEW.deposit"
PAYMENT_CHANGED = "OLD.status <> 'planned' AND (OLD.amount_fen <> NEW.amount_fen OR OLD.currency <> NEW.currency OR OLD.params_hash <> NEW.params_hash OR OLD.idempotency_key <> NEW.idempotency_key)"

SQLITE = {
    "ledger_entry_no_update": f"BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    "ledger_entry_no_delete": f"BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    "ledger_entry_set_no_delete": f"BEFORE DELETE ON ledger_entry_set BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    "ledger_entry_not_into_posted": (
        "BEFORE INSERT ON ledger_entry WHEN (SELECT posted FROM ledger_entry_set WHERE id = NEW.set_id) "
        f"BEGIN SELECT RAISE(ABORT, '{POSTED}'); END"
    ),
    "ledger_entry_set_begins_unposted": (
        f"BEFORE INSERT ON ledger_entry_set WHEN NEW.posted BEGIN SELECT RAISE(ABORT, '{UNBALANCED}'); END"
    ),
    "ledger_entry_set_only_posts": (
        "BEFORE UPDATE ON ledger_entry_set WHEN OLD.posted OR NOT NEW.posted OR OLD.id <> NEW.id OR OLD.key <> NEW.key "
        "OR OLD.kind <> NEW.kind OR OLD.occurred_at <> NEW.occurred_at OR OLD.memo <> NEW.memo "
        "OR OLD.payment_id IS NOT NEW.payment_id OR OLD.reverses_id IS NOT NEW.reverses_id "
        "OR OLD.gateway <> NEW.gateway OR OLD.external_id <> NEW.external_id "
        f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
    "ledger_entry_set_balances": (
        "BEFORE UPDATE OF posted ON ledger_entry_set WHEN NEW.posted AND ("
        "(SELECT COUNT(*) FROM ledger_entry WHERE set_id = NEW.id) < 2 "
        "OR (SELECT SUM(amount_fen) FROM ledger_entry WHERE set_id = NEW.id) <> 0) "
        f"BEGIN SELECT RAISE(ABORT, '{UNBALANCED}'); END"
    ),
    "charge_is_fixed": f"BEFORE UPDATE ON charge WHEN {CHARGE_CHANGED} BEGIN SELECT RAISE(ABORT, '{CHARGE}'); END",
    "payment_is_fixed_once_sent": (
        f"BEFORE UPDATE ON payment WHEN {PAYMENT_CHANGED} BEGIN SELECT RAISE(ABORT, '{SENT}'); END"
    ),
}

# Every function is one statement; `%` needs no doubling, nothing here is bound.
POSTGRESQL = [
    f"CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}' "
    "USING ERRCODE = 'check_violation'; END $$",
    "CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
    "CREATE TRIGGER ledger_entry_set_no_delete BEFORE DELETE OR TRUNCATE ON ledger_entry_set "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
    "CREATE FUNCTION ledger_entry_not_into_posted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF (SELECT posted FROM ledger_entry_set WHERE id = NEW.set_id) THEN "
    f"RAISE EXCEPTION '{POSTED}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER ledger_entry_not_into_posted BEFORE INSERT ON ledger_entry "
    "FOR EACH ROW EXECUTE FUNCTION ledger_entry_not_into_posted()",
    "CREATE FUNCTION ledger_entry_set_only_posts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF OLD.posted OR NOT NEW.posted OR (to_jsonb(OLD) - 'posted') <> (to_jsonb(NEW) - 'posted') THEN "
    f"RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER ledger_entry_set_only_posts BEFORE UPDATE ON ledger_entry_set "
    "FOR EACH ROW EXECUTE FUNCTION ledger_entry_set_only_posts()",
    # At the end of the transaction every set that was begun is posted, has entries and balances.
    "CREATE FUNCTION ledger_entry_set_balances() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF NOT (SELECT posted FROM ledger_entry_set WHERE id = NEW.id) "
    "OR (SELECT COUNT(*) < 2 OR SUM(amount_fen) <> 0 FROM ledger_entry WHERE set_id = NEW.id) THEN "
    f"RAISE EXCEPTION '{UNBALANCED}' USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER ledger_entry_set_balances AFTER INSERT OR UPDATE ON ledger_entry_set "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_set_balances()",
    "CREATE FUNCTION charge_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{CHARGE}' USING ERRCODE = 'check_violation'; END $$",
    f"CREATE TRIGGER charge_is_fixed BEFORE UPDATE ON charge FOR EACH ROW WHEN ({CHARGE_CHANGED}) "
    "EXECUTE FUNCTION charge_is_fixed()",
    "CREATE FUNCTION payment_is_fixed_once_sent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{SENT}' USING ERRCODE = 'check_violation'; END $$",
    f"CREATE TRIGGER payment_is_fixed_once_sent BEFORE UPDATE ON payment FOR EACH ROW WHEN ({PAYMENT_CHANGED}) "
    "EXECUTE FUNCTION payment_is_fixed_once_sent()",
]
DROPS = {
    "ledger_entry": ["ledger_entry_append_only", "ledger_entry_not_into_posted"],
    "ledger_entry_set": ["ledger_entry_set_no_delete", "ledger_entry_set_only_posts", "ledger_entry_set_balances"],
    "charge": ["charge_is_fixed"],
    "payment": ["payment_is_fixed_once_sent"],
}
FUNCTIONS = (
    "ledger_refuse", "ledger_entry_not_into_posted", "ledger_entry_set_only_posts", "ledger_entry_set_balances",
    "charge_is_fixed", "payment_is_fixed_once_sent",
)  # fmt: skip


def upgrade() -> None:
    """The database itself refuses; this stops accidents, and says so."""
    if op.get_bind().dialect.name == "sqlite":
        for name, body in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    for statement in POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Let the ledger be changed again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    for table, names in DROPS.items():
        for name in names:
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
