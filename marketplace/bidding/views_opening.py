"""Closing and opening: the manifest, the officers' act, the record, and one opened quote."""

from datetime import datetime

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import keys
from marketplace.accounts import queries as accounts
from marketplace.accounts.permissions import is_operator
from marketplace.arrangements import rules as arrangements
from marketplace.bidding import closing, labels, opening, queries, record, seal, shown
from marketplace.bidding.content import QuoteContent
from marketplace.bidding.views import bp
from marketplace.kit import clock, files, pdf, throttle
from marketplace.kit.errors import NotFound, Refusal
from marketplace.kit.permissions import SIGNED_IN, Actor, current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.needs import labels as need_labels
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import OpeningOfficer, Procurement, Round
from marketplace.procurement.rules import may_open_from, phase_of

BIG = 2**31 - 1
ID = f"<int(max={BIG}):procurement_id>"


@bp.get(f"/procurements/{ID}/opening", endpoint="opening")
@guarded(SIGNED_IN)
def opening_page(procurement_id: int) -> Response:
    """Where the opening stands: for the buyer's people and the named officers."""
    return _opening_page(procurement_id)


@bp.post(f"/procurements/{ID}/opening")
@guarded(SIGNED_IN)
def give_shares(procurement_id: int) -> Response | BaseResponse:
    """An officer opens with the password of sign-in."""
    actor = current_actor()
    throttle.count(f"open|{actor.user_id}", limit=10, minutes=15)
    procurement, current, officer = _concerned(procurement_id, actor)
    if officer is None:
        raise NotFound()
    try:
        private = keys.unlock(accounts.user(actor.user_id), request.form.get("password", ""))
    except Refusal as refusal:
        return _opening_page(procurement_id, fault=refusal.message())
    left = opening.give_shares(current, officer, private, by=actor, at=clock.now())
    flash(_flashed(procurement, current, left), "ok" if current.opened_at else "info")
    return back_to(url_for("bidding.opening", procurement_id=procurement_id))


@bp.post(f"/procurements/{ID}/opening/conclude")
@guarded(SIGNED_IN)
def conclude(procurement_id: int) -> BaseResponse:
    """End an opening in which some quotes stay shut, after the time for remedy."""
    actor = current_actor()
    procurement, current, _officer = _concerned(procurement_id, actor)
    if procurement.owner_id != actor.organisation_id:
        raise NotFound()
    opening.conclude(current, by=actor, at=clock.now())
    flash(_("开启已结束,开启记录已生成。"), "ok")
    return back_to(url_for("bidding.opening", procurement_id=procurement_id))


@bp.get(f"/tenders/{ID}/manifest")
@public
def manifest(procurement_id: int) -> Response:
    """The closing manifest: its root from the close on, its lines from the opening time on; `?as=text` to check it."""
    procurement = procurements.readable_procurement(procurement_id, current_actor())
    current = _round_asked(procurement)
    found = closing.manifest_of(current.id)
    shown = found is not None and clock.now() >= may_open_from(current)
    if request.args.get("as") == "text":
        if not shown:
            raise NotFound()
        return _download(found.text.encode(), f"{procurement.number}-{current.number}-manifest.txt", "text/plain")
    lines = [line.split(" ") for line in found.text.splitlines()[closing.HEAD_LINES :]] if shown else []
    return page(
        "bidding/manifest.html", procurement=procurement, round=current, manifest=found, shown=shown,
        lines=[(n, datetime.fromisoformat(moment), digest) for n, moment, _version, digest in lines],
    )  # fmt: skip


@bp.get(f"/tenders/{ID}/record", endpoint="record")
@guarded(SIGNED_IN)
def record_page(procurement_id: int) -> Response:
    """What was read out, for the buyer, the officers, the bidders and the operators; also as JSON and PDF."""
    procurement, current = _record_readable(procurement_id, current_actor())
    form = request.args.get("as")
    if form == "json":
        return _download(
            record.canonical(record.signed(current)), f"{procurement.number}-record.json", "application/json"
        )
    values = _record_values(procurement, current)
    if form == "pdf":
        return pdf.pdf_answer(pdf.pdf_of("bidding/record_print.html", **values), f"{procurement.number}-record.pdf")
    return page("bidding/record.html", **values)


@bp.get(f"/procurements/{ID}/quotes/<int(max={BIG}):opened_id>")
@guarded(SIGNED_IN)
def opened_quote(procurement_id: int, opened_id: int) -> Response:
    """One opened quote as it was sent, for the buyer's people; every reading is noted."""
    procurement, current, row = _opened(procurement_id, opened_id, "quote")
    said = QuoteContent.model_validate(row.content) if row.content else None
    lots = shown.of_rows(said, procurements.lots_of(procurement.id), procurement.period_months) if said else []
    return page(
        "bidding/opened_quote.html", procurement=procurement, round=current, row=row, said=said, lots=lots, labels=labels,
        need_labels=need_labels,
    )  # fmt: skip


