"""Beginning a procurement: from what, and under which procedure."""

import secrets
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import Actor, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import queries as needs
from marketplace.needs.models import Need
from marketplace.needs.rows import OwnFilter
from marketplace.needs.rules import UNENDED
from marketplace.procedures import queries as procedures
from marketplace.procedures.models import Procedure
from marketplace.procurement import beginning, labels, queries, sources
from marketplace.procurement.errors import AlreadyBegun, NothingChosen, OtherWay
from marketplace.procurement.permissions import EDIT_PROCUREMENT
from marketplace.procurement.schemas import NewForm
from marketplace.procurement.sources import Source
from marketplace.procurement.views import bp
from marketplace.quoting import queries as quoting

SHOWN_NEEDS = 30


@bp.get("/procurements/new")
@guarded(EDIT_PROCUREMENT)
def new() -> Response:
    """Choose where to begin and the procedure; the address may say both already."""
    asked = {name: request.args.get(name, "") for name in ("source", "need_id", "procedure", "title")}
    asked["source"] = asked["source"] or ("matches" if asked["need_id"] else "nothing")
    lists = {name: request.args.getlist(name, type=int) for name in ("lines", "suppliers")}
    return _new_page(Filled(values={**asked, **lists, "form_key": secrets.token_urlsafe(16)}))


@bp.post("/procurements")
@guarded(EDIT_PROCUREMENT)
def create() -> Response | BaseResponse:
    """Begin the draft; the same form again leads to the draft it became."""
    actor, at = current_actor(), clock.now()
    form = forms.read(NewForm, request.form)
    procedure = procedures.newest(form.data.procedure) if form.data else None
    if form.data and procedure is None:
        form.fail("procedure", _("请选择采购程序。"))
    if not form.data or procedure is None:
        return _new_page(form, 422)
    try:
        row, _new = beginning.begin(_source(form.data, actor), procedure, form.data.form_key, by=actor, at=at)
    except AlreadyBegun:
        db.unit().rollback()
        row = queries.with_key(actor.organisation_id, form.data.form_key)
        if row is None:
            raise
    except (NothingChosen, OtherWay, NotFound) as refusal:
        return _new_page(form.fail("source", refusal.message()), 422)
    return back_to(url_for("procurement.edit", procurement_id=row.id, section="head"))


def _source(form: NewForm, by: Actor) -> Source:
    if form.source == "basket":
        return sources.from_basket(form.lines, by)
    if form.source == "nothing":
        return sources.from_nothing(form.title if len(form.title) > 1 else _("未命名采购项目"), by)
    if form.need_id is None:
        raise NothingChosen()
    if form.source == "matches":
        return sources.from_matches(form.need_id, by)
    if form.source == "plan":
        return sources.from_plan(form.need_id, form.suppliers, by)
    return sources.from_need(form.need_id, by)


def _new_page(form: Filled, status: int = 200) -> Response:
    actor = current_actor()
    rows, _total = needs.own_page(actor.organisation_id, OwnFilter(), 1, SHOWN_NEEDS)
    offered = [(row, procedures.definition(row)) for row in procedures.in_use()]
    return page(
        "procurement/new.html", status=status, form=form, labels=labels, obstacle=queries.obstacle(actor),
        needs=[row for row in rows if row.status in UNENDED or str(row.id) == str(form.get("need_id"))],
        matched=_matched(form, actor), basket=[item for item in quoting.basket(actor.organisation_id) if item.available],
        procedures=[pair for pair in offered if _is_sealed(*pair)], others=[p for p in offered if not _is_sealed(*p)],
    )  # fmt: skip


def _is_sealed(_row: Procedure, definition: Any) -> bool:
    return definition.sealed and definition.binding


def _matched(form: Filled, actor: Actor) -> int | None:
    """How many suppliers the chosen need's matches would invite."""
    text = str(form.get("need_id"))
    if not text.isdecimal() or len(text) > 9:
        return None
    need = next((row for row in _own(text, actor)), None)
    return len(sources.matched(need.id)) if need else None


def _own(text: str, actor: Actor) -> list[Need]:
    try:
        return [needs.own_need(int(text), actor)]
    except NotFound:
        return []
