"""Writing a quote: the form, the look at it before it is sealed, submitting, withdrawing, reconfirming."""

from typing import Any

from flask import Response, flash, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import keys
from marketplace.accounts.errors import KeyMissing
from marketplace.arrangements import rules as arrangements
from marketplace.bidding import drafts, labels, prefill, queries, quotes, rules, schemas, seal, shown, typed
from marketplace.bidding.content import PartyRole, QuoteContent
from marketplace.bidding.drafts import Draft
from marketplace.bidding.errors import NotComplete, NotForYourKey, NothingToSubmit, RequestChanged, TooLate
from marketplace.bidding.permissions import QUOTE
from marketplace.bidding.queries import Asked
from marketplace.bidding.views import TENDER, bp, own, tender, unlock_page
from marketplace.kit import arrival, clock, db, envelopes, forms
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page
from marketplace.needs import labels as need_labels
from marketplace.procurement import labels as procurement_labels
from marketplace.procurement.models import Procurement


@bp.get(f"{TENDER}/edit")
@guarded(QUOTE)
def edit(procurement_id: int) -> Response:
    """The form, as it was left; `?check=1` shows what is wrong with it."""
    asked = _asked(tender(procurement_id, QUOTE))
    private = keys.held()
    if private is None:
        return unlock_page(request.full_path)
    draft = _begun(asked, private)
    form = forms.Filled(values=dict(draft.typed))
    if request.args.get("check"):
        form = typed.read(draft.typed, draft.files, asked, current_actor())
    return _edit_page(asked, draft, form)


@bp.post(f"{TENDER}/edit")
@arrival.stamped
@guarded(QUOTE)
def save(procurement_id: int) -> Response | BaseResponse:
    """Keep what is typed, right or wrong; then go on writing, or look at it before sealing it."""
    procurement = tender(procurement_id, QUOTE)
    asked, act = _asked(procurement), request.form.get("act", "save")
    draft = _sent(asked)
    values = forms.Filled(values=dict(draft.typed))
    try:
        _in_time(asked)
        sent = request.files.getlist("files")
        draft.files = drafts.add_files(procurement, asked.round, draft.files, sent, by=current_actor(), at=clock.now())
        if act == "fill":
            draft.typed = prefill.fill(draft.typed, asked, current_actor(), clock.today())
        drafts.save(procurement, asked.round, draft, by=current_actor(), at=clock.now())
    except BadUpload as bad:
        return _edit_page(asked, draft, values.fail("files", bad.message()), 422)
    except Stale:
        row = queries.own_draft(asked.round, seal.bidder_tag(procurement.id, current_actor().organisation_id))
        draft.revision = row.revision if row else 0
        told = _("同事刚刚保存过这份草稿。您填写的内容都在下面;再次保存将以您的内容为准。")
        return _edit_page(asked, draft, values.fail("", told), 409)
    if act == "check":
        return back_to(url_for("bidding.check", procurement_id=procurement_id))
    if act == "save":
        flash(_("草稿已保存(仅本单位可读)。"), "ok")
    return back_to(url_for("bidding.edit", procurement_id=procurement_id) + _anchor(act))


@bp.get(f"{TENDER}/check")
@guarded(QUOTE)
def check(procurement_id: int) -> Response | BaseResponse:
    """The quote as it would be sealed, with its comparable total; back to the form while something is wrong."""
    asked = _asked(tender(procurement_id, QUOTE))
    private = keys.held()
    if private is None:
        return unlock_page(request.full_path)
    draft = drafts.read(asked.round, _tag(asked), private)
    if draft is None:
        return back_to(url_for("bidding.edit", procurement_id=procurement_id))
    form = typed.read(draft.typed, draft.files, asked, current_actor())
    if form.data is None:
        return back_to(url_for("bidding.edit", procurement_id=procurement_id, check=1))
    return page(
        "bidding/check.html", mine=own(asked.procurement), said=form.data, labels=labels, need_labels=need_labels,
        lots=shown.of_rows(form.data, asked.lots, asked.procurement.period_months), months=asked.procurement.period_months,
        submission_key=seal.new_key(), changes=queries.changes_since(procurement_id, draft.version), at=clock.now(),
    )  # fmt: skip


