"""The editor's lots: their list, and one lot with its items and requirements."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit.errors import NotFound
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to
from marketplace.needs import labels as needs_labels
from marketplace.needs.form_rows import Sent, tidied
from marketplace.needs.models import Level, Operator
from marketplace.procurement import contents, labels, queries, schemas
from marketplace.procurement.contents import LotContent
from marketplace.procurement.models import Procurement
from marketplace.procurement.permissions import EDIT_PROCUREMENT
from marketplace.procurement.views import ID, bp, locked
from marketplace.procurement.views_edit import check_editable, keep, section_page
from marketplace.taxonomy import queries as taxonomy

MAX_LOTS = 20
NUMBER = "<int(min=1, max=50):number>"


@bp.get(f"/procurements/{ID}/edit/lots")
@guarded(EDIT_PROCUREMENT)
def lots(procurement_id: int) -> Response:
    """The lots with what is in them."""
    procurement = queries.own(procurement_id, current_actor())
    return section_page(procurement, "lots", Filled(), max_lots=MAX_LOTS)


@bp.post(f"/procurements/{ID}/edit/lots")
@guarded(EDIT_PROCUREMENT)
def change_lots(procurement_id: int) -> Response | BaseResponse:
    """Add an empty lot, take one out, or move one up."""
    procurement, at = locked(procurement_id)
    check_editable(procurement, at)
    content = contents.being_edited(procurement)
    act, _dash, number = request.form.get("act", "").partition("-")
    place = int(number) - 1 if number.isdecimal() and len(number) < 4 else -1
    found = list(content.lots)
    if act == "add" and len(found) < MAX_LOTS:
        found.append(LotContent(title=_("第 %(n)s 包", n=len(found) + 1)))
    elif act == "drop" and 0 <= place < len(found):
        del found[place]
    elif act == "up" and 0 < place < len(found):
        found[place - 1], found[place] = found[place], found[place - 1]
    if keep(procurement, content, {"lots": found}, "lots", at) and act == "add":
        return back_to(url_for("procurement.lot", procurement_id=procurement.id, number=len(found)))
    return back_to(url_for("procurement.lots", procurement_id=procurement.id))


@bp.get(f"/procurements/{ID}/edit/lots/{NUMBER}")
@guarded(EDIT_PROCUREMENT)
def lot(procurement_id: int, number: int) -> Response:
    """One lot's form."""
    procurement = queries.own(procurement_id, current_actor())
    told = _lot(contents.being_edited(procurement), number)
    return _lot_page(procurement, number, schemas.lot_from(told))


@bp.post(f"/procurements/{ID}/edit/lots/{NUMBER}")
@guarded(EDIT_PROCUREMENT)
def save_lot(procurement_id: int, number: int) -> Response | BaseResponse:
    """Save a lot; buttons that add or take out a row only change the page."""
    procurement, at = locked(procurement_id)
    check_editable(procurement, at)
    content = contents.being_edited(procurement)
    _lot(content, number)
    sent = tidied(request.form)
    form = schemas.read_lot(sent.fields)
    if sent.changes_rows:
        more = Sent(
            sent.fields, sent.act, sent.blank_items + (sent.act == "more_items"),
            sent.blank_requirements + (sent.act == "more_reqs"),
        )  # fmt: skip
        form.errors.clear()
        return _lot_page(procurement, number, form, sent=more)
    if form and request.form.get("seen") not in (None, contents.digest(content, f"lot-{number}")):
        form.fail("", _("同事刚刚保存过这个包。以下是您填写的内容;再次保存将覆盖对方的修改。"))
        return _lot_page(procurement, number, form, 409, sent=sent)
    if not form:
        return _lot_page(procurement, number, form, 422, sent=sent)
    found = [form.data if n == number else one for n, one in enumerate(content.lots, 1)]
    keep(procurement, content, {"lots": found}, "lots", at)
    flash(_("已保存:第 %(n)s 包。", n=number), "ok")
    if sent.act == "stay":
        return back_to(url_for("procurement.lot", procurement_id=procurement.id, number=number))
    return back_to(url_for("procurement.lots", procurement_id=procurement.id))


def _lot(content: contents.Content, number: int) -> LotContent:
    if number > len(content.lots):
        raise NotFound()
    return content.lots[number - 1]


def _lot_page(
    procurement: Procurement, number: int, form: Filled, status: int = 200, *, sent: Sent | None = None
) -> Response:
    items, asked = form.values.get("items") or [], form.values.get("requirements") or []
    blank_items, blank_asked = (sent.blank_items, sent.blank_requirements) if sent else (0, 0)
    content = contents.being_edited(procurement)
    return section_page(
        procurement, "lots", form, status, template="procurement/edit_lot.html", number=number,
        items=[*items, *[{}] * max(blank_items, not items)], asked=[*asked, *[{}] * max(blank_asked, not asked)],
        classes=[node.name for node in taxonomy.class_leaves()], class_text=labels.class_text, row_options=_row_options(),
        seen=contents.digest(content, f"lot-{number}"),
    )  # fmt: skip


def _row_options() -> dict[str, list[tuple[Any, str]]]:
    return {
        "op": [(op, needs_labels.operator(op)) for op in Operator],
        "level": [(level, needs_labels.level(level)) for level in Level],
    }
