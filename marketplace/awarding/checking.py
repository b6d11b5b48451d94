"""What a quote's answers look like before a person judges them: line by line, from the answers and from the listing named."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.bidding.content import Answer, Line, LotQuote, Meets, QuoteContent
from marketplace.bidding.models import OpenedQuote
from marketplace.catalog import queries as catalog
from marketplace.catalog.errors import NotPublicThen
from marketplace.catalog.models import Listing
from marketplace.kit import quantities
from marketplace.kit.i18n import told as _
from marketplace.kit.money import format_fen
from marketplace.matching import judging
from marketplace.matching.judging import State
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.matching.offers import Offer, spec_facts
from marketplace.matching.prepared import prepared
from marketplace.matching.readings import read
from marketplace.procedures.schemas import ProcedureDefinition
from marketplace.procurement.models import Lot, Procurement
from marketplace.reading.requirements import Requirement

MEETS, FAILS, UNCLEAR = "meets", "fails", "unclear"
VERDICTS = (MEETS, FAILS, UNCLEAR)
FROM_MATCHING, FROM_QUOTE, FROM_BUYER = "matching", "quote", "buyer"
WEIGHING = ("hard", "scored")
Row = dict[str, Any]


def rows_of(quote: OpenedQuote, lot: Lot, procurement: Procurement, definition: ProcedureDefinition) -> list[Row]:
    """The lines of one quote for one lot: first what every quote must be, then each hard and scored requirement.

    Verdicts are proposals. Words are in the first language, for they are kept.
    """
    content = QuoteContent.model_validate(quote.content)
    answered = next(one for one in content.lots if one.lot == lot.number)
    rows = list(_formal(quote, content, answered, lot, procurement, definition))
    known, offers = knowledge(), dict[int, Offer | None]()
    lines = {line.item: line for line in answered.lines}
    for item, asked in enumerate(lot.items):
        line = lines.get(item)
        rows.append(_priced(item, asked, line))
        if line is None or line.unit_price_fen is None:
            continue
        if line.listing_id is not None and line.listing_id not in offers:
            offers[line.listing_id] = listed(line.listing_id, quote.supplier_id, quote.opened_at, known)
        offer = offers.get(line.listing_id) if line.listing_id is not None else None
        answers = {answer.requirement: answer for answer in line.answers}
        for place, wanted in enumerate(asked.get("requirements") or []):
            if wanted.get("level", "hard") in WEIGHING:
                rows.append(_judged(item, place, wanted, answers.get(place), offer, known))
    return rows


def listed(listing_id: int, supplier_id: int | None, at: datetime, known: Knowledge) -> Offer | None:
    """The named listing as it stood at the opening, ready to be judged; None when it is not the supplier's or was not public."""
    try:
        version = catalog.version_at(listing_id, at)
    except NotPublicThen:
        return None
    content = version.content
    if supplier_id is None or content.get("supplier", {}).get("id") != supplier_id:
        return None
    plain = {name: value for name, value in content.items() if name in Listing.model_fields}
    row = Listing(**plain, id=listing_id, owner_id=supplier_id, version=version.number)
    held = frozenset(str(one["kind"]) for one in content.get("certificates", []))
    return prepared(row, accounts.organisation(supplier_id), held, read(row, known)).offer


def proposed_reason(rows: Iterable[Mapping[str, Any]]) -> str:
    """Why the quote would be rejected, from its failed hard lines; "" when none fails."""
    failed = [row for row in rows if row["level"] == "hard" and row["verdict"] == FAILS]
    said = [
        _(
            "%(name)s:要求 %(asked)s,应答 %(offered)s",
            name=row["name"],
            asked=row["asked"] or "—",
            offered=row["offered"] or _("无"),
        )
        for row in failed
    ]
    return (_("未满足实质性要求:") + ";".join(said))[:1000] if said else ""


