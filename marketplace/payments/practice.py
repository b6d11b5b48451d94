"""The practice gateway (演练支付): moves no money, but everything around it is real: its own books, page, events, refunds.

It is as foreign to the rest of the room as Stripe: asked through the port, heard through signed events.
"""

import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlmodel import select

from marketplace.kit import clock, db
from marketplace.kit.errors import NotFound
from marketplace.payments import events
from marketplace.payments.errors import EventRefused, GatewayRefused
from marketplace.payments.gateways import CheckoutAsk, Hint, Movement, Remote, RemoteRefund
from marketplace.payments.models_gateway import PracticeCheckout, PracticeMovement, PracticeState

NAME = "practice"
MAX_AGE = timedelta(seconds=300)


class PracticeGateway:
    """The port, answered from tables of its own in transactions of its own."""

    name = NAME

    def __init__(self, secret_key: str) -> None:
        self._key = hmac.new(secret_key.encode(), b"practice-events", sha256).digest()

    def open_checkout(self, ask: CheckoutAsk) -> Remote:
        """Open a checkout, or find the one opened under the same key."""
        id_ = f"pc_{ask.token}"
        with db.transaction() as session:
            session.merge(PracticeCheckout(
                id=id_, token=ask.token, idempotency_key=ask.key, amount_fen=ask.amount_fen, what=ask.what,
                return_url=ask.return_url, expires_at=ask.expires_at, created_at=clock.now(),
            )) if session.get(PracticeCheckout, id_) is None else None  # fmt: skip
        return self._remote(id_)

    def fetch(self, checkout_id: str) -> Remote | None:
        """The checkout as it is now."""
        with db.reading() as session:
            known = session.get(PracticeCheckout, checkout_id)
        return self._remote(checkout_id) if known else None

    def find(self, token: str, since: datetime) -> Remote | None:
        """The checkout with this token."""
        return self.fetch(f"pc_{token}")

    def expire(self, checkout_id: str) -> None:
        """Close an unpaid checkout."""
        with db.transaction() as session:
            row = session.get(PracticeCheckout, checkout_id, with_for_update=True)
            if row is not None and row.state == PracticeState.OPEN:
                row.state = PracticeState.EXPIRED

    def refund(self, checkout_id: str, token: str, amount_fen: int, key: str) -> RemoteRefund:
        """Give back at once, once per key."""
        with db.transaction() as session:
            before = session.exec(select(PracticeMovement).where(PracticeMovement.idempotency_key == key)).first()
            if before is not None:
                return RemoteRefund(before.id, before.token, -before.amount_fen, "done")
            row = session.get(PracticeCheckout, checkout_id, with_for_update=True)
            if row is None or row.state != PracticeState.PAID or row.returned_fen + amount_fen > row.amount_fen:
                raise GatewayRefused("more than was paid")
            row.returned_fen += amount_fen
            moved = PracticeMovement(
                id=f"pr_{token}", checkout_id=row.id, kind="refund", token=token, idempotency_key=key,
                amount_fen=-amount_fen, at=clock.now(),
            )  # fmt: skip
            session.add(moved)
        self._announce("refund", moved.id, token)
        return RemoteRefund(moved.id, token, amount_fen, "done")

    def movements(self, since: datetime) -> Iterator[Movement]:
        """What moved at or after a time."""
        with db.reading() as session:
            rows = session.exec(
                select(PracticeMovement).where(PracticeMovement.at >= since).order_by(PracticeMovement.at)
            )
            found = [Movement(r.id, r.kind, r.id, r.token, r.amount_fen, 0, "cny", r.at) for r in rows]
        yield from found

    def read_event(self, raw: bytes, signature: str, at: datetime) -> Hint:
        """Judge an event by signature and age."""
        stamp, _dot, mac = signature.partition(".")
        if not hmac.compare_digest(mac.encode(), self._sign(stamp, raw).encode()):
            raise EventRefused("signature")
        if not stamp.isdecimal() or abs(at.timestamp() - int(stamp)) > MAX_AGE.total_seconds():
            raise EventRefused("old")
        told: dict[str, Any] = json.loads(raw)
        return Hint(told["id"], told["type"], told["object"], told["token"])

    def pay(self, checkout_id: str, at: datetime) -> None:
        """The practice page's pay button; within the page's transaction, told by an event after it."""
        row = checkout(checkout_id, lock=True)
        if row.state != PracticeState.OPEN or row.expires_at <= at:
            return
        row.state, row.paid_at = PracticeState.PAID, at
        db.session().add(PracticeMovement(
            id=f"pp_{row.token}", checkout_id=row.id, kind="payment", token=row.token, amount_fen=row.amount_fen, at=at,
        ))  # fmt: skip
        db.after_commit(self._announce, "paid", row.id, row.token)

    def fail(self, checkout_id: str) -> None:
        """The practice page's fail button: the checkout stays open, another try is possible."""
        checkout(checkout_id, lock=True).failures += 1

    def _announce(self, what: str, object_id: str, token: str) -> None:
        """Send an event through the door everybody uses, and look into it at once."""
        at = clock.now()
        type_ = {"paid": "checkout.session.completed", "refund": "refund.updated"}[what]
        event = {"id": f"pe_{what}_{object_id}", "type": type_, "object": object_id, "token": token}
        raw, stamp = json.dumps(event).encode(), str(int(at.timestamp()))
        if events.take(NAME, raw, f"{stamp}.{self._sign(stamp, raw)}", at) and what == "paid":
            events.look_into(event["id"])

    def _sign(self, stamp: str, raw: bytes) -> str:
        return hmac.new(self._key, f"{stamp}.".encode() + raw, sha256).hexdigest()

    def _remote(self, checkout_id: str) -> Remote:
        with db.reading() as session:
            row = session.get(PracticeCheckout, checkout_id)
            moved = session.exec(
                select(PracticeMovement).where(
                    PracticeMovement.checkout_id == checkout_id, PracticeMovement.kind == "refund"
                )
            ).all()
        states = {PracticeState.PAID: "complete", PracticeState.EXPIRED: "expired", PracticeState.OPEN: "open"}
        captured = row.amount_fen if row.state == PracticeState.PAID else 0
        refunds = tuple(RemoteRefund(r.id, r.token, -r.amount_fen, "done") for r in moved)
        return Remote(row.id, row.token, f"/payments/practice/{row.id}", states[row.state], "cny", captured, 0, refunds)


def checkout(checkout_id: str, *, lock: bool = False) -> PracticeCheckout:
    """The practice page's checkout. Raises: NotFound."""
    row = db.session().get(PracticeCheckout, checkout_id, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise NotFound()
    return row