@bp.post(f"{TENDER}/submit")
@arrival.stamped
@guarded(QUOTE)
def submit(procurement_id: int) -> Response | BaseResponse:
    """Seal the draft and store it. The same form again gives the same receipt."""
    asked_for = _submission()
    private = keys.held()
    with db.reading():  # sealing takes time, and must not hold the write lock meanwhile
        base = queries.submitting(procurement_id, current_actor().organisation_id, asked_for.submission_key)
        ready = _sealed_draft(base, private, asked_for) if private is not None and base.known is None else None
    if base.known is not None:
        return _to_receipt(procurement_id, base.known)
    if ready is None:
        return unlock_page(url_for("bidding.check", procurement_id=procurement_id))
    quote = quotes.submit(ready, by=current_actor(), arrived=arrival.arrived(), at=clock.now())
    return _to_receipt(procurement_id, quote.sequence)


@bp.post(f"{TENDER}/reconfirm")
@arrival.stamped
@guarded(QUOTE)
def reconfirm(procurement_id: int) -> Response | BaseResponse:
    """Seal the unchanged quote again for the version there is now."""
    asked_for = _submission()
    private = keys.held()
    if private is None:
        return unlock_page(url_for("bidding.quote", procurement_id=procurement_id))
    with db.reading():
        asked = _asked(tender(procurement_id, QUOTE))
        _seen(asked, asked_for)
        known = queries.own_with_key(asked.round, _tag(asked), asked_for.submission_key)
        if known is None:
            ready = quotes.seal_again(private, asked_for.submission_key, asked, by=current_actor())
    if known is None:
        known = quotes.submit(ready, by=current_actor(), arrived=arrival.arrived(), at=clock.now())
    return _to_receipt(procurement_id, known.sequence)


@bp.post(f"{TENDER}/withdraw")
@arrival.stamped
@guarded(QUOTE)
def withdraw(procurement_id: int) -> BaseResponse:
    """Take the standing quote back."""
    tender(procurement_id, QUOTE)
    quotes.withdraw(procurement_id, by=current_actor(), arrived=arrival.arrived(), at=clock.now())
    flash(_("报价已撤回,截止前可以重新提交。"), "ok")
    return back_to(url_for("bidding.quote", procurement_id=procurement_id))


