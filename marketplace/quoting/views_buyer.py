"""Pages on which buyers ask for quotes, read the answers side by side, and change or end a request."""

import secrets
from datetime import datetime

from flask import flash, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.arrangements import rules as arrangements
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import Refusal
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.quoting import exports, labels, queries, questions, requests, rules
from marketplace.quoting.errors import AlreadySent, BadAnswerBy, NamesSupplier, NothingToAsk, TooManySuppliers
from marketplace.quoting.models import Request
from marketplace.quoting.permissions import ASK, COUNT_REQUESTS, SEE_REQUESTS
from marketplace.quoting.rules import State
from marketplace.quoting.schemas import Extension, NewAnswer, NewRequest, Reason, time_text
from marketplace.quoting.views import bp, by_supplier
from marketplace.taxonomy import queries as taxonomy

ID = "<int(max=2147483647):request_id>"


@bp.get("/requests")
@guarded(SEE_REQUESTS)
def requests_list() -> Response:
    """The organisation's requests, newest first."""
    wanted, number = request.args.get("state", ""), web.page_number()
    state = State(wanted) if wanted in set(State) else None
    rows, total = queries.requests_page(current_actor().organisation_id, state, clock.now(), number, 20)
    return page(
        "quoting/requests.html", rows=rows, chosen=state, states=list(State), labels=labels,
        pages=web.Pages(number, 20, total),
    )  # fmt: skip


@bp.get("/requests/new")
@guarded(ASK)
def new_request(form: forms.Filled | None = None, status: int = 200) -> Response:
    """The basket becomes a request."""
    actor, now, times = current_actor(), clock.now(), queries.times()
    items = queries.basket(actor.organisation_id)
    org = accounts.organisation(actor.organisation_id)
    if form is None:
        form = forms.Filled({
            "form_key": secrets.token_urlsafe(16), "province": org.province, "city": org.city,
            "arrangement": arrangements.KINDS[0].code, "answer_by": time_text(rules.default_answer_by(now, times)),
            "lines": [str(item.line.id) for item in items],
        })  # fmt: skip
    return page(
        "quoting/request_new.html", form=form, status=status, groups=by_supplier([i for i in items if i.available]),
        left_out=[i for i in items if not i.available], obstacle=queries.obstacle(actor), times=times,
        categories=[(code, labels.category(code)) for code, *_names in taxonomy.categories()],
        kinds=[(kind.code, f"{labels.arrangement(kind.code)} — {kind.hint}") for kind in arrangements.KINDS],
        provinces=taxonomy.provinces(),
    )  # fmt: skip


@bp.post("/requests")
@guarded(ASK)
def send_request() -> Response:
    """Send it; a second click leads to the request the first one made."""
    form = forms.read(NewRequest, request.form)
    known = queries.request_with_key(current_actor().organisation_id, str(form.get("form_key")))
    if known:
        return _to(known, _("这份询价单已经发出,没有重复发送。"))
    if not form.data:
        return new_request(form, 422)
    try:
        row, _new = requests.send_request(form.data, by=current_actor(), at=clock.now())
    except AlreadySent:
        db.unit().rollback()
        return _to(queries.request_with_key(current_actor().organisation_id, form.data.form_key), "")
    except (BadAnswerBy, NothingToAsk, TooManySuppliers) as fault:
        db.unit().rollback()
        name = "answer_by" if isinstance(fault, BadAnswerBy) else "lines"
        return new_request(form.fail(name, fault.message()), 422)
    return _to(row, _("询价单 %(number)s 已发出。答复会通知您,也会发送邮件。", number=row.number))


@bp.get(f"/requests/{ID}")
@guarded(SEE_REQUESTS)
def show_request(request_id: int, form: forms.Filled | None = None, part: str = "", status: int = 200) -> Response:
    """One request with its answers side by side; `part` says which form came back faulty."""
    row, now = _own(request_id, SEE_REQUESTS), clock.now()
    return page(
        "quoting/request.html", row=row, state=rules.state_of(row, now), table=queries.comparison_of(row, now),
        questions=queries.questions_of(row.id), labels=labels, form=form, part=part, status=status,
        suppliers={org.id: org.name for _invitation, org in queries.invitations_of(row.id)},
        proposal=time_text(rules.default_answer_by(max(now, row.answer_by), queries.times())),
    )  # fmt: skip


