"""Pages of frameworks and reserves: drawing one up by hand, calling off, noting checks and drills."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts import calling, drafting, labels, queries
from marketplace.contracts.errors import AlreadyConcluded, FrameworkOver, NothingDelivered, TooMuch
from marketplace.contracts.models import FRAMEWORKS, Contract
from marketplace.contracts.permissions import BUY, PERFORM
from marketplace.contracts.schemas import (
    MAX_ITEMS,
    CallOffForm,
    CheckForm,
    FrameworkForm,
    NewItem,
    read_quantities,
    read_rows,
)
from marketplace.contracts.views import ID, bp, locked, new_key, seen, to_contract
from marketplace.contracts.views_contract import contract_page
from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import page
from marketplace.procedures import queries as procedures


@bp.get("/contracts/new")
@guarded(BUY)
def new_framework() -> Response:
    """Enter an agreement that was made without a procurement here."""
    return _new_page(forms.Filled({"form_key": new_key(), "valid_from": clock.today().isoformat()}))


@bp.post("/contracts")
@guarded(BUY)
def begin_framework() -> Response:
    """Keep it as a draft; the supplier has to sign it."""
    form = forms.read(FrameworkForm, request.form)
    read_rows(form, request.form, "items", NewItem, MAX_ITEMS)
    if form.data and not form.data.items:
        form.fail("items-1-name", _("请至少填写一项品目。"))
    if form.data and form.data.kind not in FRAMEWORKS:
        form.fail("kind", _("请从列出的选项中选择。"))
    actor = current_actor()
    supplier = drafting.supplier_named(form.data.supplier, actor.organisation_id) if form.data else None
    if form.data and supplier is None:
        form.fail("supplier", _("没有找到这家供应商。请填写已通过审核的单位全称或统一社会信用代码。"))
    if not form.data or supplier is None:
        return _new_page(form, 422)
    try:
        row, _n = drafting.begin_framework(form.data, supplier, by=actor, at=clock.now())
    except AlreadyConcluded:
        db.unit().rollback()
        row = queries.contract_with_key(actor.organisation_id, form.data.form_key)
    return to_contract(row, _("协议草稿 %(number)s 已保存,请核对后签署发出。", number=row.number))


@bp.get(f"/contracts/{ID}/orders/new")
@guarded(BUY)
def new_order(contract_id: int) -> Response:
    """Call something off."""
    row = seen(contract_id).contract
    check(BUY, row)
    title = _("%(title)s 调用", title=row.title)[:160]
    return _order_page(
        row, forms.Filled({"form_key": new_key(), "title": title, "place": row.place, "within_days": "1"})
    )


@bp.post(f"/contracts/{ID}/orders")
@guarded(BUY)
def call_off(contract_id: int) -> Response:
    """Order it; a second click leads to the order the first one made."""
    row, now = locked(contract_id, BUY)
    form = forms.read(CallOffForm, request.form)
    read_quantities(form, request.form, [item.id for item in queries.items_of(row.id)])
    if form.data:
        try:
            order, new = calling.call_off(row, form.data, by=current_actor(), at=now)
        except (TooMuch, FrameworkOver, NothingDelivered) as refusal:
            db.unit().rollback()
            text = _("请至少填写一项数量。") if isinstance(refusal, NothingDelivered) else refusal.message()
            form.fail("", text)
    if not form.data:
        return _order_page(seen(contract_id).contract, form, 422)
    text = _("订单 %(number)s 已发给供应商。", number=order.number) if new else _("这份订单已经发出,没有重复。")
    return to_contract(order, text, tone="ok" if new else "wait")


@bp.post(f"/contracts/{ID}/checks")
@guarded(PERFORM)
def record_check(contract_id: int) -> Response:
    """Note a look at the reserve, or a drill."""
    row, now = locked(contract_id)
    if row.kind not in FRAMEWORKS:
        raise NotFound()
    form = forms.read(CheckForm, request.form)
    if form.data and form.data.checked_on > clock.today():
        form.fail("checked_on", _("日期不能晚于今天。"))
    if not form.data:
        return contract_page(contract_id, form, "checks", 422)
    calling.record_check(row, form.data, by=current_actor(), at=now)
    return to_contract(row, _("检查记录已保存。"), "checks")


def _new_page(form: forms.Filled, status: int = 200) -> Response:
    filled = sum(1 for n in range(1, MAX_ITEMS + 1) if form.get(f"items-{n}-name"))
    return page("contracts/framework_new.html", form=form, status=status, labels=labels, kinds=list(FRAMEWORKS),
                rows=min(MAX_ITEMS, max(4, filled + 2)))  # fmt: skip


def _order_page(row: Contract, form: forms.Filled, status: int = 200) -> Response:
    procedure = procedures.newest(calling.PROCEDURE)
    cited = procedures.definition(procedure).citations.get("use") if procedure else None
    return page("contracts/order_new.html", row=row, form=form, status=status, labels=labels, items=queries.items_of(row.id),
                citation=cited.text if cited else "")  # fmt: skip
