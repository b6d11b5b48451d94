"""Pages of consortium agreements: writing, reading and accepting, naming them in a quote or a contract."""

import re
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.accounts.errors import WrongPassword
from marketplace.contracts.schemas import read_rows
from marketplace.contracts.signing import check_password
from marketplace.financing import consortia, labels, naming, queries_consortium
from marketplace.financing.errors import (
    AlreadyAgreed,
    AlreadySaved,
    BadMembers,
    NotNameable,
    NotTheText,
    NotYetDealing,
)
from marketplace.financing.models_consortium import Consortium, ConsortiumStatus, MemberRole
from marketplace.financing.permissions import JOIN, LEAD, SEE_CONSORTIA
from marketplace.financing.schemas import MEMBERS_MOST, ConsortiumForm, MemberForm, Reason
from marketplace.financing.sources import begin_contracts
from marketplace.financing.views import BIG, PER_PAGE, bp, moment, new_key
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.forms import Filled
from marketplace.kit.pdf import pdf_answer, pdf_of
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.web import back_to, page

ID = BIG.format("consortium_id")
LEAST_ROWS = 4


@bp.get("/consortia")
@guarded(SEE_CONSORTIA)
def consortia_list() -> Response:
    """What the organisation leads or is a member of."""
    actor, number = current_actor(), web.page_number()
    rows, total = queries_consortium.page_of(actor.organisation_id, number, PER_PAGE)
    told = [(row, queries_consortium.members_of(row.id), _waits(row)) for row in rows]
    return page("financing/consortia.html", rows=told, labels=labels, pages=web.Pages(number, PER_PAGE, total))


@bp.get("/consortia/new")
@guarded(LEAD)
def new_consortium() -> Response:
    """Write one."""
    own = accounts.organisation(current_actor().organisation_id)
    values = {"form_key": new_key(), "text": labels.first_text(), "members-1-who": own.name}
    return _form_page(Filled(values), None)


@bp.post("/consortia")
@guarded(LEAD)
def begin_consortium() -> Response:
    """Keep a draft; a second click leads to the first one's."""
    form, actor = _read(), current_actor()
    if form.data:
        try:
            row, _n = consortia.begin(form.data, by=actor, at=clock.now())
            return _to(row, _("草稿 %(number)s 已保存。", number=row.number))
        except BadMembers as refusal:
            db.unit().rollback()
            form.fail("members", refusal.message())
        except AlreadySaved:
            db.unit().rollback()
            return _to(queries_consortium.with_key(actor.organisation_id, form.data.form_key), _("没有重复提交。"))
    return _form_page(form, None, 422)


@bp.get(f"/consortia/{ID}")
@guarded(SEE_CONSORTIA)
def consortium(consortium_id: int) -> Response:
    """The agreement with who has accepted it, and what may be done."""
    return _page(consortium_id)


@bp.get(f"/consortia/{ID}/pdf")
@guarded(SEE_CONSORTIA)
def consortium_pdf(consortium_id: int) -> Response:
    """The text last laid before the members, with its acceptances."""
    row = queries_consortium.consortium_for(consortium_id, current_actor())
    version = queries_consortium.version(row.id, row.version)
    if version is None:
        raise NotFound()
    agreed = {one.organisation_id: one for one in queries_consortium.acceptances_of(row.id, row.version)}
    drawn = pdf_of("financing/pdf_consortium.html", row=row, version=version, agreed=agreed, labels=labels)
    return pdf_answer(drawn, f"{row.number}-v{row.version}.pdf")


@bp.get(f"/consortia/{ID}/edit")
@guarded(LEAD)
def edit_consortium(consortium_id: int) -> Response:
    """The form of a draft again."""
    row = _own(consortium_id)
    if row.status != ConsortiumStatus.DRAFT:
        raise NotFound()
    values: dict[str, Any] = {"form_key": row.form_key, "title": row.title, "text": row.text, "revision": row.revision}
    for n, (member, org) in enumerate(queries_consortium.members_of(row.id), 1):
        told = {"who": org.name, "role": member.role.value, "duties": member.duties, "share": member.share}
        values |= {f"members-{n}-{name}": "" if value is None else value for name, value in told.items()}
    return _form_page(Filled(values), row)


