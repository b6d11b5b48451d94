"""Tables at the border: events as they came in, and the practice gateway's own books, which are as foreign as Stripe's."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice


class EventStatus(StrEnum):
    """What became of an event: it waits, it was looked into, or it concerns nothing of ours."""

    WAITING = "waiting"
    DONE = "done"
    PASSED_OVER = "passed_over"


class GatewayEvent(SQLModel, table=True):
    """A hint a gateway sent (回调事件), verified; its own id makes it one. What it says is never booked: the object is fetched."""

    __tablename__ = "stripe_event"
    __table_args__ = (sa.Index("ix_stripe_event_waiting", "status", "next_try_at"),)

    id: str = Field(primary_key=True, max_length=120)
    gateway: str = Field(max_length=20)
    type: str = Field(max_length=80)
    object_id: str = Field(default="", max_length=120)
    token: str = Field(default="", max_length=40)
    payload: str
    status: EventStatus = choice(EventStatus, default=EventStatus.WAITING)
    tries: int = 0
    next_try_at: datetime
    received_at: datetime
    done_at: datetime | None = None
    note: str = Field(default="", max_length=300)


class RefusedEvent(SQLModel, table=True):
    """A call to the webhook that was turned away (拒收回调), and why: bad or old signature, wrong mode, not readable."""

    __tablename__ = "refused_event"

    id: int | None = Field(default=None, primary_key=True)
    gateway: str = Field(max_length=20)
    why: str = Field(max_length=40)
    sha256: str = Field(max_length=64)
    at: datetime = Field(index=True)


class PracticeState(StrEnum):
    """A practice checkout, as its page knows it."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


class PracticeCheckout(SQLModel, table=True):
    """A checkout of the practice gateway (演练支付); only its gateway reads and writes it."""

    __tablename__ = "practice_checkout"

    id: str = Field(primary_key=True, max_length=60)
    token: str = Field(index=True, max_length=40)
    idempotency_key: str = Field(unique=True, max_length=64)
    amount_fen: int = Field(sa_type=sa.BigInteger)
    what: str = Field(max_length=200)
    return_url: str = Field(max_length=300)
    state: PracticeState = choice(PracticeState, default=PracticeState.OPEN)
    failures: int = 0
    returned_fen: int = Field(default=0, sa_type=sa.BigInteger)
    expires_at: datetime
    created_at: datetime
    paid_at: datetime | None = None


class PracticeMovement(SQLModel, table=True):
    """Money the practice gateway says it moved; what reconciliation compares with."""

    __tablename__ = "practice_movement"

    id: str = Field(primary_key=True, max_length=60)
    checkout_id: str = Field(foreign_key="practice_checkout.id", ondelete="RESTRICT", index=True, max_length=60)
    kind: str = Field(max_length=20)
    token: str = Field(max_length=40)
    idempotency_key: str | None = Field(default=None, unique=True, max_length=64)
    amount_fen: int = Field(sa_type=sa.BigInteger)
    at: datetime = Field(index=True)
