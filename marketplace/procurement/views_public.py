"""What suppliers and everybody see: the hall, a procurement's public page, questions and registering."""

import io
from typing import Any

from flask import Response, flash, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.kit import clock, files, forms, web
from marketplace.kit.errors import NotFound, Refusal
from marketplace.kit.permissions import Actor, can, current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.needs import labels as needs_labels
from marketplace.procedures import queries as procedures
from marketplace.procurement import attachments, labels, overviews, participation, queries, questions, rules, snapshots
from marketplace.procurement.errors import MayNotDealYet
from marketplace.procurement.models import Procurement, ProcurementStatus, ProcurementVersion, Round, Visibility
from marketplace.procurement.permissions import SEE_INVITATIONS, TAKE_PART
from marketplace.procurement.rules import Phase
from marketplace.procurement.schemas import QuestionForm, hall_filter
from marketplace.procurement.views import ID, bp
from marketplace.taxonomy import queries as taxonomy

PER_PAGE = 20


@bp.get("/tenders")
@public
def hall() -> Response:
    """What is published to everybody, and what invites the reader: that first."""
    actor, at, number = current_actor(), clock.now(), web.page_number()
    wanted = hall_filter(request.args)
    rows, total = overviews.hall_page(wanted, actor, at, number, PER_PAGE)
    asked = {name: value for name in overviews.HallFilter.__dataclass_fields__ if (value := getattr(wanted, name))}
    node = taxonomy.class_(wanted.class_code)
    return page(
        "procurement/hall.html", rows=rows, wanted=wanted, asked=asked, pages=web.Pages(number, PER_PAGE, total), at=at,
        labels=labels, needs_labels=needs_labels, choices=_choices(), sells=can(SEE_INVITATIONS),
        class_steps=[(needs_labels.class_name(c), web.url_with(class_code=c)) for c in (node.path if node else ())],
        classes=[(child.code, needs_labels.class_name(child.code)) for child in taxonomy.classes(wanted.class_code)],
    )  # fmt: skip


@bp.get(f"/tenders/{ID}", endpoint="public")
@public
def tender(procurement_id: int, form: forms.Filled | None = None, status: int = 200) -> Response:
    """A procurement as it stands now; `form` is a question that came back faulty."""
    row = queries.readable_procurement(procurement_id, current_actor())
    return _tender_page(row, snapshots.content_of(row), form=form, status=status)


@bp.get(f"/tenders/{ID}/versions/<int(max=2147483647):number>")
@public
def version(procurement_id: int, number: int) -> Response:
    """A procurement as it was published or amended once."""
    row = queries.readable_procurement(procurement_id, current_actor())
    found = queries.version(row.id, number)
    return _tender_page(row, found.content, version=found)


@bp.get(f"/tenders/{ID}/files/<token>")
@public
def tender_file(procurement_id: int, token: str) -> Response:
    """A document that comes with it, now or in one of its versions."""
    actor = current_actor()
    row = queries.readable_procurement(procurement_id, actor)
    own = actor is not None and actor.organisation_id == row.owner_id
    file = attachments.stored(row, token, own=own)
    try:
        content = files.read(file)
    except FileNotFoundError:
        raise NotFound() from None
    response = send_file(io.BytesIO(content), mimetype=file.media_type, as_attachment=True, download_name=file.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post(f"/tenders/{ID}/questions")
@guarded(TAKE_PART)
def ask(procurement_id: int) -> Response | BaseResponse:
    """Ask without a name."""
    actor = current_actor()
    queries.readable_procurement(procurement_id, actor)
    form = forms.read(QuestionForm, request.form)
    if form.data:
        try:
            questions.ask(procurement_id, form.data.text, by=actor, at=clock.now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.fail("text", refusal.message())
    if not form.data:
        return tender(procurement_id, form, 422)
    flash(_("问题已提交。采购单位看不到提问单位;答复会公开,并通知贵单位。"), "ok")
    return back_to(url_for("procurement.public", procurement_id=procurement_id, _anchor="questions"))


@bp.post(f"/tenders/{ID}/register")
@guarded(TAKE_PART)
def register(procurement_id: int) -> BaseResponse:
    """Register to take part."""
    try:
        participation.register(procurement_id, by=current_actor(), at=clock.now())
    except (MayNotDealYet, participation.DeadlinePassed) as refusal:
        flash(refusal.message(), "wait")
    else:
        flash(_("已登记参与。变更和答疑会通知贵单位;登记不等于报价,报价前其他人不知道贵单位已登记。"), "ok")
    return back_to(url_for("procurement.public", procurement_id=procurement_id))


def _tender_page(
    row: Procurement, content: dict[str, Any], *, version: ProcurementVersion | None = None,
    form: forms.Filled | None = None, status: int = 200,
) -> Response:  # fmt: skip
    actor, at = current_actor(), clock.now()
    current = queries.current_round(row.id)
    mine = actor.organisation_id if actor else None
    return page(
        "procurement/tender.html", status=status, procurement=row, content=content, version=version, form=form,
        round=current, phase=rules.phase_of(row, current, at), labels=labels, needs_labels=needs_labels, at=at,
        owner=accounts.organisation(row.owner_id), own=mine == row.owner_id,
        procedure=procedures.procedure(row.procedure_id), definition=queries.definition_of(row),
        versions=queries.versions_of(row.id), questions=queries.questions_of(row.id, actor),
        asks=rules.questions_open(row, current, at), may_take_part=actor is not None and can(TAKE_PART, row),
        registered=mine is not None and queries.is_participant(row.id, mine),
        invitation=queries.invitation(row.id, mine) if mine else None, refusal=_why_not(row, current, actor),
    )  # fmt: skip


def _why_not(row: Procurement, current: Round, actor: Actor | None) -> str:
    """Why this reader cannot take part now, in a sentence; "" for who can."""
    phase = rules.phase_of(row, current, clock.now())
    if phase != Phase.COLLECTING or row.status == ProcurementStatus.DRAFT:
        return _("报价已经截止。") if row.version else _("尚未发布。")
    if actor is None:
        return _("登录供应单位账号后可以登记参与。")
    if not can(TAKE_PART, row):
        return _("由供应单位的经办人登记参与。")
    invited = queries.invitation(row.id, actor.organisation_id) is not None
    if row.visibility == Visibility.INVITED and not invited:
        return _("本项目仅受邀供应商参加。")
    why = queries.obstacle(actor)
    return MayNotDealYet(why=why).message() if why else ""


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "category": [(code, needs_labels.category(code)) for code, *_names in taxonomy.categories()],
        "field_code": [(code, needs_labels.field_name(code)) for code, *_names in taxonomy.fields()],
        "province": [(name, name) for name in taxonomy.provinces()],
        "procedure": [
            (row.code, labels.procedure(row)) for row in procedures.in_use() if procedures.definition(row).sealed
        ],
        "closing": [("soon", _("3 天内截止")), ("over", _("已截止或结束"))],
    }