@bp.post(f"/consortia/{ID}/edit")
@guarded(LEAD)
def save_consortium(consortium_id: int) -> Response:
    """Keep a draft's changes."""
    row = _own(consortium_id, lock=True)
    form = _read()
    form.values["revision"] = request.form.get("revision", "")
    if form.data:
        if form.values["revision"] != str(row.revision):
            raise Stale()
        try:
            consortia.edit(row, form.data, by=current_actor(), at=clock.now())
            return _to(row, _("已保存。"))
        except BadMembers as refusal:
            db.unit().rollback()
            form.fail("members", refusal.message())
    return _form_page(form, row, 422)


@bp.post(f"/consortia/{ID}/offer")
@guarded(LEAD)
def offer_consortium(consortium_id: int) -> Response:
    """Accept it for the leader and lay it before the others."""
    if (fault := _password_fault()) is not None:
        return _page(consortium_id, fault, "sign", 422)
    row = _own(consortium_id, lock=True)
    if row.status == ConsortiumStatus.OFFERED:
        return _to(row, _("协议已发出,没有重复操作。"), "wait")
    if request.form.get("revision") != str(row.revision):
        raise Stale()
    try:
        consortia.offer(row, by=current_actor(), at=moment())
    except (BadMembers, NotYetDealing) as refusal:
        db.unit().rollback()
        return _page(consortium_id, Filled().fail("", refusal.message()), "sign", 422)
    return _to(row, _("协议文本已固定并发给其他成员,全体接受后生效。"))


@bp.post(f"/consortia/{ID}/accept")
@guarded(JOIN)
def accept_consortium(consortium_id: int) -> Response:
    """A member accepts the text it has seen."""
    if (fault := _password_fault()) is not None:
        return _page(consortium_id, fault, "sign", 422)
    row = queries_consortium.consortium_for(consortium_id, current_actor(), lock=True)
    try:
        consortia.accept(row, request.form.get("hash", ""), by=current_actor(), at=moment())
    except AlreadyAgreed as refusal:
        db.unit().rollback()
        return _to(row, refusal.message(), "wait")
    except (NotTheText, NotYetDealing) as refusal:
        db.unit().rollback()
        return _page(consortium_id, Filled().fail("", refusal.message()), "sign", refusal.status)
    valid = row.status == ConsortiumStatus.VALID
    return _to(row, _("全体成员均已接受,协议生效。") if valid else _("本单位已接受,等待其他成员。"))


@bp.post(f"/consortia/{ID}/refuse")
@guarded(JOIN)
def refuse_consortium(consortium_id: int) -> Response:
    """A member sends it back, with the reason."""
    row = queries_consortium.consortium_for(consortium_id, current_actor(), lock=True)
    form = forms.read(Reason, request.form)
    if not form.data:
        return _page(consortium_id, form, "refuse", 422)
    consortia.refuse(row, form.data.reason, by=current_actor(), at=moment())
    return _to(row, _("已退回牵头单位修改。"))


@bp.post(f"/consortia/{ID}/take-back")
@guarded(LEAD)
def take_back_consortium(consortium_id: int) -> Response:
    """The leader rewrites it."""
    row = _own(consortium_id, lock=True)
    consortia.take_back(row, by=current_actor(), at=moment())
    return _to(row, _("文本已撤回,可以修改后重新发出。"))


@bp.post(f"/consortia/{ID}/end")
@guarded(LEAD)
def end_consortium(consortium_id: int) -> Response:
    """The leader gives it up, or ends it."""
    row = _own(consortium_id, lock=True)
    form = forms.read(Reason, request.form)
    if not form.data:
        return _page(consortium_id, form, "end", 422)
    consortia.finish(row, form.data.reason, by=current_actor(), at=moment())
    return _to(row, _("已终止,并通知其他成员。"))


