"""Tables of what becomes of a contract: deliveries, their inspection, disputes and ratings, with the files of each."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.contracts.models import PartyRole
from marketplace.kit.columns import choice, foreign, json_list, json_map


class DeliveryStatus(StrEnum):
    """A delivery's life: on its way, handed over, then judged; rework leads back to the way."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    REWORK = "rework"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


OPEN_DELIVERIES = (DeliveryStatus.ANNOUNCED, DeliveryStatus.RECEIVED, DeliveryStatus.REWORK)


class Verdict(StrEnum):
    """What an inspection found."""

    ACCEPTED = "accepted"
    REWORK = "rework"
    REJECTED = "rejected"


class FilePurpose(StrEnum):
    """What a file shows."""

    DELIVERY = "delivery"
    HANDOVER = "handover"
    INSPECTION = "inspection"
    DISPUTE = "dispute"


class DisputeStatus(StrEnum):
    """A dispute is open until its opener takes it back or the operator records how it ended."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class DisputeSubject(StrEnum):
    """What the sides disagree about."""

    QUALITY = "quality"
    QUANTITY = "quantity"
    LATE = "late"
    ACCEPTANCE = "acceptance"
    PAYMENT = "payment"
    OTHER = "other"


class DisputeOutcome(StrEnum):
    """How it ended. The first three settle the delivery in question; the last ends the contract."""

    ACCEPTED = "accepted"
    REWORK = "rework"
    REJECTED = "rejected"
    SETTLED = "settled"
    REFERRED = "referred"
    TERMINATED = "terminated"


class Delivery(SQLModel, table=True):
    """One delivery, whole or partial (交付). `number` counts within the contract, `round` how often it was sent.

    `accept_by` is when the buyer's silence becomes acceptance: null until handed over, and while a dispute about it is open.
    `completes` says that its acceptance meets the milestone.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "number"),
        sa.UniqueConstraint("contract_id", "form_key"),
        sa.CheckConstraint("round >= 1", name="round_counts_from_one"),
        sa.CheckConstraint("status <> 'rework' OR redo_by IS NOT NULL", name="rework_has_a_day"),
        sa.CheckConstraint("accept_by IS NULL OR status = 'received'", name="clock_runs_when_received"),
        sa.Index("ix_delivery_clock", "status", "accept_by"),
    )
    MOVES: ClassVar[dict[DeliveryStatus, tuple[DeliveryStatus, ...]]] = {
        DeliveryStatus.ANNOUNCED: (DeliveryStatus.RECEIVED, DeliveryStatus.CANCELLED),
        DeliveryStatus.RECEIVED: (DeliveryStatus.ACCEPTED, DeliveryStatus.REWORK, DeliveryStatus.REJECTED),
        DeliveryStatus.REWORK: (DeliveryStatus.ANNOUNCED, DeliveryStatus.CANCELLED, DeliveryStatus.REJECTED),
        DeliveryStatus.ACCEPTED: (),
        DeliveryStatus.REJECTED: (),
        DeliveryStatus.CANCELLED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    number: int
    form_key: str = Field(max_length=40)
    status: DeliveryStatus = choice(DeliveryStatus, default=DeliveryStatus.ANNOUNCED)
    round: int = 1
    milestone_id: int | None = foreign("contract_milestone.id", index=False, default=None, nullable=True)
    completes: bool = True
    sent_on: date
    arrives_on: date
    carrier: str = Field(default="", max_length=120)
    tracking: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=1000)
    received_at: datetime | None = None
    received_on: date | None = None
    accept_by: datetime | None = None
    warned_at: datetime | None = None
    redo_by: date | None = None
    announced_by: int = foreign("user.id", index=False)
    created_at: datetime
    updated_at: datetime


class DeliveryLine(SQLModel, table=True):
    """How much of an item a delivery brings, in thousandths of the unit; `passed_milli` is null until accepted."""

    __tablename__ = "delivery_line"
    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "item_id"),
        sa.CheckConstraint("quantity_milli > 0", name="quantity_positive"),
        sa.CheckConstraint("passed_milli >= 0 AND passed_milli <= quantity_milli", name="passed_was_delivered"),
    )

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = foreign("delivery.id", index=False)
    item_id: int = foreign("contract_item.id")
    quantity_milli: int = Field(sa_type=sa.BigInteger)
    passed_milli: int | None = Field(default=None, sa_type=sa.BigInteger)


