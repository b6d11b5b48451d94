"""Tables of financing: what institutions lend, lease, guarantee and insure, who applied, and what was offered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from marketplace.kit.columns import choice, foreign, json_list, json_map


class ProductKind(StrEnum):
    """What an institution does: two kinds of lease, lending, vouching, and the kinds of insurance."""

    OPERATING_LEASE = "operating_lease"
    FINANCE_LEASE = "finance_lease"
    LOAN = "loan"
    GUARANTEE = "guarantee"
    WORK_SAFETY = "work_safety"
    LIABILITY = "liability"
    QUALITY = "quality"
    PROPERTY = "property"
    FIRST_SET = "first_set"
    OTHER_INSURANCE = "other_insurance"


class Subject(StrEnum):
    """What an application is about: one thing, so that one accepted offer settles it."""

    FUNDING = "funding"
    COVER = "cover"
    BOND = "bond"


class Origin(StrEnum):
    """What an application was begun from."""

    NONE = "none"
    TENDER = "tender"
    AWARD = "award"
    CONTRACT = "contract"
    NEED = "need"


class ApplicationStatus(StrEnum):
    """An application's life; how far it is with each institution stands in its submissions."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class SubmissionStatus(StrEnum):
    """How far an application is with one institution's product."""

    SENT = "sent"
    IN_REVIEW = "in_review"
    ASKED = "asked"
    OFFERED = "offered"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_CHOSEN = "not_chosen"
    WITHDRAWN = "withdrawn"


LIVING = (
    SubmissionStatus.SENT, SubmissionStatus.IN_REVIEW, SubmissionStatus.ASKED, SubmissionStatus.OFFERED,
    SubmissionStatus.LAPSED,
)  # fmt: skip
"""Something may still come of it."""

_product_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")
_application_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")
_submission_revision = sa.Column("revision", sa.Integer, nullable=False, server_default="1")


class FinanceProduct(SQLModel, table=True):
    """What applying for a listing of an institution needs to know (金融保险产品).

    `terms` is schemas.ProductTerms; `eligibility` are rules.judge's rules; `documents` what an applicant hands in.
    `version` counts the saves, so that a judgement names what it judged. Offered while `open` and its listing is public.
    """

    __tablename__ = "finance_product"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _product_revision}

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = foreign("listing.id", index=False, unique=True)
    owner_id: int = foreign("organisation.id")
    kind: ProductKind = choice(ProductKind)
    open: bool = True
    terms: dict[str, Any] = json_map()
    eligibility: list[dict[str, Any]] = json_list()
    documents: list[str] = json_list()
    version: int = 1
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_product_revision)


class FinanceApplication(SQLModel, table=True):
    """One form for one or several institutions (融资、投保申请). What it says is fixed once it is sent.

    `amount_fen` is the price to be financed, the sum to be insured or the sum to be vouched for. `items` are {"name",
    "class_code", "quantity", "unit", "price_fen"}. `origin_title` is for the applicant alone while quotes are sealed.
    """

    __tablename__ = "finance_application"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _application_revision}
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "form_key"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("months IS NULL OR months BETWEEN 1 AND 360", name="months_sensible"),
        sa.CheckConstraint("people IS NULL OR people > 0", name="people_positive"),
        sa.CheckConstraint("(origin = 'none') = (origin_id IS NULL)", name="origin_has_an_id"),
        sa.CheckConstraint("status <> 'withdrawn' OR end_reason <> ''", name="withdrawn_with_a_reason"),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR (amount_fen IS NOT NULL AND months IS NOT NULL AND sent_at IS NOT NULL)",
            name="sent_is_complete",
        ),
        sa.Index("ix_finance_application_owner", "owner_id", "status", "id"),
    )
    MOVES: ClassVar[dict[ApplicationStatus, tuple[ApplicationStatus, ...]]] = {
        ApplicationStatus.DRAFT: (ApplicationStatus.SENT, ApplicationStatus.WITHDRAWN),
        ApplicationStatus.SENT: (ApplicationStatus.ACCEPTED, ApplicationStatus.WITHDRAWN),
        ApplicationStatus.ACCEPTED: (),
        ApplicationStatus.WITHDRAWN: (),
    }

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = foreign("organisation.id", index=False)
    form_key: str = Field(max_length=40)
    number: str = Field(unique=True, max_length=20)
    status: ApplicationStatus = choice(ApplicationStatus, default=ApplicationStatus.DRAFT)
    subject: Subject = choice(Subject, default=Subject.FUNDING)
    wanted: list[str] = json_list()
    title: str = Field(max_length=120)
    purpose: str = Field(default="", max_length=4000)
    origin: Origin = choice(Origin, default=Origin.NONE)
    origin_id: int | None = None
    origin_title: str = Field(default="", max_length=200)
    items: list[dict[str, Any]] = json_list()
    amount_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    months: int | None = None
    province: str = Field(default="", max_length=30)
    founded_on: date | None = None
    people: int | None = None
    revenue_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    security: str = Field(default="", max_length=500)
    end_reason: str = Field(default="", max_length=500)
    created_by: int = foreign("user.id", index=False)
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_application_revision)


