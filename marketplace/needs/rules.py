"""Pure decisions of needs: who may post what, what opening asks for, where a need stands, what an amendment changed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from marketplace.accounts.models import OrganisationKind, Role
from marketplace.kit import clock
from marketplace.kit.permissions import Actor
from marketplace.needs import labels
from marketplace.needs.errors import BadCutOff, QuestionsClosed
from marketplace.needs.models import Mode, Need, NeedKind, NeedStatus, Operator, Visibility

CONTENT_FIELDS = (
    "kind", "title", "text", "category", "event_code", "field_code", "class_code", "mode", "items", "requirements",
    "exclusions", "province", "city", "place", "wanted_on", "within_days", "budget_fen", "visibility", "questions_until",
)  # fmt: skip
SHOWN = (NeedStatus.OPEN, NeedStatus.CLOSED, NeedStatus.WITHDRAWN)
UNENDED = (NeedStatus.DRAFT, NeedStatus.IN_APPROVAL, NeedStatus.OPEN)
GOODS = (NeedKind.SUPPLY, NeedKind.RESERVE)
_MODES = {
    NeedKind.SUPPLY: (Mode.PURCHASE, Mode.OPERATING_LEASE, Mode.FINANCE_LEASE, Mode.SERVICE, Mode.RESERVE_AGREEMENT),
    NeedKind.RESERVE: (Mode.RESERVE_AGREEMENT, Mode.PURCHASE, Mode.SERVICE),
    NeedKind.TECHNOLOGY: (Mode.TECHNOLOGY,),
    NeedKind.FINANCING: (Mode.FINANCING,),
}


class State(StrEnum):
    """Where a need stands at a moment."""

    DRAFT = "draft"
    IN_APPROVAL = "in_approval"
    OPEN = "open"
    QUESTIONS_CLOSED = "questions_closed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Difference:
    """One thing that reads differently in two versions; "" where there was or is nothing."""

    label: str
    before: str
    after: str


def kinds_for(organisation_kind: str) -> tuple[NeedKind, ...]:
    """The kinds of need an organisation may post: buyers and parks every kind, enterprises and institutions two."""
    if organisation_kind in (OrganisationKind.BUYER, OrganisationKind.PARK):
        return tuple(NeedKind)
    if organisation_kind in (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION):
        return NeedKind.TECHNOLOGY, NeedKind.FINANCING
    return ()


def modes_for(kind: NeedKind) -> tuple[Mode, ...]:
    """The ways in which a kind of need is met, the usual one first."""
    return _MODES[NeedKind(kind)]


def is_government(organisation_kind: str, uscc: str) -> bool:
    """A body registered by 机构编制 (code begins with 1: 机关, 事业单位, 群众团体) that buys or runs a park."""
    return organisation_kind in (OrganisationKind.BUYER, OrganisationKind.PARK) and uscc.startswith("1")


def missing(need: Any, *, invited: int = 0, without_unit: int = 0) -> list[str]:
    """The fields that must be filled before opening; `need` is a Need or a NeedForm.

    `invited` is how many suppliers are invited, `without_unit` how many requirements lack the unit they need.
    """
    goods = need.kind in GOODS
    lacking = {
        "class_or_text": not need.class_code and len(need.text) < 10,
        "category": not need.category,
        "province": not need.province,
        "item_quantity": goods and not any(row["quantity"] for row in need.items),
        "budget_fen": need.kind == NeedKind.FINANCING and not need.budget_fen,
        "req_unit": without_unit > 0,
        "invitations": need.visibility == Visibility.INVITED and not invited,
    }
    return [name for name, lacks in lacking.items() if lacks]


def outdated(need: Any, at: datetime) -> list[str]:
    """The fields of a Need or NeedForm whose day or time has passed."""
    passed = {
        "wanted_on": need.wanted_on is not None and need.wanted_on < clock.local(at).date(),
        "questions_until": need.questions_until is not None and need.questions_until <= at,
    }
    return [name for name, has_passed in passed.items() if has_passed]


def state_of(need: Need, at: datetime) -> State:
    """Open until somebody ends it; questions are taken until their cut-off, and nothing has to happen for that."""
    if need.status == NeedStatus.OPEN and not questions_open(need, at):
        return State.QUESTIONS_CLOSED
    return State(need.status.value)


def questions_open(need: Need, at: datetime) -> bool:
    """Whether suppliers may ask; without a cut-off as long as the need is open."""
    return need.status == NeedStatus.OPEN and (need.questions_until is None or at < need.questions_until)


def check_questions_open(need: Need, at: datetime) -> None:
    """Raises: QuestionsClosed from the cut-off on, or when the need is not open."""
    if not questions_open(need, at):
        raise QuestionsClosed()


def check_extension(need: Need, until: datetime, at: datetime) -> None:
    """An extension gives more time, never less. Raises: BadCutOff."""
    if until <= at:
        raise BadCutOff(why=_("提问截止时间应晚于现在。"))
    if need.questions_until is None or until <= need.questions_until:
        raise BadCutOff(why=_("新的提问截止时间应晚于原截止时间;未设截止时间的需求一直可以提问。"))


def wrote(need: Need, by: Actor) -> bool:
    """Whether this person created the need or wrote its content last."""
    return by.user_id in (need.created_by, need.edited_by)


def may_approve(need: Need, by: Actor) -> bool:
    """An administrator of the organisation who did not write it."""
    return by.organisation_id == need.owner_id and by.role == Role.ADMIN and not wrote(need, by)


def opens_alone(need: Need, by: Actor, *, approval: bool) -> bool:
    """Whether this person opens the need without another's approval: where none is asked, or being the second person."""
    return not approval or may_approve(need, by)


