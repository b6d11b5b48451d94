"""What reads return: rows put together for one reader."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import Organisation
from marketplace.catalog.models import Listing
from marketplace.quoting import labels
from marketplace.quoting.models import ANSWERED, BasketLine, Invitation, Quote, Request
from marketplace.quoting.rules import State


@dataclass(frozen=True)
class BasketItem:
    """A basket line with its listing, its supplier, and whether it may be asked about now."""

    line: BasketLine
    listing: Listing
    supplier: Organisation
    available: bool


@dataclass(frozen=True)
class _Brief:
    """What every list says about a request."""

    request: Request
    state: State

    @property
    def id(self) -> int:
        """The request's id, for its address."""
        return self.request.id

    @property
    def title(self) -> str:
        """The request's title."""
        return self.request.title

    @property
    def number(self) -> str:
        """The request's number."""
        return self.request.number

    @property
    def answer_by(self) -> datetime:
        """Until when answers are taken."""
        return self.request.answer_by

    @property
    def state_text(self) -> str:
        """The state in words."""
        return labels.state(self.state)[0]

    @property
    def state_tone(self) -> str:
        """The tone the state is shown in."""
        return labels.state(self.state)[1]


@dataclass(frozen=True)
class SentRequest(_Brief):
    """A request in its owner's list, with how many were asked, gave prices, or declined."""

    asked: int
    quoted: int
    declined: int

    @property
    def answered(self) -> int:
        """How many answered at all."""
        return self.quoted + self.declined


@dataclass(frozen=True)
class Inquiry(_Brief):
    """A request as one asked supplier may know it: nothing of others in it."""

    organisation: Organisation
    invitation: Invitation
    quote: Quote | None

    @property
    def buyer(self) -> str:
        """Who asks."""
        return self.organisation.name

    @property
    def open(self) -> bool:
        """Whether it still waits for this supplier's answer."""
        return self.state == State.OPEN and (self.quote is None or self.quote.status not in ANSWERED)