@bp.post(f"/consortia/{ID}/name")
@guarded(LEAD)
def name_consortium(consortium_id: int) -> Response:
    """Name it in a contract, or write its members into the draft of one's own quote."""
    row = _own(consortium_id, lock=True)
    where = re.fullmatch(r"(contract|quote)-(\d{1,9})", request.form.get("where", ""))
    if where is None:
        return _page(consortium_id, Filled().fail("where", _("请选择合同或报价。")), "name", 422)
    try:
        if where[1] == "contract":
            consortia.name_in_contract(row, int(where[2]), by=current_actor(), at=moment())
            return _to(row, _("已记入合同。"))
        naming.name_in_draft(row, int(where[2]), by=current_actor(), at=moment())
    except NotNameable as refusal:
        db.unit().rollback()
        return _page(consortium_id, Filled().fail("where", refusal.message()), "name", 422)
    flash(_("成员已写入报价草稿,请核对后递交。"), "ok")
    return back_to(f"/tenders/{int(where[2])}/quote/edit#parties")


def _page(consortium_id: int, form: Filled | None = None, part: str = "", status: int = 200) -> Response:
    row, actor, at = queries_consortium.consortium_for(consortium_id, current_actor()), current_actor(), clock.now()
    leads = can(LEAD, row)
    version = queries_consortium.version(row.id, row.version)
    drafting = row.status == ConsortiumStatus.DRAFT and row.owner_id == actor.organisation_id
    content = consortia.content_of(row) if drafting or version is None else version.content
    agreed = {one.organisation_id: one for one in queries_consortium.acceptances_of(row.id, row.version)}
    named = queries_consortium.contracts_of(row.id)
    valid = leads and row.status == ConsortiumStatus.VALID
    known = {one.id for one in named}
    return page(
        "financing/consortium.html", status=status, row=row, content=content, version=version, labels=labels, form=form,
        part=part, leads=leads, agreed={} if drafting else agreed, waits=_waits(row), named=named,
        names={user_id: name for user_id, name in _names(agreed)}, owner=accounts.organisation(row.owner_id),
        tenders=naming.open_tenders(actor, at) if valid else [],
        contracts=[one for one in begin_contracts(actor) if one.id not in known] if valid else [],
    )  # fmt: skip


def _names(agreed: dict[int, Any]) -> list[tuple[int, str]]:
    return [(one.user_id, one.name) for one in agreed.values()]


def _waits(row: Consortium) -> bool:
    """Whether the text waits for this organisation."""
    mine = current_actor().organisation_id
    agreed = {one.organisation_id for one in queries_consortium.acceptances_of(row.id, row.version)}
    members = {org.id for _m, org in queries_consortium.members_of(row.id)}
    return row.status == ConsortiumStatus.OFFERED and mine in members and mine not in agreed


def _own(consortium_id: int, *, lock: bool = False) -> Consortium:
    row = queries_consortium.consortium_for(consortium_id, current_actor(), lock=lock)
    check(LEAD, row)
    return row


def _password_fault() -> Filled | None:
    try:
        check_password(current_actor(), request.form.get("password", ""))
    except WrongPassword as refusal:
        return Filled().fail("password", refusal.message())
    return None


def _read() -> Filled[ConsortiumForm]:
    form = forms.read(ConsortiumForm, request.form)
    read_rows(form, request.form, "members", MemberForm, MEMBERS_MOST)
    return form


def _form_page(form: Filled, row: Consortium | None, status: int = 200) -> Response:
    filled = max((n for n in range(1, MEMBERS_MOST + 1) if form.get(f"members-{n}-who")), default=0)
    return page(
        "financing/consortium_form.html", status=status, form=form, row=row, labels=labels,
        rows=min(MEMBERS_MOST, max(LEAST_ROWS, filled + 1)), roles=[(role.value, labels.role(role)) for role in MemberRole],
        owner=accounts.organisation(current_actor().organisation_id),
    )  # fmt: skip


def _to(row: Consortium | None, text: str, tone: str = "ok") -> Response:
    flash(text, tone)
    if row is None:
        return back_to(url_for("financing.consortia_list"))
    return back_to(url_for("financing.consortium", consortium_id=row.id))