@bp.get(f"/procurements/{ID}/quotes/<int(max={BIG}):opened_id>/files/<int(max={BIG}):number>")
@guarded(SIGNED_IN)
def opened_file(procurement_id: int, opened_id: int, number: int) -> Response:
    """An attachment of an opened quote."""
    _procurement, current, row = _opened(procurement_id, opened_id, "file")
    attached = QuoteContent.model_validate(row.content).files if row.content else []
    if not 0 <= number < len(attached):
        raise NotFound()
    one = attached[number]
    kept = queries.sealed_file(current.id, one.file, seal.bidder_tag(procurement_id, row.supplier_id))
    content = seal.open_attachment(one.key, current_app.extensions["files"].get(kept.sha256)) if kept else None
    if content is None:
        raise NotFound()
    return _download(content, files.clean_name(one.name), one.media_type)


def _opening_page(procurement_id: int, fault: str = "") -> Response:
    actor, at = current_actor(), clock.now()
    procurement, current, officer = _concerned(procurement_id, actor)
    officers = procurements.officers_of(current.id)
    met = opening.quorum_met(current)
    return page(
        "bidding/opening.html", status=422 if fault else 200, procurement=procurement, round=current, officers=officers, mine=officer,
        phase=phase_of(procurement, current, at), stage="opening", fault=fault, opens_from=may_open_from(current),
        manifest=closing.manifest_of(current.id), met=met, remedy_until=opening.remedy_until(current) if met else None,
        owns=procurement.owner_id == actor.organisation_id,
        acted=sum(row.acted_at is not None for row, _user in officers),
    )  # fmt: skip


def _concerned(procurement_id: int, actor: Actor) -> tuple[Procurement, Round, OpeningOfficer | None]:
    """A published procurement with its newest round, for its owner's people and its officers. Raises: NotFound."""
    procurement = procurements.procurement(procurement_id)
    current = procurements.current_round(procurement.id)
    mine = next((o for o, user in procurements.officers_of(current.id) if user.id == actor.user_id), None)
    if (mine is None and procurement.owner_id != actor.organisation_id) or procurement.version == 0:
        raise NotFound()
    return procurement, current, mine


def _record_readable(procurement_id: int, actor: Actor) -> tuple[Procurement, Round]:
    """An opened round's procurement for whoever has a part in it. Raises: NotFound."""
    procurement = procurements.readable_procurement(procurement_id, actor)
    current = _round_asked(procurement)
    concerned = (
        procurement.owner_id == actor.organisation_id
        or is_operator(actor)
        or procurements.is_participant(procurement.id, actor.organisation_id)
        or any(user.id == actor.user_id for _officer, user in procurements.officers_of(current.id))
    )
    if current.opened_at is None or not concerned:
        raise NotFound()
    return procurement, current


def _record_values(procurement: Procurement, current: Round) -> dict:
    lots = {lot.number: lot.title for lot in procurements.lots_of(procurement.id)}
    return {
        "procurement": procurement, "round": current, "record": current.record, "lots": lots, "labels": labels,
        "kind": arrangements.kind, "moment": datetime.fromisoformat, "signature": record.signed(current)["signature"],
    }  # fmt: skip


def _opened(procurement_id: int, opened_id: int, what: str) -> tuple:
    actor = current_actor()
    procurement = procurements.own(procurement_id, actor)
    for current in procurements.rounds_of(procurement.id):
        if current.opened_at is None:
            continue
        rows = queries.readable_quotes(current.id, by=actor, what=f"{what} {opened_id}")
        row = next((row for row in rows if row.id == opened_id), None)
        if row:
            return procurement, current, row
    raise NotFound()


def _round_asked(procurement: Procurement) -> Round:
    number = request.args.get("round", "")
    rounds = procurements.rounds_of(procurement.id)
    asked = [one for one in rounds if str(one.number) == number]
    return asked[0] if asked else rounds[-1]


def _flashed(procurement: Procurement, current: Round, left: int) -> str:
    if current.opened_at:
        return _("报价已全部开启,开启记录已生成。")
    if not opening.quorum_met(current):
        return _("您已完成开启操作,等待其他开启人。")
    return _("已达到开启人数,还有报价未能打开,请在补救时限内处理。")


def _download(content: bytes, name: str, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response
