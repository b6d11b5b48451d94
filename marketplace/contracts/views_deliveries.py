"""Pages of one delivery: announcing it, handing it over, inspecting it — made for a phone beside the lorry."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts import attachments, deliveries, inspecting, labels, queries, rules
from marketplace.contracts.errors import (
    AlreadyJudged,
    BadDay,
    NothingDelivered,
    ProofMissing,
    TooManyFiles,
    TooMuch,
)
from marketplace.contracts.models import FRAMEWORKS, IN_FORCE, Contract
from marketplace.contracts.models_performance import Delivery, DeliveryStatus, FilePurpose
from marketplace.contracts.permissions import BUY, SEE_CONTRACTS, SUPPLY
from marketplace.contracts.schemas import (
    AgainForm,
    AnnounceForm,
    HandoverForm,
    InspectionForm,
    Reason,
    read_findings,
    read_quantities,
)
from marketplace.contracts.views import ID, bp, locked, new_key, seen, to_contract
from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page

NUMBER = "<int(max=100000):number>"
WRONG = (BadDay, BadUpload, TooManyFiles, TooMuch, NothingDelivered, ProofMissing, AlreadyJudged)
FIELDS = {BadDay: "received_on", BadUpload: "files", TooManyFiles: "files", ProofMissing: "files"}


@bp.get(f"/contracts/{ID}/deliveries/new")
@guarded(SUPPLY)
def new_delivery(contract_id: int) -> Response:
    """Say what is on its way."""
    row = seen(contract_id).contract
    check(SUPPLY, row)
    step = next((m.id for m in queries.milestones_of(row.id) if m.met_on is None), "")
    today = clock.today().isoformat()
    form = forms.Filled(
        {"form_key": new_key(), "sent_on": today, "arrives_on": today, "milestone_id": step, "completes": "1"}
    )
    return _announce_page(row, form)


@bp.post(f"/contracts/{ID}/deliveries")
@guarded(SUPPLY)
def announce(contract_id: int) -> Response:
    """Announce it; a second click leads to the delivery the first one made."""
    row, now = locked(contract_id, SUPPLY)
    form = forms.read(AnnounceForm, request.form)
    read_quantities(form, request.form, [item.id for item in queries.items_of(row.id)])
    if form.data:
        try:
            papers = attachments.sent(request.files.getlist("files"))
            delivery, new = deliveries.announce(row, form.data, papers, by=current_actor(), at=now)
        except WRONG as refusal:
            db.unit().rollback()
            form.fail({BadDay: "sent_on", **_files()}.get(type(refusal), ""), refusal.message())
    if not form.data:
        return _announce_page(seen(contract_id).contract, form, 422)
    flash(_("已登记发货并通知采购单位。") if new else _("这次发货已经登记,没有重复。"), "ok" if new else "wait")
    return _to(row, delivery)


@bp.get(f"/contracts/{ID}/deliveries/{NUMBER}")
@guarded(SEE_CONTRACTS)
def delivery(contract_id: int, number: int) -> Response:
    """One delivery with what it brings, what was found, and what one can do."""
    return _page(contract_id, number)


@bp.post(f"/contracts/{ID}/deliveries/{NUMBER}/receive")
@guarded(BUY)
def receive(contract_id: int, number: int) -> Response:
    """The buyer has the goods."""
    row, now = locked(contract_id, BUY)
    form = forms.read(HandoverForm, request.form)
    one = queries.delivery(row.id, number)
    if one.status == DeliveryStatus.RECEIVED:
        return _to(row, one)
    if form.data:
        try:
            deliveries.receive(row, one, form.data.received_on, by=current_actor(), at=now)
        except WRONG as refusal:
            db.unit().rollback()
            form.fail("received_on", refusal.message())
    if not form.data:
        return _page(contract_id, number, form, "receive", 422)
    flash(_("已签收。请在验收期限内验收,到期未作结论的视为合格。"), "ok")
    return _to(row, one)


@bp.post(f"/contracts/{ID}/deliveries/{NUMBER}/handover")
@guarded(SUPPLY)
def hand_over(contract_id: int, number: int) -> Response:
    """The supplier proves that the buyer has the goods."""
    row, now = locked(contract_id, SUPPLY)
    form = forms.read(HandoverForm, request.form)
    one = queries.delivery(row.id, number)
    if form.data:
        try:
            proof = attachments.sent(request.files.getlist("files"))
            deliveries.hand_over(row, one, form.data.received_on, proof, by=current_actor(), at=now)
        except WRONG as refusal:
            db.unit().rollback()
            form.fail(FIELDS.get(type(refusal), ""), refusal.message())
    if not form.data:
        return _page(contract_id, number, form, "handover", 422)
    flash(_("已登记签收凭证,验收期限开始计算,已通知采购单位。"), "ok")
    return _to(row, one)


@bp.post(f"/contracts/{ID}/deliveries/{NUMBER}/inspection")
@guarded(BUY)
def inspect(contract_id: int, number: int) -> Response:
    """The buyer's verdict; when the clock was faster, it stands and is recorded."""
    row, now = locked(contract_id, BUY)
    form = forms.read(InspectionForm, request.form)
    one = queries.delivery(row.id, number)
    if one.status == DeliveryStatus.ACCEPTED and one.updated_at == now:
        return _clock_was_faster(row, one)
    ids = [line.item_id for line in queries.lines_of(one.id)]
    read_quantities(form, request.form, ids, "passed", "passed")
    read_findings(form, request.form, ids)
    if form.data and form.data.verdict != "accepted" and not form.data.reason:
        form.fail("reason", _("请写明原因,供应商将据此整改。"))
    if form.data:
        try:
            photos = attachments.sent(request.files.getlist("files"))
            inspecting.judge(row, one, form.data, photos, by=current_actor(), at=now)
        except WRONG as refusal:
            db.unit().rollback()
            form.fail({BadDay: "redo_by", **_files()}.get(type(refusal), ""), refusal.message())
    if not form.data:
        return _page(contract_id, number, form, "inspect", 422)
    flash(_("验收结论已记录并通知供应商。"), "ok")
    return _to(row, one)


