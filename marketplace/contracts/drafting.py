"""Verbs before anything is signed: drawing up a contract from an award or by hand, and settling what is still open."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus
from marketplace.awarding import queries as awarding
from marketplace.awarding.models import Award, AwardStatus, Objection, ObjectionStatus
from marketplace.bidding import queries as bidding
from marketplace.bidding.content import LotQuote, QuoteContent
from marketplace.contracts import queries, rules
from marketplace.contracts.errors import AlreadyConcluded, BadDay, NotYetToConclude
from marketplace.contracts.models import (
    FRAMEWORKS,
    Contract,
    ContractItem,
    ContractKind,
    ContractParty,
    ContractStatus,
    Milestone,
    PartyRole,
)
from marketplace.contracts.numbers import next_number
from marketplace.contracts.schemas import DraftForm, FrameworkForm, StepForm
from marketplace.kit import audit, clock, db
from marketplace.kit.errors import NotFound
from marketplace.kit.i18n import FIRST_LANGUAGE, told
from marketplace.kit.moves import NoSuchMove
from marketplace.kit.permissions import Actor
from marketplace.needs import labels as needs_labels
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, Procurement

DEFAULT_DAYS = 30
PLAIN = {"unit": "", "level": "hard", "high": None}


def quote_of(award: Award) -> QuoteContent:
    """What the awarded supplier had sealed. Raises: NotFound."""
    opened = bidding.opened_in(awarding.ranking(award.ranking_id).round_id)
    found = next((quote for quote in opened if quote.id == award.opened_quote_id), None)
    if found is None:
        raise NotFound()
    return QuoteContent.model_validate(found.content)


def conclude(
    procurement: Procurement, award: Award, kind: ContractKind | None = None, *, by: Actor, at: datetime
) -> Contract:
    """Draw up the contract of an award, its terms frozen from the quote; the award's contract if there is one.

    `kind` makes a framework of it where the buyer chooses so. Raises: NotYetToConclude; AlreadyConcluded beside a twin.
    """
    known = queries.contract_of_award(award.id)
    if known is not None:
        return known
    why = why_not_yet(procurement, award, at)
    if why:
        raise NotYetToConclude(why=why)
    lot, quote = procurements.lot(award.lot_id), quote_of(award)
    offer = next((one for one in quote.lots if one.lot == lot.number), None)
    if offer is None:
        raise NotFound()
    row = _from_award(procurement, award, lot, offer, quote, kind, by, at)
    db.session().add(row)
    db.flush_or(AlreadyConcluded)
    _add_parties(row, quote)
    _add_items(row, lot, offer, award.quantities)
    _add_steps(row, _steps_of(quote, offer))
    db.session().flush()
    audit.record(by, "contract.draft", row, at, number=row.number, award=award.id)
    return row


def why_not_yet(procurement: Procurement, award: Award, at: datetime) -> str:
    """Why an award cannot become a contract now, in the reader's language; "" when it can."""
    if award.status != AwardStatus.ACCEPTED:
        return _("成交供应商尚未确认,或成交结果已经改变。")
    if procurement.objections_until is None or at < procurement.objections_until:
        return _("异议期尚未届满,届满后才能订立合同。")
    filed = (Objection.procurement_id == procurement.id, Objection.status == ObjectionStatus.FILED)
    lots = sa.or_(col(Objection.lot_id).is_(None), Objection.lot_id == award.lot_id)
    if db.session().exec(select(Objection.id).where(*filed, lots)).first():
        return _("有质疑尚未答复,答复后才能订立合同。")
    return ""