@bp.get(f"{TENDER}/sealing")
@guarded(QUOTE)
def sealing(procurement_id: int) -> Response:
    """What a program needs to seal a quote itself; `head` but for the submission key, which it chooses."""
    asked = _asked(tender(procurement_id, QUOTE))
    head = seal.head_of(asked.procurement, asked.round, _tag(asked), "")
    officers = [
        {"fingerprint": one.fingerprint, "public": one.public.hex()} for one in queries.officer_keys(asked.round.id)
    ]
    answer = jsonify(
        v=envelopes.VERSION, suite=envelopes.SUITE, head=head, officers=officers, quorum=asked.round.quorum
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post(f"{TENDER}/envelope")
@arrival.stamped
@guarded(QUOTE)
def envelope(procurement_id: int) -> Response:
    """Take an envelope a program has sealed: the bytes as the body, `?submission_key=` as in its head."""
    filled = forms.read(schemas.Submission, request.args)
    if filled.data is None:
        raise NotFound()
    key = filled.data.submission_key
    with db.reading():
        asked = _asked(tender(procurement_id, QUOTE))
        known = queries.own_with_key(asked.round, _tag(asked), key)
        if known is None:
            _in_time(asked)
            ready = quotes.accept_sealed(request.get_data(), key, asked, by=current_actor())
    if known is None:
        known = quotes.submit(ready, by=current_actor(), arrived=arrival.arrived(), at=clock.now())
    answer = jsonify(sequence=known.sequence, receipt=known.receipt, signature=known.signature)
    answer.status_code = 201
    return answer


def _asked(procurement: Procurement) -> Asked:
    return queries.asked(procurement)


def _tag(asked: Asked) -> str:
    return seal.bidder_tag(asked.procurement.id, current_actor().organisation_id)


def _submission() -> schemas.Submission:
    filled = forms.read(schemas.Submission, request.form)
    if filled.data is None:
        raise NothingToSubmit()
    return filled.data


def _seen(asked: Asked, asked_for: schemas.Submission) -> None:
    """What the person agreed to must be what is asked now."""
    if asked_for.version != asked.procurement.version:
        since = queries.changes_since(asked.procurement.id, asked_for.version)
        told = [str(change["what"]) for row in since for change in row.changes]
        raise RequestChanged(version=asked.procurement.version, changes=told)


def _sealed_draft(base: queries.Submitting, private: bytes, asked_for: schemas.Submission) -> quotes.Ready:
    _in_time(base.asked)
    _seen(base.asked, asked_for)
    if base.draft is None:
        raise NothingToSubmit()
    draft = drafts.opened(base.draft, private)
    form = typed.read(draft.typed, draft.files, base.asked, current_actor(), base.supplier)
    if form.data is None:
        raise NotComplete()
    return quotes.seal_content(form.data, asked_for.submission_key, base.asked, by=current_actor())


def _in_time(asked: Asked) -> None:
    """Refuse at once what is late; whether it is still in time is judged again under the lock."""
    if arrival.arrived() >= asked.round.quotes_until:
        times = (arrival.arrived(), asked.round.quotes_until)
        arrived, deadline = map(quotes.to_the_millisecond, times)
        raise TooLate(arrived=arrived, deadline=deadline)


def _to_receipt(procurement_id: int, sequence: int) -> BaseResponse:
    return back_to(url_for("bidding.receipt", procurement_id=procurement_id, sequence=sequence))


def _begun(asked: Asked, private: bytes) -> Draft:
    """The draft; without one, the newest quote sent in any round; without that, an empty form."""
    tag = _tag(asked)
    try:
        if draft := drafts.read(asked.round, tag, private):
            return draft
        sent = queries.own_quotes(asked.procurement.id, current_actor().organisation_id)
        if sent:
            said = QuoteContent.model_validate(seal.read_own(sent[-1].envelope, private))
            return Draft(typed.typed_of(said), [one.model_dump(mode="json") for one in said.files], said.version)
    except NotForYourKey as closed:
        flash(closed.message(), "wait")
        row = queries.own_draft(asked.round, tag)
        return Draft(typed.fresh(asked), version=asked.procurement.version, revision=row.revision if row else 0)
    return Draft(typed.fresh(asked), version=asked.procurement.version)


def _sent(asked: Asked) -> Draft:
    """The form as it came: its text, and the attachments kept of those the draft had."""
    revision = request.form.get("revision", "0")
    found = Draft(
        typed.gather(request.form), revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0
    )
    private = keys.held()
    if private is None:
        raise KeyMissing()
    dropped = set(request.form.getlist("drop_file"))
    found.files = [one for one in _begun(asked, private).files if one["file"] not in dropped]
    return found


def _anchor(act: str) -> str:
    return f"#{act.partition('-')[2]}" if "-" in act else "#lots" if act in ("fill", "redraw") else ""


def _edit_page(asked: Asked, draft: Draft, form: forms.Filled, status: int = 200) -> Response:
    values: dict[str, Any] = form.values
    lots = []
    for lot in asked.lots:
        name, code = f"lot-{lot.number}", typed.main_kind(values, lot.number, asked)
        added = [
            (arrangements.kind(one), typed.terms_fields(values, one, f"{name}-{one}.", asked))
            for one in rules.addable(code, asked.procurement.arrangements)
        ]
        main = typed.terms_fields(values, code, f"{name}-main.", asked)
        kind = arrangements.kind(code)
        per = typed.priced_per(values, code, f"{name}-main.", asked)
        lots.append({"lot": lot, "name": name, "kind": kind, "per": per, "main": main, "added": added})
    return page(
        "bidding/edit.html", status=status, asked=asked, draft=draft, form=form, lots=lots, labels=labels, at=clock.now(),
        need_labels=need_labels, kinds=[(code, procurement_labels.arrangement(code)) for code in asked.procurement.arrangements],
        listings=[(str(r.id), f"{r.name} {r.model}".strip()) for r in prefill.own_listings(current_actor())],
        parties=typed.rows(values, "party", typed.PARTIES), deliveries=typed.rows(values, "delivery", typed.DELIVERIES),
        roles=[(one.value, labels.role(one)) for one in PartyRole], files_most=drafts.FILES_MOST,
        changes=queries.changes_since(asked.procurement.id, draft.version),
    )  # fmt: skip
