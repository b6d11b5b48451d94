"""Writing a need: the form of a draft, and amending what is open."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock, db, forms
from marketplace.kit.errors import Refusal, Stale
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import amending, drafts, labels, opening, queries, rules, snapshots
from marketplace.needs.errors import (
    AlreadyCreated,
    AmendmentsNeedAdministrator,
    DatesPassed,
    FixedOnceOpen,
    KindNotAllowed,
    MayNotPostYet,
    NeedIncomplete,
    NobodyToApprove,
    NotEditable,
)
from marketplace.needs.findings import findings_of, findings_of_words
from marketplace.needs.form_rows import Sent, tidied
from marketplace.needs.models import Level, Mode, Need, NeedKind, NeedStatus, Operator, Visibility
from marketplace.needs.permissions import EDIT_NEED
from marketplace.needs.rules import Difference
from marketplace.needs.schemas import AmendmentForm, filled_from, read_need
from marketplace.needs.views import bp
from marketplace.needs.views_begin import ID, asked_kind
from marketplace.taxonomy import queries as taxonomy

NOT_YET = (NeedIncomplete, DatesPassed, MayNotPostYet, NobodyToApprove)
# Under which field of the form a fault of opening stands.
FIELD_OF = {"class_or_text": "class_code", "item_quantity": "items", "req_unit": "requirements", "budget_fen": "budget"}


@bp.get("/needs/new/form")
@guarded(EDIT_NEED)
def blank_need() -> Response:
    """The empty form."""
    kind = asked_kind(request.args.get("kind", ""), current_actor())
    return edit_page(None, Filled(values={"kind": kind, "form_key": secrets.token_urlsafe(16)}))


@bp.post("/needs")
@guarded(EDIT_NEED)
def create_need() -> Response | BaseResponse:
    """Keep a new draft; the same form again leads to the draft it became."""
    sent = tidied(request.form)
    form = read_need(sent.fields)
    if sent.changes_rows:
        return _with_other_rows(None, form, sent)
    if not form:
        return edit_page(None, form, 422, sent=sent)
    actor = current_actor()
    try:
        need, new = drafts.create_draft(form.data, by=actor, at=clock.now())
    except KindNotAllowed as refusal:
        return edit_page(None, form.fail("kind", refusal.message()), 422, sent=sent)
    except AlreadyCreated:
        db.unit().rollback()
        need, new = queries.need_with_key(actor.organisation_id, form.data.form_key), False
        if need is None:
            raise
    if not new:
        flash(_("这份需求已经保存过,没有重复创建。"), "wait")
        return back_to(url_for("needs.edit_need", need_id=need.id))
    return _after_saving(need, sent.act, _("草稿已保存,编号 %(number)s。", number=need.number))


@bp.get(f"/needs/{ID}/edit")
@guarded(EDIT_NEED)
def edit_need(need_id: int) -> Response:
    """The form of a draft, or of an open need to amend."""
    need = queries.own_need(need_id, current_actor())
    _check_editable(need)
    return edit_page(need, filled_from(need))


@bp.post(f"/needs/{ID}/edit")
@guarded(EDIT_NEED)
def save_need(need_id: int) -> Response | BaseResponse:
    """Save a draft, perhaps open it; preview or make an amendment; add or take out a row."""
    need = queries.own_need(need_id, current_actor(), lock=True)
    _check_editable(need)
    sent = tidied(request.form)
    form = read_need(sent.fields)
    form.values["why"] = request.form.get("why", "").strip()
    if sent.changes_rows:
        return _with_other_rows(need, form, sent)
    if not form:
        return edit_page(need, form, 422, sent=sent)
    if need.status == NeedStatus.OPEN:
        return _amend(need, form, sent)
    try:
        changed = drafts.save_draft(need, form.data, by=current_actor(), at=clock.now())
    except Stale:
        message = _("同事刚刚保存过这份需求。以下是您填写的内容;再次保存将覆盖对方的修改。")
        return edit_page(need, form.fail("", message), 409, sent=sent)
    except KindNotAllowed as refusal:
        return edit_page(need, form.fail("kind", refusal.message()), 422, sent=sent)
    return _after_saving(need, sent.act, _("草稿已保存。") if changed else _("内容没有变化。"))


def edit_page(
    need: Need | None,
    form: Filled,
    status: int = 200,
    *,
    sent: Sent | None = None,
    understood: bool = False,
    differences: Sequence[Difference] | None = None,
) -> Response:
    """The form with what was typed, its faults beside the fields, and the check beside it."""
    content = form.data or (need if need is not None and status == 200 and sent is None else None)
    items, asked = form.values.get("items") or [], form.values.get("requirements") or []
    blank_items, blank_asked = (sent.blank_items, sent.blank_requirements) if sent else (0, 0)
    return page(
        "needs/edit.html", need=need, form=form, status=status, labels=labels, options=_options(form, need),
        items=[*items, *[{}] * max(blank_items, not items)], asked=[*asked, *[{}] * max(blank_asked, not asked)],
        understood=understood or request.form.get("understood") == "1", differences=differences, class_text=class_text,
        findings=_findings(content, form), missing=opening.lacking(need) if need else [],
        obstacle=queries.obstacle(current_actor()), opens=need is None or opens_alone(need),
        classes=[node.name for node in taxonomy.class_leaves()], field_of=FIELD_OF,
    )  # fmt: skip


def opens_alone(need: Need) -> bool:
    """Whether the person asking opens this need without a colleague's approval."""
    return rules.opens_alone(need, current_actor(), approval=queries.asks_approval(need.owner_id))


