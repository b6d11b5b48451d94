"""Pages of incidents: declared, their needs added up, ended."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.permissions import is_operator
from marketplace.kit import clock, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import incidents, labels, queries, rules
from marketplace.needs.errors import MayNotPostYet, NotGovernment
from marketplace.needs.models import Incident, IncidentStatus, Need
from marketplace.needs.permissions import DECLARE_INCIDENT, EDIT_NEED, SEE_OWN_NEEDS
from marketplace.needs.rows import OwnFilter
from marketplace.needs.schemas import MAX_ID, IncidentForm
from marketplace.needs.views import bp
from marketplace.taxonomy import queries as taxonomy

ID = "<int(max=2147483647):incident_id>"
OFFERED = 100


@bp.get("/incidents")
@guarded(SEE_OWN_NEEDS)
def own_incidents(form: forms.Filled | None = None, status: int = 200) -> Response:
    """What has happened at this organisation's, and the form that declares more."""
    rows = incidents.incidents_of(current_actor().organisation_id)
    return page(
        "needs/incidents.html", status=status, rows=rows, counts=incidents.counts([row.id for row in rows]), form=form,
        refusal=_why_not_declaring(), labels=labels, levels=[(n, labels.incident_level(n)) for n in range(1, 5)],
        events=[(term.code, _event_title(term.code)) for term in taxonomy.events()], provinces=taxonomy.provinces(),
    )  # fmt: skip


@bp.post("/incidents")
@guarded(DECLARE_INCIDENT)
def declare_incident() -> Response:
    """Note that something has happened."""
    form = forms.read(IncidentForm, request.form)
    if not form.data:
        return own_incidents(form, 422)
    row, new = incidents.declare_incident(form.data, by=current_actor(), at=clock.now())
    if new:
        return _to(row.id, _("已登记突发事件。可以把已有需求加入本事件。"))
    return _to(row.id, _("同名事件正在处置中,没有重复登记;这就是原有事件。"), "wait")


@bp.get(f"/incidents/{ID}")
@guarded(SIGNED_IN)
def incident(incident_id: int) -> Response:
    """An incident with its needs and what they come to; for its owner, and for operators to look at."""
    actor = current_actor()
    if not is_operator(actor):
        incidents.own_incident(incident_id, actor)
    sheet = incidents.sheet(incident_id, actor)
    own = actor.organisation_id == sheet.incident.owner_id
    return page(
        "needs/incident.html", sheet=sheet, incident=sheet.incident, labels=labels, rules=rules, own=own,
        addable=_addable(sheet.incident) if own else [], remaining=queries.unended(incident_id),
    )  # fmt: skip


@bp.post(f"/incidents/{ID}/needs")
@guarded(DECLARE_INCIDENT)
def add_to_incident(incident_id: int) -> Response:
    """Say that a need of one's own belongs to it."""
    row, own = _own_incident(incident_id), _own_need(request.form.get("need_id", ""))
    if own.incident_id == row.id:
        return _to(row.id, _("“%(title)s”已在本事件中。", title=own.title))
    incidents.attach_to_incident(own, row, by=current_actor(), at=clock.now())
    return _to(row.id, _("已加入“%(title)s”。", title=own.title))


@bp.post(f"/incidents/{ID}/needs/remove")
@guarded(DECLARE_INCIDENT)
def remove_from_incident(incident_id: int) -> Response:
    """Say that a need does not belong to it after all."""
    row, own = _own_incident(incident_id), _own_need(request.form.get("need_id", ""))
    if own.incident_id == row.id:
        incidents.attach_to_incident(own, None, by=current_actor(), at=clock.now())
    return _to(row.id, _("已将“%(title)s”移出本事件,需求本身不变。", title=own.title))


@bp.post(f"/incidents/{ID}/end")
@guarded(DECLARE_INCIDENT)
def end_incident(incident_id: int) -> Response:
    """The incident is over; its needs stay as they are."""
    row = _own_incident(incident_id)
    if row.status == IncidentStatus.ENDED:
        return _to(row.id, _("本事件此前已经结束。"), "wait")
    remaining = incidents.end_incident(row, by=current_actor(), at=clock.now())
    if remaining:
        return _to(row.id, _("事件已结束。还有 %(n)s 份需求未结束,请逐份关闭或撤回。", n=remaining), "wait")
    return _to(row.id, _("事件已结束。"))


def _own_incident(incident_id: int) -> Incident:
    row = incidents.own_incident(incident_id, current_actor(), lock=True)
    check(DECLARE_INCIDENT, row)
    return row


def _own_need(text: str) -> Need:
    if not text.isdecimal() or int(text) > MAX_ID:
        raise NotFound()
    row = queries.own_need(int(text), current_actor(), lock=True)
    check(EDIT_NEED, row)
    return row


def _addable(incident: Incident) -> list[Need]:
    """One's own needs that have not ended and are not in it yet, last changed first."""
    if incident.status != IncidentStatus.DECLARED:
        return []
    rows, _total = queries.own_page(incident.owner_id, OwnFilter(), 1, OFFERED)
    return [row for row in rows if row.status in rules.UNENDED and row.incident_id != incident.id]


def _why_not_declaring() -> str:
    """Why this person declares nothing, in a sentence; "" for who may."""
    actor = current_actor()
    if not incidents.may_declare(actor):
        return NotGovernment().message()
    why = queries.obstacle(actor)
    return MayNotPostYet(why=why).message() if why else ""


def _event_title(code: str) -> str:
    category = taxonomy.event_category(code)
    name = labels.event(code)
    return f"{labels.category(category)} · {name}" if category and labels.category(category) != name else name


def _to(incident_id: int, text: str, tone: str = "ok") -> Response:
    flash(text, tone)
    return back_to(url_for("needs.incident", incident_id=incident_id))
