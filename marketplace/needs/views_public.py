"""Pages on which everybody reads needs, and suppliers follow them, ask about them and find those meant for them."""

import io
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Notice
from marketplace.kit import clock, files, forms, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor, can, current_actor, guarded, public
from marketplace.kit.web import back_to, page, safe_next
from marketplace.needs import following, incidents, labels, mails, queries, questions, rules, snapshots
from marketplace.needs.errors import MayNotPostYet, NamesSupplier
from marketplace.needs.models import Incident, Mode, Need, NeedKind, NeedStatus, NeedVersion
from marketplace.needs.permissions import ASK_ABOUT_NEED, FOLLOW_NEED, SEE_INVITED
from marketplace.needs.rows import OpenFilter
from marketplace.needs.rules import Difference
from marketplace.needs.schemas import CLOSING_DAYS, NewQuestion, open_filter
from marketplace.needs.views import bp
from marketplace.taxonomy import queries as taxonomy

ID = "<int(max=2147483647):need_id>"
PER_PAGE = 20


@bp.get("/needs")
@public
def index() -> Response:
    """What is open to everybody, newest first."""
    wanted, number = open_filter(request.args), web.page_number()
    rows, total = queries.open_page(wanted, number, PER_PAGE)
    node = taxonomy.class_(wanted.class_code)
    asked = {name: value for name in OpenFilter.__dataclass_fields__ if (value := getattr(wanted, name))}
    return page(
        "needs/public_index.html", rows=rows, pages=web.Pages(number, PER_PAGE, total), wanted=wanted, asked=asked,
        passed_over=[name for name, text in request.args.items() if name in OpenFilter.__dataclass_fields__
                     and text.strip() and name not in asked],
        everything=total if not asked else queries.open_count(), choices=_choices(), labels=labels, rules=rules,
        class_steps=[(labels.class_name(code), web.url_with(class_code=code)) for code in (node.path if node else ())],
        classes=[(child.code, labels.class_name(child.code)) for child in taxonomy.classes(wanted.class_code)],
    )  # fmt: skip


@bp.get(f"/needs/{ID}")
@public
def need(need_id: int, form: forms.Filled | None = None, status: int = 200) -> Response:
    """A need as it stands now, with its changes, questions and answers; `form` is a question that came back faulty."""
    row = queries.readable_need(need_id, current_actor())
    return _need_page(row, snapshots.content_of(row), form=form, status=status)


@bp.get(f"/needs/{ID}/versions/<int(max=2147483647):number>")
@public
def need_version(need_id: int, number: int) -> Response:
    """A need as it stood open once."""
    actor = current_actor()
    row = queries.readable_need(need_id, actor)
    version = queries.version(need_id, number, actor)
    return _need_page(row, version.content, version=version)


