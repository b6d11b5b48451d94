"""Pages of disputes: for the two sides, and for the operators who mediate."""

from flask import Response as FileResponse
from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts import attachments, disputes, inspecting, labels, queries
from marketplace.contracts.errors import BadDay, BadOutcome, DisputeOpen, DisputeOver, NotInForce, TooManyFiles
from marketplace.contracts.models import Contract
from marketplace.contracts.models_performance import (
    Dispute,
    DisputeOutcome,
    DisputeStatus,
    DisputeSubject,
    FilePurpose,
)
from marketplace.contracts.permissions import MEDIATE, PERFORM, SEE_CONTRACTS
from marketplace.contracts.schemas import DisputeForm, OutcomeForm, StatementForm
from marketplace.contracts.views import ID, bp, locked, new_key, seen, send_paper, to_contract
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page

PART = "<int(max=2147483647):dispute_id>"
PER_PAGE = 20


@bp.get(f"/contracts/{ID}/disputes/new")
@guarded(PERFORM)
def new_dispute(contract_id: int) -> Response:
    """Complain to the platform."""
    row = seen(contract_id).contract
    check(PERFORM, row)
    number = request.args.get("delivery", "")
    return _new_page(row, forms.Filled({"form_key": new_key(), "delivery": number}))


@bp.post(f"/contracts/{ID}/disputes")
@guarded(PERFORM)
def open_dispute(contract_id: int) -> Response:
    """Open it; a second click leads to the dispute the first one made."""
    row, now = locked(contract_id)
    form = forms.read(DisputeForm, request.form)
    if form.data:
        try:
            papers = attachments.sent(request.files.getlist("files"))
            dispute, _n = disputes.open_dispute(row, form.data, papers, by=current_actor(), at=now)
        except (BadUpload, TooManyFiles) as refusal:
            db.unit().rollback()
            form.fail("files", refusal.message())
        except (DisputeOpen, NotInForce) as refusal:
            db.unit().rollback()
            form.fail("", refusal.message())
    if not form.data:
        return _new_page(seen(contract_id).contract, form, 422)
    flash(_("争议已提出,已通知对方和平台。"), "ok")
    return back_to(url_for("contracts.dispute", contract_id=row.id, dispute_id=dispute.id))


@bp.get(f"/contracts/{ID}/disputes/{PART}")
@guarded(SEE_CONTRACTS)
def dispute(contract_id: int, dispute_id: int) -> Response:
    """What both sides said and how it ended."""
    row = seen(contract_id).contract
    return _page(row, _of(row, dispute_id))


@bp.post(f"/contracts/{ID}/disputes/{PART}/statements")
@guarded(PERFORM)
def state_view(contract_id: int, dispute_id: int) -> Response:
    """A side adds something."""
    row, now = locked(contract_id)
    return _state(row, _of(row, dispute_id), now, "contracts.dispute")


@bp.post(f"/contracts/{ID}/disputes/{PART}/withdraw")
@guarded(PERFORM)
def withdraw_dispute(contract_id: int, dispute_id: int) -> Response:
    """Whoever opened it takes it back."""
    row, now = locked(contract_id)
    one = _of(row, dispute_id)
    if one.opener_id != current_actor().organisation_id:
        raise NotFound()
    disputes.withdraw(row, one, by=current_actor(), at=now)
    return to_contract(row, _("争议已撤回。"), "disputes")


@bp.get("/operations/disputes")
@guarded(MEDIATE)
def operator_disputes() -> Response:
    """The disputes of all contracts: open, or ended."""
    number, ended = web.page_number(), request.args.get("tab") == "ended"
    rows, total = queries.disputes_page(ended, number, PER_PAGE)
    return page(
        "contracts/disputes.html", rows=rows, ended=ended, labels=labels, pages=web.Pages(number, PER_PAGE, total)
    )


@bp.get(f"/operations/disputes/{PART}")
@guarded(MEDIATE)
def operator_dispute(dispute_id: int) -> Response:
    """One dispute, with the contract as far as it matters."""
    one = queries.dispute(dispute_id)
    return _page(queries.contract(one.contract_id), one)


