"""Pages on which suppliers see the needs that fit what they offer, and why one of their listings does or does not fit."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.catalog import labels as catalog_labels
from marketplace.catalog import queries as catalog
from marketplace.kit import clock, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.matching import opportunities, queries, reasons, rows, why
from marketplace.matching.models import Opportunity, OpportunityStatus
from marketplace.matching.permissions import ANSWER_OPPORTUNITY, SEE_OPPORTUNITIES
from marketplace.matching.views import bp
from marketplace.needs import labels as needs_labels
from marketplace.needs import queries as needs
from marketplace.needs.errors import OwnNeed
from marketplace.needs.models import Need, NeedStatus

ID = "<int(max=2147483647):opportunity_id>"
PER_PAGE = 20
TABS = (OpportunityStatus.NEW, OpportunityStatus.INTERESTED, OpportunityStatus.DISMISSED)


@bp.get("/my/opportunities")
@guarded(SEE_OPPORTUNITIES)
def opportunity_list() -> Response:
    """The needs that fit what the organisation offers, newest first."""
    wanted, number = request.args.get("status", ""), web.page_number()
    status = OpportunityStatus(wanted) if wanted in set(OpportunityStatus) else OpportunityStatus.NEW
    actor = current_actor()
    found, total = queries.opportunities_page(actor, status, number, PER_PAGE)
    return page(
        "matching/opportunities.html", rows=found, status_chosen=status, tabs=[(one, _tab(one)) for one in TABS],
        waiting=queries.new_opportunities(actor.organisation_id), pages=web.Pages(number, PER_PAGE, total),
        contents=rows.contents_of([row for row, _need in found]), words=reasons, labels=needs_labels,
        buyers=accounts.organisations([need.owner_id for _row, need in found]),
    )  # fmt: skip


@bp.get(f"/my/opportunities/{ID}")
@guarded(SEE_OPPORTUNITIES)
def opportunity(opportunity_id: int) -> Response:
    """One of them: what fits, what it lacks, and the way to the need."""
    row, need = _own(opportunity_id)
    listing = catalog.listing(row.listing_id)
    return page(
        "matching/opportunity.html", row=row, need=need, content=rows.contents_of([row])[row.id], words=reasons,
        reasons=reasons.reasons(row.verdicts), now=rows.now_of(row, catalog.public_listings([row.listing_id])),
        labels=needs_labels, price=catalog_labels.price, listing=listing, tab=_tab(row.status),
        buyer=accounts.organisation(need.owner_id), may=can(ANSWER_OPPORTUNITY, row) and need.status == NeedStatus.OPEN,
    )  # fmt: skip


@bp.post(f"/my/opportunities/{ID}/interest")
@guarded(ANSWER_OPPORTUNITY)
def show_interest(opportunity_id: int) -> Response:
    """Mean to answer; the need is followed from now on."""
    row, need = _own(opportunity_id)
    check(ANSWER_OPPORTUNITY, row)
    opportunities.show_interest(row, need, by=current_actor(), at=clock.now())
    flash(_("已标为感兴趣,需求有变更或答疑时会通知贵单位。"), "ok")
    return back_to(web.safe_next(url_for("matching.opportunity", opportunity_id=row.id)))


@bp.post(f"/my/opportunities/{ID}/dismiss")
@guarded(ANSWER_OPPORTUNITY)
def dismiss_opportunity(opportunity_id: int) -> Response:
    """Put it aside."""
    row, _need = _own(opportunity_id)
    check(ANSWER_OPPORTUNITY, row)
    opportunities.dismiss(row, by=current_actor(), at=clock.now())
    flash(_("已忽略。以后可在“已忽略”中找回。"), "ok")
    return back_to(web.safe_next(url_for("matching.opportunity_list")))


@bp.get("/needs/<int(max=2147483647):need_id>/fit")
@guarded(SEE_OPPORTUNITIES)
def fit(need_id: int) -> Response:
    """One of the organisation's listings against somebody's open need; of other suppliers nothing is shown."""
    actor, wanted = current_actor(), request.args.get("listing", "")
    need = needs.readable_need(need_id, actor)
    if need.owner_id == actor.organisation_id:
        raise OwnNeed()
    if need.status != NeedStatus.OPEN:
        raise NotFound()
    listing_id = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else None
    found, order = why.fit_of(need, actor.organisation_id, listing_id, at=clock.now())
    return page(
        "matching/fit.html", need=need, fit=found, listings=_in_order(order), words=reasons, price=catalog_labels.price,
        labels=needs_labels, edits=can("listing.edit"),
    )  # fmt: skip


def _own(opportunity_id: int) -> tuple[Opportunity, Need]:
    """The organisation's opportunity with its need, while it may read that."""
    row = queries.own_opportunity(opportunity_id, current_actor())
    return row, needs.readable_need(row.need_id, current_actor())


def _in_order(ids: list[int]) -> list[tuple[int, str]]:
    names = catalog.public_listings(ids)
    return [(id_, f"{names[id_].name} {names[id_].model}".strip()) for id_ in ids if id_ in names]


def _tab(status: OpportunityStatus) -> str:
    return {
        OpportunityStatus.NEW: _("新商机"),
        OpportunityStatus.INTERESTED: _("感兴趣"),
        OpportunityStatus.DISMISSED: _("已忽略"),
    }[status]
