"""A process of its own that pays, refunds and reconciles, to be killed at the point that CRASHPOINT names."""

import json
import sys
from pathlib import Path

from marketplace.app import create_app
from marketplace.kit import clock, db
from marketplace.kit.permissions import Actor
from marketplace.payments import events, queries, reconciling, refunds
from marketplace.payments.models import Route
from marketplace.payments.paying import start_payment
from marketplace.settings import Settings
from tests.payments.stripe_double import KEY, SECRET


def main() -> None:
    """`killed FOLDER DATABASE STRIPE CHARGE PAYER… PAYEE…`: whatever of one payment's life is not done yet, is done."""
    folder, database, stripe, charge_id, payer_id, payer_org, payee_id, payee_org, event = sys.argv[1:]
    pays, takes = Actor(int(payer_id), int(payer_org)), Actor(int(payee_id), int(payee_org))
    keys = {"stripe_secret_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api": stripe}
    app = create_app(Settings(data_dir=Path(folder), database_url=database, seed_demo=False, **keys))
    with app.app_context():
        with db.transaction():
            start_payment([int(charge_id)], Route.STRIPE, "the-form-key", by=pays, at=clock.now())
        if event != "-":
            raw, signature = Path(event).read_text().split("\n", 1)[::-1]
            events.take("stripe", raw.encode(), signature, clock.now())
            events.look_into(json.loads(raw)["id"])  # at once, also where a killed process has just tried
            with db.transaction():
                row = refunds.ask(
                    queries.charge(int(charge_id)), 5000, "部分退租", "the-refund", by=takes, at=clock.now()
                )
            with db.transaction():
                if row.status == "asked":
                    refunds.approve(row, by=takes, at=clock.now())
            reconciling.reconcile_all()


if __name__ == "__main__":
    main()