class Inspection(SQLModel, table=True):
    """What was found of one round of a delivery (验收记录): by the buyer, or by the clock when `automatic`. One per round.

    `lines` are {"item_id", "delivered_milli", "passed_milli", "finding"}.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "round"),
        sa.CheckConstraint("verdict = 'accepted' OR reason <> ''", name="not_accepted_with_a_reason"),
        sa.CheckConstraint("automatic = (user_id IS NULL)", name="by_somebody_or_the_clock"),
    )

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = foreign("delivery.id", index=False)
    round: int
    verdict: Verdict = choice(Verdict)
    automatic: bool = False
    lines: list[dict[str, Any]] = json_list()
    reason: str = Field(default="", max_length=1000)
    redo_by: date | None = None
    user_id: int | None = foreign("user.id", index=False, default=None, nullable=True)
    at: datetime


_open = sa.text("status = 'open'")


class Dispute(SQLModel, table=True):
    """The sides disagree (争议); both state their view, the operator may mediate and records the outcome.

    One open dispute at a time per contract, so that everything about it stands in one place.
    """

    __tablename__ = "contract_dispute"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "form_key"),
        sa.Index("uq_contract_dispute_open", "contract_id", unique=True, sqlite_where=_open, postgresql_where=_open),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="closed_has_an_outcome"),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_has_a_time"),
        sa.Index("ix_contract_dispute_status", "status", "id"),
    )
    MOVES: ClassVar[dict[DisputeStatus, tuple[DisputeStatus, ...]]] = {
        DisputeStatus.OPEN: (DisputeStatus.WITHDRAWN, DisputeStatus.CLOSED),
        DisputeStatus.WITHDRAWN: (),
        DisputeStatus.CLOSED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    delivery_id: int | None = foreign("delivery.id", default=None, nullable=True)
    form_key: str = Field(max_length=40)
    status: DisputeStatus = choice(DisputeStatus, default=DisputeStatus.OPEN)
    subject: DisputeSubject = choice(DisputeSubject)
    opener_id: int = foreign("organisation.id", index=False)
    opened_by: int = foreign("user.id", index=False)
    opened_at: datetime
    outcome: DisputeOutcome | None = choice(DisputeOutcome, default=None, nullable=True)
    outcome_text: str = Field(default="", max_length=2000)
    ended_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    ended_at: datetime | None = None
    updated_at: datetime


class DisputeStatement(SQLModel, table=True):
    """What somebody says in a dispute (陈述): a side, or the operator who mediates. Only added."""

    __tablename__ = "dispute_statement"
    __table_args__ = (sa.UniqueConstraint("dispute_id", "form_key"),)

    id: int | None = Field(default=None, primary_key=True)
    dispute_id: int = foreign("contract_dispute.id", index=False)
    form_key: str = Field(max_length=40)
    organisation_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    text: str = Field(max_length=4000)
    at: datetime


class ContractFile(SQLModel, table=True):
    """A file that proves something about a contract (凭证): papers and photos of a delivery, an inspection, a dispute."""

    __tablename__ = "contract_file"

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id")
    file_id: int = foreign("stored_file.id", index=False)
    purpose: FilePurpose = choice(FilePurpose)
    delivery_id: int | None = foreign("delivery.id", default=None, nullable=True)
    round: int | None = None
    statement_id: int | None = foreign("dispute_statement.id", default=None, nullable=True)
    organisation_id: int = foreign("organisation.id", index=False)
    at: datetime


class Rating(SQLModel, table=True):
    """How one side judges the other after the end (评价), once. `scores` are 1 to 5 by criterion.

    Nobody else reads it before both have rated or the time for it is over; hidden ones count nowhere.
    """

    __tablename__ = "contract_rating"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "rater_id"),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden_with_a_reason"),
        sa.CheckConstraint("(replied_at IS NULL) = (reply = '')", name="replied_with_text"),
        sa.Index("ix_contract_rating_ratee", "ratee_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    rater_id: int = foreign("organisation.id", index=False)
    ratee_id: int = foreign("organisation.id", index=False)
    role: PartyRole = choice(PartyRole)
    scores: dict[str, int] = json_map()
    text: str = Field(default="", max_length=1000)
    user_id: int = foreign("user.id", index=False)
    at: datetime
    reply: str = Field(default="", max_length=1000)
    replied_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    replied_at: datetime | None = None
    hidden_reason: str = Field(default="", max_length=500)
    hidden_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    hidden_at: datetime | None = None


class RatingReport(SQLModel, table=True):
    """Somebody rated finds the rating improper (举报); the operator hides it or keeps it, with a reason. Once per rating."""

    __tablename__ = "rating_report"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (decision = '')", name="decided_with_a_reason"),
        sa.Index("ix_rating_report_open", "decided_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rating_id: int = foreign("contract_rating.id", unique=True, index=False)
    organisation_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    why: str = Field(max_length=500)
    at: datetime
    hidden: bool | None = None
    decision: str = Field(default="", max_length=500)
    decided_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    decided_at: datetime | None = None