@bp.post(f"/contracts/{ID}/deliveries/{NUMBER}/again")
@guarded(SUPPLY)
def send_again(contract_id: int, number: int) -> Response:
    """What was to be put right comes again."""
    row, now = locked(contract_id, SUPPLY)
    form = forms.read(AgainForm, request.form)
    one = queries.delivery(row.id, number)
    if form.data:
        try:
            papers = attachments.sent(request.files.getlist("files"))
            deliveries.send_again(row, one, form.data, papers, by=current_actor(), at=now)
        except WRONG as refusal:
            db.unit().rollback()
            form.fail({BadDay: "sent_on", **_files()}.get(type(refusal), ""), refusal.message())
    if not form.data:
        return _page(contract_id, number, form, "again", 422)
    flash(_("已登记重新交付并通知采购单位。"), "ok")
    return _to(row, one)


@bp.post(f"/contracts/{ID}/deliveries/{NUMBER}/cancel")
@guarded(SUPPLY)
def cancel_delivery(contract_id: int, number: int) -> Response:
    """The supplier takes it back."""
    row, now = locked(contract_id, SUPPLY)
    deliveries.cancel(row, queries.delivery(row.id, number), by=current_actor(), at=now)
    return to_contract(row, _("已取消本次交付,数量可重新安排。"), "deliveries")


@bp.post(f"/contracts/{ID}/deliveries/{NUMBER}/give-up")
@guarded(BUY)
def give_up_rework(contract_id: int, number: int) -> Response:
    """The buyer waits no longer for rework that is overdue."""
    row, now = locked(contract_id, BUY)
    form = forms.read(Reason, request.form)
    one = queries.delivery(row.id, number)
    if form.data:
        try:
            inspecting.give_up_rework(row, one, form.data.reason, by=current_actor(), at=now)
        except BadDay as refusal:
            form.fail("reason", refusal.message())
    if not form.data:
        return _page(contract_id, number, form, "give-up", 422)
    flash(_("已按整改逾期拒收并通知供应商。"), "ok")
    return _to(row, one)


def _files() -> dict:
    return {BadUpload: "files", TooManyFiles: "files"}


def _clock_was_faster(row: Contract, one: Delivery) -> Response:
    flash(_("验收期限已经届满,按合同约定视为验收合格,您刚才的结论没有记录。如有异议,可以提出争议。"), "wait")
    return _to(row, one)


def _to(row: Contract, one: Delivery) -> Response:
    return back_to(url_for("contracts.delivery", contract_id=row.id, number=one.number))


def _announce_page(row: Contract, form: forms.Filled, status: int = 200) -> Response:
    steps = [m for m in queries.milestones_of(row.id) if m.met_on is None]
    possible = row.status in IN_FORCE and row.kind not in FRAMEWORKS
    return page(
        "contracts/announce.html", row=row, form=form, status=status, labels=labels, items=queries.items_of(row.id), steps=steps,
        possible=possible,
    )  # fmt: skip


def _page(
    contract_id: int, number: int, form: forms.Filled | None = None, part: str = "", status: int = 200
) -> Response:
    folder, now = seen(contract_id), clock.now()
    shipment = next((s for s in folder.shipments if s.delivery.number == number), None)
    if shipment is None:
        raise NotFound()
    row, one, standing = folder.contract, shipment.delivery, shipment.standing(now)
    buys, sells = can(BUY, row) and row.status in IN_FORCE, can(SUPPLY, row) and row.status in IN_FORCE
    late = rules.is_late(one, clock.today())
    may = {
        "receive": buys and standing == DeliveryStatus.ANNOUNCED,
        "inspect": buys and standing in (DeliveryStatus.ANNOUNCED, DeliveryStatus.RECEIVED),
        "handover": sells and standing == DeliveryStatus.ANNOUNCED,
        "again": sells and standing == DeliveryStatus.REWORK,
        "cancel": sells and standing in (DeliveryStatus.ANNOUNCED, DeliveryStatus.REWORK),
        "give_up": buys and standing == DeliveryStatus.REWORK and late,
    }  # fmt: skip
    files = [pair for pair in queries.files_of(row.id) if pair[0].delivery_id == one.id]
    return page(
        "contracts/delivery.html", folder=folder, row=row, one=one, shipment=shipment, standing=standing, may=may, late=late,
        labels=labels, form=form, part=part, status=status, now=now, items={i.id: i for i in folder.items},
        step=next((m for m in folder.milestones if m.id == one.milestone_id), None), files=files, purposes=FilePurpose,
        people=queries.people([one.announced_by, *(i.user_id for i in shipment.inspections)]), today=clock.today().isoformat(),
    )  # fmt: skip
