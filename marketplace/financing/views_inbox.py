"""What institutions see: what lies before them, what is due, and one application with their answer to it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Response as FileResponse
from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.arrangements import labels as arrangements
from marketplace.arrangements.errors import TooSmallToSpread
from marketplace.arrangements.terms import percent_of
from marketplace.catalog.labels import class_name
from marketplace.financing import labels, queries, reviewing
from marketplace.financing.errors import AlreadySaved, NotYetDealing, NotYours, TooManyFiles
from marketplace.financing.models import FinanceApplication, FinanceSubmission, ProductKind, SubmissionStatus
from marketplace.financing.permissions import LEND, SEE_INBOX
from marketplace.financing.rows import Dossier
from marketplace.financing.rules import SUBJECTS, Subject
from marketplace.financing.schemas import MessageForm, OfferForm, Reason
from marketplace.financing.views import PER_PAGE, SUBMISSION, bp, moment, new_key, send_paper
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.forms import Filled, yuan_text
from marketplace.kit.moves import NoSuchMove
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page

STANDS_DAYS = 14


@bp.get("/financing/inbox")
@guarded(SEE_INBOX)
def inbox() -> Response:
    """What lies before the institution: what it has to answer on top, by its day."""
    actor, at, number = current_actor(), clock.now(), web.page_number()
    ended = request.args.get("tab") == "ended"
    rows, total = queries.inbox_page(actor.organisation_id, ended, number, PER_PAGE)
    return page(
        "financing/inbox.html", dossiers=queries.dossiers(rows, at), ended=ended, labels=labels, at=at,
        counts=queries.inbox_counts(actor.organisation_id, at), pages=web.Pages(number, PER_PAGE, total),
    )  # fmt: skip


@bp.get(f"/financing/inbox/{SUBMISSION}")
@guarded(SEE_INBOX)
def dossier(submission_id: int) -> Response:
    """One application, how its product was judged, and what may be done."""
    return dossier_page(submission_id)


@bp.get(f"/financing/inbox/{SUBMISSION}/files/<token>")
@guarded(SEE_INBOX)
def inbox_file(submission_id: int, token: str) -> FileResponse:
    """A paper of an application that lies before the institution."""
    one = _seen(submission_id).submission
    return send_paper(queries.files_of(one.application_id, one.id), token)


@bp.post(f"/financing/inbox/{SUBMISSION}/take")
@guarded(LEND)
def take(submission_id: int) -> Response:
    """Take it up: the applicant sees that it is being looked at."""
    _row, one = _held(submission_id)
    reviewing.take(one, by=current_actor(), at=moment())
    return _to(one, _("已开始审核。"))


@bp.post(f"/financing/inbox/{SUBMISSION}/ask")
@guarded(LEND)
def ask(submission_id: int) -> Response:
    """Ask for more."""
    row, one = _held(submission_id)
    form = forms.read(MessageForm, request.form)
    if not form.data:
        return dossier_page(submission_id, form, "ask", 422)
    reviewing.ask(row, one, form.data, by=current_actor(), at=moment())
    return _to(one, _("已请申请单位补充。"))


@bp.post(f"/financing/inbox/{SUBMISSION}/offer")
@guarded(LEND)
def offer(submission_id: int) -> Response:
    """Make an offer."""
    row, one = _held(submission_id)
    form = forms.read(OfferForm, request.form)
    if form.data:
        try:
            uploaded = request.files.getlist("files")
            reviewing.offer(row, one, form.data, uploaded, by=current_actor(), at=moment())
        except (NotYours, NotYetDealing, TooSmallToSpread, BadUpload, TooManyFiles, AlreadySaved) as refusal:
            db.unit().rollback()
            form.fail("", refusal.message())
    if not form.data:
        return dossier_page(submission_id, form, "offer", 422)
    return _to(one, _("方案已发给申请单位。"))


@bp.post(f"/financing/inbox/{SUBMISSION}/decline")
@guarded(LEND)
def decline(submission_id: int) -> Response:
    """Say no, with the reason."""
    row, one = _held(submission_id)
    form = forms.read(Reason, request.form)
    if form.data:
        try:
            reviewing.decline(row, one, form.data.reason, by=current_actor(), at=moment())
        except NoSuchMove as refusal:
            db.unit().rollback()
            form.fail("reason", refusal.message())
    if not form.data:
        return dossier_page(submission_id, form, "decline", 422)
    return _to(one, _("已答复申请单位。"))


def dossier_page(submission_id: int, form: Filled | None = None, part: str = "", status: int = 200) -> Response:
    """The page, with a faulty form in the part it belongs to."""
    told, at = _seen(submission_id), clock.now()
    one, kind = told.submission, ProductKind(told.submission.product["kind"])
    answers = can(LEND, one) and told.state in (
        SubmissionStatus.SENT, SubmissionStatus.IN_REVIEW, SubmissionStatus.ASKED, SubmissionStatus.OFFERED,
        SubmissionStatus.LAPSED,
    )  # fmt: skip
    return page(
        "financing/dossier.html", status=status, told=told, row=told.application, one=one, kind=kind, labels=labels, at=at,
        files=queries.files_of(one.application_id, one.id), offers=queries.all_offers(one.id), answers=answers, part=part,
        form=form, offer_form=form if part == "offer" else Filled(_first_offer(told)), key=new_key(), class_name=class_name,
        cover=kind in SUBJECTS[Subject.COVER], intervals=arrangements.intervals(), timings=arrangements.timings(),
        repays=[(code, labels.repay(code)) for code in ("level", "bullet")],
    )  # fmt: skip


def _first_offer(told: Dossier) -> dict[str, Any]:
    """How the form of an offer begins: the last offer, else what was asked under the product's terms."""
    row, terms = told.application, told.submission.product["terms"]
    values: dict[str, Any] = {
        "form_key": new_key(), "amount_fen": yuan_text(row.amount_fen), "months": row.months, "rate": terms.get("rate"),
        "down": terms.get("down") or "0", "every_months": terms.get("every_months", 1), "timing": terms.get("timing"),
        "repay": "level", "valid_until": (clock.today() + timedelta(days=STANDS_DAYS)).isoformat(),
        "conditions": terms.get("conditions", ""),
    }  # fmt: skip
    if terms.get("premium") and row.amount_fen:
        values["premium_fen"] = yuan_text(percent_of(row.amount_fen, Decimal(terms["premium"])))
    if told.offer is not None:
        last = told.offer.terms
        values |= {
            name: yuan_text(value) if name.endswith("_fen") else value
            for name, value in last.items()
            if value is not None
        }
        values["conditions"] = told.offer.conditions
    return values


def _seen(submission_id: int) -> Dossier:
    one = queries.submission(submission_id)
    if one.institution_id != current_actor().organisation_id:
        raise NotFound()
    return queries.dossiers([one], clock.now())[0]


def _held(submission_id: int) -> tuple[FinanceApplication, FinanceSubmission]:
    row, one = queries.held(submission_id, current_actor(), institution=True)
    check(LEND, one)
    return row, one


def _to(one: FinanceSubmission, text: str) -> Response:
    flash(text, "ok")
    return back_to(url_for("financing.dossier", submission_id=one.id))
