"""What the two sides do with the text: sign, send back, take back, give up."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.errors import WrongPassword
from marketplace.contracts import signing
from marketplace.contracts.errors import AlreadyConcluded, NotTheText, NotYetToConclude
from marketplace.contracts.models import ContractKind, ContractStatus
from marketplace.contracts.permissions import BUY, SUPPLY
from marketplace.contracts.schemas import Reason
from marketplace.contracts.views import ID, bp, locked, to_contract
from marketplace.contracts.views_contract import contract_page
from marketplace.kit import db, forms
from marketplace.kit.errors import Stale
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to


@bp.post(f"/contracts/{ID}/offer")
@guarded(BUY)
def offer(contract_id: int) -> Response:
    """Sign for the buyer and lay the text before the supplier."""
    try:
        signing.check_password(current_actor(), request.form.get("password", ""))
    except WrongPassword as refusal:
        return contract_page(contract_id, forms.Filled().fail("password", refusal.message()), "sign", 422)
    row, now = locked(contract_id, BUY)
    if row.status == ContractStatus.OFFERED:
        return to_contract(row, _("合同已发出,没有重复操作。"), tone="wait")
    if request.form.get("revision") != str(row.revision):
        raise Stale()
    try:
        signing.offer(row, by=current_actor(), at=now)
    except NotYetToConclude as refusal:
        db.unit().rollback()
        return contract_page(contract_id, forms.Filled().fail("", refusal.message()), "sign", 422)
    return to_contract(row, _("已签署并发给供应商,对方签署后合同生效。"))


@bp.post(f"/contracts/{ID}/sign")
@guarded(SUPPLY)
def sign(contract_id: int) -> Response:
    """Sign for the supplier; an order under a framework is confirmed without the password."""
    actor = current_actor()
    password = request.form.get("password")
    try:
        if password is not None:
            signing.check_password(actor, password)
    except WrongPassword as refusal:
        return contract_page(contract_id, forms.Filled().fail("password", refusal.message()), "sign", 422)
    row, now = locked(contract_id, SUPPLY)
    if row.signed_at is not None:
        return to_contract(row, _("合同已签署,没有重复操作。"), tone="wait")
    if row.kind != ContractKind.ORDER and password is None:
        raise WrongPassword()
    try:
        signing.accept(row, request.form.get("hash", ""), by=actor, at=now, with_password=password is not None)
    except (NotTheText, NotYetToConclude, AlreadyConcluded) as refusal:
        db.unit().rollback()
        return contract_page(contract_id, forms.Filled().fail("", refusal.message()), "sign", 409)
    return to_contract(row, _("订单已确认。") if row.kind == ContractKind.ORDER else _("双方均已签署,合同生效。"))


@bp.post(f"/contracts/{ID}/return")
@guarded(SUPPLY)
def send_back(contract_id: int) -> Response:
    """The supplier finds the text wrong; of an order it says that it cannot be met."""
    row, now = locked(contract_id, SUPPLY)
    form = forms.read(Reason, request.form)
    if not form.data:
        return contract_page(contract_id, form, "return", 422)
    if row.kind == ContractKind.ORDER:
        signing.end_unsigned(row, form.data.reason, by=current_actor(), at=now)
        return to_contract(row, _("已谢绝订单并通知采购单位。"))
    signing.send_back(row, form.data.reason, by=current_actor(), at=now)
    return _to_list(_("已退回采购单位修改,重新发出时会通知您。"))


@bp.post(f"/contracts/{ID}/take-back")
@guarded(BUY)
def take_back(contract_id: int) -> Response:
    """The buyer rewrites what was not signed yet."""
    row, now = locked(contract_id, BUY)
    signing.take_back(row, by=current_actor(), at=now)
    return to_contract(row, _("文本已撤回,可以修改后重新发出。"))


@bp.post(f"/contracts/{ID}/give-up")
@guarded(BUY)
def give_up(contract_id: int) -> Response:
    """The buyer gives up what nobody is bound by yet."""
    row, now = locked(contract_id, BUY)
    form = forms.read(Reason, request.form)
    if not form.data:
        return contract_page(contract_id, form, "give-up", 422)
    signing.end_unsigned(row, form.data.reason, by=current_actor(), at=now)
    return to_contract(row, _("已终止。"))


def _to_list(text: str) -> Response:
    flash(text, "ok")
    return back_to(url_for("contracts.index"))
