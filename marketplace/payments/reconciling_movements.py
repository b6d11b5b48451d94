"""Comparing the gateway's movements with payments and refunds, one by one, and the other way round."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from marketplace.kit import db
from marketplace.payments import differing, ledger, rules
from marketplace.payments.gateways import Movement
from marketplace.payments.ledger import Posting
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.payments.models_ledger import Difference, DifferenceClass, DifferenceStatus

CHUNK = 500
GRACE = timedelta(hours=1)  # a gateway may list what it moved a little later


class Comparison:
    """One gateway's movements against ours; what we confirmed at or after `since` must be among them. `seen` are the keys of
    what does not agree."""

    def __init__(self, name: str, since: datetime, now: datetime) -> None:
        self.name, self.since, self.now = name, since, now
        self.seen: set[str] = set()
        self.booked = 0
        self._payments: dict[str, Payment] = {}
        self._refunds: dict[str, Refund] = {}
        self._moved: set[str] = set()

    def compare(self, moved: list[Movement]) -> None:
        """Note every difference; post payouts, fees and what cannot be placed, so that the balances agree."""
        self._load({m.token for m in moved if m.token})
        kinds = {"payment": self._payment, "refund": self._refund, "payout": self._payout, "fee": self._fee}
        for one in moved:
            if one.currency != "cny":
                self._differ(one, DifferenceClass.CURRENCY, "other_currency", theirs_fen=one.amount_fen)
                continue
            kinds.get(one.kind, self._strange)(one)
        self._missing_remotely()

    def _payment(self, one: Movement) -> None:
        row = self._payments.get(one.token)
        if row is None:
            self._unplaced(one, DifferenceClass.UNKNOWN_METADATA, "no_such_payment")
        elif one.token in self._moved:
            self._unplaced(one, DifferenceClass.DUPLICATE, "moved_twice", payment_id=row.id)
        else:
            self._moved.add(one.token)
            facts = {"payment_id": row.id, "ours_fen": row.captured_fen, "theirs_fen": one.amount_fen}
            if row.captured_fen == 0:
                self._differ(one, DifferenceClass.MISSING_LOCALLY, "not_posted", **facts)
            elif row.captured_fen != one.amount_fen:
                self._differ(one, DifferenceClass.AMOUNT, "other_amount", **facts)
            else:
                self._payment_fee(one, row)

    def _payment_fee(self, one: Movement, row: Payment) -> None:
        if one.fee_fen > row.fee_fen == 0:
            lines = rules.on_fee(row, one.fee_fen)
            self._post(
                Posting(f"{self.name}:{row.gateway_id}:fee:{one.fee_fen}", "fee", lines, row.id, self.name, one.id)
            )
            row.fee_fen = one.fee_fen
        elif one.fee_fen != row.fee_fen:
            facts = {"payment_id": row.id, "ours_fen": row.fee_fen, "theirs_fen": one.fee_fen}
            self._differ(one, DifferenceClass.FEE, "other_fee", **facts)

    def _refund(self, one: Movement) -> None:
        row = self._refunds.get(one.token)
        if row is None:
            if not self._noted(f"settle:refund:{one.object_id}"):
                self._unplaced(one, DifferenceClass.MISSING_LOCALLY, "foreign_refund")
            return
        facts = {
            "payment_id": row.payment_id,
            "charge_id": row.charge_id,
            "ours_fen": -row.amount_fen,
            "theirs_fen": one.amount_fen,
        }
        if one.token in self._moved:
            self._unplaced(one, DifferenceClass.DUPLICATE, "moved_twice", payment_id=row.payment_id)
            return
        self._moved.add(one.token)
        if row.status != RefundStatus.CONFIRMED:
            self._differ(one, DifferenceClass.MISSING_LOCALLY, "not_posted", **facts)
        elif -one.amount_fen != row.amount_fen:
            self._differ(one, DifferenceClass.AMOUNT, "other_amount", **facts)

    def _payout(self, one: Movement) -> None:
        self._post(
            Posting(
                f"{self.name}:{one.id}", "payout", rules.on_payout(self.name, -one.amount_fen), None, self.name, one.id
            )
        )
        if one.amount_fen > 0:
            self._differ(one, DifferenceClass.PAYOUT, "payout_back", theirs_fen=one.amount_fen)

    def _fee(self, one: Movement) -> None:
        fee = one.fee_fen - one.amount_fen
        self._post(
            Posting(f"{self.name}:{one.id}", "fee", rules.on_gateway_fee(self.name, fee), None, self.name, one.id)
        )

    def _strange(self, one: Movement) -> None:
        disputed = one.kind == "dispute"
        kind = DifferenceClass.DISPUTE if disputed else DifferenceClass.UNKNOWN_METADATA
        self._unplaced(one, kind, "disputed" if disputed else "strange_movement")

    def _unplaced(self, one: Movement, kind: DifferenceClass, detail: str, **facts: Any) -> None:
        net = one.amount_fen - one.fee_fen
        if net:
            lines = rules.on_unplaced(self.name, net)
            self._post(Posting(f"{self.name}:{one.id}", "suspense", lines, None, self.name, one.id))
        self._differ(one, kind, detail, **{"theirs_fen": one.amount_fen, **facts})

    def _missing_remotely(self) -> None:
        span = (self.since, self.now - GRACE)
        for table, done in ((Payment, PaymentStatus.CONFIRMED), (Refund, RefundStatus.CONFIRMED)):
            query = select(table).where(table.status == done, table.confirmed_at.between(*span))
            if table is Payment:
                query = query.where(Payment.route == self.name)
            else:
                query = query.join(Payment, Payment.id == Refund.payment_id).where(Payment.route == self.name)
            for row in db.session().exec(query):
                if row.token not in self._moved:
                    self._absent(row)

        older = (
            Difference.status == DifferenceStatus.OPEN,
            Difference.key.startswith(f"reconcile:{self.name}:absent:"),
        )
        for row, payment in db.session().exec(
            select(Difference, Payment).join(Payment, Payment.id == Difference.payment_id).where(*older)
        ):
            if payment.token not in self._moved and payment.confirmed_at < self.since:
                self.seen.add(row.key)

    def _absent(self, row: Payment | Refund) -> None:
        payment_id = row.id if isinstance(row, Payment) else row.payment_id
        self._note(f"reconcile:{self.name}:absent:{row.number}", DifferenceClass.MISSING_REMOTELY, "not_moved",
                   external_id=row.gateway_id or "", payment_id=payment_id, ours_fen=row.amount_fen)  # fmt: skip

    def _differ(self, one: Movement, kind: DifferenceClass, detail: str, **facts: Any) -> None:
        self._note(f"reconcile:{self.name}:{detail}:{one.id}", kind, detail, external_id=one.id, **facts)

    def _note(self, key: str, kind: DifferenceClass, detail: str, **facts: Any) -> None:
        self.seen.add(key)
        differing.note(key, kind, self.now, gateway=self.name, detail=detail, **facts)

    def _noted(self, key: str) -> bool:
        return db.session().exec(select(Difference.id).where(Difference.key == key)).first() is not None

    def _post(self, posting: Posting) -> None:
        self.booked += ledger.post(posting, self.now)

    def _load(self, tokens: Iterable[str]) -> None:
        wanted = sorted(tokens)
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            self._payments |= {r.token: r for r in db.session().exec(select(Payment).where(Payment.token.in_(part)))}
            self._refunds |= {r.token: r for r in db.session().exec(select(Refund).where(Refund.token.in_(part)))}
