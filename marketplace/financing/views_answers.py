"""What applicants do with one institution's answer: reply, accept its offer, withdraw from it."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.financing import applications, queries, reviewing
from marketplace.financing.errors import (
    AlreadyAccepted,
    AlreadySaved,
    NotOffered,
    NotYetDealing,
    OfferLapsed,
    OfferReplaced,
    TooManyFiles,
)
from marketplace.financing.models import FinanceApplication, FinanceSubmission
from marketplace.financing.permissions import APPLY
from marketplace.financing.schemas import MessageForm, Reason
from marketplace.financing.views import SUBMISSION, bp, moment, to_application
from marketplace.financing.views_apply import application_page
from marketplace.kit import db, forms
from marketplace.kit.moves import NoSuchMove
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.uploads import BadUpload


@bp.post(f"/financing/submissions/{SUBMISSION}/reply")
@guarded(APPLY)
def reply(submission_id: int) -> Response:
    """Answer what was asked, with papers."""
    row, one = _held(submission_id)
    form, part = forms.read(MessageForm, request.form), f"s{one.id}"
    if form.data:
        try:
            uploaded = request.files.getlist("files")
            applications.reply(row, one, form.data, uploaded, by=current_actor(), at=moment())
        except (BadUpload, TooManyFiles, AlreadySaved) as refusal:
            db.unit().rollback()
            form.fail("text", refusal.message())
    if not form.data:
        return application_page(row.id, form, part, 422)
    return to_application(row.id, _("已答复,机构会继续审核。"), part)


@bp.post(f"/financing/submissions/{SUBMISSION}/accept")
@guarded(APPLY)
def accept(submission_id: int) -> Response:
    """Accept the offer that was seen; the others are told."""
    row, one = _held(submission_id)
    at, seen = moment(), request.form.get("offer", "")
    try:
        applications.accept(row, one, int(seen) if seen.isdecimal() and len(seen) < 6 else 0, by=current_actor(), at=at)
    except AlreadyAccepted as refusal:
        db.unit().rollback()
        chosen = queries.accepted_of(row.id)
        if chosen is not None and chosen.id == one.id:
            return to_application(row.id, _("该方案已接受,没有重复操作。"), "offers", "wait")
        return to_application(row.id, refusal.message(), "offers", "bad")
    except OfferLapsed as refusal:
        db.unit().rollback()
        row, one = _held(submission_id)
        reviewing.lapse(row, one, at)
        return to_application(row.id, refusal.message(), "offers", "bad")
    except (OfferReplaced, NotOffered, NotYetDealing, NoSuchMove) as refusal:
        db.unit().rollback()
        return to_application(row.id, refusal.message(), "offers", "bad")
    return to_application(row.id, _("已接受方案并通知机构;其他机构已收到未选用的通知。"), "offers")


@bp.post(f"/financing/submissions/{SUBMISSION}/withdraw")
@guarded(APPLY)
def withdraw_from(submission_id: int) -> Response:
    """Take the application back from this institution alone."""
    row, one = _held(submission_id)
    form = forms.read(Reason, request.form)
    if not form.data:
        return application_page(row.id, form, f"w{one.id}", 422)
    applications.withdraw_from(row, one, form.data.reason, by=current_actor(), at=moment())
    return to_application(row.id, _("已从该机构撤回申请。"), f"s{one.id}")


def _held(submission_id: int) -> tuple[FinanceApplication, FinanceSubmission]:
    row, one = queries.held(submission_id, current_actor(), institution=False)
    check(APPLY, row)
    return row, one
