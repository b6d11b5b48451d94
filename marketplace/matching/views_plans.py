"""Pages of sourcing plans: the best combination of suppliers for a need, and for all needs of an incident together."""

import re
from collections import defaultdict
from typing import Annotated

from flask import flash, request, url_for
from flask_babel import gettext as _
from pydantic import Field
from werkzeug.wrappers import Response

from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.i18n import told
from marketplace.kit.permissions import SIGNED_IN, can, check, current_actor, guarded
from marketplace.kit.web import back_to, page, show_number
from marketplace.matching import incident_plans, plan_words, plans
from marketplace.matching.distances import KM_A_DAY
from marketplace.matching.permissions import CHOOSE_MATCHES, OVERSEE_MATCHES, SEE_MATCHES
from marketplace.matching.views import bp
from marketplace.needs import incidents, invitations
from marketplace.needs import labels as needs_labels
from marketplace.needs import queries as needs
from marketplace.needs.models import Incident, IncidentStatus, Need, NeedStatus
from marketplace.needs.rows import IncidentSheet
from marketplace.needs.rules import UNENDED
from marketplace.search.port import SearchUnavailable

NEED, INCIDENT = "<int(max=2147483647):need_id>", "<int(max=2147483647):incident_id>"
SHARES = (20, 25, 30, 40, 50, 60, 70, 80)
_LINE = re.compile(r"(\d{1,9}):(\d{1,3}):(\d{1,12}):(\d{1,4})")


class TermsForm(forms.Form):
    """What the planner set, out of the address."""

    share: Annotated[int, Field(ge=1, le=100)] | None = None
    suppliers: Annotated[int, Field(ge=1, le=100)] | None = None
    days: Annotated[int, Field(ge=0, le=3650)] | None = None
    step: int = Field(default=0, ge=0, lt=len(plans.STEPS))
    partial: bool = False

    def terms(self) -> plans.Terms:
        """The same for the plan."""
        return plans.Terms(self.share, self.suppliers, self.days, self.step, self.partial)


@bp.get(f"/my/needs/{NEED}/plan")
@guarded(SIGNED_IN)
def plan(need_id: int) -> Response:
    """The best combination of suppliers within what the address sets; its owner's page, operators read it."""
    need, form = _seen(need_id), forms.read(TermsForm, _asked())
    terms = form.data.terms() if form.data else plans.Terms()
    task = plans.task_of([need], terms, clock.today())
    shown = {"need": need, "form": form, "terms": terms, "task": task, "may": _may(need), "labels": needs_labels}
    shown |= {"words": plan_words, "shares": _shares(terms), "km_a_day": KM_A_DAY, "stated": _stated(need)}
    if not form or not task.demands or not task.routes:
        return page("matching/plan.html", status=200 if form else 422, option=None, **shown)
    options = plans.options_of(task, terms)
    option = plans.chosen(options, terms.step)
    return page(
        "matching/plan.html", options=options, option=option, parts=plans.parts_of(task, option.plan),
        refused=plans.worth_asking(task, option.plan), later=plans.if_it_could_wait(task, terms, option.plan), seconds=plans.NEED_SECONDS,
        invited=_invited(need), **shown,
    )  # fmt: skip


@bp.post(f"/my/needs/{NEED}/plan/invitations")
@guarded(CHOOSE_MATCHES)
def invite_planned(need_id: int) -> Response:
    """Ask the suppliers of the plan that was on the page, each for what it was planned to deliver; again changes nothing."""
    need = needs.own_need(need_id, current_actor(), lock=True)
    check(CHOOSE_MATCHES, need)
    back = back_to(web.safe_next(url_for("matching.plan", need_id=need_id)))
    proposed = _proposed(need)
    if not proposed:
        flash(_("方案里没有可邀请的供应商,请重新生成方案。"), "wait")
        return back
    new = 0
    for supplier_id, shares in proposed.items():
        added, _passed = invitations.invite(need, [supplier_id], _note(shares), by=current_actor(), at=clock.now())
        new += len(added)
    _tell_invited(need, new, len(proposed) - new)
    return back


@bp.get(f"/incidents/{INCIDENT}/plan")
@guarded(SIGNED_IN)
def incident_plan(incident_id: int) -> Response:
    """All open needs of an incident planned together; its owner's page, operators read it."""
    sheet, form = _incident(incident_id), forms.read(TermsForm, _asked())
    terms = form.data.terms() if form.data else plans.Terms()
    open_needs = [need for need in sheet.needs if need.status == NeedStatus.OPEN]
    task = plans.task_of(open_needs, terms, clock.today())
    shown = {"incident": sheet.incident, "needs": open_needs, "form": form, "terms": terms, "task": task}
    shown |= {"words": plan_words, "shares": _shares(terms), "km_a_day": KM_A_DAY, "labels": needs_labels}
    shown |= {"may": _may_match(sheet.incident), "seconds": plans.INCIDENT_SECONDS}
    if not form or not task.demands:
        return page("matching/incident_plan.html", status=200 if form else 422, plan=None, **shown)
    best = task.solve(terms.limits(plans.INCIDENT_SECONDS))
    parts = plans.parts_of(task, best)
    classes, kind = incident_plans.by_class(parts), request.args.get("class", "")
    kind = kind if kind in {row.key for row in classes} else ""
    return page(
        "matching/incident_plan.html", plan=best, parts=parts, classes=classes, kind=kind,
        by_need=incident_plans.by_need(parts), invited={need.id: _invited(need) for need in open_needs},
        regions=incident_plans.by_region(parts), supply=incident_plans.supply(parts),
        maps=incident_plans.maps(parts, kind), refused=plans.worth_asking(task, best), **shown,
    )  # fmt: skip


