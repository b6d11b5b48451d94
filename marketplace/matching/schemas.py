"""What the pages of matching send."""

from pydantic import Field

from marketplace.kit.forms import Form
from marketplace.matching.models import Choice


class ChoiceForm(Form):
    """A decision about a match; without a choice the decision is taken back."""

    choice: Choice | None = None
    reason: str = Field(default="", max_length=300)