def class_text(code: str) -> str:
    """A class as its field shows it: the name when that leads back to it, else the code."""
    node = taxonomy.class_(code)
    named = taxonomy.class_by_name(node.name) if node else None
    return node.name if named and named.code == code else code or ""


def revision_in(form: Mapping[str, str]) -> int | None:
    """The state an editor saw, as its page sends it."""
    text = form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def open_draft(need: Need) -> bool:
    """Open a draft or hand it in, saying so; False, saying why, when it cannot be yet. What was saved stays saved."""
    try:
        status = opening.open_need(need, by=current_actor(), at=clock.now())
    except NOT_YET as refusal:
        flash(refusal.message(), "wait")
        return False
    if status == NeedStatus.OPEN:
        flash(_("需求已发布,供应商现在可以看到。"), "ok")
    else:
        flash(_("已提交内部审批,已通知本单位管理员。"), "ok")
    return True


def _after_saving(need: Need, act: str, told: str) -> BaseResponse:
    if act == "open" and open_draft(need):
        return back_to(url_for("needs.own_need", need_id=need.id))
    if act == "read":
        return back_to(url_for("needs.reading", need_id=need.id))
    if act != "open":
        flash(told, "ok")
    place = "check" if act in ("open", "check") else None
    return back_to(url_for("needs.edit_need", need_id=need.id, _anchor=place))


def _amend(need: Need, form: Filled, sent: Sent) -> Response | BaseResponse:
    if sent.act == "preview":
        return edit_page(need, form, sent=sent, differences=_differences(need, form))
    why = forms.read(AmendmentForm, request.form)
    if not why:
        told = _differences(need, form)
        return edit_page(need, form.fail("why", why.errors["why"]), 422, sent=sent, differences=told)
    try:
        changed = amending.amend_need(need, form.data, why.data.why, by=current_actor(), at=clock.now())
    except (Stale, NeedIncomplete, DatesPassed, FixedOnceOpen) as refusal:
        db.unit().rollback()
        _fail_fields(form, refusal)
        return edit_page(queries.own_need(need.id, current_actor()), form, refusal.status, sent=sent)
    flash(_("需求已变更,已通知关注的单位。") if changed else _("内容没有变化。"), "ok")
    return back_to(url_for("needs.own_need", need_id=need.id))


def _differences(need: Need, form: Filled) -> list[Difference]:
    before = snapshots.content_of(need)
    after = {name: getattr(form.data, name) for name in rules.CONTENT_FIELDS}
    return rules.differences(before, {**before, **after})


def _fail_fields(form: Filled, refusal: Refusal) -> None:
    names = refusal.details.get("fields") or [""]
    for name in names:
        form.fail(FIELD_OF.get(name, name), refusal.message())


def _with_other_rows(need: Need | None, form: Filled, sent: Sent) -> Response:
    """The same page with a row more or less; nothing is saved, nothing is judged."""
    more = Sent(
        sent.fields, sent.act, sent.blank_items + (sent.act == "more_items"),
        sent.blank_requirements + (sent.act == "more_reqs"),
    )  # fmt: skip
    form.errors.clear()
    return edit_page(need, form, sent=more)


def _findings(content: Any, form: Filled) -> list[Any]:
    if content is not None:
        return findings_of(content)
    return findings_of_words(str(form.get("title")), str(form.get("text")))


def _check_editable(need: Need) -> None:
    if need.status not in (NeedStatus.DRAFT, NeedStatus.OPEN):
        raise NotEditable()
    if need.status == NeedStatus.OPEN:
        approval = queries.asks_approval(need.owner_id)
        if not rules.may_amend(need, current_actor(), approval=approval):
            raise AmendmentsNeedAdministrator()


def _options(form: Filled, need: Need | None) -> dict[str, list[tuple[str, str]]]:
    kinds = rules.kinds_for(current_actor().kind)
    kind = form.get("kind") if form.get("kind") in set(NeedKind) else kinds[0]
    chosen = form.get("mode")
    modes = [mode for mode in Mode if mode in rules.modes_for(kind) or mode == chosen]
    events = [term.code for term in taxonomy.events() if term.detail.get("level") == "3"]
    return {
        "kind": [(code, labels.kind(code)) for code in kinds],
        "mode": [(code, labels.mode(code)) for code in modes],
        "category": [(code, labels.category(code)) for code, *_names in taxonomy.categories()],
        "event_code": [(code, labels.event(code)) for code in events],
        "field_code": [(code, labels.field_name(code)) for code, *_names in taxonomy.fields()],
        "province": [(name, name) for name in taxonomy.provinces()],
        "op": [(op, labels.operator(op)) for op in Operator],
        "level": [(level, labels.level(level)) for level in Level],
        "visibility": [(one, labels.visibility(one)) for one in Visibility],
    }
