"""What the pages of matching show: a judging with its listings as they were then, and what has become of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import ListingVersion
from marketplace.kit import db
from marketplace.matching import queries, reasons
from marketplace.matching.models import Choice, MatchChoice, MatchRow, MatchRun, Opportunity
from marketplace.matching.reasons import Reason
from marketplace.matching.scoring import Standing
from marketplace.needs import queries as needs

WEAK = 0.35
"""Below this relevance a result shares little more than some words with what is asked; pages fold it away."""
_STANDS = (Standing.ELIGIBLE, Standing.OPEN)


class Now(StrEnum):
    """What has become of a listing since it was judged."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Judging:
    """A need judged at one moment, one run for each of its items in their order."""

    runs: tuple[MatchRun, ...]

    @property
    def first(self) -> MatchRun:
        """The run that names the judging in an address, and says when and by which rules it was made."""
        return self.runs[0]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many listings stand where, over all items."""
        return sum((Counter(run.counts) for run in self.runs), Counter())


@dataclass(frozen=True, slots=True)
class Card:
    """A result as a page shows it. `rank` counts those worth a look with nothing in the way, else 0; `content` is the
    listing as it was judged."""

    row: MatchRow
    rank: int
    content: Mapping[str, Any]
    supplier: Organisation
    now: Now
    choice: MatchChoice | None
    invited: bool
    reasons: Sequence[Reason]

    @property
    def against(self) -> list[Reason]:
        """What is missed, by a little or altogether."""
        return [one for one in self.reasons if one.tone in ("bad", "near")]

    @property
    def questions(self) -> list[Reason]:
        """What the listing is silent on."""
        return [one for one in self.reasons if one.tone == "ask"]

    @property
    def in_the_way(self) -> list[Reason]:
        """What keeps it from being eligible."""
        return reasons.in_the_way(self.row.verdicts)

    @property
    def weak(self) -> bool:
        """Whether it is hardly about what is asked; what the buyer has decided about is always worth showing."""
        return self.row.parts["relevance"] < WEAK and self.choice is None

    @property
    def shortlisted(self) -> bool:
        """Whether the buyer wants to look closer."""
        return self.choice is not None and self.choice.choice == Choice.SHORTLISTED

    @property
    def dismissed(self) -> bool:
        """Whether the buyer has put it aside."""
        return self.choice is not None and self.choice.choice == Choice.DISMISSED


def judgings_of(need_id: int) -> list[Judging]:
    """Every judging of a need, newest first."""
    found: list[list[MatchRun]] = []
    for run in queries.runs_of(need_id):
        last = found[-1] if found else []
        if not last or run.made_at != last[-1].made_at or any(run.item == other.item for other in last):
            found.append([])
        found[-1].append(run)
    return [Judging(tuple(reversed(runs))) for runs in found]


def cards_of(run: MatchRun) -> list[Card]:
    """The results of a run in their order."""
    rows = queries.rows_of(run.id)
    contents = _contents(rows)
    public = catalog.public_listings([row.listing_id for row in rows])
    suppliers = accounts.organisations([row.supplier_id for row in rows])
    choices = queries.choices_of(run.need_id)
    invited = {invitation.supplier_id for invitation, _org in needs.invitations_of(run.need_id)}
    found, rank = [], 0
    for row in rows:
        ranked = row.standing in _STANDS and row.parts["relevance"] >= WEAK
        rank += ranked
        found.append(
            Card(
                row,
                rank if ranked else 0,
                contents[row.listing_id, row.listing_version],
                suppliers[row.supplier_id],
                now_of(row, public),
                choices.get(row.listing_id),
                row.supplier_id in invited,
                reasons.reasons(row.verdicts),
            )  # fmt: skip
        )
    return found


def now_of(row: MatchRow | Opportunity, public: Mapping[int, Any]) -> Now:
    """What has become of the judged listing; `public` are the public listings by id."""
    if row.listing_id not in public:
        return Now.GONE
    return Now.SAME if public[row.listing_id].version == row.listing_version else Now.CHANGED


def contents_of(rows: Iterable[Opportunity]) -> dict[int, Mapping[str, Any]]:
    """The listings as they were when opportunities were told, by opportunity."""
    rows = list(rows)
    contents = _contents(rows)
    return {row.id: contents[row.listing_id, row.listing_version] for row in rows}


def _contents(rows: Sequence[MatchRow | Opportunity]) -> dict[tuple[int, int], Mapping[str, Any]]:
    wanted = [(row.listing_id, row.listing_version) for row in rows]
    key = sa.tuple_(ListingVersion.listing_id, ListingVersion.number)
    columns = select(ListingVersion.listing_id, ListingVersion.number, ListingVersion.content).where(key.in_(wanted))
    return {(listing_id, number): content for listing_id, number, content in db.session().exec(columns)}


@dataclass(frozen=True, slots=True)
class Board:
    """A run laid out for its page: what stands, what has one thing in the way, what is hardly about it, what is out."""

    run: MatchRun
    cards: Sequence[Card]

    @property
    def standing(self) -> list[Card]:
        """Eligible, or with something to ask."""
        return [card for card in self.cards if card.row.standing in _STANDS and not card.weak]

    @property
    def near(self) -> list[Card]:
        """One thing in the way, by a little."""
        return [card for card in self.of(Standing.NEAR) if not card.weak]

    @property
    def weak(self) -> list[Card]:
        """Hardly about what is asked, but not out."""
        return [card for card in self.cards if card.row.standing != Standing.EXCLUDED and card.weak]

    @property
    def excluded(self) -> list[Card]:
        """Out."""
        return self.of(Standing.EXCLUDED)

    @property
    def shortlisted(self) -> list[Card]:
        """Chosen by the buyer."""
        return [card for card in self.cards if card.shortlisted]

    @property
    def changed(self) -> int:
        """How many of those that stand or are near are not any more as they were judged."""
        return sum(card.now is not Now.SAME for card in [*self.standing, *self.near])

    def of(self, standing: Standing) -> list[Card]:
        """Those that stand so."""
        return [card for card in self.cards if card.row.standing == standing]
