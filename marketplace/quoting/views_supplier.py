"""Pages on which asked suppliers read requests, answer them, and see again what they sent."""

from datetime import datetime

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.kit import clock, forms, web
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.quoting import answers, labels, queries, questions, rules
from marketplace.quoting.errors import NamesSupplier
from marketplace.quoting.models import Quote, QuoteLine, RequestLine
from marketplace.quoting.permissions import ANSWER, SEE_INQUIRIES
from marketplace.quoting.rows import Inquiry
from marketplace.quoting.schemas import NewQuestion, Reason, read_quote
from marketplace.quoting.views import bp

ID = "<int(max=2147483647):request_id>"


@bp.get("/desk/inquiries")
@guarded(SEE_INQUIRIES)
def inquiries() -> Response:
    """What the organisation was asked, in every state."""
    tab, number = request.args.get("tab", "all"), web.page_number()
    rows, total = queries.inquiries_page(current_actor().organisation_id, tab, clock.now(), number, 20)
    return page("quoting/inquiries.html", rows=rows, tab=tab, labels=labels, pages=web.Pages(number, 20, total))


@bp.get(f"/desk/inquiries/{ID}")
@guarded(SEE_INQUIRIES)
def show_inquiry(request_id: int, form: forms.Filled | None = None, part: str = "", status: int = 200) -> Response:
    """One request with this supplier's own lines and its answer; `part` says which form came back faulty."""
    inquiry = queries.inquiry(request_id, current_actor().organisation_id)
    check(SEE_INQUIRIES, inquiry.invitation)
    lines = queries.lines_of(request_id, inquiry.invitation.supplier_id)
    said = queries.quote_lines(inquiry.quote)
    editing = inquiry.state == rules.State.OPEN and (part == "quote" or _wants_form(inquiry))
    return page(
        "quoting/inquiry.html", inquiry=inquiry, row=inquiry.request, quote=inquiry.quote, lines=lines, said=said,
        typed=form if part == "quote" else _as_typed(inquiry.quote, lines, said), form=form, part=part,
        editing=editing, revisions=queries.revisions_of(inquiry.quote), labels=labels, status=status,
        questions=queries.questions_of(request_id, inquiry.invitation.supplier_id), receipt=rules.receipt_number,
        obstacle=queries.obstacle(current_actor()),
    )  # fmt: skip


@bp.get(f"/desk/inquiries/{ID}/receipts/<int(max=2147483647):sequence>")
@guarded(SEE_INQUIRIES)
def show_receipt(request_id: int, sequence: int) -> Response:
    """What was submitted, word for word, with its receipt; made to be printed."""
    inquiry = queries.inquiry(request_id, current_actor().organisation_id)
    check(SEE_INQUIRIES, inquiry.invitation)
    revision = queries.revision(inquiry.quote, sequence)
    return page(
        "quoting/receipt.html", inquiry=inquiry, row=inquiry.request, revision=revision, labels=labels,
        answer=revision.content["answer"], number=rules.receipt_number(inquiry.request, sequence, revision.hash),
        quote=inquiry.quote, total_fen=rules.content_total_fen(revision.content["answer"]),
    )  # fmt: skip


@bp.post(f"/desk/inquiries/{ID}/seen")
@guarded(ANSWER)
def acknowledge(request_id: int) -> Response:
    """Tell the buyer that the request has arrived."""
    inquiry, now = _locked(request_id)
    answers.acknowledge(inquiry, at=now)
    return _to(request_id, _("已确认收到,采购单位可以看到。"))


