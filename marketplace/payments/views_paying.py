"""Paying: choosing the way, the page one comes back to, transfers with proof, receipts, and the webhook."""

import io
import secrets

from flask import Response, abort, flash, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.kit import clock, csrf, db, files, forms, pdf, throttle, uploads
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import can, check, current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.payments import events, labels, papers, paying, queries, sending, transfers
from marketplace.payments.errors import EventRefused, NotPayable
from marketplace.payments.gateways import gateways
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payments.permissions import COLLECT, PAY, SEE_MONEY
from marketplace.payments.schemas import ProofForm, ReasonForm, StartForm
from marketplace.payments.views import bp

MAX_EVENT_BYTES = 1024 * 1024


@bp.get("/payments/pay")
@guarded(PAY)
def choose_route() -> Response:
    """The chosen charges, their sum, and the ways to pay them."""
    ids = [int(text) for text in request.args.getlist("charge")[:50] if text.isdecimal() and len(text) < 10]
    return _choose(ids)


@bp.post("/payments/start")
@guarded(PAY)
def start() -> Response | BaseResponse:
    """Store the intent; the gateway is asked after the commit."""
    filled = forms.read(StartForm, request.form)
    if not filled:
        ids = [int(text) for text in request.form.getlist("charge")[:50] if text.isdecimal() and len(text) < 10]
        return _choose(ids, filled)
    new = filled.data
    row = paying.start_payment(new.charge, new.route, new.key, by=current_actor(), at=clock.now())
    return back_to(url_for("payments.payment", payment_id=row.id))


@bp.get("/payments/<int(max=2147483647):payment_id>")
@guarded(SEE_MONEY)
def payment(payment_id: int) -> Response:
    """Where a payment stands: also the page a checkout leads back to, which claims no more than is known."""
    return _show(_own(payment_id))


@bp.post("/payments/<int(max=2147483647):payment_id>/proof")
@guarded(PAY)
def send_proof(payment_id: int) -> Response | BaseResponse:
    """The payer shows its transfer."""
    row, at = _own(payment_id), clock.now()
    check(PAY, row)
    filled = forms.read(ProofForm, request.form)
    if not filled:
        return _show(row, filled, 422)
    file = keep_upload(row.payer_id)
    transfers.send_proof(row, filled.data, file, by=current_actor(), at=at)
    flash(_("凭证已提交,等待收款方确认。"))
    return back_to(url_for("payments.payment", payment_id=row.id))


@bp.post("/payments/<int(max=2147483647):payment_id>/give-up")
@guarded(PAY)
def give_up(payment_id: int) -> BaseResponse:
    """Another way after all."""
    row = _own(payment_id)
    check(PAY, row)
    paying.give_up(row, by=current_actor(), at=clock.now())
    return back_to(url_for("payments.payment", payment_id=row.id))


@bp.post("/payments/<int(max=2147483647):payment_id>/look-up")
@guarded(SEE_MONEY)
def look_up(payment_id: int) -> BaseResponse:
    """Ask the gateway now."""
    row, at = _own(payment_id), clock.now()
    throttle.count(f"look-up:{row.id}", limit=10, minutes=5)
    row = queries.payment(row.id, lock=True)
    if row.status in (PaymentStatus.SENT, PaymentStatus.UNKNOWN, PaymentStatus.PLANNED):
        row.next_try_at = at
        db.after_commit(sending.work_on, row.id)
    return back_to(url_for("payments.payment", payment_id=row.id))


@bp.get("/payments/transfers")
@guarded(COLLECT)
def transfer_list() -> Response:
    """Transfers the payee's side has to confirm."""
    return _transfers()


@bp.post("/payments/<int(max=2147483647):payment_id>/confirm")
@guarded(COLLECT)
def confirm_transfer(payment_id: int) -> BaseResponse:
    """The money is on our account."""
    row = _own(payment_id)
    check(COLLECT, row)
    transfers.confirm(row, by=current_actor(), at=clock.now())
    flash(_("已确认到账。"))
    return back_to(url_for("payments.transfer_list"))


@bp.post("/payments/<int(max=2147483647):payment_id>/refuse")
@guarded(COLLECT)
def refuse_transfer(payment_id: int) -> Response | BaseResponse:
    """The money is not on our account, with a reason."""
    row = _own(payment_id)
    check(COLLECT, row)
    filled = forms.read(ReasonForm, request.form)
    if not filled:
        return _transfers(filled, row.id)
    transfers.refuse(row, filled.data.reason, by=current_actor(), at=clock.now())
    flash(_("已退回给付款方。"))
    return back_to(url_for("payments.transfer_list"))


