"""Beginning a need: from a text, a document, a template, an own need, or an empty form."""

import secrets
from collections.abc import Callable
from hashlib import sha256

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock, db, throttle, web
from marketplace.kit.errors import NotFound
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import Actor, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.needs import documents, drafts, labels, queries, rules, templates
from marketplace.needs.documents import UnreadableDocument
from marketplace.needs.errors import AlreadyCreated, KindNotAllowed
from marketplace.needs.models import Need, NeedKind
from marketplace.needs.permissions import EDIT_NEED
from marketplace.needs.rows import OwnFilter
from marketplace.needs.schemas import MAX_TEXT, NeedForm
from marketplace.needs.views import bp
from marketplace.reading.titles import title_of
from marketplace.taxonomy import queries as taxonomy

ID = "<int(max=2147483647):need_id>"
SHOWN_TEMPLATES, SHOWN_OWN, SHORTEST_TEXT = 12, 8, 4


@bp.get("/needs/new")
@guarded(EDIT_NEED)
def new_need(form: Filled | None = None, status: int = 200) -> Response:
    """Choose what is needed and how to begin."""
    actor = current_actor()
    kinds = rules.kinds_for(actor.kind)
    if not kinds:
        raise KindNotAllowed()
    kind = asked_kind(request.form.get("kind") or request.args.get("kind", ""), actor)
    scene, words = request.args.get("scene", "")[:40], request.args.get("q", "").strip()[:60]
    own_words = request.args.get("own", "").strip()[:60]
    found = [row for row in templates.find_templates(scene=scene, text=words) if row.kind == kind]
    kept, _n = queries.own_page(
        actor.organisation_id, OwnFilter(kind=kind, text=own_words, template=True), 1, SHOWN_OWN
    )
    own, total = queries.own_page(actor.organisation_id, OwnFilter(kind=kind, text=own_words), 1, SHOWN_OWN)
    return page(
        "needs/new.html", form=Filled() if form is None else form, status=status, kind=kind, kinds=kinds, labels=labels,
        key=secrets.token_urlsafe(12), found=found[:SHOWN_TEMPLATES], found_count=len(found), scene=scene, words=words,
        scenes=[(one.code, (web.english() and one.name_en) or one.name) for one in taxonomy.scenes()],
        own=[*kept, *own], own_count=total, own_words=own_words, max_text=MAX_TEXT,
    )  # fmt: skip


@bp.post("/needs/read")
@guarded(EDIT_NEED)
def read_words() -> Response | BaseResponse:
    """Keep a pasted text or the words of a document as a draft, and show what is recognised in it."""
    actor, upload = current_actor(), request.files.get("file")
    form = Filled(values={"text": request.form.get("text", "")})
    if upload is not None and upload.filename:
        throttle.count(f"needs.read:{actor.user_id}", limit=40, minutes=10)
        try:
            told = documents.text_of(upload.stream.read(documents.MAX_DOCUMENT_BYTES + 1), upload.filename)
        except UnreadableDocument as refusal:
            return new_need(form.fail("file", refusal.message()), 422)
        text, notes = told.text, told.notes
    else:
        text, notes = _one_way_of_ending_lines(form.get("text")), []
        if "file" in request.files and "text" not in request.form:
            return new_need(form.fail("file", _("请选择一个文件。")), 422)
    if fault := _text_fault(text):
        return new_need(form.fail("text", fault), 422)
    kind = asked_kind(request.form.get("kind", ""), actor)
    key = sha256(f"{request.form.get('key', '')}|{kind}|{text}".encode()).hexdigest()[:40]
    content = NeedForm(form_key=key, title=title_of(text), text=text, kind=kind)
    row = _begun(lambda: drafts.create_draft(content, by=actor, at=clock.now()), key)
    for note in notes:
        flash(note, "wait")
    return back_to(url_for("needs.reading", need_id=row.id))


@bp.post("/needs/new/template")
@guarded(EDIT_NEED)
def begin_from_template() -> BaseResponse:
    """Begin a draft from a ready-made need."""
    actor, code = current_actor(), request.form.get("code", "")[:20]
    key = f"{request.form.get('key', '')[:16]}-{code}"
    row = _begun(lambda: templates.draft_from_template(code, by=actor, at=clock.now(), form_key=key), key)
    flash(_("已按模板生成草稿。请核对数量、指标和时间,补充预算。"), "ok")
    return back_to(url_for("needs.edit_need", need_id=row.id))


@bp.post(f"/needs/{ID}/copy")
@guarded(EDIT_NEED)
def copy_need(need_id: int) -> BaseResponse:
    """Begin a draft from one's own need or template, or from a public one."""
    actor = current_actor()
    source = queries.readable_need(need_id, actor)
    key = f"{request.form.get('key', '')[:16] or secrets.token_urlsafe(12)}-c{need_id}"
    row = _begun(lambda: drafts.copy_need(source, by=actor, at=clock.now(), form_key=key), key)
    flash(_("已复制为新草稿。附件、邀请和日期没有带过来,请重新填写。"), "ok")
    return back_to(url_for("needs.edit_need", need_id=row.id))


def asked_kind(text: str, actor: Actor) -> NeedKind:
    """The kind asked for if this organisation may post it, else its usual one."""
    kinds = rules.kinds_for(actor.kind)
    return next((kind for kind in kinds if kind == text), kinds[0] if kinds else NeedKind.SUPPLY)


def _text_fault(text: str) -> str:
    if len(text.strip()) < SHORTEST_TEXT:
        return _("请粘贴文字,至少写一句话,如“采购救灾帐篷 200 顶,10 天内送到”。")
    if len(text) > MAX_TEXT:
        return _(
            "文字共 %(n)s 字,超过 %(most)s 字。请只粘贴采购需求部分。",
            n=web.show_number(len(text)),
            most=web.show_number(MAX_TEXT),
        )
    return ""


def _one_way_of_ending_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _begun(begin: Callable[[], tuple[Need, bool]], key: str) -> Need:
    """The draft that `begin` makes, or the one its twin made at this very moment."""
    try:
        return begin()[0]
    except AlreadyCreated:
        db.unit().rollback()
        known = queries.need_with_key(current_actor().organisation_id, key)
        if known is None:
            raise NotFound() from None
        return known
