"""A desk per role: what waits, what is next, and the way to everything one works with."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Response
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import OrganisationKind, OrganisationStatus
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.kit import clock, jobs, mail
from marketplace.kit.permissions import SIGNED_IN, Actor, current_actor, guarded
from marketplace.kit.web import page
from marketplace.pages.cards import newest
from marketplace.pages.todo import todo
from marketplace.pages.views import bp
from marketplace.parks import queries as parks
from marketplace.quoting import labels as quoting_labels
from marketplace.quoting import queries as quoting
from marketplace.search import outbox
from marketplace.search.mirror import mirrors

STALE_AFTER = timedelta(days=90)


@bp.get("/desk")
@guarded(SIGNED_IN)
def desk() -> Response:
    """The desk of whoever asks."""
    actor = current_actor()
    if actor.organisation_id is None:
        return page("pages/desk_new.html")
    desks: dict[str, Callable[[Actor], Response]] = {
        OrganisationKind.SUPPLIER: _supplier,
        OrganisationKind.INSTITUTION: _supplier,
        OrganisationKind.BUYER: _buyer,
        OrganisationKind.PARK: _park,
        OrganisationKind.OPERATOR: _operator,
    }
    return desks[actor.kind](actor)


def _status(actor: Actor) -> dict:
    org = accounts.organisation(actor.organisation_id)
    reviews = accounts.reviews_of(org.id) if org.status != OrganisationStatus.APPROVED else []
    return {"org": org, "reason": reviews[0][0].reason if reviews else ""}


def _supplier(actor: Actor) -> Response:
    now = clock.now()
    waiting, count = quoting.inquiries_page(actor.organisation_id, "waiting", now, 1, 6)
    known = {inquiry.id for inquiry in waiting}
    others = [i for i in quoting.inquiries_for(actor.organisation_id, limit=6) if i.id not in known]
    return page(
        "pages/desk_supplier.html",
        **_status(actor),
        todo=todo(actor, clock.now()),
        counts=catalog.own_counts(actor.organisation_id),
        waiting=count,
        inquiries=[*waiting, *others][:6],
        attention=_attention(actor.organisation_id, now),
        tenancy=parks.tenancy_of(actor.organisation_id),
        notices=_notices(actor),
        answer_label=quoting_labels.own,
    )


def _attention(owner_id: int, now: datetime) -> list[tuple[Listing, str, str, str]]:
    """What a supplier should look at next: (listing, why, tone, what to do)."""
    returned, _n = catalog.own_page(owner_id, ListingStatus.RETURNED, "", 1, 4)
    drafts, _n = catalog.own_page(owner_id, ListingStatus.DRAFT, "", 1, 3)
    stale, _n = catalog.own_page(owner_id, ListingStatus.PUBLISHED, "", 1, 4, stale_before=now - STALE_AFTER)
    return [
        *((row, _("已退回"), "wait", _("按审核理由修改后重新提交")) for row in returned),
        *((row, _("草稿"), "mute", _("补全资料后提交审核")) for row in drafts),
        *((row, _("久未确认"), "wait", _("确认价格和库存仍然有效,否则会影响排序")) for row in stale),
    ]


def _notices(actor: Actor) -> list:
    return accounts.notices_for(actor.user_id, unread=False, page=1, per_page=5)[0]


def _buyer(actor: Actor) -> Response:
    return page(
        "pages/desk_buyer.html",
        **_status(actor),
        todo=todo(actor, clock.now()),
        basket=quoting.basket_size(actor.organisation_id),
        requests=quoting.requests_of(actor.organisation_id, limit=8),
        newest=newest(6),
        notices=_notices(actor),
    )


def _park(actor: Actor) -> Response:
    base = parks.base_of_staff(actor.organisation_id)
    tenants = parks.tenants(base.id) if base else []
    return page(
        "pages/desk_park.html",
        **_status(actor),
        todo=todo(actor, clock.now()),
        base=base,
        tenants=tenants,
        listings={org.id: catalog.own_counts(org.id).get(ListingStatus.PUBLISHED, 0) for _t, org in tenants},
    )


def _operator(actor: Actor) -> Response:
    waiting = accounts.review_queue()
    return page(
        "pages/desk_operator.html",
        todo=todo(actor, clock.now()),
        organisations=waiting[:8],
        waiting=len(waiting),
        moderation=catalog.moderation_queue(page=1, per_page=8),
        changed=catalog.changed_since_review(page=1, per_page=8),
        mirrors=[(m, m.engine.health(), m.state(), outbox.waiting(m.name)) for m in mirrors().values()],
        mails=mail.counts(),
        jobs=jobs.overview(),
        requests=quoting.counts_by_state(),
    )