@bp.get(f"/needs/{ID}/files/<token>")
@public
def need_file(need_id: int, token: str) -> Response:
    """A document that comes with a need, now or in one of its versions."""
    row = queries.readable_file(need_id, token, current_actor())
    try:
        content = files.read(row)
    except FileNotFoundError:
        raise NotFound() from None
    response = send_file(io.BytesIO(content), mimetype=row.media_type, as_attachment=True, download_name=row.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post(f"/needs/{ID}/questions")
@guarded(ASK_ABOUT_NEED)
def ask_question(need_id: int) -> BaseResponse:
    """Ask in public, without a name."""
    actor = current_actor()
    row = queries.readable_need(need_id, actor)
    form = forms.read(NewQuestion, request.form)
    if form.data:
        try:
            questions.ask_question(row, form.data.text, by=actor, at=clock.now())
        except NamesSupplier as fault:
            form.fail("text", fault.message())
    if not form.data:
        return need(need_id, form, 422)
    flash(_("问题已提交,并已为贵单位关注此需求;有答复时会通知您。"), "ok")
    return back_to(url_for("needs.need", need_id=need_id, _anchor="questions"))


@bp.post(f"/needs/{ID}/follow")
@guarded(FOLLOW_NEED)
def follow_need(need_id: int) -> BaseResponse:
    """Be told when it changes."""
    actor = current_actor()
    following.follow(queries.readable_need(need_id, actor), by=actor, at=clock.now())
    flash(_("已关注。需求变更、答疑或结束时会通知贵单位。"), "ok")
    return back_to(safe_next(url_for("needs.need", need_id=need_id)))


@bp.post(f"/needs/{ID}/unfollow")
@guarded(FOLLOW_NEED)
def unfollow_need(need_id: int) -> BaseResponse:
    """Be told no longer."""
    actor = current_actor()
    following.unfollow(queries.readable_need(need_id, actor), by=actor, at=clock.now())
    flash(_("已取消关注,不再通知此需求的变化。"), "ok")
    return back_to(safe_next(url_for("needs.need", need_id=need_id)))


@bp.get("/my/invited-needs")
@guarded(SEE_INVITED)
def invited_needs() -> Response:
    """The needs this organisation was invited to or follows, with what this person has not read about them."""
    actor, number = current_actor(), web.page_number()
    tab = "followed" if request.args.get("tab") == "followed" else "invited"
    invited, invitations = queries.invited_page(actor, number if tab == "invited" else 1, PER_PAGE)
    followed, followings = queries.followed_page(actor, number if tab == "followed" else 1, PER_PAGE)
    rows = [(*row, None) for row in followed] if tab == "followed" else invited
    return page(
        "needs/public_invited.html", rows=rows, tab=tab, counts={"invited": invitations, "followed": followings},
        pages=web.Pages(number, PER_PAGE, followings if tab == "followed" else invitations), labels=labels, rules=rules,
        news=_unread_by_link(actor), link=mails.link, obstacle=_obstacle(actor),
    )  # fmt: skip


def _need_page(
    row: Need, content: Mapping[str, Any], *, version: NeedVersion | None = None, form: forms.Filled | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    actor = current_actor()
    versions = queries.versions_of(row.id, actor)
    organisation_id = actor.organisation_id if actor else None
    own = organisation_id == row.owner_id
    return page(
        "needs/need.html", status=status, need=row, content=content, version=version, form=form, labels=labels,
        owner=accounts.organisation(row.owner_id), own=own, state=rules.state_of(row, clock.now()), rules=rules,
        versions=versions, changes=_changes(versions), questions=queries.questions_of(row.id, actor),
        invitation=queries.invitation(row.id, organisation_id) if actor and not own else None,
        follows=bool(actor and queries.follower(row.id, organisation_id)),
        refusal=_why_not_asking(row, actor), incident=_incident(row, actor),
    )  # fmt: skip


def _changes(versions: list[NeedVersion]) -> dict[int, list[Difference]]:
    """What reads differently in each version but the first, by its number; `versions` stand newest first."""
    pairs = zip(versions, versions[1:], strict=False)
    return {newer.number: rules.differences(older.content, newer.content) for newer, older in pairs}


def _why_not_asking(row: Need, actor: Actor | None) -> str:
    """Why this reader cannot ask now, in a sentence; "" for who can."""
    if row.status != NeedStatus.OPEN:
        return _("需求未在征集中,不再接受提问。")
    if not rules.questions_open(row, clock.now()):
        return _("提问已于 %(time)s 截止。", time=web.show_time(row.questions_until))
    if actor is None:
        return _("登录供应单位账号后可以提问。")
    if not can(SEE_INVITED, None, actor):
        return _("由供应单位提问;您可以在这里查看全部公开答复。")
    if not can(ASK_ABOUT_NEED, None, actor):
        return _("您的账号只有查看权限,请由本单位的经办人提问。")
    return _obstacle(actor)


def _obstacle(actor: Actor) -> str:
    why = queries.obstacle(actor)
    return MayNotPostYet(why=why).message() if why else ""


def _incident(row: Need, actor: Actor | None) -> Incident | None:
    return incidents.sheet(row.incident_id, actor).incident if row.incident_id else None


def _unread_by_link(actor: Actor) -> dict[str, list[Notice]]:
    """What this person was told and has not read, by the address it leads to."""
    found: dict[str, list[Notice]] = {}
    for notice in accounts.notices_for(actor.user_id, unread=True, page=1, per_page=200)[0]:
        found.setdefault(notice.link, []).append(notice)
    return found


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What the filters offer, by the name of the query value."""
    return {
        "kind": [(kind.value, labels.kind(kind)) for kind in NeedKind],
        "category": [(code, labels.category(code)) for code, *_names in taxonomy.categories()],
        "field_code": [(code, labels.field_name(code)) for code, *_names in taxonomy.fields()],
        "province": [(name, name) for name in taxonomy.provinces()],
        "mode": [(mode.value, labels.mode(mode)) for mode in Mode],
        "closing": [(days, _("%(n)s 天内截止提问", n=days)) for days in CLOSING_DAYS],
    }
