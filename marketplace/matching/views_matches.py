"""Pages on which buyers see who can supply a need, and why or why not; and the rules by which that is judged."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.catalog import labels as catalog_labels
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, can, check, current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.matching import (
    changes,
    choices,
    conditions,
    fairness,
    judging,
    opportunities,
    queries,
    reasons,
    rows,
    runs,
    scoring,
)
from marketplace.matching.errors import NotMatchedYet, ReasonMissing
from marketplace.matching.permissions import CHOOSE_MATCHES, OVERSEE_MATCHES, SEE_MATCHES
from marketplace.matching.rows import Board, Card, Judging
from marketplace.matching.schemas import ChoiceForm
from marketplace.matching.scoring import Standing
from marketplace.matching.views import bp
from marketplace.needs import invitations
from marketplace.needs import labels as needs_labels
from marketplace.needs import queries as needs
from marketplace.needs.models import Need, NeedStatus
from marketplace.needs.rules import UNENDED
from marketplace.needs.schemas import InvitationForm
from marketplace.search.port import SearchUnavailable
from marketplace.taxonomy import queries as taxonomy

ID = "<int(max=2147483647):need_id>"
PER_PAGE = 20
SHORTLISTED = "shortlisted"


@bp.get(f"/my/needs/{ID}/matches")
@guarded(SIGNED_IN)
def matches(need_id: int) -> Response:
    """Who can supply a need, as judged last, or with `?run=` as judged then; the owner's page, operators read it."""
    need, made = _seen(need_id), rows.judgings_of(need_id)
    shown = _asked_judging(made)
    if shown is None:
        return page("matching/matches.html", need=need, judging=None, labels=needs_labels, may=_may(need), status=200)
    board = _asked_board(shown)
    show = _asked_show()
    cards, weak = _shown(board, show)
    number = web.page_number()
    return page(
        "matching/matches.html", need=need, judging=shown, board=board, show=show, made=made, may=_may(need),
        latest=shown is made[0], cards=cards[(number - 1) * PER_PAGE : number * PER_PAGE], weak=weak,
        first=number == 1, pages=web.Pages(number, PER_PAGE, len(cards)), item=board.run.item, items=_item_names(need, shown),
        types=[catalog_labels.class_name(code) for code in _likely(board.run.types)], old_rules=_old_rules(shown),
        standings=list(Standing), words=reasons, price=catalog_labels.price, labels=needs_labels,
    )  # fmt: skip


@bp.post(f"/my/needs/{ID}/matches")
@guarded(CHOOSE_MATCHES)
def match_again(need_id: int) -> Response:
    """Judge the need now. A second click finds the first one's result and judges nothing."""
    need = needs.own_need(need_id, current_actor(), lock=True)
    check(CHOOSE_MATCHES, need)
    made, back = rows.judgings_of(need_id), url_for("matching.matches", need_id=need_id)
    if need.status not in UNENDED or need.template:
        flash(_("需求已经结束,不再重新匹配;以往的匹配结果仍可查看。"), "wait")
    elif made and str(made[0].first.id) != request.form.get("seen", ""):
        flash(_("刚刚已经匹配过,这是最新结果。"), "ok")
    else:
        _match(need)
    return back_to(back)


@bp.post(f"/my/needs/{ID}/matches/<int(max=2147483647):listing_id>")
@guarded(CHOOSE_MATCHES)
def choose_match(need_id: int, listing_id: int) -> Response:
    """Shortlist a listing, put it aside with the reason, or take either back."""
    need, form = needs.own_need(need_id, current_actor()), forms.read(ChoiceForm, request.form)
    check(CHOOSE_MATCHES, need)
    back = web.safe_next(url_for("matching.matches", need_id=need_id)) + f"#m-{listing_id}"
    if not form.data:
        flash("".join(form.errors.values()), "bad")
    elif form.data.choice is None:
        choices.forget(need, listing_id, by=current_actor(), at=clock.now())
    else:
        try:
            choices.choose(need, listing_id, form.data.choice, form.data.reason, by=current_actor(), at=clock.now())
        except ReasonMissing as refusal:
            flash(refusal.message(), "bad")
    return back_to(back)


