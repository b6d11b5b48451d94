"""The room's blueprint, the count beside the basket, and the pages of the basket."""

from typing import Any

from flask import Blueprint, Flask, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.catalog import labels as catalog_labels
from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import can, current_actor, guarded
from marketplace.kit.web import back_to, page, safe_next
from marketplace.quoting import basket, queries
from marketplace.quoting.permissions import ASK
from marketplace.quoting.rows import BasketItem
from marketplace.quoting.schemas import BasketEdit, NewBasketLine

bp = Blueprint("quoting", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Register this room's pages and jobs, and tell buyers' pages how full the basket is."""
    from marketplace.quoting import jobs, views_buyer, views_supplier  # noqa: F401 - they register themselves

    app.register_blueprint(bp)
    app.context_processor(_for_templates)


def _for_templates() -> dict[str, int]:
    if not can(ASK):
        return {}
    with db.reading():
        return {"basket_count": queries.basket_size(current_actor().organisation_id)}


@bp.post("/basket/add")
@guarded(ASK)
def add_to_basket() -> Response:
    """Put a listing into the basket and stay on the page one came from."""
    form = forms.read(NewBasketLine, request.form)
    if not form.data:
        raise NotFound()
    _line, new = basket.add_to_basket(form.data, by=current_actor(), at=clock.now())
    flash(_("已加入询价篮。") if new else _("询价篮中已有这一项,未重复加入。"), "ok")
    return back_to(safe_next(url_for("quoting.show_basket")))


@bp.get("/basket")
@guarded(ASK)
def show_basket(form: forms.Filled | None = None, status: int = 200) -> Response:
    """What the organisation means to ask about, supplier by supplier."""
    items = queries.basket(current_actor().organisation_id)
    return page(
        "quoting/basket.html", groups=by_supplier(items), count=len(items), form=form, status=status,
        available=sum(item.available for item in items), obstacle=queries.obstacle(current_actor()),
        price=catalog_labels.price,
    )  # fmt: skip


@bp.post("/basket")
@guarded(ASK)
def save_basket() -> Response:
    """Keep quantities and notes; perhaps take one line out, or go on to the request."""
    items = queries.basket(current_actor().organisation_id)
    removed = request.form.get("remove", "")
    kept = [item for item in items if str(item.line.id) != removed and f"quantity-{item.line.id}" in request.form]
    filled, edits = _read_edits(kept)
    if filled.errors:
        return show_basket(filled, 422)
    for item, edit in edits:
        basket.edit_line(item.line, edit, at=clock.now())
    for item in items:
        if str(item.line.id) == removed:
            basket.remove_line(item.line)
            flash(_("已移除:%(name)s", name=item.listing.name), "ok")
    if request.form.get("act") == "ask":
        return back_to(url_for("quoting.new_request"))
    if not removed:
        flash(_("数量和备注已保存。"), "ok")
    return back_to(url_for("quoting.show_basket"))


def by_supplier(items: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Basket items grouped by their supplier, in the order they come."""
    groups: dict[int, tuple[Any, list[Any]]] = {}
    for item in items:
        groups.setdefault(item.supplier.id, (item.supplier, []))[1].append(item)
    return list(groups.values())


def _read_edits(items: list[BasketItem]) -> tuple[forms.Filled, list[tuple[BasketItem, BasketEdit]]]:
    filled, edits = forms.Filled(), []
    for item in items:
        names = {name: f"{name}-{item.line.id}" for name in BasketEdit.model_fields}
        part = forms.read(BasketEdit, {name: request.form.get(key) for name, key in names.items()})
        filled.values.update({names[name]: value for name, value in part.values.items()})
        for name, text in part.errors.items():
            filled.fail(names[name], f"{item.listing.name} — {text}")
        edits.append((item, part.data))
    return filled, edits
