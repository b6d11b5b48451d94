"""Public pages of bases, and the confirmation of their enterprises."""

from flask import Blueprint, Flask, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.kit import clock
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.parks import actions, queries, rules
from marketplace.parks.models import TenancyStatus
from marketplace.parks.permissions import CONFIRM_TENANTS, DECLARE_TENANCY

bp = Blueprint("parks", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    app.register_blueprint(bp)


@bp.get("/bases")
@public
def bases() -> Response:
    """All bases, by province."""
    rows = queries.bases()
    return page(
        "parks/bases.html", bases=rows, designations=queries.designations([b.id for b in rows]),
        counts=queries.tenant_counts(), stage_of=rules.stage_of,
    )  # fmt: skip


@bp.get("/bases/<int(max=2147483647):base_id>")
@public
def base(base_id: int) -> Response:
    """One base: what it is, its designations, its enterprises."""
    row = queries.base(base_id)
    actor = current_actor()
    mine = queries.tenancy_of(actor.organisation_id) if actor and actor.organisation_id else None
    return page(
        "parks/base.html", base=row, designations=queries.designations([base_id]).get(base_id, []),
        tenants=queries.tenants(base_id), mine=mine,
    )  # fmt: skip


@bp.post("/bases/<int(max=2147483647):base_id>/join")
@guarded(DECLARE_TENANCY)
def join(base_id: int) -> Response:
    """An enterprise says that it belongs here."""
    org = accounts.organisation(current_actor().organisation_id)
    actions.declare_tenancy(org, queries.base(base_id), by=current_actor(), at=clock.now())
    flash(_("已申报,等待基地管理机构确认。"), "ok")
    return back_to(url_for("parks.base", base_id=base_id))


@bp.post("/tenancies/<int(max=2147483647):tenancy_id>")
@guarded(CONFIRM_TENANTS)
def decide(tenancy_id: int) -> Response:
    """The base confirms or ends a belonging."""
    row = queries.tenancy(tenancy_id, lock=True)
    check(CONFIRM_TENANTS, queries.base(row.base_id))
    act = request.form.get("act")
    if act == "confirm" and row.status == TenancyStatus.DECLARED:
        actions.confirm_tenancy(row, by=current_actor(), at=clock.now())
    elif act == "end":
        actions.end_tenancy(row, by=current_actor(), at=clock.now())
    else:
        raise NotFound()
    flash(_("已更新。"), "ok")
    return back_to(url_for("parks.base", base_id=row.base_id))
