"""Where operators look at listings before, and again after, buyers see them."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts.errors import ReasonMissing
from marketplace.catalog import actions, labels, queries, rules, snapshots, specs
from marketplace.catalog.errors import ListingIncomplete
from marketplace.catalog.models import Listing, ListingStatus, ReviewDecision
from marketplace.catalog.permissions import MODERATE_LISTINGS
from marketplace.catalog.schemas import ReviewForm
from marketplace.catalog.views import ID, bp
from marketplace.kit import audit, clock, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.taxonomy import queries as taxonomy

PER_PAGE = 30
QUEUES = {
    "review": queries.moderation_queue,
    "changed": queries.changed_since_review,
    "suspended": queries.suspended,
}
CHOICES = {
    ListingStatus.IN_REVIEW: (ReviewDecision.APPROVE, ReviewDecision.RETURN),
    ListingStatus.PUBLISHED: (ReviewDecision.KEEP, ReviewDecision.SUSPEND),
    ListingStatus.SUSPENDED: (ReviewDecision.REINSTATE,),
}


@bp.get("/operations/listings")
@guarded(MODERATE_LISTINGS)
def moderation() -> Response:
    """The queues: new ones, changed ones, suspended ones."""
    queue, number = request.args.get("queue", "review"), web.page_number()
    if queue not in QUEUES:
        raise NotFound()
    counts = {name: read(1, 1)[1] for name, read in QUEUES.items()}
    rows, total = QUEUES[queue](number, PER_PAGE)
    return page(
        "catalog/moderation.html", rows=rows, queue=queue, counts=counts, labels=labels,
        pages=web.Pages(number, PER_PAGE, total),
    )  # fmt: skip


@bp.get(f"/operations/listings/{ID}")
@guarded(MODERATE_LISTINGS)
def review_listing(listing_id: int, form: Filled | None = None, status: int = 200) -> Response:
    """One listing with what to look at, what changed since it was last looked at, and the decision."""
    row = queries.listing(listing_id)
    owner = queries.owner_of(row)
    content = snapshots.content_of(row, owner)
    return page(
        "catalog/review.html", listing=row, owner=owner, content=content, form=form, labels=labels, specs=specs,
        rules=rules, fields={f.key: f for f in taxonomy.template(row.class_code or "")}, checks=_checks(row, content),
        changes=_changes(row, content), choices=CHOICES.get(row.status, ()), reviews=queries.reviews_of(row.id),
        trail=audit.trail(row, 20), status=status,
    )  # fmt: skip


@bp.post(f"/operations/listings/{ID}")
@guarded(MODERATE_LISTINGS)
def decide_listing(listing_id: int) -> Response | BaseResponse:
    """Decide about the state that was shown."""
    row = queries.listing(listing_id)
    form = forms.read(ReviewForm, request.form)
    if not form:
        return review_listing(listing_id, form, 422)
    told = form.data
    try:
        actions.decide_listing(
            row, told.decision, told.reason, by=current_actor(), at=clock.now(), revision=told.revision
        )
    except ReasonMissing as missing:
        return review_listing(listing_id, form.fail("reason", missing.message()), 422)
    except ListingIncomplete as incomplete:
        return review_listing(listing_id, form.fail("", incomplete.message()), 422)
    flash(_("已记录:%(name)s — %(what)s", name=row.name, what=labels.decision(told.decision)[0]), "ok")
    queue = "changed" if told.decision in (ReviewDecision.KEEP, ReviewDecision.SUSPEND) else "review"
    return back_to(url_for("catalog.moderation", queue=queue))


def _checks(row: Listing, content: dict) -> list[tuple[str, bool, str]]:
    """What can be looked up for the operator: (what, whether it is so, more)."""
    lacking = [labels.field(name) for name in actions.lacking(row)]
    node = taxonomy.class_(row.class_code)
    expired = [c["kind"] for c in content["certificates"] if rules.is_expired(c, clock.today())]
    odd = [spec["name"] for spec in row.specs if spec.get("key") and "text" not in spec and not specs.numbers(spec)]
    return [
        (_("必填内容齐全"), not lacking, "、".join(lacking)),
        (_("类别与供给类型相符"), node is None or node.kind == row.kind, labels.class_name(row.class_code)),
        (_("参数单位可识别"), not odd, "、".join(odd)),
        (_("有图片"), bool(content["images"]), ""),
        (_("证书均在有效期内"), not expired, "、".join(expired)),
    ]


def _changes(row: Listing, content: dict) -> list:
    if not 0 < row.reviewed_version < row.version:
        return []
    return rules.difference(queries.version(row.id, row.reviewed_version).content, content)
