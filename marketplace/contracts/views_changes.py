"""Pages of change: proposing it, and the other side's answer."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts import changing, labels, queries
from marketplace.contracts.errors import BadDay, ChangeOpen, LimitUnread, NothingChanged, TooMuch
from marketplace.contracts.models import FRAMEWORKS, ChangeReason, Contract, ContractChange
from marketplace.contracts.permissions import PERFORM
from marketplace.contracts.schemas import ChangeForm, Reason, read_days, read_quantities
from marketplace.contracts.views import ID, bp, locked, new_key, seen, to_contract
from marketplace.contracts.views_contract import contract_page
from marketplace.kit import db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import page
from marketplace.procedures import citations

NUMBER = "<int(max=100000):number>"


@bp.get(f"/contracts/{ID}/changes/new")
@guarded(PERFORM)
def new_change(contract_id: int) -> Response:
    """What one side would like to be different, or that it should end."""
    row = seen(contract_id).contract
    check(PERFORM, row)
    return _page(row, forms.Filled(_values(row)))


@bp.post(f"/contracts/{ID}/changes")
@guarded(PERFORM)
def propose_change(contract_id: int) -> Response:
    """Lay it before the other side."""
    row, now = locked(contract_id)
    form = forms.read(ChangeForm, request.form)
    read_quantities(form, request.form, [item.id for item in queries.items_of(row.id)])
    read_days(form, request.form, [step.id for step in queries.milestones_of(row.id)])
    over = False
    if form.data:
        try:
            _change, new = changing.propose(row, form.data, by=current_actor(), at=now)
        except LimitUnread as refusal:
            over = True
            form.fail("limit_read", refusal.message())
        except (BadDay, TooMuch, NothingChanged, ChangeOpen) as refusal:
            db.unit().rollback()
            form.fail("", refusal.message())
    if not form.data:
        return _page(seen(contract_id).contract, form, 422, over)
    return to_contract(row, _("变更已提出,等待对方答复。") if new else _("这项变更已经提出,没有重复。"), "changes")


@bp.post(f"/contracts/{ID}/changes/{NUMBER}/agree")
@guarded(PERFORM)
def agree_change(contract_id: int, number: int) -> Response:
    """The other side agrees."""
    row, now = locked(contract_id)
    change = _open(row, number, own=False)
    try:
        changing.agree(row, change, by=current_actor(), at=now)
    except TooMuch as refusal:
        db.unit().rollback()
        return contract_page(contract_id, forms.Filled().fail("", refusal.message()), "changes", 422)
    return to_contract(row, _("已同意变更,合同文本已更新。"), "changes")


@bp.post(f"/contracts/{ID}/changes/{NUMBER}/decline")
@guarded(PERFORM)
def decline_change(contract_id: int, number: int) -> Response:
    """The other side says no."""
    row, now = locked(contract_id)
    change = _open(row, number, own=False)
    form = forms.read(Reason, request.form)
    if not form.data:
        return contract_page(contract_id, form, "decline", 422)
    changing.decline(row, change, form.data.reason, by=current_actor(), at=now)
    return to_contract(row, _("已答复不同意。"), "changes")


@bp.post(f"/contracts/{ID}/changes/{NUMBER}/withdraw")
@guarded(PERFORM)
def withdraw_change(contract_id: int, number: int) -> Response:
    """The proposer takes it back."""
    row, now = locked(contract_id)
    changing.withdraw(row, _open(row, number, own=True), by=current_actor(), at=now)
    return to_contract(row, _("变更已撤回。"), "changes")


def _open(row: Contract, number: int, *, own: bool) -> ContractChange:
    change = queries.open_change(row.id)
    mine = change is not None and change.proposer_id == current_actor().organisation_id
    if change is None or change.number != number or mine != own:
        raise NotFound()
    return change


def _values(row: Contract) -> dict:
    values = {name: getattr(row, name) for name in (*changing.TERMS, "valid_until")}
    values |= {"form_key": new_key(), "ceiling": forms.yuan_text(row.ceiling_fen)}
    values |= {f"quantity-{item.id}": labels.plain(item.quantity_milli) for item in queries.items_of(row.id)}
    return values | {f"day-{step.id}": step.due_on for step in queries.milestones_of(row.id)}


def _page(row: Contract, form: forms.Filled, status: int = 200, over: bool = False) -> Response:
    return page(
        "contracts/change.html", row=row, form=form, status=status, labels=labels, items=queries.items_of(row.id),
        steps=[m for m in queries.milestones_of(row.id) if m.met_on is None], reasons=list(ChangeReason), over=over,
        framework=row.kind in FRAMEWORKS, rule=citations.rule("contract.addl"), added=changing.added_so_far(row.id),
        waiting=queries.open_change(row.id) is not None,
    )  # fmt: skip
