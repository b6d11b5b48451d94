"""Verbs of change: one side proposes, the other agrees, and the new text is kept and signed by both."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlmodel import select

from marketplace.contracts import calling, mails, queries, rules, texts
from marketplace.contracts.errors import BadDay, ChangeOpen, LimitUnread, NothingChanged, NotInForce, TooMuch
from marketplace.contracts.models import (
    FRAMEWORKS,
    IN_FORCE,
    ChangeStatus,
    Contract,
    ContractChange,
    ContractItem,
    ContractKind,
    ContractStatus,
)
from marketplace.contracts.models_performance import Delivery, DeliveryStatus
from marketplace.contracts.schemas import ChangeForm
from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor

TERMS = ("payment_terms", "acceptance_terms", "other_terms")


def propose(row: Contract, form: ChangeForm, *, by: Actor, at: datetime) -> tuple[ContractChange, bool]:
    """Propose a change, or with `ends` the end; the same form again is the same proposal. True when it is new.

    Raises: NotInForce; ChangeOpen; NothingChanged; TooMuch; BadDay; LimitUnread when over a tenth is added unread.
    """
    known = _with_key(row.id, form.form_key)
    if known is not None:
        return known, False
    if row.status not in IN_FORCE:
        raise NotInForce()
    if queries.open_change(row.id) is not None:
        raise ChangeOpen()
    content = {} if form.ends else content_of_change(row, form)
    if not content and not form.ends:
        raise NothingChanged()
    added = added_by(row, content)
    over = rules.is_over_limit(row.first_amount_fen, added_so_far(row.id) + added)
    if over and not form.limit_read:
        raise LimitUnread(added_fen=added)
    change = ContractChange(
        contract_id=row.id, number=len(queries.changes_of(row.id)) + 1, form_key=form.form_key, reason=form.reason, why=form.why,
        ends=form.ends, content=content, added_fen=added, over_limit=over, proposer_id=by.organisation_id,
        proposed_by=by.user_id, proposed_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(change)
    db.flush_or(ChangeOpen)
    audit.record(
        by,
        "contract.propose_change",
        row,
        at,
        change=change.number,
        reason=change.reason,
        added_fen=added,
        ends=form.ends,
    )
    mails.change_proposed(row, change, at)
    return change, True


def agree(row: Contract, change: ContractChange, *, by: Actor, at: datetime) -> None:
    """The other side agrees: the text changes, is kept as a new version and signed by both. Moves: proposed → agreed.

    Raises: NotInForce; TooMuch when more was delivered meanwhile than the new quantity.
    """
    if row.status not in IN_FORCE:
        raise NotInForce()
    change.answered_by, change.answered_at = by.user_id, at
    move(change, ChangeStatus.AGREED, at)
    if change.ends:
        end_by_agreement(row, change.why, change.reason, at)
    else:
        _carry_out(row, change)
    version = texts.keep_version(row, change.why[:500], at)
    proposer = queries.people([change.proposed_by]).get(change.proposed_by, "")
    texts.sign(
        row,
        version,
        Actor(change.proposed_by, change.proposer_id, name=proposer),
        change.proposed_at,
        with_password=False,
    )
    texts.sign(row, version, by, at, with_password=False)
    db.session().flush()
    audit.record(by, "contract.agree_change", row, at, change=change.number, version=row.version)
    mails.change_answered(row, change, at)


def decline(row: Contract, change: ContractChange, why: str, *, by: Actor, at: datetime) -> None:
    """The other side says no. Moves: proposed → declined."""
    change.answered_by, change.answered_at, change.answer = by.user_id, at, why
    move(change, ChangeStatus.DECLINED, at)
    audit.record(by, "contract.decline_change", row, at, change=change.number, why=why)
    mails.change_answered(row, change, at)


def withdraw(row: Contract, change: ContractChange, *, by: Actor, at: datetime) -> None:
    """The proposer takes it back. Moves: proposed → withdrawn."""
    change.answered_by, change.answered_at = by.user_id, at
    move(change, ChangeStatus.WITHDRAWN, at)
    audit.record(by, "contract.withdraw_change", row, at, change=change.number)
    mails.change_answered(row, change, at)


def end_by_agreement(row: Contract, why: str, code: Any, at: datetime) -> None:
    """End a contract in force, by both sides' agreement or as a dispute ended; clocks stop, orders give back.

    Moves: signed | running → terminated.
    """
    row.end_code, row.end_reason, row.ended_at = code, why[:500], at
    move(row, ContractStatus.TERMINATED, at)
    stopping = sa.update(Delivery).where(Delivery.contract_id == row.id, Delivery.status == DeliveryStatus.RECEIVED)
    db.session().exec(stopping.values(accept_by=None))
    calling.give_back(row, at)
    mails.ended(row, at)


def added_so_far(contract_id: int) -> int:
    """What agreed changes have added, over all; what was saved does not make room."""
    wanted = (
        ContractChange.contract_id == contract_id, ContractChange.status == ChangeStatus.AGREED, ContractChange.added_fen > 0,
    )  # fmt: skip
    return int(
        db.session().exec(select(sa.func.coalesce(sa.func.sum(ContractChange.added_fen), 0)).where(*wanted)).one()
    )


def added_by(row: Contract, content: dict[str, Any]) -> int:
    """What a proposal's quantities add to the amount, or its ceiling to a framework's."""
    if "ceiling_fen" in content:
        return content["ceiling_fen"] - (row.ceiling_fen or 0)
    quantities = {int(key): value for key, value in content.get("items", {}).items()}
    return rules.added_fen(row, queries.items_of(row.id), quantities) if quantities else 0


def content_of_change(row: Contract, form: ChangeForm) -> dict[str, Any]:
    """What a form really changes. Raises: TooMuch; BadDay."""
    content: dict[str, Any] = {
        name: getattr(form, name) for name in TERMS if getattr(form, name) not in ("", getattr(row, name))
    }
    items, days = _items(row, form), _days(row, form)
    if items:
        content["items"] = items
    if days:
        content["milestones"] = days
    if row.kind in FRAMEWORKS:
        if form.valid_until and form.valid_until != row.valid_until:
            if row.valid_from and form.valid_until < row.valid_from:
                raise BadDay(why=_("有效期的截止日期不能早于开始日期。"))
            content["valid_until"] = form.valid_until.isoformat()
        if form.ceiling is not None and form.ceiling != row.ceiling_fen:
            if form.ceiling < row.called_fen:
                raise TooMuch(why=_("金额上限不能低于已下单金额。"))
            content["ceiling_fen"] = form.ceiling
    return content


def _items(row: Contract, form: ChangeForm) -> dict[str, int]:
    changed: dict[str, int] = {}
    for item in queries.items_of(row.id):
        new = rules.milli(form.quantities[item.id]) if item.id in form.quantities else None
        if new is None or new == item.quantity_milli:
            continue
        if new < item.taken_milli:
            raise TooMuch(why=_("“%(name)s”的数量不能低于已交付或在途的数量。", name=item.name))
        if row.kind == ContractKind.ORDER and new > (item.quantity_milli or 0):
            raise TooMuch(why=_("订单只能减少数量;需要更多时,请另下订单。"))
        changed[str(item.id)] = new
    return changed


def _days(row: Contract, form: ChangeForm) -> dict[str, str]:
    known = {m.id: m for m in queries.milestones_of(row.id) if m.met_on is None}
    changed = {i: day for i, day in form.days.items() if i in known and day != known[i].due_on}
    return {str(i): day.isoformat() for i, day in changed.items()}


def _carry_out(row: Contract, change: ContractChange) -> None:
    content = change.content
    for name in TERMS:
        if name in content:
            setattr(row, name, content[name])
    if "valid_until" in content:
        row.valid_until = date.fromisoformat(content["valid_until"])
    if "ceiling_fen" in content:
        row.ceiling_fen = content["ceiling_fen"]
    for step in queries.milestones_of(row.id):
        if str(step.id) in content.get("milestones", {}):
            step.due_on, step.reminded_at = date.fromisoformat(content["milestones"][str(step.id)]), None
    if "items" in content:
        change.added_fen = added_by(row, content)
        row.amount_fen = max(0, row.amount_fen + change.added_fen)
        for item in queries.items_of(row.id):
            if str(item.id) in content["items"]:
                _set_quantity(row, item, content["items"][str(item.id)])
    db.flush_or(TooMuch)


def _set_quantity(row: Contract, item: ContractItem, thousandths: int) -> None:
    if row.kind == ContractKind.ORDER:
        calling.untake(row, item, (item.quantity_milli or 0) - thousandths)
    item.quantity_milli = thousandths


def _with_key(contract_id: int, form_key: str) -> ContractChange | None:
    wanted = (ContractChange.contract_id == contract_id, ContractChange.form_key == form_key)
    return db.session().exec(select(ContractChange).where(*wanted)).first()
