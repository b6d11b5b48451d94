"""A draft's text and what it proposes, side by side: numbered, grouped, and made into the form a person accepts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.needs import rules
from marketplace.needs.models import Need, Operator
from marketplace.needs.requirements import typed_value
from marketplace.needs.schemas import MAX_REQUIREMENTS, filled_from
from marketplace.reading.understanding import Proposal, understand

GROUPS = ("what", "how_many", "where", "when", "money", "mode", "asked", "certificates", "refused")
SINGLE = ("class_code", "category", "event_code", "field_code", "kind", "mode", "place", "when", "budget_fen")
LONG_GAP, KEPT_OF_GAP = 400, 120
_GROUP_OF = {
    "class_code": "what", "category": "what", "event_code": "what", "field_code": "what", "kind": "what",
    "item": "how_many", "place": "where", "wanted_on": "when", "within_days": "when", "budget_fen": "money",
    "mode": "mode", "exclusion": "refused",
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A proposal on the page: its number, the name its choice is sent under, and whether the need has it already."""

    number: int
    told: Proposal
    group: str
    choice: str
    ticked: bool
    known: bool

    @property
    def typed(self) -> str:
        """The value as it stands in its field; "" where it is shown only."""
        return typed(self.told)


@dataclass(frozen=True)
class Piece:
    """A stretch of the text: with the numbers of the offers it is the words of, or `folded` when nothing was read in it."""

    text: str
    numbers: tuple[int, ...] = ()
    folded: bool = False


def offers_of(need: Need, today: date) -> list[Offer]:
    """What a draft's text proposes, the same thing once, in the order of the page."""
    found: dict[tuple[str, str], Proposal] = {}
    for told in understand(need.text, title=need.title, today=today):
        found.setdefault((told.field, repr(told.value)), told)
    asked = [told for told in found.values() if told.field == "requirement"][MAX_REQUIREMENTS:]
    kept = sorted((told for told in found.values() if told not in asked), key=lambda told: GROUPS.index(_group(told)))
    fields = [_single(told.field) for told in kept]
    offers: list[Offer] = []
    for number, told in enumerate(kept, 1):
        single = _single(told.field)
        several = single and fields.count(single) > 1
        taken = several and any(one.ticked and one.choice == f"one-{single}" for one in offers)
        known = is_known(need, told)
        ticked = told.sure and not known and not taken and _fits(need, told)
        offers.append(Offer(number, told, _group(told), f"one-{single}" if several else "take", ticked, known))
    return offers


def pieces_of(text: str, offers: Iterable[Offer]) -> list[Piece]:
    """The text cut where words were recognised; words that overlap are one piece. Long stretches between are folded."""
    spans: list[tuple[int, int, list[int]]] = []
    for offer in sorted((o for o in offers if o.told.end), key=lambda o: (o.told.start, o.told.end)):
        if spans and offer.told.start < spans[-1][1]:
            start, end, numbers = spans[-1]
            spans[-1] = (start, max(end, offer.told.end), [*numbers, offer.number])
        else:
            spans.append((offer.told.start, offer.told.end, [offer.number]))
    pieces, place = [], 0
    for start, end, numbers in spans:
        pieces += _gap(text[place:start])
        pieces.append(Piece(text[start:end], tuple(numbers)))
        place = end
    return pieces + _gap(text[place:])


def accepted(need: Need, offers: Iterable[Offer], sent: Mapping[str, str], chosen: set[str]) -> dict[str, Any]:
    """The draft's form with the chosen offers in it, for `schemas.read_need`; `chosen` are numbers as texts.

    `sent` may hold other values than were proposed: "value-<number>", "unit-<number>", "level-<number>".
    """
    told = dict(filled_from(need).values)
    for offer in offers:
        if str(offer.number) in chosen:
            put = _PUT.get(offer.told.field, _put_plain)
            put(told, offer.told, lambda name, default, n=offer.number: sent.get(f"{name}-{n}", default).strip())
    return told