@bp.post(f"/desk/inquiries/{ID}/quote")
@guarded(ANSWER)
def save_quote(request_id: int) -> Response:
    """Submit the answer, or keep it as a draft."""
    inquiry, now = _locked(request_id)
    final = request.form.get("act") != "draft"
    count = len(queries.lines_of(request_id, inquiry.invitation.supplier_id))
    form = read_quote(request.form, count, final=final)
    if not form.data:
        return show_inquiry(request_id, form, "quote", 422)
    if not final:
        answers.save_draft(inquiry, form.data, by=current_actor(), at=now)
        return _to(request_id, _("草稿已保存,采购单位看不到草稿。截止前请提交。"))
    revision = answers.submit_quote(inquiry, form.data, by=current_actor(), at=now)
    number = rules.receipt_number(inquiry.request, revision.sequence, revision.hash)
    flash(_("报价已提交,回执编号 %(number)s。", number=number), "ok")
    return back_to(url_for("quoting.show_receipt", request_id=request_id, sequence=revision.sequence))


@bp.post(f"/desk/inquiries/{ID}/decline")
@guarded(ANSWER)
def decline(request_id: int) -> Response:
    """Say no, with the reason."""
    inquiry, now = _locked(request_id)
    form = forms.read(Reason, request.form)
    if not form.data:
        return show_inquiry(request_id, form, "decline", 422)
    answers.decline(inquiry, form.data.reason, by=current_actor(), at=now)
    return _to(request_id, _("已谢绝报价,采购单位会看到原因。截止前仍可改为报价。"))


@bp.post(f"/desk/inquiries/{ID}/withdraw")
@guarded(ANSWER)
def withdraw_quote(request_id: int) -> Response:
    """Take the answer back."""
    inquiry, now = _locked(request_id)
    answers.withdraw_quote(inquiry, by=current_actor(), at=now)
    return _to(request_id, _("报价已撤回,采购单位不再看到价格。截止前可重新提交。"))


@bp.post(f"/desk/inquiries/{ID}/questions")
@guarded(ANSWER)
def ask_question(request_id: int) -> Response:
    """Ask the buyer."""
    inquiry, now = _locked(request_id)
    form = forms.read(NewQuestion, request.form)
    if form.data:
        try:
            questions.ask(inquiry, form.data.text, by=current_actor(), at=now)
        except NamesSupplier as fault:
            form.fail("text", fault.message())
    if not form.data:
        return show_inquiry(request_id, form, "question", 422)
    return _to(request_id, _("问题已发给采购单位。"))


def _locked(request_id: int) -> tuple[Inquiry, datetime]:
    """The inquiry with its request held against everybody else, and the time read after that."""
    supplier_id = current_actor().organisation_id
    queries.inquiry(request_id, supplier_id)
    queries.request(request_id, lock=True)
    now = clock.now()
    inquiry = queries.inquiry(request_id, supplier_id, now)
    check(ANSWER, inquiry.invitation)
    return inquiry, now


def _wants_form(inquiry: Inquiry) -> bool:
    """Unanswered requests show the form at once; an answer shows itself until one wants to change it."""
    return inquiry.open or request.args.get("edit") == "1"


def _as_typed(quote: Quote | None, lines: list[RequestLine], said: dict[int, QuoteLine]) -> forms.Filled:
    """What the supplier has said so far, as the form shows it."""
    values = {"valid_days": 30, "tax_included": "1", "tax_rate": 13, "revision": 0}
    if quote:
        included = None if quote.tax_included is None else str(int(quote.tax_included))
        values = {"valid_days": quote.valid_days, "tax_included": included, "tax_rate": quote.tax_rate,
                  "note": quote.note, "revision": quote.revision}  # fmt: skip
    for n, line in enumerate(lines, 1):
        answer = said.get(line.id)
        if answer:
            price = forms.yuan_text(answer.unit_price_fen)
            values |= {f"price-{n}": price, f"delivery_days-{n}": answer.delivery_days,
                       f"note-{n}": answer.note, f"skipped-{n}": "" if price else "1"}  # fmt: skip
    return forms.Filled(values)


def _to(request_id: int, text: str) -> Response:
    flash(text, "ok")
    return back_to(url_for("quoting.show_inquiry", request_id=request_id))
