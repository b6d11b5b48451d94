"""Pages on which operators read procedures, put versions in use and retire them."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.kit import clock, forms
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procedures import actions, labels, queries, rules
from marketplace.procedures.models import Procedure, ProcedureStatus
from marketplace.procedures.permissions import KEEP_PROCEDURES
from marketplace.procedures.schemas import WhyForm
from marketplace.procedures.views import bp

ID = "<int(max=2147483647):procedure_id>"


@bp.get("/operations/procedures")
@guarded(KEEP_PROCEDURES)
def procedures() -> Response:
    """Every procedure with its key figures and versions; what is retired stands below."""
    shown = [_family(versions) for versions in queries.families()]
    return page("procedures/list.html", families=shown, labels=labels)


def _family(versions: list[Procedure]) -> dict:
    current = next((row for row in versions if row.status == ProcedureStatus.IN_USE), None)
    row = current or versions[0]
    return {"row": row, "definition": queries.definition(row), "current": current, "versions": versions}


@bp.get(f"/operations/procedures/{ID}")
@guarded(KEEP_PROCEDURES)
def procedure(procedure_id: int, form: forms.Filled | None = None, status: int = 200) -> Response:
    """One version as sentences with their rules, its warnings, and the history of versions."""
    row = queries.procedure(procedure_id)
    check(KEEP_PROCEDURES, row)
    versions = queries.versions(row.code)
    definition = queries.definition(row)
    current = next((v for v in versions if v.status == ProcedureStatus.IN_USE), None)
    since = labels.changes(queries.definition(current), definition) if current else []
    return page(
        "procedures/procedure.html", status=status, row=row, definition=definition, labels=labels, form=form,
        sections=labels.sections(definition), warnings=rules.faults(definition), may_retire=rules.may_retire(row),
        current=current, since_current=since, history=_history(versions),
        newest=versions[0], authors=queries.authors(versions),
    )  # fmt: skip


def _history(versions: list[Procedure]) -> list[tuple[Procedure, list[tuple[str, str, str]]]]:
    """Each version with what it changed of the one before."""
    read = [(row, queries.definition(row)) for row in versions]
    before = [definition for _row, definition in read[1:]]
    pairs = zip(read, [*before, None], strict=True)
    return [(row, labels.changes(old, new) if old else []) for (row, new), old in pairs]


@bp.post(f"/operations/procedures/{ID}/use")
@guarded(KEEP_PROCEDURES)
def put_in_use(procedure_id: int) -> Response:
    """From now on, procurements begin under this version."""
    row = _locked(procedure_id)
    actions.put_in_use(row, by=current_actor(), at=clock.now(), warnings_read="warnings_read" in request.form)
    return _to(
        row, _("“%(name)s”第 %(n)s 版已启用;已经开始的采购仍按原来的版本进行。", name=labels.name(row), n=row.version)
    )


@bp.post(f"/operations/procedures/{ID}/discard")
@guarded(KEEP_PROCEDURES)
def discard(procedure_id: int) -> Response:
    """The draft comes to nothing."""
    row = _locked(procedure_id)
    actions.discard(row, by=current_actor(), at=clock.now())
    return _to(row, _("草稿已作废。"))


@bp.post(f"/operations/procedures/{ID}/retire")
@guarded(KEEP_PROCEDURES)
def retire(procedure_id: int) -> Response:
    """Nobody begins under this procedure any more."""
    row = _locked(procedure_id)
    form = forms.read(WhyForm, request.form)
    if not form.data:
        return procedure(procedure_id, form, 422)
    actions.retire(row, form.data.why, by=current_actor(), at=clock.now())
    return _to(row, _("“%(name)s”已停用;已经开始的采购不受影响。", name=labels.name(row)))


def _locked(procedure_id: int) -> Procedure:
    row = queries.locked(procedure_id)
    check(KEEP_PROCEDURES, row)
    return row


def _to(row: Procedure, text: str) -> Response:
    flash(text, "ok")
    return back_to(url_for("procedures.procedure", procedure_id=row.id))