def is_known(need: Need, told: Proposal) -> bool:
    """Whether the draft says it already."""
    if told.field == "item":
        return any(row["name"] == told.value["name"] for row in need.items)
    if told.field == "requirement":
        same = ("name", "op", "value")
        return any(
            all(row[name] == told.value[name] for name in same) or (row["words"] and row["words"] == told.words)
            for row in need.requirements
        )
    if told.field == "exclusion":
        return told.value in need.exclusions
    if told.field == "place":
        return need.province == told.value["province"] and told.value["city"] in ("", need.city)
    if told.field == "mode":
        return False  # the draft has the usual one of its kind until somebody chooses
    return getattr(need, told.field) == told.value


def typed(told: Proposal) -> str:
    """A proposal's value as one types it; "" for what is chosen, not typed."""
    if told.field == "item":
        return typed_value(told.value["quantity"])
    if told.field == "budget_fen":
        return typed_value(told.value / 100)
    if told.field in ("wanted_on", "within_days", "exclusion"):
        return str(told.value)
    if told.field == "requirement" and told.value["op"] not in (Operator.HAS, Operator.NOT):
        high = told.value["high"]
        return typed_value(told.value["value"]) + (f"~{typed_value(high)}" if high is not None else "")
    return ""


def _group(told: Proposal) -> str:
    if told.field == "requirement":
        return "certificates" if told.value["op"] == Operator.HAS else "asked"
    return _GROUP_OF[told.field]


def _single(field: str) -> str:
    """The name under which a need has one value of this; "" when it may have many."""
    field = "when" if field in ("wanted_on", "within_days") else field
    return field if field in SINGLE else ""


def _fits(need: Need, told: Proposal) -> bool:
    return told.field != "mode" or told.value in rules.modes_for(need.kind)


def _gap(text: str) -> list[Piece]:
    if len(text) <= LONG_GAP:
        return [Piece(text)] if text else []
    return [
        Piece(text[:KEPT_OF_GAP]), Piece(text[KEPT_OF_GAP:-KEPT_OF_GAP], folded=True), Piece(text[-KEPT_OF_GAP:])
    ]  # fmt: skip


Typed = Callable[[str, str], str]


def _put_plain(content: dict[str, Any], told: Proposal, _sent: Typed) -> None:
    content[told.field] = told.value


def _put_place(content: dict[str, Any], told: Proposal, _sent: Typed) -> None:
    content |= {"province": told.value["province"], "city": told.value["city"]}


def _put_budget(content: dict[str, Any], told: Proposal, sent: Typed) -> None:
    content["budget"] = sent("value", typed(told))


def _put_day(content: dict[str, Any], told: Proposal, sent: Typed) -> None:
    content |= {"wanted_on": None, "within_days": None, told.field: sent("value", typed(told))}


def _put_exclusion(content: dict[str, Any], told: Proposal, sent: Typed) -> None:
    content["exclusions"] = "\n".join(filter(None, [content["exclusions"], sent("value", typed(told))]))


def _put_item(content: dict[str, Any], told: Proposal, sent: Typed) -> None:
    row = {"name": told.value["name"], "class": told.value["class_code"], "note": told.value["note"]}
    row |= {"quantity": sent("value", typed(told)), "unit": sent("unit", told.value["unit"])}
    content["items"] = [*content["items"], row]


def _put_requirement(content: dict[str, Any], told: Proposal, sent: Typed) -> None:
    row = {name: told.value[name] for name in ("name", "op", "unit", "words")}
    row |= {"value": sent("value", typed(told)) or typed_value(told.value["value"]), "item": ""}
    row["level"] = sent("level", str(told.value["level"]))
    content["requirements"] = [*content["requirements"], row]


_PUT = {
    "place": _put_place, "budget_fen": _put_budget, "wanted_on": _put_day, "within_days": _put_day,
    "exclusion": _put_exclusion, "item": _put_item, "requirement": _put_requirement,
}  # fmt: skip
