"""Stripe Checkout in CNY behind the port: the only module that imports the official client."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import stripe

from marketplace.payments.errors import EventRefused, GatewayRefused, Unanswered
from marketplace.payments.gateways import CheckoutAsk, Hint, Movement, Remote, RemoteRefund

NAME = "stripe"
MAX_AGE_SECONDS = 300
TIMEOUT = (5, 20)
_EXPAND = ["payment_intent.latest_charge.balance_transaction"]
_REFUND_STATES = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
_KINDS = {
    "charge": "payment", "payment": "payment", "refund": "refund", "payment_refund": "refund", "payout": "payout",
    "stripe_fee": "fee", "adjustment": "dispute",
}  # fmt: skip
T = TypeVar("T")


def _answered(call: Callable[..., T]) -> Callable[..., T]:
    """Stripe's errors in the port's two words. Only an answer that says "no, nothing done" is a refusal."""

    @wraps(call)
    def asked(*arguments: Any, **named: Any) -> T:
        try:
            return call(*arguments, **named)
        except (stripe.CardError, stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as no:
            if no.http_status == 409:  # the same key is being worked on at this moment
                raise Unanswered(type(no).__name__) from no
            raise GatewayRefused(f"{type(no).__name__} {no.code or ''}".strip()) from no
        except stripe.StripeError as silence:  # no connection, no answer in time, 5xx, too many, key in use
            raise Unanswered(type(silence).__name__) from silence

    return asked


class StripeGateway:
    """One Stripe account, live or test by its key. It learns our token and the amount, nothing of people."""

    name = NAME

    def __init__(self, secret_key: str, webhook_secret: str, methods: tuple[str, ...], api_base: str = "") -> None:
        self.live = "_live_" in secret_key
        self.methods = methods
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=0,  # repeating is ours: with the stored key, and written down
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        )

    @_answered
    def open_checkout(self, ask: CheckoutAsk) -> Remote:
        """Open a Checkout Session; within 24 hours the same key gives the same one."""
        params: dict[str, Any] = {
            "mode": "payment",
            "payment_method_types": list(self.methods),
            "line_items": [{
                "quantity": 1,
                "price_data": {"currency": "cny", "unit_amount": ask.amount_fen, "product_data": {"name": ask.what}},
            }],
            "client_reference_id": ask.token,
            "metadata": {"intent_id": ask.token},
            "payment_intent_data": {"metadata": {"intent_id": ask.token}},
            "success_url": ask.return_url,
            "cancel_url": ask.return_url,
            "expires_at": int(ask.expires_at.timestamp()),
            "locale": "zh",
        }  # fmt: skip
        if "wechat_pay" in self.methods:
            params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        made = self._client.v1.checkout.sessions.create(params, {"idempotency_key": ask.key})
        return self._remote(_plain(made))

    @_answered
    def fetch(self, checkout_id: str) -> Remote | None:
        """The session with its payment and refunds as they are now."""
        try:
            found = self._client.v1.checkout.sessions.retrieve(checkout_id, {"expand": _EXPAND})
        except stripe.InvalidRequestError as absent:
            if absent.http_status == 404:
                return None
            raise
        return self._remote(_plain(found))

    @_answered
    def find(self, token: str, since: datetime) -> Remote | None:
        """Search the sessions made since then by their metadata."""
        wanted = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        for one in self._client.v1.checkout.sessions.list(wanted).auto_paging_iter():
            if _token(_plain(one)) == token:
                return self.fetch(one.id)
        return None

    @_answered
    def expire(self, checkout_id: str) -> None:
        """Close an open session; a paid or closed one says no, which is as good."""
        try:
            self._client.v1.checkout.sessions.expire(checkout_id)
        except stripe.InvalidRequestError:
            return

    @_answered
    def refund(self, checkout_id: str, token: str, amount_fen: int, key: str) -> RemoteRefund:
        """Give back part of the session's payment."""
        session = _plain(self._client.v1.checkout.sessions.retrieve(checkout_id))
        params = {
            "payment_intent": _id(session["payment_intent"]), "amount": amount_fen, "metadata": {"intent_id": token},
            "reason": "requested_by_customer",
        }  # fmt: skip
        return _refund(_plain(self._client.v1.refunds.create(params, {"idempotency_key": key})))

    def movements(self, since: datetime) -> Iterator[Movement]:
        """Balance transactions, oldest first."""
        yield from self._movements(since)

    @_answered
    def _movements(self, since: datetime) -> list[Movement]:
        wanted = {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.source"]}
        rows = [_plain(one) for one in self._client.v1.balance_transactions.list(wanted).auto_paging_iter()]
        return [_movement(row) for row in reversed(rows)]

    def read_event(self, raw: bytes, signature: str, at: datetime) -> Hint:
        """Judge a webhook call by signature, age on our clock, and mode."""
        try:
            stripe.WebhookSignature.verify_header(raw, signature, self._webhook_secret)
            stamp = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
        except (stripe.SignatureVerificationError, ValueError, KeyError) as false:
            raise EventRefused("signature") from false
        if abs(at.timestamp() - stamp) > MAX_AGE_SECONDS:
            raise EventRefused("old")
        try:
            told = json.loads(raw)
            thing = told["data"]["object"]
            hint = Hint(
                str(told["id"])[:120], str(told["type"])[:80], str(thing.get("id") or "")[:120], _token(thing)[:40]
            )
        except (ValueError, KeyError, TypeError, AttributeError) as unreadable:
            raise EventRefused("unreadable") from unreadable
        if bool(told.get("livemode")) is not self.live:
            raise EventRefused("mode")
        return hint

    def _remote(self, session: dict[str, Any]) -> Remote:
        intent = session.get("payment_intent")
        paid = session.get("payment_status") == "paid"
        captured, fee, refunds = 0, 0, ()
        if paid and intent:
            if not isinstance(intent, dict):
                return self.fetch(session["id"])
            captured, fee = intent["amount_received"], _fee(intent)
            rows = self._client.v1.refunds.list({"payment_intent": intent["id"], "limit": 100}).auto_paging_iter()
            refunds = tuple(_refund(_plain(one)) for one in rows)
        url, currency = session.get("url") or "", session.get("currency") or ""
        return Remote(session["id"], _token(session), url, session["status"], currency, captured, fee, refunds)


def _plain(thing: Any) -> dict[str, Any]:
    return json.loads(str(thing))


def _token(thing: dict[str, Any]) -> str:
    return str((thing.get("metadata") or {}).get("intent_id") or "")


def _id(thing: Any) -> str:
    return thing["id"] if isinstance(thing, dict) else thing


def _fee(intent: dict[str, Any]) -> int:
    moved = (intent.get("latest_charge") or {}).get("balance_transaction")
    # An account that settles in another currency has its fees in that one: they are no fen of ours.
    return moved["fee"] if isinstance(moved, dict) and moved["currency"] == "cny" else 0


def _refund(row: dict[str, Any]) -> RemoteRefund:
    state = _REFUND_STATES.get(row.get("status") or "", "pending")
    return RemoteRefund(row["id"], _token(row), row["amount"], state, row.get("failure_reason") or "")


def _movement(row: dict[str, Any]) -> Movement:
    source = row.get("source")
    token = _token(source) if isinstance(source, dict) else ""
    at = datetime.fromtimestamp(row["created"], UTC)
    object_id = _id(source) if source else row["id"]
    kind = _KINDS.get(row["type"], "other")
    return Movement(row["id"], kind, object_id, token, row["amount"], row["fee"], row["currency"], at)
