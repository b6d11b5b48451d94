"""The port to whoever moves money online. Behind it stand the practice gateway and Stripe; both speak in these shapes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import current_app

from marketplace.payments.errors import NoSuchRoute


@dataclass(frozen=True)
class CheckoutAsk:
    """What a gateway learns: an opaque token, an amount of CNY, what to show above it. No names, no phones."""

    token: str
    key: str
    amount_fen: int
    what: str
    return_url: str
    expires_at: datetime


@dataclass(frozen=True)
class RemoteRefund:
    """A refund as the gateway knows it; `state` is pending, done or failed. `token` is ours, or empty."""

    id: str
    token: str
    amount_fen: int
    state: str
    why: str = ""


@dataclass(frozen=True)
class Remote:
    """A checkout as the gateway knows it now; `state` is open, complete or expired. Amounts are cumulative."""

    id: str
    token: str
    url: str
    state: str
    currency: str
    captured_fen: int
    fee_fen: int = 0
    refunds: tuple[RemoteRefund, ...] = ()


@dataclass(frozen=True)
class Movement:
    """A line of the gateway's own account; `kind` is payment, refund, payout, dispute, fee or other. Money to us is positive.

    `object_id` is what moved (a charge, a refund), `token` ours if the gateway has it with that object.
    """

    id: str
    kind: str
    object_id: str
    token: str
    amount_fen: int
    fee_fen: int
    currency: str
    at: datetime


@dataclass(frozen=True)
class Hint:
    """An event after its signature, age and mode were found right."""

    id: str
    type: str
    object_id: str
    token: str


class Gateway(Protocol):
    """Moves money online. Every call may raise Unanswered (nothing is known) or GatewayRefused (nothing was done).

    Nobody calls it with a transaction open.
    """

    name: str

    def open_checkout(self, ask: CheckoutAsk) -> Remote:
        """Open a checkout; the same key within 24 hours gives the same one."""

    def fetch(self, checkout_id: str) -> Remote | None:
        """The checkout as it is now."""

    def find(self, token: str, since: datetime) -> Remote | None:
        """The checkout opened with this token at or after a time, if there is one."""

    def expire(self, checkout_id: str) -> None:
        """Close an unpaid checkout; one that is paid or closed stays as it is."""

    def refund(self, checkout_id: str, token: str, amount_fen: int, key: str) -> RemoteRefund:
        """Give back part of a captured payment; the same key within 24 hours gives the same refund."""

    def movements(self, since: datetime) -> Iterator[Movement]:
        """What moved at or after a time."""

    def read_event(self, raw: bytes, signature: str, at: datetime) -> Hint:
        """Judge a webhook call. Raises: EventRefused."""


def gateway(name: str) -> Gateway:
    """The gateway of a route. Raises: NoSuchRoute when this platform has none."""
    found = gateways().get(str(name))
    if found is None:
        raise NoSuchRoute()
    return found


def gateways() -> dict[str, Gateway]:
    """The gateways of this platform by route."""
    return current_app.extensions["gateways"]
