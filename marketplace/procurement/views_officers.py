"""A person's appointments as opening officer."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts.errors import KeyMissing, WrongPassword
from marketplace.kit import clock, forms, throttle
from marketplace.kit.errors import NotFound
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procurement import labels, officers, overviews, queries
from marketplace.procurement.permissions import SERVE_AS_OFFICER
from marketplace.procurement.schemas import PasswordForm
from marketplace.procurement.views import ID, bp


@bp.get("/my/appointments")
@guarded(SERVE_AS_OFFICER)
def appointments() -> Response:
    """Where this person opens quotes, or is asked to."""
    return _appointments_page(Filled())


@bp.post(f"/my/appointments/{ID}")
@guarded(SERVE_AS_OFFICER)
def confirm_appointment(procurement_id: int) -> Response | BaseResponse:
    """Accept with the password; the key the quotes are sealed to is copied."""
    actor = current_actor()
    throttle.count(f"officer|{actor.user_id}", limit=10, minutes=15)
    procurement = queries.procurement(procurement_id, lock=True)
    if officers.asked_of(procurement, actor.user_id) is None:
        raise NotFound()
    form = forms.read(PasswordForm, request.form)
    if form.data:
        try:
            # As typed: blanks at the ends belong to a password.
            officers.confirm(procurement, request.form["password"], by=actor, at=clock.now())
        except (WrongPassword, KeyMissing) as refusal:
            form.fail("password", refusal.message())
    if not form.data:
        return _appointments_page(form, procurement_id, 422)
    flash(_("已确认担任开启人。请牢记密码:重设密码后,之前密封给您的报价您将无法开启。"), "ok")
    return back_to(url_for("procurement.appointments"))


def _appointments_page(form: Filled, faulty: int = 0, status: int = 200) -> Response:
    at = clock.now()
    rows = overviews.appointments_of(current_actor().user_id, at)
    return page(
        "procurement/appointments.html", status=status, rows=rows, form=form, faulty=faulty, labels=labels, at=at
    )
