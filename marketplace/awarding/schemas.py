"""Shapes that come in through the pages of evaluation and award."""

from datetime import UTC, datetime
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field

from marketplace.awarding.models import Conflict, Outcome
from marketplace.kit import clock
from marketplace.kit.forms import Form


def _shanghai(value: Any) -> Any:
    """A time as `<input type=datetime-local>` sends it, read in Shanghai."""
    if not isinstance(value, str):
        return value
    try:
        naive = datetime.strptime(value.strip().replace(" ", "T")[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        raise ValueError(_("请填写时间,如 2026-01-31 17:00。")) from None
    return naive.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)


class OutcomeForm(Form):
    """What a person says of a whole quote."""

    outcome: Outcome
    reason: str = Field(default="", max_length=1000)


class FinalRoundForm(Form):
    """Until when final prices are taken."""

    quotes_until: Annotated[datetime, BeforeValidator(_shanghai)]


class MemberForm(Form):
    """Whom to appoint: one of the own people by id, or anybody by e-mail."""

    email: str = Field(default="", max_length=254)
    user_id: int | None = Field(default=None, ge=1, le=2**31 - 1)
    expert: bool = False


class DeclarationForm(Form):
    """What a member says about interests."""

    conflict: Conflict
    text: str = Field(default="", max_length=500)


class ReasonForm(Form):
    """Why something ends; the verb judges whether it may be empty."""

    reason: str = Field(default="", max_length=500)


class OpinionForm(Form):
    """What a member says of the proposed order."""

    digest: str = Field(max_length=64)
    agrees: bool
    text: str = Field(default="", max_length=1000)


class ConclusionForm(Form):
    """The conclusion of a lot."""

    digest: str = Field(max_length=64)
    consensus: str = Field(default="", max_length=4000)


class ObjectionForm(Form):
    """An objection to the result; without a lot it is about all."""

    form_key: str = Field(min_length=8, max_length=40)
    lot_id: int | None = Field(default=None, ge=1, le=2**31 - 1)
    text: str = Field(min_length=5, max_length=4000)


class DecisionForm(Form):
    """The buyer's answer to an objection."""

    upheld: bool
    reply: str = Field(min_length=5, max_length=4000)
