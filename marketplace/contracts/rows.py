"""What pages and decisions read together: a contract with everything that hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.accounts.models import Organisation
from marketplace.contracts import rules
from marketplace.contracts.models import Contract, ContractChange, ContractItem, Milestone, PartyRole
from marketplace.contracts.models_performance import (
    OPEN_DELIVERIES,
    Delivery,
    DeliveryLine,
    DeliveryStatus,
    Dispute,
    Inspection,
    Rating,
    Verdict,
)

UNJUDGED = (DeliveryStatus.ANNOUNCED, DeliveryStatus.RECEIVED)


@dataclass
class Shipment:
    """A delivery with what it brings and what was found, round by round."""

    delivery: Delivery
    lines: list[DeliveryLine] = field(default_factory=list)
    inspections: list[Inspection] = field(default_factory=list)

    def standing(self, at: datetime) -> DeliveryStatus:
        """Where it stands at a moment, silence counted."""
        return rules.standing(self.delivery, at)


@dataclass
class Folder:
    """A contract's folder; `change` and `dispute` are the open ones."""

    contract: Contract
    buyer: Organisation
    supplier: Organisation
    items: list[ContractItem] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    change: ContractChange | None = None
    dispute: Dispute | None = None
    ratings: list[Rating] = field(default_factory=list)

    def side_of(self, organisation_id: int | None) -> PartyRole:
        """In which capacity an organisation reads it; consortium members read along."""
        if organisation_id == self.contract.owner_id:
            return PartyRole.BUYER
        return PartyRole.SUPPLIER if organisation_id == self.contract.supplier_id else PartyRole.OTHER

    def open_shipments(self, at: datetime) -> list[Shipment]:
        """Deliveries that are not settled at this moment."""
        return [s for s in self.shipments if s.standing(at) in OPEN_DELIVERIES]

    def next_milestone(self) -> Milestone | None:
        """The step of the plan that is due first and neither met nor on its way."""
        left = [m for m in self.milestones if m.met_on is None and m.due_on is not None and self.brought_by(m) is None]
        return min(left, key=lambda m: (m.due_on, m.place)) if left else None

    def brought_by(self, step: Milestone, states: Sequence[DeliveryStatus] = UNJUDGED) -> Delivery | None:
        """The delivery that is to complete a step and is in one of these states: as a rule, on its way or waiting for inspection."""
        coming = (s.delivery for s in self.shipments if s.delivery.milestone_id == step.id and s.delivery.completes)
        return next((one for one in coming if one.status in states), None)

    def anything_to_send(self) -> bool:
        """Whether a new delivery could bring anything: goods not yet sent, or a step that no open delivery is to complete."""
        steps = (m for m in self.milestones if m.met_on is None)
        return self.left_milli() > 0 or any(self.brought_by(m, OPEN_DELIVERIES) is None for m in steps)

    def left_milli(self) -> int:
        """How much may still be sent, over all items."""
        return sum((item.quantity_milli or 0) - item.taken_milli for item in self.items)

    def accepted_milli(self, item: ContractItem, at: datetime) -> int:
        """How much of an item has passed, what the clock accepted but nobody recorded yet included."""
        waiting = (
            line.quantity_milli
            for s in self.shipments
            if rules.is_due_alone(s.delivery, at)
            for line in s.lines
            if line.item_id == item.id
        )
        return item.accepted_milli + sum(waiting)

    def accepted_share(self, at: datetime) -> int:
        """Percent of the ordered value that has passed."""
        ordered = rules.lines_fen(self.items)
        done = sum(rules.line_fen(self.accepted_milli(item, at), item.unit_price_fen) for item in self.items)
        if not ordered:
            whole = sum(item.quantity_milli or 0 for item in self.items)
            return 100 * sum(self.accepted_milli(item, at) for item in self.items) // whole if whole else 0
        return 100 * done // ordered


@dataclass(frozen=True)
class Scorecard:
    """How a supplier performed (供应商履约记录), over contracts that ended; shares are whole percents, None of nothing.

    `contracts` is the sample. Below rules.LEAST_CONTRACTS there is no more than the sample: one bad day is no record.
    `on_time` is of the `steps` of delivery plans; `first_time` of the judged `deliveries`; `disputed` of the contracts;
    `averages` are of the shown `ratings` by criterion, 1 to 5.
    """

    contracts: int
    on_time: int | None = None
    steps: int = 0
    first_time: int | None = None
    deliveries: int = 0
    disputed: int | None = None
    ratings: int = 0
    averages: dict[str, float] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether there is enough to judge by."""
        return self.contracts >= rules.LEAST_CONTRACTS

    @property
    def overall(self) -> float | None:
        """The mean of the averages to one decimal."""
        return round(sum(self.averages.values()) / len(self.averages), 1) if self.averages else None

    @classmethod
    def of(cls, folders: Sequence[Folder], disputed: int, at: datetime) -> "Scorecard":
        """Counted over the folders of one supplier's ended contracts, of which so many were `disputed`."""
        if len(folders) < rules.LEAST_CONTRACTS:
            return cls(len(folders))
        steps = [m for f in folders for m in f.milestones if m.due_on is not None and m.met_on is not None]
        judged = [s for f in folders for s in f.shipments if s.inspections]
        first = [s for s in judged if s.inspections[0].verdict == Verdict.ACCEPTED and s.inspections[0].round == 1]
        ratings = [r for f in folders if rules.ratings_shown(f.contract, f.ratings, at) for r in f.ratings
                   if r.role == PartyRole.BUYER and r.hidden_at is None]  # fmt: skip
        marks = {name: [r.scores[name] for r in ratings if name in r.scores] for name in rules.SUPPLIER_CRITERIA}
        return cls(
            len(folders), on_time=percent(sum(m.met_on <= m.due_on for m in steps), len(steps)), steps=len(steps),
            first_time=percent(len(first), len(judged)), deliveries=len(judged), disputed=percent(disputed, len(folders)),
            ratings=len(ratings), averages={name: average(values) for name, values in marks.items() if values},
        )  # fmt: skip


def percent(part: int, whole: int) -> int | None:
    """Whole percents, half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def average(values: Sequence[int]) -> float:
    """The mean to one decimal, half up."""
    return (20 * sum(values) + len(values)) // (2 * len(values)) / 10
