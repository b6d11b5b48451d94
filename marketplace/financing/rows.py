"""Rows put together for pages."""

from dataclasses import dataclass, field
from datetime import datetime

from marketplace.accounts.models import Organisation
from marketplace.catalog.models import Listing
from marketplace.financing.models import (
    FinanceApplication,
    FinanceMessage,
    FinanceOffer,
    FinanceProduct,
    FinanceSubmission,
    Origin,
    SubmissionStatus,
)
from marketplace.financing.rules import Standing, Verdict, standing, verdict_of, waits_for_institution
from marketplace.matching.judging import State


@dataclass(frozen=True)
class Offered:
    """A product that may be applied for, with its listing and its institution."""

    product: FinanceProduct
    listing: Listing
    institution: Organisation


@dataclass(frozen=True)
class Fit:
    """A product judged against an application. `sent` when it lies before the institution already."""

    offered: Offered
    verdicts: list[Verdict]
    sent: bool = False

    @property
    def standing(self) -> Standing:
        """As a whole."""
        return standing(self.verdicts)

    @property
    def missed(self) -> list[Verdict]:
        """What excludes it."""
        return [one for one in self.verdicts if one.state == State.MISSED]

    @property
    def questions(self) -> list[Verdict]:
        """What has to be asked."""
        return [one for one in self.verdicts if one.state == State.UNKNOWN]


@dataclass
class Dossier:
    """A submission with its application, both sides, what it is now, the newest offer and the messages."""

    submission: FinanceSubmission
    application: FinanceApplication
    applicant: Organisation
    institution: Organisation
    state: SubmissionStatus
    offer: FinanceOffer | None = None
    messages: list[FinanceMessage] = field(default_factory=list)

    @property
    def verdicts(self) -> list[Verdict]:
        """As frozen when it was sent."""
        return [verdict_of(one) for one in self.submission.verdicts]

    @property
    def shown_origin(self) -> str:
        """What the institution may read of where the application comes from: nothing of a tender being quoted for."""
        return "" if self.application.origin == Origin.TENDER else self.application.origin_title

    def is_late(self, at: datetime) -> bool:
        """Whether the institution should have answered by now."""
        return waits_for_institution(self.state) and at > self.submission.answer_by