@bp.post(f"/operations/disputes/{PART}/statements")
@guarded(MEDIATE)
def mediate(dispute_id: int) -> Response:
    """The operator says something to both."""
    one = queries.dispute(dispute_id)
    row = queries.contract(one.contract_id, lock=True)
    return _state(row, queries.dispute(dispute_id, lock=True), clock.now(), "contracts.operator_dispute")


@bp.post(f"/operations/disputes/{PART}/outcome")
@guarded(MEDIATE)
def close_dispute(dispute_id: int) -> Response:
    """The operator records how it ended."""
    row = queries.contract(queries.dispute(dispute_id).contract_id, lock=True)
    now = clock.now()
    inspecting.settle(row, at=now)
    form = forms.read(OutcomeForm, request.form)
    if form.data:
        try:
            disputes.close(row, queries.dispute(dispute_id, lock=True), form.data, by=current_actor(), at=now)
        except (BadOutcome, BadDay) as refusal:
            db.unit().rollback()
            form.fail("redo_by" if isinstance(refusal, BadDay) else "outcome", refusal.message())
    if not form.data:
        one = queries.dispute(dispute_id)
        return _page(queries.contract(one.contract_id), one, form, "outcome", 422)
    flash(_("处理结果已记录并通知双方。"), "ok")
    return back_to(url_for("contracts.operator_dispute", dispute_id=dispute_id))


@bp.get(f"/operations/disputes/{PART}/files/<token>")
@guarded(MEDIATE)
def dispute_file(dispute_id: int, token: str) -> FileResponse:
    """A paper of a contract in dispute, for the operator who mediates."""
    return send_paper(queries.dispute(dispute_id).contract_id, token)


def _of(row: Contract, dispute_id: int) -> Dispute:
    one = queries.dispute(dispute_id, lock=request.method == "POST")
    if one.contract_id != row.id:
        raise NotFound()
    return one


def _state(row: Contract, one: Dispute, now: object, endpoint: str) -> Response:
    form = forms.read(StatementForm, request.form)
    if form.data:
        try:
            disputes.state(
                row, one, form.data, attachments.sent(request.files.getlist("files")), by=current_actor(), at=now
            )
        except (BadUpload, TooManyFiles, DisputeOver) as refusal:
            db.unit().rollback()
            form.fail("text" if isinstance(refusal, DisputeOver) else "files", refusal.message())
    if not form.data:
        return _page(queries.contract(row.id), queries.dispute(one.id), form, "state", 422)
    flash(_("陈述已提交,已通知对方。"), "ok")
    values = {"dispute_id": one.id, **({"contract_id": row.id} if endpoint == "contracts.dispute" else {})}
    return back_to(url_for(endpoint, **values, _anchor="last"))


def _new_page(row: Contract, form: forms.Filled, status: int = 200) -> Response:
    shipments = queries.folder(row).shipments
    return page("contracts/dispute_new.html", row=row, form=form, status=status, labels=labels, shipments=shipments,
                subjects=list(DisputeSubject))  # fmt: skip


def _page(row: Contract, one: Dispute, form: forms.Filled | None = None, part: str = "", status: int = 200) -> Response:
    folder, said, operator = queries.folder(row), queries.statements_of(one.id), can(MEDIATE)
    files = queries.files_of(row.id)
    open_ = one.status == DisputeStatus.OPEN
    return page(
        "contracts/dispute.html", folder=folder, row=row, dispute=one, statements=said, operator=operator, labels=labels,
        shipment=next((s for s in folder.shipments if s.delivery.id == one.delivery_id), None), now=clock.now(),
        people=queries.people([s.user_id for s in said]), form=form, part=part, status=status, key=new_key(),
        files=[pair for pair in files if pair[0].purpose == FilePurpose.DISPUTE],
        evidence=[pair for pair in files if pair[0].delivery_id == one.delivery_id and one.delivery_id],
        may_state=open_ and (operator or can(PERFORM, row)), may_close=open_ and operator,
        may_withdraw=open_ and can(PERFORM, row) and one.opener_id == current_actor().organisation_id,
        outcomes=list(DisputeOutcome), names={row.owner_id: folder.buyer.name, row.supplier_id: folder.supplier.name},
    )  # fmt: skip
