"""What reads of needs give back besides the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.needs.models import Incident, Need, NeedKind, NeedStatus


@dataclass(frozen=True)
class OwnFilter:
    """What of an organisation's own needs is asked for; `template` turns to its templates."""

    status: NeedStatus | None = None
    kind: NeedKind | None = None
    text: str = ""
    incident_id: int | None = None
    template: bool = False


@dataclass(frozen=True)
class OpenFilter:
    """What of the open needs is asked for; a class includes those under it, every word of the text must occur.

    `closing` is within how many days questions close, as text, "" for no matter when.
    """

    text: str = ""
    kind: NeedKind | None = None
    class_code: str = ""
    category: str = ""
    event_code: str = ""
    field_code: str = ""
    province: str = ""
    mode: str = ""
    closing: str = ""


@dataclass(frozen=True)
class AskedQuestion:
    """A question as one reader sees it: `asker` is the asker's name for the asker itself, else ""."""

    id: int
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    mine: bool
    asker: str


@dataclass(frozen=True)
class ItemSum:
    """How much of one thing an incident's needs ask for together; by class, or by name without one, and by unit."""

    name: str
    class_code: str
    unit: str
    quantity: float
    needs: int


@dataclass(frozen=True)
class IncidentSheet:
    """An incident with the needs its reader may read; sums leave withdrawn needs out.

    `without_budget` counts the needs that name no amount.
    """

    incident: Incident
    needs: Sequence[Need]
    by_status: dict[str, int] = field(default_factory=dict)
    budget_fen: int = 0
    without_budget: int = 0
    items: Sequence[ItemSum] = ()