@bp.get("/payments/<int(max=2147483647):payment_id>/proof/<int(max=2147483647):proof_id>")
@guarded(SEE_MONEY)
def proof_file(payment_id: int, proof_id: int) -> Response:
    """The proof's file, for both sides."""
    row = _own(payment_id)
    proof = next((one for one in queries.proofs_of(row.id) if one.id == proof_id), None)
    return send_stored(proof.file_id if proof else None)


@bp.get("/payments/<int(max=2147483647):payment_id>/receipt.pdf")
@guarded(SEE_MONEY)
def receipt(payment_id: int) -> Response:
    """收据 of a confirmed payment."""
    row = _own(payment_id)
    if row.status != PaymentStatus.CONFIRMED:
        raise NotFound()
    sides = accounts.organisations([row.payer_id, row.payee_id])
    paper = pdf.pdf_of("payments/receipt_pdf.html", row=row, sides=sides, links=queries.links_of(row.id),
                       profile=papers.profile_of(row.payer_id), labels=labels, at=clock.now())  # fmt: skip
    return pdf.pdf_answer(paper, f"{row.number}.pdf")


@bp.post("/payments/webhooks/stripe")
@public
@csrf.exempt
def stripe_webhook() -> Response:
    """A hint from Stripe: judged by its signature over the raw body, kept, answered at once; the work comes after."""
    if "stripe" not in gateways() or (request.content_length or 0) > MAX_EVENT_BYTES:
        abort(404)
    try:
        events.take("stripe", request.get_data(cache=False), request.headers.get("Stripe-Signature", ""), clock.now())
    except EventRefused as refusal:
        return Response(refusal.why, 400, content_type="text/plain")
    return Response("kept", content_type="text/plain")


def keep_upload(owner_id: int) -> files.StoredFile | None:
    """The uploaded file, checked and kept: a PDF, DOCX or XLSX, or a picture redrawn; None when there is none.

    Raises: BadUpload.
    """
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None
    at = clock.now()
    if upload.filename.lower().endswith((".jpg", ".jpeg", ".png", ".webp")):
        picture = uploads.clean_image(uploads.read_bounded(upload, uploads.MAX_IMAGE_BYTES))
        name = upload.filename.rsplit(".", 1)[0] + ".webp"
        return files.keep(picture.large, name=name, media_type="image/webp", owner_id=owner_id, public=False, at=at)
    content, media_type = uploads.check_document(upload)
    return files.keep(content, name=upload.filename, media_type=media_type, owner_id=owner_id, public=False, at=at)


def send_stored(file_id: int | None) -> Response:
    """A kept file as a download; the caller has judged who asks. Raises: NotFound."""

    file = db.session().get(files.StoredFile, file_id) if file_id else None
    if file is None:
        raise NotFound()
    return send_file(
        io.BytesIO(files.read(file)), mimetype=file.media_type, as_attachment=True, download_name=file.name
    )


def _own(payment_id: int) -> Payment:
    row = queries.payment(payment_id)
    check(SEE_MONEY, row)
    return row


def _choose(ids: list[int], form: forms.Filled | None = None) -> Response:
    actor = current_actor()
    rows = [row for row in queries.charges_by_id(ids) if row.payer_id == actor.organisation_id]
    if not rows:
        raise NotFound()
    if len({row.payee_id for row in rows}) > 1 or any(row.status != "open" for row in rows):
        raise NotPayable()
    return page(
        "payments/pay.html", status=422 if form is not None else 200, rows=rows, form=form, total=sum(row.amount_fen for row in rows),
        payee=accounts.organisation(rows[0].payee_id), routes=list(gateways()), key=secrets.token_urlsafe(16),
        profile=papers.profile_of(rows[0].payee_id), labels=labels,
    )  # fmt: skip


def _show(row: Payment, form: forms.Filled | None = None, status: int = 200) -> Response:
    return page(
        "payments/payment.html", status=status, row=row, form=form, links=queries.links_of(row.id), labels=labels,
        sides=accounts.organisations([row.payer_id, row.payee_id]), proofs=queries.proofs_of(row.id),
        profile=papers.profile_of(row.payee_id), may_pay=can(PAY, row), may_collect=can(COLLECT, row),
        online=row.route != "transfer", today_=clock.today(),
    )  # fmt: skip


def _transfers(form: forms.Filled | None = None, wrong_id: int = 0) -> Response:
    rows = queries.transfers_waiting(current_actor().organisation_id)
    charges = {row.id: [charge for _link, charge in queries.links_of(row.id)] for row, _proof, _org in rows}
    return page(
        "payments/transfers.html",
        status=422 if form is not None else 200,
        rows=rows,
        charges=charges,
        form=form,
        wrong_id=wrong_id,
    )