@bp.post(f"/incidents/{INCIDENT}/plan/matches")
@guarded(CHOOSE_MATCHES)
def match_incident(incident_id: int) -> Response:
    """Judge the open needs of an incident that never were; a second click judges nothing."""
    incident = incidents.own_incident(incident_id, current_actor(), lock=True)
    sheet = incidents.sheet(incident.id, current_actor())
    try:
        done = incident_plans.match_unmatched(sheet.needs, at=clock.now())
    except SearchUnavailable:
        db.unit().rollback()
        flash(_("搜索服务暂时不可用,这次没有匹配。请过几分钟再试。"), "bad")
    else:
        flash(_("已匹配 %(n)s 份需求。", n=done) if done else _("各需求都已匹配过,没有重复匹配。"), "ok")
    return back_to(web.safe_next(url_for("matching.incident_plan", incident_id=incident_id)))


def _seen(need_id: int) -> Need:
    """The need, for its owner or an operator."""
    if can(OVERSEE_MATCHES):
        return needs.readable_need(need_id, current_actor())
    check(SEE_MATCHES)
    return needs.own_need(need_id, current_actor())


def _incident(incident_id: int) -> IncidentSheet:
    """The incident with its needs, for its owner or an operator; others' is as if absent."""
    sheet = incidents.sheet(incident_id, current_actor())
    if not can(OVERSEE_MATCHES) and sheet.incident.owner_id != current_actor().organisation_id:
        raise NotFound()
    return sheet


def _asked() -> dict[str, str]:
    """The terms in the address; before anything was set, listings that can deliver a part are taken too."""
    asked = request.args.to_dict()
    return asked if "step" in asked else {"partial": "1", **asked}


def _may(need: Need) -> bool:
    return can(CHOOSE_MATCHES, need) and need.status in UNENDED and not need.template


def _may_match(incident: Incident) -> bool:
    own = incident.owner_id == current_actor().organisation_id
    return own and can(CHOOSE_MATCHES) and incident.status == IncidentStatus.DECLARED


def _invited(need: Need) -> set[int]:
    return {row.supplier_id for row, _org in needs.invitations_of(need.id)}


def _shares(terms: plans.Terms) -> list[tuple[int, str]]:
    known = sorted({*SHARES, terms.share or SHARES[0]})
    return [(share, _("不超过 %(n)s%%", n=share)) for share in known]


def _stated(need: Need) -> str:
    """The day of need as it was written; "" when it is open."""
    if need.wanted_on is not None:
        return needs_labels.value("wanted_on", need.wanted_on)
    return needs_labels.value("within_days", need.within_days)


def _proposed(need: Need) -> dict[int, list[tuple[str, int, int]]]:
    """By supplier what the page proposed: (item with its unit, quantity, days). Strange lines are passed over."""
    known = plans.invitable_suppliers(need.id)
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for text in request.form.getlist("line")[: invitations.MAX_INVITED]:
        match = _LINE.fullmatch(text)
        if match is None:
            continue
        supplier_id, item, quantity, days = map(int, match.groups())
        if supplier_id in known and item < len(need.items) and quantity:
            row = need.items[item]
            amount = f"{row.get('name') or need.title} {show_number(quantity)} {row.get('unit') or ''}".strip()
            found[supplier_id].append((amount, quantity, days))
    return found


def _note(shares: list[tuple[str, int, int]]) -> str:
    """What the supplier reads, in the platform's first language."""
    rows = [told("%(amount)s,约 %(days)s 天内到达", amount=amount, days=days) for amount, _quantity, days in shares]
    return told("采购方的供应方案拟请贵单位供应:%(rows)s。这是初步测算,不是订单。", rows=";".join(rows))


def _tell_invited(need: Need, new: int, passed: int) -> None:
    if new and need.status == NeedStatus.OPEN:
        flash(_("已按方案邀请 %(n)s 家供应商,邀请中写明了拟供数量,并已通知他们。", n=new), "ok")
    elif new:
        flash(_("已按方案邀请 %(n)s 家供应商,需求发布时会通知他们拟供数量。", n=new), "ok")
    if passed:
        flash(_("另有 %(n)s 家此前已邀请或目前不能邀请,没有重复通知。", n=passed), "wait")