def carried(rows: list[Row], before: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The lines of a later round with what a person decided in the earlier one, where the same was offered."""
    decided = {(r["item"], r["requirement"], r["name"], r["offered"]): r for r in before if r["source"] == FROM_BUYER}
    found = []
    for row in rows:
        old = decided.get((row["item"], row["requirement"], row["name"], row["offered"]))
        found.append({**row, "verdict": old["verdict"], "note": old["note"], "source": FROM_BUYER} if old else row)
    return found


def _formal(
    quote: OpenedQuote, content: QuoteContent, answered: LotQuote, lot: Lot, procurement: Procurement,
    definition: ProcedureDefinition,
) -> Iterable[Row]:  # fmt: skip
    """What any quote must be, whatever is bought."""
    total = quote.totals[str(lot.number)]
    if lot.budget_fen is not None:
        verdict = MEETS if total <= lot.budget_fen else FAILS
        yield _row(None, None, _("不超过预算"), "≤ " + format_fen(lot.budget_fen), format_fen(total), verdict)
    if content.consortium and not definition.allows_consortium:
        yield _row(None, None, _("联合体"), _("不接受联合体"), "、".join(p.name for p in content.consortium), FAILS)
    if procurement.arrangements and answered.parts[0].kind not in procurement.arrangements:
        yield _row(None, None, _("交易方式"), "、".join(procurement.arrangements), answered.parts[0].kind, FAILS)


def _priced(item: int, asked: Mapping[str, Any], line: Line | None) -> Row:
    """Whether the item is offered at all: a total that leaves something out is no lower price."""
    wanted = f"{quantities.format_quantity(asked.get('quantity') or 0, asked.get('unit') or None)}"
    if line is None or line.unit_price_fen is None:
        return _row(item, None, _("报价"), wanted, "", FAILS)
    return _row(
        item, None, _("报价"), wanted, " ".join(filter(None, (format_fen(line.unit_price_fen), line.product))), MEETS
    )


def _judged(
    item: int, place: int, wanted: Mapping[str, Any], answer: Answer | None, offer: Offer | None, known: Knowledge
) -> Row:
    """One requirement: what the supplier answers, checked against its own value and against its listing."""
    requirement = requirement_of(wanted)
    asked = judging.asked(requirement)
    by_listing = judging.judge(requirement, offer, known.names) if offer else None
    verdict, source, offered, note = _weighed(answer, requirement, by_listing, known)
    level = str(wanted.get("level") or "hard")
    return _row(item, place, str(wanted["name"]), asked, offered, verdict, source=source, level=level, note=note)


def _weighed(
    answer: Answer | None, requirement: Requirement, by_listing: judging.Verdict | None, known: Knowledge
) -> tuple[str, str, str, str]:
    """Verdict, its source, what is offered, and a note where two sources disagree."""
    listed_state = by_listing.state if by_listing else State.UNKNOWN
    shown = by_listing.offered if by_listing else ""
    if answer is None:
        if listed_state is State.UNKNOWN:
            return UNCLEAR, FROM_QUOTE, "", _("未应答")
        verdict = UNCLEAR if listed_state is State.MET else FAILS
        return verdict, FROM_MATCHING, shown, _("未应答;以上取自产品资料")
    offered = answer.offered or {Meets.YES: _("满足"), Meets.BETTER: _("优于"), Meets.NO: _("不满足")}[answer.meets]
    if answer.meets == Meets.NO:
        return FAILS, FROM_QUOTE, offered, ""
    own = _own_value(requirement, answer.offered, known)
    if own in (State.MISSED, State.MARGINAL):
        return FAILS, FROM_QUOTE, offered, _("应答“满足”,但所报数值达不到要求")
    if listed_state in (State.MISSED, State.MARGINAL):
        return UNCLEAR, FROM_MATCHING, offered, _("应答“满足”,产品资料为 %(shown)s", shown=shown)
    if listed_state is State.MET:
        return MEETS, FROM_MATCHING, offered, _("产品资料:%(shown)s", shown=shown) if shown else ""
    return MEETS, FROM_QUOTE, offered, ""


def requirement_of(wanted: Mapping[str, Any]) -> Requirement:
    """A lot's requirement as matching judges it."""
    value, high = wanted.get("value"), wanted.get("high")
    value = (
        tuple(map(str, value)) if isinstance(value, list) else float(value) if isinstance(value, int | float) else value
    )
    return Requirement(
        str(wanted["name"]), str(wanted.get("key") or ""), str(wanted.get("op") or "="), value if value is not None else "",
        str(wanted.get("unit") or ""), str(wanted.get("level") or "hard"), float(high) if high is not None else None,
    )  # fmt: skip


def _own_value(requirement: Requirement, offered: str, known: Knowledge) -> State:
    """Whether the value the supplier wrote meets the requirement; unknown when it is no value one can measure."""
    if not offered:
        return State.UNKNOWN
    spec: dict[str, object] = {"name": requirement.name, "key": requirement.key, "text": offered}
    if isinstance(requirement.value, float):
        found = quantities.parse_quantity(offered)
        if found is None:
            return State.UNKNOWN
        unit = found.unit.symbol if found.unit else requirement.unit
        spec = {"name": requirement.name, "key": requirement.key, "value": float(found.value), "unit": unit}
    facts = spec_facts([spec], "", known.reference, known.attributes)
    bare = Offer(
        listing_id=0, version=0, supplier_id=0, supplier="", name="", model="", kind="", class_code="", province="", city="",
        modes=frozenset(), regions=frozenset(), price_fen=None, unit="", stock=None, monthly_capacity=None, lead_days=None,
        min_order=1, certificates=frozenset(), facts=tuple(facts), says="", denies="", headline="",
    )  # fmt: skip
    state = judging.judge(requirement, bare, known.names).state
    # Words of a supplier may say more than the one asked for: only a measured value is held against it.
    return state if isinstance(requirement.value, float) or state is State.MET else State.UNKNOWN


def _row(
    item: int | None, requirement: int | None, name: str, asked: str, offered: str, verdict: str, *,
    source: str = FROM_QUOTE, level: str = "hard", note: str = "",
) -> Row:  # fmt: skip
    return {
        "item": item, "requirement": requirement, "name": name, "asked": asked, "offered": offered, "level": level,
        "verdict": verdict, "source": source, "note": note,
    }  # fmt: skip