@bp.get(f"/requests/{ID}/answers.xlsx")
@guarded(SEE_REQUESTS)
def export_answers(request_id: int) -> Response:
    """The comparison as a workbook."""
    row, now = _own(request_id, SEE_REQUESTS), clock.now()
    content = exports.comparison_workbook(row, queries.comparison_of(row, now), now)
    return send_file(content, mimetype=exports.XLSX, as_attachment=True, download_name=f"{row.number}.xlsx")


@bp.post(f"/requests/{ID}/extend")
@guarded(ASK)
def extend_request(request_id: int) -> Response:
    """Give suppliers more time."""
    row, now = _locked(request_id)
    form = forms.read(Extension, request.form)
    if form.data:
        try:
            requests.extend_request(row, form.data.answer_by, by=current_actor(), at=now)
        except BadAnswerBy as fault:
            form.fail("answer_by", fault.message())
    if not form.data:
        return show_request(request_id, form, "extend", 422)
    return _to(row, _("截止时间已延长,已通知供应商。"))


@bp.post(f"/requests/{ID}/close")
@guarded(ASK)
def close_request(request_id: int) -> Response:
    """Take no more answers."""
    row, now = _locked(request_id)
    requests.close_request(row, by=current_actor(), at=now)
    return _to(row, _("询价已提前截止,已通知供应商。"))


@bp.post(f"/requests/{ID}/cancel")
@guarded(ASK)
def cancel_request(request_id: int) -> Response:
    """Call it off, with the reason the suppliers will read."""
    row, now = _locked(request_id)
    form = forms.read(Reason, request.form)
    if not form.data:
        return show_request(request_id, form, "cancel", 422)
    requests.cancel_request(row, form.data.reason, by=current_actor(), at=now)
    return _to(row, _("询价已取消,已通知供应商。"))


@bp.post(f"/requests/{ID}/again")
@guarded(ASK)
def ask_again(request_id: int) -> Response:
    """Copy the lines into the basket."""
    row = _own(request_id, ASK)
    added, gone = requests.ask_again(row, by=current_actor(), at=clock.now())
    flash(_("已将 %(n)s 项放入询价篮。", n=added), "ok")
    if gone:
        flash(_("有 %(n)s 项已下架或供应商已暂停,未放入。", n=gone), "wait")
    return back_to(url_for("quoting.show_basket"))


@bp.post(f"/requests/{ID}/questions/<int(max=2147483647):question_id>")
@guarded(ASK)
def answer_question(request_id: int, question_id: int) -> Response:
    """Answer a question to every asked supplier."""
    row, now = _locked(request_id)
    question, form = queries.question(row.id, question_id), forms.read(NewAnswer, request.form)
    if form.data:
        try:
            questions.answer(row, question, form.data, by=current_actor(), at=now)
        except NamesSupplier as fault:
            form.fail("answer", fault.message())
    if not form.data:
        return show_request(request_id, form, f"question-{question.id}", 422)
    return _to(row, _("答复已发给所有被询价单位,未透露提问者。"))


@bp.get("/operations/requests")
@guarded(COUNT_REQUESTS)
def request_counts() -> Response:
    """How much is asked and answered; no titles, no prices."""
    return page("quoting/counts.html", counts=queries.counts_by_state(), labels=labels, states=list(State))


def _own(request_id: int, may: str) -> Request:
    row = queries.request(request_id)
    check(may, row)
    return row


def _locked(request_id: int) -> tuple[Request, datetime]:
    """The request held against everybody else, and the time read after that."""
    row = queries.request(request_id, lock=True)
    check(ASK, row)
    return row, clock.now()


def _to(row: Request | None, text: str) -> Response:
    if row is None:
        raise Refusal()
    if text:
        flash(text, "ok")
    return back_to(url_for("quoting.show_request", request_id=row.id))
