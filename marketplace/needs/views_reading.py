"""The reading page: a draft's text with what was recognised in it, and taking over what a person accepts."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import drafts, labels, queries
from marketplace.needs.errors import NotEditable
from marketplace.needs.models import Level, Need, NeedStatus
from marketplace.needs.permissions import EDIT_NEED
from marketplace.needs.proposing import GROUPS, accepted, offers_of, pieces_of
from marketplace.needs.schemas import read_need
from marketplace.needs.views import bp
from marketplace.needs.views_begin import ID
from marketplace.needs.views_edit import edit_page, revision_in


@bp.get(f"/needs/{ID}/reading")
@guarded(EDIT_NEED)
def reading(need_id: int) -> Response:
    """The text with the recognised words marked, beside what they propose."""
    need = _draft(need_id)
    offers = offers_of(need, clock.today())
    groups = [(group_name(code), [one for one in offers if one.group == code]) for code in GROUPS]
    return page(
        "needs/read.html", need=need, groups=[group for group in groups if group[1]], offers=offers, labels=labels,
        pieces=pieces_of(need.text, offers), levels=[(level, labels.level(level)) for level in Level],
    )  # fmt: skip


@bp.post(f"/needs/{ID}/reading")
@guarded(EDIT_NEED)
def take_reading(need_id: int) -> Response | BaseResponse:
    """Take over the chosen proposals and go on to the form; what contradicts itself is settled there."""
    need = _draft(need_id, lock=True)
    drafts.check_revision(need, revision_in(request.form))
    offers = offers_of(need, clock.today())
    singles = {one.choice for one in offers if one.choice != "take"}
    chosen = {*request.form.getlist("take"), *(request.form.get(name, "") for name in singles)}
    form = read_need(accepted(need, offers, request.form, chosen) | {"understood": True})
    if not form:
        return edit_page(need, form, 422, understood=True)
    drafts.save_draft(need, form.data, by=current_actor(), at=clock.now())
    taken = sum(str(one.number) in chosen for one in offers)
    flash(_("已采用 %(n)s 项。请核对并补全其余内容。", n=taken), "ok")
    return back_to(url_for("needs.edit_need", need_id=need.id))


def group_name(code: str) -> str:
    """What a group of proposals answers."""
    return {
        "what": _("做什么"), "how_many": _("多少"), "where": _("在哪里"), "when": _("何时"), "money": _("多少钱"),
        "mode": _("怎么取得"), "asked": _("要求"), "certificates": _("证书"), "refused": _("不要"),
    }[code]  # fmt: skip


def _draft(need_id: int, *, lock: bool = False) -> Need:
    need = queries.own_need(need_id, current_actor(), lock=lock)
    if need.status != NeedStatus.DRAFT:
        raise NotEditable()
    return need
