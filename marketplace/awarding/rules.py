"""Pure decisions of evaluation and award: who may judge, who comes next, what a split may give."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _

from marketplace.awarding.models import LIVING, Award, AwardStatus, Compliance, Conflict, Outcome, PanelMember
from marketplace.procedures.schemas import Evaluation, ProcedureDefinition
from marketplace.procurement.models import Procurement, ProcurementStatus


def is_judging(member: PanelMember) -> bool:
    """Whether the member may read and judge: declared to have no interests, and not replaced."""
    return member.removed_at is None and member.conflict == Conflict.NONE


def is_seated(member: PanelMember) -> bool:
    """Whether the member counts for the size: neither in conflict nor replaced."""
    return member.removed_at is None and member.conflict != Conflict.DECLARED


def panel_fault(members: Iterable[PanelMember], definition: ProcedureDefinition) -> str:
    """What is wrong with the panel, as a sentence with its rule; "" when it may work."""
    seated = sum(is_seated(member) for member in members)
    if seated == 0 and definition.panel_min == 0:
        return ""
    if seated < definition.panel_min:
        return _("评审小组须不少于 %(n)s 人,现有 %(now)s 人(%(rule)s)。", n=definition.panel_min, now=seated,
                 rule=citation(definition, "panel_min"))  # fmt: skip
    if definition.panel_odd and seated % 2 == 0:
        return _(
            "评审小组须为单数,现有 %(now)s 人(%(rule)s)。",
            now=seated,
            rule=citation(definition, "panel_odd", "panel_min"),
        )
    return ""


def needs_panel(members: Sequence[PanelMember], definition: ProcedureDefinition) -> bool:
    """Whether members have to agree: the procedure asks for them, or the buyer appointed some."""
    return definition.panel_min > 0 or any(is_seated(member) for member in members)


def citation(definition: ProcedureDefinition, *settings: str) -> str:
    """The words of the rule a setting follows, those of the first setting that has any."""
    found = (definition.citations[setting].text for setting in settings if setting in definition.citations)
    return next(found, _("程序设置"))


def scores(procurement: Procurement, definition: ProcedureDefinition) -> bool:
    """Whether members give points: a scored procedure with something besides the price to score."""
    return definition.evaluation == Evaluation.SCORED and any(c["kind"] != "price" for c in procurement.criteria)


def majority(agreed: int, members: int) -> bool:
    """Whether more than half agree."""
    return agreed * 2 > members


def ended(procurement: Procurement) -> bool:
    """Whether nothing more is decided."""
    return procurement.status in (ProcurementStatus.FAILED, ProcurementStatus.CANCELLED)


def digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """What members agree to: the order with its figures, not the words about it."""
    told = [(r["opened_quote_id"], r["place"], r["ranked_fen"], r["points"]) for r in rows]
    return sha256(repr(told).encode()).hexdigest()


def all_decided(compliances: Iterable[Compliance]) -> bool:
    """Whether every quote has its verdict."""
    return all(one.outcome != Outcome.PENDING for one in compliances)


def out_of_the_running(awards: Iterable[Award]) -> set[int]:
    """The suppliers whose award of this lot was declined or revoked."""
    return {award.supplier_id for award in awards if award.status in (AwardStatus.DECLINED, AwardStatus.REVOKED)}


def candidates(rows: Iterable[Mapping[str, Any]], awards: Sequence[Award]) -> list[Mapping[str, Any]]:
    """Who may still be awarded, the best first: in the order, not out of the running, without a living part."""
    gone = out_of_the_running(awards) | {award.supplier_id for award in living(awards)}
    placed = [row for row in rows if row["place"] is not None and row["supplier_id"] not in gone]
    return sorted(placed, key=lambda row: row["place"])


def living(awards: Iterable[Award]) -> list[Award]:
    """The awards that stand."""
    return [award for award in awards if award.status in LIVING]


def free_part(awards: Iterable[Award]) -> int:
    """The lowest number no living award of the lot has."""
    taken = {award.part for award in living(awards)}
    return next(n for n in range(1, len(taken) + 2) if n not in taken)


def left_over(items: Sequence[Mapping[str, Any]], awards: Iterable[Award]) -> dict[int, float]:
    """What of each item is not awarded yet."""
    left = {place: float(item.get("quantity") or 0) for place, item in enumerate(items)}
    for award in living(awards):
        for place in left:
            left[place] -= float(award.quantities.get(str(place), left[place] if not award.quantities else 0))
    return left


def is_split(items: Sequence[Mapping[str, Any]], quantities: Mapping[int, float]) -> bool:
    """Whether less than the whole lot is given."""
    return any(abs(quantities.get(n, 0) - float(item.get("quantity") or 0)) > 1e-9 for n, item in enumerate(items))
