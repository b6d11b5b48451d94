"""Tables of contracts: who agreed to what with whom, in which words, and how it was changed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map


class ContractKind(StrEnum):
    """What is agreed: one supply, or that much may be called off, or one such call-off."""

    SUPPLY = "supply"
    FRAMEWORK = "framework"
    RESERVE = "reserve"
    CAPACITY = "capacity"
    ORDER = "order"


FRAMEWORKS = (ContractKind.FRAMEWORK, ContractKind.RESERVE, ContractKind.CAPACITY)


class ContractStatus(StrEnum):
    """A contract's life. It runs from the first delivery or call-off on."""

    DRAFT = "draft"
    OFFERED = "offered"
    SIGNED = "signed"
    RUNNING = "running"
    COMPLETED = "completed"
    TERMINATED = "terminated"


IN_FORCE = (ContractStatus.SIGNED, ContractStatus.RUNNING)


class PartyRole(StrEnum):
    """In which capacity somebody is party to a contract; the last six are members of a consortium."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    MAKER = "maker"
    SERVICE = "service"
    LESSOR = "lessor"
    INSURER = "insurer"
    FINANCE = "finance"
    OTHER = "other"


class ChangeReason(StrEnum):
    """Why a contract is changed or ended (变更原因)."""

    QUANTITY = "quantity"
    DELIVERY_TIME = "delivery_time"
    SPECIFICATION = "specification"
    TERMS = "terms"
    FORCE_MAJEURE = "force_majeure"
    LAW = "law"
    BREACH = "breach"
    MISTAKE = "mistake"
    OTHER = "other"


class ChangeStatus(StrEnum):
    """A proposed change is agreed by the other side, refused, or taken back."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")


class Contract(SQLModel, table=True):
    """What two sides agreed (合同). At most one comes of an award; an order is called off its `parent`.

    `parts` are {"kind", "terms"} as bidding.content.Part, the first is the main one and prices the items. `amount_fen` is
    what the buyer pays under all parts over `period_months`; of frameworks what was called off so far must fit into
    `ceiling_fen`, kept in `called_fen`. `first_amount_fen` is the amount as first signed: what was added is measured by it.
    `sign_by` is null where no rule sets a day. `version` counts the texts offered or changed, 0 before the first offer.
    """

    __tablename__ = "contract"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _revision}
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "form_key"),
        sa.CheckConstraint("owner_id <> supplier_id", name="two_sides"),
        sa.CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        sa.CheckConstraint("called_fen >= 0 AND (ceiling_fen IS NULL OR called_fen <= ceiling_fen)", name="in_ceiling"),
        sa.CheckConstraint("accept_within_days BETWEEN 1 AND 90", name="acceptance_clock_sensible"),
        sa.CheckConstraint("status <> 'terminated' OR end_reason <> ''", name="terminated_with_a_reason"),
        sa.CheckConstraint("status IN ('draft', 'terminated') OR version >= 1", name="offered_has_a_version"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="valid_until_after_from"),
        sa.CheckConstraint("(kind = 'order') = (parent_id IS NOT NULL)", name="order_has_a_parent"),
        sa.Index("ix_contract_owner", "owner_id", "status", "id"),
        sa.Index("ix_contract_supplier", "supplier_id", "status", "id"),
    )
    MOVES: ClassVar[dict[ContractStatus, tuple[ContractStatus, ...]]] = {
        ContractStatus.DRAFT: (ContractStatus.OFFERED, ContractStatus.TERMINATED),
        ContractStatus.OFFERED: (ContractStatus.DRAFT, ContractStatus.SIGNED, ContractStatus.TERMINATED),
        ContractStatus.SIGNED: (ContractStatus.RUNNING, ContractStatus.COMPLETED, ContractStatus.TERMINATED),
        ContractStatus.RUNNING: (ContractStatus.COMPLETED, ContractStatus.TERMINATED),
        ContractStatus.COMPLETED: (),
        ContractStatus.TERMINATED: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    supplier_id: int = foreign("organisation.id", index=False)
    form_key: str = Field(max_length=40)
    number: str = Field(unique=True, max_length=20)
    kind: ContractKind = choice(ContractKind, default=ContractKind.SUPPLY)
    status: ContractStatus = choice(ContractStatus, default=ContractStatus.DRAFT)
    award_id: int | None = foreign("award.id", index=False, unique=True, default=None, nullable=True)
    procurement_id: int | None = foreign("procurement.id", default=None, nullable=True)
    procedure_id: int | None = foreign("procedure.id", index=False, default=None, nullable=True)
    parent_id: int | None = foreign("contract.id", default=None, nullable=True)
    title: str = Field(max_length=160)
    basis: str = Field(default="", max_length=500)
    place: str = Field(default="", max_length=200)
    parts: list[dict[str, Any]] = json_list()
    period_months: int = 1
    amount_fen: int = Field(sa_type=sa.BigInteger)
    first_amount_fen: int = Field(default=0, sa_type=sa.BigInteger)
    tax_included: bool = True
    tax_rate: int = 13
    payment_terms: str = Field(default="", max_length=2000)
    acceptance_terms: str = Field(default="", max_length=2000)
    other_terms: str = Field(default="", max_length=4000)
    accept_within_days: int = 7
    sign_by: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    ceiling_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    called_fen: int = Field(default=0, sa_type=sa.BigInteger)
    response_hours: int | None = None
    answer_by: datetime | None = None
    version: int = 0
    returned_why: str = Field(default="", max_length=500)
    end_code: ChangeReason | None = choice(ChangeReason, default=None, nullable=True)
    end_reason: str = Field(default="", max_length=500)
    created_by: int = foreign("user.id", index=False)
    offered_at: datetime | None = None
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_revision)