@bp.post(f"/my/needs/{ID}/matches/invitations")
@guarded(CHOOSE_MATCHES)
def invite_matched(need_id: int) -> Response:
    """Ask the suppliers of the ticked results to look at the need."""
    need, form = needs.own_need(need_id, current_actor(), lock=True), forms.read(InvitationForm, request.form)
    check(CHOOSE_MATCHES, need)
    if not queries.latest_runs(need_id):
        raise NotMatchedYet()
    if not form.data:
        flash("".join(form.errors.values()), "bad")
    elif not form.data.suppliers:
        flash(_("请先勾选要邀请的供应商。"), "wait")
    else:
        new, passed = invitations.invite(
            need, form.data.suppliers, form.data.note, by=current_actor(), at=clock.now()
        )  # fmt: skip
        _tell_of_invitations(need, len(new), len(passed))
    return back_to(web.safe_next(url_for("matching.matches", need_id=need_id)))


@bp.get("/needs/matching-rules")
@public
def rules() -> Response:
    """How matching works, in plain words and with every number."""
    return page(
        "matching/rules.html", weights=scoring.weights(), file=scoring.WEIGHTS.read_text(encoding="utf-8"),
        fingerprint=runs.fingerprint(), words=reasons, judging=judging, conditions=conditions, fairness=fairness,
        kept=runs.KEPT_STANDING, least=opportunities.LEAST_SCORE, standings=list(Standing),
    )  # fmt: skip


def _seen(need_id: int) -> Need:
    """The need, for its owner or an operator."""
    if can(OVERSEE_MATCHES):
        return needs.readable_need(need_id, current_actor())
    check(SEE_MATCHES)
    return needs.own_need(need_id, current_actor())


def _may(need: Need) -> bool:
    """Whether the reader decides about this need's matches."""
    return can(CHOOSE_MATCHES, need) and need.status in UNENDED and not need.template


def _asked_judging(made: list[Judging]) -> Judging | None:
    wanted = request.args.get("run", "")
    if not wanted:
        return made[0] if made else None
    found = next((one for one in made if any(str(run.id) == wanted for run in one.runs)), None)
    if found is None:
        raise NotFound()
    return found


def _asked_board(judging: Judging) -> Board:
    wanted = request.args.get("item", "")
    run = next((one for one in judging.runs if str(one.item) == wanted), judging.first)
    return Board(run, rows.cards_of(run))


def _asked_show() -> str:
    wanted = request.args.get("show", "")
    return wanted if wanted in {*Standing, SHORTLISTED} else ""


def _shown(board: Board, show: str) -> tuple[list[Card], list[Card]]:
    """The cards of a page, and those folded away below as hardly about what is asked."""
    if not show:
        return board.standing, board.weak
    if show == SHORTLISTED:
        return board.shortlisted, []
    chosen = board.of(Standing(show))
    if show == Standing.EXCLUDED:
        return chosen, []
    return [card for card in chosen if not card.weak], [card for card in chosen if card.weak]


def _item_names(need: Need, judging: Judging) -> list[tuple[int, str, int]]:
    """The items of a need with several: place, name, how many meet everything."""
    if len(judging.runs) < 2:
        return []
    names = {place: str(item.get("name") or need.title) for place, item in enumerate(need.items)}
    return [
        (run.item, names.get(run.item, _("第 %(n)s 项", n=run.item + 1)), run.counts.get(Standing.ELIGIBLE, 0))
        for run in judging.runs
    ]


def _likely(types: dict[str, float], least: float = 0.5, most: int = 3) -> list[str]:
    known = sorted(types, key=lambda code: (-types[code], code))
    return [code for code in known if types[code] >= least and taxonomy.class_(code)][:most]


def _old_rules(judging: Judging) -> bool:
    return judging.first.rules != runs.fingerprint()


def _match(need: Need) -> None:
    try:
        made = runs.match_need(need, changes.engine(), at=clock.now())
    except SearchUnavailable:
        db.unit().rollback()
        flash(_("搜索服务暂时不可用,这次没有匹配;已有的结果不受影响。请过几分钟再试。"), "bad")
        return
    found = sum(run.counts.get(Standing.ELIGIBLE, 0) for run in made)
    flash(_("匹配完成,%(n)s 件供给符合全部要求。", n=found), "ok")


def _tell_of_invitations(need: Need, new: int, passed: int) -> None:
    if new and need.status == NeedStatus.OPEN:
        flash(_("已邀请 %(n)s 家供应商,并已通知他们。", n=new), "ok")
    elif new:
        flash(_("已邀请 %(n)s 家供应商,需求发布时会通知他们。", n=new), "ok")
    if passed:
        flash(_("另有 %(n)s 家此前已邀请或目前不能邀请,没有重复通知。", n=passed), "wait")
