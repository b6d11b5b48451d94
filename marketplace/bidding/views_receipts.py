"""Receipts and what was sent with them: shown, printed, downloaded, and checked by anybody."""

from flask import Response, request

from marketplace.accounts import keys
from marketplace.bidding import drafts, labels, queries, receipts, seal, shown
from marketplace.bidding.content import QuoteContent, SealedAttachment
from marketplace.bidding.models import SealedQuote
from marketplace.bidding.permissions import SEE_OWN_QUOTES
from marketplace.bidding.views import TENDER, bp, tender, unlock_page
from marketplace.kit import clock, signing, throttle
from marketplace.kit.errors import NotFound
from marketplace.kit.files import clean_name
from marketplace.kit.permissions import can, current_actor, guarded, public
from marketplace.kit.web import page
from marketplace.needs import labels as need_labels
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement

SUBMISSION = f"{TENDER}/submissions/<int(max=2147483647):sequence>"


@bp.get(f"{TENDER}/receipts/<int(max=2147483647):sequence>")
@guarded(SEE_OWN_QUOTES)
def receipt(procurement_id: int, sequence: int) -> Response:
    """The receipt of one submission; `?as=text` and `?as=json` are the files to keep."""
    procurement, quote = _own(procurement_id, sequence)
    form = request.args.get("as")
    if form in ("text", "json"):
        made = receipts.as_text(quote) if form == "text" else receipts.as_json(quote)
        ending, media_type = {"text": ("txt", "text/plain"), "json": ("json", "application/json")}[form]
        return _download(made.encode(), f"{procurement.number}-{sequence}.{ending}", f"{media_type}; charset=utf-8")
    return page(
        "bidding/receipt.html", procurement=procurement, quote=quote, facts=receipts.facts_of(quote.receipt), labels=labels,
        file=receipts.as_text(quote), current=procurements.current_round(procurement_id), at=clock.now(),
    )  # fmt: skip


@bp.get(SUBMISSION)
@guarded(SEE_OWN_QUOTES)
def submission(procurement_id: int, sequence: int) -> Response:
    """What was sent, for ever: with one's own key, after the opening also from what was opened."""
    procurement, quote = _own(procurement_id, sequence)
    said = _read(quote)
    if said is None:
        return unlock_page(request.path)
    version = procurements.version(procurement_id, said.version).content
    return page(
        "bidding/submission.html", procurement=procurement, quote=quote, said=said, labels=labels, need_labels=need_labels,
        lots=shown.of_version(said, version), months=version["period_months"],
    )  # fmt: skip


@bp.get(f"{SUBMISSION}/files/<int(max=2147483647):number>")
@guarded(SEE_OWN_QUOTES)
def submission_file(procurement_id: int, sequence: int, number: int) -> Response:
    """An attachment of what was sent."""
    _procurement, quote = _own(procurement_id, sequence)
    said = _read(quote)
    if said is None:
        return unlock_page(request.path)
    return _attachment(procurement_id, said.files, number)


@bp.get(f"{TENDER}/draft/files/<int(max=2147483647):number>")
@guarded(SEE_OWN_QUOTES)
def draft_file(procurement_id: int, number: int) -> Response:
    """An attachment of the draft."""
    procurement, private = tender(procurement_id), keys.held()
    if private is None:
        return unlock_page(request.path)
    tag = seal.bidder_tag(procurement.id, current_actor().organisation_id)
    draft = drafts.read(procurements.current_round(procurement.id), tag, private)
    if draft is None:
        raise NotFound()
    return _attachment(procurement_id, [SealedAttachment.model_validate(one) for one in draft.files], number)


@bp.get("/receipts/check")
@public
def check_receipt() -> Response:
    """Where anybody checks a receipt, and reads how to do it without us."""
    return _check_page("", None)


@bp.post("/receipts/check")
@public
def check_receipt_post() -> Response:
    """Say whether a receipt, pasted or uploaded, is genuine."""
    throttle.count(f"receipt|{request.remote_addr}", limit=60, minutes=15)
    upload = request.files.get("file")
    sent = upload.stream.read(receipts.LONGEST).decode("utf-8", "replace") if upload and upload.filename else ""
    handed = sent or request.form.get("receipt", "")[: receipts.LONGEST]
    actor = current_actor()
    supplier_id = actor.organisation_id if actor and can(SEE_OWN_QUOTES) else None
    return _check_page(handed, receipts.check(handed, supplier_id) if handed.strip() else None)


@bp.get("/receipts/key.pem")
@public
def public_key() -> Response:
    """The public key of the platform's receipts."""
    return _download(signing.public_key_text().encode(), "receipts-key.pem", "application/x-pem-file")


def _check_page(handed: str, checked: receipts.Checked | None) -> Response:
    return page(
        "bidding/check_receipt.html", handed=handed, checked=checked, labels=labels, key=signing.public_key_text()
    )


def _own(procurement_id: int, sequence: int) -> tuple[Procurement, SealedQuote]:
    procurement = tender(procurement_id)
    return procurement, queries.own_quote(procurement_id, current_actor().organisation_id, sequence)


def _read(quote: SealedQuote) -> QuoteContent | None:
    """The content of one's own quote; None when it is sealed and this session holds no key."""
    opened = queries.opened_of(quote.id)
    if opened is not None and opened.content:
        return QuoteContent.model_validate(opened.content)
    private = keys.held()
    return None if private is None else QuoteContent.model_validate(seal.read_own(quote.envelope, private))


def _attachment(procurement_id: int, told: list[SealedAttachment], number: int) -> Response:
    if number >= len(told):
        raise NotFound()
    content = drafts.attachment(procurement_id, current_actor().organisation_id, told[number])
    return _download(content, clean_name(told[number].name), told[number].media_type)


def _download(content: bytes, name: str, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response
