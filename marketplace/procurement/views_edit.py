"""The editor's plain sections: head, terms, criteria, times. Each is saved for itself and works without script."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import audit, clock, forms
from marketplace.kit.errors import NotFound, Refusal
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import incidents
from marketplace.needs import labels as needs_labels
from marketplace.procedures import queries as procedures
from marketplace.procurement import contents, criteria, deadlines, labels, queries, rules, schemas
from marketplace.procurement.contents import Content
from marketplace.procurement.errors import NotEditable, NotWhileRunning
from marketplace.procurement.models import Procurement
from marketplace.procurement.permissions import EDIT_PROCUREMENT
from marketplace.procurement.publishing import review
from marketplace.procurement.views import ID, around, bp, locked
from marketplace.taxonomy import queries as taxonomy

SAVED = ("head", "terms", "criteria", "times")
Update = dict[str, Any]


@bp.get(f"/procurements/{ID}/edit/<section>")
@guarded(EDIT_PROCUREMENT)
def edit(procurement_id: int, section: str) -> Response:
    """One section of a draft, or of the amendment of a running procurement."""
    procurement = queries.own(procurement_id, current_actor())
    if section not in SAVED:
        raise NotFound()
    content = contents.being_edited(procurement)
    return section_page(procurement, section, _shown(section, content))


@bp.post(f"/procurements/{ID}/edit/<section>")
@guarded(EDIT_PROCUREMENT)
def save(procurement_id: int, section: str) -> Response | BaseResponse:
    """Save one section; what was typed stays on the page when something is wrong with it."""
    procurement, at = locked(procurement_id)
    if section not in SAVED:
        raise NotFound()
    check_editable(procurement, at)
    content = contents.being_edited(procurement)
    form = _read(section)
    if form and section == "criteria" and request.form.get("act") == "more":
        return section_page(procurement, section, form)
    if form and request.form.get("seen") not in (None, contents.digest(content, section)):
        form.fail("", _("同事刚刚保存过这一部分。以下是您填写的内容;再次保存将覆盖对方的修改。"))
        return section_page(procurement, section, form, 409)
    if not form:
        return section_page(procurement, section, form, 422)
    try:
        update = _updates()[section](form.data, procurement, content, at)
    except Refusal as refusal:
        name = {"times": "quotes_until", "head": "visibility", "terms": "arrangements"}.get(section, "")
        return section_page(procurement, section, form.fail(name, refusal.message()), 422)
    keep(procurement, content, update, section, at)
    return to_next(procurement, section)


def keep(procurement: Procurement, content: Content, update: Update, section: str, at: datetime) -> bool:
    """Save what a section changed; whether it changed anything."""
    actor, edited = current_actor(), content.model_copy(update=update)
    if edited == content:
        return False
    contents.keep(procurement, edited, by=actor, at=at)
    audit.record(actor, "procurement.edit", procurement, at, section=section)
    return True


def to_next(procurement: Procurement, section: str) -> BaseResponse:
    """After saving: on to the next section, or to the check."""
    flash(_("已保存:%(name)s。", name=labels.section(section)), "ok")
    act = request.form.get("act", "")
    if act == "stay":
        return back_to(section_url(procurement, section))
    order = [
        name for name in labels.SECTIONS if name != "criteria" or criteria.scored(queries.definition_of(procurement))
    ]
    place = order.index(section) + 1
    if act == "check" or place >= len(order):
        return back_to(check_url(procurement))
    return back_to(section_url(procurement, order[place]))


def section_url(procurement: Procurement, section: str) -> str:
    """Where a section is edited."""
    if section in SAVED:
        return url_for("procurement.edit", procurement_id=procurement.id, section=section)
    return url_for(f"procurement.{section}", procurement_id=procurement.id)


def check_url(procurement: Procurement) -> str:
    """Where the draft is checked and published, or the amendment told."""
    name = "procurement.amendment" if procurement.version else "procurement.check"
    return url_for(name, procurement_id=procurement.id)


def check_editable(procurement: Procurement, at: datetime) -> None:
    """Raises: NotEditable."""
    if not rules.may_edit(procurement, queries.current_round(procurement.id), at):
        raise NotEditable()


def section_page(
    procurement: Procurement, section: str, form: Filled, status: int = 200, template: str = "", **more: Any
) -> Response:
    """A section with what was typed, what the check says about it, and the way to the others."""
    at = clock.now()
    shown = around(procurement, at)
    if not shown["editable"]:
        raise NotEditable()
    found = review(procurement, shown["content"], at)
    points = [point.text for point in (*found.missing, *found.warnings) if point.section == section]
    faulty = {point.section for point in found.missing}
    if procurement.version:  # the time since publication has its own rule in amendments
        points = [] if section == "times" else points
        faulty.discard("times")
    seen = contents.digest(shown["content"], section) if section in SAVED else ""
    definition, incident = shown["definition"], shown["content"].incident_id is not None
    sections = [s for s in labels.SECTIONS if s != "criteria" or criteria.scored(definition)]
    return page(
        template or f"procurement/edit_{section}.html", status=status, form=form, section=section, points=points,
        faulty=faulty, sections=sections, section_url=section_url, check_url=check_url(procurement),
        options=_options(procurement, shown), rule=deadlines.rule_of(definition, incident=incident),
        earliest=deadlines.earliest(definition, at, procedures.calendar_extra(), incident=incident), **{**shown, "seen": seen, **more},
    )  # fmt: skip


def _shown(section: str, content: Content) -> Filled:
    if section == "head":
        return schemas.head_from(content)
    if section == "times":
        return schemas.times_from(content)
    if section == "criteria":
        return schemas.criteria_from(content.criteria)
    return Filled(values={name: getattr(content, name) for name in schemas.TermsForm.model_fields})


def _read(section: str) -> Filled:
    if section == "head":
        return schemas.read_head(request.form)
    if section == "criteria":
        return schemas.read_criteria(request.form)
    return forms.read(schemas.TimesForm if section == "times" else schemas.TermsForm, request.form)


def _updates() -> dict[str, Callable[[Any, Procurement, Content, datetime], Update]]:
    return {"head": _head, "terms": _terms, "criteria": _criteria, "times": _times}


def _head(form: schemas.HeadForm, procurement: Procurement, content: Content, _at: datetime) -> Update:
    if procurement.version and form.visibility != content.visibility:
        raise NotWhileRunning()
    if form.incident_id is not None:
        incidents.own_incident(form.incident_id, current_actor())
    return dict(form)


def _terms(form: schemas.TermsForm, procurement: Procurement, _content: Content, _at: datetime) -> Update:
    allowed = queries.definition_of(procurement).arrangements
    return {**dict(form), "arrangements": [code for code in allowed if code in form.arrangements]}


def _criteria(rows: list[dict[str, Any]], _procurement: Procurement, _content: Content, _at: datetime) -> Update:
    return {"criteria": rows}


def _times(form: schemas.TimesForm, procurement: Procurement, content: Content, at: datetime) -> Update:
    """The typed times; an opening left open, or left where it was before a later deadline, follows the deadline."""
    definition, extra = queries.definition_of(procurement), procedures.calendar_extra()
    times = deadlines.around(definition, form.quotes_until, at, extra)
    if form.opens_at is not None and not (form.opens_at == content.opens_at and form.opens_at < times["opens_at"]):
        times["opens_at"] = form.opens_at
    times["questions_until"] = form.questions_until or times["questions_until"]
    edited = content.model_copy(update=times)
    if procurement.version:
        deadlines.check_order(edited, at)
    else:
        deadlines.check(edited, definition, at, extra)
    return dict(times)


def _options(procurement: Procurement, shown: dict[str, Any]) -> dict[str, list[tuple[Any, str]]]:
    allowed = shown["definition"].visibility
    going_on = incidents.incidents_of(procurement.owner_id, going_on=True)
    return {
        "category": [(code, needs_labels.category(code)) for code, *_names in taxonomy.categories()],
        "field_code": [(code, needs_labels.field_name(code)) for code, *_names in taxonomy.fields()],
        "province": [(name, name) for name in taxonomy.provinces()],
        "visibility": [(one.value, labels.visibility(one.value)) for one in allowed],
        "incident": [(row.id, row.name) for row in going_on],
        "arrangements": [(code, labels.arrangement(code)) for code in shown["definition"].arrangements],
    }
