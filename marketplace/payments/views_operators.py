"""The operators' page: every difference with its age and what to do, and payments whose outcome is unknown."""

import sqlalchemy as sa
from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from sqlmodel import select
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.payments import differing, labels, queries, reconciling, rules, sending
from marketplace.payments.gateways import gateways
from marketplace.payments.models import Payment, PaymentStatus, Route
from marketplace.payments.models_gateway import EventStatus, GatewayEvent, RefusedEvent
from marketplace.payments.models_ledger import Difference, DifferenceStatus, Reconciliation
from marketplace.payments.permissions import RECONCILE
from marketplace.payments.schemas import ReasonForm
from marketplace.payments.views import bp


@bp.get("/operations/payments")
@guarded(RECONCILE)
def operations() -> Response:
    """Reconciliation, differences, unknown payments, events."""
    return _show()


@bp.post("/operations/payments/reconcile")
@guarded(RECONCILE)
def reconcile_now() -> BaseResponse:
    """Compare now."""
    db.after_commit(reconciling.reconcile_all)
    flash(_("对账已执行,结果见下。"))
    return back_to(url_for("payments.operations"))


@bp.post("/operations/payments/<int(max=2147483647):payment_id>/look-up")
@guarded(RECONCILE)
def operator_look_up(payment_id: int) -> BaseResponse:
    """Ask the gateway about one payment now."""
    row = queries.payment(payment_id, lock=True)
    if row.status in (PaymentStatus.SENT, PaymentStatus.UNKNOWN):
        row.next_try_at = clock.now()
        db.after_commit(sending.work_on, row.id)
    return back_to(url_for("payments.operations"))


@bp.post("/operations/payments/differences/<int(max=2147483647):difference_id>/explain")
@guarded(RECONCILE)
def explain(difference_id: int) -> Response | BaseResponse:
    """An operator says what it was."""
    row = db.session().get(Difference, difference_id, with_for_update=True)
    if row is None:
        raise NotFound()
    filled = forms.read(ReasonForm, request.form)
    if not filled:
        return _show(filled, row.id)
    differing.explain(row, filled.data.reason, by=current_actor(), at=clock.now())
    flash(_("已记录说明。"))
    return back_to(url_for("payments.operations"))


def _show(form: forms.Filled | None = None, wrong_id: int = 0) -> Response:
    at, session = clock.now(), db.session()
    differences = session.exec(
        select(Difference).where(Difference.status == DifferenceStatus.OPEN).order_by(Difference.found_at).limit(200)
    ).all()
    settled = session.exec(
        select(Difference)
        .where(Difference.status == DifferenceStatus.EXPLAINED)
        .order_by(Difference.id.desc())
        .limit(20)
    ).all()
    lost = session.exec(
        select(Payment).where(Payment.status.in_((PaymentStatus.UNKNOWN, PaymentStatus.SENT)), Payment.route != Route.TRANSFER)
        .order_by(Payment.sent_at).limit(100)
    ).all()  # fmt: skip
    latest = {
        name: session.exec(
            select(Reconciliation).where(Reconciliation.gateway == name).order_by(Reconciliation.id.desc()).limit(1)
        ).first()
        for name in gateways()
    }
    waiting = session.exec(select(sa.func.count()).where(GatewayEvent.status == EventStatus.WAITING)).one()
    refused = session.exec(select(RefusedEvent).order_by(RefusedEvent.id.desc()).limit(10)).all()
    return page(
        "payments/operations.html", status=422 if form is not None else 200, differences=differences, settled=settled, lost=lost,
        latest=latest, events_waiting=waiting, refused=refused, labels=labels, at=at, is_red=rules.is_red, form=form,
        wrong_id=wrong_id,
    )  # fmt: skip
