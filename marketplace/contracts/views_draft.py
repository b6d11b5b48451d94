"""Pages of the buyer before a contract is offered: concluding from an award, and settling what is open."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.awarding import queries as awarding
from marketplace.contracts import drafting, labels, queries
from marketplace.contracts.errors import AlreadyConcluded, BadDay, NotYetToConclude
from marketplace.contracts.models import FRAMEWORKS, Contract, ContractKind, ContractStatus
from marketplace.contracts.permissions import BUY
from marketplace.contracts.schemas import MAX_STEPS, DraftForm, StepForm, read_rows
from marketplace.contracts.views import ID, bp, locked, seen, to_contract
from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.moves import NoSuchMove
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page, safe_next
from marketplace.procurement import queries as procurements


@bp.post("/procurements/<int(max=2147483647):procurement_id>/awards/<int(max=2147483647):award_id>/contract")
@guarded(BUY)
def conclude(procurement_id: int, award_id: int) -> Response:
    """Draw up the contract of an award; a second click leads to the contract the first one made."""
    procurement = procurements.own(procurement_id, current_actor(), lock=True)
    award = awarding.award(award_id)
    if procurements.lot(award.lot_id).procurement_id != procurement.id:
        raise NotFound()
    kind = ContractKind.FRAMEWORK if request.form.get("kind") == ContractKind.FRAMEWORK else None
    try:
        row = drafting.conclude(procurement, award, kind, by=current_actor(), at=clock.now())
    except NotYetToConclude as refusal:
        flash(refusal.message(), "wait")
        return back_to(safe_next(url_for("contracts.index")))
    except AlreadyConcluded:
        db.unit().rollback()
        row = queries.contract_of_award(award_id)
    return to_contract(row, _("合同草稿 %(number)s 已生成,请核对后签署发出。", number=row.number))


@bp.get(f"/contracts/{ID}/draft")
@guarded(BUY)
def draft(contract_id: int) -> Response:
    """Settle what the award left open."""
    row = seen(contract_id).contract
    check(BUY, row)
    return _page(row, forms.Filled(_values(row)))


@bp.post(f"/contracts/{ID}/draft")
@guarded(BUY)
def save_draft(contract_id: int) -> Response:
    """Keep it."""
    row, now = locked(contract_id, BUY)
    form = forms.read(DraftForm, request.form)
    read_rows(form, request.form, "steps", StepForm, MAX_STEPS)
    if form.data and request.form.get("revision") != str(row.revision):
        form.fail("", _("内容刚刚被他人修改。请刷新后再试,您的修改尚未保存。"))
    if form.data:
        try:
            drafting.edit(row, form.data, by=current_actor(), at=now)
        except BadDay as refusal:
            form.fail("valid_until", refusal.message())
    if not form.data:
        return _page(row, form, 422)
    return to_contract(row, _("草稿已保存。"))


def _values(row: Contract) -> dict:
    values = {name: getattr(row, name) for name in DraftForm.model_fields if hasattr(row, name)}
    values["ceiling"] = forms.yuan_text(row.ceiling_fen)
    for n, step in enumerate(queries.milestones_of(row.id), 1):
        values[f"steps-{n}-what"], values[f"steps-{n}-after_days"] = step.what, step.after_days
    return values


def _page(row: Contract, form: forms.Filled, status: int = 200) -> Response:
    if row.status != ContractStatus.DRAFT or row.kind == ContractKind.ORDER:
        raise NoSuchMove()
    filled = sum(1 for n in range(1, MAX_STEPS + 1) if form.get(f"steps-{n}-what"))
    return page(
        "contracts/draft.html", row=row, form=form, status=status, labels=labels, fixed=drafting.fixed_terms(row),
        framework=row.kind in FRAMEWORKS, steps=min(MAX_STEPS, max(3, filled + 2)),
    )  # fmt: skip