def may_amend(need: Need, by: Actor, *, approval: bool) -> bool:
    """Whether this person changes an open need: with approval asked for, administrators only."""
    return need.status == NeedStatus.OPEN and (not approval or by.role == Role.ADMIN)


def named_in(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of these organisations, blanks not counting."""
    bare = "".join(text.split())
    return any("".join(name.split()) in bare for name in names if name.strip())


def direction(requirement: Mapping[str, Any]) -> str:
    """Which way is better, by a requirement's operator: "hi", "lo", "eq", "rng", "enum" or "text"."""
    return {
        Operator.AT_LEAST: "hi", Operator.AT_MOST: "lo", Operator.EQUAL: "eq", Operator.BETWEEN: "rng",
        Operator.ONE_OF: "enum",
    }.get(Operator(requirement["op"]), "text")  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What reads differently in two contents of a need (`snapshots.content_of`), in the reader's language.

    Items, requirements and files are compared one by one, found again by their names.
    """
    found = []
    for name in CONTENT_FIELDS:
        if name not in ("items", "requirements"):
            old, new = labels.value(name, before.get(name)), labels.value(name, after.get(name))
            found += _unless_same(labels.field(name), old, new)
    parts: tuple[tuple[str, str, str, Callable[..., str]], ...] = (
        (_("清单"), "items", "name", lambda row, _content: labels.item(row)),
        (_("指标"), "requirements", "name", lambda row, content: labels.requirement_of(row, content["items"])),
        (_("附件"), "files", "token", lambda row, _content: row["title"]),
    )
    for label, name, key, words in parts:
        old_rows, new_rows = _by_key(before.get(name) or [], key), _by_key(after.get(name) or [], key)
        for place in dict.fromkeys([*old_rows, *new_rows]):
            old = words(old_rows[place], before) if place in old_rows else ""
            new = words(new_rows[place], after) if place in new_rows else ""
            title = _("%(part)s:%(name)s", part=label, name=place[0]) if key == "name" else label
            found += _unless_same(title, old, new)
    return found


def _unless_same(label: str, before: str, after: str) -> list[Difference]:
    return [] if before == after else [Difference(label, before, after)]


def _by_key(rows: list[dict[str, Any]], key: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows by name, and by how many of the same name stand before them."""
    seen: Counter[str] = Counter()
    found = {}
    for row in rows:
        found[row[key], seen[row[key]]] = row
        seen[row[key]] += 1
    return found