def begin_framework(form: FrameworkForm, supplier: Organisation, *, by: Actor, at: datetime) -> tuple[Contract, bool]:
    """Draw up a framework that was agreed without a procurement here; the basis says how. True when it is new.

    Raises: AlreadyConcluded when a twin of the form was first.
    """
    known = queries.contract_with_key(by.organisation_id, form.form_key)
    if known is not None:
        return known, False
    values = form.model_dump(exclude={"supplier", "items", "ceiling", "kind"})
    items = [i for i in form.items if i.name]
    row = Contract(
        **values, kind=form.kind, owner_id=by.organisation_id, supplier_id=supplier.id, number=next_number(at),
        ceiling_fen=form.ceiling, amount_fen=form.ceiling or sum(rules.line_fen(rules.milli(i.quantity or 0), i.price) for i in items),
        accept_within_days=rules.DEFAULT_ACCEPT_DAYS, created_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(AlreadyConcluded)
    _add_sides(row)
    for place, item in enumerate(items):
        thousandths = rules.milli(item.quantity) if item.quantity else None
        db.session().add(ContractItem(contract_id=row.id, place=place, name=item.name, unit=item.unit, quantity_milli=thousandths,
                                      unit_price_fen=item.price))  # fmt: skip
    db.session().flush()
    audit.record(by, "contract.draft", row, at, number=row.number, basis=row.basis)
    return row, True


def supplier_named(text: str, buyer_id: int | None) -> Organisation | None:
    """The approved supplier with this name or 统一社会信用代码."""
    wanted = (
        sa.or_(Organisation.name == text.strip(), Organisation.uscc == text.strip().upper()),
        Organisation.status == OrganisationStatus.APPROVED, Organisation.id != buyer_id,
        col(Organisation.kind).in_((OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)),
    )  # fmt: skip
    return db.session().exec(select(Organisation).where(*wanted)).first()


def fixed_terms(row: Contract) -> set[str]:
    """Terms the procurement has settled and nobody may write anew (政府采购法实施条例 and the notice itself bind both)."""
    if row.procurement_id is None:
        return set()
    source = procurements.procurement(row.procurement_id)
    return {name for name in ("payment_terms", "acceptance_terms") if getattr(source, name)}


def edit(row: Contract, form: DraftForm, *, by: Actor, at: datetime) -> None:
    """Settle what the award left open. Raises: NoSuchMove once offered; BadDay for a framework that is over."""
    if row.status != ContractStatus.DRAFT or row.kind == ContractKind.ORDER:
        raise NoSuchMove()
    if form.valid_until and form.valid_until < clock.local(at).date():
        raise BadDay(why=_("有效期的截止日期已经过去。"))
    fixed = fixed_terms(row)
    for name in ("title", "place", "payment_terms", "acceptance_terms", "other_terms", "accept_within_days"):
        if name not in fixed:
            setattr(row, name, getattr(form, name))
    if row.kind in FRAMEWORKS:
        row.valid_from, row.valid_until = form.valid_from, form.valid_until
        row.ceiling_fen, row.response_hours = form.ceiling, form.response_hours
    else:
        db.session().exec(sa.delete(Milestone).where(Milestone.contract_id == row.id))
        _add_steps(row, form.steps)
    row.updated_at = at
    db.session().flush()
    audit.record(by, "contract.edit", row, at)


def lacking(row: Contract) -> list[str]:
    """What must be there before the contract can be offered, as names of fields."""
    found = []
    if not queries.items_of(row.id):
        found.append("items")
    if row.kind in FRAMEWORKS:
        if not row.valid_until and row.period_months <= 1:
            found.append("valid_until")
    elif not queries.milestones_of(row.id):
        found.append("steps")
    found += [name for name in ("payment_terms", "acceptance_terms") if not getattr(row, name)]
    return found


def _from_award(
    procurement: Procurement, award: Award, lot: Lot, offer: LotQuote, quote: QuoteContent, kind: ContractKind | None,
    by: Actor, at: datetime,
) -> Contract:  # fmt: skip
    parts = [part.model_dump() for part in offer.parts]
    usual = rules.kind_for(parts)
    many = len(procurements.lots_of(procurement.id)) > 1
    return Contract(
        owner_id=procurement.owner_id, supplier_id=award.supplier_id, form_key=f"award-{award.id}", number=next_number(at),
        kind=kind if kind in FRAMEWORKS and usual == ContractKind.SUPPLY else usual, award_id=award.id,
        procurement_id=procurement.id, procedure_id=procurement.procedure_id,
        title=(f"{procurement.title} · {lot.title}" if many else procurement.title)[:160], place=procurement.place,
        basis=told("采购项目 %(number)s 的成交结果", number=procurement.number), parts=parts,
        period_months=procurement.period_months, amount_fen=award.amount_fen, tax_included=quote.tax_included,
        tax_rate=quote.tax_rate, payment_terms=procurement.payment_terms, acceptance_terms=procurement.acceptance_terms,
        accept_within_days=rules.DEFAULT_ACCEPT_DAYS, sign_by=rules.sign_by(award.announced_at),
        response_hours=rules.response_hours(parts), created_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip


def _add_parties(row: Contract, quote: QuoteContent) -> None:
    _add_sides(row)
    for member in quote.consortium:
        if member.organisation_id == row.supplier_id:
            continue
        values = member.model_dump()
        if values["organisation_id"] is not None and not accounts.organisations([values["organisation_id"]]):
            values["organisation_id"] = None
        db.session().add(ContractParty(contract_id=row.id, **{**values, "role": PartyRole(member.role.value)}))


def _add_sides(row: Contract) -> None:
    for organisation_id, role in ((row.owner_id, PartyRole.BUYER), (row.supplier_id, PartyRole.SUPPLIER)):
        org = accounts.organisation(organisation_id)
        party = ContractParty(contract_id=row.id, organisation_id=org.id, role=role, name=org.name, uscc=org.uscc)
        db.session().add(party)
        db.session().flush()


def _add_items(row: Contract, lot: Lot, offer: LotQuote, awarded: dict[str, Any]) -> None:
    for line in offer.lines:
        if line.unit_price_fen is None or line.item >= len(lot.items):
            continue
        asked = lot.items[line.item]
        amount = awarded.get(str(line.item), 0) if awarded else asked.get("quantity") or 0
        if not amount:
            continue
        db.session().add(ContractItem(
            contract_id=row.id, place=line.item, name=asked["name"], product=line.product,
            class_code=asked.get("class_code") or "", listing_id=line.listing_id, unit=asked.get("unit") or "",
            quantity_milli=rules.milli(amount), unit_price_fen=line.unit_price_fen, delivery_days=line.delivery_days,
            requirements=_promised(asked, line), note=line.note,
        ))  # fmt: skip


def _promised(asked: dict[str, Any], line: Any) -> list[dict[str, Any]]:
    """Each requirement beside what was offered for it: the inspection compares with both."""
    said = {answer.requirement: answer for answer in line.answers}
    rows = []
    for place, requirement in enumerate(asked.get("requirements") or []):
        answer = said.get(place)
        with force_locale(FIRST_LANGUAGE):  # the contract's own words, whoever draws it up
            words = {"name": requirement["name"], "asked": needs_labels.requirement({**PLAIN, **requirement})}
        rows.append({**words, "level": requirement.get("level", ""), "offered": answer.offered if answer else ""})
    return rows


def _steps_of(quote: QuoteContent, offer: LotQuote) -> list[StepForm]:
    if quote.deliveries:
        return [StepForm(what=step.what, after_days=step.after_days) for step in quote.deliveries]
    longest = max((line.delivery_days or 0 for line in offer.lines), default=0)
    return [StepForm(what=told("交付全部内容"), after_days=longest or DEFAULT_DAYS)]


def _add_steps(row: Contract, steps: list[StepForm]) -> None:
    kept = sorted((s for s in steps if s.what and s.after_days is not None), key=lambda s: s.after_days or 0)
    for place, step in enumerate(kept):
        db.session().add(Milestone(contract_id=row.id, place=place, what=step.what, after_days=step.after_days))