class ContractCounter(SQLModel, table=True):
    """The last running number given on a day; counted up by the database so that no two contracts share one."""

    __tablename__ = "contract_counter"

    day: date = Field(primary_key=True)
    last: int


class ContractParty(SQLModel, table=True):
    """Somebody bound by a contract (当事人), as named when it was drawn up; `organisation_id` when on the platform."""

    __tablename__ = "contract_party"
    __table_args__ = (sa.Index("ix_contract_party_organisation", "organisation_id", "contract_id"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id")
    organisation_id: int | None = foreign("organisation.id", index=False, default=None, nullable=True)
    role: PartyRole = choice(PartyRole)
    name: str = Field(max_length=120)
    uscc: str = Field(default="", max_length=18)
    duties: str = Field(default="", max_length=500)
    share: int | None = None


class ContractItem(SQLModel, table=True):
    """One thing agreed (合同明细). Quantities are thousandths of the unit, so that they add up exactly.

    `taken_milli` is what is on its way, delivered, or called off a framework, and was not refused; `accepted_milli` passed
    inspection. The checks are the last word against delivering or calling off too much. A framework's item without
    `quantity_milli` is limited by the contract's ceiling alone.
    """

    __tablename__ = "contract_item"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "place"),
        sa.CheckConstraint("quantity_milli >= 0", name="quantity_not_negative"),
        sa.CheckConstraint("unit_price_fen >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint("taken_milli >= 0 AND taken_milli <= quantity_milli", name="not_more_than_ordered"),
        sa.CheckConstraint("accepted_milli >= 0 AND accepted_milli <= taken_milli", name="accepted_was_delivered"),
    )

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    parent_item_id: int | None = foreign("contract_item.id", index=False, default=None, nullable=True)
    place: int
    name: str = Field(max_length=120)
    product: str = Field(default="", max_length=160)
    class_code: str = Field(default="", max_length=32)
    listing_id: int | None = foreign("listing.id", index=False, default=None, nullable=True)
    unit: str = Field(default="", max_length=20)
    quantity_milli: int | None = Field(default=None, sa_type=sa.BigInteger)
    unit_price_fen: int = Field(sa_type=sa.BigInteger)
    delivery_days: int | None = None
    requirements: list[dict[str, Any]] = json_list()
    note: str = Field(default="", max_length=500)
    taken_milli: int = Field(default=0, sa_type=sa.BigInteger)
    accepted_milli: int = Field(default=0, sa_type=sa.BigInteger)


class Milestone(SQLModel, table=True):
    """One step of the delivery plan (交付节点): so many days after signing; `due_on` is set by the signature."""

    __tablename__ = "contract_milestone"
    __table_args__ = (sa.UniqueConstraint("contract_id", "place"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    place: int
    what: str = Field(max_length=200)
    after_days: int
    due_on: date | None = Field(default=None, index=True)
    met_on: date | None = None
    reminded_at: datetime | None = None


class ContractVersion(SQLModel, table=True):
    """A contract's text as offered or changed, word for word; never changed (合同文本). `hash` is of the canonical content."""

    __tablename__ = "contract_version"
    __table_args__ = (sa.UniqueConstraint("contract_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    number: int
    content: dict[str, Any] = json_map()
    hash: str = Field(max_length=64)
    why: str = Field(default="", max_length=500)
    at: datetime


class Signature(SQLModel, table=True):
    """One side accepted a version (签署): who, when, and the hash of what was accepted. Each side signs a version once."""

    __tablename__ = "contract_signature"
    __table_args__ = (sa.UniqueConstraint("contract_id", "version", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    version: int
    organisation_id: int = foreign("organisation.id", index=False)
    role: PartyRole = choice(PartyRole)
    user_id: int = foreign("user.id", index=False)
    name: str = Field(max_length=60)
    hash: str = Field(max_length=64)
    with_password: bool = True
    at: datetime


_proposed = sa.text("status = 'proposed'")


class ContractChange(SQLModel, table=True):
    """A change one side proposes and the other agrees to (合同变更). One open proposal at a time; `ends` proposes the end.

    `content` holds what becomes new: "items" {item id: quantity in thousandths}, "milestones" {milestone id: day}, and terms
    by name. `added_fen` is what it adds to the amount; `over_limit` that both read the rule about a tenth of the amount.
    """

    __tablename__ = "contract_change"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "number"),
        sa.UniqueConstraint("contract_id", "form_key"),
        sa.Index("uq_contract_change_open", "contract_id", unique=True, sqlite_where=_proposed,
                 postgresql_where=_proposed),
        sa.CheckConstraint("(status = 'proposed') = (answered_at IS NULL)", name="answered_has_a_time"),
    )  # fmt: skip
    MOVES: ClassVar[dict[ChangeStatus, tuple[ChangeStatus, ...]]] = {
        ChangeStatus.PROPOSED: (ChangeStatus.AGREED, ChangeStatus.DECLINED, ChangeStatus.WITHDRAWN),
        ChangeStatus.AGREED: (),
        ChangeStatus.DECLINED: (),
        ChangeStatus.WITHDRAWN: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id", index=False)
    number: int
    form_key: str = Field(max_length=40)
    status: ChangeStatus = choice(ChangeStatus, default=ChangeStatus.PROPOSED)
    reason: ChangeReason = choice(ChangeReason)
    why: str = Field(max_length=1000)
    ends: bool = False
    content: dict[str, Any] = json_map()
    added_fen: int = Field(default=0, sa_type=sa.BigInteger)
    over_limit: bool = False
    proposer_id: int = foreign("organisation.id", index=False)
    proposed_by: int = foreign("user.id", index=False)
    proposed_at: datetime
    answered_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    answered_at: datetime | None = None
    answer: str = Field(default="", max_length=500)
    updated_at: datetime


class ReadinessCheck(SQLModel, table=True):
    """A look at what is held in reserve, or a drill (检查/演练记录)."""

    __tablename__ = "readiness_check"
    __table_args__ = (sa.UniqueConstraint("contract_id", "form_key"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = foreign("contract.id")
    form_key: str = Field(max_length=40)
    drill: bool = False
    checked_on: date
    ready: bool
    minutes: int | None = None
    text: str = Field(max_length=1000)
    organisation_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    at: datetime
