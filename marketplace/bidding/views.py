"""The room's blueprint, and the supplier's page of one tender with all that is its own."""

from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, Flask, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import keys
from marketplace.accounts import queries as accounts
from marketplace.accounts.errors import WrongPassword
from marketplace.bidding import closing, labels, opening, queries, rules, seal
from marketplace.bidding.models import SealedQuote, SealedStatus
from marketplace.bidding.permissions import QUOTE, SEE_OWN_QUOTES
from marketplace.kit import clock, throttle
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page, safe_next
from marketplace.procurement import labels as procurement_labels
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, Round
from marketplace.procurement.rules import Phase, phase_of

bp = Blueprint("bidding", __name__, template_folder="templates")
TENDER = "/tenders/<int(max=2147483647):procurement_id>/quote"


class Own(NamedTuple):
    """A supplier's own standing in a tender; nothing in it is about anybody else."""

    procurement: Procurement
    round: Round
    tag: str
    registered: bool
    quotes: list[SealedQuote]
    stand: rules.Stand
    open: bool
    drafted_at: datetime | None


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    from marketplace.bidding import jobs, views_opening, views_quote, views_receipts  # noqa: F401 - they register themselves

    app.register_blueprint(bp)


def tender(procurement_id: int, may: str = SEE_OWN_QUOTES) -> Procurement:
    """A tender the organisation acted for has registered for, or may take part in. Raises: NotFound for any other."""
    actor = current_actor()
    if procurements.is_participant(procurement_id, actor.organisation_id):
        found = procurements.procurement(procurement_id)
    else:
        found = procurements.taking_part(procurement_id, actor, clock.now())
    check(may, found)
    return found


def own(procurement: Procurement) -> Own:
    """Where the organisation acted for stands in a tender."""
    actor, at = current_actor(), clock.now()
    current = procurements.current_round(procurement.id)
    tag = seal.bidder_tag(procurement.id, actor.organisation_id)
    quotes, draft = queries.own_quotes(procurement.id, actor.organisation_id), queries.own_draft(current, tag)
    newest = next((quote for quote in reversed(quotes) if quote.round_id == current.id), None)
    opened = queries.opened_of(newest.id) if newest else None
    admitted = current.number == 1 or actor.organisation_id in current.admitted
    return Own(
        procurement, current, tag, procurements.is_participant(procurement.id, actor.organisation_id), quotes,
        rules.stand(newest, draft is not None, opened, procurement.reconfirm_from),
        phase_of(procurement, current, at) == Phase.COLLECTING and admitted, draft.updated_at if draft else None,
    )  # fmt: skip


@bp.get(TENDER)
@guarded(SEE_OWN_QUOTES)
def quote(procurement_id: int) -> Response:
    """The supplier's page of one tender: where its quote stands, its receipts, and what it can do."""
    mine = own(tender(procurement_id))
    standing = next(
        (q for q in mine.quotes if q.status == SealedStatus.SUBMITTED and q.round_id == mine.round.id), None
    )
    return page(
        "bidding/quote.html", mine=mine, standing=standing, labels=labels, words=procurement_labels, at=clock.now(),
        phase=phase_of(mine.procurement, mine.round, clock.now()), submission_key=seal.new_key(), has_key=keys.held() is not None,
        changes=queries.changes_since(procurement_id, standing.version) if standing else [],
        asked_for_key=_may_hand_in_key(mine, standing),
    )  # fmt: skip


@bp.get("/quotes")
@guarded(SEE_OWN_QUOTES)
def index() -> Response:
    """All tenders the organisation registered for, with its own quotes."""
    at, rows = clock.now(), []
    for one in queries.own_tenders(current_actor().organisation_id):
        newest = next((quote for quote in reversed(one.quotes) if quote.round_id == one.round.id), None)
        opened = queries.opened_of(newest.id) if newest and one.round.opened_at else None
        stand = rules.stand(newest, one.draft is not None, opened, one.procurement.reconfirm_from)
        rows.append({"one": one, "stand": stand, "newest": newest, "phase": phase_of(one.procurement, one.round, at)})
    return page("bidding/index.html", rows=rows, labels=labels, words=procurement_labels, at=at)


@bp.post("/quotes/unlock")
@guarded(SEE_OWN_QUOTES)
def unlock() -> Response:
    """Hold one's key again, with the password of sign-in, and go on to what was asked."""
    actor, wanted = current_actor(), safe_next(url_for("bidding.index"))
    throttle.count(f"unlock|{actor.user_id}", limit=10, minutes=15)
    try:
        keys.hold(keys.unlock(accounts.user(actor.user_id), request.form.get("password", "")))
    except WrongPassword as wrong:
        return unlock_page(wanted, wrong.message())
    return back_to(wanted)


def unlock_page(wanted: str, fault: str = "") -> Response:
    """A small form in place of a page that needs a key this session does not hold."""
    return page("bidding/unlock.html", wanted=wanted, fault=fault, status=422 if fault else 200)


@bp.post(f"{TENDER}/key")
@guarded(QUOTE)
def hand_in_key(procurement_id: int) -> Response:
    """Open one's own quote that the officers' shares would not open."""
    mine = own(tender(procurement_id, QUOTE))
    standing = queries.own_standing(mine.round, mine.tag)
    if not _may_hand_in_key(mine, standing):
        raise NotFound()
    private = keys.held()
    if private is None:
        return unlock_page(url_for("bidding.quote", procurement_id=procurement_id))
    opening.hand_in_key(mine.round, standing, private, by=current_actor(), at=clock.now())
    flash(_("已用您的密钥打开本单位的报价。"), "ok")
    return back_to(url_for("bidding.quote", procurement_id=procurement_id))


def _may_hand_in_key(mine: Own, standing: SealedQuote | None) -> bool:
    if standing is None or mine.round.opened_at or closing.manifest_of(mine.round.id) is None:
        return False
    waits = standing.id not in opening.opened_ids(mine.round.id)
    return waits and opening.quorum_met(mine.round) and clock.now() < opening.remedy_until(mine.round)
