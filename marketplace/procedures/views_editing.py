"""Pages on which operators write the next version of a procedure, or a new procedure after the model of one."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.kit import clock, forms
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procedures import actions, citations, labels, queries, rules
from marketplace.procedures.errors import CodeTaken
from marketplace.procedures.form import Drafted, NewHeading, filled_from, judge
from marketplace.procedures.models import Procedure, ProcedureStatus
from marketplace.procedures.permissions import KEEP_PROCEDURES
from marketplace.procedures.views import bp
from marketplace.procedures.views_keeping import ID


@bp.get(f"/operations/procedures/{ID}/edit")
@guarded(KEEP_PROCEDURES)
def edit(procedure_id: int) -> Response:
    """The next version, as a form filled with this one; where there is a draft already, the draft."""
    row = _kept(procedure_id)
    row = queries.draft_of(row.code) or row
    why = row.why if row.status == ProcedureStatus.DRAFT else ""
    stamp = rules.stamp(queries.versions(row.code)[0])
    return _form(row, filled_from(row, queries.definition(row), why=why, seen=stamp), new=False)


@bp.post(f"/operations/procedures/{ID}/edit")
@guarded(KEEP_PROCEDURES)
def write(procedure_id: int) -> Response:
    """Keep what was written as the draft of the next version."""
    row = _kept(procedure_id)
    form = judge(request.form, queries.definition(row))
    if not form.data:
        return _form(row, form, new=False, status=422)
    top, definition = form.data
    drafted = actions.draft(
        row.code, top.name, top.name_en, definition, top.why, by=current_actor(), at=clock.now(), seen=top.seen
    )
    return _to(drafted)


@bp.get(f"/operations/procedures/{ID}/copy")
@guarded(KEEP_PROCEDURES)
def copy(procedure_id: int) -> Response:
    """A new procedure, as a form filled with this one."""
    row = _kept(procedure_id)
    return _form(row, filled_from(row, queries.definition(row), name="", name_en="", code="", why=""), new=True)


@bp.post(f"/operations/procedures/{ID}/copy")
@guarded(KEEP_PROCEDURES)
def begin(procedure_id: int) -> Response:
    """Keep what was written as the first draft of a new procedure."""
    row = _kept(procedure_id)
    form = judge(request.form, queries.definition(row), NewHeading)
    if not form.data:
        return _form(row, form, new=True, status=422)
    top, definition = form.data
    try:
        drafted = actions.begin(
            top.code, top.name, top.name_en, definition, top.why, by=current_actor(), at=clock.now()
        )
    except CodeTaken as fault:
        return _form(row, form.fail("code", fault.message()), new=True, status=422)
    return _to(drafted)


def _form(row: Procedure, form: forms.Filled[Drafted], *, new: bool, status: int = 200) -> Response:
    known = {rule.citation: rule.rule for rule in citations.rules().values()}
    return page("procedures/edit.html", status=status, row=row, form=form, new=new, labels=labels, known=known)


def _kept(procedure_id: int) -> Procedure:
    row = queries.procedure(procedure_id)
    check(KEEP_PROCEDURES, row)
    return row


def _to(row: Procedure) -> Response:
    flash(_("草稿已保存。请核对提醒事项和变化,再启用。"), "ok")
    return back_to(url_for("procedures.procedure", procedure_id=row.id))