class FinanceCounter(SQLModel, table=True):
    """The last running number given on a day to applications or consortia; counted up by the database."""

    __tablename__ = "finance_counter"

    day: date = Field(primary_key=True)
    series: str = Field(primary_key=True, max_length=2)
    last: int


class FinanceSubmission(SQLModel, table=True):
    """An application laid before one institution's product (投递). `product`, `verdicts` and `facts` are frozen as judged.

    `answer_by` is until when the institution's terms promise an answer. At most one of an application is accepted.
    """

    __tablename__ = "finance_submission"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _submission_revision}
    __table_args__ = (
        sa.UniqueConstraint("application_id", "product_id"),
        sa.Index("uq_finance_submission_accepted", "application_id", unique=True,
                 sqlite_where=sa.text("status = 'accepted'"), postgresql_where=sa.text("status = 'accepted'")),
        sa.Index("ix_finance_submission_institution", "institution_id", "status", "id"),
        sa.CheckConstraint("status <> 'declined' OR end_reason <> ''", name="declined_with_a_reason"),
    )  # fmt: skip
    MOVES: ClassVar[dict[SubmissionStatus, tuple[SubmissionStatus, ...]]] = {
        SubmissionStatus.SENT: (SubmissionStatus.IN_REVIEW, SubmissionStatus.NOT_CHOSEN, SubmissionStatus.WITHDRAWN),
        SubmissionStatus.IN_REVIEW: (
            SubmissionStatus.ASKED, SubmissionStatus.OFFERED, SubmissionStatus.DECLINED, SubmissionStatus.NOT_CHOSEN,
            SubmissionStatus.WITHDRAWN,
        ),
        SubmissionStatus.ASKED: (
            SubmissionStatus.IN_REVIEW, SubmissionStatus.OFFERED, SubmissionStatus.DECLINED,
            SubmissionStatus.NOT_CHOSEN, SubmissionStatus.WITHDRAWN,
        ),
        SubmissionStatus.OFFERED: (
            SubmissionStatus.ACCEPTED, SubmissionStatus.LAPSED, SubmissionStatus.NOT_CHOSEN, SubmissionStatus.WITHDRAWN,
        ),
        SubmissionStatus.LAPSED: (
            SubmissionStatus.OFFERED, SubmissionStatus.DECLINED, SubmissionStatus.NOT_CHOSEN, SubmissionStatus.WITHDRAWN,
        ),
        SubmissionStatus.ACCEPTED: (), SubmissionStatus.DECLINED: (), SubmissionStatus.NOT_CHOSEN: (),
        SubmissionStatus.WITHDRAWN: (),
    }  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = foreign("finance_application.id", index=False)
    institution_id: int = foreign("organisation.id", index=False)
    product_id: int = foreign("finance_product.id")
    status: SubmissionStatus = choice(SubmissionStatus, default=SubmissionStatus.SENT)
    product: dict[str, Any] = json_map()
    verdicts: list[dict[str, Any]] = json_list()
    sent_by: int = foreign("user.id", index=False)
    sent_at: datetime
    answer_by: datetime
    reminded_at: datetime | None = None
    taken_by: int | None = foreign("user.id", index=False, default=None, nullable=True)
    end_reason: str = Field(default="", max_length=500)
    ended_at: datetime | None = None
    updated_at: datetime
    revision: int | None = Field(default=None, sa_column=_submission_revision)


class FinanceOffer(SQLModel, table=True):
    """What an institution offers (方案), never changed; a later one takes its place. `terms` is schemas.OfferTerms.

    `figures` are figures.Figures as they were shown, so that what was compared stays what was compared.
    """

    __tablename__ = "finance_offer"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "number"),
        sa.UniqueConstraint("submission_id", "form_key"),
        sa.CheckConstraint("valid_until > made_at", name="valid_for_a_while"),
    )

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = foreign("finance_submission.id", index=False)
    number: int
    form_key: str = Field(max_length=40)
    kind: ProductKind = choice(ProductKind)
    terms: dict[str, Any] = json_map()
    figures: dict[str, Any] = json_map()
    conditions: str = Field(default="", max_length=2000)
    valid_until: datetime
    warned_at: datetime | None = None
    made_by: int = foreign("user.id", index=False)
    made_at: datetime


class FinanceMessage(SQLModel, table=True):
    """What an institution asks for, or the applicant answers (补充说明). `asks` are rules' criteria or documents asked for."""

    __tablename__ = "finance_message"
    __table_args__ = (sa.UniqueConstraint("submission_id", "form_key"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = foreign("finance_submission.id", index=False)
    form_key: str = Field(max_length=40)
    organisation_id: int = foreign("organisation.id", index=False)
    user_id: int = foreign("user.id", index=False)
    text: str = Field(max_length=2000)
    at: datetime


class FinanceFile(SQLModel, table=True):
    """A paper that comes with an application (申请材料); with `submission_id` only that institution reads it.

    `document` is which of the asked papers it is, in the institution's words.
    """

    __tablename__ = "finance_file"

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = foreign("finance_application.id")
    submission_id: int | None = foreign("finance_submission.id", index=False, default=None, nullable=True)
    file_id: int = foreign("stored_file.id", index=False)
    document: str = Field(default="", max_length=120)
    organisation_id: int = foreign("organisation.id", index=False)
    at: datetime
