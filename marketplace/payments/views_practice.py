"""The practice gateway's own checkout page: says in large letters that no money moves."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.payments import practice, queries
from marketplace.payments.gateways import gateway, gateways
from marketplace.payments.models import Payment
from marketplace.payments.models_gateway import PracticeCheckout
from marketplace.payments.permissions import PAY
from marketplace.payments.views import bp


@bp.get("/payments/practice/<checkout_id>")
@guarded(PAY)
def practice_checkout(checkout_id: str) -> Response:
    """The practice checkout."""
    row, payment = _own(checkout_id)
    return page("payments/practice.html", row=row, payment=payment, at=clock.now())


@bp.post("/payments/practice/<checkout_id>")
@guarded(PAY)
def practice_act(checkout_id: str) -> BaseResponse:
    """Pay, fail, or leave without either."""
    row, payment = _own(checkout_id)
    act = request.form.get("act", "")
    if act == "pay":
        gateway(practice.NAME).pay(row.id, clock.now())
    elif act == "fail":
        gateway(practice.NAME).fail(row.id)
        return back_to(url_for("payments.practice_checkout", checkout_id=row.id))
    return back_to(url_for("payments.payment", payment_id=payment.id))


def _own(checkout_id: str) -> tuple[PracticeCheckout, Payment]:
    if practice.NAME not in gateways() or current_actor() is None:
        raise NotFound()
    row = practice.checkout(checkout_id)
    payment = queries.payment_by_token(row.token)
    if payment is None:
        raise NotFound()
    check(PAY, payment)
    return row, payment
