"""Pages on which operators review organisations."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import labels, membership, queries
from marketplace.accounts.errors import ReasonMissing
from marketplace.accounts.models import OrganisationKind, OrganisationStatus
from marketplace.accounts.permissions import REVIEW_ORGANISATIONS
from marketplace.accounts.schemas import Decision
from marketplace.accounts.views import bp
from marketplace.kit import audit, clock, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page


@bp.get("/operations/organisations")
@guarded(REVIEW_ORGANISATIONS)
def organisations() -> Response:
    """All organisations; those waiting for review unless asked otherwise."""
    text, number = request.args.get("q", "").strip()[:100], web.page_number()
    kind = _member_or_none(OrganisationKind, request.args.get("kind"))
    wanted = request.args.get("status", OrganisationStatus.IN_REVIEW)
    status = _member_or_none(OrganisationStatus, wanted)
    rows, total = queries.organisations_page(kind, status, text, number, 30)
    return page(
        "accounts/organisations.html", rows=rows, kind=kind, status_chosen=status, text=text, labels=labels,
        kinds=list(OrganisationKind), statuses=list(OrganisationStatus), pages=web.Pages(number, 30, total),
    )  # fmt: skip


@bp.get("/operations/organisations/<int(max=2147483647):organisation_id>")
@guarded(REVIEW_ORGANISATIONS)
def review_organisation(organisation_id: int, form: forms.Filled | None = None, status: int = 200) -> Response:
    """One organisation with all that is known, and the decision."""
    org = queries.organisation(organisation_id)
    choices = [code for code in (OrganisationStatus.APPROVED, OrganisationStatus.RETURNED,
               OrganisationStatus.REJECTED, OrganisationStatus.SUSPENDED) if code in org.MOVES[org.status]]  # fmt: skip
    return page(
        "accounts/organisation_review.html", org=org, members=queries.members_of(org.id), trail=audit.trail(org),
        reviews=queries.reviews_of(org.id), choices=choices, labels=labels, form=form, status=status,
    )  # fmt: skip


@bp.post("/operations/organisations/<int(max=2147483647):organisation_id>")
@guarded(REVIEW_ORGANISATIONS)
def review_organisation_post(organisation_id: int) -> Response:
    """Decide, with the reason the organisation will read."""
    form = forms.read(Decision, request.form)
    decision = _member_or_none(OrganisationStatus, form.get("decision"))
    if decision is None:
        raise NotFound()
    if not form.data:
        return review_organisation(organisation_id, form, 422)
    org = queries.organisation(organisation_id, lock=True)
    try:
        membership.review(org, decision, form.data.reason, by=current_actor(), at=clock.now())
    except ReasonMissing as missing:
        return review_organisation(organisation_id, form.fail("reason", missing.message()), 422)
    flash(_("已记录:%(name)s — %(state)s。", name=org.name, state=labels.status(org.status)[0]), "ok")
    return back_to(url_for("accounts.organisations"))


def _member_or_none(kind, text):
    return kind(text) if text in set(kind) else None
