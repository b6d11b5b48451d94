"""Rating the other side, replying, reporting; the operator's decisions; and a supplier's record for everybody."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import OrganisationStatus
from marketplace.contracts import labels, queries, rating, rules
from marketplace.contracts.errors import RatingClosed
from marketplace.contracts.models import PartyRole
from marketplace.contracts.permissions import MODERATE_RATINGS, PERFORM
from marketplace.contracts.schemas import DecisionForm, RatingForm, Reason, Words, read_scores
from marketplace.contracts.views import ID, bp, locked, to_contract
from marketplace.contracts.views_contract import contract_page
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import current_actor, guarded, public
from marketplace.kit.web import back_to, page

PER_PAGE = 20


@bp.post(f"/contracts/{ID}/rating")
@guarded(PERFORM)
def rate(contract_id: int) -> Response:
    """Judge the other side, once."""
    row, now = locked(contract_id)
    role = PartyRole.BUYER if row.owner_id == current_actor().organisation_id else PartyRole.SUPPLIER
    form = forms.read(RatingForm, request.form)
    read_scores(form, request.form, rules.criteria(role))
    if not form.data:
        return contract_page(contract_id, form, "ratings", 422)
    try:
        rating.rate(row, form.data, by=current_actor(), at=now)
    except RatingClosed as refusal:
        db.unit().rollback()
        flash(refusal.message(), "wait")
        return back_to(url_for("contracts.contract", contract_id=contract_id, _anchor="ratings"))
    return to_contract(row, _("评价已提交。双方都评价后,或 14 天期满后公开。"), "ratings")


@bp.post(f"/contracts/{ID}/rating/reply")
@guarded(PERFORM)
def reply(contract_id: int) -> Response:
    """Answer what the other side said."""
    row, now = locked(contract_id)
    form = forms.read(Words, request.form)
    if not form.data:
        return contract_page(contract_id, form, "reply", 422)
    rating.reply(
        row, rating.rating_about(row, current_actor().organisation_id), form.data.text, by=current_actor(), at=now
    )
    return to_contract(row, _("回复已公开。"), "ratings")


@bp.post(f"/contracts/{ID}/rating/report")
@guarded(PERFORM)
def report(contract_id: int) -> Response:
    """Ask the operator to look at what the other side said."""
    row, now = locked(contract_id)
    form = forms.read(Reason, request.form)
    if not form.data:
        return contract_page(contract_id, form, "report", 422)
    rating.report(
        row, rating.rating_about(row, current_actor().organisation_id), form.data.reason, by=current_actor(), at=now
    )
    return to_contract(row, _("已提交平台核查。"), "ratings")


@bp.get("/operations/ratings")
@guarded(MODERATE_RATINGS)
def reported_ratings(form: forms.Filled | None = None, faulty: int = 0, status: int = 200) -> Response:
    """The ratings somebody reported."""
    number, decided = web.page_number(), request.args.get("tab") == "decided"
    rows = rating.reports(decided=decided, page=number, per_page=PER_PAGE)
    pages = web.Pages(number, PER_PAGE, (number - 1) * PER_PAGE + len(rows))
    return page("contracts/ratings.html", rows=rows[:PER_PAGE], decided=decided, labels=labels, pages=pages, form=form, faulty=faulty,
                status=status)  # fmt: skip


@bp.post("/operations/ratings/<int(max=2147483647):report_id>")
@guarded(MODERATE_RATINGS)
def decide_report(report_id: int) -> Response:
    """Hide it or keep it, with the reason."""
    row = rating.report_of(report_id)
    form = forms.read(DecisionForm, request.form)
    if not form.data:
        return reported_ratings(form, report_id, 422)
    rating.decide(row, form.data, by=current_actor(), at=clock.now())
    flash(_("已隐藏该评价并通知双方。") if form.data.hide else _("已保留该评价。"), "ok")
    return back_to(url_for("contracts.reported_ratings"))


@bp.get("/suppliers/<int(max=2147483647):organisation_id>/record")
@public
def record(organisation_id: int) -> Response:
    """How a supplier performed, with the size of the sample; no contract, price or buyer is named."""
    org = accounts.organisation(organisation_id)
    if org.status != OrganisationStatus.APPROVED:
        raise NotFound()
    return page("contracts/record.html", org=org, card=queries.scorecard(org.id, clock.now()), labels=labels,
                least=rules.LEAST_CONTRACTS)  # fmt: skip
